/** A web address, or a mailto: or tel: link; other schemes could run code and are refused. */
import type { FieldType } from '../field-type.ts';
import { blankToNull, sampleWords, textFamily } from './facets.ts';

/** Labels hold no dot, so that there is one way only to match (any other pattern can take for ever). */
const BARE_DOMAIN = /^[^\s/:@.?#]+(\.[^\s/:@.?#]+)+(:\d+)?([/?#]\S*)?$/;

export const url = {
  ...textFamily,
  name: 'url',
  label: 'Link',
  description: 'A web address; a click opens it.',
  icon: 'link',
  column: { type: 'text', index: 'btree', isAddress: true },
  properties: [],
  widget: 'url',
  convertsTo: ['text', 'long_text'],
  valueSchema: () => ({
    type: 'string',
    maxLength: 2048,
    pattern: '^(https?://[^\\s/\\u0000\\p{Cs}][^\\s\\u0000\\p{Cs}]*|(mailto|tel):[^\\s\\u0000\\p{Cs}]+)$',
    errorMessage: 'This is not a web address: it must begin with https://, http://, mailto: or tel:.',
  }),
  canonicalise: (value) => {
    if (typeof value !== 'string') return value;
    const typed = blankToNull(value.normalize('NFC').trim());
    if (typed === null) return null;
    if (BARE_DOMAIN.test(typed)) return `https://${typed}`;
    return typed.replace(/^[a-z]+:/i, (scheme) => scheme.toLowerCase());
  },
  display: (value) =>
    String(value)
      .replace(/^(https?:\/\/(www\.)?|mailto:|tel:)/, '')
      .replace(/\/$/, ''),
  sample: (random) => `https://${sampleWords(random, 1, 20)}.example.com`,
} as const satisfies FieldType;
