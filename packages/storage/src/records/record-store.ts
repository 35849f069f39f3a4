/** The records' door: reading, writing and what hangs together, each kept in a file of its own. */
import type { CompiledObject } from '@trellis/model';
import type { DatabaseFeatures } from '../capabilities.ts';
import type { Connections } from '../connections.ts';
import { nextValuesStatement } from '../metadata/publish.ts';
import { sequenceName } from '../metadata/table-ddl.ts';
import type { RecordStore } from '../storage.ts';
import { RecordLoader } from './load-records.ts';
import { RecordReader } from './read-records.ts';
import { countOwned, findByDeletion, findDependents, purge, readHistory } from './related-records.ts';
import { RecordWriter } from './write-records.ts';

export function createRecordStore(connections: Connections, features: DatabaseFeatures): RecordStore {
  const reader = new RecordReader(connections, features);
  const loader = new RecordLoader(connections, features);
  const writer = new RecordWriter(connections);
  return {
    query: (snapshot, query, transaction) => reader.query(snapshot, query, transaction),
    aggregate: (snapshot, query) => reader.aggregate(snapshot, query),
    stream: (snapshot, query) => reader.stream(snapshot, query),
    loadForWrite: (snapshot, request, transaction) => loader.loadForWrite(snapshot, request, transaction),
    findByKey: (snapshot, request, transaction) => loader.findByKey(snapshot, request, transaction),
    findMatches: (snapshot, request, transaction) => loader.findMatches(snapshot, request, transaction),
    findTargets: (snapshot, request, transaction) => loader.findTargets(snapshot, request, transaction),
    checkTargets: (snapshot, request, transaction) => loader.checkTargets(snapshot, request, transaction),
    nextNumbers: async (snapshot, object, field, count, transaction) => {
      if (count === 0) return [];
      const name = sequenceName(object.key, fieldKey(object, field));
      const rows = await connections.rows<{ value: number }>(
        nextValuesStatement(snapshot.workspace.schema, name, count),
        [],
        transaction,
      );
      return rows.map(({ value }) => value);
    },
    insert: (snapshot, object, rows, origin, transaction, targets) =>
      writer.insert(snapshot, object, rows, origin, transaction, targets),
    update: (snapshot, object, rows, origin, transaction, targets) =>
      writer.update(snapshot, object, rows, origin, transaction, targets),
    remove: (snapshot, object, rows, deletionId, origin, transaction) =>
      writer.remove(snapshot, object, rows, deletionId, origin, transaction),
    restore: (snapshot, object, rows, origin, transaction) =>
      writer.restore(snapshot, object, rows, origin, transaction),
    purge: (snapshot, object, ids, origin, transaction) =>
      purge(connections, snapshot, { object, ids, origin }, transaction),
    findDependents: (snapshot, object, ids, limit, transaction) =>
      findDependents(connections, snapshot, { object, ids, limit }, transaction),
    countOwned: (snapshot, ownerId, transaction) => countOwned(connections, snapshot, ownerId, transaction),
    findByDeletion: (snapshot, deletionId, transaction) =>
      findByDeletion(connections, snapshot, deletionId, transaction),
    history: (snapshot, _object, recordId, page, transaction) =>
      readHistory(connections, snapshot, { recordId, ...page }, transaction),
  };
}

/** Counters are kept under the field's key, for ever; callers may know the field by its name. */
function fieldKey(object: CompiledObject, field: string): string {
  return object.fields.get(field)?.key ?? field;
}
