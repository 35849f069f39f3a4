/** Where somebody is signed in: each session can be ended, or all but this one. */
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { client } from '../api.ts';
import { notifyDone, notifyProblem } from '../ui/notify.tsx';
import { PageSkeleton } from '../ui/PageSkeleton.tsx';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { useMessages } from './messages.ts';
import { ProfileSection } from './ProfileSection.tsx';
import { SessionList } from './SessionList.tsx';

export const SESSIONS = ['my-sessions'] as const;

export function Sessions() {
  const t = useMessages();
  const cache = useQueryClient();
  const sessions = useQuery({ queryKey: SESSIONS, queryFn: () => client.sessions() });
  const end = useMutation({
    mutationFn: (id: string | undefined) =>
      id === undefined ? client.endOtherSessions() : client.endSession(id),
    onSuccess: (_done, id) => {
      notifyDone({ message: t(id === undefined ? 'sessions.othersEnded' : 'sessions.ended') });
      return cache.invalidateQueries({ queryKey: SESSIONS });
    },
    onError: notifyProblem,
  });
  const list = sessions.data?.sessions ?? [];
  return (
    <ProfileSection
      id="sessions"
      title={t('sessions.title')}
      about={t('sessions.about')}
      actions={
        list.length > 1 && (
          <Button
            variant="default"
            loading={end.isPending && end.variables === undefined}
            onClick={() => end.mutate(undefined)}
          >
            {t('sessions.endOthers')}
          </Button>
        )
      }
    >
      {sessions.isPending && <PageSkeleton />}
      {sessions.isError && <ProblemAlert error={sessions.error} onRetry={() => void sessions.refetch()} />}
      {list.length > 0 && (
        <SessionList
          sessions={list}
          endingId={end.isPending ? end.variables : undefined}
          onEnd={(id) => end.mutate(id)}
        />
      )}
    </ProfileSection>
  );
}
