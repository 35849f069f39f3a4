/**
 * Cursors of lists: where a page ended, as text that means nothing to whoever carries it. Inside stand the object and
 * the sort that it belongs to, so that it can't continue another list, and the values of the sort keys, which are
 * checked again because a caller may have written them.
 */
import { createHash } from 'node:crypto';
import {
  type CompiledField,
  isCalendarDay,
  isId,
  type JsonValue,
  type SearchPlace,
  type SortKey,
  type ValueType,
} from '@trellis/model';
import { invalidCursor } from './errors.ts';

/** Of the text: values of the sort keys are as long as their fields let them be. */
const MAX_LENGTH = 1_000_000;
const NUMBER = /^-?\d{1,400}(\.\d{1,400})?(e[-+]?\d{1,3})?$/i;
const INSTANT = /^.{10}[T ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-](0\d|1[0-5])(:?[0-5]\d)?)$/;

/** The sort as text: what a cursor is bound to. */
export function sortText(sort: readonly SortKey[]): string {
  return sort.map(({ path, descending }) => (descending ? '-' : '') + path.text).join(',');
}

export function encodeCursor(object: string, sort: readonly SortKey[], values: readonly JsonValue[]): string {
  return Buffer.from(JSON.stringify([object, sortText(sort), values])).toString('base64url');
}

/** The values of the sort keys. Throws `invalid_cursor` for anything that this list did not give out. */
export function decodeCursor(
  text: unknown,
  pointer: string,
  list: { readonly object: string; readonly sort: readonly SortKey[] },
): readonly JsonValue[] {
  const content = typeof text === 'string' && text.length <= MAX_LENGTH ? parse(text) : undefined;
  if (!Array.isArray(content) || content.length !== 3)
    throw invalidCursor(pointer, 'This is no cursor of a list.');
  const [object, sort, values] = content as [unknown, unknown, unknown];
  if (object !== list.object || sort !== sortText(list.sort)) {
    throw invalidCursor(pointer, 'This cursor belongs to another list or another sort order.');
  }
  const isWhole = Array.isArray(values) && values.length === list.sort.length;
  if (!isWhole || !list.sort.every(({ path }, index) => fits(values[index], formOf(path.field)))) {
    throw invalidCursor(pointer, 'This is no cursor of a list.');
  }
  return values as JsonValue[];
}

/** Where a page of a search ended: of what was looked for, in which object. */
export function encodeSearchCursor(text: string, object: string, place: SearchPlace): string {
  const { rank, updatedAt, id } = place;
  return Buffer.from(JSON.stringify([object, searchText(text), [rank, updatedAt, id]])).toString('base64url');
}

/** Throws `invalid_cursor` for anything that this search did not give out. */
export function decodeSearchCursor(cursor: unknown, text: string, object: string): SearchPlace {
  const content = typeof cursor === 'string' && cursor.length <= MAX_LENGTH ? parse(cursor) : undefined;
  if (!Array.isArray(content) || content.length !== 3)
    throw invalidCursor('/after', 'This is no cursor of a search.');
  const [ofObject, ofText, values] = content as [unknown, unknown, unknown];
  if (ofObject !== object || ofText !== searchText(text))
    throw invalidCursor('/after', 'This cursor belongs to another search.');
  const [rank, updatedAt, id] = Array.isArray(values) ? (values as unknown[]) : [];
  const isPlace =
    Number.isInteger(rank) &&
    (rank as number) >= 0 &&
    (rank as number) < 100 &&
    typeof id === 'string' &&
    isId(id);
  if (!isPlace || typeof updatedAt !== 'string' || !fits(updatedAt, 'datetime'))
    throw invalidCursor('/after', 'This is no cursor of a search.');
  return { rank: rank as number, updatedAt, id: id as string };
}

interface BinList {
  readonly object: string | undefined;
  readonly search: string | undefined;
  readonly isMine: boolean;
  readonly isAll: boolean;
}

/** Where a page of the recycle bin ended: when a record went, and its id. */
export function encodeBinCursor(list: BinList, place: readonly [string, string]): string {
  return Buffer.from(JSON.stringify([binText(list), ...place])).toString('base64url');
}

/** Throws `invalid_cursor` for anything that this list did not give out. */
export function decodeBinCursor(cursor: unknown, list: BinList): readonly [string, string] {
  const content = typeof cursor === 'string' && cursor.length <= MAX_LENGTH ? parse(cursor) : undefined;
  const isWhole = Array.isArray(content) && content.length === 3;
  const [text, at, id] = isWhole ? (content as unknown[]) : [];
  const isPlace = typeof at === 'string' && fits(at, 'datetime') && typeof id === 'string' && isId(id);
  if (!isPlace) throw invalidCursor('/after', 'This is no cursor of the recycle bin.');
  if (text !== binText(list))
    throw invalidCursor('/after', 'This cursor belongs to another list of the bin.');
  return [at, id];
}

function binText({ object, search, isMine, isAll }: BinList): string {
  return searchText(JSON.stringify([object ?? null, search ?? null, isMine, isAll]));
}

/** What was looked for need not stand in an address twice. */
function searchText(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

/** An option is sorted by its position. */
function formOf({ type, options }: CompiledField): ValueType {
  return type.valueType === 'option' && options.length > 0 ? 'number' : type.valueType;
}

function fits(value: unknown, type: ValueType): boolean {
  if (value === null) return true;
  if (type === 'boolean') return typeof value === 'boolean';
  if (type === 'number')
    return typeof value === 'number' || (typeof value === 'string' && NUMBER.test(value));
  if (typeof value !== 'string' || value.includes('\0')) return false;
  if (type === 'id') return isId(value);
  // PostgreSQL knows of no 30th of February, and would refuse the statement.
  if (type === 'date') return isCalendarDay(value);
  if (type === 'datetime') return isCalendarDay(value.slice(0, 10)) && INSTANT.test(value);
  return true;
}
