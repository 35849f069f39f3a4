/**
 * The face of the engine: the metadata lifecycle and the record lifecycle, the one place where order is written.
 * It knows neither HTTP nor environment; every call takes the context of who asks.
 *
 * Every method may throw `EngineError`.
 */
import type { Access, Action, KeyScope } from '@trellis/access';
import type { Component, Package, Problem } from '@trellis/metadata';
import type {
  AggregateFunction,
  CountMode,
  DatePeriod,
  FieldRight,
  JsonValue,
  Model,
  RecordData,
  SearchRank,
  TextRange,
} from '@trellis/model';
import type {
  ChangeCause,
  ColumnState,
  IndexState,
  MembershipRow,
  Revision,
  RollupState,
  Snapshot,
  StorageStep,
  Workspace,
} from '@trellis/storage';
import type { AuditLog } from './audit/audit-log.ts';
import type { BulkDesk } from './bulk/bulk-desk.ts';
import type { ExplainedExpression, ExpressionRequest } from './explain-expression.ts';
import type { CellValue, ExportColumn } from './export/export-columns.ts';
import type { ImportDesk } from './import/imports.ts';
import type { JobLifecycle } from './jobs/job-lifecycle.ts';
import type { WorkerOptions, Workers } from './jobs/workers.ts';
import type { RecordRight } from './record-rights.ts';
import type { RetentionDesk } from './retention/retention.ts';
import type { DelegationDesk, ShareDesk } from './sharing/sharing.ts';

/** Who asks. There is no "no user", and no flag that ignores access. */
export type Context = UserContext | SystemContext;

export interface UserContext {
  readonly kind: 'user';
  readonly workspace: Workspace;
  /** Id of the user record in this workspace. */
  readonly userId: string;
  /** What rules know as `$user.name` and `$user.email`. */
  readonly userName?: string | undefined;
  readonly userEmail?: string | undefined;
  /** Names of the user's permission sets; `administrator` is built in. */
  readonly permissionSets: readonly string[];
  /** Where a program acts by an API key: what the key narrows the user's rights to. */
  readonly scope?: KeyScope | undefined;
  readonly timeZone: string;
  readonly locale: string;
  /** Where the request came in: `api`, `web`, `cli`. */
  readonly source: string;
  readonly requestId: string | undefined;
  /** Where the request came from, for the audit log. */
  readonly address?: string | undefined;
  readonly userAgent?: string | undefined;
  /** Who sees the product as this user. Nothing may be changed then. */
  readonly viewer?: { readonly userId: string; readonly name: string } | undefined;
  /** What the call follows from, for the history of what it changes. */
  readonly cause?: ChangeCause | undefined;
  /** Told of each old name that the call said. */
  readonly onAlias?: (use: {
    readonly name: string;
    readonly current: string;
    /** Since when it is an old one. */
    readonly since: string;
  }) => void;
}

/** The platform itself, with a reason that history keeps. */
export interface SystemContext {
  readonly kind: 'system';
  readonly workspace: Workspace;
  readonly reason: string;
  /** As of a user's call. */
  readonly cause?: ChangeCause | undefined;
}

// --- access ---------------------------------------------------------------------------------------------------

export interface AccessQuestion {
  /** Id of the user in question; the asker unless given. */
  readonly user?: string | undefined;
  readonly object: string;
  readonly record?: string | undefined;
  readonly field?: string | undefined;
  readonly action: Action;
}

export interface AccessExplanation {
  readonly isAllowed: boolean;
  /** The chain of reasons, for a person. */
  readonly reasons: readonly string[];
}

// --- metadata -------------------------------------------------------------------------------------------------

export interface ChangeRequest {
  /** Unparsed: faults come back as problems with pointers into `/components/…`. */
  readonly components?: unknown;
  readonly deletions?: unknown;
  readonly renames?: unknown;
  readonly expectedRevision?: number | undefined;
  readonly message?: string | undefined;
}

export interface PlannedComponent {
  readonly kind: string;
  readonly name: string;
  readonly label: string;
  readonly change: 'add' | 'change' | 'remove' | 'rename' | 'none';
  /** For a change: the pointers that differ, with both values. */
  readonly differences: readonly {
    readonly pointer: string;
    readonly before: unknown;
    readonly after: unknown;
  }[];
}

