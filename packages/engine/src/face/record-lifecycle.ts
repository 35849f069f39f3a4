/** The life of records: questions and saves, as they are asked for and answered. */
import type {
  AggregateFunction,
  CountMode,
  DatePeriod,
  JsonValue,
  RecordData,
  SearchRank,
  TextRange,
} from '@trellis/model';
import type { CellValue, ExportColumn } from '../export/export-columns.ts';
import type { RecordRight } from '../record-rights.ts';
import type { Context } from './context.ts';

/** A record as a reader sees it: flat, readable fields only, expanded lookups as `{ id, name }` objects. */
export type PresentedRecord = { readonly [field: string]: JsonValue };

export interface ListRequest {
  /** JSON Logic. */
  readonly filter?: unknown;
  /** `['-close_date', 'name']` */
  readonly sort?: readonly string[];
  /** Paths; all readable fields when undefined. */
  readonly fields?: readonly string[];
  readonly search?: string;
  readonly limit?: number;
  readonly after?: string;
  readonly before?: string;
  readonly count?: CountMode;
  readonly deleted?: boolean;
  /** An instant: the records that there were then, with their values of then, under the caller's rights of today. */
  readonly as_of?: string;
  /** Tell what the caller may do with each record. */
  readonly rights?: boolean;
  /** Records that point to those of the list, by the names that their lookups have from here: `{contacts: {limit: 5}}`. */
  readonly related?: Readonly<Record<string, RelatedRequest>>;
}

export type RelatedRequest = Pick<ListRequest, 'filter' | 'sort' | 'fields' | 'limit'>;

/** By the id of the record that is pointed to; one to which nothing points is missing. */
export type RelatedRecords = Readonly<
  Record<string, { readonly records: readonly PresentedRecord[]; readonly hasMore: boolean }>
>;

export interface ListResult {
  /** By name, where they were asked for. */
  readonly related?: Readonly<Record<string, RelatedRecords>>;
  readonly records: readonly PresentedRecord[];
  /** By id, where it was asked for. */
  readonly rights?: Readonly<Record<string, readonly RecordRight[]>>;
  readonly next: string | null;
  readonly previous: string | null;
  readonly count?: { readonly value: number; readonly kind: 'exact' | 'estimate' | 'at_least' };
}

/** By what records are grouped; ranges of a number by their width, from `origin` (0) on, or by their bounds. */
export interface GroupRequest {
  readonly field: string;
  readonly period?: DatePeriod;
  readonly width?: number;
  readonly origin?: number;
  readonly bounds?: readonly number[];
  /** Name of the column; the field's unless given. */
  readonly as?: string;
}

export interface AggregateRequest {
  readonly group_by?: readonly (string | GroupRequest)[];
  readonly measures?: readonly { readonly function: AggregateFunction; readonly field?: string }[];
  readonly filter?: unknown;
  readonly sort?: readonly string[];
  readonly limit?: number;
  /** Periods of instants are those of this zone: an IANA name, or `workspace`; the caller's unless given. */
  readonly time_zone?: string;
  /** Tell what people call the values of options and lookups. */
  readonly labels?: boolean;
}

/** By column, then value. */
export type GroupLabels = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface AggregateResult {
  readonly rows: readonly RecordData[];
  /** There are more groups than `limit`. */
  readonly hasMore: boolean;
  readonly labels?: GroupLabels;
}

export interface PivotRequest extends Pick<AggregateRequest, 'measures' | 'filter' | 'time_zone'> {
  readonly rows?: readonly (string | GroupRequest)[];
  readonly columns?: readonly (string | GroupRequest)[];
}

/** A table of totals. A cell is null where no record falls into it. */
export interface PivotResult {
  readonly rows: readonly {
    readonly key: RecordData;
    readonly cells: readonly (RecordData | null)[];
    readonly total: RecordData;
  }[];
  readonly columns: readonly { readonly key: RecordData; readonly total: RecordData }[];
  readonly total: RecordData;
  readonly labels: GroupLabels;
}

export interface BatchRequest {
  readonly operation: 'create' | 'update' | 'upsert' | 'delete';
  /** For upsert: a unique field by which records are recognised. */
  readonly key?: string;
  /** For upsert, instead: names of fields or `{field, folded}`; a record that several match is refused. */
  readonly match?: unknown;
  /** `update` and `delete` need `id` in each; `version` is checked when given. */
  readonly records: readonly unknown[];
  readonly allOrNothing: boolean;
  readonly dryRun: boolean;
  /** `report` unless given. */
  readonly warnings?: WarningMode | undefined;
}

