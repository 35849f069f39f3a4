/** What was changed, as somebody may hear of it. */
import type { OutboxChange, Workspace } from '@trellis/storage';
import type { Context } from './context.ts';

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
export type FeedChange = Pick<RecordChange, 'object' | 'id'> & Omit<OutboxChange, 'objectKey' | 'recordId'>;

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
   * their sight by another owner, the end of a share or a rule that no longer fits it is told as `hidden`.
   */
  visible(context: Context, changes: readonly FeedChange[]): Promise<readonly RecordChange[]>;
  /**
   * A short text that is another one whenever people, roles, teams, permission sets or the hour have changed what the
   * caller may see. A publish is told otherwise and does not change it by itself.
   */
  sight(context: Context): Promise<string>;
}

// --- users ----------------------------------------------------------------------------------------------------
