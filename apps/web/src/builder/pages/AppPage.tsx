/** An app: its look, and what stands in its navigation. */
import { Button, Group, Menu, SimpleGrid, Stack, Textarea } from '@mantine/core';
import { IconBox, IconHeading, IconLink, IconList, IconPlus } from '@tabler/icons-react';
import type { AppItem } from '@trellis/metadata';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { IconPicker } from '../../ui/IconPicker.tsx';
import { ObjectIcon } from '../../ui/ObjectIcon.tsx';
import { AppItemRow } from '../apps/AppItemRow.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import { ColorSwatches } from '../parts/ColorSwatches.tsx';
import { EditorPage, LabelInput } from '../parts/EditorPage.tsx';
import { Labelled } from '../parts/Labelled.tsx';
import classes from '../parts/parts.module.css';
import { SortableList } from '../parts/SortableList.tsx';
import { Card } from '../parts/small.tsx';
import { useComponent } from '../useComponent.ts';

export function AppPage({ name }: { name: string }) {
  const t = useMessages();
  const { catalogue } = useBuilder();
  const edited = useComponent('app', name);
  if (edited === undefined) return null;
  const { body, set, change, entry } = edited;
  const { items } = body;
  const keys = itemKeys(items);

  const setItems = (next: readonly AppItem[], tag?: string) =>
    change((current) => ({ ...current, items: [...next] }), tag);
  const add = (item: AppItem) => setItems([...items, item]);
  const firstObject = catalogue
    .all('object')
    .find((object) => !items.some((item) => item.type === 'object' && item.object === object.name));
  const labelOf = (item: AppItem) => {
    if (item.type === 'heading' || item.type === 'link') return item.label;
    if (item.label !== undefined) return item.label;
    if (item.type === 'object')
      return catalogue.find('object', item.object)?.body.plural_label ?? item.object;
    return catalogue.find('view', item.view)?.body.label ?? item.view;
  };

  return (
    <EditorPage
      entry={entry}
      icon={<ObjectIcon icon={body.icon ?? 'apps'} color={body.color ?? 'blue'} size={34} />}
    >
      <Stack gap="lg" className={classes.narrow}>
        <Card title={t('field.basics')}>
          <Stack gap="md">
            <SimpleGrid cols={{ base: 1, xs: 2 }}>
              <LabelInput edited={edited} />
              <Textarea
                label={t('settings.description')}
                autosize
                minRows={1}
                value={body.description ?? ''}
                onChange={(event) => set('description', event.currentTarget.value || undefined)}
              />
            </SimpleGrid>
            <Group gap="lg" align="flex-end">
              <Labelled label={t('newObject.icon')}>
                <IconPicker
                  value={body.icon ?? 'apps'}
                  onChange={(icon) => set('icon', icon)}
                  label={t('newObject.icon')}
                />
              </Labelled>
              <ColorSwatches
                label={t('color.label')}
                value={body.color}
                onChange={(color) => set('color', color)}
              />
            </Group>
          </Stack>
        </Card>
        <Card
          title={t('app.items')}
          isFlush
          actions={
            <Menu position="bottom-end">
              <Menu.Target>
                <Button variant="default" leftSection={<IconPlus size={14} aria-hidden />}>
                  {t('app.add')}
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item
                  leftSection={<IconBox size={15} />}
                  disabled={firstObject === undefined}
                  onClick={() =>
                    firstObject !== undefined && add({ type: 'object', object: firstObject.name })
                  }
                >
                  {t('app.addObject')}
                </Menu.Item>
                <Menu.Item
                  leftSection={<IconList size={15} />}
                  disabled={catalogue.all('view').length === 0}
                  onClick={() => {
                    const view = catalogue.all('view')[0];
                    if (view !== undefined) add({ type: 'view', view: view.name });
                  }}
                >
                  {t('app.addView')}
                </Menu.Item>
                <Menu.Item
                  leftSection={<IconHeading size={15} />}
                  onClick={() => add({ type: 'heading', label: t('app.newHeading') })}
                >
                  {t('app.addHeading')}
                </Menu.Item>
                <Menu.Item
                  leftSection={<IconLink size={15} />}
                  onClick={() =>
                    add({ type: 'link', label: t('app.newLink'), icon: 'link', url: 'https://' })
                  }
                >
                  {t('app.addLink')}
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          }
        >
          {items.length === 0 ? (
            <EmptyState icon="list" title={t('app.empty')}>
              {t('app.emptyText')}
            </EmptyState>
          ) : (
            <SortableList
              ids={keys}
              labelOf={(id) => {
                const item = items[keys.indexOf(id)];
                return item === undefined ? id : labelOf(item);
              }}
              onMove={(from, to) => {
                const item = items[from];
                if (item !== undefined) setItems(items.toSpliced(from, 1).toSpliced(to, 0, item));
              }}
            >
              {(key, index, handle) => {
                const item = items[index];
                if (item === undefined) return null;
                return (
                  <AppItemRow
                    item={item}
                    index={index}
                    handle={handle}
                    label={labelOf(item)}
                    onChange={(next) => setItems(items.with(index, next), `item-${key}`)}
                    onRemove={() => setItems(items.toSpliced(index, 1))}
                  />
                );
              }}
            </SortableList>
          )}
        </Card>
      </Stack>
    </EditorPage>
  );
}

/** Keys that follow an item while it is moved: by kind, numbered among their like. */
function itemKeys(items: readonly AppItem[]): string[] {
  const counts = new Map<string, number>();
  return items.map((item) => {
    const subject = item.type === 'object' ? item.object : item.type === 'view' ? item.view : item.type;
    const count = (counts.get(subject) ?? 0) + 1;
    counts.set(subject, count);
    return `${item.type}:${subject}:${count}`;
  });
}