/** A fault in input, with its pointer into the record (or the request). Never repeats stored values. */
export interface InputError {
  readonly code: string;
  readonly pointer: string;
  readonly message: string;
  readonly hint?: string;
  /** `warning`: it stands in the way of nothing unless it was asked to (`SaveOptions.warnings`). */
  readonly severity?: 'warning';
  /** Name of the rule that found it: `deal.amount_when_won`. */
  readonly rule?: string;
}

/** What a save does about rules of severity `warning`: tell of them, or write nothing until they are confirmed. */
export type WarningMode = 'report' | 'refuse';

export interface SaveOptions {
  readonly dryRun?: boolean;
  /** `report` unless given; `refuse` throws `unconfirmed_warnings`. */
  readonly warnings?: WarningMode | undefined;
  /** Told the warnings of a record that was saved in spite of them. */
  onWarnings?(warnings: readonly InputError[]): void;
}

export interface BatchResult {
  readonly index: number;
  readonly status: 'created' | 'updated' | 'deleted' | 'unchanged' | 'failed' | 'not_done';
  readonly id: string | null;
  readonly version: number | null;
  readonly errors?: readonly InputError[];
  /** Of a record that was saved in spite of them. */
  readonly warnings?: readonly InputError[];
}

export interface PresentedCause {
  /** Id of the job in which it was made. */
  readonly job: string | null;
  /** The instant to which the record was put back. */
  readonly as_of: string | null;
  /** The changes that led to it, the nearest first, as far as their records may be seen. */
  readonly chain: readonly {
    readonly action: 'create' | 'update' | 'delete' | 'restore';
    readonly object: string;
    readonly id: string;
    /** Null where the title may not be read, or is blank. */
    readonly name: string | null;
  }[];
}

/** A field of a record that is put back: as it is now, as it was, and what stands against that. */
export interface RevertedField {
  readonly field: string;
  readonly before: JsonValue;
  readonly after: JsonValue;
  readonly errors: readonly InputError[];
}

export interface PresentedHistory {
  readonly id: string;
  readonly at: string;
  readonly actor: { readonly id: string; readonly name: string | null };
  readonly action: 'create' | 'update' | 'delete' | 'restore';
  readonly source: string;
  readonly version: number;
  /** What it follows from; null where somebody made it by hand. */
  readonly cause: PresentedCause | null;
  readonly changes: readonly {
    readonly field: string;
    readonly before: JsonValue;
    readonly after: JsonValue;
  }[];
}

export interface Ancestors {
  readonly records: readonly { readonly id: string; readonly name: string | null }[];
  /** False where the path goes on above a record that the caller does not see. */
  readonly isWhole: boolean;
}

export interface BinRequest {
  /** Only records of this object. */
  readonly object?: string | undefined;
  /** As of a list: what searchable fields contain. */
  readonly search?: string | undefined;
  /** Only what the caller has deleted. */
  readonly mine?: boolean | undefined;
  /** Also what went because another record did. */
  readonly all?: boolean | undefined;
  /** 1 to 100; 50 unless given. */
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
}

/** A record of the recycle bin, in the names that the contract has. */
export interface BinEntry {
  readonly object: string;
  readonly id: string;
  /** The value of its name field; null where that is blank, or not the caller's to read. */
  readonly name: JsonValue;
  readonly deleted_at: string;
  readonly deleted_by: { readonly id: string; readonly name: string };
  /** When it is erased for good; null: when somebody does so. */
  readonly erased_at: string | null;
  /** How many others went with it, as far as the caller sees them, and come back with it. */
  readonly company: { readonly value: number; readonly kind: 'exact' | 'at_least' };
  /** The record by whose deletion it went, where the caller sees that. */
  readonly went_with: { readonly object: string; readonly id: string; readonly name: JsonValue } | null;
  /** `delete`: the caller may restore and erase it. */
  readonly rights: readonly string[];
}

export interface BinResult {
  /** What went last first. */
  readonly entries: readonly BinEntry[];
  /** Objects that this page was chosen from. */
  readonly objects: readonly string[];
  /** Objects whose bin could not be looked through in time. */
  readonly incomplete: readonly string[];
  readonly next: string | null;
}

export interface SearchRequest {
  readonly text: string;
  /** Only records of this object, page by page. */
  readonly object?: string | undefined;
  /** 1 to 100; 20 unless given. */
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
}

export interface SearchHit {
  readonly object: string;
  readonly id: string;
  readonly name: string;
  /** Parts of the name that were found: from, until, in UTF-16 units. */
  readonly ranges: readonly TextRange[];
  readonly rank: SearchRank;
  /** What tells it from others of the name: a few values of the columns of its default view. */
  readonly details: readonly string[];
  /** Other fields in which something was found. */
  readonly matches: readonly SearchMatch[];
}

export interface SearchMatch {
  readonly field: string;
  readonly label: string;
  /** Plain text; of a long one the part around what was found. */
  readonly text: string;
  readonly ranges: readonly TextRange[];
}

