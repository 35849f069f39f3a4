/**
 * Facets that several field types have in common. A type's own file spreads one of these families and says what
 * is different, so that each file still reads as the whole of its type.
 */
import type { FieldBody } from '@trellis/metadata';
import type { AggregateFunction, FieldType, FilterOperator, JsonValue, ParsedText } from '../field-type.ts';
import type { CompiledField } from '../model.ts';
import { roundHalfAwayFromZero } from '../numbers.ts';

type Family<K extends keyof FieldType> = Pick<FieldType, K>;
type Fault = ReturnType<FieldType['check']>[number];

const COMPARISONS: readonly FilterOperator[] = ['==', '!=', '<', '<=', '>', '>=', 'in', 'is_blank'];
export const NUMBER_OPERATORS = COMPARISONS;
export const DATE_OPERATORS: readonly FilterOperator[] = [...COMPARISONS, 'period'];
export const TEXT_OPERATORS: readonly FilterOperator[] = [
  ...COMPARISONS,
  'contains',
  'starts_with',
  'ends_with',
];
export const CHOICE_OPERATORS: readonly FilterOperator[] = ['==', '!=', 'in', 'is_blank'];
export const COUNTS: readonly AggregateFunction[] = ['count', 'count_distinct'];
export const ORDERED: readonly AggregateFunction[] = [...COUNTS, 'min', 'max'];
export const NUMERIC: readonly AggregateFunction[] = [...ORDERED, 'sum', 'avg'];

/** Text that PostgreSQL can store: no NUL, no half of a surrogate pair. */
export const STORABLE_TEXT = '^[^\\u0000\\p{Cs}]*$';

/** What every type that is equal by value and shown as it is has. */
const plain = {
  isReadOnly: false,
  merge: 'keep',
  check: () => [],
  isEqual: (left: JsonValue, right: JsonValue) => left === right,
  mask: () => '••••••',
} as const satisfies Partial<FieldType>;

export const textFamily: Family<
  | 'category'
  | 'valueType'
  | 'column'
  | 'isReadOnly'
  | 'filterOperators'
  | 'aggregates'
  | 'isSortable'
  | 'isGroupable'
  | 'merge'
  | 'check'
  | 'canonicalise'
  | 'parseText'
  | 'toText'
  | 'display'
  | 'compare'
  | 'isEqual'
  | 'mask'
> = {
  ...plain,
  category: 'text',
  valueType: 'text',
  column: { type: 'text', index: 'btree' },
  filterOperators: TEXT_OPERATORS,
  aggregates: ORDERED,
  isSortable: true,
  isGroupable: true,
  canonicalise: (value) => (typeof value === 'string' ? blankToNull(value.normalize('NFC').trim()) : value),
  parseText: (text, field) => parsedBy(field, text),
  toText: (value) => String(value),
  display: (value) => String(value),
  compare: (left, right) => compareCodePoints(String(left), String(right)),
};

export const numberFamily: Family<
  | 'category'
  | 'valueType'
  | 'column'
  | 'isReadOnly'
  | 'filterOperators'
  | 'aggregates'
  | 'isSortable'
  | 'isGroupable'
  | 'merge'
  | 'check'
  | 'valueSchema'
  | 'canonicalise'
  | 'parseText'
  | 'toText'
  | 'compare'
  | 'isEqual'
  | 'mask'
  | 'sample'
