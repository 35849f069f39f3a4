/** Of any job: what it is, its state, how far it is, and its counts. */
import { Progress } from '@mantine/core';
import type { JobResponse } from '@trellis/api';
import { useDisplay } from '../runtime/use-display.ts';
import { ColorBadge } from '../ui/ColorBadge.tsx';
import { JobActions } from './JobActions.tsx';
import classes from './JobSummary.module.css';
import { isOver, STATE_COLORS } from './job-state.ts';
import { useMessages } from './messages.ts';

interface JobSummaryProps {
  readonly job: JobResponse;
  readonly title: string;
  /** In place of the state, where there is a better word for it. */
  readonly state: string | undefined;
  /** Below the bar: how many rows or records of how many. */
  readonly amount: string;
  readonly counts: readonly { readonly name: string; readonly label: string }[];
}

export function JobSummary({ job, title, state, amount, counts }: JobSummaryProps) {
  const t = useMessages();
  const { locale } = useDisplay();
  const number = new Intl.NumberFormat(locale);
  const { done, total } = job.progress;
  const share = total ? (done / total) * 100 : isOver(job) ? 100 : 0;
  const undone = job.undone_by && (job.undone_by.state === 'done' ? 'undone' : 'undoing');
  const hasFailed = (job.counts.failed ?? 0) > 0;
  return (
    <>
      <div className={classes.head}>
        <h2 className={classes.heading}>{title}</h2>
        <span role="status">
          <ColorBadge color={undone ? 'gray' : STATE_COLORS[job.state]}>
            {undone ? t(`job.state.${undone}`) : (state ?? t(`job.state.${job.state}`))}
          </ColorBadge>
        </span>
        <JobActions job={job} />
      </div>
      <Progress
        value={share}
        aria-label={t('job.progress')}
        color={job.state === 'failed' ? 'red' : hasFailed && isOver(job) ? 'yellow' : 'blue'}
        animated={job.state === 'running'}
        size="lg"
      />
      <p className={classes.amount}>{job.wish === null ? amount : t('job.stopping')}</p>
      {job.message !== null && <p className={classes.message}>{job.message}</p>}
      {counts.length > 0 && (
        <dl className={classes.counts}>
          {counts.map(({ name, label }) => (
            <div key={name} data-failed={(name === 'failed' && hasFailed) || undefined}>
              <dt>{label}</dt>
              <dd>{number.format(job.counts[name] ?? 0)}</dd>
            </div>
          ))}
        </dl>
      )}
    </>
  );
}
