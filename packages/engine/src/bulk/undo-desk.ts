/** The way to an undo: whether a job can be undone, and the job that does it. */
import type { JsonValue } from '@trellis/model';
import { v7 as makeId } from 'uuid';
import { tell } from '../audit/tell.ts';
import type { Context } from '../engine.ts';
import { EngineError } from '../errors.ts';
import { aboutOf, addJob, findJob } from '../jobs/job-lifecycle.ts';
import type { Parts } from '../parts.ts';
import { requireOwnEyes } from '../view-as.ts';
import { withPinned } from '../with-pinned.ts';
import type { UndoInput } from './undo-job.ts';
import { obstacleTo } from './undo-obstacle.ts';

/**
 * Queues the undo of a job, or a trial of it; resolves with the id of the new job.
 *
 * @throws EngineError `unknown_job`, `not_undoable` with why
 */
export function beginUndo(
  parts: Parts,
  context: Context,
  jobId: string,
  { dryRun }: { readonly dryRun: boolean },
): Promise<string> {
  requireOwnEyes(context);
  return withPinned(parts, context, async (pinned) => {
    const job = await findJob(parts, context, jobId);
    if (context.kind === 'user' && context.scope?.access === 'read')
      throw new EngineError('forbidden', 'This key reads: it may not undo anything.');
    const obstacle = obstacleTo(job);
    if (obstacle) throw new EngineError('not_undoable', obstacle);
    const about = aboutOf(job) as { readonly [name: string]: JsonValue } | null;
    const object = typeof about?.object === 'string' ? about.object : null;
    const input: UndoInput = {
      about: { object, dry_run: dryRun, undoes: job.id, undone_kind: job.kind, undone_about: about },
    };
    const id = makeId();
    const request = {
      id,
      kind: 'undo',
      input: input as unknown as JsonValue,
      ...(dryRun ? {} : { undoes: job.id, key: job.id }),
    };
    if (dryRun) return addJob(parts, context, request);
    return parts.storage.transaction(async (transaction) => {
      const details = { job: id, undoes: job.id };
      const event = { action: 'job_undone', ...(object === null ? {} : { object }), details } as const;
      await tell(parts, pinned, [event], transaction);
      return addJob(parts, context, request, transaction);
    });
  });
}
