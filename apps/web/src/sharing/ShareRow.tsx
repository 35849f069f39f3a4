/** One share: whom, by whom, what they may, until when; changed in place, ended by a button. */
import { ActionIcon, Select, Text } from '@mantine/core';
import { IconShield, IconUser, IconUsers, IconX } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import type { ShareChangeBody, ShareResponse } from '@trellis/api';
import { formatDate } from '@trellis/forms';
import { client } from '../api.ts';
import { useDisplay } from '../runtime/use-display.ts';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { DayInput } from './DayInput.tsx';
import { dayOf, endOfDay } from './days.ts';
import { useSharingMessages } from './messages.ts';
import classes from './Sharing.module.css';

interface ShareRowProps {
  readonly object: string;
  readonly id: string;
  readonly share: ShareResponse;
  readonly most: 'read' | 'update';
  onChanged(): void;
}

export function ShareRow({ object, id, share, most, onChanged }: ShareRowProps) {
  const t = useSharingMessages();
  const display = useDisplay();
  const { timeZone } = display;
  const isRole = 'role' in share.with;
  const Icon = isRole ? IconShield : 'team' in share.with ? IconUsers : IconUser;
  const plain = share.name ?? t('gone');
  const name = 'role' in share.with && share.with.and_below ? t('roleBelow', { name: plain }) : plain;
  const change = useMutation({
    mutationFn: (body: ShareChangeBody) => client.changeShare(object, id, share.id, body),
    onSettled: onChanged,
  });
  const remove = useMutation({
    mutationFn: () => client.unshare(object, id, share.id),
    onSettled: onChanged,
  });
  const error = change.error ?? remove.error;
  const date = formatDate(dayOf(share.created_at, timeZone), display);
  return (
    <li className={classes.row}>
      <Icon size={18} stroke={1.75} aria-hidden className={classes.icon} />
      <div className={classes.who}>
        <Text size="sm" fw={500} truncate>
          {name}
        </Text>
        <Text size="xs" c="dimmed">
          {t('by', { name: share.created_by.name ?? t('somebody'), date })}
        </Text>
      </div>
      <div className={classes.controls}>
        <Select
          aria-label={t('accessOf', { name })}
          size="xs"
          w={160}
          allowDeselect={false}
          disabled={most === 'read' || change.isPending}
          data={(['read', 'update'] as const).map((level) => ({ value: level, label: t(`levels.${level}`) }))}
          value={share.access}
          onChange={(value) => change.mutate({ access: value === 'update' ? 'update' : 'read' })}
        />
        <DayInput
          aria-label={t('untilOf', { name })}
          placeholder={t('noEnd')}
          size="xs"
          w={130}
          value={share.expires_at === null ? null : dayOf(share.expires_at, timeZone)}
          onChange={(day) => change.mutate({ expires_at: day === null ? null : endOfDay(day, timeZone) })}
        />
        <ActionIcon
          size={30}
          variant="default"
          aria-label={t('remove', { name })}
          loading={remove.isPending}
          onClick={() => remove.mutate()}
        >
          <IconX size={16} stroke={1.75} />
        </ActionIcon>
      </div>
      {error !== null && <ProblemAlert error={error} />}
    </li>
  );
}
