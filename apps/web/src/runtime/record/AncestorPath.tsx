import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { isBlank, type ObjectDescription } from '@trellis/forms';
import { useTranslation } from 'react-i18next';
import { client, keys } from '../../api.ts';
import classes from './AncestorPath.module.css';
import type { ShownRecord } from './use-record.ts';

/** Where the record stands in the tree of its object: those above it, the topmost first. Of several trees the first. */
export function AncestorPath(props: { description: ObjectDescription; record: ShownRecord }) {
  const { description, record } = props;
  const { t } = useTranslation();
  const tree = description.fields.find((field) => field.is_tree === true);
  const isBelow = tree !== undefined && !isBlank(record[tree.name]);
  const { data } = useQuery({
    // With its version: moved, it stands elsewhere.
    queryKey: [...keys.record(description.name, record.id), 'ancestors', tree?.name, record.version],
    queryFn: () => client.ancestors(description.name, record.id, tree?.name ?? ''),
    enabled: isBelow,
  });
  if (tree === undefined || !isBelow || data === undefined || data.records.length === 0) return null;
  return (
    <nav aria-label={t('tree.path', { field: tree.label })} className={classes.path}>
      <ol>
        {!data.is_whole && (
          <li title={t('tree.cut')}>
            <span aria-hidden>…</span>
            <span className="tr-visually-hidden">{t('tree.cut')}</span>
          </li>
        )}
        {data.records.map(({ id, name }) => (
          <li key={id}>
            <Link to="/o/$object/$id" params={{ object: description.name, id }}>
              {name ?? t('value.untitled')}
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  );
}
