/**
 * The ways to sign in: a button for each provider, and the form for e-mail and password, which stands behind a button of
 * its own where only emergency accounts have a password.
 */
import { Button, Divider, Stack, Text } from '@mantine/core';
import { IconLogin2 } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { basePath, client, workspace } from '../api.ts';
import { useMessages } from './messages.ts';
import { SignOnRefused } from './SignOnRefused.tsx';

interface SignInWaysProps {
  /** Path to go to afterwards, below the workspace. */
  readonly next: string;
  readonly error: string | undefined;
  /** The form. */
  readonly children: ReactNode;
}

export function SignInWays({ next, error, children }: SignInWaysProps) {
  const t = useMessages();
  const [wantsPassword, setWantsPassword] = useState(false);
  const { data, isPending } = useQuery({
    queryKey: ['sign-in-options'],
    queryFn: () => client.signInOptions(),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const providers = data?.providers ?? [];
  const isFolded = data?.is_sso_only === true && !wantsPassword;
  const base = basePath === '/' ? '' : basePath;
  const search = new URLSearchParams({ next: base + next, workspace });
  // What comes a moment later would push the form away from under the pointer.
  if (isPending) return null;
  return (
    <Stack gap="md">
      <SignOnRefused code={error} />
      {providers.map(({ name, label }) => (
        <Button
          key={name}
          component="a"
          href={`/api/v1/auth/sso/${encodeURIComponent(name)}?${search}`}
          variant="default"
          size="sm"
          leftSection={<IconLogin2 size={16} aria-hidden />}
        >
          {t('continue', { provider: label })}
        </Button>
      ))}
      {isFolded ? (
        <Button variant="subtle" size="compact-sm" onClick={() => setWantsPassword(true)}>
          {t('emergency')}
        </Button>
      ) : (
        <>
          {providers.length > 0 && <Divider label={t('or')} />}
          {data?.is_sso_only && (
            <Text size="sm" c="dimmed">
              {t('emergencyText')}
            </Text>
          )}
          {children}
        </>
      )}
    </Stack>
  );
}
