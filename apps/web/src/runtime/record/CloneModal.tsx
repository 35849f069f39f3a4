import { useNavigate } from '@tanstack/react-router';
import type { ObjectDescription } from '@trellis/forms';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { notifyDone } from '../../ui/notify.tsx';
import { CreateRecordModal } from './CreateRecordModal.tsx';
import type { ShownRecord } from './use-record.ts';

interface CloneModalProps {
  readonly description: ObjectDescription;
  readonly record: ShownRecord;
  onClose(): void;
}

/** A new record that begins with the values of this one, less those that only one record may have or that are not to be copied. */
export function CloneModal({ description, record, onClose }: CloneModalProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const prefilled = useMemo(
    () =>
      Object.fromEntries(
        description.fields
          .filter(
            (field) =>
              field.access === 'update' && !field.is_unique && !field.no_copy && record[field.name] != null,
          )
          .map((field) => [field.name, record[field.name]]),
      ),
    [description, record],
  );
  return (
    <CreateRecordModal
      object={description.name}
      prefilled={prefilled}
      onClose={onClose}
      onCreated={({ id, title }) => {
        onClose();
        notifyDone({ message: t('record.created', { object: description.label, title }) });
        void navigate({ to: '/o/$object/$id', params: { object: description.name, id } });
      }}
    />
  );
}
