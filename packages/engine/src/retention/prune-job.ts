/**
 * Forgets the history of an object from before an instant. First it is said that history begins there, so that nobody is
 * told half of what was; then the entries go, some blocks of a partition at a time.
 */
import type { CompiledObject, JsonValue } from '@trellis/model';
import type { PruneCursor } from '@trellis/storage';
import { EngineError } from '../errors.ts';
import type { JobKind } from '../jobs/job-kind.ts';
import { withPinned } from '../with-pinned.ts';

export const PRUNE = 'prune_history';

interface PruneInput {
  readonly about: { readonly object: string; readonly before: string };
  readonly objectKey: string;
}

export const PRUNE_JOB: JobKind = {
  kind: PRUNE,
  async run(parts, { job, context, step }) {
    const { objectKey, about } = job.input as unknown as PruneInput;
    let cursor = job.checkpoint as unknown as PruneCursor | null;
    let removed = job.counts.removed ?? 0;
    do {
      await withPinned(parts, context, async (pinned) => {
        const object = [...pinned.model.objects.values()].find((each) => each.key === objectKey);
        if (!object) throw new EngineError('unknown_object', 'The object is not there any more.');
        await step(async (transaction) => {
          const request = { object, before: about.before, cursor };
          const done = await parts.storage.records.pruneHistory(pinned.snapshot, request, transaction);
          cursor = done.next;
          removed += done.removed;
          return { checkpoint: cursor as unknown as JsonValue, done: removed, counts: { removed } };
        });
      });
    } while (cursor);
    return { result: { removed }, message: `${removed} entries were forgotten.` };
  },
};

export function pruneRequest(object: CompiledObject, before: string) {
  const input: PruneInput = { about: { object: object.name, before }, objectKey: object.key };
  return { kind: PRUNE, input: input as unknown as JsonValue, key: object.key };
}