export interface Plan {
  /** The revision that the plan was made against. */
  readonly revision: number;
  readonly components: readonly PlannedComponent[];
  readonly storage: readonly StorageStep[];
  /** Per object that loses or changes something: its live records. */
  readonly affectedRecords: readonly { readonly object: string; readonly count: number }[];
  /** Fields that change their type while they hold values: what becomes of the values. */
  readonly conversions: readonly ConversionPlan[];
  /** Fields that shall become unique and hold values twice: how many records are concerned, with ids of some. */
  readonly duplicates: readonly {
    readonly object: string;
    readonly field: string;
    readonly records: number;
    readonly ids: readonly string[];
  }[];
  /** What is stored and would not be accepted any more. It stays until somebody changes it. */
  readonly misfits: readonly Misfit[];
  /** Sentences about what a rollback can't bring back. */
  readonly irreversible: readonly string[];
  /** Who would gain and lose what; undefined where nobody does, and to who may not manage users. */
  readonly access: AccessPlan | undefined;
}

/** What a change of rights, roles or sharing does to active people. */
export interface AccessPlan {
  /** Those who gain or lose anything at all. */
  readonly people: number;
  /** One for each person and object, and one without an object for rights of the system; the first of very many. */
  readonly changes: readonly AccessChange[];
  /** How many more there are. */
  readonly leftOut: number;
}

export interface AccessChange {
  readonly user: { readonly id: string; readonly name: string };
  /** Undefined: `gained` and `lost` are rights of the system. */
  readonly object: string | undefined;
  /** What may be done with the object: `read`, `create`… */
  readonly gained: readonly string[];
  readonly lost: readonly string[];
  /** Rights on single fields, as they would be. */
  readonly fields: readonly {
    readonly field: string;
    readonly before: FieldRight;
    readonly after: FieldRight;
  }[];
  readonly recordTypes: { readonly gained: readonly string[]; readonly lost: readonly string[] };
  /** Records that somebody comes to reach, or no longer reaches. */
  readonly records: readonly ReachChange[];
}

export interface ReachChange {
  readonly action: 'read' | 'update' | 'delete';
  readonly direction: 'gained' | 'lost';
  /** Undefined: it would take too long to count. */
  readonly count: { readonly value: number; readonly kind: 'exact' | 'at_least' } | undefined;
  /** Some that the asker sees themselves; titles are null where the asker may not read them. */
  readonly samples: readonly { readonly id: string; readonly title: string | null }[];
}

/** Live records whose value a changed field would refuse, or that lack the value of one that becomes required. */
export interface Misfit {
  readonly object: string;
  readonly field: string;
  /** As a save would say it: `required`, `too_long`, `too_small`, `invalid_format`, `invalid_option`… */
  readonly code: string;
  /** Of `invalid_option`: the one that is removed or no longer active. */
  readonly option: string | null;
  readonly message: string;
  readonly records: number;
  /** Counted on a sample of a large table. */
  readonly isEstimate: boolean;
  /** Up to ten of them. */
  readonly ids: readonly string[];
}

/** `total` is `exact + lossy + kept`; values of records in the recycle bin count too. */
export interface ConversionPlan {
  readonly object: string;
  readonly field: string;
  readonly from: string;
  readonly to: string;
  readonly total: number;
  /** Values from which the old one can be told again. */
  readonly exact: number;
  /** Rounded, shortened or without their form. */
  readonly lossy: number;
  /** Values that don't convert: they are kept and listed. */
  readonly kept: number;
  /** Counted on a sample of a large table. */
  readonly isEstimate: boolean;
  readonly lossySamples: readonly {
    readonly id: string;
    readonly before: JsonValue;
    readonly after: JsonValue;
  }[];
  readonly keptSamples: readonly {
    readonly id: string;
    readonly value: JsonValue;
    readonly reason: string;
  }[];
  /** Of a unique field: values that come out like another one's. They are kept. */
  readonly duplicates: number;
}

