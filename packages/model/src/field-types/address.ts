/** A postal address in its parts; the country is its ISO 3166 code. */
import type { FieldType, JsonValue } from '../field-type.ts';
import { ADDRESS_PARTS, addressLines } from './address-text.ts';
import { COUNTRIES } from './countries.ts';
import { sampleWords } from './facets.ts';
import { joinParts, partsSchema, splitParts, structureFamily, textPart, tidyParts } from './structure.ts';
import { text } from './text.ts';

export const address = {
  ...structureFamily,
  name: 'address',
  label: 'Address',
  description: 'A postal address: street, city, state, postal code and country.',
  category: 'text',
  icon: 'map-pin',
  properties: [],
  widget: 'address',
  parts: {
    street: { label: 'Street', type: text },
    city: { label: 'City', type: text },
    state: { label: 'State', type: text },
    postal_code: { label: 'Postal code', type: text },
    country: { label: 'Country', type: text },
  },
  convertsTo: ['long_text', 'text'],
  valueSchema: () =>
    partsSchema({
      street: textPart(500),
      city: textPart(200),
      state: textPart(200),
      postal_code: textPart(20),
      country: {
        type: 'string',
        enum: COUNTRIES,
        errorMessage: 'A country is given by its ISO 3166 code, such as DE, GB or US.',
      },
    }),
  canonicalise: (value) =>
    tidyParts(value, ADDRESS_PARTS, (part, name) => {
      const tidy = part.normalize('NFC');
      if (name === 'country') return tidy.trim().toUpperCase();
      if (name !== 'street') return tidy.replaceAll(/\s+/g, ' ').trim();
      // A street may have several lines: a building, a floor, care of.
      return tidy
        .split(/\r\n?|\n/)
        .map((line) => line.replaceAll(/\s+/g, ' ').trim())
        .filter((line) => line !== '')
        .join('\n');
    }),
  parseText: (typed, field) => {
    if (typed.trim() === '') return { value: null };
    const parts = splitParts(typed);
    if (parts.length !== ADDRESS_PARTS.length)
      return { problem: 'An address is written as street;city;state;postal code;country.' };
    const given = Object.fromEntries(parts.map((part, index) => [ADDRESS_PARTS[index]!, part]));
    return { value: field.type.canonicalise(given, field) as JsonValue };
  },
  toText: (value) => joinParts(value, ADDRESS_PARTS),
  display: (value, _field, { locale }) => addressLines(value, locale).join(', '),
  sample: (random) => ({
    street: `${1 + Math.floor(random() * 99)} ${sampleWords(random, 1, 20)} street`,
    city: sampleWords(random, 1, 20),
    postal_code: String(10_000 + Math.floor(random() * 89_999)),
    country: COUNTRIES[Math.floor(random() * COUNTRIES.length)]!,
  }),
} as const satisfies FieldType;
