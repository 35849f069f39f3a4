/** What the server says about the fields of a form, by their pointers: for dialogs that save at once. */
import { ApiError } from '@trellis/api';

export interface FieldFaults {
  /** What is wrong with a field, or with a part of it. */
  of(field: string): string | undefined;
  /** Every fault stands at one of the fields, so that nothing more has to be said above them. */
  readonly isPlaced: boolean;
}

export function fieldFaults(error: unknown, fields: readonly string[]): FieldFaults {
  const entries = error instanceof ApiError ? error.problem.errors : [];
  const isAt = (pointer: string, field: string) =>
    pointer === `/${field}` || pointer.startsWith(`/${field}/`);
  return {
    of: (field) => {
      const found = entries.filter((entry) => isAt(entry.pointer, field));
      if (found.length === 0) return undefined;
      return found
        .map(({ message, hint }) => (hint === undefined ? message : `${message} ${hint}`))
        .join(' ');
    },
    isPlaced:
      entries.length > 0 && entries.every((entry) => fields.some((field) => isAt(entry.pointer, field))),
  };
}
