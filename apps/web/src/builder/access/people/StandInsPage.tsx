/** Who stands in for whom, of everybody, for who manages people: named before a leave, and ended when it is over. */
import { Button, SegmentedControl } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client, useHasRight } from '../../../api.ts';
import { DELEGATIONS, DelegationList, NameDelegate } from '../../../sharing/StandIns.tsx';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { ProblemAlert } from '../../../ui/ProblemAlert.tsx';
import { PageHeader } from '../../parts/PageHeader.tsx';
import classes from '../../parts/parts.module.css';
import { Card, TableSkeleton } from '../../parts/small.tsx';
import { useAccessMessages } from '../messages.ts';

const SHOWN = ['current', 'ended'] as const;

export function StandInsPage() {
  const t = useAccessMessages();
  const cache = useQueryClient();
  const managesPeople = useHasRight('manage_users');
  const found = useQuery({
    queryKey: [...DELEGATIONS, 'all'],
    queryFn: () => client.delegations({ all: true }),
  });
  const [isNaming, setNaming] = useState(false);
  const [shown, setShown] = useState<(typeof SHOWN)[number]>('current');
  if (found.isPending) return <TableSkeleton />;
  const refresh = () => void cache.invalidateQueries({ queryKey: DELEGATIONS });
  const delegations = (found.data?.delegations ?? []).filter(
    ({ state }) => (state === 'ended') === (shown === 'ended'),
  );
  const name = (
    <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setNaming(true)}>
      {t('standIns.new')}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t('standIns.title')}
        description={t('standIns.description')}
        actions={managesPeople ? name : undefined}
      />
      {found.isError && <ProblemAlert error={found.error} onRetry={() => void found.refetch()} />}
      {found.data !== undefined && (
        <div className={classes.toolbar}>
          <span className={classes.dim} role="status">
            {t('standIns.count', { count: delegations.length })}
          </span>
          <SegmentedControl
            size="xs"
            ms="auto"
            aria-label={t('standIns.show')}
            value={shown}
            onChange={(value) => setShown(value === 'ended' ? 'ended' : 'current')}
            data={SHOWN.map((value) => ({ value, label: t(`standIns.${value}`) }))}
          />
        </div>
      )}
      {found.data !== undefined && delegations.length === 0 && (
        <EmptyState icon="users" title={t('standIns.none')}>
          {t('standIns.noneText')}
        </EmptyState>
      )}
      {delegations.length > 0 && (
        <Card>
          <DelegationList delegations={delegations} onEnded={refresh} />
        </Card>
      )}
      {isNaming && <NameDelegate isForOthers onNamed={refresh} onClose={() => setNaming(false)} />}
    </>
  );
}
