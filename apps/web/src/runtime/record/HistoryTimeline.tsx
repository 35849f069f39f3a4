import { Button } from '@mantine/core';
import { IconArrowRight } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { HistoryResponse } from '@trellis/api';
import { formatInstant, isBlank, type ObjectDescription } from '@trellis/forms';
import { useTranslation } from 'react-i18next';
import { client, keys } from '../../api.ts';
import { SkeletonBar } from '../../ui/PageSkeleton.tsx';
import { ProblemAlert } from '../../ui/ProblemAlert.tsx';
import { FieldValue } from '../cells/FieldValue.tsx';
import { initialsOf } from '../cells/RecordLink.tsx';
import { useDisplay } from '../use-display.ts';
import classes from './HistoryTimeline.module.css';
import type { ShownRecord } from './use-record.ts';

type Entry = HistoryResponse['entries'][number];

interface HistoryTimelineProps {
  readonly description: ObjectDescription;
  readonly record: ShownRecord;
  readonly label: string | undefined;
}

/** Who changed what and when, newest first. */
export function HistoryTimeline({ description, record, label }: HistoryTimelineProps) {
  const { t } = useTranslation();
  const history = useInfiniteQuery({
    queryKey: keys.history(description.name, record.id),
    queryFn: ({ pageParam }) => client.history(description.name, record.id, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
  if (history.isError) return <ProblemAlert error={history.error} onRetry={() => void history.refetch()} />;
  if (history.isPending) return <SkeletonBar width="50%" />;
  const entries = history.data.pages.flatMap((page) => page.entries);
  return (
    <section aria-label={label ?? t('history.title')}>
      {entries.length === 0 && <p className={classes.none}>{t('history.none')}</p>}
      <ol className={classes.list}>
        {entries.map((entry) => (
          <HistoryEntry key={entry.id} entry={entry} description={description} />
        ))}
      </ol>
      {history.hasNextPage && (
        <Button
          variant="default"
          loading={history.isFetchingNextPage}
          onClick={() => void history.fetchNextPage()}
        >
          {t('history.more')}
        </Button>
      )}
    </section>
  );
}

function HistoryEntry({ entry, description }: { entry: Entry; description: ObjectDescription }) {
  const { t } = useTranslation();
  const display = useDisplay();
  const actor = entry.actor.name ?? t('history.system');
  return (
    <li className={classes.entry}>
      <span className={classes.avatar} aria-hidden>
        {initialsOf(actor)}
      </span>
      <div className={classes.body}>
        <div>
          <strong>{actor}</strong> {t(`history.${entry.action}`)}{' '}
          <time className={classes.time} dateTime={entry.at}>
            {formatInstant(entry.at, display)}
          </time>
        </div>
        {entry.action === 'update' && (
          <ul className={classes.changes}>
            {entry.changes.map((change) => {
              const field = description.fields.find((each) => each.name === change.field);
              if (field === undefined) return null;
              return (
                <li key={change.field} className={classes.change}>
                  <span className={classes.field}>{field.label}</span>
                  <span className={classes.old}>
                    {isBlank(change.before) ? (
                      <i>{t('value.blank')}</i>
                    ) : (
                      <FieldValue field={field} value={change.before} shape="line" />
                    )}
                  </span>
                  <IconArrowRight size={13} aria-label={t('history.became')} className={classes.arrow} />
                  <span className={classes.new}>
                    {isBlank(change.after) ? (
                      <i>{t('value.blank')}</i>
                    ) : (
                      <FieldValue field={field} value={change.after} shape="line" />
                    )}
                  </span>
                </li>
              );
            })}
          </ul>
        )}
      </div>
    </li>
  );
}
