/** What becomes of a record when the one that a lookup of it points to is deleted. */
import type { CompiledField } from './model.ts';

export type OnDelete = 'restrict' | 'clear' | 'cascade';

/** As the field says; a parent lookup always cascades, and a required one that says nothing restricts. */
export function onDeleteOf({ body, isRequired }: CompiledField): OnDelete {
  if (body.parent) return 'cascade';
  return body.on_delete ?? (isRequired ? 'restrict' : 'clear');
}
