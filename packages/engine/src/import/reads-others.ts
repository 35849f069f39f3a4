/**
 * Whether what is checked of a row may hang on rows of the group before, which is being written meanwhile: groups of
 * such an object are taken one after the other. Most rules read their own record, or a plain field behind a lookup.
 */
import { type CompiledObject, type FieldPath, objectsOfPath, sourcePath } from '@trellis/model';
import { isDistant } from '../rule-values.ts';

export function readsOthers(object: CompiledObject): boolean {
  const { validations, conditions, defaults } = object.rules;
  const paths = [
    ...validations.filter(({ isActive }) => isActive).flatMap(({ invalidWhen }) => invalidWhen.paths),
    ...[...conditions.values()].flatMap(({ visibleWhen, requiredWhen, readOnlyWhen }) =>
      [visibleWhen, requiredWhen, readOnlyWhen].flatMap((condition) => condition?.paths ?? []),
    ),
    ...defaults.flatMap((each) => each.paths),
  ];
  return paths.some((path) => isMoved(object, path));
}

/** Asked of related records, read from another record of the object, or worked out from others. */
function isMoved(object: CompiledObject, path: FieldPath): boolean {
  if (!isDistant(path)) return false;
  const { field } = sourcePath(path);
  const isWorkedOut =
    field.question !== undefined || field.rollup !== undefined || field.formula !== undefined;
  return isWorkedOut || [...objectsOfPath(path)].includes(object.name);
}
