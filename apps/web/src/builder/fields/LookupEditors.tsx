/** Where a lookup points to, and what the link means for the record that holds it. */
import { Input, MultiSelect, Radio, Select, Stack, Switch } from '@mantine/core';
import { useState } from 'react';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import { targetsOf } from '../metadata/catalogue.ts';
import { withProperty } from '../useComponent.ts';
import type { FieldBody, PropertyEditorProps } from './property-editors.tsx';

function useObjectChoices() {
  return useBuilder()
    .catalogue.all('object')
    .map((object) => ({ value: object.name, label: object.body.label }))
    .toSorted((a, b) => a.label.localeCompare(b.label));
}

/** One object, several, or any: a lookup takes all three, a many-to-many field exactly one. */
export function TargetEditor({ body, change, fault }: PropertyEditorProps) {
  const t = useMessages();
  const choices = useObjectChoices();
  const [isOpen, setOpen] = useState(false);
  const targets = targetsOf(body);
  const isAny = body.to === '*';
  const isSingle = body.through !== undefined || body.type === 'multi_lookup';
  const setTargets = (names: readonly string[]) =>
    change(
      (current) =>
        withTargets(current, names.length === 0 ? undefined : names.length === 1 ? names[0] : [...names]),
      'to',
    );

  if (isSingle) {
    return (
      <Select
        label={t('property.to.label')}
        description={t('property.to.helpMany')}
        placeholder={t('property.to.placeholder')}
        required
        searchable
        data={choices}
        value={targets[0] ?? null}
        error={fault}
        nothingFoundMessage={t('action.nothingFound')}
        onChange={(value) => setTargets(value === null ? [] : [value])}
      />
    );
  }
  return (
    <Stack gap={6}>
      <MultiSelect
        label={t('property.to.label')}
        description={t('property.to.help')}
        placeholder={
          isAny ? t('property.to.any') : targets.length === 0 ? t('property.to.placeholder') : undefined
        }
        required
        searchable
        disabled={isAny}
        data={choices}
        value={isAny ? [] : [...targets]}
        error={fault}
        nothingFoundMessage={t('action.nothingFound')}
        dropdownOpened={isOpen}
        onDropdownOpen={() => setOpen(true)}
        onDropdownClose={() => setOpen(false)}
        onChange={(names) => {
          // One object is the usual case: the list is done with it, and opens again for more.
          if (targets.length === 0) setOpen(false);
          setTargets(names);
        }}
      />
      <Switch
        label={t('property.to.anySwitch')}
        checked={isAny}
        onChange={(event) =>
          change((current) => withTargets(current, event.currentTarget.checked ? '*' : undefined))
        }
      />
    </Stack>
  );
}

/** A parent is one object: with several targets the link can own nothing. */
function withTargets(body: FieldBody, to: FieldBody['to']): FieldBody {
  const next = withProperty(body, 'to', to);
  return typeof to === 'string' && to !== '*' ? next : withProperty(next, 'parent', undefined);
}

export function ParentEditor({ body, change, fault }: PropertyEditorProps) {
  const t = useMessages();
  const canBe = typeof body.to === 'string' && body.to !== '*';
  return (
    <Input.Wrapper label={t('property.parent.label')} labelElement="div" error={fault} size="xs">
      <Switch
        mt={6}
        label={t('property.parent.switch')}
        description={canBe ? t('property.parent.help') : t('property.parent.notPossible')}
        disabled={!canBe}
        checked={body.parent ?? false}
        onChange={(event) => {
          const isParent = event.currentTarget.checked;
          change((current) =>
            isParent
              ? { ...withProperty(current, 'on_delete', undefined), parent: true }
              : withProperty(current, 'parent', undefined),
          );
        }}
      />
    </Input.Wrapper>
  );
}

export function OnDeleteEditor({ body, set, fault }: PropertyEditorProps) {
  const t = useMessages();
  if (body.parent) {
    return (
      <Input.Wrapper
        label={t('property.on_delete.label')}
        labelElement="div"
        description={t('property.on_delete.parent')}
        error={fault}
        size="xs"
      />
    );
  }
  return (
    <Radio.Group
      label={t('property.on_delete.label')}
      value={body.on_delete ?? 'clear'}
      error={fault}
      onChange={(value) => set('on_delete', value === 'restrict' || value === 'cascade' ? value : 'clear')}
    >
      <Stack gap={10} mt={8}>
        {(['clear', 'restrict', 'cascade'] as const).map((choice) => (
          <Radio key={choice} value={choice} label={t(`property.on_delete.${choice}`)} />
        ))}
      </Stack>
    </Radio.Group>
  );
}

/** Whether records of one object stand above each other. */
export function TreeEditor({ object, body, change, fault }: PropertyEditorProps) {
  const t = useMessages();
  const canBe = body.to === object;
  return (
    <Input.Wrapper label={t('property.tree.label')} labelElement="div" error={fault} size="xs">
      <Switch
        mt={6}
        label={t('property.tree.switch')}
        description={t(canBe ? 'property.tree.help' : 'property.tree.notPossible')}
        disabled={!canBe && body.tree !== true}
        checked={body.tree ?? false}
        onChange={(event) => {
          const isTree = event.currentTarget.checked;
          change((current) => withProperty(current, 'tree', isTree ? true : undefined), 'tree');
        }}
      />
    </Input.Wrapper>
  );
}
