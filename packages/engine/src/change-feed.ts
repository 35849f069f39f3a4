/**
 * What has changed, for those who watch: which records, never their values. Reading goes by the outbox; what a caller
 * is told goes by what they may see, with the same predicate as every list (SPEC F1 to F3).
 */
import type { RecordData } from '@trellis/model';
import { granteeId, type OutboxChange } from '@trellis/storage';
import type { ChangeFeed, FeedChange, RecordChange } from './engine.ts';
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
  { objectKey, recordId, ...change }: OutboxChange,
  names: ReadonlyMap<string, string>,
): FeedChange[] {
  const object = names.get(objectKey);
  return object === undefined ? [] : [{ object, id: recordId, ...change }];
}

/** One statement per object that the caller does not see as a whole. */
async function visibleChanges(
  parts: Parts,
  pinned: Pinned,
  changes: readonly FeedChange[],
): Promise<readonly RecordChange[]> {
  const told = new Map<FeedChange, RecordChange['action']>();
  const { access } = pinned;
  const grantees = new Set(access.grantees.map(granteeId));
  for (const [name, ofObject] of Map.groupBy(changes, (change) => change.object)) {
    const object = pinned.model.objects.get(name);
    if (!object || !pinned.decide(object, 'read').isAllowed) continue;
    const visible = pinned.visible(object);
    const isWhole = visible.op === 'constant' && visible.value;
    // Of what was erased nobody can say any more who saw it: it is told to those only who see everything.
    const left = ofObject.filter(({ action }) => isWhole || action !== 'purge');
    const seen = isWhole || visible.op === 'constant' ? undefined : await idsOfSeen(left);
    for (const change of left) {
      const { action, formerOwnerId } = change;
      const isSeen = seen ? seen.has(change.id) : isWhole;
      if (action === 'share' || action === 'unshare') {
        // Whom else a record is shared with is nobody's business.
        if (!grantees.has(change.granteeId!) || isWhole) continue;
        told.set(change, isSeen ? 'share' : 'hidden');
      } else if (isSeen) told.set(change, action);
      else if (formerOwnerId !== null && access.standsFor(formerOwnerId)) told.set(change, 'hidden');
    }

    async function idsOfSeen(of: readonly FeedChange[]): Promise<ReadonlySet<RecordData['id']>> {
      const loaded = await parts.storage.records.loadForWrite(pinned.snapshot, {
        object: object!,
        ids: [...new Set(of.map((change) => change.id))],
        visible,
        allowed: visible,
        deleted: 'both',
        context: pinned.expressionContext,
      });
      return new Set(loaded.map((record) => record.id));
    }
  }
  return changes.flatMap((change) => {
    const action = told.get(change);
    const { object, id, version } = change;
    return action ? [{ object, id, version: action === 'hidden' ? 0 : version, action }] : [];
  });
}
