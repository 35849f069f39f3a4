import { Anchor, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useRouter } from '@tanstack/react-router';
import { ApiError } from '@trellis/api';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client, queryClient, setupQuery } from '../api.ts';
import { useSignInMessages } from '../sign-in/messages.ts';
import { returnPath } from '../sign-in/return-path.ts';
import { SignInWays } from '../sign-on/SignInWays.tsx';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { SignInFrame } from './SignInFrame.tsx';

const route = getRouteApi('/login');

/** Signing in, with the code of a second factor where there is one; afterwards back to where one wanted to go. */
export function LoginPage() {
  const { t } = useTranslation();
  const s = useSignInMessages();
  const router = useRouter();
  const { next, sso_error: ssoError } = route.useSearch();
  const target = returnPath(next, window.location.origin);
  const setup = useQuery(setupQuery);
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [otp, setOtp] = useState('');
  const [asksCode, setAsksCode] = useState(false);
  const login = useMutation({
    mutationFn: () =>
      client.login({ email: email.trim(), password, ...(asksCode ? { otp: otp.trim() } : {}) }),
    onSuccess: async () => {
      queryClient.clear();
      await router.navigate({ href: target, replace: true });
    },
    onError: (error) => {
      if (codeOf(error) === 'otp_required') setAsksCode(true);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    login.mutate();
  };
  const isWaitingForCode = codeOf(login.error) === 'otp_required';
  const alert = login.isError && !isWaitingForCode && <ProblemAlert error={login.error} hideEntries />;
  if (asksCode) {
    return (
      <SignInFrame title={s('codeTitle')} text={s('codeText')}>
        <form onSubmit={submit}>
          <Stack gap="md">
            {alert}
            <TextInput
              key="code"
              size="sm"
              label={s('code')}
              description={s('codeHelp')}
              name="otp"
              autoComplete="one-time-code"
              required
              autoFocus
              maxLength={40}
              value={otp}
              onChange={(event) => setOtp(event.currentTarget.value)}
            />
            <Button type="submit" size="sm" loading={login.isPending} mt={4}>
              {t('login.submit')}
            </Button>
            <Anchor
              component="button"
              type="button"
              size="sm"
              onClick={() => {
                setAsksCode(false);
                setOtp('');
                setPassword('');
                login.reset();
              }}
            >
              {s('otherAccount')}
            </Anchor>
          </Stack>
        </form>
      </SignInFrame>
    );
  }
  return (
    <SignInFrame title={t('login.title')} text={t('login.text')}>
      <SignInWays next={target} error={ssoError}>
        <form onSubmit={submit}>
          <Stack gap="md">
            {alert}
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
            {setup.data?.sends_mail && (
              <Anchor component={Link} to="/forgot-password" size="sm">
                {s('forgot')}
              </Anchor>
            )}
          </Stack>
        </form>
      </SignInWays>
    </SignInFrame>
  );
}

function codeOf(error: unknown): string | undefined {
  return error instanceof ApiError ? error.problem.code : undefined;
}
