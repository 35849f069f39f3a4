/** Puts the engine together: parts, the two lifecycles, and users. */
import type { Package } from '@trellis/metadata';
import type { Storage, Workspace } from '@trellis/storage';
import { AccessCache } from './access-cache.ts';
import { createAdmission } from './admit-user.ts';
import { AliasUses } from './alias-uses.ts';
import { withAliases } from './aliases.ts';
import { toAuditEntry } from './audit/audit-entry.ts';
import { createAuditLog } from './audit/audit-log.ts';
import { createBulkDesk } from './bulk/bulk-desk.ts';
import { createChangeFeed } from './change-feed.ts';
import { ConversionRunner } from './conversions.ts';
import type { Engine } from './engine.ts';
import { EngineError } from './errors.ts';
import { explainAccess } from './explain-access.ts';
import { createFileDirectory, type FileSettings } from './file-directory.ts';
import { createImportDesk } from './import/imports.ts';
import type { JobKind } from './jobs/job-kind.ts';
import { createJobLifecycle } from './jobs/job-lifecycle.ts';
import { JOB_KINDS } from './jobs/registry.ts';
import { startWorkers } from './jobs/workers.ts';
import { createMetadataLifecycle } from './metadata-lifecycle.ts';
import { createOwnViewDesk } from './own-views/own-view-desk.ts';
import { type EngineLog, type Parts, SILENT } from './parts.ts';
import { createRecordLifecycle, WRITE_PATHS } from './record-lifecycle.ts';
import { createRetentionDesk } from './retention/retention.ts';
import { createSecretBox } from './secret-box.ts';
import { createSecretDirectory } from './secrets.ts';
import { createDelegationDesk } from './sharing/delegations.ts';
import { createShareDesk } from './sharing/shares.ts';
import { SnapshotCache } from './snapshot-cache.ts';
import { StorageRenewals } from './storage-renewals.ts';
import { createTeamDirectory } from './team-directory.ts';
import { translateError } from './translate-error.ts';
import { createUserDirectory } from './user-directory.ts';

const DEFAULT_FILE_BYTES = 25 * 1024 * 1024;

export interface EngineOptions {
  readonly storage: Storage;
  /** The objects that every workspace has, read from `metadata/system`: the engine touches no disk. */
  readonly systemPackage: Package;
  /** Where the bytes of files lie, and how many one may have; in the database, 25 MB, unless given. */
  readonly files?: FileSettings;
  /** Keys of 32 bytes that secret fields are sealed with; the first seals, all open. None: secrets are refused. */
  readonly secretKeys?: readonly [Buffer, ...Buffer[]] | undefined;
  readonly log?: EngineLog;
  /** Kinds of jobs beside the engine's own. */
  readonly jobKinds?: readonly JobKind[];
  /** For tests: how often it is told which revisions are served. A minute unless given. */
  readonly tellServedMilliseconds?: number;
  /** For tests: the instant of now. */
  readonly clock?: () => Date;
}

