import { MultiSelect } from '@mantine/core';
import type { FilterValue } from '@trellis/forms';
import { useTranslation } from 'react-i18next';
import { useConditionScope } from './condition-fields.ts';

interface ChangedFieldsInputProps {
  readonly value: FilterValue;
  onChange(value: FilterValue): void;
}

/** Several fields of the record, one of which has changed. */
export function ChangedFieldsInput({ value, onChange }: ChangedFieldsInputProps) {
  const { t } = useTranslation();
  const scope = useConditionScope();
  const fields = scope.find(scope.object)?.fields ?? [];
  const chosen = Array.isArray(value) ? value.map(String) : [];
  return (
    <MultiSelect
      aria-label={t('filter.changedAny')}
      placeholder={chosen.length === 0 ? t('filter.choose') : ''}
      searchable
      hidePickedOptions
      nothingFoundMessage={t('filter.noField')}
      data={fields
        .filter((field) => !field.is_system || field.name === 'owner_id' || chosen.includes(field.name))
        .map((field) => ({ value: field.name, label: field.label }))}
      value={chosen}
      onChange={onChange}
    />
  );
}
