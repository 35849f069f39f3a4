/** The name of a person in its parts, so that a letter can greet and a list can be sorted by hand. */
import type { FieldType, JsonValue } from '../field-type.ts';
import { sampleWords } from './facets.ts';
import { formatPersonName, PERSON_NAME_PARTS } from './person-name-text.ts';
import { joinParts, partsSchema, splitParts, structureFamily, textPart, tidyParts } from './structure.ts';
import { text } from './text.ts';

const SALUTATIONS = new Set([
  'mr',
  'mrs',
  'ms',
  'mx',
  'miss',
  'dr',
  'prof',
  'herr',
  'frau',
  'mme',
  'sir',
  'dame',
]);
const SUFFIXES = new Set(['jr', 'sr', 'ii', 'iii', 'iv', 'phd', 'md', 'esq']);

export const personName = {
  ...structureFamily,
  name: 'person_name',
  label: 'Person name',
  description: 'A name in its parts: salutation, first, middle and last name, suffix.',
  category: 'text',
  icon: 'id',
  properties: [],
  widget: 'person_name',
  parts: {
    salutation: { label: 'Salutation', type: text },
    first: { label: 'First name', type: text },
    middle: { label: 'Middle name', type: text },
    last: { label: 'Last name', type: text },
    suffix: { label: 'Suffix', type: text },
  },
  convertsTo: ['text'],
  valueSchema: () =>
    partsSchema({
      salutation: textPart(40),
      first: textPart(100),
      middle: textPart(100),
      last: textPart(100),
      suffix: textPart(40),
    }),
  canonicalise: (value) =>
    tidyParts(value, PERSON_NAME_PARTS, (part) => part.normalize('NFC').replaceAll(/\s+/g, ' ').trim()),
  parseText: (typed, field) => {
    const parts = splitParts(typed);
    if (parts.length > PERSON_NAME_PARTS.length)
      return {
        problem: `A name has at most ${PERSON_NAME_PARTS.length} parts: ${PERSON_NAME_PARTS.join(', ')}.`,
      };
    const given =
      parts.length === 1
        ? readName(parts[0]!)
        : Object.fromEntries(parts.map((part, index) => [PERSON_NAME_PARTS[index]!, part]));
    return { value: field.type.canonicalise(given, field) as JsonValue };
  },
  toText: (value) => joinParts(value, PERSON_NAME_PARTS),
  display: (value, _field, { locale }) => formatPersonName(value, locale),
  sample: (random) => {
    const [first = 'Ada', last = 'Birch'] = sampleWords(random, 2, 40)
      .split(' ')
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1));
    return random() < 0.3 ? { salutation: 'Dr.', first, last } : { first, last };
  },
} as const satisfies FieldType;

/** `Dr. Ada Maria Lovelace Jr.` and `Lovelace, Ada`, as people write names that nobody took apart. */
function readName(text: string): { [part: string]: string } {
  const [before = '', ...after] = text.slice(0, 500).split(',');
  const bare = (word: string) => word.toLowerCase().replaceAll('.', '');
  const words = [...after.join(' ').split(/\s+/), ...before.split(/\s+/)].filter((word) => word !== '');
  const isReversed = after.length > 0;
  const salutation = words.length > 1 && SALUTATIONS.has(bare(words[0]!)) ? words.shift()! : '';
  const suffix = words.length > 1 && SUFFIXES.has(bare(words.at(-1)!)) ? words.pop()! : '';
  if (isReversed) {
    const last = before.trim();
    const given = words.slice(0, Math.max(0, words.length - last.split(/\s+/).length));
    return { salutation, first: given[0] ?? '', middle: given.slice(1).join(' '), last, suffix };
  }
  if (words.length === 1) return { salutation, last: words[0]!, suffix };
  return {
    salutation,
    first: words[0] ?? '',
    middle: words.slice(1, -1).join(' '),
    last: words.at(-1) ?? '',
    suffix,
  };
}
