/**
 * What has changed, for those who watch: which records, never their values. Reading goes by the outbox; what a caller
 * is told goes by what they may see, with the same predicate as every list (SPEC F1 to F3).
 */
import type { RecordData } from '@trellis/model';
import type { OutboxChange } from '@trellis/storage';
import type { ChangeFeed, RecordChange } from './engine.ts';
import type { Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';
import { translateError } from './translate-error.ts';
import { withPinned } from './with-pinned.ts';

export function createChangeFeed(parts: Parts): ChangeFeed {
  const { outbox } = parts.storage;
  const translated = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw translateError(error);
    }
  };
  return {
    position: () => translated(() => outbox.position()),
    isPast: (position) => translated(() => outbox.isPast(position)),
    read: (workspace, after, limit) =>
      translated(async () => {
        const { changes, position } = await outbox.read(workspace, after, limit);
        if (changes.length === 0) return { changes: [], position };
        const { model } = await parts.snapshots.get(workspace);
        const names = new Map([...model.objects.values()].map((object) => [object.key, object.name]));
        return { changes: changes.flatMap((change) => toChange(change, names)), position };
      }),
    visible: (context, changes) =>
      withPinned(parts, context, (pinned) => visibleChanges(parts, pinned, changes)),
  };
}

function toChange(
  { objectKey, recordId, version, action }: OutboxChange,
  names: ReadonlyMap<string, string>,
): RecordChange[] {
  const object = names.get(objectKey);
  return object === undefined ? [] : [{ object, id: recordId, version, action }];
}

/** One statement per object that the caller does not see as a whole. */
async function visibleChanges(
  parts: Parts,
  pinned: Pinned,
  changes: readonly RecordChange[],
): Promise<readonly RecordChange[]> {
  const seen = new Set<RecordChange>();
  for (const [name, ofObject] of Map.groupBy(changes, (change) => change.object)) {
    const object = pinned.model.objects.get(name);
    if (!object || !pinned.decide(object, 'read').isAllowed) continue;
    const visible = pinned.visible(object);
    if (visible.op === 'constant') {
      if (visible.value) for (const change of ofObject) seen.add(change);
      continue;
    }
    // Of what was erased nobody can say any more who saw it: it is told to those only who see everything.
    const left = ofObject.filter((change) => change.action !== 'purge');
    const ids = new Set<RecordData['id']>();
    const loaded = await parts.storage.records.loadForWrite(pinned.snapshot, {
      object,
      ids: [...new Set(left.map((change) => change.id))],
      visible,
      allowed: visible,
      deleted: 'both',
      context: pinned.expressionContext,
    });
    for (const record of loaded) ids.add(record.id);
    for (const change of left) if (ids.has(change.id)) seen.add(change);
  }
  return changes.filter((change) => seen.has(change));
}
