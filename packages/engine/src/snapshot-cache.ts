/**
 * One compiled model per workspace, for all requests of this process. It is loaded once however many ask (single
 * flight), marked stale when any node publishes (LISTEN/NOTIFY) and loaded again by the next request. When only the
 * storage epoch has moved, the model is kept and not compiled again.
 */
import type { Problem } from '@trellis/metadata';
import { compile, type Model } from '@trellis/model';
import type { Snapshot, Storage, StoredMetadata, Workspace } from '@trellis/storage';
import { EngineError } from './errors.ts';
import type { EngineLog } from './parts.ts';
import { ServedRevisions } from './served-revisions.ts';

/** The components of a revision, and what the compiler makes of them. */
export interface CompiledRevision extends Pick<StoredMetadata, 'revision' | 'components'> {
  readonly model: Model;
  readonly problems: readonly Problem[];
}

/** A snapshot with what it was made from: the metadata lifecycle works on this. */
export interface LoadedMetadata {
  readonly snapshot: Snapshot;
  readonly stored: StoredMetadata;
  /** What the compiler says about the stored components as they are. */
  readonly problems: readonly Problem[];
}

/** Kinds that no record depends on: a workspace runs without one of them rather than not at all. */
const DISPENSABLE: ReadonlySet<string> = new Set([
  'view',
  'layout',
  'app',
  'rule',
  'sharing_rule',
  'role',
  'permission_set',
]);

/** Properties of a field without which its values are still what they are. */
const DISPENSABLE_PROPERTIES =
  /^\/body\/(visible_when|required_when|read_only_when|default|pattern|depends_on)(\/|$)/;

interface Slot {
  loaded: Promise<LoadedMetadata>;
  isStale: boolean;
}

export class SnapshotCache {
  readonly #storage: Storage;
  readonly #log: EngineLog;
  readonly #onConversion: (workspace: Workspace) => void;
  readonly #onOutdated: (workspace: Workspace) => void;
  readonly #slots = new Map<string, Slot>();
  /** Of workspaces that this process has published in, and not read again yet. */
  readonly #published = new Map<string, CompiledRevision>();
  readonly #tellServedMilliseconds: number;
  readonly #served: ServedRevisions;
  #listening: Promise<() => Promise<void>> | undefined;
  #beat: NodeJS.Timeout | undefined;

  /**
   * `onConversion` is told of every workspace that is found with a type change at work, `onOutdated` of every one in which
   * an older version has generated something.
   */
  constructor(
    storage: Storage,
    log: EngineLog,
    options: {
      readonly onConversion: (workspace: Workspace) => void;
      readonly onOutdated: (workspace: Workspace) => void;
      readonly tellServedMilliseconds: number;
    },
  ) {
    this.#onConversion = options.onConversion;
    this.#onOutdated = options.onOutdated;
    this.#tellServedMilliseconds = options.tellServedMilliseconds;
    this.#storage = storage;
    this.#log = log;
    this.#served = new ServedRevisions(storage, log);
  }

  async get(workspace: Workspace): Promise<Snapshot> {
    return (await this.load(workspace)).snapshot;
  }

  /** The metadata as this node knows it, loaded when it is not known or somebody has published. */
  async load(workspace: Workspace): Promise<LoadedMetadata> {
    await this.#listen();
    const slot = this.#slots.get(workspace.name);
    if (slot && !slot.isStale) return slot.loaded;
    return this.#reload(workspace, slot);
  }

  /** The metadata as the database has it now, at the price of one small statement when nothing has moved. */
  async loadNewest(workspace: Workspace): Promise<LoadedMetadata> {
    const loaded = await this.load(workspace);
    const newest = await this.#storage.metadata.loadRevision(workspace);
    if (newest.revision === loaded.snapshot.revision && newest.epoch === loaded.snapshot.epoch) return loaded;
    return this.#reload(workspace, this.#slots.get(workspace.name));
  }

  /** What this process has published need not be read and compiled once more. Undefined: who knows; read it. */
  published({ name }: Workspace, revision: CompiledRevision | undefined): void {
    if (revision) this.#published.set(name, revision);
    this.markStale(name);
  }

  markStale(workspaceName: string | undefined): void {
    for (const [name, slot] of this.#slots) {
      if (workspaceName === undefined || name === workspaceName) slot.isStale = true;
    }
  }

  /** Reads what was published while nobody asked, and tells which revisions are served by now. Never rejects. */
  async #acknowledge(): Promise<void> {
    for (const [name, slot] of this.#slots) {
      const loaded = slot.isStale ? await slot.loaded.catch(() => undefined) : undefined;
      if (loaded && this.#slots.get(name) === slot)
        await this.load(loaded.snapshot.workspace).catch(() => undefined);
    }
    await this.#served.tell();
  }