/** Closing the engine stops its listening; the storage is the caller's to close. */
export function createEngine({
  storage,
  systemPackage,
  files = { store: storage.files.chunks, mostBytes: DEFAULT_FILE_BYTES },
  secretKeys,
  log = SILENT,
  jobKinds = [],
  tellServedMilliseconds = 60_000,
  clock = () => new Date(),
}: EngineOptions): Engine {
  const conversions = new ConversionRunner();
  const aliasUses = new AliasUses(storage);
  const renewals = new StorageRenewals(storage, log);
  const snapshots: SnapshotCache = new SnapshotCache(storage, log, {
    onConversion: (workspace) => conversions.wake(parts, workspace),
    onOutdated: (workspace) => renewals.wake(snapshots, workspace),
    tellServedMilliseconds,
  });
  const now = () => clock().toISOString();
  const access = new AccessCache(storage, now);
  const secrets = secretKeys && createSecretBox(secretKeys);
  const parts: Parts = {
    storage,
    snapshots,
    access,
    log,
    conversions,
    secrets,
    aliasUses,
    now,
    write: WRITE_PATHS,
  };
  const lifecycle = createMetadataLifecycle(parts);
  const directory = createUserDirectory(parts);
  const users = { ...directory, admit: createAdmission(parts, directory) };

  const installSystem = (workspace: Workspace) =>
    lifecycle.installPackage({ kind: 'system', workspace, reason: 'system package' }, systemPackage);

  const metadata: Engine['metadata'] = {
    ...lifecycle,
    // A newer platform brings newer system objects: they come first, since other packages may build on them.
    async installPackage(context, folder) {
      if (folder.manifest.name !== systemPackage.manifest.name) await installSystem(context.workspace);
      return lifecycle.installPackage(context, folder);
    },
  };

  const snapshot: Engine['snapshot'] = async (workspace) => {
    try {
      return await snapshots.get(workspace);
    } catch (error) {
      throw translateError(error);
    }
  };

  return {
    metadata,
    users,
    teams: createTeamDirectory(parts),
    records: withAliases(parts, createRecordLifecycle(parts)),
    files: createFileDirectory(parts, files),
    shares: createShareDesk(parts),
    delegations: createDelegationDesk(parts),
    ownViews: createOwnViewDesk(parts),
    secrets: createSecretDirectory(parts),
    changes: createChangeFeed(parts),
    audit: createAuditLog(parts),
    jobs: createJobLifecycle(parts),
    bulk: createBulkDesk(parts),
    imports: createImportDesk(parts),
    retention: createRetentionDesk(parts),
    startWorkers: (options) =>
      startWorkers(parts, new Map([...JOB_KINDS, ...jobKinds].map((each) => [each.kind, each])), options),
    snapshot,
    async renewStorage() {
      try {
        await renewals.wakeAll(snapshots);
      } catch (error) {
        throw translateError(error);
      }
    },
    access: async (context) => {
      try {
        return await access.of(context, await snapshots.get(context.workspace));
      } catch (error) {
        throw translateError(error);
      }
    },
    explainAccess: (context, question) => explainAccess(parts, context, question),
    model: async (workspace) => (await snapshot(workspace)).model,
    async createWorkspace({ name, label, timeZone = 'UTC', locale = 'en', currency = 'EUR', by }) {
      requireWorkspaceName(name);
      const event = { action: 'workspace_created', details: { workspace: name } } as const;
      const platform = { kind: 'system', reason: 'a workspace was made' } as const;
      try {
        const workspace = await storage.workspaces.create({
          name,
          label,
          timeZone,
          locale,
          currency,
          audit: (made) => toAuditEntry({ ...platform, workspace: made }, event, now()),
        });
        // Told where it was made, too: there is known who made it.
        if (by) await storage.audit.append(by.workspace, [toAuditEntry(by, event, now())]);
        await installSystem(workspace);
        return workspace;
      } catch (error) {
        throw translateError(error);
      }
    },
    async createFirstAdministrator(input) {
      const [workspace] = await storage.workspaces.list();
      if (!workspace) throw new EngineError('forbidden', 'There is no workspace yet: make one first.');
      return users.createFirstAdministrator(workspace, input);
    },
    async close() {
      await conversions.close();
      await renewals.close();
      await access.close();
      await aliasUses.flush().catch(() => undefined);
      await snapshots.close();
    },
  };
}

/** Names become schemas and header values: short, lower-case, nothing that would have to be quoted. */
function requireWorkspaceName(name: string): void {
  if (/^[a-z][a-z0-9_]{0,40}$/.test(name)) return;
  const message = `\`${name}\` can't name a workspace.`;
  const hint = 'Lower-case letters, digits and underscores, beginning with a letter, up to 41 characters.';
  throw new EngineError('invalid_input', message, {
    errors: [{ code: 'invalid_name', pointer: '/name', message, hint }],
  });
}
