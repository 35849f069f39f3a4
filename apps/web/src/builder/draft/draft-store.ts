/**
 * Holds the draft of this browser tab: in memory, and in the session's storage so that a reload loses nothing. One
 * store per workspace; React reads it through `useSyncExternalStore`.
 */
import { countChanges, type Draft, EMPTY_DRAFT, idOf, type Published, put, type Reference } from './draft.ts';
import { EMPTY_HISTORY, type History, redo, remember, undo } from './history.ts';

export interface DraftState {
  readonly draft: Draft;
  /** Undo and redo, by component id; not kept over a reload. */
  readonly histories: ReadonlyMap<string, History>;
}

export interface DraftStore {
  get(): DraftState;
  subscribe(listener: () => void): () => void;
  /** Replaces the draft; `revision` is what a draft that begins now is based on. */
  change(change: (draft: Draft) => Draft, revision: number): void;
  /** As `change`, after a publish: steps can be taken back only of what is changed still. */
  settle(change: (draft: Draft) => Draft, revision: number): void;
  /** Remembers how a component was before a change, for undo. */
  remember(reference: Reference, before: unknown, tag?: string): void;
  undo(reference: Reference, current: unknown, published: Published): void;
  redo(reference: Reference, current: unknown, published: Published): void;
  clear(): void;
}

export function createDraftStore(workspace: string, storage: Storage | undefined): DraftStore {
  const key = `trellis-draft:${workspace}`;
  let state: DraftState = { draft: read(storage, key), histories: new Map() };
  const listeners = new Set<() => void>();

  function set(next: DraftState) {
    state = next;
    try {
      if (countChanges(next.draft) === 0) storage?.removeItem(key);
      else storage?.setItem(key, JSON.stringify(next.draft));
    } catch {
      // The storage is full or forbidden: the draft lives on in memory.
    }
    for (const listener of listeners) listener();
  }

  function step(move: typeof undo, reference: Reference, current: unknown, published: Published) {
    const id = idOf(reference);
    const moved = move(state.histories.get(id) ?? EMPTY_HISTORY, current);
    if (moved === undefined) return;
    const document = { kind: reference.kind, name: reference.name, body: moved.body };
    set({
      draft: begun(put(state.draft, published, [document]), state.draft.revision),
      histories: new Map(state.histories).set(id, moved.history),
    });
  }

  return {
    get: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    change: (change, revision) => set({ ...state, draft: begun(change(state.draft), revision) }),
    settle: (change, revision) => {
      const draft = begun(change(state.draft), revision);
      const kept = new Set(draft.writes.map(idOf));
      set({ draft, histories: new Map([...state.histories].filter(([id]) => kept.has(id))) });
    },
    remember: (reference, before, tag) => {
      const id = idOf(reference);
      const history = remember(state.histories.get(id) ?? EMPTY_HISTORY, before, { tag, at: Date.now() });
      set({ ...state, histories: new Map(state.histories).set(id, history) });
    },
    undo: (reference, current, published) => step(undo, reference, current, published),
    redo: (reference, current, published) => step(redo, reference, current, published),
    clear: () => set({ draft: EMPTY_DRAFT, histories: new Map() }),
  };
}

/** A draft with changes knows the revision that it began on; one without has none. */
function begun(draft: Draft, revision: number | null): Draft {
  if (countChanges(draft) === 0) return EMPTY_DRAFT;
  return draft.revision === null ? { ...draft, revision } : draft;
}

function read(storage: Storage | undefined, key: string): Draft {
  try {
    const parsed: unknown = JSON.parse(storage?.getItem(key) ?? 'null');
    return isDraft(parsed) ? parsed : EMPTY_DRAFT;
  } catch {
    return EMPTY_DRAFT;
  }
}

function isDraft(value: unknown): value is Draft {
  return (
    typeof value === 'object' &&
    value !== null &&
    'writes' in value &&
    Array.isArray(value.writes) &&
    'deletions' in value &&
    Array.isArray(value.deletions)
  );
}
