/**
 * Keeps working on what writers leave, roll-ups and candidates of sharing rules, in the background of a process: soon
 * after this process has written something that either is made of, and every few seconds for what other processes, or one that died, have left. While nothing is written it
 * asks one small question per workspace and round.
 */
import type { Connections } from '../connections.ts';
import { hasKeptWork, lookAfterKept } from '../sharing/kept-worker.ts';
import type { Workspace, WorkspaceStore } from '../storage.ts';
import { drainMarks, hasMarks, hasWaiting, recompute } from './rollup-worker.ts';

const ROUND_MILLISECONDS = 5_000;
/** What is written within this time is worked on together. */
const GATHER_MILLISECONDS = 250;

export class RollupLoop {
  readonly #connections: Connections;
  readonly #workspaces: WorkspaceStore;
  readonly #log: (message: string, details?: unknown) => void;
  readonly #running = new Map<string, Promise<void>>();
  readonly #gathering = new Map<string, NodeJS.Timeout>();
  readonly #closing = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;

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
    if (this.#timer || this.#closing.signal.aborted) return;
    this.#timer = setInterval(() => this.#startRound(), ROUND_MILLISECONDS);
    this.#timer.unref();
    this.#startRound();
  }

  /** Something was written that may have left marks. */
  wake(workspace: Workspace): void {
    if (!this.#timer || this.#gathering.has(workspace.id)) return;
    const timer = setTimeout(() => {
      this.#gathering.delete(workspace.id);
      void this.#work(workspace);
    }, GATHER_MILLISECONDS);
    timer.unref();
    this.#gathering.set(workspace.id, timer);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const timer of this.#gathering.values()) clearTimeout(timer);
    this.#closing.abort();
    await this.#round;
    await Promise.all(this.#running.values());
  }

  #startRound(): void {
    this.#round ??= this.#runRound()
      .catch((error: unknown) => this.#log('What writers left was not looked at; it is tried again.', error))
      .finally(() => {
        this.#round = undefined;
      });
  }

  async #runRound(): Promise<void> {
    for (const workspace of await this.#workspaces.list()) {
      if (this.#closing.signal.aborted) return;
      if (await this.#isWanted(workspace)) void this.#work(workspace);
    }
  }

  async #isWanted(workspace: Workspace): Promise<boolean> {
    return (
      (await hasMarks(this.#connections, workspace)) ||
      (await hasWaiting(this.#connections, workspace)) ||
      (await hasKeptWork(this.#connections, workspace))
    );
  }

  /** At most one at a time per workspace in this process. */
  #work(workspace: Workspace): Promise<void> {
    const running = this.#running.get(workspace.id);
    if (running) return running;
    const { signal } = this.#closing;
    const run = (async () => {
      try {
        // Nearly always the writers have left nothing.
        if (!(await this.#isWanted(workspace))) return;
        await recompute(this.#connections, workspace, { isPatient: false, signal });
        await drainMarks(this.#connections, workspace, { isPatient: false, signal });
        await lookAfterKept(this.#connections, workspace, { isPatient: false, signal });
      } catch (error) {
        if (!signal.aborted)
          this.#log(
            `Roll-ups or candidates of rules in ${workspace.name} stopped; they are taken up again in a moment.`,
            error,
          );
      }
    })().finally(() => this.#running.delete(workspace.id));
    this.#running.set(workspace.id, run);
    return run;
  }
}
