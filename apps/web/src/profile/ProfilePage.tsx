/** The person signed in, as themselves: what they may change, how they sign in, and the keys of their programs. */
import { useMe } from '../api.ts';
import { StandIns } from '../sharing/StandIns.tsx';
import { Page } from '../ui/Page.tsx';
import { ApiKeys } from './ApiKeys.tsx';
import { Details } from './Details.tsx';
import { useMessages } from './messages.ts';
import { Password } from './Password.tsx';
import { SecondFactor } from './SecondFactor.tsx';
import { Sessions } from './Sessions.tsx';
import { SingleSignOn } from './SingleSignOn.tsx';

export function ProfilePage() {
  const t = useMessages();
  const { user, teams, rights } = useMe();
  return (
    <Page
      title={t('title')}
      width="text"
      subtitle={
        <>
          {user.name} · {user.email}
          {teams.length > 0 && <> · {t('teams', { names: teams.map(({ name }) => name).join(', ') })}</>}
        </>
      }
    >
      <Details />
      <Password />
      <SecondFactor />
      <SingleSignOn />
      <Sessions />
      <StandIns />
      <ApiKeys canCreate={rights.includes('api')} rights={rights} />
    </Page>
  );
}
