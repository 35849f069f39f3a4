/**
 * Erases what is in the recycle bin of an object, page by page: records that are named, or all that went before an
 * instant. Whoever asked must be allowed to delete each of them; what they may not is left where it is.
 */
import type { CompiledObject, JsonValue, RecordQuery } from '@trellis/model';
import { ALWAYS, allOf } from '@trellis/model';
import type { Transaction } from '@trellis/storage';
import { readFilter } from '../build-query.ts';
import { EngineError } from '../errors.ts';
import type { JobKind } from '../jobs/job-kind.ts';
import { ownPath } from '../own-path.ts';
import type { Parts } from '../parts.ts';
import type { Pinned } from '../pinned.ts';
import { eraseDeleted } from '../restore-record.ts';
import { withPinned } from '../with-pinned.ts';

export const PURGE = 'purge';
/** Records of one step: about a second's work. */
const BATCH = 100;

export interface PurgeInput {
  readonly about: { readonly object: string };
  /** The object may be called otherwise by the time the job runs. */
  readonly objectKey: string;
  readonly ids: readonly string[] | null;
  /** Only what went before it. */
  readonly before: string | null;
}

export const PURGE_JOB: JobKind = {
  kind: PURGE,
  async run(parts, { job, context, step }) {
    const input = job.input as unknown as PurgeInput;
    const counts = { purged: job.counts.purged ?? 0, left: job.counts.left ?? 0 };
    let after = (job.checkpoint as string | null) ?? null;
    for (let isLast = false; !isLast; ) {
      await withPinned(parts, context, async (pinned) => {
        const object = [...pinned.model.objects.values()].find((each) => each.key === input.objectKey);
        if (!object) throw new EngineError('unknown_object', 'The object is not there any more.');
        pinned.requireObject(object.name, 'delete');
        await step(async (transaction) => {
          const ids = input.ids
            ? input.ids.filter((id) => after === null || id > after).slice(0, BATCH)
            : await oldest(parts, pinned, object, { before: input.before, after, transaction });
          isLast = ids.length < BATCH;
          const { purged, left } = await eraseDeleted(parts, pinned, { object, ids, transaction });
          counts.purged += purged;
          counts.left += left;
          after = ids.at(-1) ?? after;
          return { checkpoint: after, done: counts.purged + counts.left, counts: { ...counts } };
        });
      });
    }
    const left = counts.left === 0 ? '' : ` ${counts.left} were left, since they may not be erased by you.`;
    return { result: counts, message: `${counts.purged} records were erased for good.${left}` };
  },
};

/** Ids in the bin, in their order. */
async function oldest(
  parts: Parts,
  pinned: Pinned,
  object: CompiledObject,
  page: {
    readonly before: string | null;
    readonly after: string | null;
    readonly transaction: Transaction | undefined;
    readonly limit?: number;
  },
): Promise<readonly string[]> {
  const id = ownPath(object.fields.get('id')!);
  const isOld = page.before && readFilter(pinned, object, { '<': [{ var: 'deleted_at' }, page.before] }, []);
  const query: RecordQuery = {
    object,
    fields: [id],
    filter: allOf(isOld || ALWAYS, pinned.visible(object)),
    targetFilters: new Map(),
    search: undefined,
    sort: [{ path: id, descending: false }],
    limit: page.limit ?? BATCH,
    after: page.after === null ? undefined : [page.after],
    before: undefined,
    count: 'none',
    deleted: true,
    context: pinned.expressionContext,
  };
  const { rows } = await parts.storage.records.query(pinned.snapshot, query, page.transaction);
  return rows.map((row) => String(row.id));
}

/** Whether there is anything that went before the instant. */
export async function hasOlder(
  parts: Parts,
  pinned: Pinned,
  object: CompiledObject,
  before: string,
): Promise<boolean> {
  const found = await oldest(parts, pinned, object, {
    before,
    after: null,
    transaction: undefined,
    limit: 1,
  });
  return found.length > 0;
}

export function purgeRequest(object: CompiledObject, what: Pick<PurgeInput, 'ids' | 'before'>) {
  const input: PurgeInput = { about: { object: object.name }, objectKey: object.key, ...what };
  return { kind: PURGE, input: input as unknown as JsonValue };
}
