/** A span of time in whole seconds, shown as `1:30` (hours and minutes). */
import type { FieldType } from '../field-type.ts';
import { roundHalfAwayFromZero } from '../numbers.ts';
import { formatDuration, parseDuration } from './duration-text.ts';
import { blankText, numberFamily } from './facets.ts';

/** A million hours: more than a century. */
const MOST_SECONDS = 3_600_000_000;

export const duration = {
  ...numberFamily,
  name: 'duration',
  label: 'Duration',
  description: 'A span of time: of a call, a task, a meeting. Typed as 1h 30m or 1:30.',
  category: 'date',
  icon: 'hourglass',
  properties: ['min', 'max'],
  widget: 'duration',
  convertsTo: ['integer', 'decimal', 'text'],
  valueSchema: ({ body: { min = 0, max } }) => ({
    type: 'integer',
    minimum: Math.max(min, -MOST_SECONDS),
    maximum: Math.min(max ?? MOST_SECONDS, MOST_SECONDS),
    errorMessage: `This must be a duration such as 1:30 or 1h 30m, ${
      max === undefined
        ? `at least ${formatDuration(min)}`
        : `from ${formatDuration(min)} to ${formatDuration(max)}`
    }.`,
  }),
  canonicalise: (value) =>
    typeof value === 'number' && Number.isFinite(value) ? roundHalfAwayFromZero(value, 0) : blankText(value),
  parseText: (text) => {
    if (text.trim() === '') return { value: null };
    const value = parseDuration(text);
    return value === undefined ? { problem: 'This is no duration: write it as 1:30 or 1h 30m.' } : { value };
  },
  toText: (value) => formatDuration(Number(value)),
  display: (value) => formatDuration(Number(value)),
  sample: (random, { body: { min, max } }) => {
    const least = Math.ceil(min ?? 0);
    const most = Math.floor(max ?? least + 36_000);
    return Math.min(most, least + Math.floor(random() * (most - least + 1)));
  },
} as const satisfies FieldType;
