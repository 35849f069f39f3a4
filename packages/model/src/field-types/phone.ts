/**
 * A phone number: E.164 where it can be understood (with the field's default country), else as typed if it has at
 * least five digits and only characters of phone numbers. Parsing is libphonenumber's.
 */

import type { CountryCode } from 'libphonenumber-js/min';
import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { FieldType } from '../field-type.ts';
import { blankToNull, textFamily } from './facets.ts';
import { severalOf } from './several.ts';

export const phone = {
  ...textFamily,
  name: 'phone',
  label: 'Phone',
  description: 'A phone number; a click calls it.',
  icon: 'phone',
  properties: ['multiple', 'default_country'],
  widget: 'phone',
  column: { type: 'text', index: 'btree', searchedAs: 'digits' },
  convertsTo: ['text', 'long_text'],
  check: (body) =>
    body.default_country === undefined || isSupportedCountry(body.default_country)
      ? []
      : [
          {
            code: 'invalid_value',
            pointer: '/default_country',
            message: `There is no country \`${body.default_country}\`.`,
            hint: 'Give its ISO 3166 code, such as DE, GB or US.',
          },
        ],
  valueSchema: () => ({
    type: 'string',
    maxLength: 40,
    pattern: '^(?=(?:\\D*\\d){5})[+()\\d\\s./x#*,;-]+$',
    errorMessage: 'This is not a phone number: it needs at least five digits.',
  }),
  canonicalise: (value, field) => {
    if (typeof value !== 'string') return value;
    const typed = blankToNull(value.normalize('NFKC').trim());
    if (typed === null || typed.length > 40) return typed;
    const defaultCountry = field.body.default_country as CountryCode | undefined;
    // Not extracted from a longer text: what stands around the number must not get lost.
    const parsed = parsePhoneNumberFromString(typed.replace(/^tel:/i, ''), {
      extract: false,
      ...(defaultCountry === undefined ? {} : { defaultCountry }),
    });
    if (!parsed?.isValid()) return typed;
    return parsed.ext === undefined ? parsed.number : `${parsed.number} x${parsed.ext}`;
  },
  display: (value) => {
    const [number = '', extension] = String(value).split(' x');
    const parsed = parsePhoneNumberFromString(number);
    return (parsed?.formatInternational() ?? number) + (extension === undefined ? '' : ` x${extension}`);
  },
  mask: (value) => `•••${String(value).slice(-2)}`,
  sample: (random) => `+4930${String(Math.floor(random() * 9_000_000) + 1_000_000)}`,
} as const satisfies FieldType;

export const phones = severalOf(phone, {
  label: 'Phones',
  description: 'Several phone numbers, each with a label if wanted; the first is the primary one.',
  widget: 'phones',
  separators: '',
});