/** A type change and what it left; `open` counts kept values whose record has none in the field yet. */
export interface OpenConversion {
  readonly id: number;
  /** Null when the object is gone. */
  readonly object: string;
  /** Null when the field has changed its type again. */
  readonly field: string | null;
  readonly from: string;
  readonly to: string | null;
  readonly state: 'running' | 'done';
  readonly exact: number;
  readonly lossy: number;
  readonly kept: number;
  readonly open: number;
  readonly createdAt: string;
}

export interface AliasEntry {
  readonly kind: 'object' | 'field';
  /** The old name; of a field with its object's current one before it. */
  readonly name: string;
  readonly current: string;
  readonly uses: number;
  readonly lastUsedAt: string | null;
  readonly createdAt: string;
}

export interface KeptValues {
  readonly values: readonly {
    readonly record: string;
    /** As text, the way an export writes it. */
    readonly text: string;
    readonly value: JsonValue;
    readonly reason: string;
    readonly isDeleted: boolean;
  }[];
  /** Id to ask for the next page with. */
  readonly next: string | null;
}

export interface IndexEntry extends IndexState {
  /** Somebody asked for it by `indexed` or the object's `indexes`, and could take that back. */
  readonly isRemovable: boolean;
  /** Nobody has used it for a week and longer. */
  readonly isUnused: boolean;
}

/** Either fields to give an index of their own, or fields to index together (`-` for descending). */
export interface IndexAdvice {
  readonly id: string;
  readonly object: string;
  readonly fields: readonly {
    readonly object: string;
    readonly field: string;
    readonly label: string;
    readonly property: 'indexed' | 'searchable';
  }[];
  readonly together: readonly string[] | null;
  readonly runs: number;
  /** How often a question was not even run for it. */
  readonly refusals: number;
  readonly meanMilliseconds: number;
  readonly mostMilliseconds: number;
  /** Of the object, roughly. */
  readonly records: number;
  readonly lastAt: string;
  /** What the questions were about. */
  readonly paths: readonly string[];
  /** Published views that such questions come from. */
  readonly views: readonly string[];
}

export interface ComponentEntry {
  readonly kind: string;
  readonly name: string;
  readonly body: unknown;
  /** Name of the package that brought it, null for the workspace's own. */
  readonly package: string | null;
}

export interface MetadataLifecycle {
  list(
    context: Context,
    kind?: string,
  ): Promise<{ readonly revision: number; readonly components: readonly ComponentEntry[] }>;
  find(context: Context, kind: string, name: string): Promise<ComponentEntry | undefined>;
  plan(
    context: Context,
    request: ChangeRequest,
  ): Promise<{ readonly plan: Plan; readonly problems: readonly Problem[] }>;
  /** Throws `invalid_metadata` with all problems, or `stale_revision`; nothing is written then. */
  publish(
    context: Context,
    request: ChangeRequest,
  ): Promise<{ readonly revision: number; readonly plan: Plan; readonly problems: readonly Problem[] }>;
  /** What `rollback` would do; nothing is written. Throws `unknown_revision`. */
  planRollback(context: Context, revision: number): ReturnType<MetadataLifecycle['plan']>;
  /** Publishes the inverse of everything after the given revision. */
  rollback(context: Context, revision: number): Promise<{ readonly revision: number; readonly plan: Plan }>;
  revisions(context: Context, limit: number): Promise<readonly Revision[]>;
  columnStates(context: Context): Promise<readonly ColumnState[]>;
  /** Indexes beside those that the platform needs for itself. */
  indexStates(context: Context): Promise<readonly IndexEntry[]>;
  /** Has what could not be built of an object tried again. False: there is nothing. Throws `unknown_component`. */
  retryIndexes(context: Context, object: string): Promise<boolean>;
  /** Indexes that would help with what was slow or refused, the most needed first. */
  indexAdvice(context: Context): Promise<readonly IndexAdvice[]>;
  /** Is not told of again for a month. Throws `unknown_component`. */
  dismissIndexAdvice(context: Context, id: string): Promise<void>;
  /** How far each roll-up is, by today's names. */
  rollupStates(context: Context): Promise<readonly RollupState[]>;
  /**
   * Has the roll-up worked out anew for every record, in the background; until that is done reads work it out.
   * Throws `unknown_component` for what is no roll-up.
   */
  recomputeRollup(context: Context, object: string, field: string): Promise<void>;
  /** Type changes that are running or have left values behind. */
  conversions(context: Context): Promise<readonly OpenConversion[]>;
  /** Values that did not convert and that nobody has dealt with yet. Throws `unknown_component`. */
  keptValues(
    context: Context,
    id: number,
    page: { readonly limit: number; readonly after?: string | undefined },
  ): Promise<KeptValues>;
  /** Takes a conversion that is done off the list; its old values stay stored. Throws `unknown_component`. */
  dismissConversion(context: Context, id: number): Promise<void>;
  /**
   * Erases all values that the field had before a conversion which is done, those that converted too. Nothing brings
   * them back; who was interrupted calls again. Throws `unknown_component`.
   */
  purgeConversion(context: Context, id: number): Promise<void>;
  /** Old names of objects and fields that programs may still say, with how often they do. */
  aliases(context: Context): Promise<readonly AliasEntry[]>;
  /** Forgets an old name: `deal` or `deal.amount`. Throws `unknown_component`. */
  removeAlias(context: Context, kind: string, name: string): Promise<void>;
  /** Resolves when no type change is running in the workspace any more: for tests and the command line. */
  drainConversions(context: Context): Promise<void>;
  /**
   * Installs a package once: components that exist already are left as they are unless they are still what an
   * earlier version of the package brought. Returns undefined when there was nothing to do.
   */
  installPackage(context: SystemContext, folder: Package): Promise<{ readonly revision: number } | undefined>;
  /** Checks JSON Logic, or formula text where that is given, and says it both ways. */
  checkExpression(context: Context, request: ExpressionRequest): Promise<ExplainedExpression>;
}

