import type { CompiledField, FieldPath } from '@trellis/model';

/** The path to a field of the record itself. */
export function ownPath(field: CompiledField): FieldPath {
  return { text: field.name, through: [], field };
}
