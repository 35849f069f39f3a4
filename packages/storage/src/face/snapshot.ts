/** What every question to storage carries: the workspace, its model, and what its tables look like. */
import type { CompiledField, FieldPath, Model } from '@trellis/model';
import type { KeptAmount } from '../sharing/kept-registers.ts';
import type { Alias, Conversion } from './metadata-store.ts';

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
  /** Conditions of sharing rules that have all their candidates, by id, with how many these are (decision 0047). */
  readonly kept?: ReadonlyMap<string, KeptAmount>;
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
