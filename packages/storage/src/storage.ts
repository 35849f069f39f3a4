/**
 * The face of storage: the only room that knows pg and SQL. It keeps platform tables, metadata, records, history and
 * the outbox, and turns a resolved query into one statement. It decides nothing about access and calls no hooks:
 * predicates come in as expressions, changes as finished rows.
 *
 * Every method may throw `StorageError`.
 */
import type { Component, ComponentKind } from '@trellis/metadata';
import type {
  AggregateQuery,
  ChildPage,
  CompiledField,
  CompiledObject,
  Expression,
  ExpressionContext,
  FieldPath,
  FieldRecord,
  JsonValue,
  Model,
  RecordData,
  RecordPage,
  RecordQuery,
  RecordSearch,
  RecordSearchPage,
} from '@trellis/model';
import type { AuditStore, NewAuditEntry } from './audit/audit.ts';
import type { CredentialRows } from './credential-store.ts';
import type { JobQueue } from './jobs/jobs.ts';
import type { IndexReason } from './metadata/wanted-storage.ts';
import type { SealedStore } from './sealed-store.ts';
import type { SessionStore } from './session-store.ts';
import type { SsoStore } from './sso-store.ts';

/** What one workspace's database looks like to the compiler, pinned with its model for the life of a request. */
export interface Snapshot {
  readonly workspace: Workspace;
  /** Number of the metadata revision that the model was compiled from. */
  readonly revision: number;
  /** Counts changes of the promoted columns; a part of the key of every cached statement. */
  readonly epoch: number;
  readonly model: Model;
  /** Promoted columns that may be read, by object key, then field key. */
  readonly columns: ReadonlyMap<string, ReadonlyMap<string, PromotedColumn>>;
  /** Keys of the roll-ups that are kept for every record, by object key; the others are worked out by each read. */
  readonly rollups?: ReadonlyMap<string, ReadonlySet<string>>;
  /** Open type changes by object key, the oldest first; who writes a record settles its values (SPEC P8b). */
  readonly conversions?: ReadonlyMap<string, readonly Conversion[]>;
  /** Old names that programs may still say. */
  readonly aliases?: readonly Alias[];
  /** Set by storage where a question is about a time: `today` is the snapshot without it. */
  readonly asOf?: { readonly at: string; readonly today: Snapshot };
}

/** A field that a question reads from `data`. */
export interface ScannedField {
  readonly field: CompiledField;
  /** As it was asked for. */
  readonly path: FieldPath;
  /** `value`: what is grouped by or measured. */
  readonly part: 'filter' | 'sort' | 'value';
  /** The property that gives it a column; `building`: it is getting one; undefined: it can't have one. */
  readonly remedy: 'indexed' | 'searchable' | 'building' | undefined;
}

export interface PromotedColumn {
  /** `c_7` */
  readonly name: string;
  /** Filled for every row: the compiler may read it. */
  readonly isReady: boolean;
  /** `unique` is enforced only once its index is valid. */
  readonly isUnique: boolean;
}

export interface Workspace {
  readonly id: string;
  /** API name, as in `X-Workspace`: `main`. */
  readonly name: string;
  readonly label: string;
  /** Schema that holds its tables: `ws_main`. */
  readonly schema: string;
  readonly timeZone: string;
  readonly locale: string;
  readonly currency: string;
}

/** What the database can and can't do; each warning is one sentence for the log at start. */
export interface Capabilities {
  readonly serverVersion: number;
  readonly hasTrigram: boolean;
  readonly hasIcu: boolean;
  readonly warnings: readonly string[];
}

/** A connection inside a transaction; made by `transaction`, never kept. */
export interface Transaction {
  readonly isTransaction: true;
}

// --- metadata -------------------------------------------------------------------------------------------------

export interface StoredComponent {
  readonly component: Component;
  /** First name of an object or field, for ever; of other kinds the name itself. */
  readonly key: string;
  /** The package that brought it, with the version and body it came with, for three-way upgrades. */
  readonly package: { readonly name: string; readonly version: string; readonly body: unknown } | undefined;
}

export interface StoredMetadata {
  readonly revision: number;
  readonly epoch: number;
  /** In the order in which they were first made. */
  readonly components: readonly StoredComponent[];
  /** Field keys that deleted fields of an object still hold, with the column type they had: `deal` → `amount` → numeric. */
  readonly retiredKeys: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly columns: Snapshot['columns'];
  readonly rollups: NonNullable<Snapshot['rollups']>;
  readonly conversions: NonNullable<Snapshot['conversions']>;
  readonly aliases: readonly Alias[];
}

/** One side of a revision: what to write and what to remove. */
export interface ChangeSet {
  readonly components: readonly Component[];
  readonly deletions: readonly { readonly kind: ComponentKind; readonly name: string }[];
  readonly renames: readonly { readonly kind: ComponentKind; readonly from: string; readonly to: string }[];
}

export interface Revision {
  readonly number: number;
  readonly author: string;
  readonly authorName: string | null;
  readonly at: string;
  readonly message: string | null;
  readonly forward: ChangeSet;
  readonly backward: ChangeSet;
}

/** A step that a publish takes in the database, for the plan; `kind` is stable, `description` is for people. */
export interface StorageStep {
  readonly kind:
    | 'create_table'
    | 'drop_table_later'
    | 'promote_field'
    | 'retire_column'
    | 'create_index'
    | 'create_sequence'
    | 'replace_trigger'
    | 'add_foreign_key';
  readonly object: string;
  readonly field?: string;
  readonly description: string;
  /** False: runs online after the publish, with visible state. */
  readonly isImmediate: boolean;
}

