/** A number of stars, from one to the field's `max` (five unless given); none is blank, not zero. */
import type { FieldType } from '../field-type.ts';
import type { CompiledField } from '../model.ts';
import { blankText, numberFamily } from './facets.ts';

const USUAL_STARS = 5;
/** More can't be told apart at a glance; that is what an integer is for. */
const MOST_STARS = 10;

export const rating = {
  ...numberFamily,
  name: 'rating',
  label: 'Rating',
  description: 'Stars: satisfaction, priority, fit.',
  icon: 'star',
  properties: ['max'],
  widget: 'rating',
  convertsTo: ['integer', 'decimal', 'text'],
  check: ({ max }) =>
    max === undefined || (Number.isInteger(max) && max >= 1 && max <= MOST_STARS)
      ? []
      : [
          {
            code: 'invalid_range',
            pointer: '/max',
            message: `\`max\` must be a whole number of stars from 1 to ${MOST_STARS}.`,
          },
        ],
  valueSchema: (field) => ({ type: 'integer', minimum: 1, maximum: starsOf(field) }),
  canonicalise: (value) => (value === 0 ? 0 : blankText(value)),
  parseText: (text, field) => {
    const stars = /^[★*]{1,10}$/.exec(text.trim());
    if (stars) return { value: stars[0].length };
    const parsed = numberFamily.parseText(text, field);
    if ('value' in parsed && parsed.value !== null && !Number.isInteger(parsed.value))
      return { problem: 'A rating is a whole number of stars.' };
    return parsed;
  },
  display: (value, field) => `${String(value)} / ${starsOf(field)}`,
  sample: (random, field) => 1 + Math.floor(random() * starsOf(field)),
} as const satisfies FieldType;

function starsOf(field: CompiledField): number {
  return field.body.max ?? USUAL_STARS;
}
