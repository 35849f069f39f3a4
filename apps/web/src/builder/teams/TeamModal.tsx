/** Makes or changes a team: its name, what it is for, and who belongs to it. */
import { Button, MultiSelect, Textarea, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { TeamResponse, UserResponse } from '@trellis/api';
import { useState } from 'react';
import { client } from '../../api.ts';
import { ProblemAlert } from '../../ui/ProblemAlert.tsx';
import { useMessages } from '../messages.ts';
import { EditorModal } from '../parts/EditorModal.tsx';
import { fieldFaults } from '../parts/field-faults.ts';
import { invalidateTeams } from './team-queries.ts';

const FIELDS = ['name', 'email', 'description'] as const;

interface TeamModalProps {
  /** Undefined: a new one. */
  readonly team: TeamResponse | undefined;
  readonly people: readonly UserResponse[];
  readonly onClose: () => void;
}

export function TeamModal({ team, people, onClose }: TeamModalProps) {
  const t = useMessages();
  const [name, setName] = useState(team?.name ?? '');
  const [email, setEmail] = useState(team?.email ?? '');
  const [description, setDescription] = useState(team?.description ?? '');
  const [members, setMembers] = useState<string[]>([...(team?.members ?? [])]);
  const isDirty =
    name !== (team?.name ?? '') ||
    email !== (team?.email ?? '') ||
    description !== (team?.description ?? '') ||
    members.join() !== (team?.members ?? []).join();
  const save = useMutation({
    mutationFn: () => {
      const body = { name, email: email || null, description: description || null, members };
      return team === undefined ? client.createTeam(body) : client.updateTeam(team.id, body);
    },
    onSuccess: async () => {
      await invalidateTeams();
      onClose();
    },
  });
  const faults = fieldFaults(save.error, FIELDS);
  return (
    <EditorModal
      title={team === undefined ? t('teams.new') : t('teams.editNamed', { name: team.name })}
      size="md"
      isDirty={isDirty && !save.isSuccess}
      onClose={onClose}
      onSubmit={() => save.mutate()}
      footer={
        <>
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button type="submit" loading={save.isPending}>
            {team === undefined ? t('action.create') : t('teams.save')}
          </Button>
        </>
      }
    >
      {save.error !== null && !faults.isPlaced && <ProblemAlert error={save.error} />}
      <TextInput
        label={t('teams.name')}
        required
        data-autofocus
        value={name}
        error={faults.of('name')}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <MultiSelect
        label={t('teams.members')}
        placeholder={members.length === 0 ? t('teams.pickMembers') : undefined}
        searchable
        clearable
        limit={100}
        hidePickedOptions
        nothingFoundMessage={t('action.nothingFound')}
        data={people
          .filter((user) => user.is_active || members.includes(user.id))
          .map((user) => ({ value: user.id, label: `${user.name} (${user.email})` }))}
        value={members}
        onChange={setMembers}
      />
      <TextInput
        label={t('teams.email')}
        type="email"
        value={email}
        error={faults.of('email')}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <Textarea
        label={t('column.description')}
        autosize
        minRows={2}
        value={description}
        error={faults.of('description')}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
    </EditorModal>
  );
}
