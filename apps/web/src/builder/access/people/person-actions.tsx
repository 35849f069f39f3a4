/** What can be done with a person at once: a new password, no more sign-in, sign-in again. */
import { Button, Group, PasswordInput, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { UserResponse } from '@trellis/api';
import { useState } from 'react';
import { basePath, client } from '../../../api.ts';
import { Dialog } from '../../../ui/Dialog.tsx';
import { notifyDone, notifyProblem } from '../../../ui/notify.tsx';
import { ProblemAlert } from '../../../ui/ProblemAlert.tsx';
import { useMessages } from '../../messages.ts';
import { EditorModal } from '../../parts/EditorModal.tsx';
import { fieldFaults } from '../../parts/field-faults.ts';
import { invalidateTeams } from '../../teams/team-queries.ts';
import { useAccessMessages } from '../messages.ts';

interface PersonDialogProps {
  readonly person: UserResponse;
  readonly onClose: () => void;
}

export function SetPasswordModal({ person, onClose }: PersonDialogProps) {
  const t = useAccessMessages();
  const b = useMessages();
  const [password, setPassword] = useState('');
  const save = useMutation({
    mutationFn: () => client.updateUser(person.id, { password }),
    onSuccess: () => {
      notifyDone({ message: t('people.passwordSet', { name: person.name }) });
      onClose();
    },
  });
  const faults = fieldFaults(save.error, ['password']);
  return (
    <EditorModal
      title={t('people.setPasswordOf', { name: person.name })}
      size="md"
      isDirty={password !== '' && !save.isSuccess}
      onClose={onClose}
      onSubmit={() => save.mutate()}
      footer={
        <>
          <Button variant="default" onClick={onClose}>
            {b('action.cancel')}
          </Button>
          <Button type="submit" loading={save.isPending}>
            {t('people.setPassword')}
          </Button>
        </>
      }
    >
      {save.error !== null && !faults.isPlaced && <ProblemAlert error={save.error} />}
      <PasswordInput
        label={t('people.newPassword')}
        description={t('people.newPasswordHelp')}
        required
        data-autofocus
        autoComplete="new-password"
        value={password}
        error={faults.of('password')}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
    </EditorModal>
  );
}

export function DeactivateModal({ person, onClose }: PersonDialogProps) {
  const t = useAccessMessages();
  const b = useMessages();
  const save = useMutation({
    mutationFn: () => client.updateUser(person.id, { is_active: false }),
    onSuccess: async () => {
      await invalidateTeams();
      notifyDone({ message: t('people.deactivated', { name: person.name }) });
      onClose();
    },
  });
  return (
    <Dialog
      opened
      onClose={onClose}
      title={t('people.deactivateNamed', { name: person.name })}
      closeButtonProps={{ 'aria-label': b('action.close') }}
    >
      <Stack gap="md">
        <Text size="sm">{t('people.deactivateText')}</Text>
        {save.error !== null && <ProblemAlert error={save.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            {b('action.cancel')}
          </Button>
          <Button color="red.9" loading={save.isPending} onClick={() => save.mutate()}>
            {t('people.deactivate')}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

/** Lets somebody sign in again. */
export function useReactivate() {
  const t = useAccessMessages();
  return useMutation({
    mutationFn: (person: UserResponse) => client.updateUser(person.id, { is_active: true }),
    onSuccess: async ({ name }) => {
      await invalidateTeams();
      notifyDone({ message: t('people.reactivated', { name }) });
    },
    onError: notifyProblem,
  });
}

/** Sees the product as somebody else. The page is loaded anew, so that nothing of one's own stays in memory. */
export function useViewAs() {
  return useMutation({
    mutationFn: (id: string) => client.viewAs(id),
    onSuccess: () => window.location.assign(basePath),
    onError: notifyProblem,
  });
}
