/** Counts how often old names are said: in memory, written every few seconds, never a write per request. */
import type { Alias, Storage, Workspace } from '@trellis/storage';

const FLUSH_MILLISECONDS = 5_000;

interface Use {
  readonly workspace: Workspace;
  readonly alias: Alias;
  count: number;
  at: string;
}

export class AliasUses {
  readonly #storage: Storage;
  #uses = new Map<string, Use>();
  #timer: NodeJS.Timeout | undefined;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  note(workspace: Workspace, alias: Alias, at: string): void {
    const key = [workspace.id, alias.kind, alias.objectKey, alias.name].join(' ');
    const use = this.#uses.get(key) ?? { workspace, alias, count: 0, at };
    use.count++;
    use.at = at;
    this.#uses.set(key, use);
    this.#timer ??= setTimeout(() => void this.flush().catch(() => undefined), FLUSH_MILLISECONDS).unref();
  }

  /** Writes what was counted. What could not be written is counted again with the next. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const uses = this.#uses;
    this.#uses = new Map();
    const byWorkspace = Map.groupBy(uses.values(), (use) => use.workspace.id);
    for (const group of byWorkspace.values()) {
      const rows = group.map(({ alias, count, at }) => ({
        kind: alias.kind,
        objectKey: alias.objectKey,
        name: alias.name,
        count,
        at,
      }));
      await this.#storage.aliases.count(group[0]!.workspace, rows);
    }
  }
}