> = {
  ...plain,
  category: 'number',
  valueType: 'number',
  column: { type: 'numeric', index: 'btree' },
  filterOperators: NUMBER_OPERATORS,
  aggregates: NUMERIC,
  isSortable: true,
  isGroupable: true,
  check: checkRange,
  valueSchema: (field) => ({ type: 'number', maxSignificantDigits: digitsOf(field), ...rangeOf(field) }),
  canonicalise: (value, field) =>
    typeof value === 'number' && Number.isFinite(value)
      ? roundHalfAwayFromZero(value, scaleOf(field))
      : blankText(value),
  parseText: (text, field) => {
    const cleaned = text.trim().replaceAll(/[\s\u00a0\u202f']/g, '');
    if (cleaned === '') return { value: null };
    const withoutGroups = /^[-+]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(cleaned)
      ? cleaned.replaceAll(',', '')
      : cleaned;
    if (!/^[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?$/i.test(withoutGroups))
      return { problem: 'This is not a number.' };
    const value = Number(withoutGroups);
    // A double would silently change the digits beyond those that it holds.
    if (!Number.isFinite(value) || countWholeDigits(withoutGroups) > MAX_DIGITS)
      return { problem: `A number has at most ${MAX_DIGITS} digits.` };
    return { value: field.type.canonicalise(value, field) as JsonValue };
  },
  toText: (value) => String(value),
  compare: (left, right) => Number(left) - Number(right),
  sample: (random, field) => {
    const { min, max } = field.body;
    const least = min ?? (max !== undefined && max < 0 ? max - 1000 : 0);
    const most = max ?? least + 1000;
    const digits = Number((least + random() * (most - least)).toPrecision(digitsOf(field)));
    const value = roundHalfAwayFromZero(digits, scaleOf(field));
    return value < least || value > most ? least : value;
  },
};

/** Digits before the point of a number's text, without zeros at either end. */
function countWholeDigits(text: string): number {
  const whole = /^[-+]?0*(\d*)/.exec(text)![1]!;
  let end = whole.length;
  while (end > 0 && whole[end - 1] === '0') end--;
  return end;
}

/** Significant digits that survive a round trip through a double. */
const MAX_DIGITS = 15;

/** Digits after the point that a field keeps: its `scale`, else the type's habit. */
export function scaleOf(field: CompiledField): number {
  if (field.type.name === 'integer') return 0;
  return field.body.scale ?? (field.type.name === 'currency' ? 2 : 6);
}

function digitsOf(field: CompiledField): number {
  return field.body.precision ?? MAX_DIGITS;
}

function rangeOf(field: CompiledField): { minimum?: number; maximum?: number } {
  return {
    ...(field.body.min === undefined ? {} : { minimum: field.body.min }),
    ...(field.body.max === undefined ? {} : { maximum: field.body.max }),
  };
}

function checkRange(body: FieldBody): readonly Fault[] {
  const faults: Fault[] = [];
  if (body.min !== undefined && body.max !== undefined && body.min > body.max) {
    faults.push({
      code: 'invalid_range',
      pointer: '/max',
      message: '`max` is below `min`.',
      hint: 'Swap them.',
    });
  }
  if (body.scale !== undefined && body.precision !== undefined && body.scale > body.precision) {
    faults.push({
      code: 'invalid_range',
      pointer: '/scale',
      message: '`scale` is above `precision`: more digits after the point than there are digits.',
    });
  }
  return faults;
}

/** Schema of a line or block of text with the field's own bounds. A pattern under `allOf` is an admin's (`patterns.ts`). */
export function textSchema(field: CompiledField, maxLength: number) {
  return {
    type: 'string',
    minLength: 1,
    maxLength: field.body.max_length ?? maxLength,
    pattern: STORABLE_TEXT,
    ...(field.body.pattern === undefined ? {} : { allOf: [{ pattern: field.body.pattern }] }),
  };
}

export function blankToNull(text: string): string | null {
  return text === '' ? null : text;
}

/** Empty text is blank in every type; all else is left for the schema to refuse. */
export function blankText(value: unknown): unknown {
  return typeof value === 'string' && value.trim() === '' ? null : value;
}

function parsedBy(field: CompiledField, text: string): ParsedText {
  return { value: field.type.canonicalise(text, field) as JsonValue };
}

/** Order by code point, as SQL's collation "C" has it over UTF-8. JavaScript's `<` compares UTF-16 units instead. */
export function compareCodePoints(left: string, right: string): number {
  const [first, second] = [Array.from(left), Array.from(right)];
  for (let index = 0; index < Math.min(first.length, second.length); index++) {
    const difference = first[index]!.codePointAt(0)! - second[index]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return first.length - second.length;
}

const WORDS = ['amber', 'birch', 'cedar', 'delta', 'ember', 'fjord', 'grove', 'harbour', 'ivory', 'juniper'];

/** A few words, for samples of text. */
export function sampleWords(random: () => number, count: number, maxLength: number): string {
  const words = Array.from({ length: count }, () => WORDS[Math.floor(random() * WORDS.length)]);
  return words.join(' ').slice(0, maxLength).trim() || 'a';
}

/** An id of the right form, for samples of lookups: version 7's layout with random bits. */
export function sampleId(random: () => number): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}

export const ID_PATTERN = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';
const ID = new RegExp(ID_PATTERN);

/** Whether a text has the form of an id, in small letters as ids are written. */
export function isId(text: string): boolean {
  return ID.test(text);
}
