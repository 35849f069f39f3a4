/** One job: its state, how far it is, what came of it, and what can be done about it. */
import { Button, Group, Progress } from '@mantine/core';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ImportAbout, JobResponse, JobState } from '@trellis/api';
import type { ColorName } from '@trellis/metadata';
import { type ReactNode, useEffect } from 'react';
import { client, invalidateRecords } from '../api.ts';
import { downloadFile } from '../runtime/download.ts';
import { useDisplay } from '../runtime/use-display.ts';
import { ColorBadge } from '../ui/ColorBadge.tsx';
import { notifyProblem } from '../ui/notify.tsx';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { useMessages } from './messages.ts';
import classes from './transfer.module.css';

export const STATE_COLORS: Readonly<Record<JobState, ColorName>> = {
  queued: 'gray',
  running: 'blue',
  paused: 'yellow',
  done: 'green',
  failed: 'red',
  cancelled: 'gray',
};

export function isOver({ state }: Pick<JobResponse, 'state'>): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}

export const jobQuery = (id: string) =>
  queryOptions({
    queryKey: ['jobs', id],
    queryFn: () => client.job(id),
    refetchInterval: ({ state: { data } }) =>
      data && (isOver(data) || data.state === 'paused') ? false : 500,
    staleTime: 0,
  });

interface JobViewProps {
  readonly id: string;
  /** Below the result, once it is there. */
  readonly children?: (job: JobResponse) => ReactNode;
}

export function JobView({ id, children }: JobViewProps) {
  const job = useQuery(jobQuery(id));
  const over = job.data !== undefined && isOver(job.data);
  useEffect(() => {
    if (over) void invalidateRecords();
  }, [over]);
  if (job.data === undefined) return job.error ? <ProblemAlert error={job.error} /> : null;
  return (
    <section className={classes.card} aria-busy={!over}>
      <JobBody job={job.data} />
      {children?.(job.data)}
    </section>
  );
}

function JobBody({ job }: { job: JobResponse }) {
  const t = useMessages();
  const { locale } = useDisplay();
  const number = new Intl.NumberFormat(locale);
  const about = job.about as Partial<ImportAbout> | null;
  const isTrial = about?.dry_run === true;
  const { done, total } = job.progress;
  const share = total ? (done / total) * 100 : isOver(job) ? 100 : 0;
  const rows =
    total === null
      ? t('job.rowsOnly', { done: number.format(done) })
      : t('job.rows', { done: number.format(done), total: number.format(total) });
  const counts = [
    ['created', isTrial ? t('job.wouldCreate') : t('job.created')],
    ['updated', isTrial ? t('job.wouldUpdate') : t('job.updated')],
    ['unchanged', isTrial ? t('job.wouldUnchange') : t('job.unchanged')],
    ...(job.counts.skipped === undefined
      ? []
      : ([['skipped', isTrial ? t('job.wouldSkip') : t('job.skippedRows')]] as const)),
    ['failed', isTrial ? t('job.wouldFail') : t('job.failed')],
  ] as const;
  const failed = job.counts.failed ?? 0;
  const errors = job.errors ?? [];
  return (
    <>
      <div className={classes.jobHead}>
        <h2 className={classes.heading}>
          {t(isTrial ? 'job.tryOf' : 'job.importOf', { file: about?.file_name ?? '' })}
        </h2>
        <span role="status">
          <ColorBadge color={STATE_COLORS[job.state]}>
            {isTrial && job.state === 'done' ? t('job.tried') : t(`job.state.${job.state}`)}
          </ColorBadge>
        </span>
        <JobActions job={job} />
      </div>
      <Progress
        value={share}
        aria-label={t('job.progress')}
        color={job.state === 'failed' ? 'red' : failed > 0 && isOver(job) ? 'yellow' : 'blue'}
        animated={job.state === 'running'}
        size="lg"
      />
      <p className={classes.dim}>{job.wish === null ? rows : t('job.stopping')}</p>
      {job.message !== null && <p className={classes.message}>{job.message}</p>}
      <dl className={classes.counts}>
        {counts.map(([name, label]) => (
          <div key={name} data-failed={(name === 'failed' && failed > 0) || undefined}>
            <dt>{label}</dt>
            <dd>{number.format(job.counts[name] ?? 0)}</dd>
          </div>
        ))}
      </dl>
      {(about?.skipped_columns ?? []).length > 0 && (
        <p className={classes.dim}>{t('job.skipped', { columns: about!.skipped_columns!.join(', ') })}</p>
      )}
      {errors.length > 0 && (
        <>
          <h3 className={classes.subheading}>{t('job.firstErrors')}</h3>
          <ul className={classes.errors}>
            {errors.slice(0, 10).map(({ row, line, errors: found }) => (
              <li key={row}>
                <span className={classes.line}>{t('job.line', { line })}</span>
                <span>{found.map(({ pointer, message }) => `${nameOf(pointer)}${message}`).join(' ')}</span>
              </li>
            ))}
          </ul>
          {failed > 10 && (
            <p className={classes.dim}>
              {t('job.moreErrors', { shown: Math.min(10, errors.length), total: number.format(failed) })}
            </p>
          )}
          <Button
            variant="default"
            className={classes.download}
            onClick={() => {
              const name = `rejected-${about?.file_name ?? 'rows'}`;
              downloadFile(client.refusedAddress(job.id), name).catch(notifyProblem);
            }}
          >
            {t('job.download')}
          </Button>
          <p className={classes.dim}>{t('job.mend')}</p>
        </>
      )}
    </>
  );
}

function nameOf(pointer: string): string {
  const name = pointer.split('/')[1];
  return name ? `${name}: ` : '';
}

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
    <Group gap="xs" className={classes.actions}>
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
