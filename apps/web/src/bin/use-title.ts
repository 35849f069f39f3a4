import { titleOf } from '@trellis/forms';
import { useTranslation } from 'react-i18next';

/** What a record is called by the value of its name field. */
export function useTitleOf(): (name: unknown) => string {
  const { t } = useTranslation();
  return (name) => titleOf(name) || t('value.untitled');
}
