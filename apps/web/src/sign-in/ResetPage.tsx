import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { client } from '../api.ts';
import { SignInFrame } from '../routes/SignInFrame.tsx';
import { LinkScreen } from './LinkScreen.tsx';
import { useSignInMessages } from './messages.ts';

/** A new password by the link of a mail; afterwards one signs in with it. */
export function ResetPage() {
  const t = useSignInMessages();
  const [isDone, setDone] = useState(false);
  if (isDone) {
    return (
      <SignInFrame title={t('resetDone')} text={t('resetDoneText')}>
        <Anchor component={Link} to="/login">
          {t('back')}
        </Anchor>
      </SignInFrame>
    );
  }
  return (
    <LinkScreen
      kind="reset"
      check={client.checkReset}
      set={(token, password) => client.resetPassword({ token, password })}
      title={() => t('resetTitle')}
      text={({ email }) => t('resetText', { email })}
      submit={t('resetSubmit')}
      deadText={t('linkReset')}
      deadAction={
        <Anchor component={Link} to="/forgot-password">
          {t('forgot')}
        </Anchor>
      }
      onDone={() => setDone(true)}
    />
  );
}
