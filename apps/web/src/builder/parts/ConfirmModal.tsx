/** Asks before something that can't be taken back, and stays open with the reason when it fails. */
import { Button, Checkbox, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Dialog } from '../../ui/Dialog.tsx';
import { ProblemAlert } from '../../ui/ProblemAlert.tsx';
import { useMessages } from '../messages.ts';

interface ConfirmModalProps {
  readonly title: string;
  readonly text: string;
  readonly confirm: string;
  /** A sentence that has to be ticked first: for what erases data. */
  readonly pledge?: string;
  readonly isBusy: boolean;
  readonly error: Error | null;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

export function ConfirmModal(props: ConfirmModalProps) {
  const t = useMessages();
  const [isPledged, setPledged] = useState(false);
  return (
    <Dialog
      opened
      onClose={props.onClose}
      title={props.title}
      closeButtonProps={{ 'aria-label': t('action.close') }}
      styles={{ title: { fontWeight: 600 } }}
    >
      <Stack gap="md">
        <Text size="sm">{props.text}</Text>
        {props.pledge !== undefined && (
          <Checkbox
            label={props.pledge}
            checked={isPledged}
            onChange={(event) => setPledged(event.currentTarget.checked)}
          />
        )}
        {props.error !== null && <ProblemAlert error={props.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={props.onClose}>
            {t('action.cancel')}
          </Button>
          <Button
            color="red.9"
            loading={props.isBusy}
            disabled={props.pledge !== undefined && !isPledged}
            onClick={props.onConfirm}
          >
            {props.confirm}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
