/** The explanation of access to one record, as a dialog. */
import { Dialog } from '../ui/Dialog.tsx';
import { ExplainPanel } from './ExplainPanel.tsx';
import { useExplainMessages } from './messages.ts';

interface ExplainModalProps {
  readonly subject: { readonly object: string; readonly id: string };
  readonly title: string;
  onClose(): void;
}

export function ExplainModal({ subject, title, onClose }: ExplainModalProps) {
  const t = useExplainMessages();
  return (
    <Dialog
      opened
      onClose={onClose}
      size="lg"
      title={`${t('title')} ${title}`}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <ExplainPanel subject={subject} />
    </Dialog>
  );
}
