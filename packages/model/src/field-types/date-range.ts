/** A span of days from `start` to `end`, both included. */
import type { FieldType, JsonValue } from '../field-type.ts';
import { date } from './date.ts';
import { structureFamily, type TextParts, tidyParts } from './structure.ts';

const NAMES = ['start', 'end'];
const PROBLEM = 'This is no period: give its first and last day, such as 2026-03-01/2026-03-31.';

export const dateRange = {
  ...structureFamily,
  name: 'date_range',
  label: 'Date range',
  description: 'From a day to a day, both included: a contract term, a campaign, a holiday.',
  category: 'date',
  icon: 'calendar-stats',
  properties: [],
  widget: 'date_range',
  parts: { start: { label: 'First day', type: date }, end: { label: 'Last day', type: date } },
  convertsTo: ['text'],
  valueSchema: () => ({
    type: 'object',
    properties: { start: date.valueSchema(), end: date.valueSchema() },
    required: NAMES,
    additionalProperties: false,
    startBeforeEnd: true,
    errorMessage: 'A period needs a first day and a last day that is not before it.',
  }),
  canonicalise: (value) => tidyParts(value, NAMES, (text) => text.trim()),
  parseText: (text) => {
    if (text.trim() === '') return { value: null };
    if (text.length > 100) return { problem: PROBLEM };
    const days = text.match(/\d{4}-\d{2}-\d{2}/g) ?? [];
    const rest = text.replaceAll(/\d{4}-\d{2}-\d{2}/g, '').trim();
    const [start, end = start] = days;
    if (days.length === 0 || days.length > 2 || !/^(|\/|-|–|—|\.\.|\.\.\.|to)$/.test(rest))
      return { problem: PROBLEM };
    const value = { start: start!, end: end! };
    return isOrdered(value) ? { value } : { problem: PROBLEM };
  },
  toText: (value) => `${String((value as TextParts).start)}/${String((value as TextParts).end)}`,
  display: (value, field, display) => {
    const { start, end } = value as { start: JsonValue; end: JsonValue };
    const [first, last] = [date.display(start, field, display), date.display(end, field, display)];
    return first === last ? first : `${first} – ${last}`;
  },
  mask: () => '••••-••-•• – ••••-••-••',
  sample: (random) => {
    const start = date.sample(random);
    const days = Math.floor(random() * 30);
    return { start, end: new Date(Date.parse(start) + days * 86_400_000).toISOString().slice(0, 10) };
  },
} as const satisfies FieldType;

/** Whether `start` is not after `end`; what is no pair of texts is for the other keywords to refuse. */
export function isOrdered(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  const { start, end } = value as { start?: unknown; end?: unknown };
  return typeof start !== 'string' || typeof end !== 'string' || start <= end;
}