export interface PublishRequest {
  readonly workspace: Workspace;
  /** The revision that the change was compiled against; another one in the table means `stale_revision`. */
  readonly baseRevision: number;
  readonly before: Model;
  readonly after: Model;
  /** All components that are to be stored or changed, with key and package; removals by kind and name. */
  readonly write: readonly StoredComponent[];
  readonly remove: readonly { readonly kind: ComponentKind; readonly name: string }[];
  readonly renames: ChangeSet['renames'];
  readonly forward: ChangeSet;
  readonly backward: ChangeSet;
  readonly author: string;
  readonly message: string | undefined;
  /** Fields that change their type and so their key, with what turns their values into the new type. */
  readonly conversions?: readonly StartedConversion[];
  readonly convert?: ConvertValues;
  /** The entry of the audit log, in the same transaction. */
  readonly audit?: (revision: number) => NewAuditEntry;
  /** Names that this change takes from objects and fields. */
  readonly aliases?: readonly Pick<Alias, 'kind' | 'objectKey' | 'fieldKey' | 'name'>[];
}

/** An old name of an object or field, until something else bears it or somebody removes it. */
export interface Alias {
  readonly kind: 'object' | 'field';
  readonly objectKey: string;
  /** Empty for an object. */
  readonly fieldKey: string;
  readonly name: string;
  readonly uses: number;
  readonly lastUsedAt: string | null;
  readonly createdAt: string;
}

export interface AliasStore {
  list(workspace: Workspace): Promise<readonly Alias[]>;
  /** Adds to the counts; those that are gone are left out. */
  count(
    workspace: Workspace,
    uses: readonly (Pick<Alias, 'kind' | 'objectKey' | 'name'> & {
      readonly count: number;
      readonly at: string;
    })[],
  ): Promise<void>;
  remove(workspace: Workspace, alias: Pick<Alias, 'kind' | 'objectKey' | 'name'>): Promise<void>;
}

export interface StartedConversion {
  readonly objectKey: string;
  readonly oldKey: string;
  readonly newKey: string;
  readonly source: FieldRecord;
  readonly hasHistory: boolean;
}

export type ConversionState = 'running' | 'done' | 'undone' | 'dismissed';

/** A type change of a field that held values. `exact + lossy + kept` is the number of values seen so far. */
export interface Conversion extends StartedConversion {
  readonly id: number;
  readonly state: ConversionState;
  /** Who published it. */
  readonly author: string;
  readonly exact: number;
  readonly lossy: number;
  readonly kept: number;
  readonly error: string | null;
  readonly createdAt: string;
}

/** A value of the old field and what became of it; null: it is kept where it is, for the reason given. */
export interface ConvertedRow {
  readonly id: string;
  readonly value: JsonValue | null;
  readonly isExact: boolean;
  readonly reason?: string;
}

/** Converts values of the old field; every row given comes back. May read within the transaction. */
export type ConvertValues = (
  conversion: Conversion,
  rows: readonly { readonly id: string; readonly value: JsonValue }[],
  transaction: Transaction,
) => Promise<readonly ConvertedRow[]>;

export interface KeptValue {
  readonly recordId: string;
  readonly value: JsonValue;
  readonly reason: string;
  readonly isDeleted: boolean;
}

/** Type changes on live data: what they would do, doing them, and what they left (SPEC P8 to P8d). */
export interface ConversionStore {
  /** All of an object that were not undone, dismissed ones too, the oldest first. */
  ofObject(workspace: Workspace, objectKey: string): Promise<readonly Conversion[]>;
  /** Open ones with how many kept values nobody has dealt with yet. */
  list(workspace: Workspace): Promise<readonly (Conversion & { readonly open: number })[]>;
  /** Kept values whose record still has none in the new field, by record id after `after`. */
  kept(
    workspace: Workspace,
    conversion: Conversion,
    page: { readonly limit: number; readonly after: string | undefined },
  ): Promise<readonly KeptValue[]>;
  /**
   * Values under a key, of records in the recycle bin too unless only `live` ones are meant: all of them where the
   * table is small, else a random sample. `share`: the part of all rows that was looked at, 1 when it was all.
   */
  sample(
    workspace: Workspace,
    request: { readonly objectKey: string; readonly fieldKey: string; readonly which: 'all' | 'live' },
  ): Promise<{
    readonly share: number;
    readonly rows: readonly { readonly id: string; readonly value: JsonValue }[];
  }>;
  /** Of each key: live records without a value under it, with ids of some. Estimated where the table is large. */
  blanks(
    workspace: Workspace,
    objectKey: string,
    fieldKeys: readonly string[],
  ): Promise<
    readonly { readonly records: number; readonly ids: readonly string[]; readonly isEstimate: boolean }[]
  >;
  /**
   * Values that several live records share: how many such records there are, with ids of some. Undefined: it takes too
   * long to find out. `entry`: the values are lists, and this property of their entries is compared.
   */
  duplicates(
    workspace: Workspace,
    objectKey: string,
    fieldKey: string,
    entry?: string | undefined,
  ): Promise<{ readonly records: number; readonly ids: readonly string[] } | undefined>;
  /**
   * Works off what is running in the workspace, batch by batch, each a transaction of its own; a killed run goes on
   * where it was. Returns at once when another process is at it, unless told to `wait`.
   */
  run(
    workspace: Workspace,
    convert: ConvertValues,
    options: { readonly wait: boolean; readonly signal?: AbortSignal },
  ): Promise<void>;
  /** Forgets the list of a conversion that is done; values stay where they are. Returns whether there was one. */
  dismiss(workspace: Workspace, id: number): Promise<boolean>;
  /** Erases all values that a conversion which is done left under the old key. Returns whether there was one. */
  purge(workspace: Workspace, id: number): Promise<boolean>;
}

