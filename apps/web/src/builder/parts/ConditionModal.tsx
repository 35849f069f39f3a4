/** When a part of a layout is shown. */
import { Button, Group, Stack } from '@mantine/core';
import { useState } from 'react';
import { Dialog } from '../../ui/Dialog.tsx';
import { ConditionBuilder } from '../conditions/ConditionBuilder.tsx';
import { useMessages } from '../messages.ts';

interface ConditionModalProps {
  readonly object: string;
  readonly title: string;
  readonly condition: unknown;
  readonly onChange: (condition: unknown) => void;
  readonly onClose: () => void;
}

export function ConditionModal({ object, title, condition, onChange, onClose }: ConditionModalProps) {
  const t = useMessages();
  const [edited, setEdited] = useState(condition);
  const apply = (next: unknown) => {
    onChange(next);
    onClose();
  };
  return (
    <Dialog
      opened
      onClose={onClose}
      size="xl"
      title={title}
      closeButtonProps={{ 'aria-label': t('action.close') }}
      styles={{ title: { fontWeight: 600 } }}
    >
      <Stack gap="md">
        <ConditionBuilder
          object={object}
          label={t('condition.label')}
          description={t('condition.help')}
          emptyText={t('condition.none')}
          asksRelated={false}
          condition={edited}
          onChange={setEdited}
        />
        <Group justify="space-between">
          <Button variant="subtle" color="gray" onClick={() => apply(undefined)}>
            {t('condition.always')}
          </Button>
          <Group gap="xs">
            <Button variant="default" onClick={onClose}>
              {t('action.cancel')}
            </Button>
            <Button onClick={() => apply(edited)}>{t('condition.apply')}</Button>
          </Group>
        </Group>
      </Stack>
    </Dialog>
  );
}
