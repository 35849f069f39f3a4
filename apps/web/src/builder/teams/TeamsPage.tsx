/** Teams: groups of people that may own records together. Saved at once, without a draft: teams are no metadata. */
import { Button, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { TeamResponse } from '@trellis/api';
import { useState } from 'react';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ProblemAlert } from '../../ui/ProblemAlert.tsx';
import { useMessages } from '../messages.ts';
import { CardTable } from '../parts/CardTable.tsx';
import { PageHeader } from '../parts/PageHeader.tsx';
import { TableSkeleton } from '../parts/small.tsx';
import { DeleteTeamModal } from './DeleteTeamModal.tsx';
import { TeamModal } from './TeamModal.tsx';
import { teamsQuery, usersQuery } from './team-queries.ts';

type Open = { readonly what: 'edit'; readonly team?: TeamResponse } | { what: 'delete'; team: TeamResponse };

export function TeamsPage() {
  const t = useMessages();
  const [open, setOpen] = useState<Open>();
  const teams = useQuery(teamsQuery);
  const users = useQuery(usersQuery);
  if (teams.isPending || users.isPending) return <TableSkeleton />;
  const all = teams.data?.teams ?? [];
  const people = users.data?.users ?? [];
  const names = new Map(people.map((user) => [user.id, user.name]));
  const close = () => setOpen(undefined);
  const error = teams.error ?? users.error;
  const create = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setOpen({ what: 'edit' })}>
      {t('teams.new')}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t('teams.title')}
        description={t('teams.description')}
        actions={error === null && all.length > 0 ? create : undefined}
      />
      {error !== null && (
        <ProblemAlert error={error} onRetry={() => void Promise.all([teams.refetch(), users.refetch()])} />
      )}
      {error === null && all.length === 0 && (
        <EmptyState icon="users-group" title={t('teams.none')} actions={create}>
          {t('teams.noneText')}
        </EmptyState>
      )}
      {all.length > 0 && (
        <CardTable>
          <thead>
            <tr>
              <th scope="col">{t('teams.name')}</th>
              <th scope="col">{t('teams.members')}</th>
              <th scope="col">{t('column.description')}</th>
              <th scope="col">{t('column.actions')}</th>
            </tr>
          </thead>
          <tbody>
            {all.map((team) => (
              <tr key={team.id}>
                <th scope="row">{team.name}</th>
                <td>
                  {team.members.length === 0 ? (
                    <Text span size="sm" c="dimmed">
                      {t('teams.noMembers')}
                    </Text>
                  ) : (
                    summarise(team.members.map((id) => names.get(id) ?? id))
                  )}
                </td>
                <td>{team.description}</td>
                <td>
                  <Button
                    variant="subtle"
                    size="compact-sm"
                    onClick={() => setOpen({ what: 'edit', team })}
                    aria-label={t('teams.editNamed', { name: team.name })}
                  >
                    {t('action.edit')}
                  </Button>
                  <Button
                    variant="subtle"
                    color="red.9"
                    size="compact-sm"
                    onClick={() => setOpen({ what: 'delete', team })}
                    aria-label={t('teams.deleteNamed', { name: team.name })}
                  >
                    {t('action.delete')}
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </CardTable>
      )}
      {open?.what === 'edit' && <TeamModal team={open.team} people={people} onClose={close} />}
      {open?.what === 'delete' && <DeleteTeamModal team={open.team} onClose={close} />}
    </>
  );
}

/** The first few by name, and how many more. */
function summarise(names: readonly string[]): string {
  const shown = names.toSorted((a, b) => a.localeCompare(b)).slice(0, 4);
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} +${more}` : shown.join(', ');
}
