/** A calendar day, `YYYY-MM-DD`; no time zone ever touches it. */
import type { FieldType } from '../field-type.ts';
import { blankText, DATE_OPERATORS, ORDERED } from './facets.ts';

export const date = {
  name: 'date',
  label: 'Date',
  description: 'A day, without a time.',
  category: 'date',
  icon: 'calendar',
  properties: [],
  valueType: 'date',
  column: { type: 'date', index: 'btree' },
  isReadOnly: false,
  filterOperators: DATE_OPERATORS,
  aggregates: ORDERED,
  isSortable: true,
  isGroupable: true,
  widget: 'date',
  merge: 'keep',
  convertsTo: ['datetime', 'text'],
  check: () => [],
  valueSchema: () => ({
    type: 'string',
    format: 'date',
    pattern: '^(?!0000)\\d{4}-',
    errorMessage: 'This is not a date: write it as YYYY-MM-DD, such as 2026-03-31.',
  }),
  canonicalise: (value) => (typeof value === 'string' ? blankText(value.trim()) : value),
  parseText: (text) => {
    const typed = text.trim();
    if (typed === '') return { value: null };
    return isCalendarDay(typed)
      ? { value: typed }
      : { problem: 'This is not a date: write it as YYYY-MM-DD.' };
  },
  toText: (value) => String(value),
  display: (value, _field, { locale }) =>
    new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(
      new Date(`${String(value)}T00:00:00Z`),
    ),
  compare: (left, right) => (String(left) < String(right) ? -1 : String(left) > String(right) ? 1 : 0),
  isEqual: (left, right) => left === right,
  mask: () => '••••-••-••',
  sample: (random) =>
    new Date(Date.UTC(2020, 0, 1) + Math.floor(random() * 3650) * 86_400_000).toISOString().slice(0, 10),
} as const satisfies FieldType;

/** Whether the text is a day that exists: `2026-02-31` does not. */
export function isCalendarDay(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!match) return false;
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number];
  if (year === 0 || month < 1 || month > 12) return false;
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day >= 1 && day <= lengths[month - 1]!;
}
