/** Why somebody came back from a provider without being signed in, or linked. */
import { Alert } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import { readReason, useMessages } from './messages.ts';

export function SignOnRefused({
  code,
  isLinking = false,
}: {
  readonly code: unknown;
  readonly isLinking?: boolean;
}) {
  const t = useMessages();
  const reason = readReason(code);
  if (reason === undefined) return null;
  return (
    <Alert
      color="red"
      icon={<IconAlertCircle size={18} aria-hidden />}
      title={t(isLinking ? 'notLinkedTitle' : 'refusedTitle')}
    >
      {t(`reason.${reason}`)}
    </Alert>
  );
}
