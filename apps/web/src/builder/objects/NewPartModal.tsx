/** A small dialog that asks for a label and a name: for a new layout, view, record type, app or option set. */
import { Button, Select } from '@mantine/core';
import { NAME_MAX_LENGTH } from '@trellis/metadata';
import { type ReactNode, useState } from 'react';
import { useMessages } from '../messages.ts';
import { findNameFault } from '../metadata/naming.ts';
import { EditorModal } from '../parts/EditorModal.tsx';
import { EMPTY_NAME, LabelAndName, type NameState } from '../parts/LabelAndName.tsx';

interface NewPartModalProps {
  readonly title: string;
  readonly placeholder?: string;
  readonly isTaken: (name: string) => boolean;
  /** What the new one may start as a copy of, by name. */
  readonly copies?: readonly { readonly value: string; readonly label: string }[];
  readonly onCreate: (label: string, name: string, copyOf: string | null) => void;
  readonly onClose: () => void;
  readonly children?: ReactNode;
}

export function NewPartModal({
  title,
  placeholder,
  isTaken,
  copies = [],
  onCreate,
  onClose,
  children,
}: NewPartModalProps) {
  const t = useMessages();
  const [naming, setNaming] = useState<NameState>(EMPTY_NAME);
  const [copyOf, setCopyOf] = useState<string | null>(null);
  const [isChecked, setChecked] = useState(false);
  const rules = { limit: NAME_MAX_LENGTH, isTaken };
  const submit = () => {
    setChecked(true);
    if (naming.label.trim() === '' || findNameFault(naming.name, rules) !== undefined) return;
    onClose();
    onCreate(naming.label.trim(), naming.name, copyOf);
  };
  return (
    <EditorModal
      title={title}
      size="md"
      isDirty={naming.label !== ''}
      onClose={onClose}
      onSubmit={submit}
      footer={<Button type="submit">{t('action.create')}</Button>}
    >
      <LabelAndName
        value={naming}
        rules={rules}
        onChange={setNaming}
        labelText={t('field.label')}
        isChecked={isChecked}
        {...(placeholder === undefined ? {} : { placeholder })}
      />
      {copies.length > 0 && (
        <Select
          label={t('part.copyOf')}
          placeholder={t('part.copyNone')}
          clearable
          data={[...copies]}
          value={copyOf}
          onChange={setCopyOf}
        />
      )}
      {children}
    </EditorModal>
  );
}
