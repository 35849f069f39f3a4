/**
 * Pages by the values of the sort keys, never by an offset: the hundredth page costs what the first does.
 *
 * Blanks come last in either direction. PostgreSQL's own order of an index puts them last ascending and first
 * descending, so a page sorted by a column that can be blank is asked for in two parts: records with a value, in
 * the index's order, then those without, and the second is run only when the first leaves room. So one plain index
 * serves both directions. (As one statement with `union all` the plans are the same, but planning it costs double
 * on every page, and only the last page of a list needs the second part.)
 */
import { conjunction, FALSE, join, placeholder, type Sql, sql, TRUE } from '../sql.ts';
import type { SqlType } from '../system-columns.ts';

export interface OrderKey {
  readonly sql: Sql;
  readonly type: SqlType;
  readonly descending: boolean;
  readonly isNullable: boolean;
  /** An index may give this order. */
  readonly isColumn: boolean;
}

/** Where a page starts: for each key the place of the value, or null where the record has none. */
export type CursorPlaces = readonly ({ readonly place: number; readonly type: SqlType } | null)[];

/** One part of a page: what more must hold, and the order. */
export interface Part {
  readonly condition: Sql;
  readonly order: Sql;
  /** The last of the page's keys, by which records of this part are told apart: the others are the same of all of them. */
  readonly keys: readonly OrderKey[];
}

/** One reading of the table: its joins, what must hold, and the order of the page's parts. */
export interface Reading {
  readonly from: Sql;
  readonly where: readonly Sql[];
  readonly keys: readonly OrderKey[];
  readonly part: Part;
  readonly isBackward: boolean;
}

export interface PageRequest {
  readonly keys: readonly OrderKey[];
  readonly cursor: CursorPlaces | undefined;
  /** Reads towards the start: the caller turns the rows round. */
  readonly isBackward: boolean;
  /** The filter leaves no record without a value of the first key. */
  readonly isFirstFilled: boolean;
  /** An index that begins with the first key goes on with the others. */
  readonly isFirstFollowed: boolean;
}

/** The parts of a page, in the order in which they are to be read. */
export function pageParts(request: PageRequest): readonly Part[] {
  const [first, ...rest] = request.keys;
  if (!first) throw new TypeError('A page needs at least one sort key.');
  const cursorRest = request.cursor?.slice(1);
  const filled: OrderKey = { ...first, isNullable: false };
  if (request.isFirstFilled || !first.isNullable || !first.isColumn) {
    const keys = request.isFirstFilled ? [filled, ...rest] : request.keys;
    return [part(TRUE, keys, request.cursor, request)];
  }
  const valued = () => part(sql`${first.sql} is not null`, [filled, ...rest], undefined, request);
  const blank = (cursor: CursorPlaces | undefined): Part => {
    const inner = part(sql`${first.sql} is null`, rest, cursor, request);
    if (!request.isFirstFollowed) return inner;
    // The key is the same everywhere; naming it lets the index that begins with it give the order.
    return { ...inner, order: sql`${orderOf(filled, request.isBackward)}, ${inner.order}` };
  };
  const valuedAfter = () => part(sql`${first.sql} is not null`, [filled, ...rest], request.cursor, request);
  if (!request.cursor)
    return request.isBackward ? [blank(undefined), valued()] : [valued(), blank(undefined)];
  const isInBlanks = request.cursor[0] === null;
  if (request.isBackward) return isInBlanks ? [blank(cursorRest), valued()] : [valuedAfter()];
  return isInBlanks ? [blank(cursorRest)] : [valuedAfter(), blank(undefined)];
}

function part(
  condition: Sql,
  keys: readonly OrderKey[],
  cursor: CursorPlaces | undefined,
  request: Pick<PageRequest, 'isBackward'>,
): Part {
  const beyond = cursor ? after(keys, cursor, request.isBackward) : TRUE;
  return {
    condition: conjunction([condition, beyond]),
    order: join(keys.map((key) => orderOf(key, request.isBackward))),
    keys,
  };
}

/** How one key is ordered, blanks last, or first when reading towards the start. */
export function orderOf(key: OrderKey, isBackward: boolean): Sql {
  const direction = key.descending !== isBackward ? sql` desc` : sql``;
  if (!key.isNullable) return sql`${key.sql}${direction}`;
  return sql`${key.sql}${direction} nulls ${isBackward ? sql`first` : sql`last`}`;
}

/** Keys that are never blank and run the same way: one comparison of rows tells what comes first, and an index serves it. */
export function areUniform(keys: readonly OrderKey[]): boolean {
  return keys.every((key) => !key.isNullable && key.descending === keys[0]!.descending);
}

/** Records up to a bound and at it, in the direction of reading; of uniform keys. */
export function upTo(keys: readonly OrderKey[], bound: readonly Sql[], isBackward: boolean): Sql {
  const sign = keys[0]!.descending !== isBackward ? sql`>=` : sql`<=`;
  return sql`(${join(keys.map((key) => key.sql))}) ${sign} (${join(bound)})`;
}

/** Records strictly beyond the cursor, in the direction of reading. */
function after(keys: readonly OrderKey[], cursor: CursorPlaces, isBackward: boolean): Sql {
  if (areUniform(keys) && cursor.every((value) => value !== null)) {
    const sign = keys[0]!.descending !== isBackward ? sql`<` : sql`>`;
    const values = keys.map((_, index) => valueAt(cursor, index));
    if (keys.length === 1) return sql`${keys[0]!.sql} ${sign} ${values[0]!}`;
    return sql`(${join(keys.map((key) => key.sql))}) ${sign} (${join(values)})`;
  }
  const exact = lexicographic(keys, cursor, isBackward);
  const [first] = keys;
  if (first!.isNullable || cursor[0] === null) return exact;
  // Says nothing new, but an index can begin there.
  const sign = first!.descending !== isBackward ? sql`<=` : sql`>=`;
  return sql`${first!.sql} ${sign} ${valueAt(cursor, 0)} and ${exact}`;
}

function lexicographic(keys: readonly OrderKey[], cursor: CursorPlaces, isBackward: boolean): Sql {
  const [key, ...rest] = keys;
  if (!key) return FALSE;
  const beyond = strictlyBeyond(key, cursor, isBackward);
  if (rest.length === 0) return beyond;
  const same = cursor[0] === null ? sql`${key.sql} is null` : sql`${key.sql} = ${valueAt(cursor, 0)}`;
  const deeper = lexicographic(rest, cursor.slice(1), isBackward);
  return beyond.text === 'false' ? sql`(${same} and ${deeper})` : sql`(${beyond} or (${same} and ${deeper}))`;
}

function strictlyBeyond(key: OrderKey, cursor: CursorPlaces, isBackward: boolean): Sql {
  if (cursor[0] === null) return isBackward ? sql`${key.sql} is not null` : FALSE;
  const sign = key.descending !== isBackward ? sql`<` : sql`>`;
  const beyond = sql`${key.sql} ${sign} ${valueAt(cursor, 0)}`;
  return key.isNullable && !isBackward ? sql`(${beyond} or ${key.sql} is null)` : beyond;
}

function valueAt(cursor: CursorPlaces, index: number): Sql {
  const value = cursor[index];
  if (!value) throw new TypeError('The cursor has no value here.');
  return placeholder(value.place, value.type === 'integer' ? 'numeric' : value.type);
}
