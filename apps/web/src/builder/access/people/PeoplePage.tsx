/** The people of the workspace. Saved at once, without a draft: people are no metadata. */
import { ActionIcon, Button, Menu, SegmentedControl, Text, TextInput } from '@mantine/core';
import { IconDots, IconPlus, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { UserResponse } from '@trellis/api';
import { useState } from 'react';
import { useHasRight, useMe } from '../../../api.ts';
import { ColorBadge } from '../../../ui/ColorBadge.tsx';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { ProblemAlert } from '../../../ui/ProblemAlert.tsx';
import { useMessages } from '../../messages.ts';
import { BuilderLink, useGo } from '../../navigation.tsx';
import { CardTable } from '../../parts/CardTable.tsx';
import { PageHeader } from '../../parts/PageHeader.tsx';
import classes from '../../parts/parts.module.css';
import { TableSkeleton } from '../../parts/small.tsx';
import { usersQuery } from '../../teams/team-queries.ts';
import { useAccessMessages } from '../messages.ts';
import { InvitationBadge, InvitationLink } from './InvitationState.tsx';
import { PersonModal } from './PersonModal.tsx';
import { DeactivateModal, SetPasswordModal, useReactivate, useViewAs } from './person-actions.tsx';
import { usePersonChoices } from './use-choices.ts';

type Open =
  | { readonly what: 'edit'; readonly person: UserResponse | undefined }
  | { readonly what: 'password' | 'deactivate'; readonly person: UserResponse };

const SHOWN = ['active', 'inactive', 'all'] as const;
/** Rows drawn at once; more on demand. */
const PAGE = 100;

export function PeoplePage() {
  const t = useAccessMessages();
  const users = useQuery(usersQuery);
  const [open, setOpen] = useState<Open>();
  const [invited, setInvited] = useState<{ readonly name: string; readonly link: string }>();
  const [text, setText] = useState('');
  const [shown, setShown] = useState<(typeof SHOWN)[number]>('active');
  const [limit, setLimit] = useState(PAGE);
  if (users.isPending) return <TableSkeleton />;
  const wanted = text.trim().toLocaleLowerCase();
  const people = (users.data?.users ?? [])
    .filter((user) => shown === 'all' || user.is_active === (shown === 'active'))
    .filter((user) => `${user.name} ${user.email}`.toLocaleLowerCase().includes(wanted))
    .toSorted((a, b) => a.name.localeCompare(b.name));
  return (
    <>
      <PageHeader
        title={t('people.title')}
        description={t('people.description')}
        actions={
          <Button
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => setOpen({ what: 'edit', person: undefined })}
          >
            {t('people.new')}
          </Button>
        }
      />
      {users.error !== null && <ProblemAlert error={users.error} onRetry={() => void users.refetch()} />}
      <div className={classes.toolbar}>
        <TextInput
          aria-label={t('people.search')}
          placeholder={t('people.search')}
          leftSection={<IconSearch size={14} aria-hidden />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <span className={classes.dim} role="status">
          {t('people.count', { count: people.length })}
        </span>
        <SegmentedControl
          size="xs"
          ms="auto"
          aria-label={t('people.show')}
          value={shown}
          onChange={(value) => setShown(SHOWN.find((each) => each === value) ?? 'active')}
          data={SHOWN.map((value) => ({ value, label: t(`people.${value}`) }))}
        />
      </div>
      {people.length === 0 ? (
        <EmptyState icon="users" title={t('people.none')}>
          {t('people.noneText')}
        </EmptyState>
      ) : (
        <PeopleTable people={people.slice(0, limit)} onOpen={setOpen} />
      )}
      {people.length > limit && (
        <Button variant="default" mt="md" onClick={() => setLimit(limit + PAGE)}>
          {t('people.more')}
        </Button>
      )}
      {open?.what === 'edit' && (
        <PersonModal
          person={open.person}
          onClose={() => setOpen(undefined)}
          onLink={(name, link) => setInvited({ name, link })}
        />
      )}
      {invited !== undefined && <InvitationLink {...invited} onClose={() => setInvited(undefined)} />}
      {open?.what === 'password' && (
        <SetPasswordModal person={open.person} onClose={() => setOpen(undefined)} />
      )}
      {open?.what === 'deactivate' && (
        <DeactivateModal person={open.person} onClose={() => setOpen(undefined)} />
      )}
    </>
  );
}

function PeopleTable(props: { readonly people: readonly UserResponse[]; onOpen(open: Open): void }) {
  const t = useAccessMessages();
  const b = useMessages();
  const { user: me } = useMe();
  const choices = usePersonChoices();
  return (
    <CardTable>
      <thead>
        <tr>
          <th scope="col">{t('people.name')}</th>
          <th scope="col">{t('people.sets')}</th>
          <th scope="col">{t('people.role')}</th>
          <th scope="col">{t('people.teams')}</th>
          <th scope="col">{t('people.state')}</th>
          <th scope="col">
            <span className="tr-visually-hidden">{b('column.actions')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {props.people.map((person) => (
          <tr key={person.id}>
            <td>
              <BuilderLink page={{ page: 'person', id: person.id }} className={classes.link}>
                {person.name}
              </BuilderLink>
              <span className={classes.secondLine}>{person.email}</span>
            </td>
            <td>
              {person.permission_sets.length === 0 ? (
                <Text span size="sm" c="dimmed">
                  —
                </Text>
              ) : (
                person.permission_sets.map((name) => choices.labelOf(choices.sets, name)).join(', ')
              )}
            </td>
            <td>{person.role === null ? '—' : choices.labelOf(choices.roles, person.role)}</td>
            <td>{person.teams.map((id) => choices.labelOf(choices.teams, id)).join(', ') || '—'}</td>
            <td>
              <span className={classes.badges}>
                <ColorBadge color={person.is_active ? 'green' : 'gray'}>
                  {t(person.is_active ? 'people.active' : 'people.inactive')}
                </ColorBadge>
                {person.invitation !== null && person.is_active && (
                  <InvitationBadge invitation={person.invitation} />
                )}
                {person.id === me.id && <ColorBadge color="indigo">{t('people.you')}</ColorBadge>}
              </span>
            </td>
            <td className={classes.rowActions}>
              <PersonMenu person={person} isSelf={person.id === me.id} onOpen={props.onOpen} />
            </td>
          </tr>
        ))}
      </tbody>
    </CardTable>
  );
}

interface PersonMenuProps {
  readonly person: UserResponse;
  readonly isSelf: boolean;
  onOpen(open: Open): void;
}

function PersonMenu({ person, isSelf, onOpen }: PersonMenuProps) {
  const t = useAccessMessages();
  const b = useMessages();
  const go = useGo();
  const reactivate = useReactivate();
  const mayView = useHasRight('view_as');
  const view = useViewAs();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label={b('action.more', { label: person.name })}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => onOpen({ what: 'edit', person })}>{b('action.edit')}</Menu.Item>
        <Menu.Item onClick={() => onOpen({ what: 'password', person })}>{t('people.setPassword')}</Menu.Item>
        <Menu.Item onClick={() => go({ page: 'person', id: person.id })}>{t('people.explain')}</Menu.Item>
        {person.is_active && !isSelf && mayView && (
          <Menu.Item onClick={() => view.mutate(person.id)}>{t('people.viewAs')}</Menu.Item>
        )}
        {person.is_active ? (
          !isSelf && (
            <Menu.Item
              color="var(--mantine-color-error)"
              onClick={() => onOpen({ what: 'deactivate', person })}
            >
              {t('people.deactivate')}
            </Menu.Item>
          )
        ) : (
          <Menu.Item onClick={() => reactivate.mutate(person)}>{t('people.reactivate')}</Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
