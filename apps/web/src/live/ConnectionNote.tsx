import { IconCloudCheck, IconCloudOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import classes from './ConnectionNote.module.css';
import type { Connection } from './connection.ts';

/**
 * Says calmly that news of what others do does not arrive, and when it does again. What is open stays as it is. It is
 * part of the frame: nothing could be fetched once it is needed.
 */
export function ConnectionNote({ state }: { readonly state: Exclude<Connection, 'fine'> }) {
  const { t } = useTranslation();
  const Icon = state === 'lost' ? IconCloudOff : IconCloudCheck;
  return (
    <div className={classes.note} data-state={state}>
      <Icon size={16} stroke={1.75} aria-hidden />
      {t(`shell.connection.${state}`)}
    </div>
  );
}
