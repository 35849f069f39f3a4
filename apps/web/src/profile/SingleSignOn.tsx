/** Providers of single sign-on that the person signed in has linked to their account, and can link. */
import { Badge, Button, Group, PasswordInput, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ApiError, type SsoLinksResponse } from '@trellis/api';
import { formatInstant } from '@trellis/forms';
import { useState } from 'react';
import { basePath, client } from '../api.ts';
import { useWorkspaceDisplay } from '../runtime/use-display.ts';
import { useMessages } from '../sign-on/messages.ts';
import { SignOnRefused } from '../sign-on/SignOnRefused.tsx';
import { Dialog } from '../ui/Dialog.tsx';
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
    mutationFn: ({ name, password }: { name: string; password?: string }) =>
      client.linkSso(name, `${basePath === '/' ? '' : basePath}/profile`, password),
    onSuccess: ({ redirect }) => window.location.assign(redirect),
    onError: (error) => {
      if (!needsPassword(error)) notifyProblem(error);
    },
  });
  if (!data || data.providers.length === 0) return null;
  return (
    <Stack gap="sm" component="section" aria-labelledby="single-sign-on" mb="xl" maw={640}>
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
              loading={link.isPending && link.variables.name === provider.name}
              onClick={() => link.mutate({ name: provider.name })}
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
      {needsPassword(link.error) && (
        <PasswordModal
          error={link.variables?.password === undefined ? undefined : link.error}
          isBusy={link.isPending}
          onConfirm={(password) => link.mutate({ name: link.variables!.name, password })}
          onClose={link.reset}
        />
      )}
      {unlinked && <UnlinkModal provider={unlinked} onClose={() => setUnlinked(undefined)} />}
    </Stack>
  );
}

/** Long after signing in the server wants to know whether it is still the same person. */
function needsPassword(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  return (
    error.problem.code === 'password_required' ||
    error.problem.errors.some(({ pointer }) => pointer === '/current_password')
  );
}

interface PasswordModalProps {
  readonly error: unknown;
  readonly isBusy: boolean;
  readonly onConfirm: (password: string) => void;
  readonly onClose: () => void;
}

function PasswordModal({ error, isBusy, onConfirm, onClose }: PasswordModalProps) {
  const t = useMessages();
  const [password, setPassword] = useState('');
  const message = error instanceof ApiError ? error.problem.errors[0]?.message : undefined;
  return (
    <Dialog opened onClose={onClose} title={t('links.confirmTitle')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onConfirm(password);
        }}
      >
        <Stack>
          <PasswordInput
            size="sm"
            data-autofocus
            label={t('links.confirmPassword')}
            description={t('links.confirmText')}
            autoComplete="current-password"
            required
            value={password}
            error={message}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('links.cancel')}
            </Button>
            <Button type="submit" loading={isBusy}>
              {t('links.link')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
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
    <Dialog opened onClose={onClose} title={t('links.unlinkNamed', { provider: provider.label })}>
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
    </Dialog>
  );
}
