import { Anchor, Button, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client, setupQuery } from '../api.ts';
import { SignInFrame } from '../routes/SignInFrame.tsx';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { useSignInMessages } from './messages.ts';

/** Asks for a mail with a link. What is said afterwards is the same for every address. */
export function ForgotPage() {
  const t = useSignInMessages();
  const { t: main } = useTranslation();
  const [email, setEmail] = useState('');
  const setup = useQuery(setupQuery);
  const ask = useMutation({ mutationFn: () => client.forgotPassword(email.trim()) });
  const back = (
    <Anchor component={Link} to="/login" size="sm">
      {t('back')}
    </Anchor>
  );
  if (setup.data?.sends_mail === false) {
    return (
      <SignInFrame title={t('forgotTitle')} text={t('forgotNoMail')}>
        {back}
      </SignInFrame>
    );
  }
  if (ask.isSuccess) {
    return (
      <SignInFrame title={t('forgotSent')} text="">
        <Stack gap="md">
          <Text size="sm" role="status">
            {t('forgotSentText', { email: email.trim() })}
          </Text>
          {back}
        </Stack>
      </SignInFrame>
    );
  }
  return (
    <SignInFrame title={t('forgotTitle')} text={t('forgotText')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          ask.mutate();
        }}
      >
        <Stack gap="md">
          {ask.isError && <ProblemAlert error={ask.error} />}
          <TextInput
            size="sm"
            label={main('login.email')}
            type="email"
            name="email"
            autoComplete="username"
            required
            autoFocus
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <Button type="submit" size="sm" loading={ask.isPending} mt={4}>
            {t('forgotSubmit')}
          </Button>
          {back}
        </Stack>
      </form>
    </SignInFrame>
  );
}
