/** Asks before an object goes: how many records it has, what goes with it, and what keeps it from going. */
import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { client } from '../../api.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { notifyDone } from '../../ui/notify.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import { type Entry, targetsOf } from '../metadata/catalogue.ts';
import type { Usage } from '../metadata/usage.ts';
import { useGo } from '../navigation.tsx';
import { UsageList } from '../parts/UsageList.tsx';

export function DeleteObjectModal({ object, onClose }: { object: Entry<'object'>; onClose: () => void }) {
  const t = useMessages();
  const go = useGo();
  const { catalogue, published, put, remove, draft, replace } = useBuilder();
  const { name, body } = object;
  const isPublished = published.has(`object:${name}`);
  const count = useQuery({
    queryKey: ['records', name, 'count'],
    queryFn: async () => (await client.list(name, { fields: ['id'], limit: 1, count: 'capped' })).count,
    enabled: isPublished,
    retry: false,
  });
  const isOwn = (component: string) => component.startsWith(`${name}.`);
  const lookups = catalogue
    .all('field')
    .filter(
      (field) => !isOwn(field.name) && (targetsOf(field.body).includes(name) || field.body.through === name),
    )
    .map((field): Usage => ({ kind: 'field', name: field.name, label: field.body.label, pointer: '/to' }));
  const apps = catalogue
    .all('app')
    .filter((app) =>
      app.body.items.some((item) =>
        item.type === 'object' ? item.object === name : item.type === 'view' && isOwn(item.view),
      ),
    );
  const parts = (['field', 'layout', 'view', 'record_type', 'rule'] as const).map((kind) => ({
    kind,
    count: catalogue.of(kind, name).length,
  }));

  const onConfirm = () => {
    const before = draft;
    put(
      apps.map((app) => ({
        kind: 'app',
        name: app.name,
        body: {
          ...app.body,
          items: app.body.items.filter(
            (item) =>
              !(item.type === 'object' && item.object === name) &&
              !(item.type === 'view' && isOwn(item.view)),
          ),
        },
      })),
    );
    remove(object);
    onClose();
    notifyDone({ message: t('deleteObject.done', { label: body.label }), undo: () => replace(before) });
    go({ page: 'objects' });
  };

  return (
    <Dialog
      opened
      onClose={onClose}
      title={t('deleteObject.title', { label: body.label })}
      closeButtonProps={{ 'aria-label': t('action.close') }}
      styles={{ title: { fontWeight: 600 } }}
    >
      <Stack gap="md">
        {isPublished && count.isPending && <Skeleton height={16} width={220} />}
        {count.data !== undefined && (
          <Text size="sm">
            {t(count.data.kind === 'at_least' ? 'deleteObject.recordsAtLeast' : 'deleteObject.records', {
              count: count.data.value,
            })}
          </Text>
        )}
        <Text size="sm" c="dimmed">
          {t('deleteObject.goesWith', {
            parts: parts
              .filter((part) => part.count > 0)
              .map((part) => t(`deleteObject.part.${part.kind}`, { count: part.count }))
              .join(', '),
          })}
        </Text>
        {apps.length > 0 && (
          <Text size="sm" c="dimmed">
            {t('deleteObject.apps', { apps: apps.map((app) => app.body.label).join(', ') })}
          </Text>
        )}
        {lookups.length > 0 && (
          <div role="alert">
            <Text size="sm" fw={500} mb={4}>
              {t('deleteObject.blocked', { count: lookups.length })}
            </Text>
            <UsageList usages={lookups} onNavigate={onClose} />
          </div>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button color="red.9" onClick={onConfirm}>
            {t('deleteObject.confirm')}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
