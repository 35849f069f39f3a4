import { Button, Group } from '@mantine/core';
import type { ObjectDescription } from '@trellis/forms';
import { layoutFor } from '@trellis/forms';
import { Suspense, useCallback, useId, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOptionalObject } from '../../api.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { lazy } from '../../ui/lazy.tsx';
import { PageSkeleton } from '../../ui/PageSkeleton.tsx';
import classes from './CreateRecordModal.module.css';
import { RecordTypePicker } from './RecordTypePicker.tsx';
import { DiscardModal } from './UnsavedGuard.tsx';
import { useCreateRecord } from './use-create-record.ts';

// The form's lookups open this modal, and the modal shows the form: loading it later unties the knot.
const RecordForm = lazy(async () => ({ default: (await import('../record-form.tsx')).RecordForm }));

interface CreateRecordModalProps {
  readonly object: string;
  /** Text for the field that titles the record: what was typed in the lookup. */
  readonly title?: string;
  readonly prefilled?: Readonly<Record<string, unknown>>;
  onClose(): void;
  onCreated(record: { readonly id: string; readonly title: string }): void;
}

/** Makes a record without leaving the screen. */
export function CreateRecordModal(props: CreateRecordModalProps) {
  const { t } = useTranslation();
  const description = useOptionalObject(props.object);
  const [isDirty, setDirty] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const close = () => (isDirty ? setAsking(true) : props.onClose());
  return (
    <Dialog
      opened
      onClose={close}
      size={760}
      title={t('palette.new', { object: description?.label ?? '' })}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      {description === undefined ? (
        <PageSkeleton />
      ) : (
        <CreateForm {...props} description={description} onDirty={setDirty} onCancel={close} />
      )}
      <DiscardModal
        isOpen={isAsking}
        label={t('form.unsaved')}
        onKeep={() => setAsking(false)}
        onDiscard={props.onClose}
      />
    </Dialog>
  );
}

interface CreateFormProps extends CreateRecordModalProps {
  readonly description: ObjectDescription;
  onDirty(isDirty: boolean): void;
  onCancel(): void;
}

function CreateForm({ description, title, prefilled, onCreated, onDirty, onCancel }: CreateFormProps) {
  const { t } = useTranslation();
  const formId = useId();
  const given = useMemo(
    () => ({ ...prefilled, ...(title ? { [description.name_field]: title } : {}) }),
    [prefilled, title, description.name_field],
  );
  const { recordType, setRecordType, initial, creation, create } = useCreateRecord(
    description,
    given,
    useCallback(
      (record: { id: string }, name: string, isLeft: boolean) => {
        if (!isLeft) onCreated({ id: record.id, title: name });
      },
      [onCreated],
    ),
  );
  return (
    // Keys and submits of a form within a form would reach the outer one through React's tree.
    <div onSubmit={(event) => event.stopPropagation()}>
      <RecordTypePicker description={description} value={recordType} onChange={setRecordType} />
      <Suspense fallback={<PageSkeleton />}>
        <RecordForm
          key={recordType}
          id={formId}
          idPrefix={`new-${description.name}`}
          description={description}
          layout={layoutFor(description, recordType)}
          mode="create"
          record={initial}
          recordType={recordType ?? null}
          problem={creation.error}
          onSubmit={create}
          onDirty={onDirty}
        />
      </Suspense>
      <Group justify="flex-end" gap="sm" mt="lg" className={classes.foot}>
        <Button variant="default" onClick={onCancel}>
          {t('action.cancel')}
        </Button>
        <Button type="submit" form={formId} loading={creation.isPending}>
          {t('action.save')}
        </Button>
      </Group>
    </div>
  );
}
