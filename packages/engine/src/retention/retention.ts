/** How long history and the recycle bin are kept: what objects ask for, and what a person asks for by hand (SPEC X). */
import { jsonPointer } from '@trellis/metadata';
import { isId } from '@trellis/model';
import type { Workspace } from '@trellis/storage';
import { throwProblems } from '../build-query.ts';
import type { Context, InputError } from '../engine.ts';
import { EngineError } from '../errors.ts';
import { addJob } from '../jobs/job-lifecycle.ts';
import type { Parts } from '../parts.ts';
import { requireOwnEyes } from '../view-as.ts';
import { withPinned } from '../with-pinned.ts';
import { pruneRequest } from './prune-job.ts';
import { hasOlder, purgeRequest } from './purge-job.ts';

const DAY_MILLISECONDS = 86_400_000;
const MAX_IDS = 10_000;
const MAX_DAYS = 36_500;

export interface RetentionDesk {
  /**
   * Has records of the recycle bin erased: those that are named, or what went so many days ago (0: all of it). Resolves
   * with the id of the job.
   */
  purge(
    context: Context,
    object: string,
    request: { readonly ids?: readonly string[] | undefined; readonly olderThanDays?: number | undefined },
  ): Promise<string>;
  /** Queues what the objects of a workspace ask for. Resolves with how many jobs that are. */
  keepHouse(workspace: Workspace): Promise<number>;
}

export function createRetentionDesk(parts: Parts): RetentionDesk {
  return {
    purge: (context, name, request) =>
      withPinned(parts, context, async (pinned) => {
        requireOwnEyes(context);
        const object = pinned.requireObject(name, 'delete');
        if (object.isSystem)
          throw new EngineError('system_object', `${object.pluralLabel} are kept by the platform.`);
        throwProblems(faultsOf(request));
        const { ids, olderThanDays } = request;
        const before = olderThanDays === undefined ? null : daysBefore(pinned.at, olderThanDays);
        const named = ids ? [...new Set(ids.map((id) => id.toLowerCase()))].sort() : null;
        return addJob(parts, context, purgeRequest(object, { ids: named, before }));
      }),
    keepHouse: (workspace) => {
      const context: Context = { kind: 'system', workspace, reason: 'retention of history and recycle bin' };
      return withPinned(parts, context, async (pinned) => {
        let queued = 0;
        for (const object of pinned.model.objects.values()) {
          const { historyDays, binDays } = object;
          if (historyDays !== undefined) {
            const before = daysBefore(pinned.at, historyDays);
            const since = await parts.storage.records.historySince(pinned.snapshot, object);
            // Once a day is often enough to look for what has grown too old.
            if (since === undefined || Date.parse(before) - Date.parse(since) >= DAY_MILLISECONDS) {
              await addJob(parts, context, pruneRequest(object, before));
              queued++;
            }
          }
          if (binDays !== undefined && !object.isSystem) {
            const before = daysBefore(pinned.at, binDays);
            if (await hasOlder(parts, pinned, object, before)) {
              await addJob(parts, context, {
                ...purgeRequest(object, { ids: null, before }),
                key: object.key,
              });
              queued++;
            }
          }
        }
        return queued;
      });
    },
  };
}

function daysBefore(at: string, days: number): string {
  return new Date(Date.parse(at) - days * DAY_MILLISECONDS).toISOString();
}

function faultsOf({ ids, olderThanDays }: Parameters<RetentionDesk['purge']>[2]): InputError[] {
  if ((ids === undefined) === (olderThanDays === undefined)) {
    const message = 'Either `ids` says which records, or `older_than_days` how long ago they went.';
    return [{ code: 'required', pointer: '', message }];
  }
  if (olderThanDays !== undefined && !(olderThanDays >= 0 && olderThanDays <= MAX_DAYS)) {
    const message = `\`older_than_days\` is a whole number from 0 to ${MAX_DAYS}.`;
    return [{ code: 'out_of_range', pointer: '/older_than_days', message }];
  }
  if (ids && (ids.length === 0 || ids.length > MAX_IDS)) {
    const message = `\`ids\` names 1 to ${MAX_IDS} records.`;
    return [{ code: 'out_of_range', pointer: '/ids', message }];
  }
  return (ids ?? []).flatMap((id, index) =>
    isId(id.toLowerCase())
      ? []
      : [
          {
            code: 'invalid_value',
            pointer: jsonPointer('ids', index),
            message: 'This is no id of a record.',
          },
        ],
  );
}
