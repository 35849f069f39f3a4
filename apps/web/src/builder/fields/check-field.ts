/** Faults of a field that can be told without the server, by the field type itself. */
import type { Bodies } from '@trellis/metadata';
import { typeOfBody } from '@trellis/model';

export interface FieldFault {
  readonly code: string;
  /** Pointer into the body: `/options/2/label`. */
  readonly pointer: string;
  readonly message: string;
  readonly hint?: string;
}

export function checkField(body: Bodies['field']): readonly FieldFault[] {
  const type = typeOfBody(body);
  if (type === undefined) return [];
  const faults: FieldFault[] = [...type.check(body)];
  for (const [index, option] of (body.options ?? []).entries()) {
    if (option.label.trim() === '') {
      faults.push({
        code: 'too_short',
        pointer: `/options/${index}/label`,
        message: 'An option needs a label.',
      });
    }
  }
  return faults;
}

/** The first fault at a pointer as one text, or below it where `deep`. */
export function faultText(faults: readonly FieldFault[], pointer: string, deep = false): string | undefined {
  const fault = faults.find(
    (each) => each.pointer === pointer || (deep && each.pointer.startsWith(`${pointer}/`)),
  );
  return fault === undefined ? undefined : [fault.message, fault.hint].filter(Boolean).join(' ');
}
