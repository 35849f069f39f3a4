/**
 * Nobody gives what they do not hold: what a permission set grants, or grants newly, beyond the rights of the one who
 * would give it. Objects, fields and record types that do not exist yet hold nothing, and may be granted freely.
 */
import type { SystemRight } from '@trellis/metadata';
import type {
  CompiledField,
  CompiledObject,
  CompiledPermissionSet,
  FieldRight,
  Model,
  ObjectGrant,
} from '@trellis/model';
import type { Access } from './access.ts';

/** One right too many: where it stands in the body of the set, and what it is, in words. */
export interface RightBeyond {
  readonly path: readonly string[];
  readonly right: string;
}

export interface GrantedSet {
  readonly set: CompiledPermissionSet;
  /** The model that the set belongs to. */
  readonly model: Model;
}

const RANK: Readonly<Record<FieldRight, number>> = { none: 0, read: 1, update: 2 };

/**
 * @param holder What the giver may do.
 * @param base The model that `holder` was decided on.
 * @param known The same set as it stands, when it is changed and not given: what it grants already is nobody's gift.
 */
export function rightsBeyond(
  holder: Access,
  base: Model,
  { set, model }: GrantedSet,
  known?: CompiledPermissionSet,
): readonly RightBeyond[] {
  const beyond: RightBeyond[] = [];
  for (const right of newOf<SystemRight>(set.system, known?.system))
    if (!holder.rights.includes(right)) beyond.push({ path: ['system'], right });
  const baseObjects = new Map([...base.objects.values()].map((object) => [object.key, object]));
  for (const [name, grant] of set.objects) {
    const object = model.objects.get(name);
    const old = object && baseObjects.get(object.key);
    if (!object || !old) continue;
    const before = known?.objects.get(old.name);
    for (const { path, right } of grantBeyond(holder, { object, old, grant, before }))
      beyond.push({ path: ['objects', name, ...path], right: `${right} on ${name}` });
  }
  return beyond;
}

interface ChangedGrant {
  readonly object: CompiledObject;
  /** The same object, in the model that the giver's rights are about. */
  readonly old: CompiledObject;
  readonly grant: ObjectGrant;
  readonly before: ObjectGrant | undefined;
}

function* grantBeyond(holder: Access, changed: ChangedGrant): Generator<RightBeyond> {
  const { old, grant, before } = changed;
  for (const action of newOf(grant.actions, before?.actions))
    if (!holder.decide(old, action).isAllowed) yield { path: [action], right: action };
  const read = holder.decide(old, 'read');
  const seesAll = read.predicate.op === 'constant' && read.predicate.value;
  if (grant.viewsAll && !grant.modifiesAll && !before?.viewsAll && !seesAll)
    yield { path: ['view_all'], right: 'view_all' };
  const transferable = holder.transferable(old);
  const ownsAll = transferable.op === 'constant' && transferable.value;
  if (grant.modifiesAll && !before?.modifiesAll && !ownsAll)
    yield { path: ['modify_all'], right: 'modify_all' };
  yield* fieldsBeyond(holder, changed);
  const known = new Set(old.recordTypes.map((each) => each.name));
  for (const recordType of newOf(grant.recordTypes, before?.recordTypes))
    if (known.has(recordType) && !holder.mayUseRecordType(old, recordType))
      yield { path: ['record_types'], right: `the record type ${recordType}` };
}

function* fieldsBeyond(holder: Access, { object, old, grant, before }: ChangedGrant): Generator<RightBeyond> {
  if (!grant.actions.has('read')) return;
  const known = new Map(old.ownFields.map((field) => [field.key, field]));
  for (const field of object.ownFields) {
    const oldField = known.get(field.key);
    const right = rightOn(grant, field);
    const had = before?.actions.has('read') && oldField ? rightOn(before, oldField) : 'none';
    if (!oldField || RANK[right] <= RANK[had]) continue;
    // What nobody writes is only read, whatever the grant says.
    const holds =
      right === 'update' && oldField.isWritable
        ? holder.decide(old, 'update').canUpdate(oldField) || holder.decide(old, 'create').canUpdate(oldField)
        : holder.decide(old, 'read').canRead(oldField);
    if (holds) continue;
    const path = grant.fields.has(field.name) ? ['fields', field.name] : ['default_field'];
    yield { path, right: `${right} of the field ${field.name}` };
  }
}

function rightOn(grant: ObjectGrant, field: CompiledField): FieldRight {
  return grant.fields.get(field.name) ?? grant.defaultField;
}

function newOf<T>(now: ReadonlySet<T>, before: ReadonlySet<T> | undefined): T[] {
  return [...now].filter((each) => !before?.has(each));
}
