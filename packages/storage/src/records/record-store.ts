/** The records' door: reading, writing and what hangs together, each kept in a file of its own. */
import type { CompiledObject, Model } from '@trellis/model';
import type { DatabaseFeatures } from '../capabilities.ts';
import type { Connections } from '../connections.ts';
import { nextValuesStatement } from '../metadata/publish.ts';
import { sequenceName } from '../metadata/table-ddl.ts';
import type { ScanGuard } from '../query/scan-guard.ts';
import type { SlowQuestions } from '../query/slow-questions.ts';
import { keptConditions } from '../sharing/kept-conditions.ts';
import { identifier, sql } from '../sql.ts';
import type { RecordStore, Snapshot, Workspace } from '../storage.ts';
import type { WorkspaceLogins } from '../workspace-logins.ts';
import { noteCleared, takeCleared } from './cleared-lookups.ts';
import { countChanged, readJobChanges } from './job-changes.ts';
import { RecordLoader } from './load-records.ts';
import { pruneHistory } from './prune-history.ts';
import { historySince, queryAsOf } from './read-as-of.ts';
import { OneReader } from './read-one.ts';
import { RecordReader } from './read-records.ts';
import {
  countOwned,
  findAmong,
  findByDeletion,
  findDependents,
  purge,
  readHistory,
} from './related-records.ts';
import { readSealed, writeSealed } from './sealed-values.ts';
import { RecordSearcher } from './search-records.ts';
import { inspectTree, lockMatches, lockTree, readTree } from './trees.ts';
import { RecordWriter } from './write-records.ts';

export interface RecordDatabase {
  /** The application's own, for what runs within a transaction that is open already. */
  readonly connections: Connections;
  /** What single statements run on: connections that reach no other workspace. */
  readonly logins: WorkspaceLogins;
  readonly features: DatabaseFeatures;
  readonly guard: ScanGuard;
  readonly slow: SlowQuestions;
}

