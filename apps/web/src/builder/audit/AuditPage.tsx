/** The audit log: searched by person, action, object and period; each entry a sentence; the chain verified on demand. */
import { Button, Menu } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { client } from '../../api.ts';
import { downloadFile } from '../../runtime/download.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { notifyProblem } from '../../ui/notify.tsx';
import { ProblemAlert } from '../../ui/ProblemAlert.tsx';
import { CardTable } from '../parts/CardTable.tsx';
import { PageHeader } from '../parts/PageHeader.tsx';
import { TableSkeleton } from '../parts/small.tsx';
import { AuditFilters } from './AuditFilters.tsx';
import { AuditRow } from './AuditRow.tsx';
import { toQuery, useAuditFilter } from './audit-filter.ts';
import { useAuditMessages } from './messages.ts';
import { VerifyCard } from './VerifyCard.tsx';

const PAGE = 50;

export function AuditPage() {
  const t = useAuditMessages();
  const [filter, setFilter] = useAuditFilter();
  const query = toQuery(filter);
  const found = useInfiniteQuery({
    queryKey: ['audit', query],
    queryFn: ({ pageParam }) =>
      client.audit({ ...query, limit: PAGE, ...(pageParam && { after: pageParam }) }),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next ?? undefined,
    staleTime: 0,
  });
  const entries = (found.data?.pages ?? []).flatMap((page) => page.entries);
  const isFiltered = Object.keys(filter).length > 0;
  const save = (format: 'csv' | 'ndjson') =>
    void downloadFile(client.auditFile(query, format), `audit.${format}`).catch(notifyProblem);
  return (
    <>
      <PageHeader
        title={t('title')}
        description={t('description')}
        actions={
          <Menu position="bottom-end">
            <Menu.Target>
              <Button variant="default" rightSection={<IconChevronDown size={14} aria-hidden />}>
                {t('export')}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => save('csv')}>{t('exportCsv')}</Menu.Item>
              <Menu.Item onClick={() => save('ndjson')}>{t('exportNdjson')}</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        }
      />
      <VerifyCard />
      <AuditFilters filter={filter} onChange={setFilter} />
      {found.error !== null && <ProblemAlert error={found.error} onRetry={() => void found.refetch()} />}
      {found.isPending && <TableSkeleton />}
      {found.data !== undefined && entries.length === 0 && (
        <EmptyState
          icon="history"
          title={t(isFiltered ? 'none' : 'empty')}
          actions={
            isFiltered && (
              <Button variant="default" onClick={() => setFilter({})}>
                {t('filter.clear')}
              </Button>
            )
          }
        >
          {t(isFiltered ? 'noneText' : 'emptyText')}
        </EmptyState>
      )}
      {entries.length > 0 && (
        <CardTable>
          <thead>
            <tr>
              <th scope="col">{t('when')}</th>
              <th scope="col">{t('who')}</th>
              <th scope="col">{t('what')}</th>
              <th scope="col">{t('from')}</th>
              <th scope="col">
                <span className="tr-visually-hidden">{t('details')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <AuditRow key={entry.id} entry={entry} onFilter={setFilter} />
            ))}
          </tbody>
        </CardTable>
      )}
      {found.hasNextPage && (
        <Button
          variant="default"
          mt="md"
          loading={found.isFetchingNextPage}
          onClick={() => void found.fetchNextPage()}
        >
          {t('more')}
        </Button>
      )}
    </>
  );
}
