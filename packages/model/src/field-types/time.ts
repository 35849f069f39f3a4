/** A time of day on any day and in no zone: `HH:MM`, with seconds only where they are not zero. */
import type { FieldType } from '../field-type.ts';
import { blankText, NUMBER_OPERATORS, ORDERED } from './facets.ts';
import { formatTime, parseTime } from './time-text.ts';

const PROBLEM = 'This is not a time of day: write it as 14:30 or 14:30:15.';

export const time = {
  name: 'time',
  label: 'Time',
  description: 'A time of day: opening hours, a call slot.',
  category: 'date',
  icon: 'clock',
  properties: [],
  valueType: 'time',
  column: { type: 'text', index: 'btree' },
  isReadOnly: false,
  filterOperators: NUMBER_OPERATORS,
  aggregates: ORDERED,
  isSortable: true,
  isGroupable: true,
  widget: 'time',
  merge: 'keep',
  convertsTo: ['text'],
  check: () => [],
  valueSchema: () => ({
    type: 'string',
    pattern: '^([01]\\d|2[0-3]):[0-5]\\d(:(?!00)[0-5]\\d)?$',
    errorMessage: PROBLEM,
  }),
  canonicalise: (value) => (typeof value === 'string' ? (parseTime(value) ?? blankText(value)) : value),
  parseText: (text) => {
    if (text.trim() === '') return { value: null };
    const value = parseTime(text);
    return value === undefined ? { problem: PROBLEM } : { value };
  },
  toText: (value) => String(value),
  display: (value, _field, { locale }) => formatTime(String(value), locale),
  compare: (left, right) => (String(left) < String(right) ? -1 : String(left) > String(right) ? 1 : 0),
  isEqual: (left, right) => left === right,
  mask: () => '••:••',
  sample: (random) => {
    const minutes = Math.floor(random() * 1440);
    return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  },
} as const satisfies FieldType;
