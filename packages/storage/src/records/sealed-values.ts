/**
 * Values that are sealed, for sealing them anew: of one batch of records by id what lies under some keys, in the rows
 * and in their history, deleted records included. Writing them back touches no version, no time, no history and no
 * outbox, because nothing has changed for anybody who may read them.
 */
import type { CompiledObject, JsonValue } from '@trellis/model';
import type { Connections } from '../connections.ts';
import { PURGING } from '../metadata/table-ddl.ts';
import { identifier, integer, sql, stringLiteral } from '../sql.ts';
import type { SealedBatch, SealedChange, Snapshot, Transaction } from '../storage.ts';

/** Locks the records until the end of the transaction; the history of a record is read under the lock of the record. */
export async function readSealed(
  connections: Connections,
  snapshot: Snapshot,
  request: {
    readonly object: CompiledObject;
    readonly keys: readonly string[];
    readonly after: string | undefined;
    readonly limit: number;
  },
  transaction: Transaction,
): Promise<SealedBatch> {
  const { object, keys, after, limit } = request;
  const { schema } = snapshot.workspace;
  const values = sql`(select coalesce(jsonb_object_agg(k, t.data -> k), '{}') from unnest($2::text[]) k where t.data ? k)`;
  const records = (await connections.rows(
    sql`select t.id, ${values} as values from ${identifier(schema, object.key)} t
 where ($1::uuid is null or t.id > $1::uuid) order by t.id limit ${integer(limit)} for no key update`.text,
    [after ?? null, [...keys]],
    transaction,
  )) as readonly { id: string; values: { readonly [key: string]: JsonValue } }[];
  const history = (await connections.rows(
    sql`select h.id::text as id, h.record_id as "recordId", h.difference from ${identifier(schema, '_history')} h
 where h.record_id = any($1::uuid[]) and h.object = ${stringLiteral(object.key)} and h.difference ?| $2::text[] order by h.id`
      .text,
    [records.map(({ id }) => id), [...keys]],
    transaction,
  )) as SealedBatch['history'];
  return { records, history };
}

export async function writeSealed(
  connections: Connections,
  snapshot: Snapshot,
  object: CompiledObject,
  { records, history }: SealedChange,
  transaction: Transaction,
): Promise<void> {
  const { schema } = snapshot.workspace;
  if (records.length > 0) {
    // A table whose field changes its type lets nobody write past the change but who says that it is none.
    await connections.rows(`set local ${PURGING} = 'on'`, [], transaction);
    await connections.rows(
      sql`update ${identifier(schema, object.key)} t set data = t.data || i.values
  from jsonb_to_recordset($1::jsonb) as i(id uuid, values jsonb) where t.id = i.id`.text,
      [JSON.stringify(records)],
      transaction,
    );
  }
  if (history.length > 0) {
    await connections.rows(
      sql`update ${identifier(schema, '_history')} h set difference = h.difference || i.difference
  from jsonb_to_recordset($1::jsonb) as i(id bigint, record_id uuid, difference jsonb)
 where h.record_id = i.record_id and h.id = i.id`.text,
      [
        JSON.stringify(
          history.map(({ id, recordId, difference }) => ({ id, record_id: recordId, difference })),
        ),
      ],
      transaction,
    );
  }
}
