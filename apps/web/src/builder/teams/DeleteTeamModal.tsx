/** Asks before a team is deleted; the server refuses one that owns records, and says how many of which object. */
import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { TeamResponse } from '@trellis/api';
import { client } from '../../api.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { ProblemAlert } from '../../ui/ProblemAlert.tsx';
import { useMessages } from '../messages.ts';
import { invalidateTeams } from './team-queries.ts';

export function DeleteTeamModal({ team, onClose }: { team: TeamResponse; onClose: () => void }) {
  const t = useMessages();
  const remove = useMutation({
    mutationFn: () => client.removeTeam(team.id),
    onSuccess: async () => {
      await invalidateTeams();
      onClose();
    },
  });
  return (
    <Dialog
      opened
      onClose={onClose}
      title={t('teams.deleteNamed', { name: team.name })}
      closeButtonProps={{ 'aria-label': t('action.close') }}
      styles={{ title: { fontWeight: 600 } }}
    >
      <Stack gap="md">
        <Text size="sm">{t('teams.deleteText', { count: team.members.length })}</Text>
        {remove.error !== null && <ProblemAlert error={remove.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t('action.cancel')}
          </Button>
          <Button color="red.9" loading={remove.isPending} onClick={() => remove.mutate()}>
            {t('action.delete')}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
