/** What a permission set grants within one object: its fields, in general and one by one, and its record types. */
import {
  Button,
  Checkbox,
  Drawer,
  Group,
  NativeSelect,
  SegmentedControl,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { useReturnFocus } from '../../../ui/use-return-focus.ts';
import { useBuilder } from '../../BuilderProvider.tsx';
import { useMessages } from '../../messages.ts';
import { Labelled } from '../../parts/Labelled.tsx';
import { Code } from '../../parts/small.tsx';
import { withProperty } from '../../useComponent.ts';
import { useAccessMessages } from '../messages.ts';
import classes from './Grants.module.css';
import { FIELD_RIGHTS, type FieldRight, type Grant, withDefaultField, withFieldRight } from './grants.ts';

const INHERIT = '·';

interface GrantDrawerProps {
  readonly object: string;
  readonly grant: Grant | undefined;
  onChange(grant: Grant): void;
  onClose(): void;
}

export function GrantDrawer({ object, grant = {}, onChange, onClose }: GrantDrawerProps) {
  useReturnFocus();
  const t = useAccessMessages();
  const b = useMessages();
  const { catalogue } = useBuilder();
  const [text, setText] = useState('');
  const entry = catalogue.find('object', object);
  const wanted = text.trim().toLocaleLowerCase();
  const fields = catalogue
    .of('field', object)
    .filter((field) => `${field.body.label} ${field.short}`.toLocaleLowerCase().includes(wanted));
  const recordTypes = catalogue.of('record_type', object);
  const nameField = entry?.body.name_field;
  // Nobody can work with records that have no name.
  const choicesOf = (field: string) =>
    FIELD_RIGHTS.filter((right) => right !== 'none' || field !== nameField);
  const rightOf = (value: string) => FIELD_RIGHTS.find((each) => each === value);
  const setAll = (right: FieldRight | undefined) =>
    onChange(
      fields.reduce(
        (current, { short }) =>
          withFieldRight(current, short, right === 'none' && short === nameField ? 'read' : right),
        grant,
      ),
    );
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="lg"
      title={t('sets.fieldsOf', { label: entry?.body.plural_label ?? object })}
      closeButtonProps={{ 'aria-label': b('action.close') }}
      styles={{ title: { fontWeight: 600 } }}
    >
      <Stack gap="lg">
        <Labelled label={t('sets.defaultField')} description={t('sets.defaultFieldHelp')}>
          <SegmentedControl
            mt={4}
            aria-label={t('sets.defaultField')}
            value={grant.default_field ?? 'none'}
            data={FIELD_RIGHTS.map((right) => ({ value: right, label: t(`sets.fieldRight.${right}`) }))}
            onChange={(value) => onChange(withDefaultField(grant, rightOf(value) ?? 'none', nameField))}
          />
        </Labelled>
        {recordTypes.length > 0 && (
          <Checkbox.Group
            label={t('sets.recordTypes')}
            description={t('sets.recordTypesHelp')}
            value={grant.record_types ?? []}
            onChange={(chosen) => onChange(withProperty(grant, 'record_types', chosen))}
          >
            <Group mt="xs" gap="md">
              {recordTypes.map((type) => (
                <Checkbox key={type.name} value={type.short} label={type.body.label} />
              ))}
            </Group>
          </Checkbox.Group>
        )}
        <div>
          <Text fw={600} size="sm" component="h3" mt={0} mb="xs">
            {t('sets.fieldList')}
          </Text>
          <Group gap="xs" mb="xs" align="flex-end">
            <TextInput
              flex={1}
              miw="10rem"
              aria-label={t('sets.searchFields')}
              placeholder={t('sets.searchFields')}
              leftSection={<IconSearch size={14} aria-hidden />}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
            />
          </Group>
          <Group gap="xs" mb="sm" role="group" aria-label={t('sets.setAll')}>
            <Text size="xs" c="dimmed">
              {t('sets.setAll')}
            </Text>
            {FIELD_RIGHTS.map((right) => (
              <Button key={right} size="compact-xs" variant="default" onClick={() => setAll(right)}>
                {t(`sets.fieldRight.${right}`)}
              </Button>
            ))}
            <Button size="compact-xs" variant="default" onClick={() => setAll(undefined)}>
              {t('sets.inherit')}
            </Button>
          </Group>
          {fields.length === 0 && (
            <Text size="sm" c="dimmed">
              {t('sets.noFields')}
            </Text>
          )}
          <ul className={classes.fields}>
            {fields.map((field) => (
              <li key={field.name} className={classes.field}>
                <span className={classes.fieldName}>
                  {field.body.label} <Code>{field.short}</Code>
                </span>
                <NativeSelect
                  aria-label={t('sets.rightsOfField', { label: field.body.label })}
                  value={grant.fields?.[field.short] ?? INHERIT}
                  data={[
                    { value: INHERIT, label: t('sets.inherit') },
                    ...choicesOf(field.short).map((right) => ({
                      value: right,
                      label: t(`sets.fieldRight.${right}`),
                    })),
                  ]}
                  onChange={(event) =>
                    onChange(withFieldRight(grant, field.short, rightOf(event.currentTarget.value)))
                  }
                />
              </li>
            ))}
          </ul>
        </div>
      </Stack>
    </Drawer>
  );
}
