/** Title, columns and order of a related list; title of a component. */
import { Button, Group, Input, Stack, TextInput } from '@mantine/core';
import type { LayoutItem } from '@trellis/metadata';
import { Dialog } from '../../ui/Dialog.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import { pathChoices } from '../metadata/system-fields.ts';
import { PathList } from '../parts/PathList.tsx';
import { SortEditor } from '../view-editor/SortEditor.tsx';

interface ItemSettingsModalProps {
  readonly item: LayoutItem | undefined;
  readonly label: string;
  readonly onChange: (item: LayoutItem) => void;
  readonly onClose: () => void;
}

export function ItemSettingsModal({ item, label, onChange, onClose }: ItemSettingsModalProps) {
  const t = useMessages();
  const { catalogue } = useBuilder();
  if (item === undefined || item.type === 'field') return null;
  const setLabel = (text: string) => {
    const { label: _, ...rest } = item;
    onChange(text === '' ? rest : { ...item, label: text });
  };
  const choices =
    item.type === 'related_list'
      ? pathChoices(catalogue, item.lookup.slice(0, item.lookup.indexOf('.')))
      : [];
  return (
    <Dialog
      opened
      onClose={onClose}
      title={t('layout.settingsOf', { label })}
      closeButtonProps={{ 'aria-label': t('action.close') }}
      styles={{ title: { fontWeight: 600 } }}
    >
      <Stack gap="md">
        <TextInput
          label={t('layout.itemLabel')}
          placeholder={label}
          maxLength={200}
          value={item.label ?? ''}
          data-autofocus
          onChange={(event) => setLabel(event.currentTarget.value)}
        />
        {item.type === 'related_list' && (
          <>
            <Input.Wrapper
              label={t('layout.relatedColumns')}
              description={t('layout.relatedColumnsHelp')}
              labelElement="div"
              size="xs"
            >
              <PathList
                paths={item.columns ?? []}
                choices={choices}
                addText={t('view.addColumn')}
                max={20}
                onChange={(columns) => {
                  const { columns: _, ...rest } = item;
                  onChange(columns.length === 0 ? rest : { ...item, columns });
                }}
              />
            </Input.Wrapper>
            <Input.Wrapper label={t('view.sort')} labelElement="div" size="xs">
              <SortEditor
                sort={item.sort ?? []}
                choices={choices}
                max={4}
                onChange={(sort) => {
                  const { sort: _, ...rest } = item;
                  onChange(sort.length === 0 ? rest : { ...item, sort });
                }}
              />
            </Input.Wrapper>
          </>
        )}
        <Group justify="flex-end">
          <Button onClick={onClose}>{t('action.done')}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
