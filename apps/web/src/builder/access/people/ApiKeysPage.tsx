/** The API keys of everybody, for who manages people: what reaches what, and an end to each. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ApiKeyResponse } from '@trellis/api';
import { useState } from 'react';
import { client } from '../../../api.ts';
import { KeyTable, RevokeModal } from '../../../profile/ApiKeys.tsx';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { ProblemAlert } from '../../../ui/ProblemAlert.tsx';
import { PageHeader } from '../../parts/PageHeader.tsx';
import { Card, TableSkeleton } from '../../parts/small.tsx';
import { useAccessMessages } from '../messages.ts';

const ALL_KEYS = ['api-keys', 'all'] as const;

export function ApiKeysPage() {
  const t = useAccessMessages();
  const cache = useQueryClient();
  const keys = useQuery({ queryKey: ALL_KEYS, queryFn: () => client.apiKeys({ all: true }) });
  const [revoked, setRevoked] = useState<ApiKeyResponse>();
  if (keys.isPending) return <TableSkeleton />;
  return (
    <>
      <PageHeader title={t('keys.title')} description={t('keys.description')} />
      {keys.isError && <ProblemAlert error={keys.error} onRetry={() => void keys.refetch()} />}
      {keys.data?.keys.length === 0 && (
        <EmptyState icon="key" title={t('keys.none')}>
          {t('keys.noneText')}
        </EmptyState>
      )}
      {keys.data !== undefined && keys.data.keys.length > 0 && (
        <Card>
          <KeyTable keys={keys.data.keys} hasOwners onRevoke={setRevoked} />
        </Card>
      )}
      {revoked !== undefined && (
        <RevokeModal
          apiKey={revoked}
          onDone={() => void cache.invalidateQueries({ queryKey: ['api-keys'] })}
          onClose={() => setRevoked(undefined)}
        />
      )}
    </>
  );
}
