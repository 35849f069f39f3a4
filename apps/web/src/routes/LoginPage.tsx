import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client, queryClient } from '../api.ts';
import { localPath } from '../paths.ts';
import { SignInWays } from '../sign-on/SignInWays.tsx';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { SignInFrame } from './SignInFrame.tsx';

const route = getRouteApi('/login');

/** Signing in; afterwards back to where one wanted to go. */
export function LoginPage() {
  const { t } = useTranslation();
  const router = useRouter();
  const { next, sso_error: ssoError } = route.useSearch();
  const target = localPath(next);
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const login = useMutation({
    mutationFn: () => client.login({ email: email.trim(), password }),
    onSuccess: async () => {
      queryClient.clear();
      await router.navigate({ href: target, replace: true });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    login.mutate();
  };
  return (
    <SignInFrame title={t('login.title')} text={t('login.text')}>
      <SignInWays next={target} error={ssoError}>
        <form onSubmit={submit}>
          <Stack gap="md">
            {login.isError && <ProblemAlert error={login.error} hideEntries />}
            <TextInput
              size="sm"
              label={t('login.email')}
              type="email"
              name="email"
              autoComplete="username"
              required
              autoFocus
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
            <PasswordInput
              size="sm"
              label={t('login.password')}
              name="password"
              autoComplete="current-password"
              required
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
              visibilityToggleButtonProps={{ 'aria-label': t('login.showPassword') }}
            />
            <Button type="submit" size="sm" loading={login.isPending} mt={4}>
              {t('login.submit')}
            </Button>
          </Stack>
        </form>
      </SignInWays>
    </SignInFrame>
  );
}
