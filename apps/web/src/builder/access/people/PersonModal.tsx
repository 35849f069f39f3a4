/** Makes or changes a person: name, address, first password, and what they are given. */
import { Button, MultiSelect, PasswordInput, Radio, Select, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { UserResponse } from '@trellis/api';
import { useState } from 'react';
import { client } from '../../../api.ts';
import { notifyDone } from '../../../ui/notify.tsx';
import { ProblemAlert } from '../../../ui/ProblemAlert.tsx';
import { isSame } from '../../draft/same.ts';
import { useMessages } from '../../messages.ts';
import { EditorModal } from '../../parts/EditorModal.tsx';
import { fieldFaults } from '../../parts/field-faults.ts';
import { invalidateTeams } from '../../teams/team-queries.ts';
import { useAccessMessages } from '../messages.ts';
import { usePersonChoices, withHeld } from './use-choices.ts';

const FIELDS = ['name', 'email', 'password', 'role', 'permission_sets', 'teams'] as const;

/** How a new person is to come in. */
const ENTRIES = ['invite', 'password', 'later'] as const;

interface Given {
  readonly name: string;
  readonly email: string;
  readonly entry: (typeof ENTRIES)[number];
  readonly password: string;
  readonly role: string | null;
  readonly permission_sets: readonly string[];
  readonly teams: readonly string[];
}

interface PersonModalProps {
  /** Undefined: a new one. */
  readonly person: UserResponse | undefined;
  readonly onClose: () => void;
  /** Called with the link of an invitation that no mail carries. */
  readonly onLink?: (name: string, link: string) => void;
}

export function PersonModal({ person, onClose, onLink }: PersonModalProps) {
  const t = useAccessMessages();
  const b = useMessages();
  const choices = usePersonChoices();
  const [before] = useState(
    (): Given => ({
      name: person?.name ?? '',
      email: person?.email ?? '',
      entry: 'invite',
      password: '',
      role: person?.role ?? null,
      permission_sets: person?.permission_sets ?? [],
      teams: person?.teams ?? [],
    }),
  );
  const [given, setGiven] = useState(before);
  const set = (change: Partial<Given>) => setGiven((current) => ({ ...current, ...change }));
  const save = useMutation({
    mutationFn: () =>
      person === undefined ? client.createUser(newPerson(given)) : update(person, before, given),
    onSuccess: async ({ name, invitation }) => {
      await invalidateTeams();
      const made = ({ invite: 'people.invited', password: 'people.created', later: 'people.kept' } as const)[
        given.entry
      ];
      notifyDone({ message: t(person === undefined ? made : 'people.saved', { name }) });
      onClose();
      if (invitation?.link !== undefined) onLink?.(name, invitation.link);
    },
  });
  const faults = fieldFaults(save.error, FIELDS);
  return (
    <EditorModal
      title={person === undefined ? t('people.new') : t('people.editNamed', { name: person.name })}
      size="md"
      isDirty={!isSame(before, given) && !save.isSuccess}
      onClose={onClose}
      onSubmit={() => save.mutate()}
      footer={
        <>
          <Button variant="default" onClick={onClose}>
            {b('action.cancel')}
          </Button>
          <Button type="submit" loading={save.isPending}>
            {person === undefined ? b('action.create') : t('people.save')}
          </Button>
        </>
      }
    >
      {save.error !== null && !faults.isPlaced && <ProblemAlert error={save.error} />}
      <TextInput
        label={t('people.name')}
        required
        data-autofocus
        autoComplete="off"
        value={given.name}
        error={faults.of('name')}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      {person === undefined && (
        <>
          <TextInput
            label={t('people.email')}
            type="email"
            required
            autoComplete="off"
            value={given.email}
            error={faults.of('email')}
            onChange={(event) => set({ email: event.currentTarget.value })}
          />
          <Radio.Group
            label={t('people.entry')}
            value={given.entry}
            onChange={(entry) =>
              set({ entry: ENTRIES.find((each) => each === entry) ?? 'invite', password: '' })
            }
          >
            <Stack gap={6} mt={6}>
              {ENTRIES.map((entry) => (
                <Radio
                  key={entry}
                  value={entry}
                  label={t(`people.entryBy.${entry}`)}
                  description={t(`people.entryHelp.${entry}`)}
                />
              ))}
            </Stack>
          </Radio.Group>
          {given.entry === 'password' && (
            <PasswordInput
              label={t('people.password')}
              description={t('people.passwordHelp')}
              autoComplete="new-password"
              value={given.password}
              error={faults.of('password')}
              onChange={(event) => set({ password: event.currentTarget.value })}
            />
          )}
        </>
      )}
      <MultiSelect
        label={t('people.sets')}
        description={t('people.setsHelp')}
        placeholder={given.permission_sets.length === 0 ? t('people.pickSets') : undefined}
        searchable
        clearable
        hidePickedOptions
        nothingFoundMessage={b('action.nothingFound')}
        data={withHeld(choices.sets, given.permission_sets)}
        value={[...given.permission_sets]}
        error={faults.of('permission_sets')}
        onChange={(chosen) => set({ permission_sets: chosen })}
      />
      <Select
        label={t('people.role')}
        description={t('people.roleHelp')}
        placeholder={t('people.noRole')}
        searchable
        clearable
        nothingFoundMessage={b('action.nothingFound')}
        data={withHeld(choices.roles, given.role === null ? [] : [given.role])}
        value={given.role}
        error={faults.of('role')}
        onChange={(role) => set({ role })}
      />
      <MultiSelect
        label={t('people.teams')}
        placeholder={given.teams.length === 0 ? t('people.pickTeams') : undefined}
        searchable
        clearable
        hidePickedOptions
        nothingFoundMessage={b('action.nothingFound')}
        data={withHeld(choices.teams, given.teams)}
        value={[...given.teams]}
        error={faults.of('teams')}
        onChange={(chosen) => set({ teams: chosen })}
      />
    </EditorModal>
  );
}

function newPerson({ entry, password, role, ...rest }: Given) {
  const entered = entry === 'invite' ? { invite: true } : entry === 'password' ? { password } : {};
  return { ...rest, ...entered, ...(role === null ? {} : { role }) };
}

/** Sends what was changed and nothing else: a right given by somebody else meanwhile stays. */
function update(person: UserResponse, before: Given, given: Given) {
  const changed = (['name', 'role', 'permission_sets', 'teams'] as const).filter(
    (field) => !isSame(before[field], given[field]),
  );
  return client.updateUser(person.id, Object.fromEntries(changed.map((field) => [field, given[field]])));
}
