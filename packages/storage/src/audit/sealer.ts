/**
 * Seals entries of the audit log in the background of a process, about a second after they were written. While nothing
 * is written it asks nothing, but once a minute for what a process that died has left.
 */
import type { Connections } from '../connections.ts';
import type { Workspace, WorkspaceStore } from '../storage.ts';
import { seal } from './seal.ts';

const TICK_MILLISECONDS = 1_000;
const ROUND_MILLISECONDS = 60_000;
/** For so long after the last entry it is looked again: its transaction may have ended late. */
const WATCH_MILLISECONDS = 15_000;

export class AuditSealer {
  readonly #connections: Connections;
  readonly #workspaces: WorkspaceStore;
  readonly #log: (message: string, details?: unknown) => void;
  /** Workspaces that this process has written entries of, and until when it looks for more. */
  readonly #watched = new Map<string, { readonly workspace: Workspace; readonly until: number }>();
  #timer: NodeJS.Timeout | undefined;
  #lastRound = 0;
  #running: Promise<void> | undefined;
  #isClosed = false;

  constructor(
    connections: Connections,
    workspaces: WorkspaceStore,
    log: (message: string, details?: unknown) => void,
  ) {
    this.#connections = connections;
    this.#workspaces = workspaces;
    this.#log = log;
  }

  start(): void {
    if (this.#timer || this.#isClosed) return;
    this.#timer = setInterval(() => this.#tick(), TICK_MILLISECONDS).unref();
  }

  /** An entry was written, or will be once its transaction ends. */
  wake(workspace: Workspace): void {
    if (this.#timer) this.#watched.set(workspace.id, { workspace, until: Date.now() + WATCH_MILLISECONDS });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  #tick(): void {
    const now = Date.now();
    const isRound = now - this.#lastRound >= ROUND_MILLISECONDS;
    if (!isRound && this.#watched.size === 0) return;
    if (isRound) this.#lastRound = now;
    this.#running ??= this.#sealAll(isRound)
      .catch((error: unknown) => this.#log('The audit log was not sealed; it is tried again.', error))
      .finally(() => {
        this.#running = undefined;
      });
  }

  async #sealAll(isRound: boolean): Promise<void> {
    const watched = [...this.#watched.values()];
    for (const { workspace, until } of watched) {
      if (until < Date.now() && this.#watched.get(workspace.id)?.until === until)
        this.#watched.delete(workspace.id);
    }
    const all = isRound ? await this.#workspaces.list() : watched.map(({ workspace }) => workspace);
    for (const workspace of all) {
      if (this.#isClosed) return;
      await seal(this.#connections, workspace, { wait: false });
    }
  }
}
