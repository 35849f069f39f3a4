/**
 * The face of storage: the only room that knows pg and SQL. It keeps platform tables, metadata, records, history and
 * the outbox, and turns a resolved query into one statement. It decides nothing about access and calls no hooks:
 * predicates come in as expressions, changes as finished rows.
 *
 * Every method may throw `StorageError`.
 */
import type { AuditStore } from './audit/audit.ts';
import type { FileRegister } from './face/file-register.ts';
import type { IdentityStore, WorkspaceStore } from './face/identity-store.ts';
import type { AliasStore, ConversionStore, MetadataStore } from './face/metadata-store.ts';
import type { OutboxStore } from './face/outbox-store.ts';
import type { OwnViewStore } from './face/own-view-store.ts';
import type { RecordStore } from './face/record-store.ts';
import type { DelegationStore, ShareStore } from './face/share-store.ts';
import type { Capabilities, Transaction, Workspace } from './face/snapshot.ts';
import type { JobQueue } from './jobs/jobs.ts';
import type { SealedStore } from './sealed-store.ts';
import type { SsoStore } from './sso-store.ts';

export type * from './face/file-register.ts';
export type * from './face/identity-store.ts';
export type * from './face/metadata-store.ts';
export type * from './face/outbox-store.ts';
export type * from './face/own-view-store.ts';
export type * from './face/record-store.ts';
export type * from './face/records.ts';
export type * from './face/share-store.ts';
export type * from './face/snapshot.ts';

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
  readonly ownViews: OwnViewStore;
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
  /** Whether anybody waits at this moment for what the transaction has locked. */
  isWaitedFor(transaction: Transaction): Promise<boolean>;
  /** Runs the online jobs (promotion, history partitions, outbox retention) in the background of this process. */
  startMaintenance(): void;
  /** Resolves when no promotion is left to do in the workspace, or one has failed: for tests and the command line. */
  drainPromotions(workspace: Workspace): Promise<void>;
  /** Resolves when every roll-up of the workspace is worked out and no record waits: for tests and the command line. */
  drainRollups(workspace: Workspace): Promise<void>;
  /** Resolves when every condition that is kept has its candidates, and no others: for tests and the command line. */
  drainKept(workspace: Workspace): Promise<void>;
  /** Throws when the database does not answer within two seconds. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