// --- records --------------------------------------------------------------------------------------------------

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
  /** For upsert: a unique field. */
  readonly key?: string;
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

/** The one way to the text of a secret: for the platform's own use, with a reason that the log keeps. */
export interface SecretDirectory {
  /**
   * Has everything that is sealed in the workspace's records sealed anew by the first key, and texts whose field has
   * become encrypted. Resolves with the id of the job. Throws `forbidden`, and `invalid_input` without a key.
   */
  reseal(context: Context): Promise<string>;
  /** Null when it is not set. Throws `unknown_record`, and `Error` when its key is gone. */
  reveal(
    context: SystemContext,
    request: { readonly object: string; readonly id: string; readonly field: string },
  ): Promise<string | null>;
}

// --- files ----------------------------------------------------------------------------------------------------

/** What is known of a file; `size` in bytes, `type` as found in the content. */
export interface FileFacts {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly type: string;
}

export interface OpenFile {
  readonly file: FileFacts;
  /** The content, or a range of its bytes, first and last included. */
  read(range?: { readonly start: number; readonly end: number }): Promise<AsyncIterable<Uint8Array>>;
}

export interface FileDirectory {
  /** The most bytes of one file. */
  readonly mostBytes: number;
  /** Takes a file, which is the caller's for a day unless a record comes to refer to it. Throws `file_too_large`, and `too_many_uploads` while too many wait. */
  upload(
    context: Context,
    input: { readonly name: string; readonly content: AsyncIterable<Uint8Array> },
  ): Promise<FileFacts>;
  /**
   * A file of a record that the caller may read; the first of the field unless one is named. Throws `unknown_record`
   * for a record or file that is absent or invisible.
   */
  open(
    context: Context,
    request: {
      readonly object: string;
      readonly id: string;
      readonly field: string;
      readonly file?: string | undefined;
    },
  ): Promise<OpenFile>;
  /** The same by the file's id alone; whoever sent it may also read it before a record refers to it. */
  openById(context: Context, id: string): Promise<OpenFile>;
  /** Removes what nobody referred to in time, and files of purged records. */
  sweep(workspace: Workspace): Promise<number>;
}

// --- what has changed ---------------------------------------------------------------------------------------

/** That a record has changed, never how. */
export interface RecordChange {
  /** API name, as of today. */
  readonly object: string;
  readonly id: string;
  readonly version: number;
  /**
   * `rollup`: what is kept of its roll-ups has moved; the record itself has not, nor its version. `share`: it was shared with
   * the caller, or that was changed. `hidden`: it has left their sight; of such a one `version` is 0.
   */
  readonly action: 'create' | 'update' | 'delete' | 'restore' | 'purge' | 'rollup' | 'share' | 'hidden';
}

