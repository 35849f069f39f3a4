/**
 * A value of another record, shown as if it were this one's: the industry of a contact's account. Once its path is
 * known, a related field has the type of what it shows, made read only. It keeps nothing of its own, and shows to each
 * caller what the path itself would.
 */
import type { FieldBody } from '@trellis/metadata';
import type { FieldType } from '../field-type.ts';
import type { CompiledField } from '../model.ts';
import { formula } from './formula.ts';
import { text } from './text.ts';

export const related = {
  ...formula,
  name: 'related',
  label: 'Related field',
  description: 'A field of a record that this one links to, shown here.',
  icon: 'eye-share',
  properties: ['related'],
  check: (body) => {
    const faults: ReturnType<FieldType['check']>[number][] = [];
    if (body.related === undefined) {
      faults.push({
        code: 'required',
        pointer: '/related',
        message: 'A related field needs `related`: the way to what it shows.',
        hint: 'Such as `account.industry`: the field `industry` of what the lookup `account` points to.',
      });
    }
    for (const property of ['default', 'set_once', 'indexed'] as const) {
      if (body[property] === undefined || body[property] === null || body[property] === false) continue;
      faults.push({
        code: 'property_not_applicable',
        pointer: `/${property}`,
        message: `A related field keeps no value of its own: \`${property}\` means nothing on it.`,
        hint: 'Leave it out.',
      });
    }
    return faults;
  },
} as const satisfies FieldType;

/** Properties that say how a value looks and what it may be; the rest of a body is about the field itself. */
const SHOWN: readonly (keyof FieldBody)[] = [
  'max_length',
  'precision',
  'scale',
  'currency',
  'min',
  'max',
  'default_country',
  'language',
  'format',
  'display_as',
];

/** What a related field is, by what it shows. Undefined: it can't be shown so. */
export function relatedResult(
  source: CompiledField,
): { readonly type: FieldType; readonly body: Partial<FieldBody> } | undefined {
  const { type } = source;
  if (type.isSecret || type.isEncrypted || type.holdsFiles || source.junction || type.column === undefined)
    return undefined;
  // A number is given out once, on its own record; elsewhere it is a text.
  const shown = type.name === 'auto_number' ? text : type;
  const body = SHOWN.flatMap((key) => (source.body[key] === undefined ? [] : [[key, source.body[key]]]));
  return {
    type: {
      ...shown,
      category: 'computed',
      properties: related.properties,
      isReadOnly: true,
      convertsTo: [],
      check: related.check,
    },
    body: Object.fromEntries(body) as Partial<FieldBody>,
  };
}
