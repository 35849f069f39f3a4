/**
 * What has changed, for those who watch: which records, never their values. Reading goes by the outbox; what a caller
 * is told goes by what they may see, with the same predicate as every list (SPEC F1 to F3).
 */
import { hash } from 'node:crypto';
import type { Access } from '@trellis/access';
import { type CompiledObject, inputPaths, type RecordData } from '@trellis/model';
import { granteeId, type OutboxChange } from '@trellis/storage';
import type { ChangeFeed, FeedChange, RecordChange } from './engine.ts';
import { ruleKeys, sightLost } from './lost-sight.ts';
import { ownPath } from './own-path.ts';
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
        const { model } = await parts.snapshots.get(workspace);
        const { changes, position } = await outbox.read(workspace, after, limit, ruleKeys(model));
        if (changes.length === 0) return { changes: [], position };
        const names = new Map([...model.objects.values()].map((object) => [object.key, object.name]));
        return { changes: changes.flatMap((change) => toChange(change, names)), position };
      }),
    sight: (context) => withPinned(parts, context, async ({ access }) => digestOf(access)),
    visible: (context, changes) =>
      withPinned(parts, context, (pinned) => visibleChanges(parts, pinned, changes)),
  };
}

/** Decisions are kept, and asked again every few seconds for everybody who watches. */
const digests = new WeakMap<Access, string>();

function digestOf(access: Access): string {
  let digest = digests.get(access);
  if (digest === undefined) {
    digest = hash('sha256', access.sight, 'base64url').slice(0, 16);
    digests.set(access, digest);
  }
  return digest;
}

function toChange(
  { objectKey, recordId, ...change }: OutboxChange,
  names: ReadonlyMap<string, string>,
): FeedChange[] {
  const object = names.get(objectKey);
  return object === undefined ? [] : [{ object, id: recordId, ...change }];
}

/** Whether the caller reads what changes with a roll-up of the object. */
function readsRollups(pinned: Pinned, object: CompiledObject): boolean {
  const paths = [...object.fields.values()].filter(pinned.isReadable).map(ownPath);
  return [...inputPaths(paths).values()].some(
    ({ through, field }) => through.length === 0 && field.rollup !== undefined,
  );
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
    const unseen = left.filter((change) => !(seen ? seen.has(change.id) : isWhole));
    for (const change of await sightLost(parts, pinned, object, { unseen, changes }))
      told.set(change, 'hidden');
    for (const change of left) {
      const { action, formerOwnerId } = change;
      const isSeen = seen ? seen.has(change.id) : isWhole;
      if (action === 'share' || action === 'unshare') {
        // Whom else a record is shared with is nobody's business.
        if (!grantees.has(change.granteeId!) || isWhole) continue;
        told.set(change, isSeen ? 'share' : 'hidden');
      } else if (isSeen) {
        // Who reads no roll-up of it is not to know that records behind it have changed.
        if (action !== 'rollup' || readsRollups(pinned, object)) told.set(change, action);
      } else if (formerOwnerId !== null && access.standsFor(formerOwnerId)) told.set(change, 'hidden');
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
