/** Undoing a job from a notice, without a dialog: it says how it went when it is over. */
import type { JobResponse } from '@trellis/api';
import { client } from '../api.ts';
import { useDisplay } from '../runtime/use-display.ts';
import { notifyDone, notifyProblem } from '../ui/notify.tsx';
import { followJob } from './follow-job.ts';
import { useMessages } from './messages.ts';

export function useUndo(): (jobId: string) => Promise<void> {
  const t = useMessages();
  const { locale } = useDisplay();
  return async (jobId) => {
    const job = await followJob(await client.undoJob(jobId));
    if (job.state !== 'done') notifyProblem(new Error(job.message ?? job.state));
    else notifyDone({ message: sentence(t, job, locale) });
  };
}

/** How an undo went, for people. */
export function sentence(t: ReturnType<typeof useMessages>, { counts }: JobResponse, locale: string): string {
  const { format } = new Intl.NumberFormat(locale);
  const { removed = 0, put_back = 0, restored = 0, edited = 0, failed = 0 } = counts;
  const count = removed + put_back + restored;
  const said =
    count === 0
      ? t('undo.doneNothing')
      : count === 1
        ? t('undo.doneOne')
        : t('undo.done', { number: format(count) });
  return edited + failed === 0 ? said : `${said} ${t('undo.left', { number: format(edited + failed) })}`;
}
