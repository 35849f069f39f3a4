/** Metadata as it is kept: components, revisions, old names, type changes, and what the tables are made of. */
import type { Component, ComponentKind } from '@trellis/metadata';
import type {
  CompiledObject,
  CompiledSharingRule,
  FieldPath,
  FieldRecord,
  JsonValue,
  Model,
} from '@trellis/model';
import type { NewAuditEntry } from '../audit/audit.ts';
import type { IndexReason } from '../metadata/wanted-storage.ts';
import type { Untold } from '../sharing/kept-conditions.ts';
import type { ScannedField, Snapshot, Transaction, Workspace } from './snapshot.ts';

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
  /** What is generated was made by an older version of Trellis: `renew` makes it anew. */
  readonly isOutdated: boolean;
  /** In the order in which they were first made. */
  readonly components: readonly StoredComponent[];
  /** Field keys that deleted fields of an object still hold, with the column type they had: `deal` → `amount` → numeric. */
  readonly retiredKeys: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly columns: Snapshot['columns'];
  readonly rollups: NonNullable<Snapshot['rollups']>;
  readonly kept: NonNullable<Snapshot['kept']>;
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
  /** What else is to be written in the same transaction, when the rest of it is. */
  readonly alongside?: ((transaction: Transaction) => Promise<void>) | undefined;
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
  /** Undefined: nothing wants it any more. `stands_in`: nothing but that what takes its place can't be made. */
  readonly reason: IndexReason | { readonly is: 'stands_in' } | undefined;
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

/** How records are found that meet a condition of sharing rules. */
export interface SharingConditionState {
  readonly object: CompiledObject;
  /** Those with this condition; none of one that is being removed. */
  readonly rules: readonly CompiledSharingRule[];
  /**
   * `row`: each record tells by itself, and indexes may serve it. `kept`: those that may meet it are kept, and read. `asked`:
   * every record is asked.
   */
  readonly way: 'row' | 'kept' | 'asked';
  /**
   * Why records are asked one by one: what the condition reads, see `Untold`; `filling`, until all are found; `rollups`, until those
   * that it reads are worked out; `most`: so many meet it that a page is full sooner.
   */
  readonly because: Untold | 'filling' | 'rollups' | 'most' | undefined;
  /** Undefined where nothing is kept. */
  readonly kept:
    | {
        /** `dropping`: no rule has it any more. */
        readonly state: 'waiting' | 'filling' | 'ready' | 'dropping';
        /** Records that were looked at, of about so many. */
        readonly rowsDone: number;
        readonly rowsTotal: number;
        /** 10,001 for more than 10,000. */
        readonly candidates: number;
      }
    | undefined;
}

/**
 * `whole`: there was nothing to do. `elsewhere`: another process is at it. `moved_on`: there is another revision by now, begin
 * again with it.
 */
export type Renewal = 'renewed' | 'whole' | 'elsewhere' | 'moved_on';

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
  /** `known`: what is known of some revision; its components are not read again while that is the newest. */
  load(
    workspace: Workspace,
    known?: Pick<StoredMetadata, 'revision' | 'components'>,
  ): Promise<StoredMetadata>;
  /** The revision and epoch alone: cheap, for nodes that may lag. */
  loadRevision(workspace: Workspace): Promise<{ readonly revision: number; readonly epoch: number }>;
  /** Workspaces in which an older version of Trellis has generated something. */
  listOutdated(): Promise<readonly Workspace[]>;
  /**
   * Makes anew what an older version of Trellis has generated, for the model of the newest revision. May be called anywhere at
   * any time, and again after a kill. `onBegin` is called where there is something to do.
   */
  renew(
    about: { readonly workspace: Workspace; readonly model: Model; readonly revision: number },
    options: { readonly signal?: AbortSignal; readonly onBegin?: (() => void) | undefined },
  ): Promise<Renewal>;
  /** What a publish of `after` would do to the database. Pure reading. */
  planStorage(snapshot: Snapshot, after: Model): Promise<readonly StorageStep[]>;
  /**
   * Writes components, tables, triggers and the revision in one transaction, serialised per workspace, and notifies
   * other nodes on commit. Wakes the promotion job. Throws `stale_revision` with nothing written.
   */
  publish(request: PublishRequest): Promise<{ readonly revision: number; readonly epoch: number }>;
  /**
   * Says which revision a process (an id of its own making) serves; the newest where none is given. Columns that a
   * living process may still read are not given to other fields.
   */
  tellServed(workspace: Workspace, node: string, revision: number | undefined): Promise<void>;
  forgetServed(workspace: Workspace, node: string): Promise<void>;
  listRevisions(workspace: Workspace, limit: number): Promise<readonly Revision[]>;
  columnStates(workspace: Workspace): Promise<readonly ColumnState[]>;
  indexStates(snapshot: Snapshot): Promise<readonly IndexState[]>;
  /** Has what could not be made of an object's columns and indexes tried again. False: there is nothing. */
  retryFailed(workspace: Workspace, objectKey: string): Promise<boolean>;
  /** The worst first, without those that were dismissed within a month. */
  slowQuestions(workspace: Workspace): Promise<readonly SlowQuestion[]>;
  dismissSlow(workspace: Workspace, questions: readonly SlowQuestion[]): Promise<void>;
  /** What no column serves of paths that are asked about, and what would help. `equal`: compared with a value each. */
  unserved(
    snapshot: Snapshot,
    object: CompiledObject,
    asked: Readonly<Record<'equal' | 'other' | 'sort', readonly FieldPath[]>>,
  ): readonly ScannedField[];
  /** Objects and fields by their keys. */
  rollupStates(workspace: Workspace): Promise<readonly RollupState[]>;
  /** How records are found that meet the conditions of sharing rules, of every object. */
  sharingStates(snapshot: Snapshot): Promise<readonly SharingConditionState[]>;
  /** Has a roll-up worked out anew for every record. False: there is none of these keys. */
  recomputeRollup(workspace: Workspace, objectKey: string, fieldKey: string): Promise<boolean>;
  /** How many live records each object has (exact up to a cap of 10,000, else the planner's estimate). */
  countRecords(workspace: Workspace, objectKeys: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /**
   * Tells the listeners of every process that something of the workspace beside its metadata has moved: once the transaction
   * is committed, and only then.
   */
  announce(workspace: Workspace, transaction: Transaction): Promise<void>;
  /** Calls back when any workspace's revision or epoch has moved, and after each reconnect. Returns a stop function. */
  onChange(listener: (workspaceName: string | undefined) => void): Promise<() => Promise<void>>;
}

// --- records --------------------------------------------------------------------------------------------------
