/** Fields that are getting a column and an index of their own, while everyone works on. */
import { Progress, Text, Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ColumnsResponse } from '@trellis/api';
import type { ColorName } from '@trellis/metadata';
import { client } from '../../api.ts';
import { ColorBadge } from '../../ui/ColorBadge.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ProblemAlert } from '../../ui/ProblemAlert.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import { BuilderLink } from '../navigation.tsx';
import { PageHeader } from '../parts/PageHeader.tsx';
import classes from '../parts/parts.module.css';
import { TableSkeleton } from '../parts/small.tsx';
import { RollupStates } from './RollupStates.tsx';

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
  return (
    <>
      <PageHeader title={t('storage.title')} description={t('storage.description')} />
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
      {sorted.length > 0 && (
        <div className={classes.tableWrap}>
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">{t('storage.field')}</th>
                <th scope="col">{t('storage.object')}</th>
                <th scope="col">{t('storage.state')}</th>
                <th scope="col">{t('storage.progress')}</th>
              </tr>
            </thead>
            <tbody>
              {sorted.map((column) => (
                <ColumnRow key={`${column.object}.${column.field}`} column={column} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <RollupStates />
    </>
  );
}

function ColumnRow({ column }: { column: Column }) {
  const t = useMessages();
  const { catalogue } = useBuilder();
  const field = catalogue.find('field', `${column.object}.${column.field}`);
  const object = catalogue.find('object', column.object);
  const isBusy = BUSY.has(column.state);
  return (
    <tr>
      <td>
        {field === undefined ? (
          column.field
        ) : (
          <BuilderLink
            page={{ page: 'field', object: column.object, name: column.field }}
            className={classes.link}
          >
            {field.body.label}
          </BuilderLink>
        )}
      </td>
      <td>{object?.body.label ?? column.object}</td>
      <td>
        <Tooltip label={t(`storage.help.${column.state}`)} multiline maw={280}>
          <span>
            <ColorBadge color={COLORS[column.state]}>{t(`storage.state_${column.state}`)}</ColorBadge>
          </span>
        </Tooltip>
      </td>
      <td>
        {column.error !== null && (
          <Text size="sm" c="var(--mantine-color-error)">
            {column.error}
          </Text>
        )}
        {isBusy && (
          <div className={classes.progress}>
            <Progress
              value={100}
              animated={column.state !== 'waiting'}
              striped
              aria-label={t(`storage.state_${column.state}`)}
              size="sm"
            />
            <span className={classes.dim}>{t('storage.rows', { count: column.rows_done })}</span>
          </div>
        )}
      </td>
    </tr>
  );
}
