/** What an object is called, how it looks, who sees its records by default, and its end. */
import {
  Button,
  Group,
  Input,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { FIELD_TYPES } from '@trellis/model';
import { useState } from 'react';
import { IconPicker } from '../../ui/IconPicker.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import { Aliases } from '../names/Aliases.tsx';
import { ApiName } from '../names/ApiName.tsx';
import { BuilderLink } from '../navigation.tsx';
import { ColorSwatches } from '../parts/ColorSwatches.tsx';
import { Pointed, useJumpToPointer } from '../parts/Fault.tsx';
import { Labelled } from '../parts/Labelled.tsx';
import classes from '../parts/parts.module.css';
import { Card } from '../parts/small.tsx';
import { useComponent } from '../useComponent.ts';
import { DeleteObjectModal } from './DeleteObjectModal.tsx';
import { Retention } from './Retention.tsx';

export function SettingsTab({ object }: { object: string }) {
  const t = useMessages();
  const { catalogue } = useBuilder();
  const edited = useComponent('object', object);
  const [isDeleting, setDeleting] = useState(false);
  useJumpToPointer(true);
  if (edited === undefined) return null;
  const { body, set, entry } = edited;
  const fields = catalogue.of('field', object);
  const titles = fields.filter((field) => {
    const type = FIELD_TYPES.get(field.body.type);
    return type?.valueType === 'text' && type.isSortable;
  });

  return (
    <Stack gap="lg" className={classes.narrow}>
      <Card title={t('settings.naming')}>
        <Stack gap="md">
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            {(['label', 'plural_label'] as const).map((property) => (
              <Pointed key={property} at={`/${property}`}>
                {(fault) => (
                  <TextInput
                    label={t(`settings.${property}`)}
                    required
                    maxLength={200}
                    value={body[property]}
                    error={body[property].trim() === '' ? t('name.labelEmpty') : fault}
                    onChange={(event) => set(property, event.currentTarget.value)}
                  />
                )}
              </Pointed>
            ))}
          </SimpleGrid>
          <Labelled label={t('name.label')}>
            <ApiName entry={entry} />
          </Labelled>
          <Pointed at="/description">
            {(fault) => (
              <Textarea
                label={t('settings.description')}
                autosize
                minRows={2}
                maxRows={8}
                error={fault}
                value={body.description ?? ''}
                onChange={(event) => set('description', event.currentTarget.value || undefined)}
              />
            )}
          </Pointed>
          <Group gap="lg" align="flex-end">
            <Labelled label={t('newObject.icon')}>
              <IconPicker
                value={body.icon ?? null}
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
          <Pointed at="/name_field">
            {(fault) => (
              <Select
                label={t('settings.name_field')}
                description={t('settings.nameFieldHelp')}
                data={titles.map((field) => ({ value: field.short, label: field.body.label }))}
                value={body.name_field}
                error={fault}
                allowDeselect={false}
                onChange={(value) => value !== null && set('name_field', value)}
              />
            )}
          </Pointed>
        </Stack>
      </Card>
      <Card title={t('settings.sharing')}>
        <Pointed at="/sharing">
          {(fault) => (
            <Group justify="space-between">
              <Text size="sm">{t(`settings.sharing_${body.sharing ?? 'private'}`)}</Text>
              <BuilderLink page={{ page: 'object', object, tab: 'sharing' }}>
                {t('settings.sharingElsewhere')}
              </BuilderLink>
              {fault !== undefined && <Input.Error>{fault}</Input.Error>}
            </Group>
          )}
        </Pointed>
      </Card>
      <Card title={t('settings.behaviour')}>
        <Stack gap="sm">
          <Retention
            label={t('settings.history')}
            help={t('settings.historyHelp')}
            at="/history"
            choices={[
              { value: 'always', label: t('settings.keptAlways') },
              { value: 'days', label: t('settings.keptDays') },
              { value: 'never', label: t('settings.keptNever') },
            ]}
            value={body.history ?? true}
            days={730}
            onChange={(kept) => set('history', kept === true ? undefined : kept)}
          />
          <Retention
            label={t('settings.bin')}
            help={t('settings.binHelp')}
            at="/recycle_bin"
            choices={[
              { value: 'always', label: t('settings.binAlways') },
              { value: 'days', label: t('settings.binDays') },
            ]}
            value={body.recycle_bin ?? true}
            days={30}
            onChange={(kept) => set('recycle_bin', typeof kept === 'object' ? kept : undefined)}
          />
          <Pointed at="/search">
            {(fault) => (
              <Switch
                label={t('settings.search')}
                description={t('settings.searchHelp')}
                error={fault}
                checked={body.search ?? true}
                onChange={(event) => set('search', event.currentTarget.checked ? undefined : false)}
              />
            )}
          </Pointed>
          <Pointed at="/audit_reads">
            {(fault) => (
              <Switch
                label={t('settings.auditReads')}
                description={t('settings.auditReadsHelp')}
                error={fault}
                checked={body.audit_reads ?? false}
                onChange={(event) => set('audit_reads', event.currentTarget.checked || undefined)}
              />
            )}
          </Pointed>
        </Stack>
      </Card>
      <Aliases name={object} />
      {entry.package !== 'system' && (
        <Card title={t('settings.danger')}>
          <Group justify="space-between">
            <Text size="sm" c="dimmed" maw={420}>
              {t('settings.dangerText')}
            </Text>
            <Button
              variant="default"
              c="var(--mantine-color-error)"
              leftSection={<IconTrash size={14} aria-hidden />}
              onClick={() => setDeleting(true)}
            >
              {t('settings.delete')}
            </Button>
          </Group>
        </Card>
      )}
      {isDeleting && <DeleteObjectModal object={entry} onClose={() => setDeleting(false)} />}
    </Stack>
  );
}
