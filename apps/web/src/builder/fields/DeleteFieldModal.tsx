/** Asks before a field goes: what uses it, how many records have a value in it, and what happens to both. */
import { Alert, Button, Checkbox, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Dialog } from '../../ui/Dialog.tsx';
import { notifyDone } from '../../ui/notify.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import type { Entry } from '../metadata/catalogue.ts';
import { withoutFieldEverywhere } from '../metadata/remove-field.ts';
import { findFieldUsages } from '../metadata/usage.ts';
import { UsageList } from '../parts/UsageList.tsx';
import { useValueCount } from './use-value-count.ts';

interface DeleteFieldModalProps {
  readonly field: Entry<'field'>;
  readonly object: string;
  readonly onClose: () => void;
  readonly onDeleted?: () => void;
}

export function DeleteFieldModal({ field, object, onClose, onDeleted }: DeleteFieldModalProps) {
  const t = useMessages();
  const { catalogue, published, put, remove, draft, replace } = useBuilder();
  const [takesOff, setTakesOff] = useState(true);
  const isPublished = published.has(`field:${field.name}`);
  const count = useValueCount(object, field.short, isPublished);
  const usages = findFieldUsages(catalogue, field.name);
  const followers = withoutFieldEverywhere(catalogue, object, field.short);

  const onConfirm = () => {
    const before = draft;
    if (takesOff && followers.length > 0) put(followers);
    remove(field);
    onClose();
    notifyDone({ message: t('deleteField.done', { label: field.body.label }), undo: () => replace(before) });
    onDeleted?.();
  };

  return (
    <Dialog
      opened
      onClose={onClose}
      title={t('deleteField.title', { label: field.body.label })}
      closeButtonProps={{ 'aria-label': t('action.close') }}
      styles={{ title: { fontWeight: 600 } }}
    >
      <Stack gap="md">
        {isPublished &&
          (count.isPending ? (
            <Skeleton height={16} width={220} />
          ) : (
            count.data !== undefined && (
              <Text size="sm">
                {count.data.value === 0
                  ? t('deleteField.noValues')
                  : t(count.data.kind === 'at_least' ? 'deleteField.valuesAtLeast' : 'deleteField.values', {
                      count: count.data.value,
                    })}
              </Text>
            )
          ))}
        <Text size="sm" c="dimmed">
          {t('deleteField.kept')}
        </Text>
        {usages.length === 0 ? (
          <Text size="sm">{t('deleteField.unused')}</Text>
        ) : (
          <div>
            <Text size="sm" fw={500} mb={4}>
              {t('deleteField.usedBy')}
            </Text>
            <UsageList usages={usages} onNavigate={onClose} />
          </div>
        )}
        {followers.length > 0 && (
          <Checkbox
            label={t('deleteField.takeOff', { count: followers.length })}
            description={t('deleteField.takeOffHelp')}
            checked={takesOff}
            onChange={(event) => setTakesOff(event.currentTarget.checked)}
          />
        )}
        {field.package !== null && (
          <Alert color="orange">{t('deleteField.fromPackage', { package: field.package })}</Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button color="red.9" onClick={onConfirm}>
            {t('deleteField.confirm')}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
