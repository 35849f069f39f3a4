/** Makes an object with all that it needs to be used at once. */
import {
  Button,
  Group,
  SegmentedControl,
  Select,
  SimpleGrid,
  Stack,
  Textarea,
  TextInput,
} from '@mantine/core';
import { type ColorName, OBJECT_NAME_MAX_LENGTH } from '@trellis/metadata';
import { useState } from 'react';
import { IconPicker } from '../../ui/IconPicker.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { AutoNumberPreview } from '../fields/AutoNumberPreview.tsx';
import { useMessages } from '../messages.ts';
import { findNameFault, suggestPlural } from '../metadata/naming.ts';
import { useGo } from '../navigation.tsx';
import { ColorSwatches } from '../parts/ColorSwatches.tsx';
import { EditorModal } from '../parts/EditorModal.tsx';
import { EMPTY_NAME, LabelAndName, type NameState } from '../parts/LabelAndName.tsx';
import { Labelled } from '../parts/Labelled.tsx';
import { newObjectComponents } from './new-object.ts';

export function NewObjectModal({ onClose }: { onClose: () => void }) {
  const t = useMessages();
  const go = useGo();
  const { catalogue, put } = useBuilder();
  const [naming, setNaming] = useState<NameState>(EMPTY_NAME);
  const [plural, setPlural] = useState<string | undefined>();
  const [description, setDescription] = useState('');
  const [icon, setIcon] = useState('cube');
  const [color, setColor] = useState<ColorName>('blue');
  const [nameLabel, setNameLabel] = useState<string>(t('newObject.nameLabelDefault'));
  const [by, setBy] = useState<'text' | 'number'>('text');
  const [format, setFormat] = useState('{00000}');
  const [app, setApp] = useState<string | null>(null);
  const [isChecked, setChecked] = useState(false);

  const pluralLabel = plural ?? suggestPlural(naming.label);
  const rules = {
    limit: OBJECT_NAME_MAX_LENGTH,
    isTaken: (name: string) => catalogue.find('object', name) !== undefined,
  };
  const apps = catalogue.all('app');

  const submit = () => {
    setChecked(true);
    const label = naming.label.trim();
    if (label === '' || pluralLabel.trim() === '' || nameLabel.trim() === '') return;
    if (findNameFault(naming.name, rules) !== undefined) return;
    const place = apps.find((each) => each.name === app);
    put(
      newObjectComponents(
        {
          label,
          pluralLabel: pluralLabel.trim(),
          name: naming.name,
          description: description.trim(),
          icon,
          color,
          nameLabel: nameLabel.trim(),
          naming: by === 'text' ? { by } : { by, format },
        },
        {
          allOf: (text) => t('newObject.allOf', { plural: text }),
          details: t('newObject.details'),
          history: t('newObject.history'),
        },
        place,
      ),
    );
    onClose();
    // After the dialog's guard has gone with it.
    setTimeout(() => go({ page: 'object', object: naming.name, tab: 'fields' }));
  };

  return (
    <EditorModal
      title={t('newObject.title')}
      isDirty={naming.label !== '' || naming.name !== ''}
      onClose={onClose}
      onSubmit={submit}
      footer={<Button type="submit">{t('newObject.create')}</Button>}
    >
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <Stack gap="sm">
          <LabelAndName
            value={naming}
            rules={rules}
            onChange={setNaming}
            labelText={t('newObject.label')}
            placeholder={t('newObject.labelPlaceholder')}
            isChecked={isChecked}
            nameDescription={t('newObject.nameHelp')}
          />
        </Stack>
        <Stack gap="sm">
          <TextInput
            label={t('newObject.plural')}
            required
            value={pluralLabel}
            error={isChecked && pluralLabel.trim() === '' ? t('name.labelEmpty') : undefined}
            onChange={(event) => setPlural(event.currentTarget.value)}
          />
          <Select
            label={t('newObject.app')}
            description={t('newObject.appHelp')}
            inputWrapperOrder={['label', 'input', 'error', 'description']}
            placeholder={t('newObject.noApp')}
            clearable
            value={app}
            onChange={setApp}
            data={apps.map((each) => ({ value: each.name, label: each.body.label }))}
          />
        </Stack>
      </SimpleGrid>
      <Textarea
        label={t('newObject.description')}
        autosize
        minRows={1}
        maxRows={4}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <Group align="flex-end" gap="lg">
        <Labelled label={t('newObject.icon')}>
          <IconPicker value={icon} onChange={setIcon} label={t('newObject.icon')} />
        </Labelled>
        <ColorSwatches label={t('color.label')} value={color} onChange={(next) => setColor(next ?? 'gray')} />
      </Group>
      <Group align="flex-start" gap="lg" wrap="wrap">
        <TextInput
          label={t('newObject.nameLabel')}
          description={t('newObject.nameLabelHelp')}
          required
          value={nameLabel}
          error={isChecked && nameLabel.trim() === '' ? t('name.labelEmpty') : undefined}
          onChange={(event) => setNameLabel(event.currentTarget.value)}
        />
        <Labelled label={t('newObject.naming')} description={t('newObject.namingHelp')}>
          <SegmentedControl
            aria-label={t('newObject.naming')}
            value={by}
            onChange={(value) => setBy(value === 'number' ? 'number' : 'text')}
            data={[
              { value: 'text', label: t('newObject.byText') },
              { value: 'number', label: t('newObject.byNumber') },
            ]}
          />
        </Labelled>
      </Group>
      {by === 'number' && (
        <TextInput
          label={t('property.format.label')}
          value={format}
          onChange={(event) => setFormat(event.currentTarget.value)}
          description={<AutoNumberPreview format={format} />}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
        />
      )}
    </EditorModal>
  );
}
