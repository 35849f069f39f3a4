/** An instant, kept as RFC 3339 in UTC with milliseconds and shown in the reader's time zone. */
import type { FieldType } from '../field-type.ts';
import { isCalendarDay } from './date.ts';
import { blankText, DATE_OPERATORS, ORDERED } from './facets.ts';

const RFC3339 =
  /^(\d{4}-\d{2}-\d{2})[Tt ]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

export const datetime = {
  name: 'datetime',
  label: 'Date and time',
  description: 'A moment: a meeting, a deadline.',
  category: 'date',
  icon: 'calendar-time',
  properties: [],
  valueType: 'datetime',
  column: { type: 'timestamptz', index: 'btree' },
  isReadOnly: false,
  filterOperators: DATE_OPERATORS,
  aggregates: ORDERED,
  isSortable: true,
  isGroupable: true,
  widget: 'datetime',
  merge: 'keep',
  convertsTo: ['date', 'text'],
  check: () => [],
  valueSchema: () => ({
    type: 'string',
    format: 'date-time',
    // Leap seconds are left out: JavaScript has no instant for them.
    pattern: '^(?!0000)\\d{4}-\\d{2}-\\d{2}T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d\\.\\d{3}Z$',
    errorMessage: 'This is not a moment: write it as 2026-03-31T14:30:00Z, with a time zone.',
  }),
  canonicalise: (value) => {
    if (typeof value !== 'string') return value;
    return toInstant(value.trim()) ?? blankText(value);
  },
  parseText: (text) => {
    const typed = text.trim();
    if (typed === '') return { value: null };
    const instant = toInstant(typed);
    return instant === undefined
      ? { problem: 'This is not a moment: write it as 2026-03-31T14:30:00Z.' }
      : { value: instant };
  },
  toText: (value) => String(value),
  display: (value, _field, { locale, timeZone }) =>
    new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone }).format(
      new Date(String(value)),
    ),
  compare: (left, right) => Date.parse(String(left)) - Date.parse(String(right)),
  isEqual: (left, right) => left === right,
  mask: () => '••••-••-•• ••:••',
  sample: (random) =>
    new Date(Date.UTC(2020, 0, 1) + Math.floor(random() * 315_360_000) * 1000).toISOString(),
} as const satisfies FieldType;

/** The instant in canonical form, or undefined when the text is none (no zone, no such day). */
function toInstant(text: string): string | undefined {
  const match = RFC3339.exec(text);
  if (!match || !isCalendarDay(match[1]!)) return undefined;
  const instant = new Date(text.replace(' ', 'T').toUpperCase());
  const year = instant.getUTCFullYear();
  return year >= 1 && year <= 9999 ? instant.toISOString() : undefined;
}
