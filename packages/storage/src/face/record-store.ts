/** Reading and writing records. */
import type {
  AggregateQuery,
  ChildPage,
  CompiledField,
  CompiledObject,
  Expression,
  ExpressionContext,
  JsonValue,
  OneRecord,
  RecordData,
  RecordPage,
  RecordQuery,
  RecordQuestion,
  RecordSearch,
  RecordSearchPage,
} from '@trellis/model';
import type {
  CausePage,
  ChangeOrigin,
  ClearedLookup,
  DependentRecord,
  HistoryEntry,
  InsertRow,
  MatchedField,
  PruneCursor,
  RecordMatch,
  SealedBatch,
  SealedChange,
  StoredRecord,
  TargetQuestion,
  TreeEdges,
  TreeFaults,
  UpdateRow,
  WriteTargets,
  WrittenRow,
} from './records.ts';
import type { Snapshot, Transaction } from './snapshot.ts';

export interface RecordStore {
  /** With `asOf` it runs by itself, under a time limit of its own: `query_too_slow`. */
  query(snapshot: Snapshot, query: RecordQuery, transaction?: Transaction): Promise<RecordPage>;
  /** One record by its id, a UUID; undefined when there is none that meets the question's filter. */
  one(
    snapshot: Snapshot,
    question: RecordQuestion,
    about: { readonly id: string; readonly context: ExpressionContext },
  ): Promise<OneRecord | undefined>;
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
  /**
   * For each row of values which live record has them in the fields of `by`: how many do, and one of them; undefined where
   * none does. A null asks for a field that is blank. One statement for all rows that ask for the same fields to be blank.
   *
   * @throws WouldScanError where no index would serve it
   */
  findMatches(
    snapshot: Snapshot,
    request: {
      readonly object: CompiledObject;
      readonly by: readonly MatchedField[];
      readonly rows: readonly (readonly JsonValue[])[];
      readonly visible: Expression;
      readonly context: ExpressionContext;
    },
    transaction?: Transaction,
  ): Promise<readonly (RecordMatch | undefined)[]>;
  /** Makes whoever else recognises records of the object in order to write them wait for the end of the transaction. */
  lockMatches(snapshot: Snapshot, object: CompiledObject, transaction: Transaction): Promise<void>;
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
   * empty, when one of `targets` is not there, not visible, or being deleted. `beforeWrite` is waited for when the rows
   * are ready to be sent.
   */
  insert(
    snapshot: Snapshot,
    object: CompiledObject,
    rows: readonly InsertRow[],
    origin: ChangeOrigin,
    transaction?: Transaction,
    targets?: WriteTargets,
    beforeWrite?: () => Promise<void>,
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
  /** Those of the objects that have anything in the recycle bin, whoever sees it. */
  findBinned(snapshot: Snapshot, objects: readonly CompiledObject[]): Promise<readonly CompiledObject[]>;
  /** What went under some deletions and can be seen, of each object up to `limit` records; nothing is locked. */
  readByDeletion(
    snapshot: Snapshot,
    request: {
      readonly deletionIds: readonly string[];
      readonly visible: (object: CompiledObject) => Expression;
      readonly limit: number;
      readonly context: ExpressionContext;
    },
  ): Promise<{
    readonly members: readonly { readonly object: CompiledObject; readonly record: StoredRecord }[];
    /** False where an object had more. */
    readonly isWhole: boolean;
  }>;
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
