import type { FieldDescription } from '@trellis/forms';

/** What every input gets. The label is the template's: it points to `id`. */
export interface InputProps {
  readonly id: string;
  readonly field: FieldDescription;
  /** Wire value, or an expanded lookup; blank is null. */
  readonly value: unknown;
  /** Lookups report `{id, …title}` so that the title need not be asked for; `wireValue` reduces it. */
  onChange(value: unknown): void;
  /** For inputs without a visible label. */
  readonly label?: string | undefined;
  readonly hasError?: boolean;
  readonly isRequired?: boolean;
  readonly isDisabled?: boolean;
  readonly isAutoFocused?: boolean;
  readonly describedBy?: string | undefined;
  /** In place of a value on the record screen: commits by itself when a choice is made. */
  onCommit?: ((value: unknown) => void) | undefined;
}

/** The attributes that all Mantine inputs share. */
export function inputAttributes(props: InputProps) {
  return {
    id: props.id,
    error: props.hasError === true,
    disabled: props.isDisabled === true,
    // Focus follows what the person asked for: an inline edit or the first field of a form.
    autoFocus: props.isAutoFocused === true,
    'aria-required': props.isRequired === true || undefined,
    'aria-invalid': props.hasError === true || undefined,
    'aria-describedby': props.describedBy,
    ...(props.label === undefined ? {} : { 'aria-label': props.label }),
    ...(props.field.placeholder === null ? {} : { placeholder: props.field.placeholder }),
  };
}
