import { client, queryClient } from '../api.ts';
import { paths } from '../paths.ts';
import { LinkScreen } from './LinkScreen.tsx';
import { useSignInMessages } from './messages.ts';

/** Somebody who was invited chooses a password, and is in. */
export function InvitationPage() {
  const t = useSignInMessages();
  return (
    <LinkScreen
      kind="invitation"
      check={client.invited}
      set={async (token, password) => {
        const { workspace } = await client.acceptInvitation({ token, password });
        queryClient.clear();
        // Loaded anew: it may be another workspace than that of this page.
        window.location.assign(paths.inWorkspace(workspace));
      }}
      title={(person) => t('invitationTitle', { workspace: person?.workspace.label ?? 'Trellis' })}
      text={({ name, email }) => t('invitationText', { name, email })}
      submit={t('invitationSubmit')}
      deadText={t('linkInvitation')}
      onDone={() => undefined}
    />
  );
}
