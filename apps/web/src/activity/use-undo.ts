/** Undoing a job from a notice, without a dialog: it says how it went when it is over. */
import type { JobResponse } from '@trellis/api';
import { client } from '../api.ts';
import { notifyDone, notifyProblem } from '../ui/notify.tsx';
import { followJob } from './follow-job.ts';
import { useMessages } from './messages.ts';

export function useUndo(): (jobId: string) => Promise<void> {
  const t = useMessages();
  return async (jobId) => {
    const job = await followJob(await client.undoJob(jobId));
    if (job.state !== 'done') notifyProblem(new Error(job.message ?? job.state));
    else notifyDone({ message: sentence(t, job) });
  };
}

/** How an undo went, for people. */
export function sentence(t: ReturnType<typeof useMessages>, { counts }: JobResponse): string {
  const { removed = 0, put_back = 0, restored = 0, edited = 0, failed = 0 } = counts;
  const count = removed + put_back + restored;
  const said =
    count === 0 ? t('undo.doneNothing') : count === 1 ? t('undo.doneOne') : t('undo.done', { count });
  return edited + failed === 0 ? said : `${said} ${t('undo.left', { number: edited + failed })}`;
}
