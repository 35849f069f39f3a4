import { TextInput } from '@mantine/core';
import { formatDuration, parseDuration } from '@trellis/model';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type InputProps, inputAttributes } from './input-props.ts';

/** A span of time, typed as `1:30`, `1h 30m` or `90` minutes. What is none stays as typed, for the check to refuse. */
export function DurationInput(props: InputProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState<string>();
  const kept =
    typeof props.value === 'number'
      ? formatDuration(props.value)
      : typeof props.value === 'string'
        ? props.value
        : '';
  return (
    <TextInput
      placeholder={t('input.duration')}
      {...inputAttributes(props)}
      autoComplete="off"
      value={typed ?? kept}
      onChange={(event) => {
        const text = event.currentTarget.value;
        setTyped(text);
        props.onChange(text.trim() === '' ? null : (parseDuration(text) ?? text));
      }}
      onBlur={() => setTyped(undefined)}
      styles={{ input: { fontVariantNumeric: 'tabular-nums' } }}
    />
  );
}
