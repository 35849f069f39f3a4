/**
 * What types of several parts have in common: they are kept as one JSON object, can be asked only whether they are
 * there, and are written into one cell of a CSV as parts with semicolons between them.
 */
import type { FieldType, JsonSchema, JsonValue } from '../field-type.ts';
import { compareCodePoints, STORABLE_TEXT } from './facets.ts';

export const structureFamily = {
  valueType: 'structure',
  column: { type: 'jsonb', index: 'none' },
  isReadOnly: false,
  filterOperators: ['is_blank'],
  aggregates: ['count'],
  isSortable: false,
  isGroupable: false,
  merge: 'keep',
  check: () => [],
  compare: (left: JsonValue, right: JsonValue) =>
    compareCodePoints(JSON.stringify(left), JSON.stringify(right)),
  isEqual: isSameJson,
  mask: () => '••••••',
} as const satisfies Partial<FieldType>;

export type TextParts = { readonly [part: string]: JsonValue };

/** Whether two values of JSON say the same: the order of an object's keys says nothing, and PostgreSQL changes it. */
export function isSameJson(left: JsonValue, right: JsonValue): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left) || Array.isArray(right)) {
    if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false;
    return left.every((entry, index) => isSameJson(entry, right[index]!));
  }
  const [first, second] = [left as TextParts, right as TextParts];
  const keys = Object.keys(first);
  return (
    keys.length === Object.keys(second).length &&
    keys.every((key) => Object.hasOwn(second, key) && isSameJson(first[key]!, second[key]!))
  );
}

/** An object with its texts tidied, blank parts left out and known parts first, in their order; null without any. */
export function tidyParts(
  value: unknown,
  names: readonly string[],
  tidy: (text: string, name: string) => string,
): unknown {
  if (typeof value === 'string' && value.trim() === '') return null;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value)
    .map(([name, part]): [string, unknown] => [name, typeof part === 'string' ? tidy(part, name) : part])
    .filter(([, part]) => part !== '' && part !== null && part !== undefined);
  if (entries.length === 0) return null;
  const place = (name: string) => (names.includes(name) ? names.indexOf(name) : names.length);
  return Object.fromEntries(entries.sort(([left], [right]) => place(left) - place(right)));
}

/** Schema of an object of text parts, none of them required, others than these refused. */
export function partsSchema(parts: { readonly [name: string]: JsonSchema }): JsonSchema {
  return { type: 'object', properties: parts, additionalProperties: false };
}

export function textPart(maxLength: number): JsonSchema {
  return { type: 'string', minLength: 1, maxLength, pattern: STORABLE_TEXT };
}

/** `Dr.;Ada;;Lovelace;`: every part in its place, semicolons in them escaped. */
export function joinParts(value: JsonValue, names: readonly string[]): string {
  const parts = value as TextParts;
  return names.map((name) => String(parts[name] ?? '').replaceAll(/[\\;]/g, '\\$&')).join(';');
}

/** The parts that `joinParts` wrote. */
export function splitParts(text: string): string[] {
  const parts = [''];
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]!;
    const next = text[at + 1];
    if (letter === '\\' && (next === '\\' || next === ';')) {
      parts[parts.length - 1] += next;
      at++;
    } else if (letter === ';') parts.push('');
    else parts[parts.length - 1] += letter;
  }
  return parts;
}
