/** When a part of a layout is shown: the same condition builder as a list's filter. */
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { fromJsonLogic, toJsonLogic } from '@trellis/forms';
import { useState } from 'react';
import { FilterGroupEditor } from '../../runtime/filter/FilterGroupEditor.tsx';
import { useMessages } from '../messages.ts';
import { useDescriptionWithPaths } from '../metadata/compiled.ts';

interface ConditionModalProps {
  readonly object: string;
  readonly title: string;
  readonly condition: unknown;
  readonly onChange: (condition: unknown) => void;
  readonly onClose: () => void;
}

export function ConditionModal({ object, title, condition, onChange, onClose }: ConditionModalProps) {
  const t = useMessages();
  const description = useDescriptionWithPaths(object);
  const parsed = fromJsonLogic(condition);
  const [group, setGroup] = useState(parsed ?? fromJsonLogic(undefined));
  const isForeign = parsed === undefined;
  const apply = (next: unknown) => {
    onChange(next);
    onClose();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={title}
      closeButtonProps={{ 'aria-label': t('action.close') }}
      styles={{ title: { fontWeight: 600 } }}
    >
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          {isForeign ? t('condition.foreign') : t('condition.help')}
        </Text>
        {description !== undefined && group !== undefined && (
          <FilterGroupEditor description={description} group={group} depth={0} onChange={setGroup} />
        )}
        <Group justify="space-between">
          <Button variant="subtle" color="gray" onClick={() => apply(undefined)}>
            {t('condition.always')}
          </Button>
          <Group gap="xs">
            <Button variant="default" onClick={onClose}>
              {t('action.cancel')}
            </Button>
            <Button onClick={() => group !== undefined && apply(toJsonLogic(group))}>
              {t('condition.apply')}
            </Button>
          </Group>
        </Group>
      </Stack>
    </Modal>
  );
}
