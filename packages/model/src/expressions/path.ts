/** A path from a record to a value: `amount`, or through lookups `account.owner.name`. */
import type { CompiledField } from '../model.ts';

export interface FieldPath {
  /** As written: `account.owner.name`. */
  readonly text: string;
  /** The lookups passed on the way, in order; empty for a field of the record itself. */
  readonly through: readonly CompiledField[];
  /** The field at the end. Through a polymorphic lookup or an owner only the title, `name`, can be reached. */
  readonly field: CompiledField;
}

export interface SortKey {
  readonly path: FieldPath;
  readonly descending: boolean;
}
