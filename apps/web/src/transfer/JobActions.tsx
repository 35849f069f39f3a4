import { Button, Group } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { JobResponse } from '@trellis/api';
import { client } from '../api.ts';
import { notifyProblem } from '../ui/notify.tsx';
import { isOver } from './job-state.ts';
import { useMessages } from './messages.ts';

/** What can be asked of a job that is under way. */
export function JobActions({ job }: { job: JobResponse }) {
  const t = useMessages();
  const queries = useQueryClient();
  const ask = useMutation({
    mutationFn: (wish: 'cancel' | 'pause' | 'resume') => client.askJob(job.id, wish),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['jobs'] }),
    onError: notifyProblem,
  });
  if (isOver(job)) return null;
  return (
    <Group gap="xs" ml="auto">
      {job.state === 'paused' || job.wish === 'pause' ? (
        <Button size="compact-sm" variant="default" onClick={() => ask.mutate('resume')}>
          {t('job.resume')}
        </Button>
      ) : (
        <Button size="compact-sm" variant="default" onClick={() => ask.mutate('pause')}>
          {t('job.pause')}
        </Button>
      )}
      <Button size="compact-sm" variant="default" onClick={() => ask.mutate('cancel')}>
        {t('job.cancel')}
      </Button>
    </Group>
  );
}
