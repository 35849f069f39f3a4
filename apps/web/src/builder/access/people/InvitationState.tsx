/** What became of an invitation, as a badge, and the link of one that no mail carried. */
import { Button, CopyButton, Group, Stack, Text, TextInput } from '@mantine/core';
import type { InvitationResponse } from '@trellis/api';
import { ColorBadge } from '../../../ui/ColorBadge.tsx';
import { Dialog } from '../../../ui/Dialog.tsx';
import { useMessages } from '../../messages.ts';
import { useAccessMessages } from '../messages.ts';

const COLORS = {
  sending: 'blue',
  sent: 'blue',
  link_made: 'blue',
  failed: 'red',
  expired: 'orange',
} as const satisfies Record<InvitationResponse['state'], string>;

export function InvitationBadge({ invitation }: { invitation: InvitationResponse }) {
  const t = useAccessMessages();
  return (
    <span title={invitation.failure ?? undefined}>
      <ColorBadge color={COLORS[invitation.state]}>{t(`invitation.state.${invitation.state}`)}</ColorBadge>
    </span>
  );
}

interface InvitationLinkProps {
  readonly name: string;
  /** As the server gave it: a path where it knows no public address. */
  readonly link: string;
  readonly onClose: () => void;
}

export function InvitationLink({ name, link, onClose }: InvitationLinkProps) {
  const t = useAccessMessages();
  const b = useMessages();
  const address = new URL(link, window.location.origin).href;
  return (
    <Dialog
      opened
      onClose={onClose}
      size="lg"
      title={t('invitation.linkTitle', { name })}
      closeButtonProps={{ 'aria-label': b('action.close') }}
    >
      <Stack gap="md">
        <Text size="sm">{t('invitation.linkText')}</Text>
        <Group gap="xs" wrap="nowrap" align="flex-end">
          <TextInput
            style={{ flex: 1 }}
            label={t('invitation.link')}
            readOnly
            value={address}
            onFocus={(event) => event.currentTarget.select()}
            styles={{ input: { fontFamily: 'monospace' } }}
          />
          <CopyButton value={address}>
            {({ copied, copy }) => (
              <Button variant="default" onClick={copy}>
                {t(copied ? 'invitation.copied' : 'invitation.copy')}
              </Button>
            )}
          </CopyButton>
        </Group>
        <Group justify="flex-end">
          <Button onClick={onClose}>{t('invitation.done')}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
