import { Button, Group, Modal } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconRestore, IconTrash } from '@tabler/icons-react';
import type { ObjectDescription } from '@trellis/forms';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EraseButton } from '../../history/EraseButton.tsx';
import classes from './SelectionBar.module.css';
import type { useListActions } from './use-list-actions.ts';
import type { Selection } from './use-selection.ts';

interface SelectionBarProps {
  readonly description: ObjectDescription;
  readonly selection: Selection;
  readonly isDeleted: boolean;
  readonly actions: ReturnType<typeof useListActions>;
}

/** What can be done with the chosen records. */
export function SelectionBar({ description, selection, isDeleted, actions }: SelectionBarProps) {
  const { t } = useTranslation();
  const [isAsking, asking] = useDisclosure(false);
  const [isBusy, setBusy] = useState(false);
  const count = selection.ids.size;
  if (count === 0) return null;
  const run = async (action: (ids: readonly string[]) => Promise<void>) => {
    setBusy(true);
    await action([...selection.ids]).finally(() => setBusy(false));
    selection.clear();
    asking.close();
  };
  return (
    <section className={classes.bar} aria-label={t('list.selection')}>
      <span role="status">{t('list.selected', { count })}</span>
      {description.rights.delete &&
        (isDeleted ? (
          <>
            <Button
              variant="default"
              leftSection={<IconRestore size={14} />}
              loading={isBusy}
              onClick={() => void run(actions.restore)}
            >
              {t('action.restore')}
            </Button>
            <EraseButton
              object={description.name}
              label={description.plural_label}
              ids={[...selection.ids]}
              onDone={selection.clear}
            />
          </>
        ) : (
          <Button variant="default" leftSection={<IconTrash size={14} />} onClick={asking.open}>
            {t('action.delete')}
          </Button>
        ))}
      <Button variant="subtle" color="gray" onClick={selection.clear}>
        {t('list.deselect')}
      </Button>
      <Modal
        opened={isAsking}
        onClose={asking.close}
        title={t('list.deleteTitle', { count })}
        closeButtonProps={{ 'aria-label': t('action.close') }}
      >
        <p style={{ marginTop: 0 }}>{t('list.deleteText', { count })}</p>
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={asking.close}>
            {t('action.cancel')}
          </Button>
          <Button color="red" loading={isBusy} onClick={() => void run(actions.remove)} data-autofocus>
            {t('action.delete')}
          </Button>
        </Group>
      </Modal>
    </section>
  );
}
