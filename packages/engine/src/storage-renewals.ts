/**
 * Has storage make anew what an older version of Trellis has generated, in the background of this process: for every workspace
 * when the server starts, and for one that is found so when its metadata is loaded, as after a publish of a process that
 * still runs the older version. Requests go on meanwhile, as the older version served them.
 */
import type { Storage, Workspace } from '@trellis/storage';
import type { EngineLog } from './parts.ts';
import type { SnapshotCache } from './snapshot-cache.ts';

/** Until it is looked whether another process has ended, or what went wrong is tried again. */
const PAUSE_MILLISECONDS = 15_000;

export class StorageRenewals {
  readonly #storage: Storage;
  readonly #log: EngineLog;
  readonly #closing = new AbortController();
  readonly #running = new Map<string, Promise<void>>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(storage: Storage, log: EngineLog) {
    this.#storage = storage;
    this.#log = log;
  }

  /** Begins with every workspace that needs it: one small statement where none does. */
  async wakeAll(snapshots: SnapshotCache): Promise<void> {
    for (const workspace of await this.#storage.metadata.listOutdated()) this.wake(snapshots, workspace);
  }

  /** Begins to work unless it is at it already. Never rejects. */
  wake(snapshots: SnapshotCache, workspace: Workspace): void {
    if (this.#closing.signal.aborted || this.#running.has(workspace.id)) return;
    const run = this.#renew(snapshots, workspace)
      .catch((error: unknown) => this.#fail(snapshots, workspace, error))
      .finally(() => this.#running.delete(workspace.id));
    this.#running.set(workspace.id, run);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all(this.#running.values());
  }

  async #renew(snapshots: SnapshotCache, workspace: Workspace): Promise<void> {
    const { signal } = this.#closing;
    const about = { workspace: workspace.name };
    const onBegin = () =>
      this.#log.info('What an older version generated in the database is being made anew.', about);
    while (!signal.aborted) {
      const { model, revision } = (await snapshots.loadNewest(workspace)).snapshot;
      const renewal = await this.#storage.metadata.renew({ workspace, model, revision }, { signal, onBegin });
      if (renewal === 'moved_on') continue;
      if (renewal === 'elsewhere') this.#later(snapshots, workspace);
      if (renewal === 'renewed')
        this.#log.info('What is generated in the database is that of this version.', about);
      return;
    }
  }

  #fail(snapshots: SnapshotCache, workspace: Workspace, error: unknown): void {
    if (this.#closing.signal.aborted) return;
    const details = { workspace: workspace.name, error: String(error) };
    this.#log.warn(
      'What an older version generated in the database could not be made anew; it is tried again in a moment.',
      details,
    );
    this.#later(snapshots, workspace);
  }

  #later(snapshots: SnapshotCache, workspace: Workspace): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.wake(snapshots, workspace);
    }, PAUSE_MILLISECONDS);
    timer.unref();
    this.#timers.add(timer);
  }
}
