import { Button } from '@mantine/core';
import { IconRestore } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { ApiError } from '@trellis/api';
import { formatInstant, layoutFor, type ObjectDescription, recordFields } from '@trellis/forms';
import { Suspense, useMemo, useState } from 'react';
import { client, keys, useFindObject } from '../api.ts';
import { LayoutTabs } from '../runtime/record/LayoutTabs.tsx';
import classes from '../runtime/record/RecordView.module.css';
import { recordTitle } from '../runtime/record/record-title.ts';
import { flatten } from '../runtime/record/use-record.ts';
import { useDisplay } from '../runtime/use-display.ts';
import { EmptyState } from '../ui/EmptyState.tsx';
import { lazy } from '../ui/lazy.tsx';
import { ObjectIcon } from '../ui/ObjectIcon.tsx';
import { PageSkeleton } from '../ui/PageSkeleton.tsx';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { AsOfBanner } from './AsOfBanner.tsx';
import { AsOf } from './as-of.ts';
import { useMessages } from './messages.ts';
import own from './RecordAsOf.module.css';

const RevertModal = lazy(async () => ({ default: (await import('./RevertModal.tsx')).RevertModal }));

interface RecordAsOfProps {
  readonly description: ObjectDescription;
  readonly id: string;
  readonly at: string;
  readonly tab: string | undefined;
  readonly canRevert: boolean;
  onTab(tab: string | undefined): void;
  onChange(at: string | undefined): void;
}

/** A record as it was, to read, and to put back. */
export function RecordAsOf({ description, id, at, tab, canRevert, onTab, onChange }: RecordAsOfProps) {
  const t = useMessages();
  const display = useDisplay();
  const findObject = useFindObject();
  const [isReverting, setReverting] = useState(false);
  const fields = useMemo(() => recordFields(description, { findObject }), [description, findObject]);
  const then = useQuery({
    queryKey: [...keys.records(description.name), 'as-of', id, at, fields.length],
    queryFn: async () => flatten(await client.getAsOf(description.name, id, at, fields), description),
    retry: false,
  });
  const record = then.data;
  const isNone = then.error instanceof ApiError && then.error.status === 404;
  return (
    <div className={classes.root} data-variant="page">
      <div className={own.banner}>
        <AsOfBanner at={at} onChange={onChange}>
          {canRevert && record !== undefined && (
            <Button leftSection={<IconRestore size={14} stroke={1.75} />} onClick={() => setReverting(true)}>
              {t('revert')}
            </Button>
          )}
        </AsOfBanner>
      </div>
      {then.isPending ? (
        <PageSkeleton />
      ) : isNone ? (
        <EmptyState icon="history" title={t('asOfNone', { object: description.label })}>
          {t('asOfNoneText')}
        </EmptyState>
      ) : record === undefined ? (
        <div className={classes.problem}>
          <ProblemAlert error={then.error} onRetry={() => void then.refetch()} />
        </div>
      ) : (
        <AsOf.Provider value={at}>
          <header className={own.head}>
            <ObjectIcon icon={description.icon} color={description.color} size={36} />
            <h1 className={own.title}>{recordTitle(description, record)}</h1>
          </header>
          <LayoutTabs
            description={description}
            record={record}
            layoutTabs={
              layoutFor(description, typeof record.record_type === 'string' ? record.record_type : null).tabs
            }
            tab={tab}
            onTab={onTab}
            canEdit={false}
            variant="page"
            save={async () => false}
          />
          {isReverting && (
            <Suspense>
              <RevertModal
                description={description}
                id={id}
                at={at}
                title={recordTitle(description, record)}
                time={formatInstant(at, display)}
                onClose={() => setReverting(false)}
                onDone={() => onChange(undefined)}
              />
            </Suspense>
          )}
        </AsOf.Provider>
      )}
    </div>
  );
}
