/** Several lines of text, without formatting. */
import type { FieldType } from '../field-type.ts';
import { blankToNull, sampleWords, textFamily, textSchema } from './facets.ts';

export const longText = {
  ...textFamily,
  name: 'long_text',
  label: 'Long text',
  description: 'Several lines: a description, notes.',
  icon: 'align-left',
  properties: ['max_length', 'pattern'],
  widget: 'long_text',
  convertsTo: ['text', 'markdown', 'code', 'email', 'phone', 'url', 'tags', 'address'],
  column: { type: 'text', index: 'none' },
  filterOperators: ['contains', 'starts_with', 'ends_with', 'is_blank'],
  aggregates: ['count'],
  isSortable: false,
  isGroupable: false,
  check: () => [],
  valueSchema: (field) => textSchema(field, 131_072),
  canonicalise: (value) =>
    typeof value === 'string' ? blankToNull(value.replaceAll(/\r\n?/g, '\n').normalize('NFC').trim()) : value,
  sample: (random, field) => sampleWords(random, 12, field.body.max_length ?? 131_072),
} as const satisfies FieldType;
