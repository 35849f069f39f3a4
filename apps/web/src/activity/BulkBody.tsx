/** A job about records that has no file: how far it is, its counts, and why records were refused or left. */
import { Button } from '@mantine/core';
import type { BulkAbout, BulkResult, JobResponse } from '@trellis/api';
import { client } from '../api.ts';
import { RecordAnchor } from '../runtime/cells/RecordAnchor.tsx';
import { downloadFile } from '../runtime/download.ts';
import { useDisplay } from '../runtime/use-display.ts';
import { useTitles } from '../runtime/use-titles.ts';
import { JobSummary } from '../transfer/JobSummary.tsx';
import { notifyProblem } from '../ui/notify.tsx';
import classes from './activity.module.css';
import { useJobName } from './job-name.ts';
import { useMessages } from './messages.ts';

const COUNTS = [
  'updated',
  'deleted',
  'removed',
  'removed_edited',
  'put_back',
  'restored',
  'unchanged',
  'edited',
  'fields_kept',
  'gone',
  'warned',
  'failed',
] as const;

export function BulkBody({ job }: { readonly job: JobResponse }) {
  const t = useMessages();
  const { locale } = useDisplay();
  const name = useJobName()(job);
  const number = new Intl.NumberFormat(locale);
  const isTrial = (job.about as BulkAbout | null)?.dry_run === true;
  const { done, total } = job.progress;
  const shown = COUNTS.filter((each) => (job.counts[each] ?? 0) > 0);
  const reasons = (job.result as BulkResult | null)?.reasons ?? [];
  return (
    <>
      <JobSummary
        job={job}
        title={name}
        state={isTrial && job.state === 'done' ? t('tried') : undefined}
        amount={
          total === null
            ? t('recordsOnly', { done: number.format(done) })
            : t('records', { done: number.format(done), total: number.format(total) })
        }
        counts={shown.map((each) => ({ name: each, label: t(`count.${each}`) }))}
      />
      <Reasons reasons={reasons} />
      <Remarks job={job} />
    </>
  );
}

export function Reasons({ reasons }: { readonly reasons: BulkResult['reasons'] }) {
  const t = useMessages();
  const { locale } = useDisplay();
  if (reasons.length === 0) return null;
  return (
    <>
      <h3 className={classes.subheading}>{t('reasons')}</h3>
      <ul className={classes.reasons}>
        {reasons.slice(0, 12).map(({ code, pointer, message, count }) => (
          <li key={`${code} ${pointer}`}>
            <span className={classes.times}>{t('times', { number: count.toLocaleString(locale) })}</span>
            <span>{message}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** The first records that something is to be said about, and the way to all of them. */
function Remarks({ job }: { readonly job: JobResponse }) {
  const t = useMessages();
  const remarks = (job.errors ?? []).slice(0, 10);
  const object = remarks[0]?.record?.object;
  const titles = useTitles(
    object,
    remarks.flatMap(({ record }) => (record && record.object === object ? record.id : [])),
  );
  if (remarks.length === 0) return null;
  return (
    <>
      <h3 className={classes.subheading}>{t('firstOnes')}</h3>
      <ul className={classes.reasons}>
        {remarks.map(({ row, record, errors }) => (
          <li key={row}>
            {record && (
              <RecordAnchor object={record.object} id={record.id} className={classes.record}>
                {titles.get(record.id) || `${t('openRecord')} ${record.id.slice(-6)}`}
              </RecordAnchor>
            )}
            <span>{errors.map(({ message }) => message).join(' ')}</span>
          </li>
        ))}
      </ul>
      <Button
        variant="default"
        size="compact-sm"
        className={classes.download}
        onClick={() => {
          downloadFile(client.refusedAddress(job.id), `records-${job.id.slice(-8)}`).catch(notifyProblem);
        }}
      >
        {t('download')}
      </Button>
    </>
  );
}
