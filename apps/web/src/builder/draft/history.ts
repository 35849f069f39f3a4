/**
 * Undo and redo of one component, kept in memory while the builder is open. Steps that follow each other within a
 * second and carry the same tag (typing in one input) become one step.
 */
import { isSame } from './same.ts';

export interface History {
  readonly past: readonly Step[];
  readonly future: readonly unknown[];
}

interface Step {
  readonly body: unknown;
  readonly tag: string | undefined;
  readonly at: number;
}

export const EMPTY_HISTORY: History = { past: [], future: [] };
const LIMIT = 100;
const TYPING_PAUSE_MS = 1000;

/** Remembers the body as it was before a change. */
export function remember(
  history: History,
  before: unknown,
  step: { tag?: string | undefined; at: number },
): History {
  const last = history.past.at(-1);
  if (
    last !== undefined &&
    step.tag !== undefined &&
    last.tag === step.tag &&
    step.at - last.at < TYPING_PAUSE_MS
  ) {
    return { past: [...history.past.slice(0, -1), { ...last, at: step.at }], future: [] };
  }
  if (
    last !== undefined &&
    isSame(last.body, before) &&
    history.future.length === 0 &&
    last.tag === step.tag
  ) {
    return history;
  }
  return { past: [...history.past, { body: before, tag: step.tag, at: step.at }].slice(-LIMIT), future: [] };
}

/** Steps back from `current`; undefined when there is nothing to undo. */
export function undo(history: History, current: unknown): { history: History; body: unknown } | undefined {
  const last = history.past.at(-1);
  if (last === undefined) return undefined;
  return {
    history: { past: history.past.slice(0, -1), future: [current, ...history.future] },
    body: last.body,
  };
}

export function redo(history: History, current: unknown): { history: History; body: unknown } | undefined {
  const [next, ...rest] = history.future;
  if (history.future.length === 0) return undefined;
  return {
    history: { past: [...history.past, { body: current, tag: undefined, at: 0 }], future: rest },
    body: next,
  };
}
