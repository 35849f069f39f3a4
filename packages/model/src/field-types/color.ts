/** A colour as `#rrggbb` in lower case; the short form `#rgb` is read as well. */
import type { FieldType } from '../field-type.ts';
import { blankToNull, CHOICE_OPERATORS, COUNTS, textFamily } from './facets.ts';

export const color = {
  ...textFamily,
  name: 'color',
  label: 'Colour',
  description: 'A colour such as #1f6feb: of a brand, a label, a calendar.',
  icon: 'palette',
  properties: [],
  widget: 'color',
  convertsTo: ['text'],
  filterOperators: CHOICE_OPERATORS,
  aggregates: COUNTS,
  isSortable: false,
  valueSchema: () => ({
    type: 'string',
    pattern: '^#[0-9a-f]{6}$',
    errorMessage: 'This is not a colour: write it as #rrggbb, such as #1f6feb.',
  }),
  canonicalise: (value) => {
    if (typeof value !== 'string') return value;
    const typed = blankToNull(value.trim().toLowerCase());
    if (typed === null || !/^#?([0-9a-f]{3}|[0-9a-f]{6})$/.test(typed)) return typed;
    const digits = typed.replace('#', '');
    return digits.length === 6 ? `#${digits}` : `#${[...digits].map((digit) => digit + digit).join('')}`;
  },
  sample: (random) =>
    `#${Math.floor(random() * 0x1000000)
      .toString(16)
      .padStart(6, '0')}`,
} as const satisfies FieldType;
