/**
 * An e-mail address, kept in lower case: the local part is case-sensitive by the letter of RFC 5321 §2.4 and
 * nowhere in practice, and two spellings of one address must not pass as two people.
 */
import type { FieldType } from '../field-type.ts';
import { blankToNull, sampleWords, textFamily } from './facets.ts';
import { severalOf } from './several.ts';

const ADDRESS =
  '^[^\\s@"(),:;<>\\\\\\[\\]\\u0000\\p{Cs}]{1,64}@[^\\s@.\\u0000\\p{Cs}]+(\\.[^\\s@.\\u0000\\p{Cs}]+)+$';

export const email = {
  ...textFamily,
  name: 'email',
  label: 'E-mail',
  description: 'An e-mail address; a click writes a message.',
  icon: 'mail',
  column: { type: 'text', index: 'btree', isAddress: true },
  properties: ['multiple'],
  widget: 'email',
  convertsTo: ['text', 'long_text'],
  valueSchema: () => ({
    type: 'string',
    minLength: 3,
    maxLength: 254,
    pattern: ADDRESS,
    errorMessage: 'This is not an e-mail address.',
  }),
  canonicalise: (value) =>
    typeof value === 'string' ? blankToNull(value.trim().toLowerCase().normalize('NFC')) : value,
  mask: (value) => `•••@${String(value).split('@')[1] ?? ''}`,
  sample: (random) => `${sampleWords(random, 1, 20)}.${sampleWords(random, 1, 20)}@example.com`,
} as const satisfies FieldType;

export const emails = severalOf(email, {
  label: 'E-mails',
  description: 'Several e-mail addresses, each with a label if wanted; the first is the primary one.',
  widget: 'emails',
  separators: ',',
});
