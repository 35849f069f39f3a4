/**
 * What becomes of a value when its field changes its type: the value in the new type, with or without loss, or the
 * reason why it has none. Pure; titles of linked records come in, because a model knows no records.
 *
 * A conversion is exact when converting the result back gives the old value: that is the definition, not a table of
 * promises, so it can't disagree with what the conversion does.
 */
import type { FieldBody, FieldTypeName } from '@trellis/metadata';
import { dayOf, startOfDay } from './days.ts';
import type { CompiledOption, FieldType, JsonValue } from './field-type.ts';
import { readOption } from './field-types/options.ts';
import { FIELD_TYPES, typeOfBody } from './field-types/registry.ts';
import { plainText } from './field-types/rich-text-plain.ts';
import { entryValues } from './field-types/several-text.ts';
import type { CompiledField } from './model.ts';
import { roundHalfAwayFromZero } from './numbers.ts';
import { checkValue } from './value-schema.ts';

export type ConvertedValue =
  | { readonly value: JsonValue; readonly isExact: boolean }
  /** A sentence that does not repeat the value. */
  | { readonly problem: string };

export interface ConversionScope {
  /** IANA zone in which a moment has its day: the workspace's. */
  readonly timeZone: string;
  /** Titles of linked records by id; a link without one keeps its id. */
  readonly titles?: ReadonlyMap<string, string | null>;
  /** What is wrong with a value of the new type, undefined when nothing is; `checkValue` unless given. */
  readonly check?: (value: JsonValue, field: CompiledField) => string | undefined;
}

/** Types whose values are one text and are taken as they stand. */
const PLAIN_TEXTS: ReadonlySet<string> = new Set([
  'text',
  'long_text',
  'markdown',
  'code',
  'email',
  'url',
  'phone',
  'color',
  'auto_number',
]);
const TOO_RICH = 'This can not be turned into the new type.';

/** Whether values of one type may become values of another at all. */
export function canConvert(from: FieldType, to: FieldType): boolean {
  if (from.isEncrypted || to.isEncrypted) return false;
  return from.convertsTo.includes(to.name) || (from.name === to.name && from !== to && areLists(from, to));
}

/** One address and several: each becomes the other. */
function areLists(from: FieldType, to: FieldType): boolean {
  return from.column?.entry !== undefined || to.column?.entry !== undefined;
}

/** Types that a field of this type may be changed to while it holds values. */
export function conversionTargets(from: FieldTypeName): readonly FieldTypeName[] {
  return (FIELD_TYPES.get(from)?.convertsTo ?? []).filter((name) => FIELD_TYPES.has(name));
}

/**
 * Converts one canonical, non-blank value. Never throws.
 *
 * @example convertValue(text, integer, '0012', scope) → { value: 12, isExact: false }
 */
export function convertValue(
  from: CompiledField,
  to: CompiledField,
  value: JsonValue,
  scope: ConversionScope,
): ConvertedValue {
  // Only a person can say which record is meant, and the link would have to be checked.
  if (to.type.category === 'relation') return { problem: TOO_RICH };
  const found = convertBetween(from, to, value, scope);
  if ('problem' in found) return found;
  if (found.value === null) return { problem: 'Nothing of it is left in the new type.' };
  const check = scope.check ?? checkValue;
  const fault = check(found.value, to);
  if (fault !== undefined) return { problem: fault };
  // No text leads back to a record for certain.
  if (from.type.category === 'relation') return { value: found.value, isExact: false };
  const back = convertBetween(to, from, found.value, scope);
  return { value: found.value, isExact: !('problem' in back) && from.type.isEqual(back.value, value) };
}

type Outcome = { readonly value: JsonValue } | { readonly problem: string };

function convertBetween(
  from: CompiledField,
  to: CompiledField,
  value: JsonValue,
  scope: ConversionScope,
): Outcome {
  try {
    const [source, target] = [from.type, to.type];
    if (source.valueType === 'number' && target.valueType === 'number') return roundTo(to, Number(value));
    if (source.name === target.name && areLists(source, target)) {
      return canonical(target.column?.entry === undefined ? (entryValues(value)[0] ?? null) : [value], to);
    }
    if (source.name === 'date' && target.name === 'datetime') {
      return { value: startOfDay(String(value), scope.timeZone) };
    }
    if (source.name === 'datetime' && target.name === 'date') {
      return { value: dayOf(String(value), scope.timeZone) };
    }
    if (hasOptions(target)) return chooseOptions(from, to, value);
    if (hasOptions(source)) {
      const texts = valuesOf(value).map((each) => optionText(from, to, each));
      if (target.valueType === 'texts') return canonical(texts, to);
      return fromText(texts.length === 1 ? texts[0]! : source.toText(value, from), to);
    }
    if (source.valueType === 'texts' && target.valueType === 'texts')
      return canonical(entryValues(value), to);
    return fromText(textOf(from, value, scope), to);
  } catch {
    return { problem: TOO_RICH };
  }
}

function hasOptions(type: FieldType): boolean {
  return type.valueType === 'option' || type.valueType === 'options';
}

function valuesOf(value: JsonValue): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
}

function roundTo(to: CompiledField, value: number): Outcome {
  if (['integer', 'rating', 'duration'].includes(to.type.name)) {
    return { value: roundHalfAwayFromZero(value, 0) };
  }
  return canonical(value, to);
}

