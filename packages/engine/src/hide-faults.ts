/**
 * Step 5 of a save, its last part: a fault of a field that the caller may not read (it is required, or not unique by
 * its default) is told, without telling of the field.
 */
import { jsonPointer } from '@trellis/metadata';
import type { CompiledObject } from '@trellis/model';
import type { Draft } from './draft.ts';
import type { InputError } from './engine.ts';
import type { Pinned } from './pinned.ts';

const HIDDEN_FAULT: InputError = {
  code: 'hidden_fault',
  pointer: '',
  message: 'A field that you may not see stands against it. Ask whoever manages permissions.',
};

/** Takes the names out of the draft's faults. What the caller named themselves stays as it is. */
export function hideFaults(pinned: Pinned, object: CompiledObject, draft: Draft): void {
  if (draft.problems.length === 0) return;
  const shown = withoutHidden(pinned, object, draft.problems);
  draft.problems.splice(0, draft.problems.length, ...shown);
}

/** The faults as the caller may hear them. */
export function withoutHidden(
  pinned: Pinned,
  object: CompiledObject,
  errors: readonly InputError[],
): readonly InputError[] {
  const hidden = [...object.fields.values()].filter((field) => !pinned.isReadable(field));
  if (hidden.length === 0) return errors;
  const pointers = hidden.map((field) => jsonPointer(field.name));
  const isHidden = ({ code, pointer }: InputError) =>
    code !== 'unknown_field' && pointers.some((each) => pointer === each || pointer.startsWith(`${each}/`));
  const shown = errors.filter((error) => !isHidden(error));
  return shown.length === errors.length ? errors : [...shown, HIDDEN_FAULT];
}