export interface SearchGroup {
  readonly object: string;
  readonly count: { readonly value: number; readonly kind: 'exact' | 'at_least' };
}

export interface SearchResult {
  readonly hits: readonly SearchHit[];
  /** How many were found of each object, that with the best hit first. */
  readonly groups: readonly SearchGroup[];
  /** Objects that could not be looked through in time. */
  readonly incomplete: readonly string[];
  /** Of one object: where the next page begins. */
  readonly next: string | null;
}

export interface RecordLifecycle {
  /**
   * `onStale` is told of fields whose values are about to be worked out again, if there are any; `onRights` what the
   * caller may do with the record.
   */
  get(
    context: Context,
    object: string,
    id: string,
    fields?: readonly string[],
    options?: {
      readonly onStale?: (fields: readonly string[]) => void;
      readonly onRights?: ((rights: readonly RecordRight[]) => void) | undefined;
      /** As `as_of` of a list; `unknown_record` where there was none then. */
      readonly asOf?: string | undefined;
    },
  ): Promise<PresentedRecord>;
  list(context: Context, object: string, request: ListRequest): Promise<ListResult>;
  aggregate(context: Context, object: string, request: AggregateRequest): Promise<AggregateResult>;
  pivot(context: Context, object: string, request: PivotRequest): Promise<PivotResult>;
  create(context: Context, object: string, input: unknown, options?: SaveOptions): Promise<PresentedRecord>;
  /** `version` from If-Match: another one in the table throws `stale_version`. */
  update(
    context: Context,
    object: string,
    id: string,
    input: unknown,
    options?: SaveOptions & { readonly version?: number | undefined },
  ): Promise<PresentedRecord>;
  /** To the recycle bin, children and cascades with it; `purge` erases a deleted record for good. */
  delete(
    context: Context,
    object: string,
    id: string,
    options?: { readonly version?: number | undefined; readonly purge?: boolean },
  ): Promise<void>;
  restore(context: Context, object: string, id: string): Promise<PresentedRecord>;
  /**
   * Puts a record, or some of its fields, back to what it was at an instant, by an ordinary save. Its owner stays, unless
   * `fields` names it. A trial tells what would stand against which field instead of refusing.
   */
  revert(
    context: Context,
    object: string,
    id: string,
    request: {
      readonly asOf: string;
      readonly fields?: readonly string[] | undefined;
      readonly version?: number | undefined;
    } & SaveOptions,
  ): Promise<{ readonly record: PresentedRecord; readonly changes: readonly RevertedField[] }>;
  /** All results, in input order. With `allOrNothing` and a failure: nothing is written and `isWritten` is false. */
  batch(
    context: Context,
    object: string,
    request: BatchRequest,
  ): Promise<{ readonly results: readonly BatchResult[]; readonly isWritten: boolean }>;
  /** The records above one in a tree, the topmost first, as far up as the caller sees them. */
  ancestors(context: Context, object: string, id: string, field: string): Promise<Ancestors>;
  history(
    context: Context,
    object: string,
    id: string,
    page: {
      readonly limit: number;
      readonly before?: string | undefined;
      /** Only what changed this field; only changes of these kinds. */
      readonly field?: string | undefined;
      readonly actions?: readonly string[] | undefined;
    },
  ): Promise<{
    readonly entries: readonly PresentedHistory[];
    readonly next: string | null;
    /** Since when it is whole, where the record is older than what is kept; else null. */
    readonly beginsAt: string | null;
  }>;
  /** What the caller sees of the recycle bin, over all objects. */
  bin(context: Context, request: BinRequest): Promise<BinResult>;
  /** Records of all objects that the caller may read, by the searchable fields that they may read; see docs/search.md. */
  search(context: Context, request: SearchRequest): Promise<SearchResult>;
  /** Header and rows of text, in keyset pages at constant memory. */
  exportRows(
    context: Context,
    object: string,
    request: {
      readonly filter?: unknown;
      readonly fields?: readonly string[];
      readonly sort?: readonly string[];
      /** As of a list: what searchable fields contain. */
      readonly search?: string;
    },
  ): Promise<{
    /** The object's label, for the name of a sheet. */
    readonly title: string;
    readonly fields: readonly string[];
    /** The same with what their cells are to a spreadsheet. */
    readonly columns: readonly ExportColumn[];
    readonly pages: AsyncIterable<readonly PresentedRecord[]>;
    /** A record as text cells, in the order of `fields`: what `parseText` of each type reads back. */
    toCells(record: PresentedRecord): readonly string[];
    /** The same as values of a spreadsheet, for `writeXlsx`. */
    toValues(record: PresentedRecord): readonly CellValue[];
  }>;
}

// --- secrets --------------------------------------------------------------------------------------------------
