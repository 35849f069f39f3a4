import type { StoredJob } from '@trellis/storage';

/** Why a job can't be undone now, for people; undefined when it can. */
export function obstacleTo(job: StoredJob): string | undefined {
  if (!['done', 'failed', 'cancelled'].includes(job.state))
    return 'The job is not over yet. Cancel it first, or wait for its end.';
  if (!job.hasChanges)
    return 'The job has changed no record whose history is kept: there is nothing to undo.';
  const { undoneBy } = job;
  if (undoneBy && ['queued', 'running', 'paused'].includes(undoneBy.state))
    return 'The job is being undone already.';
  if (undoneBy?.state === 'done' && !undoneBy.isUndone) return 'The job is undone already.';
  return undefined;
}
