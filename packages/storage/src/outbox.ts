/**
 * Reading changes in an order in which none is ever skipped, and forgetting them when nobody needs them any more.
 *
 * Ids of the outbox become visible out of order, since a long transaction commits late. Readers therefore go by the
 * transaction that wrote a row, then by id, and stop before the oldest transaction that is still running: whatever
 * commits later stands behind the position reached. The price: while a transaction runs for long, anywhere on the
 * database server, later changes wait for it.
 */
import type pg from 'pg';
import { type Connections, queryObjects } from './connections.ts';
import { StorageError } from './errors.ts';
import { identifier } from './sql.ts';
import type { OutboxChange, OutboxStore, Workspace } from './storage.ts';

/** How long a change waits for readers that may be away for a moment. */
export const OUTBOX_RETENTION = '24 hours';
const SWEPT_AT_ONCE = 5000;
const POSITION = /^(\d{1,20})\.(\d{1,19})$/;

/** What the values `$4` were, those of them that an update `o` has changed. */
const BEFORE = `(select jsonb_object_agg(k, o.difference->k->0) from unnest($4::text[]) k where o.difference ? k)`;

export function createOutboxStore(connections: Connections): OutboxStore {
  const outboxOf = (workspace: Workspace) => identifier(workspace.schema, '_outbox').text;
  const readersOf = (workspace: Workspace) => identifier(workspace.schema, '_outbox_reader').text;
  return {
    position: async () => {
      const [row] = await connections.readRows<{ horizon: string }>(
        'select pg_snapshot_xmin(pg_current_snapshot())::text as horizon',
      );
      return `${row!.horizon}.0`;
    },
    isPast: async (position) => {
      if (!POSITION.test(position)) return false;
      const [row] = await connections.readRows<{ isPast: boolean }>(
        'select $1::text::numeric <= pg_snapshot_xmax(pg_current_snapshot())::text::numeric as "isPast"',
        [parsePosition(position)[0]],
      );
      return row!.isPast;
    },
    read: async (workspace, after, limit, keys = []) => {
      const [transaction, id] = parsePosition(after);
      const rows = await connections.readRows<OutboxChange & { transaction: string }>(
        `select o.xid::text as transaction, o.id::text as entry, o.object as "objectKey", o.record_id as "recordId",
                o.version, o.action,
                case when o.action = 'update' then o.difference->'owner_id'->>0 end as "formerOwnerId",
                case when o.action in ('share', 'unshare') then o.difference->>'grantee' end as "granteeId",
                case when o.action = 'update' and o.difference ?| $4::text[] then ${BEFORE} end as before
           from ${outboxOf(workspace)} o
          where (o.xid, o.id) > ($1::text::xid8, $2::bigint) and o.xid < pg_snapshot_xmin(pg_current_snapshot())
          order by o.xid, o.id limit $3`,
        [transaction, id, limit, [...keys]],
      );
      const last = rows.at(-1);
      return {
        changes: rows.map(({ transaction: _, ...change }) => change),
        position: last ? `${last.transaction}.${last.entry}` : after,
      };
    },
    later: (workspace, { entry, objectKey, recordIds, keys }) =>
      connections.readRows(
        `select o.record_id as "recordId", o.version, ${BEFORE} as before from ${outboxOf(workspace)} o
          where o.id > $1::bigint and o.object = $2 and o.record_id = any($3::uuid[])
            and o.action = 'update' and o.difference ?| $4::text[]`,
        [entry, objectKey, [...recordIds], [...keys]],
      ),
    findReader: async (workspace, name) => {
      const [row] = await connections.readRows<{ position: string }>(
        `select xid::text || '.' || id as position from ${readersOf(workspace)} where name = $1`,
        [name],
      );
      return row?.position;
    },
    moveReader: async (workspace, name, position, transaction) => {
      const [xid, id] = parsePosition(position);
      await connections.rows(
        `insert into ${readersOf(workspace)} as r (name, xid, id) values ($1, $2::text::xid8, $3::bigint)
         on conflict (name) do update set xid = excluded.xid, id = excluded.id, moved_at = now()
         where (r.xid, r.id) < (excluded.xid, excluded.id)`,
        [name, xid, id],
        transaction,
      );
    },
    removeReader: async (workspace, name) => {
      await connections.rows(`delete from ${readersOf(workspace)} where name = $1`, [name]);
    },
  };
}

/** Deletes what is older than the retention and every durable reader has passed, in batches. */
export async function sweepOutbox(
  client: pg.ClientBase,
  schema: string,
  isStopped: () => boolean = () => false,
): Promise<void> {
  const outbox = identifier(schema, '_outbox').text;
  const readers = identifier(schema, '_outbox_reader').text;
  for (let deleted = SWEPT_AT_ONCE; deleted === SWEPT_AT_ONCE && !isStopped(); ) {
    const rows = await queryObjects(
      client,
      `delete from ${outbox} where id in
         (select o.id from ${outbox} o
           where o.at < now() - interval '${OUTBOX_RETENTION}'
             and not exists (select from ${readers} r where (r.xid, r.id) < (o.xid, o.id))
           order by o.id limit ${SWEPT_AT_ONCE})
       returning 1`,
      [],
    );
    deleted = rows.length;
  }
}

function parsePosition(position: string): readonly [string, string] {
  const match = POSITION.exec(position);
  if (!match) throw new StorageError('unexpected', 'This is no position in the outbox.');
  return [match[1]!, match[2]!];
}