function canonical(value: unknown, to: CompiledField): Outcome {
  const found = to.type.canonicalise(value, to) as JsonValue | undefined;
  return { value: found ?? null };
}

/** Options of the new field by value, else by what people read; what is not among them is no value of it. */
function chooseOptions(from: CompiledField, to: CompiledField, value: JsonValue): Outcome {
  const chosen: string[] = [];
  for (const each of valuesOf(value)) {
    const option = findOption(from, to.options, each);
    if (!option) return { problem: `${to.label} has no such option.` };
    chosen.push(option.value);
  }
  if (to.type.valueType === 'options') return { value: [...new Set(chosen)] };
  if (chosen.length > 1) return { problem: `${to.label} takes one option, and there are several.` };
  return { value: chosen[0] ?? null };
}

function findOption(
  from: CompiledField,
  options: readonly CompiledOption[],
  value: JsonValue,
): CompiledOption | undefined {
  const target = { options } as CompiledField;
  const texts = hasOptions(from.type)
    ? [String(value), labelOf(from, value)]
    : [from.type.valueType === 'texts' ? String(value) : from.type.toText(value, from)];
  if (typeof value === 'boolean') texts.push(value ? 'yes' : 'no', value ? '1' : '0');
  for (const text of texts) {
    const option = readOption(target, text);
    if (option) return option;
  }
  return undefined;
}

/** A checkbox understands the option's value better than its label, people the label. */
function optionText(from: CompiledField, to: CompiledField, value: JsonValue): string {
  return PLAIN_TEXTS.has(to.type.name) || to.type.valueType === 'texts'
    ? labelOf(from, value)
    : String(value);
}

function labelOf(field: CompiledField, value: JsonValue): string {
  return field.options.find((option) => option.value === value)?.label ?? String(value);
}

function fromText(text: string, to: CompiledField): Outcome {
  const isPlain = PLAIN_TEXTS.has(to.type.name) && to.type.valueType === 'text';
  if (isPlain && to.type.name !== 'phone') return canonical(text, to);
  return to.type.parseText(text, to);
}

function textOf(from: CompiledField, value: JsonValue, { titles }: ConversionScope): string {
  if (from.type.name === 'rich_text') return plainText(String(value));
  if (from.type.category === 'relation') {
    const id = typeof value === 'string' ? value : (value as { readonly id: string }).id;
    return titles?.get(id) ?? from.type.toText(value, from);
  }
  if (from.type.valueType === 'structure') {
    const words = from.type.display(value, from, { locale: 'en', timeZone: 'UTC', currency: 'EUR' });
    // People read the words; where the words don't lead back to the value, the exact form does.
    const back = from.type.parseText(words, from);
    const isReadBack = 'value' in back && from.type.isEqual(back.value, value);
    return isReadBack ? words : from.type.toText(value, from);
  }
  return from.type.toText(value, from);
}

/**
 * Whether every value of the old definition is one of the new as it stands, so that nothing has to be converted and
 * the key stays.
 */
export function readsSameValues(from: CompiledField, to: CompiledField): boolean {
  if (from.type.column?.type !== to.type.column?.type || from.type.category === 'relation') return false;
  if (from.type.column?.entry !== to.type.column?.entry) return false;
  if (from.type.name === to.type.name) return true;
  const [before, after] = [from.body, to.body];
  const pair = `${from.type.name} ${to.type.name}`;
  if (['text long_text', 'email text', 'email long_text', 'phone text', 'phone long_text'].includes(pair)) {
    return mostLetters(to) >= (from.type.name === 'text' ? mostLetters(from) : 254) && !after.pattern;
  }
  if (['integer decimal', 'integer currency', 'integer percent', 'rating integer'].includes(pair)) {
    return isAsWide(before, after);
  }
  if (['status select', 'select status'].includes(pair)) {
    if (before.option_set !== undefined && before.option_set === after.option_set) return true;
    if (before.option_set !== undefined || after.option_set !== undefined) return false;
    const offered = new Set(to.options.map((option) => option.value));
    return from.options.every((option) => offered.has(option.value));
  }
  return false;
}

function mostLetters(field: CompiledField): number {
  return field.body.max_length ?? (field.type.name === 'text' ? 255 : 131_072);
}

function isAsWide(before: FieldBody, after: FieldBody): boolean {
  const isLow = after.min === undefined || (before.min !== undefined && before.min >= after.min);
  const isHigh = after.max === undefined || (before.max !== undefined && before.max <= after.max);
  return isLow && isHigh && after.precision === undefined;
}

/** A field as it was, as data that can be kept: what converting its values needs after its definition has gone. */
export interface FieldRecord {
  readonly name: string;
  readonly key: string;
  readonly object: string;
  readonly body: FieldBody;
  readonly options: readonly CompiledOption[];
  readonly targets: readonly string[];
  readonly isPolymorphic: boolean;
}

export function recordField(field: CompiledField): FieldRecord {
  const { name, key, object, body, options, targets, isPolymorphic } = field;
  return { name, key, object, body, options, targets, isPolymorphic };
}

/** The field again, for reading values; undefined when its type is not known any more. */
export function fieldOfRecord(record: FieldRecord): CompiledField | undefined {
  const type = typeOfBody(record.body);
  if (!type) return undefined;
  return {
    ...record,
    label: record.body.label,
    type,
    systemColumn: undefined,
    isRequired: false,
    isUnique: false,
    isIndexed: false,
    isSearchable: false,
    isWritable: false,
    junction: undefined,
    default: undefined,
  };
}
