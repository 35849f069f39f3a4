/** Providers of single sign-on that the person signed in has linked to their account, and can link. */
import { Badge, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { SsoLinksResponse } from '@trellis/api';
import { formatInstant } from '@trellis/forms';
import { useState } from 'react';
import { basePath, client } from '../api.ts';
import { useWorkspaceDisplay } from '../runtime/use-display.ts';
import { useMessages } from '../sign-on/messages.ts';
import { SignOnRefused } from '../sign-on/SignOnRefused.tsx';
import { notifyProblem } from '../ui/notify.tsx';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';

type Provider = SsoLinksResponse['providers'][number];

const KEY = ['sso-links'] as const;

/** Nothing where no provider is configured. */
export function SingleSignOn() {
  const t = useMessages();
  const [unlinked, setUnlinked] = useState<Provider>();
  const { data } = useQuery({ queryKey: KEY, queryFn: () => client.ssoLinks() });
  const link = useMutation({
    mutationFn: (provider: string) => client.linkSso(provider, `${basePath === '/' ? '' : basePath}/profile`),
    onSuccess: ({ redirect }) => window.location.assign(redirect),
    onError: notifyProblem,
  });
  if (!data || data.providers.length === 0) return null;
  return (
    <Stack gap="sm" component="section" aria-labelledby="single-sign-on" mb="xl">
      <div>
        <h2 id="single-sign-on" style={{ fontSize: '1rem', margin: 0 }}>
          {t('links.title')}
        </h2>
        <Text size="sm" c="dimmed">
          {t('links.about')}
        </Text>
      </div>
      <SignOnRefused code={new URLSearchParams(window.location.search).get('sso_error')} isLinking />
      {data.providers.map((provider) => (
        <Group key={provider.name} justify="space-between" wrap="nowrap">
          <div>
            <Text size="sm" fw={500}>
              {provider.label}
            </Text>
            <State provider={provider} />
          </div>
          {provider.linked_at === null ? (
            <Button
              variant="default"
              size="xs"
              aria-label={t('links.linkNamed', { provider: provider.label })}
              loading={link.isPending && link.variables === provider.name}
              onClick={() => link.mutate(provider.name)}
            >
              {t('links.link')}
            </Button>
          ) : (
            <Button
              variant="default"
              size="xs"
              aria-label={t('links.unlinkNamed', { provider: provider.label })}
              onClick={() => setUnlinked(provider)}
            >
              {t('links.unlink')}
            </Button>
          )}
        </Group>
      ))}
      {unlinked && <UnlinkModal provider={unlinked} onClose={() => setUnlinked(undefined)} />}
    </Stack>
  );
}

function State({ provider }: { readonly provider: Provider }) {
  const t = useMessages();
  const display = useWorkspaceDisplay();
  if (provider.linked_at === null)
    return (
      <Text size="xs" c="dimmed">
        {t('links.notLinked')}
      </Text>
    );
  return (
    <Group gap="xs">
      <Badge size="sm" variant="light" color="green">
        {t('links.linked')}
      </Badge>
      {provider.last_used_at !== null && (
        <Text size="xs" c="dimmed">
          {t('links.lastUsed', { time: formatInstant(provider.last_used_at, display) })}
        </Text>
      )}
    </Group>
  );
}

function UnlinkModal({ provider, onClose }: { readonly provider: Provider; readonly onClose: () => void }) {
  const t = useMessages();
  const cache = useQueryClient();
  const unlink = useMutation({
    mutationFn: () => client.unlinkSso(provider.name),
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: KEY });
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title={t('links.unlinkNamed', { provider: provider.label })}>
      <Stack>
        {unlink.isError && <ProblemAlert error={unlink.error} />}
        <Text size="sm">{t('links.unlinkText', { provider: provider.label })}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('links.cancel')}
          </Button>
          <Button color="red" loading={unlink.isPending} onClick={() => unlink.mutate()}>
            {t('links.unlink')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