export interface ColumnState {
  readonly object: string;
  readonly field: string;
  readonly column: string;
  readonly state: 'waiting' | 'filling' | 'indexing' | 'ready' | 'failed' | 'retired';
  readonly rowsDone: number;
  readonly error: string | null;
}

/** An index beside those that the platform needs for itself. */
export interface IndexState {
  readonly object: string;
  readonly name: string;
  /** API names, `-` for descending. */
  readonly fields: readonly string[];
  /** Undefined: nothing wants it any more. */
  readonly reason: IndexReason | undefined;
  readonly isUnique: boolean;
  readonly state: 'building' | 'valid' | 'failed' | 'removing';
  readonly error: string | null;
  /** From 0 to 1 while it is being built, where that is known. */
  readonly progress: number | null;
  readonly bytes: number | null;
  /** How often it was used since `since`. */
  readonly scans: number | null;
  readonly since: string;
  /** From PostgreSQL 16 on. */
  readonly lastUsedAt: string | null;
}

/** What took long, or was refused: fields by their paths, and no values. */
export interface SlowQuestion {
  readonly objectKey: string;
  readonly equal: readonly string[];
  readonly other: readonly string[];
  /** `-` for descending. */
  readonly sort: readonly string[];
  readonly runs: number;
  readonly refusals: number;
  readonly totalMilliseconds: number;
  readonly mostMilliseconds: number;
  /** Of the object, roughly. */
  readonly records: number;
  readonly lastAt: string;
}

/** How far a roll-up is. */
export interface RollupState {
  readonly object: string;
  readonly field: string;
  /** Not `ready`: reads work it out until every record has its value. */
  readonly state: 'waiting' | 'computing' | 'ready';
  readonly rowsDone: number;
  /** How many records there are, as PostgreSQL estimates. */
  readonly rowsTotal: number;
  /** Records that wait to be worked out again; counted to 10,001. */
  readonly pending: number;
}