/** As the outbox has it: with those who may have seen the record before. */
export interface FeedChange extends Omit<RecordChange, 'action'> {
  readonly action: Exclude<RecordChange['action'], 'hidden'> | 'unshare';
  readonly formerOwnerId: string | null;
  readonly granteeId: string | null;
}

/** Changes of records as they are committed. Positions are opaque; going on from one misses nothing. */
export interface ChangeFeed {
  /** Behind everything that is settled by now. */
  position(): Promise<string>;
  /** Whether it is a position that this database may have given. */
  isPast(position: string): Promise<boolean>;
  /** The next changes of all records: for `visible` to choose from, and for no one else. */
  read(
    workspace: Workspace,
    after: string,
    limit: number,
  ): Promise<{ readonly changes: readonly FeedChange[]; readonly position: string }>;
  /**
   * Those of records that the caller sees, in the same order; of deleted ones, those that they could see. What has left
   * their sight by another owner or the end of a share is told as `hidden`.
   */
  visible(context: Context, changes: readonly FeedChange[]): Promise<readonly RecordChange[]>;
}

// --- users ----------------------------------------------------------------------------------------------------

/** A person in a workspace: identity, membership and user record, seen as one. */
export interface User {
  /** Id of the user record, which is also the principal that owns and changes records. */
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly isActive: boolean;
  readonly permissionSets: readonly string[];
  /** Name of the role that places them in the role tree; null without one. */
  readonly role: string | null;
  /** Ids of the teams that they belong to. */
  readonly teams: readonly string[];
}

export interface NewUser {
  readonly email: string;
  readonly name: string;
  /** Made by the identity room; without one the user can't sign in by password. */
  readonly passwordHash?: string | null | undefined;
  readonly permissionSets?: readonly string[] | undefined;
  /** Other fields of the user record, by API name: `role`, `title`, `teams`, the workspace's own. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
  /** Whose word at a provider of single sign-on is taken for the new identity; written with it. */
  readonly ssoLink?: { readonly issuer: string; readonly subject: string } | undefined;
}

/** Somebody whom an identity provider has vouched for, with what their groups stand for. */
export interface Arrival {
  /** Undefined: nobody has come by this identity yet. */
  readonly identityId: string | undefined;
  readonly email: string;
  readonly name: string;
  readonly link: { readonly issuer: string; readonly subject: string };
  /** For a newcomer, whatever their groups. */
  readonly initialPermissionSets: readonly string[];
  /** Undefined: groups say nothing about them. Of the `governed` ones the person has those `given`, and no others. */
  readonly permissionSets:
    | { readonly given: readonly string[]; readonly governed: readonly string[] }
    | undefined;
  readonly role: { readonly given: string | undefined; readonly governed: readonly string[] } | undefined;
}

export interface Admission {
  readonly user: User;
  /** What the settings asked for and did not get, for the log. */
  readonly notes: readonly string[];
}

export interface UserChange {
  readonly name?: string | undefined;
  readonly passwordHash?: string | undefined;
  readonly permissionSets?: readonly string[] | undefined;
  readonly isActive?: boolean | undefined;
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
}

/** What is absent stays; null clears. */
export interface OwnChange {
  readonly name?: string | undefined;
  readonly timeZone?: string | null | undefined;
  readonly locale?: string | null | undefined;
}

/** The identity behind a user. */
export interface UserAccount {
  readonly user: User;
  readonly identityId: string;
  readonly hasPassword: boolean;
  /** Whether the person may work in another workspace too, whose business they are as well. */
  readonly isShared: boolean;
}

/** Roles, and permission sets with the built-in administrator first, by label. */
export interface Grantables {
  readonly roles: readonly Grantable[];
  readonly permissionSets: readonly Grantable[];
}
export interface Grantable {
  readonly name: string;
  readonly label: string;
  readonly isGrantable: boolean;
}

