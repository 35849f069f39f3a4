/** Writing and reading records of the platform's own objects, for the directories that are their only writers. */
import type { CompiledObject } from '@trellis/model';
import type { Transaction } from '@trellis/storage';
import { toError } from './draft.ts';
import type { Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';
import { loadLinks } from './write-links.ts';

/** A system object that every workspace has. */
export function requireSystemObject(pinned: Pinned, name: string): CompiledObject {
  const object = pinned.model.objects.get(name);
  if (!object) throw new Error('The workspace has no system objects: install the system package first.');
  return object;
}

/** Saves one record through the ordinary path, as the platform. @throws EngineError with the faults of its fields. */
export async function saveSystemRecord(
  parts: Parts,
  pinned: Pinned,
  request: {
    readonly object: CompiledObject;
    readonly id: string;
    readonly isNew: boolean;
    readonly input: unknown;
    /** Absent: a transaction of its own, run again when a race was lost. */
    readonly transaction?: Transaction;
  },
): Promise<void> {
  const { object, id, isNew, input, transaction } = request;
  const item = isNew
    ? { input, id: undefined, version: undefined, newId: id }
    : { input, id, version: undefined };
  const outcome = await parts.write.save(parts, pinned, {
    object,
    operation: isNew ? 'create' : 'update',
    items: [item],
    allOrNothing: true,
    dryRun: false,
    authority: 'users',
    transaction,
  });
  const failure = outcome.items[0]?.failure;
  if (failure) throw toError(failure);
}

/** Ids that the records are linked to by one of their multi_lookups; empty lists where the caller sees no links. */
export async function readLinked(
  parts: Parts,
  pinned: Pinned,
  object: CompiledObject,
  request: { readonly field: string; readonly ids: readonly string[] },
): Promise<(id: string) => readonly string[]> {
  const field = object.fields.get(request.field);
  const links = field
    ? await loadLinks(parts, pinned, field, { ids: request.ids })
    : new Map<string, never>();
  return (id) => (links.get(id) ?? []).map((link) => link.far);
}
