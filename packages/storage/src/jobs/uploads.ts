/** Files that wait to be imported: what is known of them. Their pieces are those of jobs. */
import type { Connections } from '../connections.ts';
import { identifier } from '../sql.ts';
import type { Upload } from './jobs.ts';

/** Of one person; whoever sends more gives up the oldest. */
const MOST_UPLOADS = 5;

/** How long a file waits, whether or not the housekeeper has been there since. */
export const FILE_RETENTION = '1 day';

/** `f` is a piece that no job needs: none that waits or runs, or has ended within `retention`. */
export function unneeded(schema: string, retention: string): string {
  return `not exists (select from ${identifier(schema, '_job').text} j
    where (j.id = f.job_id or (j.kind = 'import' and j.input->>'file' = f.job_id::text))
      and (j.ended_at is null or j.ended_at > now() - interval '${retention}'))`;
}

/** Pieces that one statement deletes: a file of a gigabyte has four thousand, more than it may take its time for. */
const PIECES_AT_ONCE = 100;

/** Deletes the pieces of a file, or those that no job needs. */
export async function deletePieces(
  connections: Connections,
  schema: string,
  { fileId, unlessNeeded = false }: { readonly fileId: string; readonly unlessNeeded?: boolean },
): Promise<void> {
  const table = identifier(schema, '_job_file').text;
  const text = `delete from ${table} f where f.job_id = $1 and f.number in
      (select number from ${table} where job_id = $1 order by number limit ${PIECES_AT_ONCE})
      ${unlessNeeded ? `and ${unneeded(schema, '0')}` : ''} returning f.number`;
  while ((await connections.rows(text, [fileId])).length === PIECES_AT_ONCE);
}

export async function keepUpload(connections: Connections, schema: string, upload: Upload): Promise<void> {
  const table = identifier(schema, '_upload').text;
  const { id, actorId, objectKey, name, bytes, encoding, isMixed } = upload;
  await connections.rows(
    `insert into ${table} (id, actor_id, object_key, name, bytes, encoding, is_mixed) values ($1, $2, $3, $4, $5, $6, $7)`,
    [id, actorId, objectKey, name, bytes, encoding, isMixed],
  );
  const gone = await connections.rows<{ id: string }>(
    `delete from ${table} where actor_id = $1
        and id not in (select id from ${table} where actor_id = $1 order by at desc, id desc limit ${MOST_UPLOADS})
     returning id`,
    [actorId],
  );
  for (const { id: fileId } of gone) await deletePieces(connections, schema, { fileId, unlessNeeded: true });
}

export async function findUpload(
  connections: Connections,
  schema: string,
  { id, actorId }: { readonly id: string; readonly actorId: string },
): Promise<Upload | undefined> {
  const [upload] = await connections.readRows<Upload>(
    `select id, actor_id as "actorId", object_key as "objectKey", name, bytes::float8 as bytes, encoding, is_mixed as "isMixed"
       from ${identifier(schema, '_upload').text} where id = $1 and actor_id = $2 and at > now() - interval '${FILE_RETENTION}'`,
    [id, actorId],
  );
  return upload;
}
