/** How a person signs in, and what an administrator can do about it: invitation, second factor, lock, sessions. */
import { Button, Group, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ApiError, type UserResponse } from '@trellis/api';
import { formatInstant } from '@trellis/forms';
import { useState } from 'react';
import { client, useMe } from '../../../api.ts';
import { SessionList } from '../../../profile/SessionList.tsx';
import { useWorkspaceDisplay } from '../../../runtime/use-display.ts';
import { ColorBadge } from '../../../ui/ColorBadge.tsx';
import { notifyDone, notifyProblem } from '../../../ui/notify.tsx';
import { ProblemAlert } from '../../../ui/ProblemAlert.tsx';
import { ConfirmModal } from '../../parts/ConfirmModal.tsx';
import classes from '../../parts/parts.module.css';
import { Card } from '../../parts/small.tsx';
import { invalidateTeams } from '../../teams/team-queries.ts';
import { useAccessMessages } from '../messages.ts';
import { InvitationBadge, InvitationLink } from './InvitationState.tsx';
import { PersonSignOn } from './PersonSignOn.tsx';

export function PersonSecurity({ person }: { person: UserResponse }) {
  const t = useAccessMessages();
  const display = useWorkspaceDisplay();
  const cache = useQueryClient();
  const { user: me } = useMe();
  const queryKey = ['user-security', person.id] as const;
  const security = useQuery({ queryKey, queryFn: () => client.userSecurity(person.id) });
  const [isResetting, setResetting] = useState(false);
  const refresh = () => cache.invalidateQueries({ queryKey });
  const act = useMutation({
    mutationFn: ({ work }: { readonly work: () => Promise<unknown>; readonly message: string }) => work(),
    onSuccess: (_done, { message }) => {
      notifyDone({ message });
      return refresh();
    },
    onError: notifyProblem,
  });
  const reset = useMutation({
    mutationFn: () => client.resetSecondFactorOf(person.id),
    onSuccess: () => {
      notifyDone({ message: t('security.factorReset') });
      setResetting(false);
      return refresh();
    },
  });
  const end = useMutation({
    mutationFn: (session: string) => client.endSessionsOf(person.id, session),
    onSuccess: refresh,
    onError: notifyProblem,
  });
  if (security.isError) {
    const isForbidden = security.error instanceof ApiError && security.error.status === 403;
    return (
      <Card title={t('security.title')}>
        {isForbidden ? (
          <Text size="sm" c="dimmed">
            {security.error.message}
          </Text>
        ) : (
          <ProblemAlert error={security.error} onRetry={() => void security.refetch()} />
        )}
      </Card>
    );
  }
  const { data } = security;
  if (data === undefined) return null;
  const isSelf = person.id === me.id;
  return (
    <>
      <Card
        title={t('security.title')}
        actions={
          data.is_locked && (
            <Button
              variant="default"
              size="compact-sm"
              onClick={() =>
                act.mutate({ work: () => client.unlockUser(person.id), message: t('security.unlocked') })
              }
            >
              {t('security.unlock')}
            </Button>
          )
        }
      >
        <dl className={classes.facts}>
          <dt>{t('security.password')}</dt>
          <dd>
            <Group gap="xs">
              {t(data.has_password ? 'security.hasPassword' : 'security.noPassword')}
              {data.is_locked && <ColorBadge color="red">{t('security.locked')}</ColorBadge>}
            </Group>
          </dd>
          {!data.has_password && person.is_active && (
            <>
              <dt>{t('invitation.title')}</dt>
              <dd>
                <Invitation person={person} onChanged={refresh} />
              </dd>
            </>
          )}
          <PersonSignOn person={person} isShared={data.is_shared} />
          <dt>{t('security.factor')}</dt>
          <dd>
            {data.second_factor === null ? (
              t('security.noFactor')
            ) : (
              <Group gap="xs">
                {t('security.factorSince', { when: formatInstant(data.second_factor.enrolled_at, display) })}
                {!isSelf && !data.is_shared && (
                  <Button variant="default" size="compact-sm" onClick={() => setResetting(true)}>
                    {t('security.resetFactor')}
                  </Button>
                )}
              </Group>
            )}
          </dd>
        </dl>
      </Card>
      <Card
        title={t('security.sessions')}
        actions={
          !isSelf &&
          data.sessions.length > 0 && (
            <Button
              variant="default"
              size="compact-sm"
              onClick={() =>
                act.mutate({ work: () => client.endSessionsOf(person.id), message: t('security.signedOut') })
              }
            >
              {t('security.endAll')}
            </Button>
          )
        }
      >
        {data.sessions.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t('security.noSessions')}
          </Text>
        ) : (
          <SessionList
            sessions={data.sessions}
            endingId={end.isPending ? end.variables : undefined}
            onEnd={(session) => end.mutate(session)}
          />
        )}
      </Card>
      {isResetting && (
        <ConfirmModal
          title={t('security.resetTitle', { name: person.name })}
          text={t('security.resetText')}
          confirm={t('security.resetFactor')}
          isBusy={reset.isPending}
          error={reset.error}
          onClose={() => setResetting(false)}
          onConfirm={() => reset.mutate()}
        />
      )}
    </>
  );
}

function Invitation({ person, onChanged }: { person: UserResponse; onChanged: () => void }) {
  const t = useAccessMessages();
  const [link, setLink] = useState<string>();
  const { invitation } = person;
  const refresh = async () => {
    await invalidateTeams();
    onChanged();
  };
  const invite = useMutation({
    mutationFn: () => client.invite(person.id),
    onSuccess: async (made) => {
      if (made.link === undefined) notifyDone({ message: t('invitation.again', { name: person.name }) });
      else setLink(made.link);
      await refresh();
    },
    onError: notifyProblem,
  });
  const withdraw = useMutation({
    mutationFn: () => client.withdrawInvitation(person.id),
    onSuccess: async () => {
      notifyDone({ message: t('invitation.withdrawn', { name: person.name }) });
      await refresh();
    },
    onError: notifyProblem,
  });
  return (
    <>
      <Group gap="xs">
        {invitation === null ? t('invitation.none') : <InvitationBadge invitation={invitation} />}
        <Button
          variant="default"
          size="compact-sm"
          loading={invite.isPending}
          onClick={() => invite.mutate()}
        >
          {t(invitation === null ? 'invitation.invite' : 'invitation.inviteAgain')}
        </Button>
        {invitation !== null && (
          <Button
            variant="subtle"
            c="var(--mantine-color-error)"
            size="compact-sm"
            loading={withdraw.isPending}
            onClick={() => withdraw.mutate()}
          >
            {t('invitation.withdraw')}
          </Button>
        )}
      </Group>
      {invitation !== null && invitation.failure !== null && (
        <Text size="sm" c="var(--mantine-color-error)" mt={4}>
          {invitation.failure}
        </Text>
      )}
      {link !== undefined && (
        <InvitationLink name={person.name} link={link} onClose={() => setLink(undefined)} />
      )}
    </>
  );
}
