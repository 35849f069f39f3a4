/** Records as they are read and written, and what is told of their history. */
import type {
  CompiledField,
  CompiledObject,
  Expression,
  ExpressionContext,
  JsonValue,
  RecordData,
} from '@trellis/model';

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
/** A field that records are recognised by; `folded`: by what `foldedForm` makes of its texts. */
export interface MatchedField {
  readonly field: CompiledField;
  readonly folded: boolean;
}

export interface RecordMatch {
  readonly id: string;
  /** More than one: the id is that of any. */
  readonly count: number;
}
