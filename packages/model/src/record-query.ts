/**
 * A question about records, as the engine puts it to storage: resolved against the model, access conjoined.
 * Storage turns it into one statement.
 */
import type { Expression, ExpressionContext } from './expressions/expression.ts';
import type { FieldPath, SortKey } from './expressions/path.ts';
import type { AggregateFunction, JsonValue } from './field-type.ts';
import type { CompiledField, CompiledObject } from './model.ts';
import type { SearchText } from './search/search-text.ts';

/** A record as stored and as sent: flat, system columns beside own fields by API name. */
export type RecordData = { readonly [field: string]: JsonValue };

export type CountMode = 'none' | 'capped' | 'estimate' | 'exact';

/** One property of a row as its reader gets it. */
export interface RowSlot {
  readonly out: string;
  /** Text of the path that gives the value; of a lookup with parts, its id or `{object, id}`. */
  readonly source: string;
  /** Given: the lookup becomes an object, `{id, …parts}` or `{object, id, …parts}`. */
  readonly parts: readonly RowSlot[] | undefined;
}

export interface RecordQuery {
  readonly object: CompiledObject;
  /** What to return; `id` and `version` always come along. */
  readonly fields: readonly FieldPath[];
  /** How a row is laid out, from `fields`; flat by the text of the paths when it is not given. */
  readonly layout?: readonly RowSlot[] | undefined;
  /** Given: this record alone, if it meets the filter; a UUID. There is no order and no page then. */
  readonly id?: string;
  /** The caller's filter and the access predicate, conjoined by the engine. */
  readonly filter: Expression;
  /** The caller's part of it. What asks for nothing by a field of its own is never refused as too much to look at. */
  readonly asked?: Expression | undefined;
  /**
   * Access predicate of each object that a path leads to, and of each junction that links are read from, by object
   * name; applied to the join. Under `titleOf(name)` that of its titles behind lookups to several objects, where it is
   * another one.
   */
  readonly targetFilters: ReadonlyMap<string, Expression>;
  /** Case-insensitive text looked for in the searchable fields; undefined for none. */
  readonly search: string | undefined;
  /** Which of these it is looked for in; all of them unless given. */
  readonly isSearched?: ((field: CompiledField) => boolean) | undefined;
  /** Always ends with `id`, so that the order is total. */
  readonly sort: readonly SortKey[];
  readonly limit: number;
  /** Values of the sort keys of the record to start after (or before), as `RecordPage` gave them. */
  readonly after: readonly JsonValue[] | undefined;
  readonly before: readonly JsonValue[] | undefined;
  readonly count: CountMode;
  /** True: the recycle bin instead of the live records. */
  readonly deleted: boolean;
  /**
   * Of the recycle bin: without what went because a record did that the asker sees there too. `targetFilters` has the
   * predicates of the objects that cascading lookups lead to.
   */
  readonly leavesOutDragged?: boolean;
  readonly context: ExpressionContext;
  /** Given: of each of these records those that point to it by the lookup, `limit` of each, and no cursor or count. */
  readonly parents?: { readonly lookup: CompiledField; readonly ids: readonly string[] } | undefined;
  /** Tell with the page which roll-ups of its first record are about to be worked out again. */
  readonly tellsWaiting?: boolean;
  /** A shorter limit for each statement than questions have. */
  readonly timeoutMilliseconds?: number;
  /** Conditions that each record is asked about beside its values. */
  readonly flags?: readonly Expression[];
  /**
   * The records that there were at an instant, with their values of then. `visible` is the access predicate, which is
   * asked of the records of today and so is no part of `filter`; `keys` of `data` come along as they were.
   */
  readonly asOf?: {
    readonly at: string;
    readonly visible: Expression;
    readonly keys: readonly string[];
  };
  /** What it was made of, by who asks the same again and again: what these come to is kept with them. */
  readonly terms?: RecordTerms | undefined;
}

/** All of a list question but who asks, when, from which record on, and how it is counted. */
export type RecordTerms = Pick<
  RecordQuery,
  | 'object'
  | 'fields'
  | 'layout'
  | 'filter'
  | 'asked'
  | 'targetFilters'
  | 'search'
  | 'sort'
  | 'limit'
  | 'deleted'
  | 'flags'
>;

/**
 * What is asked of one record after the other. Who asks the same again gives the same object: what it comes to is kept
 * with it.
 */
export type RecordQuestion = Pick<
  RecordQuery,
  'object' | 'fields' | 'layout' | 'filter' | 'targetFilters' | 'tellsWaiting' | 'flags'
>;

export interface OneRecord {
  readonly record: RecordData;
  /** Roll-ups of it that are about to be worked out again; empty unless the question asks for them. */
  readonly waiting: readonly CompiledField[];
  /** Whether it meets the question's flags. */
  readonly flags: readonly boolean[];
}

