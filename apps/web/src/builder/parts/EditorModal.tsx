/** A dialog with input of its own: closing it with something typed asks first. */
import { Button, Group, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Dialog } from '../../ui/Dialog.tsx';
import { useMessages } from '../messages.ts';
import { useLeaveGuard } from './use-leave-guard.ts';

interface EditorModalProps {
  readonly title: string;
  readonly size?: string | number;
  readonly isDirty: boolean;
  readonly onClose: () => void;
  readonly onSubmit: () => void;
  /** Buttons, right-aligned; one of them of type `submit`. */
  readonly footer: ReactNode;
  readonly children: ReactNode;
}

export function EditorModal(props: EditorModalProps) {
  const t = useMessages();
  const [isAsking, setAsking] = useState(false);
  useLeaveGuard(props.isDirty);
  const onClose = () => (props.isDirty ? setAsking(true) : props.onClose());
  return (
    <Dialog
      opened
      onClose={onClose}
      title={props.title}
      size={props.size ?? 'lg'}
      closeButtonProps={{ 'aria-label': t('action.close') }}
      styles={{ title: { fontWeight: 600 } }}
    >
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          props.onSubmit();
        }}
      >
        <Stack gap="md">
          {props.children}
          {isAsking ? (
            <Group justify="space-between" role="alert">
              <Text size="sm">{t('leave.question')}</Text>
              <Group gap="xs">
                <Button variant="default" onClick={() => setAsking(false)} data-autofocus>
                  {t('leave.stay')}
                </Button>
                <Button color="red.9" onClick={props.onClose}>
                  {t('leave.leave')}
                </Button>
              </Group>
            </Group>
          ) : (
            <Group justify="flex-end" gap="xs">
              {props.footer}
            </Group>
          )}
        </Stack>
      </form>
    </Dialog>
  );
}
