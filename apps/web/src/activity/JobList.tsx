/** The list of jobs, newest first, with the one that is open above it. */
import { Button, Progress, SegmentedControl } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { BulkAbout, JobResponse, UndoAbout } from '@trellis/api';
import { useState } from 'react';
import { client, useHasRight } from '../api.ts';
import { useDisplay } from '../runtime/use-display.ts';
import { isOver, STATE_COLORS } from '../transfer/job-state.ts';
import { useMessages as useJobMessages } from '../transfer/messages.ts';
import { ColorBadge } from '../ui/ColorBadge.tsx';
import { EmptyState } from '../ui/EmptyState.tsx';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import classes from './activity.module.css';
import { JobCard } from './JobCard.tsx';
import { useJobName } from './job-name.ts';
import { useMessages } from './messages.ts';

interface JobListProps {
  readonly open: string | undefined;
  readonly startsWith: 'mine' | 'all';
  onOpen(id: string | undefined): void;
}

export function JobList({ open, startsWith, onOpen }: JobListProps) {
  const t = useMessages();
  const mayAll = useHasRight('customise');
  const [whose, setWhose] = useState<string>(mayAll ? startsWith : 'mine');
  const all = whose === 'all';
  const jobs = useInfiniteQuery({
    queryKey: ['jobs', 'list', all],
    queryFn: ({ pageParam }) =>
      client.jobs({ limit: 50, ...(all && { all }), ...(pageParam !== '' && { before: pageParam }) }),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next ?? undefined,
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.jobs.some((job) => !isOver(job))) ? 1500 : 15_000,
  });
  // What only looked ahead is a part of the dialog that asked.
  const found = (jobs.data?.pages ?? []).flatMap((page) => page.jobs).filter((job) => !isLookAhead(job));
  return (
    <div className={classes.stack}>
      {mayAll && (
        <SegmentedControl
          size="xs"
          aria-label={t('whose')}
          className={classes.whose}
          value={whose}
          onChange={setWhose}
          data={[
            { value: 'mine', label: t('mine') },
            { value: 'all', label: t('everyone') },
          ]}
        />
      )}
      {jobs.error !== null && <ProblemAlert error={jobs.error} onRetry={() => void jobs.refetch()} />}
      {jobs.data !== undefined && found.length === 0 && (
        <EmptyState icon="list" title={t('none')}>
          {t('noneText')}
        </EmptyState>
      )}
      {open !== undefined && <JobCard key={open} id={open} />}
      {found.length > 0 && (
        <div className={classes.tableWrap}>
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">{t('what')}</th>
                <th scope="col">{t('state')}</th>
                <th scope="col">{t('progress')}</th>
                <th scope="col">{t('who')}</th>
                <th scope="col">{t('when')}</th>
              </tr>
            </thead>
            <tbody>
              {found.map((job) => (
                <JobRow
                  key={job.id}
                  job={job}
                  isOpen={open === job.id}
                  onToggle={() => onOpen(open === job.id ? undefined : job.id)}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {jobs.hasNextPage && (
        <Button variant="default" onClick={() => void jobs.fetchNextPage()} loading={jobs.isFetchingNextPage}>
          {t('more')}
        </Button>
      )}
    </div>
  );
}

function isLookAhead({ kind, about }: JobResponse): boolean {
  return (kind === 'bulk' || kind === 'undo') && (about as BulkAbout | UndoAbout).dry_run;
}

function JobRow({
  job,
  isOpen,
  onToggle,
}: {
  readonly job: JobResponse;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}) {
  const t = useMessages();
  const states = useJobMessages();
  const { locale, timeZone } = useDisplay();
  const name = useJobName()(job);
  const { done, total } = job.progress;
  const failed = job.counts.failed ?? 0;
  const number = new Intl.NumberFormat(locale);
  const when = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone });
  return (
    <tr data-open={isOpen || undefined}>
      <td data-label={t('what')}>
        <button type="button" className={classes.link} aria-expanded={isOpen} onClick={onToggle}>
          {name}
        </button>
      </td>
      <td data-label={t('state')}>
        <ColorBadge color={job.undone_by ? 'gray' : STATE_COLORS[job.state]}>
          {job.undone_by
            ? t(job.undone_by.state === 'done' ? 'undone' : 'undoing')
            : states(`job.state.${job.state}`)}
        </ColorBadge>
      </td>
      <td data-label={t('progress')} className={classes.progressCell}>
        {!isOver(job) && (
          <Progress value={total ? (done / total) * 100 : 0} size="sm" aria-label={t('progress')} />
        )}
        <span className={classes.quiet}>
          {total === null
            ? t('recordsOnly', { done: number.format(done) })
            : t('records', { done: number.format(done), total: number.format(total) })}
          {failed > 0 && ` · ${t('refused', { number: number.format(failed) })}`}
        </span>
      </td>
      <td data-label={t('who')}>{job.created_by.name}</td>
      <td data-label={t('when')}>{when.format(new Date(job.created_at))}</td>
    </tr>
  );
}
