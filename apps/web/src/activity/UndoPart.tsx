/** The way back from a job: a button, and what it would do, said before it is done. */
import { Button, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconArrowBackUp } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { JobResponse } from '@trellis/api';
import { useTranslation } from 'react-i18next';
import { client } from '../api.ts';
import { useDisplay } from '../runtime/use-display.ts';
import { jobQuery } from '../transfer/JobView.tsx';
import { isOver } from '../transfer/job-state.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { notifyDone, notifyProblem } from '../ui/notify.tsx';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import classes from './activity.module.css';
import { followJob } from './follow-job.ts';
import { useJobName } from './job-name.ts';
import { useMessages } from './messages.ts';
import { sentence } from './use-undo.ts';

const TOLD = ['removed', 'removed_edited', 'put_back', 'restored', 'edited', 'gone', 'failed'] as const;

export function UndoPart({ job }: { readonly job: JobResponse }) {
  const t = useMessages();
  const [isAsking, asking] = useDisclosure(false);
  // That it was undone is its state.
  if (job.undone_by || !job.can_undo) return null;
  return (
    <div className={classes.undo}>
      <Button variant="default" leftSection={<IconArrowBackUp size={15} />} onClick={asking.open}>
        {t('undo.action')}
      </Button>
      {isAsking && <UndoDialog job={job} onClose={asking.close} />}
    </div>
  );
}

function UndoDialog({ job, onClose }: { readonly job: JobResponse; readonly onClose: () => void }) {
  const t = useMessages();
  const { t: common } = useTranslation();
  const { locale } = useDisplay();
  const name = useJobName()(job);
  const queries = useQueryClient();
  const begun = useQuery({
    queryKey: ['undo trial', job.id],
    queryFn: () => client.undoJob(job.id, { dry_run: true }),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const trial = useQuery({ ...jobQuery(begun.data?.id ?? ''), enabled: begun.data !== undefined });
  const run = useMutation({
    mutationFn: () => client.undoJob(job.id),
    onSuccess: async (undoing) => {
      onClose();
      await queries.invalidateQueries({ queryKey: ['jobs'] });
      const ended = await followJob(undoing);
      if (ended.state === 'done') notifyDone({ message: sentence(t, ended, locale) });
      else notifyProblem(new Error(ended.message ?? ended.state));
    },
    onError: notifyProblem,
  });
  const counts = trial.data && isOver(trial.data) ? trial.data.counts : undefined;
  const number = new Intl.NumberFormat(locale);
  const told = counts && TOLD.filter((each) => (counts[each] ?? 0) > 0);
  const isUseful = counts && (counts.removed ?? 0) + (counts.put_back ?? 0) + (counts.restored ?? 0) > 0;
  return (
    <Dialog
      opened
      onClose={onClose}
      title={t('undo.title', { name })}
      closeButtonProps={{ 'aria-label': common('action.close') }}
    >
      {begun.error && <ProblemAlert error={begun.error} />}
      <div role="status" aria-live="polite">
        {begun.error === null && !counts && <p className={classes.first}>{t('undo.looking')}</p>}
        {counts && !isUseful && <p className={classes.first}>{t('undo.nothing')}</p>}
        {told && told.length > 0 && (
          <ul className={classes.told}>
            {told.map((each) => {
              const count = counts[each] ?? 0;
              return <li key={each}>{t(`undo.${each}`, { count, number: number.format(count) })}</li>;
            })}
          </ul>
        )}
      </div>
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={onClose}>
          {common('action.cancel')}
        </Button>
        <Button disabled={!isUseful} loading={run.isPending} onClick={() => run.mutate()}>
          {t('undo.run')}
        </Button>
      </Group>
    </Dialog>
  );
}
