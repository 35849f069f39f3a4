/** Opens the record to one more person, team or role. */
import { Button, Checkbox, SegmentedControl, Select, SimpleGrid, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { RecordSharingResponse, ShareTarget } from '@trellis/api';
import { useState } from 'react';
import { client, useFindObject } from '../api.ts';
import { useDisplay } from '../runtime/use-display.ts';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { DayInput } from './DayInput.tsx';
import { endOfDay } from './days.ts';
import { useSharingMessages } from './messages.ts';
import { PrincipalSelect } from './PrincipalSelect.tsx';

const KINDS = ['user', 'team', 'role'] as const;
type Kind = (typeof KINDS)[number];

interface ShareFormProps {
  readonly object: string;
  readonly id: string;
  readonly sharing: RecordSharingResponse;
  onShared(): void;
}

export function ShareForm({ object, id, sharing, onShared }: ShareFormProps) {
  const t = useSharingMessages();
  const findObject = useFindObject();
  const { timeZone } = useDisplay();
  // Whoever may not read people or teams can't choose one.
  const kinds = KINDS.filter((kind) =>
    kind === 'role' ? sharing.roles.length > 0 : findObject(kind) !== undefined,
  );
  const [kind, setKind] = useState<Kind>(kinds[0] ?? 'role');
  const [who, setWho] = useState<string | null>(null);
  const [andBelow, setAndBelow] = useState(false);
  const [access, setAccess] = useState<'read' | 'update'>('read');
  const [until, setUntil] = useState<string | null>(null);
  const share = useMutation({
    mutationFn: (target: ShareTarget) =>
      client.share(object, id, {
        with: target,
        access,
        expires_at: until === null ? null : endOfDay(until, timeZone),
      }),
    onSuccess: () => {
      setWho(null);
      onShared();
    },
  });
  const choose = (next: string) => {
    setKind(KINDS.find((each) => each === next) ?? 'user');
    setWho(null);
    share.reset();
  };
  const submit = () => {
    if (who === null) return;
    const target = kind === 'role' ? { role: who, and_below: andBelow } : { [kind]: who };
    share.mutate(target as ShareTarget);
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Stack gap="sm">
        <SegmentedControl
          aria-label={t('kind')}
          data={kinds.map((each) => ({ value: each, label: t(`kinds.${each}`) }))}
          value={kind}
          onChange={choose}
        />
        {kind === 'role' ? (
          <>
            <Select
              label={t('who')}
              placeholder={t('search')}
              searchable
              nothingFoundMessage={t('nothingFound')}
              data={sharing.roles.map((role) => ({ value: role.name, label: role.label }))}
              value={who}
              onChange={setWho}
            />
            <Checkbox
              label={t('andBelow')}
              checked={andBelow}
              onChange={(event) => setAndBelow(event.currentTarget.checked)}
            />
          </>
        ) : (
          <PrincipalSelect
            key={`${kind}${sharing.shares.length}`}
            kind={kind}
            label={t('who')}
            value={who}
            onChange={setWho}
          />
        )}
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <Select
            label={t('access')}
            allowDeselect={false}
            disabled={sharing.most === 'read'}
            data={(['read', 'update'] as const).map((level) => ({
              value: level,
              label: t(`levels.${level}`),
            }))}
            value={access}
            onChange={(value) => setAccess(value === 'update' ? 'update' : 'read')}
          />
          <DayInput label={t('until')} placeholder={t('noEnd')} value={until} onChange={setUntil} />
        </SimpleGrid>
        <Text size="xs" c="dimmed">
          {sharing.most === 'read' ? t('onlyRead') : t('untilHelp')}
        </Text>
        {share.error !== null && <ProblemAlert error={share.error} />}
        <Button
          type="submit"
          disabled={who === null}
          loading={share.isPending}
          style={{ alignSelf: 'flex-end' }}
        >
          {t('share')}
        </Button>
      </Stack>
    </form>
  );
}
