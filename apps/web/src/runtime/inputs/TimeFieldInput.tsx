import { TextInput } from '@mantine/core';
import { type InputProps, inputAttributes } from './input-props.ts';

/** A time of day, with the browser's own editor of the person's language; seconds only where there are any. */
export function TimeFieldInput(props: InputProps) {
  const value = typeof props.value === 'string' ? props.value : '';
  return (
    <TextInput
      {...inputAttributes(props)}
      type="time"
      step={value.length > 5 ? 1 : undefined}
      value={value}
      onChange={(event) =>
        props.onChange(event.currentTarget.value === '' ? null : event.currentTarget.value)
      }
    />
  );
}
