import { ActionIcon, Button, Select, Tooltip } from '@mantine/core';
import { IconArrowBackUp, IconArrowRight } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { HistoryResponse } from '@trellis/api';
import { type FieldDescription, formatInstant, type ObjectDescription } from '@trellis/forms';
import { useState } from 'react';
import { client, failureOf, keys } from '../api.ts';
import { initialsOf } from '../runtime/cells/RecordLink.tsx';
import { isSameValue, type ShownRecord, type useRecordActions } from '../runtime/record/use-record.ts';
import { useDisplay } from '../runtime/use-display.ts';
import { SkeletonBar } from '../ui/PageSkeleton.tsx';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { HistoryValue } from './HistoryValue.tsx';
import { useMessages } from './messages.ts';
import classes from './Timeline.module.css';

type Entry = HistoryResponse['entries'][number];
type Change = Entry['changes'][number];

interface TimelineProps {
  readonly description: ObjectDescription;
  readonly record: ShownRecord;
  readonly label: string | undefined;
  readonly canEdit: boolean;
  readonly save: ReturnType<typeof useRecordActions>['save'];
}

const LIFE = ['create', 'delete', 'restore'];

/** Who changed what and when, newest first, day by day; each value can be put back. */
export function Timeline({ description, record, label, canEdit, save }: TimelineProps) {
  const t = useMessages();
  const display = useDisplay();
  const [field, setField] = useState<string | null>(null);
  const [kind, setKind] = useState<'update' | 'life' | null>(null);
  const actions = kind === 'update' ? ['update'] : kind === 'life' ? LIFE : undefined;
  const history = useInfiniteQuery({
    queryKey: [...keys.history(description.name, record.id), field, kind],
    queryFn: ({ pageParam }) =>
      client.history(description.name, record.id, { before: pageParam, field: field ?? undefined, actions }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: (before) => before,
  });
  const failure = failureOf(history);
  if (failure) return <ProblemAlert error={failure} onRetry={() => void history.refetch()} />;
  if (!history.data) return <SkeletonBar width="50%" />;
  const entries = history.data.pages.flatMap((page) => page.entries);
  const begins = history.data.pages.at(-1)?.begins_at ?? null;
  const isNarrowed = field !== null || kind !== null;
  const days = [...Map.groupBy(entries, (entry) => dayOf(entry.at, display.timeZone))];
  const nameOfDay = (day: string) => {
    const daysAgo =
      (Date.parse(dayOf(new Date().toISOString(), display.timeZone)) - Date.parse(day)) / 86_400_000;
    if (daysAgo === 0) return t('today');
    if (daysAgo === 1) return t('yesterday');
    return new Intl.DateTimeFormat(display.locale, { dateStyle: 'full', timeZone: 'UTC' }).format(
      new Date(day),
    );
  };
  return (
    <section aria-label={label ?? t('title')}>
      {(isNarrowed || entries.length > 1) && (
        <div className={classes.filters}>
          <Select
            aria-label={t('field')}
            placeholder={t('anyField')}
            data={description.fields
              .filter((each) => !each.is_system)
              .map((each) => ({ value: each.name, label: each.label }))}
            value={field}
            onChange={setField}
            searchable
            clearable
            w={200}
          />
          <Select
            aria-label={t('kind')}
            placeholder={t('anyKind')}
            data={[
              { value: 'update', label: t('kindUpdate') },
              { value: 'life', label: t('kindLife') },
            ]}
            value={kind}
            onChange={(next) => setKind(next as 'update' | 'life' | null)}
            clearable
            w={220}
          />
        </div>
      )}
      {entries.length === 0 && <p className={classes.none}>{t(isNarrowed ? 'noneOfThese' : 'none')}</p>}
      {days.map(([day, group]) => (
        <div key={day} className={classes.group}>
          <h2 className={classes.day}>{nameOfDay(day)}</h2>
          <ol className={classes.list}>
            {group.map((entry) => (
              <TimelineEntry
                key={entry.id}
                entry={
                  field === null
                    ? entry
                    : { ...entry, changes: entry.changes.filter((change) => change.field === field) }
                }
                description={description}
                record={record}
                canEdit={canEdit}
                save={save}
              />
            ))}
          </ol>
        </div>
      ))}
      {history.hasNextPage ? (
        <Button
          variant="default"
          loading={history.isFetchingNextPage}
          onClick={() => void history.fetchNextPage()}
        >
          {t('more')}
        </Button>
      ) : (
        begins !== null && (
          <p className={classes.begins}>{t('begins', { time: formatInstant(begins, display) })}</p>
        )
      )}
    </section>
  );
}

function TimelineEntry({
  entry,
  description,
  record,
  canEdit,
  save,
}: Omit<TimelineProps, 'label'> & { readonly entry: Entry }) {
  const t = useMessages();
  const display = useDisplay();
  const actor = entry.actor.name ?? t('system');
  const time = new Intl.DateTimeFormat(display.locale, { timeStyle: 'short', timeZone: display.timeZone });
  const source = SILENT_SOURCES.includes(entry.source)
    ? ''
    : t(`sources.${entry.source as 'api'}`, { defaultValue: entry.source });
  return (
    <li className={classes.entry}>
      <span className={classes.avatar} aria-hidden>
        {initialsOf(actor)}
      </span>
      <div className={classes.body}>
        <div>
          <strong>{actor}</strong> {t(entry.action)} <Cause entry={entry} />{' '}
          <time className={classes.time} dateTime={entry.at} title={formatInstant(entry.at, display)}>
            {time.format(new Date(entry.at))}
            {source !== '' && ` · ${source}`}
          </time>
          {entry.action !== 'delete' && (
            <Link
              to="/o/$object/$id"
              params={{ object: description.name, id: record.id }}
              search={{ as_of: entry.at }}
              className={classes.then}
            >
              {t('asOfThen')}
            </Link>
          )}
        </div>
        {entry.action === 'update' && (
          <ul className={classes.changes}>
            {entry.changes.map((change) => {
              const field = description.fields.find((each) => each.name === change.field);
              if (field === undefined) return null;
              const canPutBack =
                canEdit &&
                field.access === 'update' &&
                !field.set_once &&
                !isSameValue(change.before, record[field.name]);
              return (
                <li key={change.field} className={classes.change}>
                  <span className={classes.field}>{field.label}</span>
                  <span className={classes.old}>
                    <HistoryValue field={field} value={change.before} />
                  </span>
                  <IconArrowRight size={13} aria-label={t('became')} className={classes.arrow} />
                  <span className={classes.new}>
                    <HistoryValue field={field} value={change.after} />
                  </span>
                  {canPutBack && <PutBack field={field} change={change} record={record} save={save} />}
                </li>
              );
            })}
          </ul>
        )}
      </div>
    </li>
  );
}

/** By hand, and by the platform, whose name stands there already. */
const SILENT_SOURCES: readonly string[] = ['web', 'system'];

/** What the change follows from, where nobody made it by hand. */
function Cause({ entry: { cause } }: { readonly entry: Entry }) {
  const t = useMessages();
  const display = useDisplay();
  if (cause === null) return null;
  const [nearest] = cause.chain;
  return (
    <span className={classes.cause}>
      {cause.job !== null ? (
        t('byJob')
      ) : cause.as_of !== null ? (
        t('backTo', { time: formatInstant(cause.as_of, display) })
      ) : nearest === undefined ? (
        t('becauseUnknown')
      ) : (
        <Link to="/o/$object/$id" params={{ object: nearest.object, id: nearest.id }}>
          {t(`because.${nearest.action}`, { record: nearest.name ?? t('untitled') })}
        </Link>
      )}
    </span>
  );
}

/** One click: a save like any other, with its notice and its undo. */
function PutBack({
  field,
  change,
  record,
  save,
}: Pick<TimelineProps, 'record' | 'save'> & { readonly field: FieldDescription; readonly change: Change }) {
  const t = useMessages();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Error>();
  const run = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await save(record, { [field.name]: change.before });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Tooltip label={t('putBackShort')}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={24}
          loading={isBusy}
          aria-label={t('putBack', { field: field.label })}
          onClick={() => void run()}
        >
          <IconArrowBackUp size={14} stroke={1.75} />
        </ActionIcon>
      </Tooltip>
      {problem !== undefined && <ProblemAlert error={problem} />}
    </>
  );
}

/** The calendar day of an instant for the reader: `2026-03-01`. */
function dayOf(at: string, timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(new Date(at));
}
