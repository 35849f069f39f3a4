/** Jobs of the workspace: one's own, or everybody's. */
import { Button, Progress, SegmentedControl } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ImportAbout, JobResponse } from '@trellis/api';
import { useState } from 'react';
import { client, useFindObject, useHasRight } from '../api.ts';
import { useDisplay } from '../runtime/use-display.ts';
import { ColorBadge } from '../ui/ColorBadge.tsx';
import { EmptyState } from '../ui/EmptyState.tsx';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { isOver, JobView, STATE_COLORS } from './JobView.tsx';
import { useMessages } from './messages.ts';
import classes from './transfer.module.css';

export function JobsPage() {
  const t = useMessages();
  const mayAll = useHasRight('customise');
  const [whose, setWhose] = useState(mayAll ? 'all' : 'mine');
  const [open, setOpen] = useState<string>();
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
  const found = (jobs.data?.pages ?? []).flatMap((page) => page.jobs);
  return (
    <div className={classes.stack}>
      <header className={classes.jobHead}>
        <div>
          <h1 className={classes.title}>{t('jobs.title')}</h1>
          <p className={classes.dim}>{t('jobs.description')}</p>
        </div>
        {mayAll && (
          <SegmentedControl
            size="xs"
            aria-label={t('jobs.whose')}
            className={classes.actions}
            value={whose}
            onChange={setWhose}
            data={[
              { value: 'all', label: t('jobs.everyone') },
              { value: 'mine', label: t('jobs.mine') },
            ]}
          />
        )}
      </header>
      {jobs.error !== null && <ProblemAlert error={jobs.error} onRetry={() => void jobs.refetch()} />}
      {jobs.data !== undefined && found.length === 0 && (
        <EmptyState icon="list" title={t('jobs.none')}>
          {t('jobs.noneText')}
        </EmptyState>
      )}
      {open !== undefined && <JobView key={open} id={open} />}
      {found.length > 0 && (
        <div className={classes.tableWrap}>
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">{t('jobs.what')}</th>
                <th scope="col">{t('jobs.state')}</th>
                <th scope="col">{t('job.progress')}</th>
                <th scope="col">{t('jobs.who')}</th>
                <th scope="col">{t('jobs.when')}</th>
              </tr>
            </thead>
            <tbody>
              {found.map((job) => (
                <JobRow key={job.id} job={job} onOpen={() => setOpen(job.id)} isOpen={open === job.id} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {jobs.hasNextPage && (
        <Button variant="default" onClick={() => void jobs.fetchNextPage()} loading={jobs.isFetchingNextPage}>
          {t('jobs.more')}
        </Button>
      )}
    </div>
  );
}

function JobRow({ job, isOpen, onOpen }: { job: JobResponse; isOpen: boolean; onOpen: () => void }) {
  const t = useMessages();
  const { locale, timeZone } = useDisplay();
  const findObject = useFindObject();
  const about = job.about as Partial<ImportAbout> | null;
  const object = about?.object === undefined ? undefined : findObject(about.object);
  const name = about?.file_name
    ? t(about.dry_run ? 'job.tryOf' : 'job.importOf', { file: about.file_name })
    : job.kind === 'mail'
      ? t('job.mail')
      : job.kind;
  const { done, total } = job.progress;
  const when = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone });
  return (
    <tr>
      <td>
        <button type="button" className={classes.link} aria-expanded={isOpen} onClick={onOpen}>
          {name}
        </button>
        <div className={classes.dim}>{object?.plural_label ?? about?.object}</div>
      </td>
      <td>
        <ColorBadge color={STATE_COLORS[job.state]}>{t(`job.state.${job.state}`)}</ColorBadge>
      </td>
      <td className={classes.progressCell}>
        {!isOver(job) && (
          <Progress value={total ? (done / total) * 100 : 0} size="sm" aria-label={t('job.progress')} />
        )}
        <span className={classes.dim}>
          {total === null
            ? t('job.rowsOnly', { done: done.toLocaleString(locale) })
            : t('job.rows', { done: done.toLocaleString(locale), total: total.toLocaleString(locale) })}
          {(job.counts.failed ?? 0) > 0 &&
            ` · ${t('job.failed')}: ${job.counts.failed!.toLocaleString(locale)}`}
        </span>
      </td>
      <td>{job.created_by.name}</td>
      <td>{when.format(new Date(job.created_at))}</td>
    </tr>
  );
}
