/** A role (and those below), a team or a person: whom records are shared with, or whose they are. */
import { Group, Select, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useBuilder } from '../../BuilderProvider.tsx';
import { useMessages } from '../../messages.ts';
import { teamsQuery, usersQuery } from '../../teams/team-queries.ts';
import { useAccessMessages } from '../messages.ts';
import type { Grantee } from './rule-text.ts';

const KINDS = ['role', 'team', 'user'] as const;
type GranteeKind = (typeof KINDS)[number];

interface GranteeInputProps {
  readonly value: Grantee;
  readonly kinds?: readonly GranteeKind[];
  readonly error?: string | undefined;
  onChange(value: Grantee): void;
}

export function GranteeInput({ value, kinds = KINDS, error, onChange }: GranteeInputProps) {
  const t = useAccessMessages();
  const b = useMessages();
  const { catalogue } = useBuilder();
  const users = useQuery(usersQuery).data?.users ?? [];
  const teams = useQuery(teamsQuery).data?.teams ?? [];
  const said = kinds.find((each) => value[each] !== undefined);
  // A kind is chosen before there is anybody of it to say.
  const [picked, setPicked] = useState<GranteeKind>(said ?? 'role');
  const kind = said ?? picked;
  const data = {
    role: catalogue.all('role').map((role) => ({ value: role.name, label: role.body.label })),
    team: teams.map((team) => ({ value: team.id, label: team.name })),
    user: users.map((user) => ({ value: user.id, label: `${user.name} (${user.email})` })),
  }[kind];
  return (
    <Group gap="xs" align="flex-start" wrap="wrap">
      <Select
        w={110}
        aria-label={t('sharing.kind')}
        allowDeselect={false}
        data={kinds.map((each) => ({ value: each, label: t(`sharing.kinds.${each}`) }))}
        value={kind}
        onChange={(next) => {
          setPicked(kinds.find((each) => each === next) ?? 'role');
          onChange({});
        }}
      />
      <Select
        flex={1}
        miw="12rem"
        aria-label={t('sharing.who')}
        placeholder={t('sharing.choose')}
        searchable
        limit={100}
        nothingFoundMessage={b('action.nothingFound')}
        data={data}
        value={value[kind] ?? null}
        error={error}
        onChange={(chosen) =>
          onChange(
            chosen === null
              ? {}
              : { [kind]: chosen, ...(kind === 'role' && value.and_below ? { and_below: true } : {}) },
          )
        }
      />
      {kind === 'role' && (
        <Switch
          mt={6}
          label={t('sharing.andBelow')}
          checked={value.and_below === true}
          disabled={value.role === undefined}
          onChange={(event) => {
            const { and_below: _, ...rest } = value;
            onChange(event.currentTarget.checked ? { ...rest, and_below: true } : rest);
          }}
        />
      )}
    </Group>
  );
}
