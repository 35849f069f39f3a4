import { IconRefresh } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import classes from './StaleMark.module.css';

/** Beside a value that is worked out again just now: what it shows is what it was before. */
export function StaleMark() {
  const { t } = useTranslation();
  return (
    <span role="status" className={classes.root}>
      <IconRefresh size={12} stroke={1.75} aria-hidden />
      {t('record.recalculating')}
    </span>
  );
}
