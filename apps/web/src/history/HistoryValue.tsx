import { type FieldDescription, isBlank } from '@trellis/forms';
import { useTranslation } from 'react-i18next';
import { FieldValue } from '../runtime/cells/FieldValue.tsx';
import { RecordTitles } from '../runtime/cells/RecordTitles.tsx';

/** A value as history tells it: lookups are ids there, and get their titles here. */
export function HistoryValue({
  field,
  value,
}: {
  readonly field: FieldDescription;
  readonly value: unknown;
}) {
  const { t } = useTranslation();
  if (isBlank(value)) return <i>{t('value.blank')}</i>;
  const link = linkOf(field, value);
  if (link) return <RecordTitles object={link.object} ids={[link.id]} />;
  return <FieldValue field={field} value={value} shape="line" />;
}

function linkOf(field: FieldDescription, value: unknown): { object: string; id: string } | undefined {
  if (field.value_type !== 'id') return undefined;
  const [only] = field.targets;
  if (typeof value === 'string') return only === undefined ? undefined : { object: only, id: value };
  const { object, id } = value as { object?: unknown; id?: unknown };
  return typeof object === 'string' && typeof id === 'string' ? { object, id } : undefined;
}
