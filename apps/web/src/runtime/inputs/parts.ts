import { type InputProps, inputAttributes } from './input-props.ts';
import classes from './PartsInput.module.css';

export type Parts = Readonly<Record<string, unknown>>;

/** The parts of a value as the inputs hold them; none where it is blank. */
export function partsOf(value: unknown): Parts {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Parts) : {};
}

/** Reports the value with one part changed: blank parts are left out, and without any the value is blank. */
export function putPart(props: InputProps, name: string, part: unknown): void {
  const { [name]: _, ...others } = partsOf(props.value);
  const isBlank = part === null || part === undefined || part === '';
  const next = isBlank ? others : { ...others, [name]: part };
  props.onChange(Object.keys(next).length === 0 ? null : next);
}

/**
 * The attributes of the input for one part, `span` of six columns wide: like those of the whole but for its label and
 * placeholder. The label of the whole points to the part that is `isMain`, which also takes its focus.
 */
export function partAttributes(props: InputProps, name: string, span: number, isMain = false) {
  const {
    placeholder,
    'aria-label': label,
    ...attributes
  }: ReturnType<typeof inputAttributes> = inputAttributes(props);
  return {
    ...attributes,
    id: isMain ? props.id : `${props.id}_${name}`,
    autoFocus: isMain && attributes.autoFocus,
    wrapperProps: { 'data-span': span },
    classNames: { label: classes.label ?? '' },
  };
}
