/** What a caller may do with objects, as the access room decides it, in the shape that descriptions need. */
import { decide } from '@trellis/access';
import type { UserContext } from '@trellis/engine';
import type { DescribeAccess, ObjectRights } from '@trellis/forms';
import { type CompiledField, type CompiledObject, fieldsBehind, type Model } from '@trellis/model';
import { principalOf } from './caller.ts';

/** Decisions of one caller on one model; each object is decided once. */
export function accessOf(context: UserContext, model: Model): DescribeAccess {
  const principal = principalOf(context);
  const decided = new Map<
    string,
    { rights: ObjectRights; read: ReturnType<typeof decide>; update: ReturnType<typeof decide> }
  >();
  const decisions = (object: CompiledObject) => {
    let found = decided.get(object.name);
    if (!found) {
      const on = (action: Parameters<typeof decide>[2]) => decide(principal, object, action);
      const [read, update] = [on('read'), on('update')];
      // Records of system objects have a door of their own (`/users`).
      const writes = (decision: ReturnType<typeof decide>) => decision.isAllowed && !object.isSystem;
      found = {
        read,
        update,
        rights: {
          create: writes(on('create')),
          read: read.isAllowed,
          update: writes(update),
          delete: writes(on('delete')),
          export: on('export').isAllowed,
          import: writes(on('import')),
        },
      };
      decided.set(object.name, found);
    }
    return found;
  };
  const canRead = (field: CompiledField): boolean => {
    const object = model.objects.get(field.object);
    if (object === undefined || !decisions(object).read.canRead(field)) return false;
    return fieldsBehind(field).every(canRead);
  };
  return {
    rightsOn: (object) => decisions(object).rights,
    canRead,
    canUpdate(field) {
      const object = model.objects.get(field.object);
      return object !== undefined && !object.isSystem && decisions(object).update.canUpdate(field);
    },
  };
}

/** What two callers must have in common to be described the same model in the same way. */
export function accessKey({ permissionSets, scope }: UserContext): string {
  const sets = [...permissionSets].sort().join(' ');
  return scope === undefined ? sets : `${sets} ${JSON.stringify(scope)}`;
}
