/** The junction object of a many-to-many field: one that links both sides already, or a new one made here. */
import { Button, Group, Select, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { OBJECT_NAME_MAX_LENGTH } from '@trellis/metadata';
import { useState } from 'react';
import { Dialog } from '../../ui/Dialog.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import { type Catalogue, targetsOf } from '../metadata/catalogue.ts';
import { findNameFault, suggestPlural } from '../metadata/naming.ts';
import { newJunctionComponents } from '../objects/new-object.ts';
import { LabelAndName, type NameState, withLabel } from '../parts/LabelAndName.tsx';
import type { PropertyEditorProps } from './property-editors.tsx';

export function JunctionEditor({ object, body, set, fault }: PropertyEditorProps) {
  const t = useMessages();
  const { catalogue } = useBuilder();
  const [isMaking, setMaking] = useState(false);
  const target = targetsOf(body)[0];
  const fitting = target === undefined ? [] : junctionsBetween(catalogue, object, target);
  return (
    <>
      <Group align="flex-end" gap="sm">
        <Select
          style={{ flex: 1 }}
          label={t('property.through.label')}
          description={target === undefined ? t('property.through.needsTarget') : t('property.through.help')}
          placeholder={fitting.length === 0 ? t('property.through.none') : t('property.through.placeholder')}
          required
          disabled={target === undefined}
          data={fitting.map((name) => ({
            value: name,
            label: catalogue.find('object', name)?.body.label ?? name,
          }))}
          value={body.through ?? null}
          error={fault}
          onChange={(value) => set('through', value ?? undefined)}
        />
        <Button
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          disabled={target === undefined}
          onClick={() => setMaking(true)}
        >
          {t('property.through.make')}
        </Button>
      </Group>
      {isMaking && target !== undefined && (
        <NewJunction
          near={object}
          far={target}
          onClose={() => setMaking(false)}
          onMade={(name) => {
            set('through', name);
            setMaking(false);
          }}
        />
      )}
    </>
  );
}

/** Objects with a lookup to either side (two of them where both sides are one object). */
function junctionsBetween(catalogue: Catalogue, near: string, far: string): string[] {
  return catalogue
    .all('object')
    .map((object) => object.name)
    .filter((name) => {
      const lookups = catalogue.of('field', name).filter((field) => field.body.type === 'lookup');
      const to = (object: string) => lookups.filter((field) => targetsOf(field.body).includes(object)).length;
      return near === far ? to(near) >= 2 : to(near) >= 1 && to(far) >= 1;
    });
}

function NewJunction(props: {
  near: string;
  far: string;
  onClose: () => void;
  onMade: (name: string) => void;
}) {
  const t = useMessages();
  const { catalogue, put } = useBuilder();
  const labelOf = (name: string) => catalogue.find('object', name)?.body.label ?? name;
  const rules = {
    limit: OBJECT_NAME_MAX_LENGTH,
    isTaken: (name: string) => catalogue.find('object', name) !== undefined,
  };
  const [naming, setNaming] = useState<NameState>(() =>
    withLabel({ label: '', name: '', isOwn: false }, `${labelOf(props.near)} ${labelOf(props.far)}`, rules),
  );
  const [isChecked, setChecked] = useState(false);
  const make = () => {
    setChecked(true);
    if (naming.label.trim() === '' || findNameFault(naming.name, rules) !== undefined) return;
    const label = naming.label.trim();
    put(
      newJunctionComponents(
        { name: naming.name, label, pluralLabel: suggestPlural(label) },
        { name: props.near, label: labelOf(props.near) },
        { name: props.far, label: labelOf(props.far) },
        {
          allOf: (plural) => t('newObject.allOf', { plural }),
          details: t('newObject.details'),
          history: t('newObject.history'),
          number: t('property.through.number'),
        },
      ),
    );
    props.onMade(naming.name);
  };
  return (
    <Dialog
      opened
      onClose={props.onClose}
      title={t('property.through.makeTitle')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <Stack gap="sm">
        <Text size="sm">
          {t('property.through.makeText', { near: labelOf(props.near), far: labelOf(props.far) })}
        </Text>
        <LabelAndName
          value={naming}
          rules={rules}
          onChange={setNaming}
          labelText={t('newObject.label')}
          isChecked={isChecked}
        />
        <Group justify="flex-end">
          <Button onClick={make}>{t('property.through.makeIt')}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
