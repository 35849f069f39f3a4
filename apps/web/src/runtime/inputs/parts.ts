import type { InputProps } from './input-props.ts';

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
