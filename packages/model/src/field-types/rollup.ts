/**
 * A roll-up: what the platform works out over the records that belong to this one, and keeps. What its values look
 * like depends on what is rolled up: `rollupType` gives the facets of a compiled one, and `rollup` those of a
 * definition whose parts are not known yet.
 */
import type { FieldBody } from '@trellis/metadata';
import type { FieldType } from '../field-type.ts';
import type { CompiledField } from '../model.ts';
import { boolean } from './boolean.ts';
import { decimal } from './decimal.ts';
import { numberFamily } from './facets.ts';
import { integer } from './integer.ts';

export type RollupFunction = NonNullable<FieldBody['rollup']>['function'];

export const rollup = {
  ...numberFamily,
  name: 'rollup',
  label: 'Roll-up',
  description: 'A count, sum or the like over records that belong to this one.',
  category: 'computed',
  icon: 'sum',
  properties: ['rollup'],
  isReadOnly: true,
  widget: 'decimal',
  convertsTo: [],
  check: (body) =>
    body.rollup === undefined
      ? [
          {
            code: 'required',
            pointer: '/rollup',
            message: 'A roll-up needs `rollup`: what is worked out over which records.',
            hint: 'Such as {"object": "deal", "via": "account", "function": "count"}.',
          },
        ]
      : [],
  display: (value, field, display) => decimal.display(value, field, display),
} as const satisfies FieldType;

/** The facets of a roll-up's values: those of a type, read only and under the roll-up's own name. */
function computedAs(result: FieldType): FieldType {
  const { name, label, description, category, icon, properties, isReadOnly, convertsTo, check } = rollup;
  return {
    ...result,
    name,
    label,
    description,
    category,
    icon,
    properties,
    isReadOnly,
    convertsTo,
    check,
    mask: rollup.mask,
  };
}

/**
 * What the values of a roll-up are: its type, and the properties that it takes over from the field that is rolled up
 * (currency, scale), so that a total looks like its parts.
 */
export function rollupResult(
  operation: RollupFunction,
  source: CompiledField | undefined,
): { readonly type: FieldType; readonly body: Partial<FieldBody> } {
  if (operation === 'count' || source === undefined)
    return { type: computedAs(operation === 'count' ? integer : boolean), body: { scale: 0 } };
  if (operation === 'any' || operation === 'all') return { type: computedAs(boolean), body: {} };
  const { type } = source;
  const kept: Partial<FieldBody> = {};
  if (source.body.currency !== undefined) kept.currency = source.body.currency;
  if (type.valueType !== 'number') return { type: computedAs(type), body: kept };
  const isCurrency = type.widget === 'currency';
  const isWhole = type.widget === 'integer' || type.widget === 'rating';
  const scale = isWhole ? 0 : (source.body.scale ?? (isCurrency ? 2 : undefined));
  if (operation === 'min' || operation === 'max') {
    if (type.widget === 'rating' && source.body.max !== undefined) kept.max = source.body.max;
    return { type: computedAs(type), body: { ...kept, ...(scale === undefined ? {} : { scale }) } };
  }
  if (isWhole) {
    // The sum of whole numbers is whole, their average is not; a sum of stars is a number.
    return operation === 'sum'
      ? { type: computedAs(integer), body: { ...kept, scale: 0 } }
      : { type: computedAs(decimal), body: { ...kept, scale: 2 } };
  }
  return { type: computedAs(type), body: { ...kept, ...(scale === undefined ? {} : { scale }) } };
}
