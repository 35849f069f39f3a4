/** One line of text. */
import type { FieldType } from '../field-type.ts';
import { sampleWords, textFamily, textSchema } from './facets.ts';

export const text = {
  ...textFamily,
  name: 'text',
  label: 'Text',
  description: 'One line: a name, a code, a title.',
  icon: 'letter-case',
  properties: ['max_length', 'pattern'],
  widget: 'text',
  convertsTo: ['long_text', 'email', 'phone', 'url', 'integer', 'decimal', 'date', 'select'],
  check: () => [],
  valueSchema: (field) => textSchema(field, 255),
  sample: (random, field) => sampleWords(random, 2, field.body.max_length ?? 255),
} as const satisfies FieldType;
