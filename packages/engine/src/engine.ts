/**
 * The face of the engine: the metadata lifecycle and the record lifecycle, the one place where order is written.
 * It knows neither HTTP nor environment; every call takes the context of who asks.
 *
 * Every method may throw `EngineError`.
 */
import type { Access } from '@trellis/access';
import type { Component } from '@trellis/metadata';
import type { Model } from '@trellis/model';
import type { Snapshot, Workspace } from '@trellis/storage';
import type { AuditLog } from './audit/audit-log.ts';
import type { BulkDesk } from './bulk/bulk-desk.ts';
import type { ChangeFeed } from './face/change-feed.ts';
import type { Context, UserContext } from './face/context.ts';
import type { FileDirectory, SecretDirectory } from './face/directories.ts';
import type { AccessExplanation, AccessQuestion, MetadataLifecycle } from './face/metadata-lifecycle.ts';
import type { FirstAdministrator, FirstUser, TeamDirectory, UserDirectory } from './face/people.ts';
import type { RecordLifecycle } from './face/record-lifecycle.ts';
import type { ImportDesk } from './import/imports.ts';
import type { JobLifecycle } from './jobs/job-lifecycle.ts';
import type { WorkerOptions, Workers } from './jobs/workers.ts';
import type { OwnViewDesk } from './own-views/own-views.ts';
import type { RetentionDesk } from './retention/retention.ts';
import type { DelegationDesk, ShareDesk } from './sharing/sharing.ts';

export type * from './face/change-feed.ts';
export type * from './face/context.ts';
export type * from './face/directories.ts';
export type * from './face/metadata-lifecycle.ts';
export type * from './face/people.ts';
export type * from './face/record-lifecycle.ts';

export interface Engine {
  readonly metadata: MetadataLifecycle;
  readonly records: RecordLifecycle;
  readonly changes: ChangeFeed;
  readonly audit: AuditLog;
  readonly users: UserDirectory;
  readonly files: FileDirectory;
  readonly shares: ShareDesk;
  readonly delegations: DelegationDesk;
  readonly ownViews: OwnViewDesk;
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
  /**
   * Begins, in the background, to make anew what an older version of Trellis has generated in the database of any workspace.
   * One small statement where there is nothing to do; safe in several processes at once.
   */
  renewStorage(): Promise<void>;
  close(): Promise<void>;
}

/** Turns a component as sent into one as listed, for tests and the command line. */
export type { Component };