  async close(): Promise<void> {
    clearInterval(this.#beat);
    const stop = await this.#listening?.catch(() => undefined);
    await stop?.();
    this.#slots.clear();
    this.#published.clear();
    await this.#served.end();
  }

  async #listen(): Promise<void> {
    this.#listening ??= this.#storage.metadata.onChange((name) => this.markStale(name));
    try {
      await this.#listening;
    } catch (error) {
      this.#listening = undefined;
      throw error;
    }
  }

  #reload(workspace: Workspace, previous: Slot | undefined): Promise<LoadedMetadata> {
    const slot: Slot = { loaded: this.#loadAfter(workspace, previous?.loaded), isStale: false };
    this.#slots.set(workspace.name, slot);
    slot.loaded.catch(() => {
      if (this.#slots.get(workspace.name) === slot) this.#slots.delete(workspace.name);
    });
    return slot.loaded;
  }

  async #loadAfter(
    workspace: Workspace,
    previous: Promise<LoadedMetadata> | undefined,
  ): Promise<LoadedMetadata> {
    const known = await previous?.catch(() => undefined);
    if (known) {
      const newest = await this.#storage.metadata.loadRevision(workspace);
      if (newest.revision === known.snapshot.revision && newest.epoch === known.snapshot.epoch) return known;
    }
    await this.#served.begin(workspace);
    this.#beat ??= setInterval(() => void this.#acknowledge(), this.#tellServedMilliseconds).unref();
    const compiled = this.#published.get(workspace.name) ?? (known && compiledRevision(known));
    const stored = await this.#storage.metadata.load(workspace, compiled);
    // One that was published while this was read is for the next to take.
    if ((this.#published.get(workspace.name)?.revision ?? 0) <= stored.revision)
      this.#published.delete(workspace.name);
    const { revision, epoch, columns, rollups, kept, conversions, aliases } = stored;
    const { model, problems } = compiled?.revision === revision ? compiled : this.#compile(workspace, stored);
    if (!model) {
      throw new EngineError(
        'invalid_metadata',
        `The metadata of the workspace ${workspace.name} does not compile.`,
        {
          errors: problems,
        },
      );
    }
    const isConverting = [...conversions.values()].flat().some((each) => each.state === 'running');
    if (isConverting) this.#onConversion(workspace);
    if (stored.isOutdated) this.#onOutdated(workspace);
    const snapshot = Object.freeze({
      workspace,
      revision,
      epoch,
      model,
      columns,
      rollups,
      kept,
      conversions,
      aliases,
    });
    this.#served.add(snapshot);
    return { snapshot, stored, problems };
  }

  /**
   * The model of what is stored. What a version before this one took, and this one finds at fault, is left out and
   * told as long as no record depends on it: it stays stored, and the next publish names it.
   */
  #compile(workspace: Workspace, stored: StoredMetadata): ReturnType<typeof compile> {
    const whole = compile(stored.components);
    if (whole.model) return whole;
    const components = withoutFaultyProperties(stored.components, whole.problems);
    let { model, problems } = compile(components);
    const left = new Set<string>();
    while (!model) {
      const faulty = problems
        .filter((problem) => problem.severity === 'error')
        .flatMap(({ component }) => component ?? [])
        .filter((each) => DISPENSABLE.has(each.kind) && !left.has(nameOf(each)));
      if (faulty.length === 0) return whole;
      for (const each of faulty) left.add(nameOf(each));
      ({ model, problems } = compile(components.filter((each) => !left.has(nameOf(each.component)))));
    }
    for (const component of components.flatMap((each, index) =>
      each === stored.components[index] ? [] : nameOf(each.component),
    ))
      this.#log.warn('A field has faults and works without what is at fault until it is published anew.', {
        workspace: workspace.name,
        component,
      });
    for (const component of left)
      this.#log.warn('A component has faults and is left out until it is published anew.', {
        workspace: workspace.name,
        component,
      });
    return { model, problems: whole.problems };
  }
}

function compiledRevision({ snapshot, stored, problems }: LoadedMetadata): CompiledRevision {
  const { revision, model } = snapshot;
  return { revision, components: stored.components, model, problems };
}

/** Fields without the conditions, defaults and patterns that this version finds at fault. */
function withoutFaultyProperties(
  stored: StoredMetadata['components'],
  problems: readonly Problem[],
): StoredMetadata['components'] {
  const faulty = new Map<string, Set<string>>();
  for (const { severity, component, pointer } of problems) {
    const property = DISPENSABLE_PROPERTIES.exec(pointer)?.[1];
    if (severity !== 'error' || component?.kind !== 'field' || property === undefined) continue;
    const properties = faulty.get(nameOf(component)) ?? new Set();
    faulty.set(nameOf(component), properties.add(property));
  }
  return stored.map((each) => {
    const properties = faulty.get(nameOf(each.component));
    if (!properties || each.component.kind !== 'field') return each;
    const kept = Object.entries(each.component.body).filter(([name]) => !properties.has(name));
    return {
      ...each,
      component: { ...each.component, body: Object.fromEntries(kept) as typeof each.component.body },
    };
  });
}

function nameOf({ kind, name }: { readonly kind: string; readonly name: string }): string {
  return `${kind} ${name}`;
}
