/**
 * Text that is written and never read: a token, a licence key. Readers are told only that there is one, as
 * `{is_set: true}`; the same as input means "as it is". What is stored is a sealed form that only the engine opens.
 */
import type { FieldType, JsonValue } from '../field-type.ts';
import { STORABLE_TEXT, sampleWords } from './facets.ts';
import { structureFamily } from './structure.ts';

const MOST_CHARACTERS = 10_000;
/** How a secret stands in a text: in a CSV that is read back it leaves the secret as it is. */
const COVERED = '••••••';

/** What a reader gets of a secret. */
export const SECRET_IS_SET = Object.freeze({ is_set: true });

export const secret = {
  ...structureFamily,
  name: 'secret',
  label: 'Secret',
  description: 'A token or key: kept encrypted, used by the platform, never shown to anybody again.',
  category: 'text',
  icon: 'lock',
  isSecret: true,
  properties: [],
  aggregates: [],
  widget: 'secret',
  convertsTo: [],
  check: (body) =>
    body.default === undefined
      ? []
      : [
          {
            code: 'property_not_applicable',
            pointer: '/default',
            message: 'A secret has no default: it would stand in the metadata for all to read.',
          },
        ],
  valueSchema: () => ({
    secretText: true,
    errorMessage: `A secret is a text of up to ${MOST_CHARACTERS} characters.`,
  }),
  canonicalise: (value) => {
    if (value === COVERED) return SECRET_IS_SET;
    return typeof value === 'string' && value.trim() === '' ? null : value;
  },
  parseText: (text, field) => ({ value: field.type.canonicalise(text, field) as JsonValue }),
  toText: (value) => (typeof value === 'string' ? value : COVERED),
  display: () => COVERED,
  mask: () => COVERED,
  // Nobody can tell: a secret that is written is a new one.
  isEqual: (left, right) => left === right,
  sample: (random) => `token-${sampleWords(random, 2, 30).replaceAll(' ', '-')}`,
} as const satisfies FieldType;

/** Whether input says "as it is". */
export function isSecretKept(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return (value as { is_set?: unknown }).is_set === true && Object.keys(value).length === 1;
}

const STORABLE = new RegExp(STORABLE_TEXT, 'u');

/** Whether a value is a text that can be kept, or says "as it is". */
export function isSecretText(value: unknown): boolean {
  if (typeof value !== 'string') return isSecretKept(value);
  return value.trim() !== '' && value.length <= MOST_CHARACTERS && STORABLE.test(value);
}
