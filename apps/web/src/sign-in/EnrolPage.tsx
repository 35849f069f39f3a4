import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Navigate } from '@tanstack/react-router';
import { basePath, meQuery, queryClient } from '../api.ts';
import { SignInFrame } from '../routes/SignInFrame.tsx';
import { signOut } from '../sign-out.ts';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { useSignInMessages } from './messages.ts';
import { SecondFactorSetup } from './SecondFactorSetup.tsx';

/** Where somebody sets up the second factor without which they may do nothing. */
export function EnrolPage() {
  const t = useSignInMessages();
  const me = useQuery(meQuery);
  if (me.isError) return <ProblemAlert error={me.error} />;
  if (me.data === undefined) return null;
  if (!me.data.must_enrol) return <Navigate to="/" replace />;
  return (
    <SignInFrame title={t('enrolTitle')} text={t('enrolText')}>
      <SecondFactorSetup
        email={me.data.user.email}
        onDone={() => {
          queryClient.clear();
          window.location.assign(basePath);
        }}
      />
      <Button variant="subtle" size="compact-sm" mt="md" onClick={() => void signOut()}>
        {t('signOut')}
      </Button>
    </SignInFrame>
  );
}
