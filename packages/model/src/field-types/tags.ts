/** Free words, in the order in which they were given, none twice. */
import type { FieldType, JsonValue } from '../field-type.ts';
import { STORABLE_TEXT, sampleWords } from './facets.ts';
import { multiSelect } from './multi-select.ts';

const LONGEST_TAG = 100;
const MOST_TAGS = 200;

export const tags = {
  ...multiSelect,
  convertsTo: ['text', 'long_text', 'multi_select'],
  name: 'tags',
  label: 'Tags',
  description: 'Free words that group records as people see fit.',
  icon: 'tags',
  properties: [],
  valueType: 'texts',
  widget: 'tags',
  check: () => [],
  valueSchema: () => ({
    type: 'array',
    minItems: 1,
    maxItems: MOST_TAGS,
    uniqueItems: true,
    items: { type: 'string', minLength: 1, maxLength: LONGEST_TAG, pattern: STORABLE_TEXT },
  }),
  canonicalise: (value) => {
    if (!Array.isArray(value)) return value === '' ? null : value;
    const entries = value
      .map((entry) => (typeof entry === 'string' ? tidy(entry) : entry))
      .filter((entry) => entry !== '');
    return entries.length === 0 ? null : [...new Set(entries)];
  },
  parseText: (text) => {
    const entries = (text.match(/(?:\\[\\;]|[^;\n])+/g) ?? [])
      .map((part) => tidy(part.trim().replaceAll(/\\([\\;])/g, '$1')))
      .filter((entry) => entry !== '');
    return { value: entries.length === 0 ? null : [...new Set(entries)] };
  },
  display: (value) => (value as readonly JsonValue[]).join(', '),
  sample: (random) => {
    const words = Array.from({ length: 1 + Math.floor(random() * 3) }, () => sampleWords(random, 1, 20));
    return [...new Set(words)];
  },
} as const satisfies FieldType;

/** One line without outer spaces: a tag is a word, not a text. */
function tidy(entry: string): string {
  return entry.normalize('NFC').replaceAll(/\s+/g, ' ').trim();
}
