import { Button, Group } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Dialog } from '../../ui/Dialog.tsx';

/** Asks before what was typed is lost: on links, the back button and closing the page. */
export function UnsavedGuard({ isDirty }: { isDirty: boolean }) {
  const { t } = useTranslation();
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => isDirty && current.pathname !== next.pathname,
    enableBeforeUnload: () => isDirty,
    withResolver: true,
  });
  return (
    <DiscardModal
      isOpen={status === 'blocked'}
      onKeep={() => reset?.()}
      onDiscard={() => proceed?.()}
      label={t('form.unsaved')}
    />
  );
}

interface DiscardModalProps {
  readonly isOpen: boolean;
  readonly label: string;
  onKeep(): void;
  onDiscard(): void;
}

export function DiscardModal({ isOpen, label, onKeep, onDiscard }: DiscardModalProps) {
  const { t } = useTranslation();
  return (
    <Dialog
      opened={isOpen}
      onClose={onKeep}
      title={label}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <p style={{ marginTop: 0 }}>{t('form.unsavedText')}</p>
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={onDiscard}>
          {t('form.discard')}
        </Button>
        <Button onClick={onKeep} data-autofocus>
          {t('form.keepEditing')}
        </Button>
      </Group>
    </Dialog>
  );
}
