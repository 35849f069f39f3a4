import { Textarea, TextInput } from '@mantine/core';
import { type InputProps, inputAttributes } from './input-props.ts';

const KEYBOARDS: Readonly<Record<string, { type: string; autoComplete: string }>> = {
  email: { type: 'email', autoComplete: 'off' },
  phone: { type: 'tel', autoComplete: 'off' },
  url: { type: 'text', autoComplete: 'off' },
};

/** One line: texts, addresses of mail and web, telephone numbers, each with its keyboard on a phone. */
export function ShortTextInput(props: InputProps) {
  const keyboard = KEYBOARDS[props.field.widget] ?? { type: 'text', autoComplete: 'off' };
  const maximum = props.field.schema.maxLength;
  return (
    <TextInput
      {...inputAttributes(props)}
      {...keyboard}
      inputMode={props.field.widget === 'url' ? 'url' : undefined}
      maxLength={typeof maximum === 'number' ? maximum : undefined}
      value={typeof props.value === 'string' ? props.value : ''}
      onChange={(event) =>
        props.onChange(event.currentTarget.value === '' ? null : event.currentTarget.value)
      }
    />
  );
}

export function LongTextInput(props: InputProps) {
  const maximum = props.field.schema.maxLength;
  return (
    <Textarea
      {...inputAttributes(props)}
      autosize
      minRows={3}
      maxRows={16}
      maxLength={typeof maximum === 'number' ? maximum : undefined}
      value={typeof props.value === 'string' ? props.value : ''}
      onChange={(event) =>
        props.onChange(event.currentTarget.value === '' ? null : event.currentTarget.value)
      }
    />
  );
}
