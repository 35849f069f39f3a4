/** The API keys of the person signed in: made with a scope and an end, shown once, listed, revoked. */
import { Button, Group, Stack, Table, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ApiKeyResponse } from '@trellis/api';
import { formatDate, formatInstant } from '@trellis/forms';
import { useState } from 'react';
import { client, failureOf, useFindObject } from '../api.ts';
import { useWorkspaceDisplay } from '../runtime/use-display.ts';
import { ColorBadge } from '../ui/ColorBadge.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { EmptyState } from '../ui/EmptyState.tsx';
import { PageSkeleton } from '../ui/PageSkeleton.tsx';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { useMessages } from './messages.ts';
import { NewApiKeyModal } from './NewApiKeyModal.tsx';
import { ProfileSection } from './ProfileSection.tsx';

const KEYS = ['api-keys'] as const;

export function ApiKeys({ canCreate, rights }: { canCreate: boolean; rights: readonly string[] }) {
  const t = useMessages();
  const cache = useQueryClient();
  const [isCreating, setCreating] = useState(false);
  const [revoked, setRevoked] = useState<ApiKeyResponse>();
  const keys = useQuery({ queryKey: KEYS, queryFn: () => client.apiKeys() });
  const failure = failureOf(keys);
  if (failure) return <ProblemAlert error={failure} onRetry={() => void keys.refetch()} />;
  if (!keys.data) return <PageSkeleton />;
  const refresh = () => void cache.invalidateQueries({ queryKey: KEYS });
  const create = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setCreating(true)}>
      {t('keys.new')}
    </Button>
  );
  return (
    <ProfileSection
      id="api-keys"
      title={t('keys.title')}
      about={t('keys.about')}
      actions={canCreate && keys.data.keys.length > 0 && create}
    >
      {keys.data.keys.length === 0 ? (
        <EmptyState icon="key" title={t('keys.none')} actions={canCreate ? create : undefined}>
          {t('keys.noneText')}
        </EmptyState>
      ) : (
        <KeyTable keys={keys.data.keys} onRevoke={setRevoked} />
      )}
      {isCreating && (
        <NewApiKeyModal rights={rights} onCreated={refresh} onClose={() => setCreating(false)} />
      )}
      {revoked !== undefined && (
        <RevokeModal apiKey={revoked} onDone={refresh} onClose={() => setRevoked(undefined)} />
      )}
    </ProfileSection>
  );
}

interface KeyTableProps {
  readonly keys: readonly ApiKeyResponse[];
  readonly onRevoke: (key: ApiKeyResponse) => void;
  /** Shows whose each is. */
  readonly hasOwners?: boolean;
}

/** Keys as rows: reach, end, last use, and a way to revoke each. */
export function KeyTable({ keys, onRevoke, hasOwners = false }: KeyTableProps) {
  const t = useMessages();
  const columns = [
    'name',
    ...(hasOwners ? ['owner' as const] : []),
    'scope',
    'expires',
    'lastUsed',
    'actions',
  ] as const;
  return (
    <Table.ScrollContainer
      minWidth={640}
      type="native"
      tabIndex={0}
      role="region"
      aria-label={t('keys.title')}
    >
      <Table>
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <Table.Th key={column} scope="col">
                {t(`keys.${column}`)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {keys.map((key) => (
            <KeyRow key={key.id} apiKey={key} hasOwners={hasOwners} onRevoke={() => onRevoke(key)} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function KeyRow(props: { apiKey: ApiKeyResponse; hasOwners: boolean; onRevoke: () => void }) {
  const { apiKey, hasOwners, onRevoke } = props;
  const t = useMessages();
  const display = useWorkspaceDisplay();
  const findObject = useFindObject();
  const isExpired = Date.parse(apiKey.expires_at) <= Date.now();
  const reach = [
    t(`keys.${apiKey.access}`),
    ...(apiKey.objects ?? []).map((name) => findObject(name)?.plural_label ?? name),
    ...(apiKey.metadata ? [t('keys.withMetadata')] : []),
    ...(apiKey.users ? [t('keys.withUsers')] : []),
  ];
  return (
    <Table.Tr>
      <Table.Th scope="row" style={{ fontWeight: 500 }}>
        {apiKey.name}
        <Text size="xs" c="dimmed">
          {t('keys.endsWith', { ending: apiKey.ending })}
        </Text>
      </Table.Th>
      {hasOwners && <Table.Td>{apiKey.user?.name ?? '—'}</Table.Td>}
      <Table.Td>{reach.join(', ')}</Table.Td>
      <Table.Td>
        {isExpired ? (
          <ColorBadge color="red">{t('keys.expired')}</ColorBadge>
        ) : (
          formatDate(apiKey.expires_at.slice(0, 10), display)
        )}
      </Table.Td>
      <Table.Td>
        {apiKey.last_used_at === null ? t('keys.never') : formatInstant(apiKey.last_used_at, display)}
      </Table.Td>
      <Table.Td>
        <Button
          variant="subtle"
          c="var(--mantine-color-error)"
          size="compact-sm"
          onClick={onRevoke}
          aria-label={t('keys.revokeNamed', { name: apiKey.name })}
        >
          {t('keys.revoke')}
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}

export function RevokeModal(props: { apiKey: ApiKeyResponse; onDone: () => void; onClose: () => void }) {
  const t = useMessages();
  const revoke = useMutation({
    mutationFn: () => client.revokeApiKey(props.apiKey.id),
    onSuccess: () => {
      props.onDone();
      props.onClose();
    },
  });
  return (
    <Dialog
      opened
      onClose={props.onClose}
      title={t('keys.revokeNamed', { name: props.apiKey.name })}
      closeButtonProps={{ 'aria-label': t('keys.close') }}
    >
      <Stack gap="md">
        <Text size="sm">{t('keys.revokeText')}</Text>
        {revoke.error !== null && <ProblemAlert error={revoke.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={props.onClose} data-autofocus>
            {t('keys.cancel')}
          </Button>
          <Button color="red.9" loading={revoke.isPending} onClick={() => revoke.mutate()}>
            {t('keys.revoke')}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
