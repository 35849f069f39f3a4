import { IconLock } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useFindObject } from '../../api.ts';
import classes from './FieldValue.module.css';
import { RecordAnchor } from './RecordAnchor.tsx';

interface UntitledRecordProps {
  readonly object: string | undefined;
  readonly id: string;
  /** Whether its title was asked for. */
  readonly wasAsked: boolean;
}

/**
 * A record whose title did not come: where every record of its object has one, or nothing of the object may be seen,
 * the reader may not see it, and a link would lead nowhere.
 */
export function UntitledRecord({ object, id, wasAsked }: UntitledRecordProps) {
  const { t } = useTranslation();
  const findObject = useFindObject();
  const summary = object === undefined ? undefined : findObject(object);
  if (summary === undefined || (wasAsked && summary.is_always_titled)) return <HiddenRecord />;
  return (
    <RecordAnchor object={summary.name} id={id} className={classes.line}>
      {t('value.untitled')}
    </RecordAnchor>
  );
}

/** Stands for a record that the reader may not see. */
export function HiddenRecord({ mayBeDeleted = false }: { readonly mayBeDeleted?: boolean }) {
  const { t } = useTranslation();
  return (
    <span className={classes.hidden} title={t(mayBeDeleted ? 'value.goneHint' : 'value.hiddenHint')}>
      <IconLock size={13} stroke={1.75} aria-hidden />
      {t(mayBeDeleted ? 'value.gone' : 'value.hidden')}
    </span>
  );
}
