/**
 * Checks one value against a field's `valueSchema` by interpretation: for defaults at compile time, where compiling
 * a validator for one value would cost more than it checks. It knows the keywords that field types use; the engine
 * checks records with compiled validators over the same schemas, and a test proves that both agree.
 */
import type { JsonSchema } from './field-type.ts';
import { isCalendarDay } from './field-types/date.ts';
import { isOrdered } from './field-types/date-range.ts';
import { isStorableJson } from './field-types/json-text.ts';
import { isSecretText } from './field-types/secret.ts';
import type { CompiledField } from './model.ts';
import { countSignificantDigits } from './numbers.ts';
import { compilePattern, patternsUnderAllOf } from './patterns.ts';

/** Keywords of our own that hold of any value, for every validator of the platform. */
export const VALUE_KEYWORDS: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['storableJson', isStorableJson],
  ['startBeforeEnd', isOrdered],
  ['secretText', isSecretText],
]);

/** What is wrong with a canonical value, in a sentence, or undefined when it fits. */
export function checkValue(value: unknown, field: CompiledField): string | undefined {
  if (value === null || value === undefined) return undefined;
  return checkAgainst(value, field.type.valueSchema(field));
}

function checkAgainst(value: unknown, schema: JsonSchema): string | undefined {
  const plain = describeFault(value, schema);
  if (plain === undefined) return undefined;
  return typeof schema.errorMessage === 'string' ? schema.errorMessage : plain;
}

function describeFault(value: unknown, schema: JsonSchema): string | undefined {
  for (const [keyword, holds] of VALUE_KEYWORDS)
    if (schema[keyword] === true && !holds(value)) return 'It is not one of the values allowed.';
  if (!hasType(value, schema.type as string | undefined)) return `It must be ${String(schema.type)}.`;
  if (Array.isArray(schema.enum) && !schema.enum.includes(value))
    return 'It is not one of the values allowed.';
  if (typeof value === 'string') return checkText(value, schema);
  if (typeof value === 'number') return checkNumber(value, schema);
  if (Array.isArray(value)) return checkList(value, schema);
  if (typeof value === 'object' && value !== null)
    return checkObject(value as Record<string, unknown>, schema);
  return undefined;
}

function checkText(value: string, schema: JsonSchema): string | undefined {
  const length = [...value].length;
  if (typeof schema.minLength === 'number' && length < schema.minLength)
    return `It is shorter than ${schema.minLength} characters.`;
  if (typeof schema.maxLength === 'number' && length > schema.maxLength)
    return `It is longer than ${schema.maxLength} characters.`;
  const { pattern } = schema;
  if (typeof pattern === 'string' && !new RegExp(pattern, 'u').test(value))
    return 'It does not have the required form.';
  const given = patternsUnderAllOf(schema);
  if (given.some((source) => !compilePattern(source).test(value)))
    return 'It does not have the required form.';
  if (schema.format === 'date' && !isCalendarDay(value)) return 'There is no such day.';
  if (
    schema.format === 'date-time' &&
    (!isCalendarDay(value.slice(0, 10)) || Number.isNaN(Date.parse(value)))
  )
    return 'There is no such moment.';
  return undefined;
}

function checkNumber(value: number, schema: JsonSchema): string | undefined {
  if (typeof schema.minimum === 'number' && value < schema.minimum) return `It is below ${schema.minimum}.`;
  if (typeof schema.maximum === 'number' && value > schema.maximum) return `It is above ${schema.maximum}.`;
  if (
    typeof schema.maxSignificantDigits === 'number' &&
    countSignificantDigits(value) > schema.maxSignificantDigits
  ) {
    return `It has more than ${schema.maxSignificantDigits} digits.`;
  }
  return undefined;
}

function checkList(value: readonly unknown[], schema: JsonSchema): string | undefined {
  if (typeof schema.minItems === 'number' && value.length < schema.minItems)
    return `It has fewer than ${schema.minItems} entries.`;
  if (typeof schema.maxItems === 'number' && value.length > schema.maxItems)
    return `It has more than ${schema.maxItems} entries.`;
  if (schema.uniqueItems && new Set(value.map((item) => JSON.stringify(item))).size < value.length)
    return 'It has an entry twice.';
  const items = schema.items as JsonSchema | undefined;
  return items && value.map((item) => checkAgainst(item, items)).find((fault) => fault !== undefined);
}

function checkObject(value: Record<string, unknown>, schema: JsonSchema): string | undefined {
  const properties = (schema.properties ?? {}) as Record<string, JsonSchema>;
  const missing = ((schema.required as string[] | undefined) ?? []).find((name) => value[name] === undefined);
  if (missing !== undefined) return `\`${missing}\` is missing.`;
  if (schema.additionalProperties === false) {
    const unknown = Object.keys(value).find((name) => !Object.hasOwn(properties, name));
    if (unknown !== undefined) return `There is no property \`${unknown}\`.`;
  }
  return Object.entries(properties)
    .map(([name, each]) => (value[name] === undefined ? undefined : checkAgainst(value[name], each)))
    .find((fault) => fault !== undefined);
}

function hasType(value: unknown, type: string | undefined): boolean {
  if (type === undefined) return true;
  if (type === 'null') return value === null;
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'number') return Number.isFinite(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}
