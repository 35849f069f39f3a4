/**
 * What is known of files: rows of `_file`, written by the engine beside the store that has the bytes. A file belongs
 * to its uploader until a record claims it, and to that record for ever after; the sweeper takes what nobody claimed
 * in time and what belonged to a record that was purged.
 */
import type { Connections } from '../connections.ts';
import { identifier } from '../sql.ts';
import type { FileClaim, FileRegister, FileRow, Workspace } from '../storage.ts';
import { createChunkStore } from './chunk-store.ts';

const COLUMNS = `id, name, size, type, created_by as "createdBy", object, record_id as "recordId", field`;
/** Files that one sweep takes at once. */
const SWEEP_SIZE = 100;

export function createFileRegister(connections: Connections): FileRegister {
  const tableOf = (workspace: Workspace) => identifier(workspace.schema, '_file').text;
  return {
    chunks: createChunkStore(connections),
    async insert(workspace, file) {
      await connections.rows(
        `insert into ${tableOf(workspace)} (id, name, created_by, expires_at) values ($1, $2, $3, $4)`,
        [file.id, file.name, file.createdBy, file.expiresAt],
      );
    },
    async complete(workspace, id, { size, type }) {
      await connections.rows(`update ${tableOf(workspace)} set size = $2, type = $3 where id = $1`, [
        id,
        size,
        type,
      ]);
    },
    async waiting(workspace, createdBy) {
      const [row] = await connections.readRows<{ files: number; bytes: number }>(
        `select count(*) as files, coalesce(sum(size), 0)::bigint as bytes from ${tableOf(workspace)}
          where expires_at > now() and object is null and created_by = $1`,
        [createdBy],
      );
      return row!;
    },
    async find(workspace, ids, transaction) {
      if (ids.length === 0) return [];
      return connections.readRows<FileRow>(
        `select ${COLUMNS} from ${tableOf(workspace)}
          where id = any($1::uuid[]) and size is not null and (expires_at is null or expires_at > now())`,
        [ids],
        transaction,
      );
    },
    async claim(workspace, claims: readonly FileClaim[], transaction) {
      if (claims.length === 0) return 0;
      const rows = await connections.rows(
        `update ${tableOf(workspace)} f
            set object = c.object, record_id = c.record_id, field = c.field, expires_at = null
           from jsonb_to_recordset($1::jsonb) as c(id uuid, object text, record_id uuid, field text)
          where f.id = c.id and f.object is null returning f.id`,
        [
          JSON.stringify(
            claims.map(({ id, object, recordId, field }) => ({ id, object, record_id: recordId, field })),
          ),
        ],
        transaction,
      );
      return rows.length;
    },
    async sweep(workspace, remove) {
      let swept = 0;
      for (;;) {
        const count = await connections.transaction(async (transaction) => {
          const rows = await connections.rows<{ id: string }>(
            `select id from ${tableOf(workspace)} where expires_at <= now()
              order by expires_at limit ${SWEEP_SIZE} for update skip locked`,
            [],
            transaction,
          );
          // The bytes go first: whoever is stopped in between finds the row again and has nothing left to remove.
          for (const { id } of rows) await remove(id);
          await connections.rows(
            `delete from ${tableOf(workspace)} where id = any($1::uuid[])`,
            [rows.map(({ id }) => id)],
            transaction,
          );
          return rows.length;
        });
        swept += count;
        if (count < SWEEP_SIZE) return swept;
      }
    },
  };
}
