import { Button, Group, NumberInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconTrashX } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '../ui/Dialog.tsx';
import { notifyDone } from '../ui/notify.tsx';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { erase } from './erase.ts';
import { useMessages } from './messages.ts';

interface EraseButtonProps {
  readonly object: string;
  readonly label: string;
  /** Undefined: what was deleted long enough ago. */
  readonly ids: readonly string[] | undefined;
  onDone(): void;
}

/** Erases records of the recycle bin for good, once somebody has said so twice. */
export function EraseButton({ object, label, ids, onDone }: EraseButtonProps) {
  const t = useMessages();
  const { t: main } = useTranslation();
  const [isAsking, asking] = useDisclosure(false);
  const [days, setDays] = useState<number | string>(0);
  const run = useMutation({
    mutationFn: () => erase(object, ids === undefined ? { older_than_days: Number(days) } : { ids }),
    onSuccess: (settled) => {
      asking.close();
      onDone();
      notifyDone({ message: t('erasing') });
      return settled();
    },
  });
  const title =
    ids === undefined ? t('emptyTitle', { objects: label }) : t('eraseTitle', { count: ids.length });
  return (
    <>
      <Button variant="default" leftSection={<IconTrashX size={14} />} onClick={asking.open}>
        {ids === undefined ? t('empty') : t('erase')}
      </Button>
      <Dialog
        opened={isAsking}
        onClose={asking.close}
        title={title}
        closeButtonProps={{ 'aria-label': main('action.close') }}
      >
        <p style={{ marginTop: 0 }}>{t('eraseText')}</p>
        {ids === undefined && (
          <NumberInput
            label={t('emptyOlder')}
            description={t('emptyDays')}
            value={days}
            min={0}
            max={36_500}
            allowDecimal={false}
            allowNegative={false}
            onChange={setDays}
          />
        )}
        {run.isError && <ProblemAlert error={run.error} />}
        <Group justify="flex-end" gap="sm" mt="lg">
          <Button variant="default" onClick={asking.close} data-autofocus>
            {main('action.cancel')}
          </Button>
          <Button
            color="red"
            loading={run.isPending}
            disabled={ids === undefined && days === ''}
            onClick={() => run.mutate()}
          >
            {t('erase')}
          </Button>
        </Group>
      </Dialog>
    </>
  );
}
