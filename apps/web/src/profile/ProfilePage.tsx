/** The person signed in, as themselves: where they belong, and the keys by which programs act for them. */
import { useMe } from '../api.ts';
import { StandIns } from '../sharing/StandIns.tsx';
import { Page } from '../ui/Page.tsx';
import { ApiKeys } from './ApiKeys.tsx';
import { useMessages } from './messages.ts';
import { SingleSignOn } from './SingleSignOn.tsx';

export function ProfilePage() {
  const t = useMessages();
  const { user, teams, rights } = useMe();
  return (
    <Page
      title={t('title')}
      subtitle={
        <>
          {user.name} · {user.email}
          {teams.length > 0 && <> · {t('teams', { names: teams.map(({ name }) => name).join(', ') })}</>}
        </>
      }
    >
      <StandIns />
      <SingleSignOn />
      <ApiKeys canCreate={rights.includes('api')} rights={rights} />
    </Page>
  );
}
