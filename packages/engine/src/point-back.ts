/** Lookups that a deletion cleared, set again by the restore that undoes it (SPEC D10). */
import { ALWAYS, type CompiledObject } from '@trellis/model';
import type { ClearedLookup, StoredRecord, Transaction } from '@trellis/storage';
import type { Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';

/** Records at a time: a save holds all of them in memory. */
const AT_ONCE = 1000;

interface Restored {
  readonly object: CompiledObject;
  readonly record: Pick<StoredRecord, 'id' | 'deletionId'>;
}

/**
 * Points to the restored records again wherever their deletion cleared a lookup that is blank still and that nobody has
 * touched since. A record for which that would be a fault by now stays as it is.
 */
export async function pointBack(
  parts: Parts,
  pinned: Pinned,
  restored: readonly Restored[],
  transaction: Transaction,
): Promise<void> {
  const { records } = parts.storage;
  const targets = new Map(restored.map(({ object, record }) => [record.id, object]));
  const deletionIds = [...new Set(restored.flatMap(({ record }) => record.deletionId ?? []))];
  const taken = { deletionIds, targetIds: [...targets.keys()] };
  const cleared = await records.takeCleared(pinned.snapshot, taken, transaction);
  for (const [key, lookups] of Map.groupBy(cleared, (each) => each.objectKey)) {
    const object = [...pinned.model.objects.values()].find((each) => each.key === key);
    if (!object) continue;
    const stored = await records.loadForWrite(
      pinned.snapshot,
      {
        object,
        ids: [...new Set(lookups.map((each) => each.recordId))],
        visible: ALWAYS,
        allowed: ALWAYS,
        deleted: 'live',
        context: pinned.expressionContext,
      },
      transaction,
    );
    const byId = new Map(stored.map((record) => [record.id, record]));
    const items = inputsOf(object, lookups, byId, targets);
    for (let start = 0; start < items.length; start += AT_ONCE) {
      await parts.write.save(parts, pinned, {
        object,
        operation: 'update',
        items: items.slice(start, start + AT_ONCE),
        allOrNothing: false,
        dryRun: false,
        authority: 'platform',
        transaction,
      });
    }
  }
}

function inputsOf(
  object: CompiledObject,
  lookups: readonly (ClearedLookup & { readonly isUntouched: boolean })[],
  records: ReadonlyMap<string, StoredRecord>,
  targets: ReadonlyMap<string, CompiledObject>,
) {
  const inputs = new Map<string, Record<string, string | { object: string; id: string }>>();
  for (const { recordId, fieldKey, targetId, version, isUntouched } of lookups) {
    const field = object.ownFields.find((each) => each.key === fieldKey);
    const record = records.get(recordId);
    const target = targets.get(targetId)!.name;
    if (!record || !field?.targets.includes(target) || record.data[fieldKey] !== undefined) continue;
    // Without a history only a record that has not moved at all is known not to have been touched.
    if (object.keepsHistory ? !isUntouched : record.version !== version) continue;
    const value = field.isPolymorphic ? { object: target, id: targetId } : targetId;
    inputs.set(recordId, { ...inputs.get(recordId), [field.name]: value });
  }
  return [...inputs].map(([id, input]) => ({ id, input, version: undefined }));
}
