/** One job: its state, how far it is, what came of it, and what can be done about it. */
import { Button } from '@mantine/core';
import { queryOptions, useQuery } from '@tanstack/react-query';
import type { ImportAbout, JobResponse } from '@trellis/api';
import { type ReactNode, useEffect, useRef } from 'react';
import { client, invalidateRecords, useOptionalObject } from '../api.ts';
import { downloadFile } from '../runtime/download.ts';
import { useDisplay } from '../runtime/use-display.ts';
import { notifyProblem } from '../ui/notify.tsx';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { JobSummary } from './JobSummary.tsx';
import { isOver } from './job-state.ts';
import { useMessages } from './messages.ts';
import classes from './transfer.module.css';

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
  /** It stands on the page. */
  onShown?(): void;
}

export function JobView({ id, children, onShown }: JobViewProps) {
  const job = useQuery(jobQuery(id));
  const over = job.data !== undefined && isOver(job.data);
  useEffect(() => {
    if (over) void invalidateRecords();
  }, [over]);
  const isShown = job.data !== undefined;
  const shown = useRef(onShown);
  shown.current = onShown;
  useEffect(() => {
    if (isShown) shown.current?.();
  }, [isShown]);
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
  const description = useOptionalObject(about?.object);
  /** What names its field already is left as it is. */
  const told = ({ pointer, message }: { readonly pointer: string; readonly message: string }): string => {
    const name = pointer.split('/')[1];
    const label = description?.fields.find((field) => field.name === name)?.label ?? name;
    return !label || message.includes(label) ? message : `${label}: ${message}`;
  };
  const { done, total } = job.progress;
  const rows =
    total === null
      ? t('job.rowsOnly', { done: number.format(done) })
      : t('job.rows', { done: number.format(done), total: number.format(total) });
  const counts = [
    { name: 'created', label: isTrial ? t('job.wouldCreate') : t('job.created') },
    { name: 'updated', label: isTrial ? t('job.wouldUpdate') : t('job.updated') },
    { name: 'unchanged', label: isTrial ? t('job.wouldUnchange') : t('job.unchanged') },
    ...(job.counts.skipped === undefined
      ? []
      : [{ name: 'skipped', label: isTrial ? t('job.wouldSkip') : t('job.skippedRows') }]),
    { name: 'failed', label: isTrial ? t('job.wouldFail') : t('job.failed') },
  ];
  const failed = job.counts.failed ?? 0;
  const errors = job.errors ?? [];
  return (
    <>
      <JobSummary
        job={job}
        title={t(isTrial ? 'job.tryOf' : 'job.importOf', { file: about?.file_name ?? '' })}
        state={isTrial && job.state === 'done' ? t('job.tried') : undefined}
        amount={rows}
        counts={counts}
      />
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
                <span>{found.map(told).join(' ')}</span>
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
