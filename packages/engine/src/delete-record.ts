/**
 * Deleting, restoring and purging records: the order of execution, set-based like saving (SPEC D1 to D9). A deletion
 * moves records to the recycle bin under one id and takes along what belongs to them; a restore brings back what the
 * same deletion took.
 */
import { ALWAYS, type CompiledField, type CompiledObject, isId, onDeleteOf } from '@trellis/model';
import {
  type ClearedLookup,
  type DependentRecord,
  StorageError,
  type StoredRecord,
  type Transaction,
} from '@trellis/storage';
import { v7 as makeId } from 'uuid';
import { fail, toError, unknownRecord } from './draft.ts';
import { EngineError } from './errors.ts';
import type { DeleteOutcome, DeleteRequest, Failure, Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';
import { describeStale } from './stale-version.ts';
import { LostRace } from './translate-error.ts';
import { requireOwnEyes } from './view-as.ts';

const MAX_ATTEMPTS = 3;
/** Records that one deletion may touch; more is a job, not a request. */
const MAX_TOUCHED = 100_000;
/** Records whose lookups are cleared at a time: a save holds all of them in memory. */
const CLEARED_AT_ONCE = 1000;

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
      await parts.storage.transaction(
        async (transaction) => {
          outcome = await executeDelete(parts, pinned, request, transaction);
          if (!outcome.isWritten) throw new RolledBack();
        },
        { workspace: pinned.snapshot.workspace },
      );
      return outcome!;
    } catch (error) {
      if (error instanceof RolledBack) return outcome!;
      if (!(error instanceof LostRace) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

export async function executeDelete(
  parts: Parts,
  pinned: Pinned,
  request: DeleteRequest,
  transaction: Transaction,
): Promise<DeleteOutcome> {
  requireOwnEyes(pinned.context);
  const { object, items } = request;
  const failures = new Map<number, Failure>();

  // 1. Load and lock what shall go, under the caller's predicates. The action was decided before.
  const roots = await loadRoots(parts, pinned, request, failures, transaction);

  // 2. Follow the lookups that point to it, until nothing new goes; a cycle ends where it began.
  // 3. What is restricted fails with its whole tail; the rest is followed anew, since it may depend on less.
  let closure = await followDependents(parts, pinned, object, [...roots.values()], transaction);
  while (closure.restricting.length > 0) {
    for (const [index, failure] of refuseRestricted(pinned, items, closure, object))
      failures.set(index, failure);
    for (const [index, item] of items.entries()) if (failures.has(index)) roots.delete(item.id.toLowerCase());
    if (request.allOrNothing) break;
    closure = await followDependents(parts, pinned, object, [...roots.values()], transaction);
  }
  const isRefused = failures.size > 0 && (request.allOrNothing || roots.size === 0);

  // 4. Clear the lookups of what stays, through the ordinary write path.
  // What follows says so where one record led to it; of several it would take a statement for each to say which.
  const [root] = roots.keys();
  const following =
    roots.size === 1 ? pinned.because({ action: 'delete', object: object.key, id: root! }) : pinned;
  const deletionId = makeId();
  const cleared = isRefused ? [] : await clearLookups(parts, following, closure.cleared, transaction);
  await parts.storage.records.noteCleared(pinned.snapshot, deletionId, cleared, transaction);

  // 5. Into the recycle bin, one statement per object, all under one deletion.
  const versions = new Map<string, number>();
  if (!isRefused) {
    const groups = Map.groupBy(closure.doomed.values(), (each) => `${each.object.key} ${each.isRoot}`);
    for (const doomed of groups.values()) {
      const { object: target, isRoot } = doomed[0]!;
      const rows = doomed.map(({ record }) => ({ id: record.id, version: record.version }));
      const written = await parts.storage.records.remove(
        pinned.snapshot,
        target,
        rows,
        deletionId,
        (isRoot ? pinned : following).origin,
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
  const ids = [...new Set(items.map((item) => item.id.toLowerCase()).filter(isId))];
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
          transaction,
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
        MAX_TOUCHED + 1,
        transaction,
      )) {
        const field = requireField(dependent);
        const cause = byId.get(dependent.targetId)!;
        if (onDeleteOf(field) !== 'cascade') {
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
      if (doomed.size + others.length > MAX_TOUCHED) {
        throw new EngineError(
          'delete_restricted',
          `This deletion would touch more than ${MAX_TOUCHED} records. Delete parts of them first.`,
        );
      }
    }
    frontier = next;
  }
  // What goes anyway neither forbids nor needs clearing.
  const staying = others.filter((dependent) => !doomed.has(keyOf(dependent.object, dependent.record.id)));
  return {
    doomed,
    cleared: staying.filter((dependent) => onDeleteOf(requireField(dependent)) === 'clear'),
    restricting: staying.filter((dependent) => onDeleteOf(requireField(dependent)) === 'restrict'),
  };
}

/**
 * The failure of each item whose deletion would reach a restricted record, by object and count. Of objects that the
 * caller does not see as a whole nothing is told but that there is something.
 */
function refuseRestricted(
  pinned: Pinned,
  items: DeleteRequest['items'],
  closure: Closure,
  object: CompiledObject,
): Map<number, Failure> {
  const countsByRoot = new Map<string, Map<CompiledObject, Set<string>>>();
  const byId = new Map([...closure.doomed.values()].map((each) => [each.record.id, each]));
  for (const [targetId, dependents] of Map.groupBy(closure.restricting, (each) => each.targetId)) {
    const target = byId.get(targetId);
    for (const root of target ? rootsOf(target) : []) {
      const counts = countsByRoot.get(root) ?? new Map<CompiledObject, Set<string>>();
      countsByRoot.set(root, counts);
      for (const { object: holder, record } of dependents)
        counts.set(holder, (counts.get(holder) ?? new Set()).add(record.id));
    }
  }
  const failures = new Map<number, Failure>();
  for (const [index, item] of items.entries()) {
    const counts = countsByRoot.get(item.id.toLowerCase());
    if (!counts) continue;
    const told = [...counts].filter(([each]) => isSeenWhole(pinned, each));
    const blocking = told.map(([each, ids]) => ({ object: each.name, count: ids.size }));
    const list = [
      ...told.map(([each, ids]) => `${ids.size} ${ids.size === 1 ? each.label : each.pluralLabel}`),
      ...(told.length < counts.size ? ['records that you may not see'] : []),
    ].join(', ');
    failures.set(
      index,
      fail('delete_restricted', `This ${object.label} can't be deleted: ${list} still point to it.`, [], {
        blocking,
      }),
    );
  }
  return failures;
}

function isSeenWhole(pinned: Pinned, object: CompiledObject): boolean {
  const visible = pinned.visible(object);
  return visible.op === 'constant' && visible.value;
}

function rootsOf(doomed: Doomed): string[] {
  const reached = new Set([doomed]);
  for (const each of reached) for (const cause of each.causes) reached.add(cause);
  return [...reached].filter((each) => each.isRoot).map((each) => each.record.id);
}

/**
 * One save per object for each so many records, however many of their lookups are cleared. Returns what was cleared, each
 * with the version that its record has since.
 */
export async function clearLookups(
  parts: Parts,
  pinned: Pinned,
  cleared: readonly DependentRecord[],
  transaction: Transaction,
): Promise<readonly ClearedLookup[]> {
  const done: ClearedLookup[] = [];
  for (const [object, dependents] of Map.groupBy(cleared, (each) => each.object)) {
    const inputs = new Map<string, Record<string, null>>();
    for (const { record, field } of dependents)
      inputs.set(record.id, { ...inputs.get(record.id), [field]: null });
    const items = [...inputs].map(([id, input]) => ({ id, input, version: undefined }));
    for (let start = 0; start < items.length; start += CLEARED_AT_ONCE) {
      const outcome = await parts.write.save(parts, pinned, {
        object,
        operation: 'update',
        items: items.slice(start, start + CLEARED_AT_ONCE),
        allOrNothing: true,
        dryRun: false,
        authority: 'platform',
        transaction,
      });
      const failed = outcome.items.find((item) => item.failure && item.failure.code !== 'unknown_record');
      if (failed?.failure) throw toError(failed.failure);
      const versions = new Map(outcome.items.map(({ id, record }) => [id, record?.version]));
      for (const { record, field, targetId } of dependents) {
        const version = versions.get(record.id);
        const { key } = object.fields.get(field)!;
        if (version !== undefined)
          done.push({ objectKey: object.key, recordId: record.id, fieldKey: key, targetId, version });
      }
    }
  }
  return done;
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
