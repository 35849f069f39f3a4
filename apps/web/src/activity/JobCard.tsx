/** One job, whatever its kind: what came of it, and the way back from it. */
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { invalidateRecords } from '../api.ts';
import { JobView, jobQuery } from '../transfer/JobView.tsx';
import { isOver } from '../transfer/job-state.ts';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import classes from './activity.module.css';
import { BulkBody } from './BulkBody.tsx';
import { UndoPart } from './UndoPart.tsx';

export function JobCard({ id }: { readonly id: string }) {
  const job = useQuery(jobQuery(id));
  const over = job.data !== undefined && isOver(job.data);
  useEffect(() => {
    if (over) void invalidateRecords();
  }, [over]);
  if (job.data === undefined) return job.error ? <ProblemAlert error={job.error} /> : null;
  if (job.data.kind === 'import') return <JobView id={id}>{(each) => <UndoPart job={each} />}</JobView>;
  return (
    <section className={classes.card} aria-busy={!over}>
      <BulkBody job={job.data} />
      <UndoPart job={job.data} />
    </section>
  );
}
