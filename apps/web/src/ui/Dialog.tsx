import { Modal, type ModalProps } from '@mantine/core';
import { useReturnFocus } from './use-return-focus.ts';

/** A modal dialog. Most are there only while they are open; whoever closes one goes on where they opened it. */
export function Dialog(props: ModalProps) {
  useReturnFocus();
  return <Modal {...props} />;
}