export interface MetadataStore {
  load(workspace: Workspace): Promise<StoredMetadata>;
  /** The revision and epoch alone: cheap, for nodes that may lag. */
  loadRevision(workspace: Workspace): Promise<{ readonly revision: number; readonly epoch: number }>;
  /** What a publish of `after` would do to the database. Pure reading. */
  planStorage(snapshot: Snapshot, after: Model): Promise<readonly StorageStep[]>;
  /**
   * Writes components, tables, triggers and the revision in one transaction, serialised per workspace, and notifies
   * other nodes on commit. Wakes the promotion job. Throws `stale_revision` with nothing written.
   */
  publish(request: PublishRequest): Promise<{ readonly revision: number; readonly epoch: number }>;
  listRevisions(workspace: Workspace, limit: number): Promise<readonly Revision[]>;
  columnStates(workspace: Workspace): Promise<readonly ColumnState[]>;
  indexStates(snapshot: Snapshot): Promise<readonly IndexState[]>;
  /** Has what could not be made of an object's columns and indexes tried again. False: there is nothing. */
  retryFailed(workspace: Workspace, objectKey: string): Promise<boolean>;
  /** The worst first, without those that were dismissed within a month. */
  slowQuestions(workspace: Workspace): Promise<readonly SlowQuestion[]>;
  dismissSlow(workspace: Workspace, questions: readonly SlowQuestion[]): Promise<void>;
  /** What no column serves of paths that are asked about, and what would help. */
  unserved(
    snapshot: Snapshot,
    object: CompiledObject,
    asked: { readonly filter: readonly FieldPath[]; readonly sort: readonly FieldPath[] },
  ): readonly ScannedField[];
  /** Objects and fields by their keys. */
  rollupStates(workspace: Workspace): Promise<readonly RollupState[]>;
  /** Has a roll-up worked out anew for every record. False: there is none of these keys. */
  recomputeRollup(workspace: Workspace, objectKey: string, fieldKey: string): Promise<boolean>;
  /** How many live records each object has (exact up to a cap of 10,000, else the planner's estimate). */
  countRecords(workspace: Workspace, objectKeys: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Tells the listeners of every process that something of the workspace beside its metadata has moved. */
  announce(workspace: Workspace): Promise<void>;
  /** Calls back when any workspace's revision or epoch has moved, and after each reconnect. Returns a stop function. */
  onChange(listener: (workspaceName: string | undefined) => void): Promise<() => Promise<void>>;
}

// --- records --------------------------------------------------------------------------------------------------

/** A record as loaded for a write. `data` is keyed by field key, without blanks. */
export interface StoredRecord {
  readonly id: string;
  readonly version: number;
  readonly ownerId: string;
  readonly recordType: string | null;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly updatedAt: string;
  readonly updatedBy: string;
  readonly deletedAt: string | null;
  readonly deletionId: string | null;
  readonly data: RecordData;
  /** What is kept of computed fields, by field key; a roll-up that is absent is 0, false or blank. */
  readonly derived: RecordData;
  /** Value of the second predicate given to `loadForWrite`. */
  readonly isAllowed: boolean;
}

/** Why and by whom a change was made; goes into history and outbox. */
export interface ChangeOrigin {
  /** Id of the user, or the system's principal. */
  readonly actorId: string;
  /** `api`, `import`, `demo`, `system`, later `workflow:…`. */
  readonly source: string;
  readonly requestId: string | undefined;
  /** ISO instant of the change, the same for all rows of one request. */
  readonly at: string;
  /** Undefined where somebody made the change by hand. */
  readonly cause?: ChangeCause | undefined;
}

/** What a change follows from. */
export interface ChangeCause {
  /** Id of the job in which it was made. */
  readonly job?: string | undefined;
  /** The instant to which a record was put back. */
  readonly asOf?: string | undefined;
  /** The changes of records that led to it, the nearest first; objects by key. */
  readonly chain?:
    | readonly {
        readonly action: 'create' | 'update' | 'delete' | 'restore';
        readonly object: string;
        readonly id: string;
      }[]
    | undefined;
}

export interface InsertRow {
  readonly id: string;
  readonly ownerId: string;
  readonly recordType: string | null;
  readonly data: RecordData;
}

export interface UpdateRow {
  readonly id: string;
  /** The version that was loaded; a row that has moved on since is left alone and missing from the result. */
  readonly version: number;
  readonly ownerId: string;
  readonly recordType: string | null;
  /** The whole new data. */
  readonly data: RecordData;
  /** `{ field key: [old, new] }`, blanks as null. Also `owner_id` and `record_type` when they change. */
  readonly difference: { readonly [key: string]: readonly [JsonValue, JsonValue] };
}

export interface WrittenRow {
  readonly id: string;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface HistoryEntry {
  readonly id: string;
  readonly recordId: string;
  readonly at: string;
  readonly actorId: string;
  readonly actorName: string | null;
  readonly action: 'create' | 'update' | 'delete' | 'restore';
  readonly source: string;
  readonly version: number;
  /** Null where somebody made the change by hand. */
  readonly cause: ChangeCause | null;
  /** By field key. */
  readonly difference: { readonly [key: string]: readonly [JsonValue, JsonValue] };
}

/** What a job has made of one record, from before its first change to after its last. */
export interface CausedChange {
  /** The last entry of the history that the job wrote. */
  readonly entryId: string;
  readonly objectKey: string;
  readonly recordId: string;
  /** Whether it was there, and not in the recycle bin, before and after. */
  readonly wasLive: boolean;
  readonly isLive: boolean;
  /** As the last change left it. */
  readonly version: number;
  /** By field key, of its updates: the first value before and the last one after. */
  readonly differences: ReadonlyMap<string, readonly [JsonValue, JsonValue]>;
}

export interface CausePage {
  /** Last changed first. A record with several changes is met once, at the last one. */
  readonly changes: readonly CausedChange[];
  /** Where the next page goes on; undefined after the last one. */
  readonly before: string | undefined;
}

/** Another record that a deletion would reach. */
export interface DependentRecord {
  readonly object: CompiledObject;
  /** The lookup by which it points at a deleted record. */
  readonly field: string;
  /** No more than is needed to take it along: there may be very many. */
  readonly record: Pick<StoredRecord, 'id' | 'version'>;
  readonly targetId: string;
}

/** How far pruning has come. */
export interface PruneCursor {
  readonly partition: string;
  readonly block: number;
}

/** A lookup that a deletion cleared; `version`: of its record since. */
export interface ClearedLookup {
  readonly objectKey: string;
  readonly recordId: string;
  readonly fieldKey: string;
  readonly targetId: string;
  readonly version: number;
}

/** Records that a write newly points to: they must live when it is done. Each id once. */
export interface WriteTarget {
  readonly ids: readonly string[];
  /** Objects that may have them. A record that is not visible, or meets `except`, is none to point to. */
  readonly among: readonly {
    readonly object: CompiledObject;
    readonly visible: Expression;
    readonly except?: Expression;
  }[];
  /** Locked against deletion, which needs to be of one object; who can't be deleted need not be. */
  readonly isHeld: boolean;
}

export interface WriteTargets {
  readonly targets: readonly WriteTarget[];
  readonly context: ExpressionContext;
}

/** Records of one object that others are to point at. */
/** What is known of a part of a tree. */
export interface TreeEdges {
  /** The parent of each record that was asked about and of all above them; those at the top are missing. */
  readonly parents: ReadonlyMap<string, string>;
  /** How many levels live records reach down below each record that was asked about. */
  readonly heights: ReadonlyMap<string, number>;
}

/** What lies under some keys of records, and of their history: `[old, new]`, or of a creation the value. */
export interface SealedBatch {
  readonly records: readonly {
    readonly id: string;
    readonly values: { readonly [key: string]: JsonValue };
  }[];
  readonly history: readonly {
    readonly id: string;
    readonly recordId: string;
    readonly difference: { readonly [key: string]: JsonValue };
  }[];
}
/** The records and entries whose values are others now, with these values alone. */
export type SealedChange = SealedBatch;

/** Of each kind how many records, with ids of some. */
export interface TreeFaults {
  readonly inRings: { readonly records: number; readonly ids: readonly string[] };
  readonly tooDeep: { readonly records: number; readonly ids: readonly string[] };
}

export interface TargetQuestion {
  readonly object: CompiledObject;
  readonly ids: readonly string[];
  readonly visible: Expression;
  /** What else is asked of those that are there. */
  readonly flag: Expression;
}

/**
 * Reads run on any connection; given a transaction they run inside it. Who holds a transaction gives it to every call:
 * asking for a second connection meanwhile, as many as the pool has callers would wait for each other.
 */
export interface RecordStore {
  /** With `asOf` it runs by itself, under a time limit of its own: `query_too_slow`. */
  query(snapshot: Snapshot, query: RecordQuery, transaction?: Transaction): Promise<RecordPage>;
  /** Keeps in mind what a deletion has cleared, for a restore. */
  noteCleared(
    snapshot: Snapshot,
    deletionId: string,
    cleared: readonly ClearedLookup[],
    transaction: Transaction,
  ): Promise<void>;
  /**
   * What was cleared because the targets went, and is forgotten with that. `isUntouched`: history tells of no change of
   * the field since.
   */
  takeCleared(
    snapshot: Snapshot,
    request: { readonly deletionIds: readonly string[]; readonly targetIds: readonly string[] },
    transaction: Transaction,
  ): Promise<readonly (ClearedLookup & { readonly isUntouched: boolean })[]>;
  /** Forgets some of an object's history from before an instant; `next` is null when nothing of it is left. */
  pruneHistory(
    snapshot: Snapshot,
    request: {
      readonly object: CompiledObject;
      readonly before: string;
      readonly cursor: PruneCursor | null;
    },
    transaction: Transaction,
  ): Promise<{ readonly removed: number; readonly next: PruneCursor | null }>;
  /** Since when the history of an object is whole; undefined: since its beginning. */
  historySince(snapshot: Snapshot, object: CompiledObject): Promise<string | undefined>;
  /** Of each of the query's `parents` the first records that point to it, by id; one statement. */
  children(snapshot: Snapshot, query: RecordQuery): Promise<ReadonlyMap<string, ChildPage>>;
  /** Of a query with totals each row says by `IS_ROW_TOTAL` and `IS_COLUMN_TOTAL` what it is the total of. */
  aggregate(snapshot: Snapshot, query: AggregateQuery): Promise<readonly RecordData[]>;
  /** One statement. @throws StorageError `query_too_slow` after the time that it gives. */
  search(snapshot: Snapshot, query: RecordSearch): Promise<RecordSearchPage>;
  /** Names of users and teams, which everybody may know. */
  principalNames(snapshot: Snapshot, ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Streams all records of a query in keyset pages, at constant memory. */
  stream(
    snapshot: Snapshot,
    query: Omit<RecordQuery, 'after' | 'before' | 'limit' | 'count'>,
  ): AsyncIterable<readonly RecordData[]>;
  /**
   * Current records by id, those that match `visible` only, each with the value of `allowed`. Within a transaction
   * the rows are locked for update in the order of their ids, so that two writers can't deadlock.
   */
  loadForWrite(
    snapshot: Snapshot,
    request: {
      readonly object: CompiledObject;
      readonly ids: readonly string[];
      readonly visible: Expression;
      readonly allowed: Expression;
      readonly deleted: 'live' | 'deleted' | 'both';
      readonly context: ExpressionContext;
    },
    transaction?: Transaction,
  ): Promise<readonly StoredRecord[]>;
  /** Live records whose unique field has one of the values: for upsert. */
  findByKey(
    snapshot: Snapshot,
    request: {
      readonly object: CompiledObject;
      readonly field: string;
      readonly values: readonly JsonValue[];
      readonly visible: Expression;
      readonly context: ExpressionContext;
    },
    transaction?: Transaction,
  ): Promise<ReadonlyMap<JsonValue, string>>;
  /** Live records that have one of the values in a field, unique or not: of each value how many, and one of them. */
  findMatches(
    snapshot: Snapshot,
    request: {
      readonly object: CompiledObject;
      readonly field: string;
      readonly values: readonly JsonValue[];
      readonly visible: Expression;
      readonly context: ExpressionContext;
    },
    transaction?: Transaction,
  ): Promise<ReadonlyMap<JsonValue, { readonly id: string; readonly count: number }>>;
  /**
   * Which of the ids exist, live and visible, with their titles: for checking and labelling lookups. One statement
   * per object.
   */
  findTargets(
    snapshot: Snapshot,
    request: {
      readonly object: CompiledObject;
      readonly ids: readonly string[];
      readonly visible: Expression;
      readonly context: ExpressionContext;
    },
    transaction?: Transaction,
  ): Promise<ReadonlyMap<string, string | null>>;
  /**
   * For each question in turn: which of its ids exist, live and visible, and whether they meet `flag`. One statement
   * for all of them.
   */
  checkTargets(
    snapshot: Snapshot,
    request: { readonly questions: readonly TargetQuestion[]; readonly context: ExpressionContext },
    transaction?: Transaction,
  ): Promise<readonly ReadonlyMap<string, boolean>[]>;
  /** Makes whoever else moves records of the tree wait for the end of the transaction. */
  lockTree(
    snapshot: Snapshot,
    tree: { readonly object: CompiledObject; readonly field: CompiledField },
    transaction: Transaction,
  ): Promise<void>;
  /** What is above `from` and how deep it is below `below`, whoever sees it. */
  readTree(
    snapshot: Snapshot,
    request: {
      readonly object: CompiledObject;
      readonly field: CompiledField;
      readonly from: readonly string[];
      readonly below: readonly string[];
    },
    transaction?: Transaction,
  ): Promise<TreeEdges>;
  /** Live records that no tree of so many levels could hold. Undefined: it takes too long to find out. */
  inspectTree(
    snapshot: Snapshot,
    request: { readonly object: CompiledObject; readonly field: CompiledField; readonly most: number },
  ): Promise<TreeFaults | undefined>;
  /** The next records by id with their values under the keys, locked, and what their history says of them. */
  readSealed(
    snapshot: Snapshot,
    request: {
      readonly object: CompiledObject;
      readonly keys: readonly string[];
      readonly after: string | undefined;
      readonly limit: number;
    },
    transaction: Transaction,
  ): Promise<SealedBatch>;
  /** Writes them back sealed anew: no version, no history, nobody is told. */
  writeSealed(
    snapshot: Snapshot,
    object: CompiledObject,
    change: SealedChange,
    transaction: Transaction,
  ): Promise<void>;
  /** Next values of an auto-number, in order. Never given twice, not even after a rollback; gaps are possible. */
  nextNumbers(
    snapshot: Snapshot,
    object: CompiledObject,
    field: string,
    count: number,
    transaction?: Transaction,
  ): Promise<readonly number[]>;

  /**
   * One statement writes rows, history and outbox. Throws `unique_violation`. Nothing is written, and the result is
   * empty, when one of `targets` is not there, not visible, or being deleted.
   */
  insert(
    snapshot: Snapshot,
    object: CompiledObject,
    rows: readonly InsertRow[],
    origin: ChangeOrigin,
    transaction?: Transaction,
    targets?: WriteTargets,
  ): Promise<readonly WrittenRow[]>;
  /** As `insert`; rows whose version has moved on are missing from the result. */
  update(
    snapshot: Snapshot,
    object: CompiledObject,
    rows: readonly UpdateRow[],
    origin: ChangeOrigin,
    transaction?: Transaction,
    targets?: WriteTargets,
  ): Promise<readonly WrittenRow[]>;
  /** Moves records to the recycle bin under one `deletionId`. */
  remove(
    snapshot: Snapshot,
    object: CompiledObject,
    rows: readonly { readonly id: string; readonly version: number }[],
    deletionId: string,
    origin: ChangeOrigin,
    transaction?: Transaction,
  ): Promise<readonly WrittenRow[]>;
  /** Takes records out of the recycle bin. Throws `unique_violation` when a live record has taken a unique value. */
  restore(
    snapshot: Snapshot,
    object: CompiledObject,
    rows: readonly { readonly id: string; readonly version: number }[],
    origin: ChangeOrigin,
    transaction?: Transaction,
  ): Promise<readonly WrittenRow[]>;
  /** Erases deleted records for good, with their history. */
  purge(
    snapshot: Snapshot,
    object: CompiledObject,
    ids: readonly string[],
    origin: ChangeOrigin,
    transaction: Transaction,
  ): Promise<number>;
  /** Live records of all objects that point at the given ones through a lookup, locked; at most `limit` of them. */
  findDependents(
    snapshot: Snapshot,
    object: CompiledObject,
    ids: readonly string[],
    limit: number,
    transaction: Transaction,
  ): Promise<readonly DependentRecord[]>;
  /** How many live records of each object a principal owns, where it owns any; no more of one can be made meanwhile. */
  countOwned(
    snapshot: Snapshot,
    ownerId: string,
    transaction: Transaction,
  ): Promise<readonly { readonly object: CompiledObject; readonly count: number }[]>;
  /** Records that were deleted together with others. */
  findByDeletion(
    snapshot: Snapshot,
    deletionId: string,
    transaction: Transaction,
  ): Promise<readonly { readonly object: CompiledObject; readonly record: StoredRecord }[]>;
  /** What a job has changed, from its last change back; up to `limit` entries of the history at a time. */
  changesOfJob(
    snapshot: Snapshot,
    page: { readonly jobId: string; readonly before: string | undefined; readonly limit: number },
  ): Promise<CausePage>;
  /** How many records a job has changed. */
  countChanged(snapshot: Snapshot, jobId: string): Promise<number>;
  /** Newest first; `before` is the id of the last entry of the page above. */
  history(
    snapshot: Snapshot,
    object: CompiledObject,
    recordId: string,
    /** `fieldKey` and `actions`: entries that change the field, and those of one of the kinds. */
    page: {
      readonly limit: number;
      readonly before: string | undefined;
      readonly fieldKey?: string | undefined;
      readonly actions?: readonly string[] | undefined;
    },
    transaction?: Transaction,
  ): Promise<readonly HistoryEntry[]>;
}

// --- shares by hand ---------------------------------------------------------------------------------------------

/** A record opened to one person, team or role. */
export interface NewShare {
  readonly id: string;
  readonly objectKey: string;
  readonly recordId: string;
  /** As `granteeOf` of the model writes it. */
  readonly grantee: string;
  readonly kind: 'user' | 'team' | 'role';
  readonly role: string | null;
  /** Of a role: those below it as well. */
  readonly andBelow: boolean;
  readonly access: 'read' | 'update';
  /** It counts until then; null: until somebody ends it. */
  readonly expiresAt: string | null;
  readonly createdAt: string;
  readonly createdBy: string;
}

export interface Share extends Omit<NewShare, 'grantee'> {
  /** Of a person or team its id; of a role nothing that means anything elsewhere. */
  readonly granteeId: string;
  readonly granteeName: string | null;
  readonly createdByName: string | null;
}

export interface ShareStore {
  /** With whom records of which object are shared, expired or not: `<object key> <granteeId>`. */
  counts(workspace: Workspace): Promise<ReadonlyMap<string, number>>;
  /** Those of a record that count at the instant, the oldest first. */
  list(
    workspace: Workspace,
    recordId: string,
    now: string,
    transaction?: Transaction,
  ): Promise<readonly Share[]>;
  /** False: the record is shared with them already. */
  insert(workspace: Workspace, share: NewShare, transaction: Transaction): Promise<boolean>;
  /** False: there is none. */
  update(
    workspace: Workspace,
    share: Pick<Share, 'id' | 'recordId' | 'access' | 'expiresAt'>,
    transaction: Transaction,
  ): Promise<boolean>;
  /** False: there was none. */
  remove(
    workspace: Workspace,
    share: Pick<Share, 'id' | 'recordId'>,
    transaction: Transaction,
  ): Promise<boolean>;
  /** Lets live updates know that a record has been shared with somebody, or is not any more. */
  tell(
    workspace: Workspace,
    share: Pick<Share, 'objectKey' | 'recordId' | 'granteeId'> & { readonly isGiven: boolean },
    origin: ChangeOrigin,
    transaction: Transaction,
  ): Promise<void>;
  /** All that is shared with somebody, as `granteeOf` writes them. */
  removeGrantee(workspace: Workspace, grantee: string, transaction: Transaction): Promise<void>;
}

/** For a period the delegate stands in for the delegator; both are users. Times are ISO instants. */
export interface NewDelegation {
  readonly id: string;
  readonly delegator: string;
  readonly delegate: string;
  readonly startsAt: string;
  /** From then on it counts no more. */
  readonly endsAt: string;
  readonly createdAt: string;
  readonly createdBy: string;
}

export interface Delegation extends NewDelegation {
  readonly delegatorName: string | null;
  readonly delegateName: string | null;
  readonly createdByName: string | null;
}

export interface DelegationStore {
  /** The last to end first; ended ones too unless `endingAfter` says otherwise, at most 1,000. */
  list(
    workspace: Workspace,
    options: { readonly endingAfter?: string | undefined; readonly person?: string | undefined },
  ): Promise<readonly Delegation[]>;
  insert(workspace: Workspace, delegation: NewDelegation, transaction?: Transaction): Promise<void>;
  /** Ends it at the instant; one that has not begun by then is forgotten. */
  end(workspace: Workspace, id: string, at: string, transaction?: Transaction): Promise<void>;
}

// --- what has changed ---------------------------------------------------------------------------------------

/** A change of a record, without its values. */
export interface OutboxChange {
  readonly objectKey: string;
  readonly recordId: string;
  readonly version: number;
  /**
   * `rollup`: what is kept of its roll-ups has moved, nothing else. `share` and `unshare`: who else reaches it by hand, and
   * nothing of the record.
   */
  readonly action: 'create' | 'update' | 'delete' | 'restore' | 'purge' | 'rollup' | 'share' | 'unshare';
  /** Whose it was, where it has got another owner. */
  readonly formerOwnerId: string | null;
  /** With whom it is, or was, shared: as `granteeId` writes it. */
  readonly granteeId: string | null;
}

/** Positions are opaque texts; whoever goes on from the one reached misses nothing, however late it is committed. */
export interface OutboxStore {
  /** Behind everything that is settled by now. */
  position(): Promise<string>;
  /** Whether it is a position that this database may have given. */
  isPast(position: string): Promise<boolean>;
  read(
    workspace: Workspace,
    after: string,
    limit: number,
  ): Promise<{ readonly changes: readonly OutboxChange[]; readonly position: string }>;
  /** How far a durable reader has come; what it has not read is kept. */
  findReader(workspace: Workspace, name: string): Promise<string | undefined>;
  /** Moves a durable reader on, never back; makes it when there is none. */
  moveReader(workspace: Workspace, name: string, position: string, transaction?: Transaction): Promise<void>;
  removeReader(workspace: Workspace, name: string): Promise<void>;
}

// --- who is there ---------------------------------------------------------------------------------------------

export interface WorkspaceStore {
  list(): Promise<readonly Workspace[]>;
  find(name: string): Promise<Workspace | undefined>;
  /** Makes the schema with its system tables. Throws `workspace_exists`. */
  create(input: {
    readonly name: string;
    readonly label: string;
    readonly timeZone: string;
    readonly locale: string;
    readonly currency: string;
    /** The first entry of its audit log. */
    readonly audit?: (workspace: Workspace) => NewAuditEntry;
  }): Promise<Workspace>;
}

/** Credentials and sessions, for the identity room, which defines what they mean. Times are ISO instants. */
export interface IdentityRow {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string | null;
  readonly isActive: boolean;
}

/** One identity's place in one workspace. */
export interface MembershipRow {
  readonly workspace: string;
  readonly workspaceLabel: string;
  /** Id of the user record (and principal) in that workspace. */
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly isActive: boolean;
  readonly permissionSets: readonly string[];
}

export interface SessionRow {
  readonly identityId: string;
  readonly workspace: string;
  readonly createdAt: string;
  readonly lastUsedAt: string;
  readonly expiresAt: string;
  readonly method: 'password' | 'invitation' | 'set_up' | 'single_sign_on' | 'platform';
}

/** An API key, without the key. */
export interface ApiKeyRow {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly ending: string;
  readonly scope: {
    readonly access: 'read' | 'write';
    readonly objects: readonly string[] | undefined;
    readonly metadata: boolean;
    readonly users: boolean;
  };
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly lastUsedAt: string | null;
}

/** API keys of users, each of one workspace. */
export interface ApiKeyStore {
  insertApiKey(key: ApiKeyRow & { readonly workspace: string; readonly tokenHash: string }): Promise<void>;
  /** With the owner behind it, active or not. */
  findApiKey(
    tokenHash: string,
  ): Promise<(ApiKeyRow & { readonly identityId: string; readonly membership: MembershipRow }) | undefined>;
  touchApiKey(id: string, lastUsedAt: string): Promise<void>;
  /** Newest first. */
  listApiKeys(workspace: string, userId?: string): Promise<readonly ApiKeyRow[]>;
  /** False: there was none. */
  deleteApiKey(workspace: string, id: string, userId?: string): Promise<boolean>;
  deleteExpiredApiKeys(before: string): Promise<number>;
}

export interface IdentityStore extends ApiKeyStore, SessionStore, CredentialRows {
  countIdentities(): Promise<number>;
  /**
   * Whether there is no identity yet. Whoever asks holds the answer until the transaction ends: others who ask wait,
   * in other processes too.
   */
  claimFirst(transaction: Transaction): Promise<boolean>;
  findByEmail(email: string): Promise<IdentityRow | undefined>;
  /** Throws `unique_violation` when the address is taken. */
  insertIdentity(identity: IdentityRow, transaction?: Transaction): Promise<void>;
  updateIdentity(
    id: string,
    change: { readonly passwordHash?: string; readonly name?: string; readonly isActive?: boolean },
    transaction?: Transaction,
  ): Promise<void>;
  /** Only while it is the one from before. */
  replacePasswordHash(id: string, before: string, after: string): Promise<void>;
  /**
   * How many active members of a workspace hold a permission set. Others who ask wait until the transaction ends, so
   * it is asked after a change that may leave nobody.
   */
  countMembersWith(workspace: Workspace, permissionSet: string, transaction: Transaction): Promise<number>;
  /** Gives the identity its user in a workspace: principal row and membership; the user record is written by the engine. */
  insertMembership(
    membership: {
      readonly workspace: Workspace;
      readonly identityId: string;
      readonly userId: string;
      readonly permissionSets: readonly string[];
    },
    transaction: Transaction,
  ): Promise<void>;
  updateMembership(
    workspace: Workspace,
    userId: string,
    change: { readonly permissionSets?: readonly string[]; readonly isActive?: boolean },
    transaction?: Transaction,
  ): Promise<void>;
  /** The identity behind a user of a workspace. */
  findIdentityOfUser(workspace: Workspace, userId: string): Promise<IdentityRow | undefined>;
  memberships(identityId: string): Promise<readonly MembershipRow[]>;
  /** Hears which people other processes, and this one, know something new of; undefined: some may have been missed. */
  onAnnouncement(callback: (identityId: string | undefined) => void): Promise<() => Promise<void>>;
  /** Everybody in a workspace, in the order in which they came, under their names in it. */
  members(workspace: Workspace): Promise<readonly MembershipRow[]>;
}

/** What is known of a file. `object` and `field` are keys; null until a record claims it. */
export interface FileRow {
  readonly id: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly type: string;
  readonly createdBy: string;
  readonly object: string | null;
  readonly recordId: string | null;
  readonly field: string | null;
}

export interface FileClaim {
  readonly id: string;
  readonly object: string;
  readonly recordId: string;
  readonly field: string;
}

/** Bytes of files in the database. Has the form of the files room's `FileStore`, which it may not import. */
export interface ChunkStore {
  write(key: string, content: AsyncIterable<Uint8Array>): Promise<void>;
  read(
    key: string,
    range?: { readonly start: number; readonly end: number },
  ): Promise<AsyncIterable<Uint8Array>>;
  remove(key: string): Promise<void>;
}

export interface FileRegister {
  readonly chunks: ChunkStore;
  /** A file whose content is on its way; unless it is completed and claimed, it is swept after `expiresAt`. */
  insert(
    workspace: Workspace,
    file: {
      readonly id: string;
      readonly name: string;
      readonly createdBy: string;
      readonly expiresAt: string;
    },
  ): Promise<void>;
  /** Its content is there as a whole. */
  complete(
    workspace: Workspace,
    id: string,
    content: { readonly size: number; readonly type: string },
  ): Promise<void>;
  /** Uploads of a person that no record refers to yet: how many, and their bytes. */
  waiting(
    workspace: Workspace,
    createdBy: string,
  ): Promise<{ readonly files: number; readonly bytes: number }>;
  /** Whole files that have not expired. */
  find(workspace: Workspace, ids: readonly string[], transaction?: Transaction): Promise<readonly FileRow[]>;
  /** Gives unclaimed files to records; how many it gave. */
  claim(workspace: Workspace, claims: readonly FileClaim[], transaction?: Transaction): Promise<number>;
  /** Forgets expired files; `remove` is called for the content of each before its row goes. */
  sweep(workspace: Workspace, remove: (id: string) => Promise<void>): Promise<number>;
}

export interface Storage {
  readonly capabilities: Capabilities;
  readonly workspaces: WorkspaceStore;
  readonly identities: IdentityStore;
  readonly singleSignOn: SsoStore;
  readonly sealed: SealedStore;
  readonly metadata: MetadataStore;
  readonly conversions: ConversionStore;
  readonly aliases: AliasStore;
  readonly audit: AuditStore;
  readonly records: RecordStore;
  readonly shares: ShareStore;
  readonly delegations: DelegationStore;
  readonly files: FileRegister;
  readonly outbox: OutboxStore;
  readonly jobs: JobQueue;
  /**
   * Runs `work` in one transaction; retries it up to three times on a serialisation failure or deadlock. With
   * `idleMilliseconds`, the database ends it when it hears nothing for so long. With `workspace`, it reaches the
   * records of that one and nothing else: neither other workspaces nor the platform's tables.
   */
  transaction<T>(
    work: (transaction: Transaction) => Promise<T>,
    options?: { readonly idleMilliseconds?: number; readonly workspace?: Workspace },
  ): Promise<T>;
  /** Runs the online jobs (promotion, history partitions, outbox retention) in the background of this process. */
  startMaintenance(): void;
  /** Resolves when no promotion is left to do in the workspace, or one has failed: for tests and the command line. */
  drainPromotions(workspace: Workspace): Promise<void>;
  /** Resolves when every roll-up of the workspace is worked out and no record waits: for tests and the command line. */
  drainRollups(workspace: Workspace): Promise<void>;
  /** Throws when the database does not answer within two seconds. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
