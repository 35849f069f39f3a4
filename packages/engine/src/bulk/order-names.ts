/**
 * What the names in an order mean. An order waits, and goes on for minutes: what it names may be called otherwise by then,
 * and something else may bear the old name. So keys, which never change, are kept beside the names.
 */
import type { CompiledField, CompiledObject } from '@trellis/model';
import { readFilter } from '../build-query.ts';
import { EngineError } from '../errors.ts';
import { oldNames } from '../old-names.ts';
import type { Parts } from '../parts.ts';
import type { Pinned } from '../pinned.ts';
import { type FieldChange, fieldsOf } from './change-lists.ts';
import type { Selection } from './selection.ts';

/** As it is kept with the job. */
export interface OrderKeys {
  readonly object: string;
  /** Of the fields that are changed, by the names in the order. */
  readonly fields: Readonly<Record<string, string>>;
  /** Of the fields that the filter reads, in its order. */
  readonly filter: readonly string[];
}

interface Named {
  readonly selection: Selection;
  readonly change: FieldChange | null;
}

export function keysOf(pinned: Pinned, object: CompiledObject, { selection, change }: Named): OrderKeys {
  const names = change ? fieldsOf(change) : [];
  const fields = names.flatMap((name) => {
    const field = object.fields.get(name);
    return field ? [[name, field.key] as const] : [];
  });
  return {
    object: object.key,
    fields: Object.fromEntries(fields),
    filter: keysOfFilter(pinned, object, selection) ?? [],
  };
}

/** The name that the object bears now. @throws EngineError `unknown_object` where it is gone */
export function objectOfOrder(pinned: Pinned, name: string, keys: OrderKeys | undefined): string {
  if (!keys) return name;
  const object = [...pinned.model.objects.values()].find(({ key }) => key === keys.object);
  if (!object) throw new EngineError('unknown_object', 'The object of this order is not there any more.');
  return object.name;
}

/** The order with the names of now. @throws EngineError where a field is gone, or the filter would read other fields */
export function withNamesOfNow<T extends Named>(
  parts: Parts,
  pinned: Pinned,
  object: CompiledObject,
  { order, keys }: { readonly order: T; readonly keys: OrderKeys | undefined },
): T {
  if (!keys) return order;
  const { change } = order;
  const filter = oldNames(parts, pinned)?.filter(object, order.selection.filter) ?? order.selection.filter;
  const selection = filter === undefined ? order.selection : { ...order.selection, filter };
  const named = {
    ...order,
    selection,
    change: change && {
      set: renamed(object, change.set, keys),
      add: renamed(object, change.add, keys),
      remove: renamed(object, change.remove, keys),
    },
  } as T;
  const read = keysOfFilter(pinned, object, named.selection);
  if (read && read.join() !== keys.filter.join()) throw changedMeanwhile();
  return named;
}

function renamed(object: CompiledObject, values: FieldChange['set'], keys: OrderKeys): FieldChange['set'] {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const field = [...object.fields.values()].find(({ key }) => key === keys.fields[name]);
      if (!field) throw changedMeanwhile();
      return [field.name, value];
    }),
  );
}

/** Undefined for a filter with faults, which are told by whoever runs it. */
function keysOfFilter(
  pinned: Pinned,
  object: CompiledObject,
  { filter }: Selection,
): readonly string[] | undefined {
  if (filter === undefined) return [];
  const expression = readFilter(pinned, object, filter, []);
  return expression && [...keysWithin(expression)];
}

/** Keys of the fields and objects that stand in a checked expression, from left to right. */
function* keysWithin(part: unknown): Generator<string> {
  if (typeof part !== 'object' || part === null) return;
  const { key, type, ownFields } = part as Partial<CompiledField & CompiledObject>;
  if (key !== undefined && (type !== undefined || ownFields !== undefined)) yield key;
  else for (const value of Object.values(part)) yield* keysWithin(value);
}

function changedMeanwhile(): EngineError {
  const message = 'Fields that this order names were removed or changed since it was given. Give it again.';
  return new EngineError('invalid_query', message);
}
