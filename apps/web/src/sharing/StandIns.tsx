/** Who stands in for the person signed in, and for whom they do: named for a period, ended by a button or by itself. */
import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { DelegationResponse } from '@trellis/api';
import { formatDate } from '@trellis/forms';
import { useState } from 'react';
import { client, failureOf, useFindObject, useMe } from '../api.ts';
import { useDisplay } from '../runtime/use-display.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { EmptyState } from '../ui/EmptyState.tsx';
import { PageSkeleton } from '../ui/PageSkeleton.tsx';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { DayInput } from './DayInput.tsx';
import { dayOf, endOfDay, startOfDay } from './days.ts';
import { useSharingMessages } from './messages.ts';
import { PrincipalSelect } from './PrincipalSelect.tsx';
import classes from './Sharing.module.css';

/** All questions for delegations begin with it. */
export const DELEGATIONS = ['delegations'] as const;

export function StandIns() {
  const t = useSharingMessages();
  const cache = useQueryClient();
  const findObject = useFindObject();
  const [isNaming, setNaming] = useState(false);
  const found = useQuery({ queryKey: [...DELEGATIONS, 'own'], queryFn: () => client.delegations() });
  const failure = failureOf(found);
  if (failure) return <ProblemAlert error={failure} onRetry={() => void found.refetch()} />;
  if (!found.data) return <PageSkeleton />;
  const { delegations } = found.data;
  const refresh = () => void cache.invalidateQueries({ queryKey: DELEGATIONS });
  // Whoever may not read people can't name one.
  const name = findObject('user') !== undefined && (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setNaming(true)}>
      {t('standIn.new')}
    </Button>
  );
  return (
    <Stack gap="md" component="section" aria-labelledby="stand-ins">
      <Group justify="space-between" align="flex-start">
        <div>
          <h2 id="stand-ins" style={{ fontSize: '1rem', margin: 0 }}>
            {t('standIn.title')}
          </h2>
          <Text size="sm" c="dimmed">
            {t('standIn.about')}
          </Text>
        </div>
        {delegations.length > 0 && name}
      </Group>
      {delegations.length === 0 ? (
        <EmptyState icon="users" title={t('standIn.none')} actions={name === false ? undefined : name}>
          {t('standIn.noneText')}
        </EmptyState>
      ) : (
        <DelegationList delegations={delegations} onEnded={refresh} />
      )}
      {isNaming && <NameDelegate onNamed={refresh} onClose={() => setNaming(false)} />}
    </Stack>
  );
}

/** One row each: who stands in for whom, when, and a button that ends it. */
export function DelegationList(props: {
  readonly delegations: readonly DelegationResponse[];
  onEnded(): void;
}) {
  return (
    <ul className={classes.list}>
      {props.delegations.map((each) => (
        <Row key={each.id} delegation={each} onEnded={props.onEnded} />
      ))}
    </ul>
  );
}

const COLORS = { planned: 'blue', active: 'green', ended: 'gray' } as const;

function Row({ delegation, onEnded }: { delegation: DelegationResponse; onEnded(): void }) {
  const t = useSharingMessages();
  const { user } = useMe();
  const display = useDisplay();
  const { delegator, delegate, state } = delegation;
  const by = delegate.name ?? t('somebody');
  const of = delegator.name ?? t('somebody');
  const sentence =
    delegator.id === user.id
      ? t('standIn.forYou', { name: by })
      : delegate.id === user.id
        ? t('standIn.byYou', { name: of })
        : t('standIn.ofOthers', { by, of });
  const day = (instant: string) => formatDate(dayOf(instant, display.timeZone), display);
  const end = useMutation({ mutationFn: () => client.endDelegation(delegation.id), onSettled: onEnded });
  return (
    <li className={classes.row}>
      <div className={classes.who}>
        <Text size="sm" fw={500}>
          {sentence}
        </Text>
        <Text size="xs" c="dimmed">
          {t('standIn.period', { from: day(delegation.starts_at), until: day(delegation.ends_at) })}
        </Text>
      </div>
      <Badge variant="light" color={COLORS[state]} c="var(--mantine-color-text)">
        {t(`standIn.states.${state}`)}
      </Badge>
      {state !== 'ended' && (
        <Button
          variant="default"
          size="xs"
          aria-label={t('standIn.endOf', { sentence })}
          loading={end.isPending}
          onClick={() => end.mutate()}
        >
          {t('standIn.end')}
        </Button>
      )}
      {end.error !== null && <ProblemAlert error={end.error} />}
    </li>
  );
}

interface NameDelegateProps {
  /** For somebody else, who is chosen too; else for who is signed in. */
  readonly isForOthers?: boolean;
  onNamed(): void;
  onClose(): void;
}

/** Names who stands in, and from when to when. */
export function NameDelegate({ isForOthers = false, onNamed, onClose }: NameDelegateProps) {
  const t = useSharingMessages();
  const { timeZone } = useDisplay();
  const today = dayOf(new Date().toISOString(), timeZone);
  const [who, setWho] = useState<string | null>(null);
  const [whom, setWhom] = useState<string | null>(null);
  const [from, setFrom] = useState<string | null>(today);
  const [until, setUntil] = useState<string | null>(null);
  const name = useMutation({
    mutationFn: () =>
      client.delegate({
        delegate: who ?? '',
        ...(whom === null ? {} : { delegator: whom }),
        // One that begins today begins now.
        ...(from === null || from === today ? {} : { starts_at: startOfDay(from, timeZone) }),
        ends_at: endOfDay(until ?? today, timeZone),
      }),
    onSuccess: () => {
      onNamed();
      onClose();
    },
  });
  return (
    <Dialog opened onClose={onClose} title={t('standIn.new')} closeButtonProps={{ 'aria-label': t('close') }}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          name.mutate();
        }}
      >
        <Stack gap="md">
          {name.error !== null && <ProblemAlert error={name.error} />}
          {isForOthers && (
            <PrincipalSelect kind="user" label={t('standIn.whom')} value={whom} onChange={setWhom} />
          )}
          <PrincipalSelect
            kind="user"
            label={t(isForOthers ? 'standIn.whoElse' : 'standIn.who')}
            value={who}
            onChange={setWho}
          />
          <DayInput label={t('standIn.from')} value={from} isClearable={false} onChange={setFrom} />
          <DayInput
            label={t('standIn.until')}
            description={t('standIn.untilHelp')}
            value={until}
            isClearable={false}
            onChange={setUntil}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t('standIn.cancel')}
            </Button>
            <Button
              type="submit"
              disabled={who === null || until === null || (isForOthers && whom === null)}
              loading={name.isPending}
            >
              {t('standIn.create')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
