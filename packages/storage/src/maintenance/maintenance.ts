/**
 * Background work of a process: promotions after a publish and whatever a node that died has left, history
 * partitions for the coming months, and outbox rows and sign-in failures that nobody needs any more.
 */
import type { Connections } from '../connections.ts';
import { sweepJobs } from '../jobs/sweep-jobs.ts';
import { refineSearchedStatistics } from '../metadata/searched-statistics.ts';
import { sweepOutbox } from '../outbox.ts';
import { sweepOwnViews } from '../own-view-store.ts';
import { sweepShares } from '../sharing/share-store.ts';
import type { Workspace, WorkspaceStore } from '../storage.ts';
import { ensurePartitions } from './history-partitions.ts';
import type { PromotionSettings } from './online-steps.ts';
import { hasPendingPromotions, runPromotions } from './promotion.ts';

const ROUND_MILLISECONDS = 60_000;
const HOUSEKEEPING_MILLISECONDS = 3_600_000;
const FAILURE_RETENTION = '2 days';

export class Maintenance {
  readonly #connections: Connections;
  readonly #workspaces: WorkspaceStore;
  readonly #settings: PromotionSettings;
  readonly #running = new Map<string, Promise<void>>();
  readonly #again = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #lastHousekeeping = 0;
  #round: Promise<void> | undefined;
  readonly #closing = new AbortController();
  #isClosed = false;

  constructor(connections: Connections, workspaces: WorkspaceStore, settings: PromotionSettings) {
    this.#connections = connections;
    this.#workspaces = workspaces;
    this.#settings = settings;
  }

  start(): void {
    if (this.#timer || this.#isClosed) return;
    this.#timer = setInterval(() => this.#startRound(), ROUND_MILLISECONDS);
    this.#timer.unref();
    this.#startRound();
  }

  /** After a publish: works on the workspace's promotions now, if this process does maintenance at all. */
  wake(workspace: Workspace): void {
    if (this.#timer) void this.#promote(workspace);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#closing.abort();
    await this.#round;
    await Promise.all(this.#running.values());
  }

  #startRound(): void {
    this.#round ??= this.#runRound()
      .catch((error: unknown) =>
        this.#settings.log('Maintenance failed; it is tried again in a minute.', error),
      )
      .finally(() => {
        this.#round = undefined;
      });
  }

  async #runRound(): Promise<void> {
    const workspaces = await this.#workspaces.list();
    for (const workspace of workspaces) {
      if (this.#isClosed) return;
      if (await hasPendingPromotions(this.#connections, workspace)) await this.#promote(workspace);
    }
    if (Date.now() - this.#lastHousekeeping < HOUSEKEEPING_MILLISECONDS) return;
    this.#lastHousekeeping = Date.now();
    await this.#keepHouse(workspaces);
  }

  /** At most one run per workspace in this process; a wake-up during a run leads to another one. */
  #promote(workspace: Workspace): Promise<void> {
    const running = this.#running.get(workspace.id);
    if (running) {
      this.#again.add(workspace.id);
      return running;
    }
    const run = this.#promoteUntilDone(workspace).finally(() => this.#running.delete(workspace.id));
    this.#running.set(workspace.id, run);
    return run;
  }

  async #promoteUntilDone(workspace: Workspace): Promise<void> {
    do {
      this.#again.delete(workspace.id);
      try {
        await runPromotions(this.#connections, workspace, this.#settings, {
          wait: false,
          signal: this.#closing.signal,
        });
      } catch (error) {
        this.#settings.log(
          `Promotions in ${workspace.name} stopped; they are taken up again in a minute.`,
          error,
        );
        return;
      }
    } while (this.#again.has(workspace.id) && !this.#isClosed);
  }

  async #keepHouse(workspaces: readonly Workspace[]): Promise<void> {
    await this.#connections.dedicated(async (client) => {
      await client.query("set lock_timeout = '2s'");
      for (const workspace of workspaces) {
        if (this.#isClosed) return;
        await ensurePartitions(client, workspace.schema);
        await sweepJobs(client, workspace.schema);
        await sweepShares(client, workspace.schema);
        await sweepOwnViews(client, workspace.schema);
        await sweepOutbox(client, workspace.schema, () => this.#isClosed);
        await refineSearchedStatistics(client, workspace.schema, { analyze: true });
      }
      await client.query(
        `delete from platform.sign_in_failure where at < now() - interval '${FAILURE_RETENTION}'`,
      );
    });
  }
}
