/**
 * Tells the other processes which revision this one serves of each workspace: the oldest that a call is still pinned to. A
 * long export holds its snapshot for hours; as long as somebody has it, the columns that it reads stay those of its fields.
 */
import type { Snapshot, Storage, Workspace } from '@trellis/storage';
import { SERVED_SAID_EVERY } from '@trellis/storage';
import { v4 as makeNode } from 'uuid';
import type { EngineLog } from './parts.ts';

interface Served {
  readonly workspace: Workspace;
  /** Snapshots that were given out. What nobody holds any more is gone from here by itself. */
  snapshots: WeakRef<Snapshot>[];
  said: number | undefined;
  saidAt: number;
}

export class ServedRevisions {
  readonly #storage: Storage;
  readonly #log: EngineLog;
  readonly #node = makeNode();
  readonly #served = new Map<string, Served>();

  constructor(storage: Storage, log: EngineLog) {
    this.#storage = storage;
    this.#log = log;
  }

  /** Called before the first snapshot of a workspace is read. */
  async begin(workspace: Workspace): Promise<void> {
    if (this.#served.has(workspace.name)) return;
    await this.#say(workspace, undefined);
    this.#served.set(workspace.name, { workspace, snapshots: [], said: undefined, saidAt: Date.now() });
  }

  add(snapshot: Snapshot): void {
    this.#served.get(snapshot.workspace.name)?.snapshots.push(new WeakRef(snapshot));
  }

  /** Says what has changed, and now and then what has not. Never rejects. */
  async tell(): Promise<void> {
    for (const served of this.#served.values()) {
      const alive = served.snapshots.map((each) => [each, each.deref()?.revision] as const);
      served.snapshots = alive.filter(([, revision]) => revision !== undefined).map(([each]) => each);
      const revisions = alive.flatMap(([, revision]) => revision ?? []);
      if (revisions.length === 0) continue;
      const oldest = Math.min(...revisions);
      if (oldest === served.said && Date.now() - served.saidAt < SERVED_SAID_EVERY) continue;
      try {
        await this.#say(served.workspace, oldest);
        served.said = oldest;
        served.saidAt = Date.now();
      } catch (error) {
        this.#log.warn('Which revision is served could not be told.', { error: String(error) });
      }
    }
  }

  /** The process serves nothing any more. */
  async end(): Promise<void> {
    const all = [...this.#served.values()];
    this.#served.clear();
    for (const { workspace } of all)
      await this.#storage.metadata.forgetServed(workspace, this.#node).catch(() => undefined);
  }

  async #say(workspace: Workspace, revision: number | undefined): Promise<void> {
    try {
      await this.#storage.metadata.tellServed(workspace, this.#node, revision);
    } catch (error) {
      // Where nothing can be written nothing is published either.
      if ((error as { code?: unknown }).code !== 'read_only') throw error;
    }
  }
}