/** The order of what a search of all objects finds: what comes first is what people mean most often. */
export const SEARCH_RANKS = [
  'name',
  'name_prefix',
  'name_words',
  'value',
  'name_part',
  'other',
  'similar',
] as const;
export type SearchRank = (typeof SEARCH_RANKS)[number];

/** The records of one object that a search box finds, best first. */
export interface RecordSearch {
  readonly object: CompiledObject;
  readonly text: SearchText;
  /** Words as they were typed, or words that are like them: those are candidates only, to be looked at more closely. */
  readonly mode: 'words' | 'similar';
  /** The access predicate. */
  readonly filter: Expression;
  readonly targetFilters: RecordQuery['targetFilters'];
  /** Which of the searchable fields are looked into. */
  readonly isSearched: (field: CompiledField) => boolean;
  readonly limit: number;
  /** Of so many of the newest matches the best ones are given, and so far they are counted. */
  readonly most: number;
  readonly after: SearchPlace | undefined;
  readonly context: ExpressionContext;
  readonly timeoutMilliseconds: number;
}

/** Where a record stands in what was found: the better rank first, then the one changed last. */
export interface SearchPlace {
  readonly id: string;
  /** Index into `SEARCH_RANKS`. */
  readonly rank: number;
  readonly updatedAt: string;
}

export interface RecordSearchPage {
  readonly found: readonly SearchPlace[];
  readonly hasMore: boolean;
  readonly count: { readonly value: number; readonly kind: 'exact' | 'at_least' };
}

/** Under what the predicate of an object's titles stands in `targetFilters`. */
export function titleOf(object: string): string {
  return `${object}.title`;
}

export interface RecordCount {
  readonly value: number;
  readonly kind: 'exact' | 'estimate' | 'at_least';
  /** Why it is no more than that: counting on would have taken too long. */
  readonly reason?: 'too_slow';
}

export interface RecordPage {
  /** As the query's `layout` has it, else flat by path text: `{ id, name, 'account.name': …, version }`. */
  readonly rows: readonly RecordData[];
  /** Sort-key values of the last and first row where there is more in that direction, else undefined. */
  readonly next: readonly JsonValue[] | undefined;
  readonly previous: readonly JsonValue[] | undefined;
  readonly count: RecordCount | undefined;
  /** Roll-ups of the first record that wait to be worked out again, where that was asked for. */
  readonly waiting?: readonly CompiledField[];
  /** For each row whether it meets the query's `flags`, in their order. */
  readonly flags?: readonly (readonly boolean[])[];
  /** For each row the values of the keys that `asOf` asked for, in their order. */
  readonly keyed?: readonly (readonly (JsonValue | null)[])[];
}

/** The records that point to one record. */
export interface ChildPage {
  readonly rows: readonly RecordData[];
  readonly hasMore: boolean;
}

export type DatePeriod = 'day' | 'week' | 'month' | 'quarter' | 'year';

/** Ranges of a number, each from its lower bound up to, and without, its upper one. */
export type NumberBuckets =
  | { readonly is: 'width'; readonly width: number; readonly origin: number }
  /** Rising; what is below the first and from the last on are ranges too. */
  | { readonly is: 'bounds'; readonly bounds: readonly number[] };

export interface GroupKey {
  readonly path: FieldPath;
  readonly period: DatePeriod | undefined;
  /** Given: the groups are `{from, until}`, with null where a range has no end. */
  readonly buckets?: NumberBuckets | undefined;
  /** Name of the column in the result: `stage`, `close_date`. */
  readonly as: string;
}

export interface Measure {
  readonly function: AggregateFunction;
  readonly field: CompiledField | undefined;
  /** Name of the column in the result: `count`, `sum_amount`. */
  readonly as: string;
}

export interface AggregateQuery {
  readonly object: CompiledObject;
  readonly groupBy: readonly GroupKey[];
  /**
   * Given: how many of the group keys, from the first on, make the rows of a table; the others make its columns. Beside
   * the groups come the totals of each row, of each column, and of all.
   */
  readonly totalsOf?: { readonly rowKeys: number } | undefined;
  /** Periods of instants are those of this zone; of the context's unless given. */
  readonly timeZone?: string | undefined;
  readonly measures: readonly Measure[];
  readonly filter: Expression;
  /** As in `RecordQuery`. */
  readonly asked?: Expression | undefined;
  readonly targetFilters: ReadonlyMap<string, Expression>;
  /** Names of result columns. */
  readonly sort: readonly { readonly as: string; readonly descending: boolean }[];
  readonly limit: number;
  readonly context: ExpressionContext;
}
