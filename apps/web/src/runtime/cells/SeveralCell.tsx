import { entryValues } from '@trellis/model';
import { useTranslation } from 'react-i18next';
import type { CellProps } from './FieldValue.tsx';
import classes from './SeveralCell.module.css';

/** Several addresses or numbers: in a list the primary one and how many more there are, on a record all of them. */
export function SeveralCell({ field, value, shape }: CellProps) {
  const { t } = useTranslation();
  const values = entryValues(value);
  const [primary, ...rest] = values;
  if (primary === undefined) return null;
  const linkOf = (text: string) =>
    field.widget === 'phones' ? `tel:${text.replace(/[^+\d,;*#]/g, '')}` : `mailto:${text}`;
  if (shape === 'line') {
    return (
      <span className={classes.line}>
        <a className={classes.link} href={linkOf(primary)}>
          {primary}
        </a>
        {rest.length > 0 && (
          <span
            role="img"
            className={classes.more}
            title={rest.join('\n')}
            aria-label={t('several.moreOf', { count: rest.length, rest: rest.join(', ') })}
          >
            {t('several.more', { count: rest.length })}
          </span>
        )}
      </span>
    );
  }
  return (
    <ul className={classes.list}>
      {values.map((each, index) => {
        const label = Array.isArray(value) ? (value[index] as { label?: unknown } | null)?.label : undefined;
        return (
          <li key={each}>
            <a href={linkOf(each)}>{each}</a>
            {typeof label === 'string' && <span className={classes.label}>{label}</span>}
          </li>
        );
      })}
    </ul>
  );
}
