/** Fields that are getting a column and an index of their own, while everyone works on. */
import { Button, Text, Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ColumnsResponse } from '@trellis/api';
import type { ColorName } from '@trellis/metadata';
import { useState } from 'react';
import { client } from '../../api.ts';
import { ColorBadge } from '../../ui/ColorBadge.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ProblemAlert } from '../../ui/ProblemAlert.tsx';
import { useMessages } from '../messages.ts';
import { PageHeader } from '../parts/PageHeader.tsx';
import classes from '../parts/parts.module.css';
import { TableSkeleton } from '../parts/small.tsx';
import { IndexAdvice, IndexStates } from './IndexStates.tsx';
import { RollupStates } from './RollupStates.tsx';
import { SharingStates } from './SharingStates.tsx';
import { RowsDone, StateTable } from './StateTable.tsx';

type Column = ColumnsResponse['columns'][number];

const COLORS: Readonly<Record<Column['state'], ColorName>> = {
  waiting: 'gray',
  filling: 'blue',
  indexing: 'indigo',
  ready: 'green',
  failed: 'red',
  retired: 'gray',
};
/** Work in progress first, then what failed, then what is done. */
const ORDER: readonly Column['state'][] = ['failed', 'filling', 'indexing', 'waiting', 'ready', 'retired'];
const BUSY = new Set<Column['state']>(['waiting', 'filling', 'indexing']);

export function StoragePage() {
  const t = useMessages();
  const [isAll, setAll] = useState(false);
  const columns = useQuery({
    queryKey: ['metadata', 'columns'],
    queryFn: () => client.columns(),
    refetchInterval: (query) =>
      query.state.data?.columns.some((column) => BUSY.has(column.state)) ? 2000 : 15_000,
  });
  if (columns.isPending) return <TableSkeleton />;
  const sorted = (columns.data?.columns ?? []).toSorted(
    (a, b) =>
      ORDER.indexOf(a.state) - ORDER.indexOf(b.state) ||
      a.object.localeCompare(b.object) ||
      a.field.localeCompare(b.field),
  );
  // What is done is looked at by few, and there are hundreds of it.
  const shown = isAll ? sorted : sorted.filter(({ state }) => state === 'failed' || BUSY.has(state));
  return (
    <>
      <PageHeader title={t('storage.title')} description={t('storage.description')} />
      <IndexAdvice />
      {columns.error !== null && (
        <ProblemAlert error={columns.error} onRetry={() => void columns.refetch()} />
      )}
      {columns.data !== undefined && sorted.length === 0 && (
        <EmptyState icon="database" title={t('storage.none')}>
          {t('storage.noneText')}
        </EmptyState>
      )}
      {sorted.length > 0 && (
        <p className={classes.dim} role="status">
          {t('storage.summary', {
            ready: sorted.filter((column) => column.state === 'ready').length,
            busy: sorted.filter((column) => BUSY.has(column.state)).length,
            failed: sorted.filter((column) => column.state === 'failed').length,
          })}
        </p>
      )}
      {shown.length > 0 && (
        <StateTable
          states={shown}
          heads={[t('storage.state'), t('storage.progress')]}
          cells={(column) => [<State key="state" column={column} />, <Doing key="doing" column={column} />]}
        />
      )}
      {shown.length < sorted.length && (
        <Button variant="default" size="xs" onClick={() => setAll(true)}>
          {t('storage.showAll', { count: sorted.length })}
        </Button>
      )}
      <IndexStates />
      <RollupStates />
      <SharingStates />
    </>
  );
}

function State({ column: { state } }: { column: Column }) {
  const t = useMessages();
  return (
    <Tooltip label={t(`storage.help.${state}`)} multiline maw={280}>
      <span>
        <ColorBadge color={COLORS[state]}>{t(`storage.state_${state}`)}</ColorBadge>
      </span>
    </Tooltip>
  );
}

function Doing({ column: { state, error, rows_done } }: { column: Column }) {
  const t = useMessages();
  return (
    <>
      {error !== null && (
        <Text size="sm" c="var(--mantine-color-error)">
          {error}
        </Text>
      )}
      {BUSY.has(state) && (
        <RowsDone label={t(`storage.state_${state}`)} rows={rows_done} isWaiting={state === 'waiting'} />
      )}
    </>
  );
}
