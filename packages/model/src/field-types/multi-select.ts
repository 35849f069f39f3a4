/** Any number of a list of options, in the order they were chosen, none twice. */
import type { FieldType, JsonValue } from '../field-type.ts';
import { checkOptions, labelOf, offeredValues, readOption } from './options.ts';

export const multiSelect = {
  name: 'multi_select',
  label: 'Multi-select',
  description: 'Several of a list: interests, channels, regions.',
  category: 'choice',
  icon: 'checklist',
  properties: ['options', 'option_set', 'depends_on'],
  valueType: 'options',
  column: { type: 'text[]', index: 'gin' },
  isReadOnly: false,
  filterOperators: ['includes_any', 'includes_all', 'is_blank'],
  aggregates: ['count'],
  isSortable: false,
  isGroupable: false,
  widget: 'multi_select',
  merge: 'union',
  convertsTo: ['text', 'long_text', 'select', 'tags'],
  check: checkOptions,
  valueSchema: (field) => ({
    type: 'array',
    minItems: 1,
    uniqueItems: true,
    items: {
      type: 'string',
      enum: offeredValues(field),
      errorMessage: `This is not one of the options of ${field.label}.`,
    },
  }),
  canonicalise: (value) => {
    if (!Array.isArray(value)) return value === '' ? null : value;
    return value.length === 0 ? null : [...new Set(value)];
  },
  parseText: (text, field) => {
    const parts = (text.match(/(?:\\[\\;]|[^;\n])+/g) ?? [])
      .map((part) => part.trim().replaceAll(/\\([\\;])/g, '$1'))
      .filter((part) => part !== '');
    const values: string[] = [];
    for (const part of parts) {
      const option = readOption(field, part);
      if (!option) return { problem: `There is no option "${part}".` };
      values.push(option.value);
    }
    return { value: values.length === 0 ? null : [...new Set(values)] };
  },
  toText: (value) => (value as readonly string[]).map((each) => each.replaceAll(/[\\;]/g, '\\$&')).join(';'),
  display: (value, field) => (value as readonly JsonValue[]).map((each) => labelOf(field, each)).join(', '),
  compare: (left, right) => (left as readonly JsonValue[]).length - (right as readonly JsonValue[]).length,
  isEqual: (left, right) => JSON.stringify(left) === JSON.stringify(right),
  mask: () => '•••',
  sample: (random, field) => {
    const chosen = offeredValues(field).filter(() => random() < 0.4);
    return chosen.length === 0 ? offeredValues(field).slice(0, 1) : chosen;
  },
} as const satisfies FieldType;
