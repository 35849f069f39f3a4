/** Compiles the default of a field: a literal, today, now, the acting user, or what is computed from the record. */
import type { ComponentOf } from '@trellis/metadata';
import type { Compilation } from './compilation.ts';
import { OPERATORS } from './expressions/check.ts';
import type { JsonValue } from './field-type.ts';
import type { CompiledField, FieldDefault } from './model.ts';
import { checkValue } from './value-schema.ts';

export function compileDefault(
  compilation: Compilation,
  component: ComponentOf<'field'>,
  field: CompiledField,
): FieldDefault | undefined {
  const written = component.body.default;
  if (written === undefined || written === null) return undefined;
  const at = '/body/default';
  // Types without a value of their own refuse a default themselves.
  if (field.type.column === undefined) return undefined;
  if (field.type.isReadOnly) {
    compilation.error(
      component,
      'property_not_applicable',
      at,
      `a field of type ${field.type.name} takes no default.`,
    );
    return undefined;
  }
  const expression = expressionOf(written);
  if (expression) {
    const wanted = { today: 'date', now: 'datetime', user: 'id' }[expression];
    const holdsUsers = field.targets.length === 1 && field.targets[0] === 'user' && !field.isPolymorphic;
    const fits = field.type.valueType === wanted && (expression !== 'user' || holdsUsers);
    if (fits) return { kind: expression };
    compilation.error(
      component,
      'wrong_type',
      at,
      `this default does not fit a field of type ${field.type.name}.`,
    );
    return undefined;
  }
  // What it computes is checked with the rules, once all fields are known.
  if (isCall(written) && field.type.name !== 'json') {
    return { kind: 'computed' };
  }
  const value = field.type.canonicalise(written, field);
  if (value === null) return undefined;
  const fault = checkValue(value, field);
  if (fault !== undefined) {
    compilation.error(component, 'invalid_value', at, `the default does not fit the field: ${fault}`);
    return undefined;
  }
  return { kind: 'value', value: value as JsonValue };
}

/** Whether it is one operator with its arguments rather than a value of several parts. */
function isCall(written: unknown): boolean {
  if (typeof written !== 'object' || written === null || Array.isArray(written)) return false;
  const [operator, ...others] = Object.keys(written);
  return operator !== undefined && others.length === 0 && OPERATORS.includes(operator);
}

function expressionOf(written: unknown): 'today' | 'now' | 'user' | undefined {
  if (typeof written !== 'object' || written === null || Array.isArray(written)) return undefined;
  const entries = Object.entries(written);
  const [operator, argument] = entries[0] ?? [];
  if (entries.length !== 1) return undefined;
  if (operator === 'today' || operator === 'now')
    return argument === null || (Array.isArray(argument) && argument.length === 0) ? operator : undefined;
  const path: unknown = Array.isArray(argument) ? argument[0] : argument;
  return operator === 'var' && path === '$user.id' ? 'user' : undefined;
}
