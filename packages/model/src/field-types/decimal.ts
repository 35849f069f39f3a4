/** An exact decimal number, rounded half away from zero to its scale. */
import type { FieldType } from '../field-type.ts';
import { numberFamily, scaleOf } from './facets.ts';

export const decimal = {
  ...numberFamily,
  name: 'decimal',
  label: 'Decimal number',
  description: 'A measured number: quantity, weight, score.',
  icon: 'decimal',
  properties: ['precision', 'scale', 'min', 'max'],
  widget: 'decimal',
  convertsTo: ['integer', 'currency', 'percent', 'rating', 'duration', 'text'],
  display: (value, field, { locale }) =>
    new Intl.NumberFormat(locale, {
      minimumFractionDigits: field.body.scale ?? 0,
      maximumFractionDigits: scaleOf(field),
    }).format(Number(value)),
} as const satisfies FieldType;