/** `wake` is told when a write may have left something for the workers of roll-ups and of kept conditions. */
export function createRecordStore(
  { connections, logins, features, guard, slow }: RecordDatabase,
  wake: (workspace: Workspace) => void,
): RecordStore {
  const searcher = new RecordSearcher(logins, features);
  const reader = new RecordReader(logins, features, { guard, slow });
  const ones = new OneReader(logins, features);
  const loader = new RecordLoader(logins, features);
  const writer = new RecordWriter(logins, features);
  const told = async <T>(snapshot: Snapshot, object: CompiledObject, write: Promise<T>): Promise<T> => {
    const written = await write;
    if (leavesWork(snapshot.model, object)) wake(snapshot.workspace);
    return written;
  };
  return {
    query: (snapshot, query, transaction) =>
      query.asOf ? queryAsOf(logins, features, snapshot, query) : reader.query(snapshot, query, transaction),
    one: (snapshot, question, about) => ones.one(snapshot, question, about),
    noteCleared: (snapshot, deletionId, cleared, transaction) =>
      noteCleared(connections, snapshot, { deletionId, cleared }, transaction),
    takeCleared: (snapshot, request, transaction) => takeCleared(connections, snapshot, request, transaction),
    pruneHistory: (snapshot, request, transaction) =>
      pruneHistory(connections, snapshot, request, transaction),
    historySince: (snapshot, object) => historySince(logins, snapshot, object),
    children: (snapshot, query) => reader.children(snapshot, query),
    aggregate: (snapshot, query) => reader.aggregate(snapshot, query),
    search: (snapshot, query) => searcher.search(snapshot, query),
    principalNames: async ({ workspace }, ids) => {
      const rows = await (await logins.of(workspace)).readRows<{ id: string; name: string }>(
        `select id, name from ${identifier(workspace.schema, '_principal').text} where id = any($1)`,
        [[...ids]],
      );
      return new Map(rows.map(({ id, name }) => [id, name]));
    },
    stream: (snapshot, query) => reader.stream(snapshot, query),
    loadForWrite: (snapshot, request, transaction) => loader.loadForWrite(snapshot, request, transaction),
    findByKey: (snapshot, request, transaction) => loader.findByKey(snapshot, request, transaction),
    findMatches: (snapshot, request, transaction) =>
      reader.guarded(snapshot, request, transaction, () =>
        loader.findMatches(snapshot, request, transaction),
      ),
    lockMatches: (snapshot, object, transaction) => lockMatches(connections, snapshot, object, transaction),
    findTargets: (snapshot, request, transaction) => loader.findTargets(snapshot, request, transaction),
    lockTree: (snapshot, tree, transaction) => lockTree(connections, snapshot, tree, transaction),
    readTree: async (snapshot, request, transaction) =>
      readTree(await logins.reach(snapshot.workspace, transaction), snapshot, request, transaction),
    readSealed: (snapshot, request, transaction) => readSealed(connections, snapshot, request, transaction),
    writeSealed: (snapshot, object, change, transaction) =>
      writeSealed(connections, snapshot, object, change, transaction),
    inspectTree: async (snapshot, request) =>
      inspectTree(await logins.of(snapshot.workspace), snapshot, request),
    checkTargets: (snapshot, request, transaction) => loader.checkTargets(snapshot, request, transaction),
    nextNumbers: async (snapshot, object, field, count, transaction) => {
      if (count === 0) return [];
      const name = sequenceName(object.key, fieldKey(object, field));
      const reached = await logins.reach(snapshot.workspace, transaction);
      const rows = await reached.rows<{ value: number }>(
        nextValuesStatement(snapshot.workspace.schema, name, count),
        [],
        transaction,
      );
      return rows.map(({ value }) => value);
    },
    insert: (snapshot, object, rows, origin, ...how) =>
      told(snapshot, object, writer.insert(snapshot, object, rows, origin, ...how)),
    update: (snapshot, object, rows, origin, transaction, targets) =>
      told(snapshot, object, writer.update(snapshot, object, rows, origin, transaction, targets)),
    remove: (snapshot, object, rows, deletionId, origin, transaction) =>
      told(snapshot, object, writer.remove(snapshot, object, rows, deletionId, origin, transaction)),
    restore: (snapshot, object, rows, origin, transaction) =>
      told(snapshot, object, writer.restore(snapshot, object, rows, origin, transaction)),
    purge: (snapshot, object, ids, origin, transaction) =>
      purge(connections, snapshot, { object, ids, origin }, transaction),
    findDependents: (snapshot, object, ids, limit, transaction) =>
      findDependents(connections, snapshot, { object, ids, limit }, transaction),
    countOwned: (snapshot, ownerId, transaction) => countOwned(connections, snapshot, ownerId, transaction),
    findByDeletion: (snapshot, deletionId, transaction) =>
      findByDeletion(connections, snapshot, deletionId, transaction),
    findBinned: async (snapshot, objects) =>
      findAmong(await logins.of(snapshot.workspace), snapshot, {
        objects,
        where: sql`deleted_at is not null`,
      }),
    readByDeletion: async (snapshot, request) => {
      const objects = [...snapshot.model.objects.values()];
      const where = sql`deletion_id = any($1::uuid[])`;
      const ids = [...request.deletionIds];
      const concerned = await findAmong(await logins.of(snapshot.workspace), snapshot, {
        objects,
        where,
        values: [ids],
      });
      return loader.readByDeletion(snapshot, { ...request, objects: concerned });
    },
    changesOfJob: async ({ workspace }, page) => readJobChanges(await logins.of(workspace), workspace, page),
    countChanged: async ({ workspace }, jobId) => countChanged(await logins.of(workspace), workspace, jobId),
    history: async (snapshot, _object, recordId, page, transaction) =>
      readHistory(
        await logins.reach(snapshot.workspace, transaction),
        snapshot,
        { recordId, ...page },
        transaction,
      ),
  };
}

/** Counters are kept under the field's key, for ever; callers may know the field by its name. */
function fieldKey(object: CompiledObject, field: string): string {
  return object.fields.get(field)?.key ?? field;
}

const worked = new WeakMap<Model, ReadonlySet<string>>();

/** Whether roll-ups look at records of the object, or at the object as a junction, or conditions that are kept do. */
function leavesWork(model: Model, object: CompiledObject): boolean {
  let names = worked.get(model);
  if (!names) {
    const fields = [...model.objects.values()].flatMap((each) => each.ownFields);
    names = new Set([
      ...fields.flatMap(({ rollup }) =>
        rollup ? [rollup.object, ...(rollup.via.is === 'junction' ? [rollup.via.object] : [])] : [],
      ),
      ...[...keptConditions(model).values()].flatMap(({ readings }) =>
        readings.map((reading) => reading.object.name),
      ),
    ]);
    worked.set(model, names);
  }
  return names.has(object.name);
}
