/**
 * Recognising records by what is said of them: by a unique field, or by several that are not, with their spelling
 * folded where that is asked for. One record that matches is meant, none is a new one, and of several none is chosen.
 * Only records that the caller sees can match.
 */
import { jsonPointer, nearest } from '@trellis/metadata';
import {
  type CompiledField,
  type CompiledObject,
  entryValues,
  foldedForm,
  foldingOf,
  type JsonValue,
} from '@trellis/model';
import { type MatchedField, type RecordMatch, type Transaction, WouldScanError } from '@trellis/storage';
import { keyOf } from './check-unique.ts';
import type { InputError } from './engine.ts';
import type { Names } from './old-names.ts';
import type { Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';
import { validateValue } from './validate-value.ts';
import { wouldScan } from './would-scan.ts';

/** A field by which records are recognised. */
export interface MatchField {
  readonly field: string;
  /** Case, accents and signs do not count, of telephone numbers only the digits. */
  readonly folded?: boolean;
}

const MOST_FIELDS = 5;

/** Reads `match`: names of fields, or `{field, folded}`. Undefined when it is not given. */
export function readMatch(given: unknown): {
  readonly match: readonly MatchField[] | undefined;
  readonly errors: readonly InputError[];
} {
  if (given === undefined || given === null) return { match: undefined, errors: [] };
  const list: readonly unknown[] = Array.isArray(given) ? given : [];
  const match = list.flatMap((each) => {
    const field = typeof each === 'string' ? { field: each } : each;
    return isMatchField(field) ? [field] : [];
  });
  if (match.length > 0 && match.length === list.length && match.length <= MOST_FIELDS)
    return { match, errors: [] };
  const message = `\`match\` is a list of 1 to ${MOST_FIELDS} names of fields, or {"field", "folded"}.`;
  return { match: undefined, errors: [{ code: 'wrong_type', pointer: '/match', message }] };
}

function isMatchField(given: unknown): given is MatchField {
  if (typeof given !== 'object' || given === null || !('field' in given)) return false;
  return Object.entries(given).every(([name, value]) =>
    name === 'field' ? typeof value === 'string' : name === 'folded' && typeof value === 'boolean',
  );
}

/** The same in the words of today, where it can be read. */
export function currentMatch(
  names: Names,
  object: CompiledObject,
  given: unknown,
): { readonly match?: readonly MatchField[] } {
  const { match } = readMatch(given);
  return match ? { match: match.map((each) => ({ ...each, field: names.field(object, each.field) })) } : {};
}

/** What is wrong with the fields by which records of the object are to be recognised. */
export function faultsOfMatch(
  pinned: Pinned,
  object: CompiledObject,
  match: readonly MatchField[],
): readonly InputError[] {
  return match.flatMap(({ field: name, folded = false }, index) => {
    const pointer = jsonPointer('match', index);
    if (match.findIndex((each) => each.field === name) < index)
      return [{ code: 'duplicate_field', pointer, message: 'The field is named twice.' }];
    return faultsOfField(pinned, object, { name, folded, pointer });
  });
}

/** Why records of the object can't be found by the field. */
export function faultsOfField(
  pinned: Pinned,
  object: CompiledObject,
  { name, folded, pointer }: { readonly name: string; readonly folded: boolean; readonly pointer: string },
): readonly InputError[] {
  const field = object.fields.get(name);
  if (!field || !pinned.isReadable(field)) {
    const known = [...object.fields.values()].filter(pinned.isReadable).map((each) => each.name);
    const near = nearest(name, known);
    const message = `${object.label} has no such field.`;
    return [
      { code: 'unknown_field', pointer, message, ...(near ? { hint: `Did you mean \`${near}\`?` } : {}) },
    ];
  }
  if (!canFind(field)) {
    const message = `${object.label} can't be found by ${field.label}.`;
    return [{ code: 'unknown_field', pointer, message }];
  }
  if (folded && foldingOf(field) === undefined) {
    const message = `${field.label} is no text whose spelling could be folded.`;
    return [{ code: 'not_supported', pointer, message }];
  }
  return [];
}

/** Whether records can be looked up by the field. Of several addresses any one leads to the record. */
function canFind({ type, systemColumn }: CompiledField): boolean {
  if (systemColumn === 'id') return false;
  return type.column?.index === 'btree' || type.column?.entry !== undefined;
}

/** What a record or row says in the fields by which it is recognised. */
export interface MatchValues {
  /** In canonical form, null for blank. */
  readonly values: readonly JsonValue[];
  /** The same of all that mean the same record. */
  readonly identity: string;
  /** What a record that is made of it is recognised by: of lists by each of their entries. */
  readonly claims: readonly string[];
}

/**
 * Of an input by names. `blank`: it says nothing in any of the fields; `faulty`: one of its values is none of its field,
 * which whoever reads the input tells.
 */
export function matchValues(
  object: CompiledObject,
  match: readonly MatchField[],
  input: unknown,
): MatchValues | 'blank' | 'faulty' {
  const given = (typeof input === 'object' && input !== null ? input : {}) as Readonly<
    Record<string, unknown>
  >;
  const values: JsonValue[] = [];
  for (const { field: name } of match) {
    const value = soughtValue(object.fields.get(name)!, given[name]);
    if (value === undefined) return 'faulty';
    values.push(value);
  }
  if (values.every((value) => value === null)) return 'blank';
  let claims: readonly JsonValue[][] = [[]];
  for (const [index, value] of values.entries()) {
    const { field: name } = match[index]!;
    const field = object.fields.get(name)!;
    const isList = field.type.column?.entry !== undefined && value !== null;
    const all = isList ? entryValues(field.type.canonicalise(given[name], field)) : [value];
    claims = claims.flatMap((claim) => all.map((each) => [...claim, each]));
  }
  const identify = (each: readonly JsonValue[]) => identityOf(object, match, each);
  return { values, identity: identify(values), claims: claims.map(identify) };
}

/** The same text for all values that mean the same record. */
export function identityOf(
  object: CompiledObject,
  match: readonly MatchField[],
  values: readonly JsonValue[],
): string {
  const forms = values.map((value, index) => {
    const { field, folded } = match[index]!;
    const folding = folded ? foldingOf(object.fields.get(field)!) : undefined;
    return folding && value !== null ? foldedForm(String(value), folding) : value;
  });
  return JSON.stringify(forms);
}

/** The value that is looked for; undefined where no record could have it. */
function soughtValue(field: CompiledField, given: unknown): JsonValue | undefined {
  const value: unknown = given === undefined || given === null ? null : field.type.canonicalise(given, field);
  // A box that nobody has ticked is not ticked.
  if (value === null) return field.type.valueType === 'boolean' ? false : null;
  if (validateValue(value, field).length > 0) return undefined;
  if (typeof value === 'object' && value !== null && 'id' in value) return value.id as JsonValue;
  return typeof value === 'boolean' ? value : keyOf(value);
}

/** For each of the values the record that they match, one of several, or none; one statement for nearly all of them. */
export async function findMatches(
  parts: Parts,
  pinned: Pinned,
  object: CompiledObject,
  asked: {
    readonly match: readonly MatchField[];
    readonly rows: readonly (readonly JsonValue[])[];
    /** To what asks it, for what no index serves; `/match` unless given. */
    readonly pointer?: string;
  },
  transaction?: Transaction,
): Promise<readonly (RecordMatch | undefined)[]> {
  const { match, rows, pointer = '/match' } = asked;
  if (rows.length === 0) return [];
  const by = match.map(
    ({ field, folded = false }): MatchedField => ({ field: object.fields.get(field)!, folded }),
  );
  const request = { object, by, rows, visible: pinned.visible(object), context: pinned.expressionContext };
  try {
    return await parts.storage.records.findMatches(pinned.snapshot, request, transaction);
  } catch (error) {
    throw error instanceof WouldScanError ? wouldScan(error, pointer) : error;
  }
}

/** Whether no unique index keeps two writers from making the same record at once. */
export function isUnguarded(object: CompiledObject, match: readonly MatchField[]): boolean {
  return match.every(({ field, folded }) => folded === true || object.fields.get(field)?.isUnique !== true);
}

/** What is said of a row or record that several match. Their number is of those that the caller sees. */
export function ambiguous(
  object: CompiledObject,
  match: readonly MatchField[],
  { count }: RecordMatch,
): InputError {
  const [first] = match;
  const labels = match.map(({ field }) => object.fields.get(field)!.label).join(', ');
  const message = `${count.toLocaleString('en')} ${object.pluralLabel} have this ${labels}: none of them was chosen.`;
  return { code: 'ambiguous_match', pointer: jsonPointer(first!.field), message };
}

/** A record that says nothing in the fields by which it is recognised can be found neither now nor the next time. */
export function unrecognisable(object: CompiledObject, match: readonly MatchField[]): InputError {
  const fields = match.map(({ field }) => object.fields.get(field)!);
  const message =
    fields.length === 1
      ? `${fields[0]!.label} is required: ${object.pluralLabel} are recognised by it.`
      : `One of ${fields.map(({ label }) => label).join(', ')} is required: ${object.pluralLabel} are recognised by them.`;
  return { code: 'required', pointer: jsonPointer(fields[0]!.name), message };
}

/**
 * What is left of an input when its record was found. How a folded text is spelled there stays, and so does a list of
 * addresses of which one has led to the record, unless that is the only one who may have it.
 */
export function withoutMatched(
  object: CompiledObject,
  match: readonly MatchField[],
  input: unknown,
): unknown {
  const kept = match.filter(({ field: name, folded }) => {
    const field = object.fields.get(name)!;
    return folded || (field.type.column?.entry !== undefined && !field.isUnique);
  });
  if (kept.length === 0 || typeof input !== 'object' || input === null) return input;
  return Object.fromEntries(
    Object.entries(input).filter(([name]) => !kept.some(({ field }) => field === name)),
  );
}
