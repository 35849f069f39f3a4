/** Sessions as rows: device, where from, when used, how begun, and a way to end each. */
import { Button, Text } from '@mantine/core';
import type { SessionResponse } from '@trellis/api';
import { formatInstant } from '@trellis/forms';
import { useWorkspaceDisplay } from '../runtime/use-display.ts';
import { plainAddress } from '../ui/address.ts';
import { ColorBadge } from '../ui/ColorBadge.tsx';
import { deviceOf } from './device.ts';
import { useMessages } from './messages.ts';
import classes from './profile.module.css';

interface SessionListProps {
  readonly sessions: readonly SessionResponse[];
  readonly endingId: string | undefined;
  readonly onEnd: (id: string) => void;
}

export function SessionList({ sessions, endingId, onEnd }: SessionListProps) {
  const t = useMessages();
  const display = useWorkspaceDisplay();
  const nameOf = ({ user_agent }: SessionResponse) => {
    const { browser, system } = deviceOf(user_agent);
    if (browser && system) return t('sessions.device', { browser, system });
    return browser ?? system ?? t('sessions.unknownDevice');
  };
  return (
    <ul className={classes.rows}>
      {sessions.map((session) => (
        <li key={session.id} className={classes.row}>
          <div className={classes.what} title={session.user_agent ?? undefined}>
            <strong>{nameOf(session)}</strong>
            {session.is_current && <ColorBadge color="green">{t('sessions.current')}</ColorBadge>}
            <Text size="xs" c="dimmed">
              {session.address === null ? null : plainAddress(session.address)}
            </Text>
          </div>
          <Text size="sm" className={classes.when}>
            {t('sessions.used', { when: formatInstant(session.last_used_at, display) })}
            <Text span display="block" size="xs" c="dimmed">
              {t('sessions.began', { when: formatInstant(session.created_at, display) })}
              {' · '}
              {t(`sessions.method.${session.method}`)}
            </Text>
          </Text>
          <span className={classes.act}>
            {!session.is_current && (
              <Button
                variant="subtle"
                c="var(--mantine-color-error)"
                size="compact-sm"
                loading={endingId === session.id}
                onClick={() => onEnd(session.id)}
                aria-label={t('sessions.endNamed', { device: nameOf(session) })}
              >
                {t('sessions.end')}
              </Button>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}
