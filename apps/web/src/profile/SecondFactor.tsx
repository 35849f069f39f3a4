/** The second factor of the person signed in: set up, moved to another device, recovered, taken away. */
import { Button, Group, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { formatInstant } from '@trellis/forms';
import { useState } from 'react';
import { client, useMe } from '../api.ts';
import { useWorkspaceDisplay } from '../runtime/use-display.ts';
import { RecoveryCodes } from '../sign-in/RecoveryCodes.tsx';
import { PasswordAgain, SecondFactorSetup } from '../sign-in/SecondFactorSetup.tsx';
import { ColorBadge } from '../ui/ColorBadge.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { notifyDone } from '../ui/notify.tsx';
import { PageSkeleton } from '../ui/PageSkeleton.tsx';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { useMessages } from './messages.ts';
import { ProfileSection } from './ProfileSection.tsx';
import { SESSIONS } from './Sessions.tsx';

const FACTOR = ['second-factor'] as const;
type Open = 'setup' | 'codes' | 'remove';

export function SecondFactor() {
  const t = useMessages();
  const display = useWorkspaceDisplay();
  const cache = useQueryClient();
  const { user } = useMe();
  const [open, setOpen] = useState<Open>();
  const factor = useQuery({ queryKey: FACTOR, queryFn: () => client.secondFactor() });
  const close = () => {
    setOpen(undefined);
    void cache.invalidateQueries({ queryKey: FACTOR });
    void cache.invalidateQueries({ queryKey: SESSIONS });
  };
  const state = factor.data;
  const isOn = typeof state?.enrolled_at === 'string';
  return (
    <ProfileSection
      id="second-factor"
      title={t('factor.title')}
      about={t('factor.about')}
      actions={
        state !== undefined &&
        (isOn ? (
          <Group gap="xs">
            <Button variant="default" onClick={() => setOpen('setup')}>
              {t('factor.move')}
            </Button>
            <Button variant="default" onClick={() => setOpen('codes')}>
              {t('factor.codes')}
            </Button>
            {!state.is_required && (
              <Button variant="default" c="var(--mantine-color-error)" onClick={() => setOpen('remove')}>
                {t('factor.remove')}
              </Button>
            )}
          </Group>
        ) : (
          state.is_available && <Button onClick={() => setOpen('setup')}>{t('factor.setUp')}</Button>
        ))
      }
    >
      {factor.isPending && <PageSkeleton />}
      {factor.isError && <ProblemAlert error={factor.error} onRetry={() => void factor.refetch()} />}
      {state !== undefined && (
        <Group gap="sm">
          <ColorBadge color={isOn ? 'green' : 'gray'}>{t(isOn ? 'factor.on' : 'factor.off')}</ColorBadge>
          <Text size="sm">
            {isOn
              ? t('factor.since', {
                  when: formatInstant(state.enrolled_at!, display),
                  count: state.recovery_codes_left,
                })
              : t(state.is_available ? 'factor.none' : 'factor.noKey')}
          </Text>
        </Group>
      )}
      {open === 'setup' && (
        <Dialog
          opened
          onClose={close}
          title={t(isOn ? 'factor.moveTitle' : 'factor.setUpTitle')}
          closeButtonProps={{ 'aria-label': t('keys.close') }}
        >
          <SecondFactorSetup
            email={user.email}
            onCancel={close}
            onDone={() => {
              notifyDone({ message: t('factor.done') });
              close();
            }}
          />
        </Dialog>
      )}
      {open === 'codes' && <NewCodes email={user.email} onClose={close} />}
      {open === 'remove' && <Remove onClose={close} />}
    </ProfileSection>
  );
}

function NewCodes({ email, onClose }: { email: string; onClose: () => void }) {
  const t = useMessages();
  const make = useMutation({
    mutationFn: (password: string) => client.renewRecoveryCodes({ current_password: password }),
  });
  return (
    <Dialog
      opened
      onClose={onClose}
      title={t('factor.codes')}
      closeButtonProps={{ 'aria-label': t('keys.close') }}
    >
      {make.data === undefined ? (
        <>
          <Text size="sm" mb="md">
            {t('factor.codesText')}
          </Text>
          <PasswordAgain
            error={make.error}
            isPending={make.isPending}
            onSubmit={(password) => make.mutate(password)}
            onCancel={onClose}
          />
        </>
      ) : (
        <RecoveryCodes email={email} codes={make.data.recovery_codes} onKept={onClose} />
      )}
    </Dialog>
  );
}

function Remove({ onClose }: { onClose: () => void }) {
  const t = useMessages();
  const remove = useMutation({
    mutationFn: (password: string) => client.removeSecondFactor({ current_password: password }),
    onSuccess: () => {
      notifyDone({ message: t('factor.removed') });
      onClose();
    },
  });
  return (
    <Dialog
      opened
      onClose={onClose}
      title={t('factor.removeTitle')}
      closeButtonProps={{ 'aria-label': t('keys.close') }}
    >
      <Text size="sm" mb="md">
        {t('factor.removeText')}
      </Text>
      <PasswordAgain
        error={remove.error}
        isPending={remove.isPending}
        onSubmit={(password) => remove.mutate(password)}
        onCancel={onClose}
      />
    </Dialog>
  );
}