/** The only writer of users. Needs the right `manage_users`; reading their records is `records` with object `user`. */
export interface UserDirectory {
  create(context: Context, input: NewUser): Promise<User>;
  /** Throws `unknown_record` for an id that is no user of the workspace. */
  update(context: Context, id: string, change: UserChange): Promise<User>;
  find(context: Context, id: string): Promise<User | undefined>;
  /**
   * The account behind a user, for who may change how they sign in: an administrator for anybody, else who holds every
   * right that the person holds. Throws `unknown_user`, `forbidden`.
   */
  findAccount(context: Context, id: string): Promise<UserAccount>;
  /** What people may change of themselves, without any right. Throws `invalid_input`. */
  updateOwn(context: UserContext, change: OwnChange): Promise<void>;
  /** What people can be given; of which the caller may give what they hold themselves. */
  grantables(context: Context): Promise<Grantables>;
  /** All users of the workspace, inactive ones too, in the order in which they were made. */
  list(context: Context): Promise<readonly User[]>;
  /**
   * The user as whom the caller may see the product now. Throws `forbidden` without the right `view_as` or for who
   * holds more than the caller, `unknown_user` for who is not there or not active.
   */
  findViewable(context: Context, id: string): Promise<MembershipRow>;
  /** Makes or brings up to date whom a provider of single sign-on has vouched for. An inactive user stays as they are. */
  admit(context: SystemContext, arrival: Arrival): Promise<Admission>;
  /** The first person of an installation; undefined, with nothing written, once there is any identity. */
  createFirstAdministrator(workspace: Workspace, input: FirstAdministrator): Promise<FirstUser | undefined>;
}

/** A group of users that may own records. */
export interface Team {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly email: string | null;
  /** Ids of users. */
  readonly members: readonly string[];
}

/** The only writer of teams. Needs the right `manage_users`, but for one's own. Fields are those of the object `team`. */
export interface TeamDirectory {
  create(context: Context, fields: Readonly<Record<string, unknown>>): Promise<Team>;
  /** Throws `unknown_record` for an id that is no team of the workspace. */
  update(context: Context, id: string, fields: Readonly<Record<string, unknown>>): Promise<Team>;
  /** Throws `delete_restricted` with counts by object in `blocking` while it owns records. */
  delete(context: Context, id: string): Promise<void>;
  find(context: Context, id: string): Promise<Team | undefined>;
  /** By name. */
  list(context: Context): Promise<readonly Team[]>;
  /** Those of the caller, whatever their rights. */
  ofUser(context: Context): Promise<readonly Pick<Team, 'id' | 'name'>[]>;
}

/** With the identity behind, so that it can be signed in at once. */
export interface FirstUser extends User {
  readonly identityId: string;
}

export interface FirstAdministrator {
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string;
}

export interface Engine {
  readonly metadata: MetadataLifecycle;
  readonly records: RecordLifecycle;
  readonly changes: ChangeFeed;
  readonly audit: AuditLog;
  readonly users: UserDirectory;
  readonly files: FileDirectory;
  readonly shares: ShareDesk;
  readonly delegations: DelegationDesk;
  readonly secrets: SecretDirectory;
  readonly jobs: JobLifecycle;
  readonly bulk: BulkDesk;
  readonly imports: ImportDesk;
  readonly retention: RetentionDesk;
  /** Has this process run jobs, its own and others'. */
  startWorkers(options?: WorkerOptions): Workers;
  readonly teams: TeamDirectory;
  /** The snapshot that requests are pinned to right now; reloaded when another node has published. */
  snapshot(workspace: Workspace): Promise<Snapshot>;
  model(workspace: Workspace): Promise<Model>;
  /** What a caller may do, on the workspace's newest model that this process knows. */
  access(context: Context): Promise<Access>;
  /** Why somebody may or may not do something. */
  explainAccess(context: Context, question: AccessQuestion): Promise<AccessExplanation>;
  /** `users.createFirstAdministrator` in the workspace that was made first. */
  createFirstAdministrator(input: FirstAdministrator): Promise<FirstUser | undefined>;
  /** Makes a workspace with the system objects in it. */
  createWorkspace(input: {
    readonly name: string;
    readonly label: string;
    readonly timeZone?: string;
    readonly locale?: string;
    readonly currency?: string;
    /** Who made it, from another workspace. */
    readonly by?: UserContext;
  }): Promise<Workspace>;
  close(): Promise<void>;
}

/** Turns a component as sent into one as listed, for tests and the command line. */
export type { Component };
