/** An amount of money: always a number, in the field's currency or the workspace's. */
import type { FieldType } from '../field-type.ts';
import { numberFamily, scaleOf } from './facets.ts';

export const currency = {
  ...numberFamily,
  name: 'currency',
  label: 'Currency',
  description: 'An amount of money.',
  icon: 'coin',
  properties: ['precision', 'scale', 'min', 'max', 'currency'],
  widget: 'currency',
  convertsTo: ['decimal', 'integer', 'text'],
  display: (value, field, display) =>
    new Intl.NumberFormat(display.locale, {
      style: 'currency',
      currency: field.body.currency ?? display.currency,
      minimumFractionDigits: scaleOf(field),
      maximumFractionDigits: scaleOf(field),
    }).format(Number(value)),
} as const satisfies FieldType;
