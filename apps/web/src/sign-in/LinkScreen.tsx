/** What both kinds of links in mails have in common: who it is for, a password, or that the link is dead. */
import { Button, Stack } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ApiError } from '@trellis/api';
import { type ReactNode, useState } from 'react';
import { SignInFrame } from '../routes/SignInFrame.tsx';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { takeLinkToken } from './link-token.ts';
import { useSignInMessages } from './messages.ts';
import { NewPasswordInput } from './NewPasswordInput.tsx';

interface LinkScreenProps<Person> {
  readonly kind: string;
  readonly check: (token: string) => Promise<Person>;
  readonly set: (token: string, password: string) => Promise<unknown>;
  readonly title: (person: Person | undefined) => string;
  readonly text: (person: Person) => string;
  readonly submit: string;
  readonly deadText: string;
  readonly deadAction?: ReactNode;
  readonly onDone: () => void;
}

export function LinkScreen<Person extends { readonly email: string }>(props: LinkScreenProps<Person>) {
  const t = useSignInMessages();
  const [token] = useState(takeLinkToken);
  const [password, setPassword] = useState('');
  const person = useQuery({
    queryKey: ['link', props.kind, token],
    queryFn: () => props.check(token),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const save = useMutation({ mutationFn: () => props.set(token, password), onSuccess: props.onDone });
  const isDead = [person.error, save.error].some(
    (error) => error instanceof ApiError && error.problem.code === 'invalid_link',
  );
  if (isDead) {
    return (
      <SignInFrame title={t('linkTitle')} text={`${t('linkText')} ${props.deadText}`}>
        <Stack gap="xs">
          {props.deadAction}
          <Link to="/login">{t('back')}</Link>
        </Stack>
      </SignInFrame>
    );
  }
  if (person.data === undefined) {
    return (
      <SignInFrame title={props.title(undefined)} text={person.isError ? '' : t('loading')}>
        {person.isError && <ProblemAlert error={person.error} onRetry={() => void person.refetch()} />}
      </SignInFrame>
    );
  }
  const entries = save.error instanceof ApiError ? save.error.problem.errors : [];
  const fault = entries.find(({ pointer }) => pointer === '/password')?.message;
  return (
    <SignInFrame title={props.title(person.data)} text={props.text(person.data)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack gap="md">
          {save.isError && fault === undefined && <ProblemAlert error={save.error} />}
          {/* Password managers want to know whose password it is. */}
          <input type="hidden" name="username" autoComplete="username" value={person.data.email} />
          <NewPasswordInput isFirst value={password} error={fault} onChange={setPassword} />
          <Button type="submit" size="sm" loading={save.isPending} mt={4}>
            {props.submit}
          </Button>
        </Stack>
      </form>
    </SignInFrame>
  );
}
