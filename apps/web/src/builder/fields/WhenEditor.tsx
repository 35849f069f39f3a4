/** One of a field's conditions: nothing but a sentence and a button until someone wants it. */
import { Button, Group, Text } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { ConditionBuilder } from '../conditions/ConditionBuilder.tsx';
import { useMessages } from '../messages.ts';
import classes from './FieldForm.module.css';

export type WhenProperty = 'visible_when' | 'required_when' | 'read_only_when';

interface WhenEditorProps {
  readonly object: string;
  readonly property: WhenProperty;
  readonly condition: unknown;
  readonly error: string | undefined;
  onChange(condition: unknown): void;
}

export function WhenEditor({ object, property, condition, error, onChange }: WhenEditorProps) {
  const t = useMessages();
  const [isOpen, setOpen] = useState(false);
  const label = t(`when.${property}.label`);
  if (condition === undefined && !isOpen)
    return (
      <Group justify="space-between" wrap="nowrap" className={classes.when} data-closed>
        <div>
          <Text size="sm" fw={500}>
            {label}
          </Text>
          <Text size="xs" c="dimmed">
            {t(`when.${property}.none`)}
          </Text>
        </div>
        <Button
          variant="default"
          size="compact-xs"
          flex="none"
          leftSection={<IconPlus size={13} aria-hidden />}
          aria-label={t('when.addTo', { label })}
          onClick={() => setOpen(true)}
        >
          {t('when.add')}
        </Button>
      </Group>
    );
  return (
    <div className={classes.when}>
      <ConditionBuilder
        object={object}
        label={label}
        description={t(`when.${property}.help`)}
        emptyText={t(`when.${property}.none`)}
        hasPrevious
        asksRelated={property !== 'visible_when'}
        condition={condition}
        error={error}
        onChange={onChange}
      />
      <Button
        mt={6}
        variant="subtle"
        color="gray"
        size="compact-xs"
        leftSection={<IconTrash size={13} aria-hidden />}
        onClick={() => {
          setOpen(false);
          onChange(undefined);
        }}
      >
        {t('when.remove')}
      </Button>
    </div>
  );
}
