import { TagsInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { type InputProps, inputAttributes } from './input-props.ts';

/** Free words: Enter or a comma ends one, Backspace takes the last away. */
export function TagsFieldInput(props: InputProps) {
  const { t } = useTranslation();
  const value = Array.isArray(props.value) ? props.value.map(String) : [];
  return (
    <TagsInput
      {...inputAttributes(props)}
      placeholder={value.length > 0 ? '' : (props.field.placeholder ?? t('input.tags'))}
      value={value}
      onChange={(entries) => {
        const tidy = [...new Set(entries.map((entry) => entry.replaceAll(/\s+/g, ' ').trim()))];
        const words = tidy.filter((entry) => entry !== '');
        props.onChange(words.length === 0 ? null : words);
      }}
      splitChars={[',', ';']}
      acceptValueOnBlur
      comboboxProps={{ withinPortal: true, shadow: 'md' }}
    />
  );
}
