/** Opens a database: checks the server, migrates, and puts the doors of the room together. */
import { createAuditStore } from './audit/audit-store.ts';
import { AuditSealer } from './audit/sealer.ts';
import { installExtensions, probe } from './capabilities.ts';
import { type ConnectionSettings, Connections, queryObjects } from './connections.ts';
import { createConversionStore } from './conversion/conversion-store.ts';
import { StorageError } from './errors.ts';
import type { Transaction } from './face/snapshot.ts';
import { createFileRegister } from './files/file-register.ts';
import { createIdentityStore } from './identity-store.ts';
import { createJobQueue } from './jobs/job-queue.ts';
import { Maintenance } from './maintenance/maintenance.ts';
import type { PromotionSettings } from './maintenance/online-steps.ts';
import { runPromotions } from './maintenance/promotion.ts';
import { createAliasStore } from './metadata/alias-store.ts';
import { ChangeListener } from './metadata/change-listener.ts';
import { createMetadataStore } from './metadata/metadata-store.ts';
import { MAX_NEW_TABLES } from './metadata/publish.ts';
import { migrate, readMigrations } from './migrate.ts';
import { createOutboxStore } from './outbox.ts';
import { createOwnViewStore } from './own-view-store.ts';
import { ScanGuard } from './query/scan-guard.ts';
import { SlowQuestions } from './query/slow-questions.ts';
import { createRecordStore } from './records/record-store.ts';
import { RollupLoop } from './rollups/rollup-loop.ts';
import { drainMarks, recompute } from './rollups/rollup-worker.ts';
import { createSealedStore } from './sealed-store.ts';
import { createDelegationStore } from './sharing/delegation-store.ts';
import { lookAfterKept } from './sharing/kept-worker.ts';
import { createShareStore } from './sharing/share-store.ts';
import { createSsoStore } from './sso-store.ts';
import type { Storage } from './storage.ts';
import { WorkspaceLogins } from './workspace-logins.ts';
import { createWorkspaceStore } from './workspace-store.ts';

export interface StorageOptions {
  readonly connectionString: string;
  /** Connections of the pool; a few more are opened for listening and for jobs. 10 unless given. */
  readonly poolSize?: number;
  /** Limit of one read outside a transaction; 5 s unless given. */
  readonly statementTimeoutMilliseconds?: number;
  /** Records that a question may look at beyond what columns answer; 200,000 unless given, 0: any number. */
  readonly scanLimit?: number;
  /** A question that takes longer is told to the advisor; 300 unless given. */
  readonly slowMilliseconds?: number;
  readonly log?: (message: string, details?: unknown) => void;
  /** Publishes with more new objects than this make their tables in batches; 200 unless given. */
  readonly maxNewTables?: number;
  /** For tests: called before each step of a promotion with the backend that runs it. */
  readonly beforePromotionStep?: PromotionSettings['beforeStep'];
}

const SCAN_LIMIT = 200_000;

/**
 * A migrated database, ready for work. Any number of processes may open it at the same time.
 *
 * @throws StorageError `unsupported_server`, `migration_changed`, `connection_lost`
 */
export async function createStorage(options: StorageOptions): Promise<Storage> {
  const log = options.log ?? (() => undefined);
  const connectionSettings: ConnectionSettings = {
    connectionString: options.connectionString,
    poolSize: options.poolSize ?? 10,
    statementTimeoutMilliseconds: options.statementTimeoutMilliseconds ?? 5_000,
    log,
  };
  const connections = new Connections(connectionSettings);
  try {
    const migrations = await readMigrations();
    await migrate(connections, migrations, installExtensions);
    const features = await connections.dedicated(probe);
    const logins = new WorkspaceLogins(connections, connectionSettings, features.canMakeRoles === true);
    const workspaces = createWorkspaceStore(connections, migrations.workspace);
    const settings: PromotionSettings = { features, log, beforeStep: options.beforePromotionStep };
    const maintenance = new Maintenance(connections, workspaces, settings);
    const rollups = new RollupLoop(connections, workspaces, log);
    const listener = new ChangeListener(connections, log);
    const guard = new ScanGuard(connections, options.scanLimit ?? SCAN_LIMIT);
    const slow = new SlowQuestions(connections, log, options.slowMilliseconds);
    const sealer = new AuditSealer(connections, workspaces, log);
    return {
      capabilities: features,
      workspaces,
      identities: createIdentityStore(connections, listener),
      singleSignOn: createSsoStore(connections),
      sealed: createSealedStore(connections),
      conversions: createConversionStore(connections),
      aliases: createAliasStore(connections),
      audit: createAuditStore(connections, (workspace) => sealer.wake(workspace)),
      metadata: createMetadataStore(connections, features, {
        listener,
        wake: (workspace) => {
          maintenance.wake(workspace);
          rollups.wake(workspace);
          sealer.wake(workspace);
        },
        maxNewTables: options.maxNewTables ?? MAX_NEW_TABLES,
        slow,
        promotion: settings,
      }),
      records: createRecordStore({ connections, logins, features, guard, slow }, (workspace) =>
        rollups.wake(workspace),
      ),
      shares: createShareStore(connections),
      delegations: createDelegationStore(connections),
      ownViews: createOwnViewStore(connections),
      files: createFileRegister(connections),
      outbox: createOutboxStore(connections),
      jobs: createJobQueue(connections),
      transaction: async (work, options = {}) =>
        (options.workspace ? await logins.of(options.workspace) : connections).transaction(work, options),
      isWaitedFor: (transaction) => isWaitedFor(connections, transaction),
      startMaintenance: () => {
        maintenance.start();
        rollups.start();
        sealer.start();
      },
      drainPromotions: (workspace) => runPromotions(connections, workspace, settings, { wait: true }),
      drainRollups: async (workspace) => {
        await recompute(connections, workspace, { isPatient: true });
        await drainMarks(connections, workspace, { isPatient: true });
      },
      drainKept: (workspace) => lookAfterKept(connections, workspace, { isPatient: true }),
      ping: () => ping(connections),
      close: async () => {
        await slow.flush();
        await maintenance.close();
        await rollups.close();
        await sealer.close();
        await listener.close();
        await logins.close();
        await connections.close();
      },
    };
  } catch (error) {
    await connections.close();
    throw error;
  }
}

const PING_MILLISECONDS = 2_000;

async function isWaitedFor(connections: Connections, transaction: Transaction): Promise<boolean> {
  const found = await connections.rows(
    'select from pg_locks where not granted and pg_backend_pid() = any (pg_blocking_pids(pid)) limit 1',
    [],
    transaction,
  );
  return found.length > 0;
}

/** On a connection of its own: a pool that is busy says nothing about the database. */
async function ping(connections: Connections): Promise<void> {
  const answer = connections.dedicated((client) => queryObjects(client, 'select 1', []), {
    connectionTimeoutMillis: PING_MILLISECONDS,
    query_timeout: PING_MILLISECONDS,
  });
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<never>((_, reject) => {
    const error = new StorageError('connection_lost', 'The database did not answer within two seconds.');
    timer = setTimeout(() => reject(error), PING_MILLISECONDS);
  });
  try {
    await Promise.race([answer, patience]);
  } finally {
    clearTimeout(timer);
    answer.catch(() => undefined);
  }
}
