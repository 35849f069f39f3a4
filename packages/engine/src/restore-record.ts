/**
 * Out of the recycle bin: back, or for good. A restore brings back what the same deletion took along with the record;
 * a purge erases the same company (SPEC D6 to D9).
 */
import { ALWAYS, type CompiledField, type CompiledObject, isId } from '@trellis/model';
import type { StoredRecord, Transaction } from '@trellis/storage';
import { tell } from './audit/tell.ts';
import { climbable, companyAmong, type Member, targetsOf, tiesOf } from './bin/company.ts';
import { findRestoredFault, lockAllTrees, MAX_TREE_LEVELS } from './check-trees.ts';
import { clearLookups, executeDelete } from './delete-record.ts';
import { toError, unknownRecord } from './draft.ts';
import type { InputError } from './engine.ts';
import { EngineError } from './errors.ts';
import { withoutHidden } from './hide-faults.ts';
import type { Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';
import { pointBack } from './point-back.ts';
import { LostRace, translateError } from './translate-error.ts';
import { requireOwnEyes } from './view-as.ts';

/** Brings a record back with what the same deletion took along with it. */
export async function restoreRecord(
  parts: Parts,
  pinned: Pinned,
  object: CompiledObject,
  id: string,
): Promise<void> {
  await parts.storage.transaction(
    async (transaction) => {
      await restoreTogether(parts, pinned, { object, ids: [id], transaction });
    },
    { workspace: pinned.snapshot.workspace },
  );
}

/**
 * Brings records of one object back, each with what the same deletion took along with it: all of them, or with the
 * first fault none. However many they are, it takes a constant number of statements. Returns how many records of each
 * object came back.
 */
export async function restoreTogether(
  parts: Parts,
  pinned: Pinned,
  request: {
    readonly object: CompiledObject;
    readonly ids: readonly string[];
    readonly transaction: Transaction;
  },
): Promise<ReadonlyMap<CompiledObject, number>> {
  const { object, ids, transaction } = request;
  requireOwnEyes(pinned.context);
  await lockAllTrees(parts, pinned, transaction);
  // 1. Load them from the bin, under the caller's predicates.
  const roots = await loadDeleted(parts, pinned, { object, ids, transaction });
  // 2. What belongs to them among what went with them.
  const company = await findCompany(parts, pinned, { object, records: roots, transaction });
  // 3. Lookups whose target has gone meanwhile: a parent must come back first, others are cleared.
  const dangling = await findDangling(parts, pinned, company, transaction);
  const orphan = dangling.find(({ field }) => field.body.parent === true);
  if (orphan) throw orphaned(pinned, orphan);
  // 4. Back, one statement per object; a unique value may have been taken meanwhile. What follows says so where one
  // record led to it: of several it would take a statement for each to say which.
  const [root] = ids;
  const following =
    ids.length === 1 ? pinned.because({ action: 'restore', object: object.key, id: root! }) : pinned;
  const isRoot = (member: Member) => ids.includes(member.record.id);
  for (const members of Map.groupBy(company, (each) => `${each.object.key} ${isRoot(each)}`).values()) {
    const target = members[0]!.object;
    const { origin } = isRoot(members[0]!) ? pinned : following;
    const rows = members.map(({ record }) => ({ id: record.id, version: record.version }));
    const written = await parts.storage.records
      .restore(pinned.snapshot, target, rows, origin, transaction)
      .catch((error: unknown) => {
        throw withoutHiddenFields(pinned, target, error);
      });
    if (written.length < rows.length) throw new LostRace();
  }
  // 5. Clear what would point to nothing.
  await clearLookups(
    parts,
    following,
    dangling.map(({ object: holder, field, record }) => ({
      object: holder,
      field: field.name,
      record,
      targetId: '',
    })),
    transaction,
  );
  // 6. What their deletion cleared points to them again, where nobody has said anything else since.
  await pointBack(parts, following, company, transaction);
  // 7. The trees may have grown or turned meanwhile.
  const byObject = Map.groupBy(company, (member) => member.object);
  for (const [target, members] of byObject) {
    const restored = members.map(({ record }) => record.id);
    const fault = await findRestoredFault(parts, pinned, target, restored, transaction);
    if (fault) throw outOfTree(pinned, target, fault);
  }
  return new Map([...byObject].map(([target, members]) => [target, members.length]));
}

function orphaned(
  pinned: Pinned,
  { object, field }: { readonly object: CompiledObject; readonly field: CompiledField },
): EngineError {
  const isKnown = pinned.isReadable(field);
  const parent = isKnown ? `its ${field.label}` : 'a record that it belongs to';
  const message = `The ${object.label} can't come back: ${parent} is deleted. Restore that first.`;
  const pointer = isKnown ? `/${field.name}` : '';
  return new EngineError('invalid_input', message, {
    errors: [{ code: 'deleted_parent', pointer, message }],
  });
}

function outOfTree(
  pinned: Pinned,
  object: CompiledObject,
  { code, field }: { readonly code: string; readonly field: CompiledField },
): EngineError {
  const isKnown = pinned.isReadable(field);
  const above = isKnown ? `its ${field.label}` : 'what it stands below';
  const message =
    code === 'tree_cycle'
      ? `The ${object.label} can't come back: ${above} stands below it today.`
      : `The ${object.label} can't come back: below ${above} the tree would have more than ${MAX_TREE_LEVELS} levels.`;
  const hint = 'Move what it points to further up, then restore it.';
  return new EngineError('invalid_input', message, {
    errors: [{ code, pointer: isKnown ? `/${field.name}` : '', message, hint }],
  });
}

/** Erases a record for good, with what went into the bin with it. A live one goes there first. */
export async function purgeRecord(
  parts: Parts,
  pinned: Pinned,
  request: { readonly object: CompiledObject; readonly id: string; readonly version: number | undefined },
): Promise<void> {
  const { object, id, version } = request;
  requireOwnEyes(pinned.context);
  if (!isId(id)) throw toError(unknownRecord());
  await parts.storage.transaction(
    async (transaction) => {
      const live = await parts.storage.records.loadForWrite(
        pinned.snapshot,
        { ...whatIsMeant(pinned, object, [id]), deleted: 'live' },
        transaction,
      );
      if (live.length > 0) {
        const items = [{ id, version }];
        const outcome = await executeDelete(
          parts,
          pinned,
          { object, items, allOrNothing: true, dryRun: false, authority: 'caller' },
          transaction,
        );
        const failure = outcome.items[0]?.failure;
        if (failure) throw toError(failure);
      }
      const records = await loadDeleted(parts, pinned, { object, ids: [id], transaction });
      await erase(parts, pinned, { object, records, transaction });
    },
    { workspace: pinned.snapshot.workspace },
  );
}

/**
 * Erases those of the records that are in the bin and that the caller may erase, each with its company. Returns how many
 * records went, and how many of those that were named may not be erased by the caller.
 */
export async function eraseDeleted(
  parts: Parts,
  pinned: Pinned,
  request: {
    readonly object: CompiledObject;
    readonly ids: readonly string[];
    readonly transaction: Transaction;
  },
): Promise<{ readonly purged: number; readonly left: number }> {
  const { object, ids, transaction } = request;
  requireOwnEyes(pinned.context);
  const meant = { ...whatIsMeant(pinned, object, ids), deleted: 'deleted' as const };
  const found = await parts.storage.records.loadForWrite(pinned.snapshot, meant, transaction);
  const records = found.filter((record) => record.isAllowed);
  const purged = records.length === 0 ? 0 : await erase(parts, pinned, { object, records, transaction });
  return { purged, left: found.length - records.length };
}

async function erase(
  parts: Parts,
  pinned: Pinned,
  request: {
    readonly object: CompiledObject;
    readonly records: readonly StoredRecord[];
    readonly transaction: Transaction;
  },
): Promise<number> {
  const { transaction } = request;
  const company = await findCompany(parts, pinned, request);
  for (const [target, members] of Map.groupBy([...company].reverse(), (member) => member.object)) {
    const ids = members.map((member) => member.record.id);
    await parts.storage.records.purge(pinned.snapshot, target, ids, pinned.origin, transaction);
    const event = { action: 'records_purged', object: target.name, recordIds: ids } as const;
    await tell(parts, pinned, [event], transaction);
  }
  return company.length;
}

/** A value that was taken meanwhile is told without the name of a field that the caller may not read. */
function withoutHiddenFields(pinned: Pinned, object: CompiledObject, error: unknown): unknown {
  const translated = translateError(error);
  if (!(translated instanceof EngineError) || translated.code !== 'unique_violation') return error;
  const errors = withoutHidden(pinned, object, translated.errors as readonly InputError[]);
  return new EngineError(translated.code, translated.message, { errors, cause: error });
}

function whatIsMeant(pinned: Pinned, object: CompiledObject, ids: readonly string[]) {
  return {
    object,
    ids,
    visible: pinned.visible(object),
    allowed: pinned.decide(object, 'delete').predicate,
    context: pinned.expressionContext,
  };
}

async function loadDeleted(
  parts: Parts,
  pinned: Pinned,
  request: {
    readonly object: CompiledObject;
    readonly ids: readonly string[];
    readonly transaction: Transaction;
  },
): Promise<readonly StoredRecord[]> {
  const { object, ids, transaction } = request;
  if (!ids.every(isId)) throw toError(unknownRecord());
  const query = { ...whatIsMeant(pinned, object, ids), deleted: 'deleted' as const };
  const records = await parts.storage.records.loadForWrite(pinned.snapshot, query, transaction);
  if (records.length < ids.length) throw toError(unknownRecord());
  if (!records.every((record) => record.isAllowed))
    throw new EngineError('forbidden', `You may see this ${object.label}, not restore or erase it.`);
  return records;
}

/**
 * The records and those of the same deletions that are tied to them by cascading lookups: a batch deletes many at once, and
 * each comes back by itself. What they took along needs no right of its own; what took them along needs one, or else
 * whoever may delete a child could erase its parent.
 */
async function findCompany(
  parts: Parts,
  pinned: Pinned,
  request: {
    readonly object: CompiledObject;
    readonly records: readonly StoredRecord[];
    readonly transaction: Transaction;
  },
): Promise<readonly Member[]> {
  const { object, records, transaction } = request;
  const all: Member[] = [];
  for (const deletion of new Set(records.flatMap(({ deletionId }) => deletionId ?? [])))
    all.push(...(await parts.storage.records.findByDeletion(pinned.snapshot, deletion, transaction)));
  const byId = new Map(all.map((member) => [member.record.id, member]));
  const roots = new Map(records.map((record) => [record.id, { object, record }]));
  const mayClimbTo = await climbable(parts, pinned, all, transaction);
  const reached = companyAmong(all, (id) => mayClimbTo.has(id))([...roots.keys()]);
  return [...reached].flatMap((id) => byId.get(id) ?? roots.get(id) ?? []);
}

/**
 * Which of the deleted records went because another one of the same deletion did: they come back with that one, and
 * need no right of their own.
 */
export async function findDragged(
  parts: Parts,
  pinned: Pinned,
  request: {
    readonly object: CompiledObject;
    readonly records: readonly StoredRecord[];
    readonly transaction: Transaction | undefined;
  },
): Promise<ReadonlySet<string>> {
  const { object, records, transaction } = request;
  const ties = records.flatMap((record) =>
    tiesOf({ object, record }).map((target) => ({ ...target, record })),
  );
  const dragged = new Set<string>();
  for (const [name, group] of Map.groupBy(ties, (tie) => tie.target)) {
    const target = pinned.model.objects.get(name);
    if (!target) continue;
    const found = await parts.storage.records.loadForWrite(
      pinned.snapshot,
      {
        object: target,
        ids: [...new Set(group.map((tie) => tie.id))],
        visible: ALWAYS,
        allowed: ALWAYS,
        deleted: 'deleted',
        context: pinned.expressionContext,
      },
      transaction,
    );
    const deletions = new Map(found.map(({ id, deletionId }) => [id, deletionId]));
    for (const { id, record } of group)
      if (record.deletionId !== null && deletions.get(id) === record.deletionId) dragged.add(record.id);
  }
  return dragged;
}

/** Lookups of the records whose target is neither live nor among them. */
async function findDangling(
  parts: Parts,
  pinned: Pinned,
  members: readonly Member[],
  transaction: Transaction,
): Promise<
  readonly { readonly object: CompiledObject; readonly field: CompiledField; readonly record: StoredRecord }[]
> {
  const coming = new Set(members.map((member) => member.record.id));
  const mentions = members.flatMap((member) => targetsOf(member).map((target) => ({ ...member, ...target })));
  const open = mentions.filter((mention) => !coming.has(mention.id));
  const live = new Set<string>();
  for (const [name, group] of Map.groupBy(open, (mention) => mention.target)) {
    const target = pinned.model.objects.get(name);
    if (!target) continue;
    const ids = [...new Set(group.map((mention) => mention.id))];
    const request = { object: target, ids, visible: ALWAYS, context: pinned.expressionContext };
    for (const id of (await parts.storage.records.findTargets(pinned.snapshot, request, transaction)).keys())
      live.add(id);
  }
  return open
    .filter((mention) => !live.has(mention.id))
    .map(({ object, field, record }) => ({ object, field, record }));
}
