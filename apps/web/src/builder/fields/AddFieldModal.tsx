/** Adds a field: its type, then its options, and its place on the form and in the list at once. */
import { Button, Checkbox, SimpleGrid, Stack } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import type { ComponentDocument } from '@trellis/api';
import { type Bodies, type FieldTypeName, NAME_MAX_LENGTH } from '@trellis/metadata';
import { FIELD_TYPES, RESERVED_FIELD_NAMES } from '@trellis/model';
import { useState } from 'react';
import { Dialog } from '../../ui/Dialog.tsx';
import { notifyDone } from '../../ui/notify.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { placeField } from '../layout-editor/layout-body.ts';
import { useMessages } from '../messages.ts';
import { findNameFault } from '../metadata/naming.ts';
import { EditorModal } from '../parts/EditorModal.tsx';
import { EMPTY_NAME, LabelAndName, type NameState } from '../parts/LabelAndName.tsx';
import { checkField } from './check-field.ts';
import classes from './FieldForm.module.css';
import { FieldForm } from './FieldForm.tsx';
import { FieldPreview } from './FieldPreview.tsx';
import { TypeGallery } from './TypeGallery.tsx';

export function AddFieldModal({ object, onClose }: { object: string; onClose: () => void }) {
  const t = useMessages();
  const [type, setType] = useState<FieldTypeName | undefined>();
  const [round, setRound] = useState(0);
  const label = useBuilder().catalogue.find('object', object)?.body.label ?? object;
  if (type === undefined) {
    return (
      <Dialog
        opened
        onClose={onClose}
        size="xl"
        title={t('addField.title', { object: label })}
        closeButtonProps={{ 'aria-label': t('action.close') }}
        styles={{ title: { fontWeight: 600 } }}
      >
        <TypeGallery onChoose={setType} />
      </Dialog>
    );
  }
  return (
    <NewField
      key={round}
      object={object}
      type={type}
      onBack={() => setType(undefined)}
      onClose={onClose}
      onAnother={() => {
        setRound(round + 1);
        setType(undefined);
      }}
    />
  );
}

interface NewFieldProps {
  readonly object: string;
  readonly type: FieldTypeName;
  readonly onBack: () => void;
  readonly onClose: () => void;
  readonly onAnother: () => void;
}

function NewField({ object, type, onBack, onClose, onAnother }: NewFieldProps) {
  const t = useMessages();
  const { catalogue, put } = useBuilder();
  const typeLabel = FIELD_TYPES.get(type)?.label ?? type;
  const [naming, setNaming] = useState<NameState>(EMPTY_NAME);
  const [body, setBody] = useState<Bodies['field']>(() => startOf(type));
  const [isChecked, setChecked] = useState(false);
  const [onLayout, setOnLayout] = useState(true);
  const [inView, setInView] = useState(true);

  const rules = {
    limit: NAME_MAX_LENGTH,
    isReserved: (name: string) => RESERVED_FIELD_NAMES.has(name),
    isTaken: (name: string) => catalogue.find('field', `${object}.${name}`) !== undefined,
  };
  const layouts = catalogue.of('layout', object);
  const layout = layouts.find((each) => each.short === 'default') ?? layouts[0];
  const views = catalogue.of('view', object);
  const view = views.find((each) => each.body.is_default) ?? views[0];
  const written = { ...body, label: naming.label.trim() };
  const faults = checkField(written);

  /** True when the field went into the draft. */
  const add = (): boolean => {
    setChecked(true);
    if (written.label === '' || findNameFault(naming.name, rules) !== undefined || faults.length > 0)
      return false;
    const components: ComponentDocument[] = [
      { kind: 'field', name: `${object}.${naming.name}`, body: written },
    ];
    if (onLayout && layout !== undefined) {
      components.push({ kind: 'layout', name: layout.name, body: placeField(layout.body, naming.name) });
    }
    if (inView && view !== undefined && canBeColumn(type)) {
      components.push({ kind: 'view', name: view.name, body: withColumn(view.body, naming.name) });
    }
    put(components);
    notifyDone({ message: t('addField.added', { label: written.label }) });
    return true;
  };

  return (
    <EditorModal
      title={t('addField.titleOf', { type: typeLabel })}
      size="xl"
      isDirty={naming.label !== '' || naming.name !== ''}
      onClose={onClose}
      onSubmit={() => {
        if (add()) onClose();
      }}
      footer={
        <>
          <Button
            variant="subtle"
            color="gray"
            leftSection={<IconArrowLeft size={14} aria-hidden />}
            onClick={onBack}
            mr="auto"
          >
            {t('addField.back')}
          </Button>
          <Button
            variant="default"
            onClick={() => {
              if (add()) onAnother();
            }}
          >
            {t('addField.another')}
          </Button>
          <Button type="submit">{t('addField.add')}</Button>
        </>
      }
    >
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
        <LabelAndName
          value={naming}
          rules={rules}
          onChange={setNaming}
          labelText={t('field.label')}
          isChecked={isChecked}
        />
      </SimpleGrid>
      <FieldForm
        object={object}
        body={written}
        name={naming.name}
        faults={isChecked ? faults : faults.filter((fault) => fault.code !== 'required')}
        onChange={(change) =>
          setBody((current) => ({ ...change({ ...current, label: naming.label }), label: '' }))
        }
      />
      <div className={classes.preview}>
        <span className={classes.previewTitle}>{t('preview.title')}</span>
        <FieldPreview object={object} name={naming.name} body={written} />
      </div>
      <Stack gap={10}>
        <Checkbox
          label={
            layout === undefined
              ? t('addField.noLayout')
              : t('addField.onLayout', { layout: layout.body.label })
          }
          disabled={layout === undefined}
          checked={onLayout && layout !== undefined}
          onChange={(event) => setOnLayout(event.currentTarget.checked)}
        />
        {canBeColumn(type) && (
          <Checkbox
            label={
              view === undefined ? t('addField.noView') : t('addField.inView', { view: view.body.label })
            }
            disabled={view === undefined}
            checked={inView && view !== undefined}
            onChange={(event) => setInView(event.currentTarget.checked)}
          />
        )}
      </Stack>
    </EditorModal>
  );
}

/** A new column stands before the owner and the dates that close a list. */
function withColumn(view: Bodies['view'], field: string): Bodies['view'] {
  const isClosing = (path: string) => path === 'owner.name' || RESERVED_FIELD_NAMES.has(path);
  const at = view.columns.findLastIndex((path) => !isClosing(path)) + 1;
  return { ...view, columns: view.columns.toSpliced(at, 0, field) };
}

/** A type that keeps no value of its own is no column by itself. */
function canBeColumn(type: FieldTypeName): boolean {
  const facets = FIELD_TYPES.get(type);
  return facets?.column !== undefined || facets?.category === 'computed';
}

/** What a field of a type begins with: properties that the type can't do without and that have a usual value. */
function startOf(type: FieldTypeName): Bodies['field'] {
  const properties = FIELD_TYPES.get(type)?.properties ?? [];
  return {
    label: '',
    type,
    ...(properties.includes('format') ? { format: '{00000}' } : {}),
    ...(properties.includes('options') ? { options: [] } : {}),
  };
}
