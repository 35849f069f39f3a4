/** Yes or no: never blank, an absent value reads as no. */
import type { FieldType } from '../field-type.ts';
import { blankText, COUNTS } from './facets.ts';

const YES = new Set(['true', 'yes', 'y', '1', 't', 'on', 'x']);
const NO = new Set(['false', 'no', 'n', '0', 'f', 'off']);

export const boolean = {
  name: 'boolean',
  label: 'Checkbox',
  description: 'Yes or no.',
  category: 'choice',
  icon: 'checkbox',
  properties: [],
  valueType: 'boolean',
  column: { type: 'boolean', index: 'btree' },
  isReadOnly: false,
  filterOperators: ['==', '!='],
  aggregates: COUNTS,
  isSortable: true,
  isGroupable: true,
  widget: 'boolean',
  merge: 'keep',
  convertsTo: ['text', 'select'],
  check: () => [],
  valueSchema: () => ({ type: 'boolean' }),
  canonicalise: blankText,
  parseText: (text) => {
    const word = text.trim().toLowerCase();
    if (word === '') return { value: null };
    if (YES.has(word)) return { value: true };
    return NO.has(word) ? { value: false } : { problem: 'This is neither yes nor no.' };
  },
  toText: (value) => String(value === true),
  display: (value) => (value === true ? 'Yes' : 'No'),
  compare: (left, right) => Number(left) - Number(right),
  isEqual: (left, right) => (left ?? false) === (right ?? false),
  mask: () => '•••',
  sample: (random) => random() < 0.5,
} as const satisfies FieldType;
