import { Switch } from '@mantine/core';
import { type InputProps, inputAttributes } from './input-props.ts';

/** Yes or no; never blank. */
export function BooleanInput(props: InputProps) {
  const { placeholder: _, ...attributes } = inputAttributes(props);
  return (
    <Switch
      {...attributes}
      checked={props.value === true}
      onChange={(event) => {
        props.onChange(event.currentTarget.checked);
        props.onCommit?.(event.currentTarget.checked);
      }}
      styles={{ root: { display: 'flex', alignItems: 'center', minHeight: 30 } }}
    />
  );
}
