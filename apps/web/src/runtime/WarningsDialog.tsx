import { Button, Group, List, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Dialog } from '../ui/Dialog.tsx';
import type { Question } from './confirm-warnings.ts';

/** What rules warn of before a record is saved, and whether to save it all the same. */
export function WarningsDialog({ question }: { readonly question: Question }) {
  const { t } = useTranslation();
  return (
    <Dialog
      opened
      onClose={() => question.answer(false)}
      title={t('form.warnings')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      {question.messages.length === 1 ? (
        <Text size="sm">{question.messages[0]}</Text>
      ) : (
        <List size="sm">
          {question.messages.map((message) => (
            <List.Item key={message}>{message}</List.Item>
          ))}
        </List>
      )}
      <Group justify="flex-end" gap="sm" mt="lg">
        <Button variant="default" onClick={() => question.answer(false)}>
          {t('form.changeIt')}
        </Button>
        <Button onClick={() => question.answer(true)} data-autofocus>
          {t('form.saveAnyway')}
        </Button>
      </Group>
    </Dialog>
  );
}
