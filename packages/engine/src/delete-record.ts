/**
 * Deleting, restoring and purging records: the order of execution, set-based like saving (SPEC D1 to D9). A deletion
 * moves records to the recycle bin under one id and takes along what belongs to them; a restore brings back what the
 * same deletion took.
 */
import { ALWAYS, type CompiledField, type CompiledObject, type JsonValue } from '@trellis/model';
import { type DependentRecord, StorageError, type StoredRecord, type Transaction } from '@trellis/storage';
import { v7 as makeId } from 'uuid';
import { fail, toError, unknownRecord } from './draft.ts';
import { EngineError } from './errors.ts';
import type { DeleteOutcome, DeleteRequest, Failure, Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';
import { describeStale } from './stale-version.ts';
import { LostRace } from './translate-error.ts';

const MAX_ATTEMPTS = 3;
/** Records that one deletion may take along; more is a job, not a request. */
const MAX_CASCADE = 100_000;
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

class RolledBack extends Error {}

/** A record that goes, with those by whose deletion it goes: none for one that was asked for. */
interface Doomed {
  readonly object: CompiledObject;
  readonly record: Pick<StoredRecord, 'id' | 'version'>;
  readonly causes: Doomed[];
  readonly isRoot: boolean;
}

interface Closure {
  readonly doomed: ReadonlyMap<string, Doomed>;
  /** Lookups of records that stay, to be cleared. */
  readonly cleared: readonly DependentRecord[];
  /** Records that stay and forbid it. */
  readonly restricting: readonly DependentRecord[];
}

export async function deleteRecords(
  parts: Parts,
  pinned: Pinned,
  request: DeleteRequest,
): Promise<DeleteOutcome> {
  if (request.transaction) return executeDelete(parts, pinned, request, request.transaction);
  for (let attempt = 1; ; attempt++) {
    let outcome: DeleteOutcome | undefined;
    try {
      await parts.storage.transaction(async (transaction) => {
        outcome = await executeDelete(parts, pinned, request, transaction);
        if (!outcome.isWritten) throw new RolledBack();
      });
      return outcome!;
    } catch (error) {
      if (error instanceof RolledBack) return outcome!;
      if (!(error instanceof LostRace) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

async function executeDelete(
  parts: Parts,
  pinned: Pinned,
  request: DeleteRequest,
  transaction: Transaction,
): Promise<DeleteOutcome> {
  const { object, items } = request;
  const failures = new Map<number, Failure>();

  // 1. Load and lock what shall go, under the caller's predicates. The action was decided before.
  const roots = await loadRoots(parts, pinned, request, failures, transaction);

  // 2. Follow the lookups that point to it, until nothing new goes; a cycle ends where it began.
  // 3. What is restricted fails with its whole tail; the rest is followed anew, since it may depend on less.
  let closure = await followDependents(parts, pinned, object, [...roots.values()], transaction);
  while (closure.restricting.length > 0) {
    for (const [index, failure] of refuseRestricted(items, closure, object)) failures.set(index, failure);
    for (const [index, item] of items.entries()) if (failures.has(index)) roots.delete(item.id.toLowerCase());
    if (request.allOrNothing) break;
    closure = await followDependents(parts, pinned, object, [...roots.values()], transaction);
  }
  const isRefused = failures.size > 0 && (request.allOrNothing || roots.size === 0);

  // 4. Clear the lookups of what stays, through the ordinary write path.
  if (!isRefused) await clearLookups(parts, pinned, closure.cleared, transaction);

  // 5. Into the recycle bin, one statement per object, all under one deletion.
  const versions = new Map<string, number>();
  if (!isRefused) {
    const deletionId = makeId();
    for (const [target, doomed] of Map.groupBy(closure.doomed.values(), (each) => each.object)) {
      const rows = doomed.map(({ record }) => ({ id: record.id, version: record.version }));
      const written = await parts.storage.records.remove(
        pinned.snapshot,
        target,
        rows,
        deletionId,
        pinned.origin,
        transaction,
      );
      if (written.length < rows.length) throw new LostRace();
      if (target === object) for (const row of written) versions.set(row.id, row.version);
    }
  }
  return {
    isWritten: !isRefused && !request.dryRun,
    items: items.map(({ id }, index) => {
      const failure = failures.get(index);
      const status = failure ? 'failed' : isRefused ? 'not_done' : 'deleted';
      return { index, status, id, version: versions.get(id.toLowerCase()) ?? null, failure };
    }),
  };
}

async function loadRoots(
  parts: Parts,
  pinned: Pinned,
  request: DeleteRequest,
  failures: Map<number, Failure>,
  transaction: Transaction,
): Promise<Map<string, Doomed>> {
  const { object, items, authority } = request;
  const ids = [...new Set(items.map((item) => item.id.toLowerCase()).filter((id) => ID.test(id)))];
  const loaded =
    ids.length === 0
      ? []
      : await parts.storage.records.loadForWrite(
          pinned.snapshot,
          {
            object,
            ids,
            visible: authority === 'caller' ? pinned.visible(object) : ALWAYS,
            allowed: authority === 'caller' ? pinned.decide(object, 'delete').predicate : ALWAYS,
            deleted: 'live',
            context: pinned.expressionContext,
          },
          transaction,
        );
  const byId = new Map(loaded.map((record) => [record.id, record]));
  const roots = new Map<string, Doomed>();
  for (const [index, { id: given, version }] of items.entries()) {
    const id = given.toLowerCase();
    const record = byId.get(id);
    // The second mention finds nothing left, as it would one request later.
    if (!record || roots.has(id)) failures.set(index, unknownRecord());
    else if (!record.isAllowed)
      failures.set(index, fail('forbidden', `You may see this ${object.label}, not delete it.`));
    else if (version !== undefined && version !== record.version) {
      failures.set(
        index,
        await describeStale(parts, pinned, {
          object,
          current: record,
          version,
          isSingle: items.length === 1,
        }),
      );
    } else roots.set(id, { object, record, causes: [], isRoot: true });
  }
  return roots;
}

/** Everything that goes with the roots, and what stands in the way. One statement per object and depth. */
async function followDependents(
  parts: Parts,
  pinned: Pinned,
  object: CompiledObject,
  roots: readonly Doomed[],
  transaction: Transaction,
): Promise<Closure> {
  const doomed = new Map(roots.map((root) => [keyOf(object, root.record.id), root]));
  const others: DependentRecord[] = [];
  let frontier: readonly Doomed[] = roots;
  while (frontier.length > 0) {
    const next: Doomed[] = [];
    for (const [target, group] of Map.groupBy(frontier, (each) => each.object)) {
      const ids = group.map((each) => each.record.id);
      const byId = new Map(group.map((each) => [each.record.id, each]));
      for (const dependent of await parts.storage.records.findDependents(
        pinned.snapshot,
        target,
        ids,
        transaction,
      )) {
        const field = requireField(dependent);
        const cause = byId.get(dependent.targetId)!;
        if (onDelete(field) !== 'cascade') {
          others.push(dependent);
          continue;
        }
        const key = keyOf(dependent.object, dependent.record.id);
        const known = doomed.get(key);
        if (known) {
          if (known !== cause) known.causes.push(cause);
          continue;
        }
        const fresh: Doomed = {
          object: dependent.object,
          record: dependent.record,
          causes: [cause],
          isRoot: false,
        };
        doomed.set(key, fresh);
        next.push(fresh);
      }
    }
    if (doomed.size > MAX_CASCADE) {
      throw new EngineError(
        'delete_restricted',
        `This deletion would take more than ${MAX_CASCADE} records along. Delete parts of them first.`,
      );
    }
    frontier = next;
  }
  // What goes anyway neither forbids nor needs clearing.
  const staying = others.filter((dependent) => !doomed.has(keyOf(dependent.object, dependent.record.id)));
  return {
    doomed,
    cleared: staying.filter((dependent) => onDelete(requireField(dependent)) === 'clear'),
    restricting: staying.filter((dependent) => onDelete(requireField(dependent)) === 'restrict'),
  };
}

/** The failure of each item whose deletion would reach a restricted record, by object and count. */
function refuseRestricted(
  items: DeleteRequest['items'],
  closure: Closure,
  object: CompiledObject,
): Map<number, Failure> {
  const countsByRoot = new Map<string, Map<CompiledObject, Set<string>>>();
  for (const dependent of closure.restricting) {
    const target = [...closure.doomed.values()].find((each) => each.record.id === dependent.targetId);
    for (const root of target ? rootsOf(target) : []) {
      const counts = countsByRoot.get(root) ?? new Map<CompiledObject, Set<string>>();
      countsByRoot.set(root, counts);
      counts.set(dependent.object, (counts.get(dependent.object) ?? new Set()).add(dependent.record.id));
    }
  }
  const failures = new Map<number, Failure>();
  for (const [index, item] of items.entries()) {
    const counts = countsByRoot.get(item.id.toLowerCase());
    if (!counts) continue;
    const blocking = [...counts].map(([each, ids]) => ({ object: each.name, count: ids.size }));
    const list = [...counts]
      .map(([each, ids]) => `${ids.size} ${ids.size === 1 ? each.label : each.pluralLabel}`)
      .join(', ');
    failures.set(
      index,
      fail('delete_restricted', `This ${object.label} can't be deleted: ${list} still point to it.`, [], {
        blocking,
      }),
    );
  }
  return failures;
}

function rootsOf(doomed: Doomed, seen = new Set<Doomed>()): string[] {
  if (seen.has(doomed)) return [];
  seen.add(doomed);
  return [
    ...(doomed.isRoot ? [doomed.record.id] : []),
    ...doomed.causes.flatMap((cause) => rootsOf(cause, seen)),
  ];
}

/** One save per object, however many lookups of however many records are cleared. */
async function clearLookups(
  parts: Parts,
  pinned: Pinned,
  cleared: readonly DependentRecord[],
  transaction: Transaction,
): Promise<void> {
  for (const [object, dependents] of Map.groupBy(cleared, (each) => each.object)) {
    const inputs = new Map<string, Record<string, null>>();
    for (const { record, field } of dependents)
      inputs.set(record.id, { ...inputs.get(record.id), [field]: null });
    const items = [...inputs].map(([id, input]) => ({ id, input, version: undefined }));
    const outcome = await parts.write.save(parts, pinned, {
      object,
      operation: 'update',
      items,
      allOrNothing: true,
      dryRun: false,
      authority: 'platform',
      transaction,
    });
    const failed = outcome.items.find((item) => item.failure && item.failure.code !== 'unknown_record');
    if (failed?.failure) throw toError(failed.failure);
  }
}

// --- out of the recycle bin -----------------------------------------------------------------------------------

/** Brings a record back with what the same deletion took along with it. Returns its id and new version. */
export async function restoreRecord(
  parts: Parts,
  pinned: Pinned,
  object: CompiledObject,
  id: string,
): Promise<void> {
  await parts.storage.transaction(async (transaction) => {
    // 1. Load it from the bin, under the caller's predicates.
    const root = await loadDeleted(parts, pinned, { object, id, transaction });
    // 2. What belongs to it among what went with it.
    const company = await findCompany(parts, pinned, { object, record: root, transaction });
    // 3. Lookups whose target has gone meanwhile: a parent must come back first, others are cleared.
    const dangling = await findDangling(parts, pinned, company, transaction);
    const orphan = dangling.find(({ field }) => field.body.parent === true);
    if (orphan) {
      const message = `The ${orphan.object.label} can't come back: its ${orphan.field.label} is deleted. Restore that first.`;
      throw new EngineError('invalid_input', message, {
        errors: [{ code: 'deleted_parent', pointer: `/${orphan.field.name}`, message }],
      });
    }
    // 4. Back, one statement per object; a unique value may have been taken meanwhile.
    for (const [target, members] of Map.groupBy(company, (member) => member.object)) {
      const rows = members.map(({ record }) => ({ id: record.id, version: record.version }));
      const written = await parts.storage.records.restore(
        pinned.snapshot,
        target,
        rows,
        pinned.origin,
        transaction,
      );
      if (written.length < rows.length) throw new LostRace();
    }
    // 5. Clear what would point to nothing.
    await clearLookups(
      parts,
      pinned,
      dangling.map(({ object: holder, field, record }) => ({
        object: holder,
        field: field.name,
        record,
        targetId: '',
      })),
      transaction,
    );
  });
}

/** Erases a record for good, with what went into the bin with it. A live one goes there first. */
export async function purgeRecord(
  parts: Parts,
  pinned: Pinned,
  request: { readonly object: CompiledObject; readonly id: string; readonly version: number | undefined },
): Promise<void> {
  const { object, id, version } = request;
  await parts.storage.transaction(async (transaction) => {
    const live = await parts.storage.records.loadForWrite(
      pinned.snapshot,
      { ...whatIsMeant(pinned, object, id), deleted: 'live' },
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
    const root = await loadDeleted(parts, pinned, { object, id, transaction });
    const company = await findCompany(parts, pinned, { object, record: root, transaction });
    for (const [target, members] of Map.groupBy([...company].reverse(), (member) => member.object)) {
      const ids = members.map((member) => member.record.id);
      await parts.storage.records.purge(pinned.snapshot, target, ids, pinned.origin, transaction);
    }
  });
}

interface Member {
  readonly object: CompiledObject;
  readonly record: StoredRecord;
}

function whatIsMeant(pinned: Pinned, object: CompiledObject, id: string) {
  return {
    object,
    ids: [id],
    visible: pinned.visible(object),
    allowed: pinned.decide(object, 'delete').predicate,
    context: pinned.expressionContext,
  };
}

async function loadDeleted(
  parts: Parts,
  pinned: Pinned,
  request: { readonly object: CompiledObject; readonly id: string; readonly transaction: Transaction },
): Promise<StoredRecord> {
  const { object, id, transaction } = request;
  const query = { ...whatIsMeant(pinned, object, id), deleted: 'deleted' as const };
  const [record] = await parts.storage.records.loadForWrite(pinned.snapshot, query, transaction);
  if (!record) throw toError(unknownRecord());
  if (!record.isAllowed)
    throw new EngineError('forbidden', `You may see this ${object.label}, not restore or erase it.`);
  return record;
}

/**
 * The record and those of the same deletion that are tied to it by cascading lookups, in either direction: a batch
 * deletes many at once, and each comes back by itself.
 */
async function findCompany(
  parts: Parts,
  pinned: Pinned,
  request: {
    readonly object: CompiledObject;
    readonly record: StoredRecord;
    readonly transaction: Transaction;
  },
): Promise<readonly Member[]> {
  const { object, record, transaction } = request;
  if (record.deletionId === null) return [{ object, record }];
  const all = await parts.storage.records.findByDeletion(pinned.snapshot, record.deletionId, transaction);
  const byId = new Map(all.map((member) => [member.record.id, member]));
  const neighbours = new Map<string, Set<string>>();
  const tie = (from: string, to: string) => neighbours.set(from, (neighbours.get(from) ?? new Set()).add(to));
  for (const member of all) {
    for (const { field, id } of targetsOf(member)) {
      if (!byId.has(id) || onDelete(field) !== 'cascade') continue;
      tie(member.record.id, id);
      tie(id, member.record.id);
    }
  }
  const reached = new Set([record.id]);
  for (const id of reached) for (const next of neighbours.get(id) ?? []) reached.add(next);
  return [...reached].flatMap((id) => byId.get(id) ?? (id === record.id ? [{ object, record }] : []));
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

/** Every record that a record points to by its own lookups. */
function targetsOf({
  object,
  record,
}: Member): { readonly field: CompiledField; readonly target: string; readonly id: string }[] {
  return object.ownFields.flatMap((field) => {
    const value: JsonValue | undefined = record.data[field.key];
    if (field.targets.length === 0 || value === undefined || value === null || field.junction) return [];
    if (typeof value === 'string') return [{ field, target: field.targets[0]!, id: value }];
    const reference = value as { object: string; id: string };
    return [{ field, target: reference.object, id: reference.id }];
  });
}

/** What becomes of a record when the target of its lookup goes: as defined, else required ones restrict, others clear. */
export function onDelete(field: CompiledField): 'restrict' | 'clear' | 'cascade' {
  if (field.body.parent) return 'cascade';
  return field.body.on_delete ?? (field.isRequired ? 'restrict' : 'clear');
}

function requireField(dependent: DependentRecord): CompiledField {
  const field = dependent.object.fields.get(dependent.field);
  if (!field)
    throw new StorageError('unexpected', `${dependent.object.name} has no lookup ${dependent.field}.`);
  return field;
}

function keyOf(object: CompiledObject, id: string): string {
  return `${object.key} ${id}`;
}
