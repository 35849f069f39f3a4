import { Button, Group } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { BinEntry } from '@trellis/api';
import { useTranslation } from 'react-i18next';
import { erase } from '../history/erase.ts';
import { useDisplay } from '../runtime/use-display.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { notifyDone } from '../ui/notify.tsx';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { useMessages } from './messages.ts';
import { useTitleOf } from './use-title.ts';

interface EraseModalProps {
  readonly entries: readonly BinEntry[];
  onClose(): void;
  onErased(): void;
}

/** Asks once more before anything goes for good, and says what goes along. */
export function EraseModal({ entries, onClose, onErased }: EraseModalProps) {
  const t = useMessages();
  const { t: main } = useTranslation();
  const { locale } = useDisplay();
  const titleOf = useTitleOf();
  const count = entries.length;
  const run = useMutation({
    mutationFn: async () => {
      const orders = [...Map.groupBy(entries, ({ object }) => object)].map(([object, of]) =>
        erase(object, { ids: of.map(({ id }) => id) }),
      );
      return Promise.all(orders);
    },
    onSuccess: async (jobs) => {
      onErased();
      notifyDone({ message: t('erased', { count }) });
      for (const settled of jobs) await settled();
    },
  });
  return (
    <Dialog
      opened
      onClose={onClose}
      title={t('eraseTitle', { count })}
      closeButtonProps={{ 'aria-label': main('action.close') }}
    >
      <p style={{ marginTop: 0 }}>
        {count === 1 && entries[0] !== undefined && <strong>{titleOf(entries[0].name)}. </strong>}
        {t('eraseText', { count })} {companyOf(entries, { t, locale })}
      </p>
      {run.isError && <ProblemAlert error={run.error} />}
      <Group justify="flex-end" gap="sm" mt="lg">
        <Button variant="default" onClick={onClose} data-autofocus>
          {main('action.cancel')}
        </Button>
        <Button color="red" loading={run.isPending} onClick={() => run.mutate()}>
          {t('erase')}
        </Button>
      </Group>
    </Dialog>
  );
}

function companyOf(
  entries: readonly BinEntry[],
  { t, locale }: { readonly t: ReturnType<typeof useMessages>; readonly locale: string },
): string {
  const others = entries.reduce((sum, { company }) => sum + company.value, 0);
  if (others === 0) return '';
  return entries.every(({ company }) => company.kind === 'exact')
    ? t('eraseWith', { count: others })
    : t('eraseWithOver', { number: others.toLocaleString(locale) });
}
