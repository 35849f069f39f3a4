/**
 * Runs one call of the engine on a pinned snapshot. A name that is unknown may have been published by another node a
 * moment ago: before such an answer leaves, the revision is compared once and the call repeated on the newer model.
 */
import type { SystemRight } from '@trellis/access';
import type { Context } from './engine.ts';
import type { Parts } from './parts.ts';
import { Pinned } from './pinned.ts';
import { LagSuspected, mayBeLag, translateError } from './translate-error.ts';

/** Rejects with `EngineError`; anything else is a bug. Work that may be repeated must not have written anything yet. */
export async function withPinned<T>(
  parts: Parts,
  context: Context,
  work: (pinned: Pinned) => Promise<T>,
): Promise<T> {
  const at = parts.now();
  try {
    const snapshot = await parts.snapshots.get(context.workspace);
    try {
      const access = await parts.access.of(context, snapshot);
      return await work(new Pinned(context, snapshot, { at, isConfirmed: false, access }));
    } catch (error) {
      if (!mayBeLag(error)) throw error;
      const newest = await parts.snapshots.loadNewest(context.workspace);
      const hasMoved =
        newest.snapshot.revision !== snapshot.revision || newest.snapshot.epoch !== snapshot.epoch;
      const isUndecided = error instanceof LagSuspected;
      if (!hasMoved && !isUndecided) throw error;
      const access = await parts.access.of(context, newest.snapshot);
      return await work(new Pinned(context, newest.snapshot, { at, isConfirmed: true, access }));
    }
  } catch (error) {
    throw translateError(error);
  }
}

/** Rejects with `forbidden` unless the caller holds the system right. */
export async function requireRight(parts: Parts, context: Context, right: SystemRight): Promise<void> {
  await withPinned(parts, context, async (pinned) => pinned.requireRight(right));
}
