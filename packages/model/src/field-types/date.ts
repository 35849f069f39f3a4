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

/** Whether the text is a day that exists: `2026-02-31` does not. Asked of every day of every record that is saved. */
export function isCalendarDay(text: string): boolean {
  if (text.length !== 10 || text[4] !== '-' || text[7] !== '-') return false;
  const [year, month, day] = [digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10)];
  if (!(year > 0) || !(month >= 1 && month <= 12) || !(day >= 1)) return false;
  if (day <= 28) return true;
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  if (month === 2) return day === 29 && isLeap;
  return day <= (month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31);
}

/** The number in a part of a text; not a number where that has anything but digits. */
function digits(text: string, from: number, until: number): number {
  let number = 0;
  for (let index = from; index < until; index++) {
    const digit = text.charCodeAt(index) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}
