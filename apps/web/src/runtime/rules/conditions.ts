/** Conditions of layouts on a record, as the server would judge them. What can't be known here counts as met. */
import {
  type ExpressionContext,
  fromPortable,
  type JsonValue,
  type PortableExpression,
} from '@trellis/model';
import { holds, type Values } from '@trellis/rules';

/** Whether a condition of a layout holds; hiding by mistake loses more than showing by mistake. */
export function isMet(condition: unknown, values: Values, context: ExpressionContext): boolean {
  if (condition === undefined || condition === null) return true;
  const portable = condition as PortableExpression;
  return !isDecidable(portable, values) || holds(fromPortable(portable), { values, context });
}

/** Whether every value of another record that it reads is at hand. */
export function isDecidable({ reads }: PortableExpression, values: Values): boolean {
  return reads.every(({ text }) => Object.hasOwn(values, text));
}

/** A record as expressions read it, with what its expanded lookups tell of the records behind them. */
export function valuesOf(record: Readonly<Record<string, unknown>>): Values {
  const values: Record<string, JsonValue | undefined> = {};
  for (const [name, value] of Object.entries(record)) {
    values[name] = value as JsonValue;
    if (typeof value !== 'object' || value === null || !('id' in value) || !('name' in value)) continue;
    values[`${name.replace(/_id$/, '')}.name`] = value.name as JsonValue;
  }
  return values;
}
