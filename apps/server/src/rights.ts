/** What a caller may do with objects, as the access room decides it, in the shape that descriptions need. */
import type { Access, Action } from '@trellis/access';
import type { UserContext } from '@trellis/engine';
import type { DescribeAccess, ObjectRights } from '@trellis/forms';
import { type CompiledField, type CompiledObject, fieldsBehind, type Model } from '@trellis/model';

/** A caller's access on a model, described. */
export function accessOf(access: Access, model: Model): DescribeAccess {
  const decide = (object: CompiledObject, action: Action) => access.decide(object, action).isAllowed;
  // Records of system objects have a door of their own (`/users`).
  const writes = (object: CompiledObject, action: Action) => !object.isSystem && decide(object, action);
  const canRead = (field: CompiledField): boolean => {
    const object = model.objects.get(field.object);
    if (object === undefined || !access.decide(object, 'read').canRead(field)) return false;
    return fieldsBehind(field).every(canRead);
  };
  return {
    rightsOn: (object): ObjectRights => ({
      create: writes(object, 'create'),
      read: decide(object, 'read'),
      update: writes(object, 'update'),
      delete: writes(object, 'delete'),
      export: decide(object, 'export'),
      import: writes(object, 'import'),
    }),
    canRead,
    canUpdate(field) {
      const object = model.objects.get(field.object);
      return (
        object !== undefined &&
        !object.isSystem &&
        (access.decide(object, 'update').canUpdate(field) || access.decide(object, 'create').canUpdate(field))
      );
    },
  };
}

/** What two callers must have in common to be described the same model in the same way. */
export function accessKey({ permissionSets, scope }: UserContext): string {
  const sets = [...permissionSets].sort().join(' ');
  return scope === undefined ? sets : `${sets} ${JSON.stringify(scope)}`;
}
