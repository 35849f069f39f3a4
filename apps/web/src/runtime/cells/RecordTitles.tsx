import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useTitles } from '../use-titles.ts';
import classes from './FieldValue.module.css';

/** The records of a set by their titles, which are asked for together. */
export function RecordTitles({ object, ids }: { object: string | undefined; ids: readonly string[] }) {
  const { t } = useTranslation();
  const titles = useTitles(object, ids);
  if (object === undefined) return null;
  return (
    <span className={classes.titles}>
      {ids.map((id) => (
        <Link
          key={id}
          to="/o/$object/$id"
          params={{ object, id }}
          onClick={(event) => event.stopPropagation()}
        >
          {titles.get(id) ?? t('value.untitled')}
        </Link>
      ))}
    </span>
  );
}
