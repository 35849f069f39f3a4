import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useMutation, useSuspenseQuery } from '@tanstack/react-query';
import { Navigate, useRouter } from '@tanstack/react-router';
import { ApiError } from '@trellis/api';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client, queryClient, setupQuery } from '../api.ts';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { useMessages } from './first-run-messages.ts';
import { SignInFrame } from './SignInFrame.tsx';

const MINIMUM = 12;

/** The first visit to a new installation makes its administrator. */
export function FirstRunPage() {
  const { t: main } = useTranslation();
  const t = useMessages();
  const router = useRouter();
  const { data } = useSuspenseQuery(setupQuery);
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const setup = useMutation({
    mutationFn: () => client.setup({ name: name.trim(), email: email.trim(), password }),
    onSuccess: async () => {
      queryClient.clear();
      await router.navigate({ to: '/', replace: true });
    },
  });
  if (!data.needs_setup && setup.isIdle) return <Navigate to="/login" replace />;
  const errors = setup.error instanceof ApiError ? setup.error.problem.errors : [];
  const errorAt = (pointer: string) => errors.find((entry) => entry.pointer === pointer)?.message;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setup.mutate();
  };
  return (
    <SignInFrame title={t('title')} text={t('text')}>
      <form onSubmit={submit}>
        <Stack gap="md">
          {setup.isError && <ProblemAlert error={setup.error} hideEntries={errors.length > 0} />}
          <TextInput
            size="sm"
            label={t('name')}
            name="name"
            autoComplete="name"
            required
            autoFocus
            value={name}
            error={errorAt('/name')}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <TextInput
            size="sm"
            label={main('login.email')}
            type="email"
            name="email"
            autoComplete="username"
            required
            value={email}
            error={errorAt('/email')}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <PasswordInput
            size="sm"
            label={main('login.password')}
            description={t('passwordRule', { minimum: MINIMUM })}
            name="password"
            autoComplete="new-password"
            required
            minLength={MINIMUM}
            value={password}
            error={errorAt('/password')}
            onChange={(event) => setPassword(event.currentTarget.value)}
            visibilityToggleButtonProps={{ 'aria-label': main('login.showPassword') }}
          />
          <Button type="submit" size="sm" loading={setup.isPending} mt={4}>
            {t('submit')}
          </Button>
        </Stack>
      </form>
    </SignInFrame>
  );
}
