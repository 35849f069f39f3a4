/** One person: what they were given, and why they may or may not do something. */
import { Button, Group, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Suspense, useState } from 'react';
import { useHasRight, useMe } from '../../../api.ts';
import { ColorBadge } from '../../../ui/ColorBadge.tsx';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { lazy } from '../../../ui/lazy.tsx';
import { ProblemAlert } from '../../../ui/ProblemAlert.tsx';
import { useMessages } from '../../messages.ts';
import { BuilderLink } from '../../navigation.tsx';
import { PageHeader } from '../../parts/PageHeader.tsx';
import classes from '../../parts/parts.module.css';
import { Card, TableSkeleton } from '../../parts/small.tsx';
import { usersQuery } from '../../teams/team-queries.ts';
import { useAccessMessages } from '../messages.ts';
import { PersonModal } from './PersonModal.tsx';
import { PersonSecurity } from './PersonSecurity.tsx';
import { DeactivateModal, SetPasswordModal, useReactivate, useViewAs } from './person-actions.tsx';
import { usePersonChoices } from './use-choices.ts';

const ExplainPanel = lazy(async () => ({
  default: (await import('../../../access/ExplainPanel.tsx')).ExplainPanel,
}));

export function PersonPage({ id }: { id: string }) {
  const t = useAccessMessages();
  const b = useMessages();
  const { user: me } = useMe();
  const users = useQuery(usersQuery);
  const choices = usePersonChoices();
  const reactivate = useReactivate();
  const mayView = useHasRight('view_as');
  const view = useViewAs();
  const [open, setOpen] = useState<'edit' | 'password' | 'deactivate'>();
  if (users.isPending) return <TableSkeleton />;
  if (users.error !== null) return <ProblemAlert error={users.error} onRetry={() => void users.refetch()} />;
  const person = users.data.users.find((user) => user.id === id);
  if (person === undefined) {
    return (
      <EmptyState
        icon="users"
        title={t('people.missing')}
        actions={<BuilderLink page={{ page: 'people' }}>{t('people.back')}</BuilderLink>}
      >
        {t('people.missingText')}
      </EmptyState>
    );
  }
  const close = () => setOpen(undefined);
  const names = (values: readonly string[], of: typeof choices.sets, none: string) =>
    values.map((value) => choices.labelOf(of, value)).join(', ') || none;
  return (
    <>
      <PageHeader
        title={person.name}
        beside={
          <ColorBadge color={person.is_active ? 'green' : 'gray'}>
            {t(person.is_active ? 'people.active' : 'people.inactive')}
          </ColorBadge>
        }
        description={person.email}
        trail={[{ label: t('people.title'), page: { page: 'people' } }]}
        actions={
          <>
            <Button onClick={() => setOpen('edit')}>{b('action.edit')}</Button>
            <Button variant="default" onClick={() => setOpen('password')}>
              {t('people.setPassword')}
            </Button>
            {person.is_active && person.id !== me.id && mayView && (
              <Button variant="default" loading={view.isPending} onClick={() => view.mutate(person.id)}>
                {t('people.viewAs')}
              </Button>
            )}
            {!person.is_active && (
              <Button
                variant="default"
                loading={reactivate.isPending}
                onClick={() => reactivate.mutate(person)}
              >
                {t('people.reactivate')}
              </Button>
            )}
            {person.is_active && person.id !== me.id && (
              <Button variant="default" c="var(--mantine-color-error)" onClick={() => setOpen('deactivate')}>
                {t('people.deactivate')}
              </Button>
            )}
          </>
        }
      />
      <Stack gap="lg" className={classes.narrow}>
        <Card title={t('people.about')}>
          <dl className={classes.facts}>
            <dt>{t('people.sets')}</dt>
            <dd>{names(person.permission_sets, choices.sets, t('people.noSets'))}</dd>
            <dt>{t('people.role')}</dt>
            <dd>{person.role === null ? t('people.noRole') : choices.labelOf(choices.roles, person.role)}</dd>
            <dt>{t('people.teams')}</dt>
            <dd>{names(person.teams, choices.teams, t('people.noTeams'))}</dd>
          </dl>
        </Card>
        <PersonSecurity person={person} />
        <Card title={t('people.explain')}>
          <Suspense fallback={<Group h={120} />}>
            <ExplainPanel user={person.id} />
          </Suspense>
        </Card>
      </Stack>
      {open === 'edit' && <PersonModal person={person} onClose={close} />}
      {open === 'password' && <SetPasswordModal person={person} onClose={close} />}
      {open === 'deactivate' && <DeactivateModal person={person} onClose={close} />}
    </>
  );
}
