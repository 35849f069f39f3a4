/** A percentage in points: 12.5 is 12.5 %, in storage, in expressions and on the wire alike. */
import type { FieldType } from '../field-type.ts';
import { numberFamily, scaleOf } from './facets.ts';

export const percent = {
  ...numberFamily,
  name: 'percent',
  label: 'Percent',
  description: 'A share: probability, discount.',
  icon: 'percentage',
  properties: ['precision', 'scale', 'min', 'max'],
  widget: 'percent',
  convertsTo: ['decimal', 'integer', 'text'],
  parseText: (text, field) => numberFamily.parseText(text.replace(/%\s*$/, ''), field),
  display: (value, field, { locale }) =>
    // Two steps, since Intl's percent style multiplies by 100 and would bring binary noise back in.
    `${new Intl.NumberFormat(locale, { minimumFractionDigits: field.body.scale ?? 0, maximumFractionDigits: scaleOf(field) }).format(Number(value))} %`,
} as const satisfies FieldType;
