import { SegmentedControl, Select } from '@mantine/core';
import type { ObjectDescription } from '@trellis/forms';
import { useTranslation } from 'react-i18next';

interface RecordTypePickerProps {
  readonly description: ObjectDescription;
  readonly value: string | undefined;
  onChange(name: string): void;
}

/** Which kind of record to make, where there are several. */
export function RecordTypePicker({ description, value, onChange }: RecordTypePickerProps) {
  const { t } = useTranslation();
  const types = description.record_types.map((each) => ({ value: each.name, label: each.label }));
  if (types.length < 2) return null;
  if (types.length <= 4) {
    return (
      <SegmentedControl
        aria-label={t('record.type')}
        data={types}
        value={value ?? ''}
        onChange={onChange}
        mb="md"
      />
    );
  }
  return (
    <Select
      label={t('record.type')}
      data={types}
      value={value ?? null}
      allowDeselect={false}
      onChange={(name) => name !== null && onChange(name)}
      mb="md"
    />
  );
}
