import { MultiSelect, Select } from '@mantine/core';
import { choosableOptions } from '@trellis/forms';
import { useTranslation } from 'react-i18next';
import { ColorBadge, ColorDot } from '../../ui/ColorBadge.tsx';
import { type InputProps, inputAttributes } from './input-props.ts';

const SEARCHED_FROM = 8;

/** One of the options; searched by typing when there are many. */
export function OptionInput(props: InputProps) {
  const { t } = useTranslation();
  const options = choosableOptions(props.field, props.value);
  const chosen = options.find((option) => option.value === props.value);
  return (
    <Select
      {...inputAttributes(props)}
      data={options.map((option) => ({ value: option.value, label: option.label }))}
      value={typeof props.value === 'string' ? props.value : null}
      onChange={(value) => {
        props.onChange(value);
        props.onCommit?.(value);
      }}
      searchable={options.length >= SEARCHED_FROM}
      clearable={props.isRequired !== true}
      clearButtonProps={{ 'aria-label': t('action.clear') }}
      allowDeselect={false}
      maxDropdownHeight={280}
      limit={200}
      nothingFoundMessage={t('input.noOption')}
      leftSection={chosen === undefined ? undefined : <ColorDot color={chosen.color} />}
      renderOption={({ option }) => (
        <ColorBadge color={options.find((each) => each.value === option.value)?.color}>
          {option.label}
        </ColorBadge>
      )}
      comboboxProps={{ withinPortal: true, shadow: 'md' }}
    />
  );
}

/** Several of the options, in the order chosen. */
export function OptionsInput(props: InputProps) {
  const { t } = useTranslation();
  const options = choosableOptions(props.field, props.value);
  const value = Array.isArray(props.value) ? props.value.map(String) : [];
  return (
    <MultiSelect
      {...inputAttributes(props)}
      data={options.map((option) => ({ value: option.value, label: option.label }))}
      value={value}
      onChange={(values) => props.onChange(values.length === 0 ? null : values)}
      searchable={options.length >= SEARCHED_FROM}
      hidePickedOptions
      maxDropdownHeight={280}
      limit={200}
      nothingFoundMessage={t('input.noOption')}
      renderOption={({ option }) => (
        <ColorBadge color={options.find((each) => each.value === option.value)?.color}>
          {option.label}
        </ColorBadge>
      )}
      comboboxProps={{ withinPortal: true, shadow: 'md' }}
    />
  );
}
