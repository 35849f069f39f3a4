/**
 * What went into the recycle bin together: records of one deletion that are tied by cascading lookups. A batch deletes many
 * at once, and each of them has a company of its own.
 */
import { type CompiledField, type CompiledObject, type JsonValue, onDeleteOf } from '@trellis/model';
import type { StoredRecord, Transaction } from '@trellis/storage';
import type { Parts } from '../parts.ts';
import type { Pinned } from '../pinned.ts';

export interface Member {
  readonly object: CompiledObject;
  readonly record: StoredRecord;
}

/** A lookup of a record that has a value: the object and the record that it points to. */
export interface Target {
  readonly field: CompiledField;
  readonly target: string;
  readonly id: string;
}

/**
 * The ids of a record and of all that is tied to it among the members; the record's comes first. What it took along goes
 * with it by itself; what took it along only where the caller may delete that (`mayClimbTo`).
 */
export function companyAmong(
  members: readonly Member[],
  mayClimbTo: (id: string) => boolean,
): (ids: readonly string[]) => ReadonlySet<string> {
  const known = new Set(members.map(({ record }) => record.id));
  const neighbours = new Map<string, Set<string>>();
  const tie = (from: string, to: string) => neighbours.set(from, (neighbours.get(from) ?? new Set()).add(to));
  for (const member of members)
    for (const { id } of tiesOf(member))
      if (known.has(id)) {
        if (mayClimbTo(id)) tie(member.record.id, id);
        tie(id, member.record.id);
      }
  return (ids) => {
    const reached = new Set(ids);
    for (const id of reached) for (const next of neighbours.get(id) ?? []) reached.add(next);
    return reached;
  };
}

/** The ids of those among the members that have taken others along and that the caller may delete; a statement for each object. */
export async function climbable(
  parts: Parts,
  pinned: Pinned,
  members: readonly Member[],
  transaction?: Transaction,
): Promise<ReadonlySet<string>> {
  const above = new Set(members.flatMap((member) => tiesOf(member).map(({ id }) => id)));
  const found = new Set<string>();
  const targets = members.filter(({ record }) => above.has(record.id));
  for (const [object, ofObject] of Map.groupBy(targets, (member) => member.object)) {
    const request = {
      object,
      ids: ofObject.map(({ record }) => record.id),
      visible: pinned.visible(object),
      allowed: pinned.decide(object, 'delete').predicate,
      deleted: 'deleted' as const,
      context: pinned.expressionContext,
    };
    for (const { id, isAllowed } of await parts.storage.records.loadForWrite(
      pinned.snapshot,
      request,
      transaction,
    ))
      if (isAllowed) found.add(id);
  }
  return found;
}

/** The records that take this one along when they are deleted. */
export function tiesOf(member: Member): readonly Target[] {
  return targetsOf(member).filter(({ field }) => onDeleteOf(field) === 'cascade');
}

/** Every record that a record points to by its own lookups. */
export function targetsOf({ object, record }: Member): readonly Target[] {
  return object.ownFields.flatMap((field) => {
    const value: JsonValue | undefined = record.data[field.key];
    if (field.targets.length === 0 || value === undefined || value === null || field.junction) return [];
    if (typeof value === 'string') return [{ field, target: field.targets[0]!, id: value }];
    const reference = value as { object: string; id: string };
    return [{ field, target: reference.object, id: reference.id }];
  });
}
