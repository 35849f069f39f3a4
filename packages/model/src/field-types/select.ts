/** One of a list of options; the option's value is stored, its label shown. */
import type { FieldType } from '../field-type.ts';
import { blankToNull, CHOICE_OPERATORS, COUNTS, compareCodePoints } from './facets.ts';
import { checkOptions, findOption, labelOf, offeredValues, readOption } from './options.ts';

export const select = {
  name: 'select',
  label: 'Select',
  description: 'One of a list: a stage, a priority, an industry.',
  category: 'choice',
  icon: 'list-check',
  properties: ['options', 'option_set', 'depends_on'],
  valueType: 'option',
  column: { type: 'text', index: 'btree' },
  isReadOnly: false,
  filterOperators: CHOICE_OPERATORS,
  aggregates: COUNTS,
  isSortable: true,
  isGroupable: true,
  widget: 'select',
  merge: 'keep',
  convertsTo: ['text', 'status', 'multi_select', 'tags', 'boolean'],
  check: checkOptions,
  valueSchema: (field) => ({
    type: 'string',
    enum: offeredValues(field),
    errorMessage: `This is not one of the options of ${field.label}.`,
  }),
  canonicalise: (value) => (typeof value === 'string' ? blankToNull(value.trim()) : value),
  parseText: (text, field) => {
    if (text.trim() === '') return { value: null };
    const option = readOption(field, text);
    return option ? { value: option.value } : { problem: `There is no option "${text.trim()}".` };
  },
  toText: (value) => String(value),
  display: (value, field) => labelOf(field, value),
  compare: (left, right, field) =>
    findOption(field, left) - findOption(field, right) || compareCodePoints(String(left), String(right)),
  isEqual: (left, right) => left === right,
  mask: () => '•••',
  sample: (random, field) => {
    const offered = offeredValues(field);
    return offered[Math.floor(random() * offered.length)] ?? null;
  },
} as const satisfies FieldType;
