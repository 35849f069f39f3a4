/**
 * Cursors of lists: where a page ended, as text that means nothing to whoever carries it. Inside stand the object and
 * the sort that it belongs to, so that it can't continue another list, and the values of the sort keys, which are
 * checked again because a caller may have written them.
 */
import { createHash } from 'node:crypto';
import {
  type CompiledField,
  isId,
  type JsonValue,
  type SearchPlace,
  type SortKey,
  type ValueType,
} from '@trellis/model';
import { EngineError } from './errors.ts';

const MAX_LENGTH = 8000;
const FORMS: Readonly<Partial<Record<ValueType, RegExp>>> = {
  date: /^\d{4}-\d{2}-\d{2}$/,
  datetime: /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}(:?\d{2})?)$/,
  number: /^-?\d{1,400}(\.\d{1,400})?(e[-+]?\d{1,3})?$/i,
};

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
  if (!Array.isArray(content) || content.length !== 3) throw invalid(pointer, 'This is no cursor of a list.');
  const [object, sort, values] = content as [unknown, unknown, unknown];
  if (object !== list.object || sort !== sortText(list.sort)) {
    throw invalid(pointer, 'This cursor belongs to another list or another sort order.');
  }
  const isWhole = Array.isArray(values) && values.length === list.sort.length;
  if (!isWhole || !list.sort.every(({ path }, index) => fits(values[index], formOf(path.field)))) {
    throw invalid(pointer, 'This is no cursor of a list.');
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
    throw invalid('/after', 'This is no cursor of a search.');
  const [ofObject, ofText, values] = content as [unknown, unknown, unknown];
  if (ofObject !== object || ofText !== searchText(text))
    throw invalid('/after', 'This cursor belongs to another search.');
  const [rank, updatedAt, id] = Array.isArray(values) ? (values as unknown[]) : [];
  const isPlace =
    Number.isInteger(rank) &&
    (rank as number) >= 0 &&
    (rank as number) < 100 &&
    typeof id === 'string' &&
    isId(id);
  if (!isPlace || typeof updatedAt !== 'string' || !fits(updatedAt, 'datetime'))
    throw invalid('/after', 'This is no cursor of a search.');
  return { rank: rank as number, updatedAt, id: id as string };
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
    return typeof value === 'number' || (typeof value === 'string' && FORMS.number!.test(value));
  if (typeof value !== 'string' || value.includes('\0')) return false;
  if (type === 'id') return isId(value);
  const isRealMoment = (type !== 'date' && type !== 'datetime') || !Number.isNaN(Date.parse(value));
  return isRealMoment && (FORMS[type]?.test(value) ?? true);
}

function invalid(pointer: string, message: string): EngineError {
  const hint = 'Begin again without it.';
  return new EngineError('invalid_cursor', message, {
    errors: [{ code: 'invalid_cursor', pointer, message, hint }],
  });
}
