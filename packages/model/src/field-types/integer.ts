/** A whole number of up to 15 digits. */
import type { FieldType } from '../field-type.ts';
import { blankText, numberFamily } from './facets.ts';

export const integer = {
  ...numberFamily,
  name: 'integer',
  label: 'Whole number',
  description: 'A count: employees, seats, days.',
  icon: 'hash',
  properties: ['min', 'max'],
  widget: 'integer',
  convertsTo: ['decimal', 'currency', 'percent', 'rating', 'duration', 'text'],
  valueSchema: (field) => ({ ...numberFamily.valueSchema(field), type: 'integer' }),
  canonicalise: (value) => (value === 0 ? 0 : blankText(value)),
  parseText: (text, field) => {
    const parsed = numberFamily.parseText(text, field);
    if ('value' in parsed && parsed.value !== null && !Number.isInteger(parsed.value))
      return { problem: 'This is not a whole number.' };
    return parsed;
  },
  display: (value, _field, { locale }) =>
    new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }).format(Number(value)),
} as const satisfies FieldType;
