/** What was changed, for who watches. */
import type { RecordData } from '@trellis/model';
import type { Transaction, Workspace } from './snapshot.ts';

/** A change of a record, without its values but those that were asked for. */
export interface OutboxChange {
  /** Its own number: of two changes of one record the later has the greater one. */
  readonly entry: string;
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
  /** Of an update, what the values were that were asked for, those of them that it changed; null: none. */
  readonly before: RecordData | null;
}

/** Positions are opaque texts; whoever goes on from the one reached misses nothing, however late it is committed. */
export interface OutboxStore {
  /** Behind everything that is settled by now. */
  position(): Promise<string>;
  /** Whether it is a position that this database may have given. */
  isPast(position: string): Promise<boolean>;
  /** `keys`: of which values the changes tell what they were. */
  read(
    workspace: Workspace,
    after: string,
    limit: number,
    keys?: readonly string[],
  ): Promise<{ readonly changes: readonly OutboxChange[]; readonly position: string }>;
  /**
   * Updates of some records that were made after an entry and changed one of the values, committed by now; in no order.
   * They may be among what `read` gives only later, or has given before.
   */
  later(
    workspace: Workspace,
    asked: {
      readonly entry: string;
      readonly objectKey: string;
      readonly recordIds: readonly string[];
      readonly keys: readonly string[];
    },
  ): Promise<readonly Pick<OutboxChange, 'recordId' | 'version' | 'before'>[]>;
  /** How far a durable reader has come; what it has not read is kept. */
  findReader(workspace: Workspace, name: string): Promise<string | undefined>;
  /** Moves a durable reader on, never back; makes it when there is none. */
  moveReader(workspace: Workspace, name: string, position: string, transaction?: Transaction): Promise<void>;
  removeReader(workspace: Workspace, name: string): Promise<void>;
}

// --- who is there ---------------------------------------------------------------------------------------------
