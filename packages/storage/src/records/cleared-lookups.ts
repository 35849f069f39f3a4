/** What a deletion cleared of the records that stayed, so that a restore can point it back. */
import type { Connections } from '../connections.ts';
import { identifier } from '../sql.ts';
import type { ClearedLookup, Snapshot, Transaction } from '../storage.ts';

export async function noteCleared(
  connections: Connections,
  { workspace }: Snapshot,
  { deletionId, cleared }: { readonly deletionId: string; readonly cleared: readonly ClearedLookup[] },
  transaction: Transaction,
): Promise<void> {
  if (cleared.length === 0) return;
  const text = `insert into ${identifier(workspace.schema, '_cleared_lookup').text}
    (deletion_id, object, record_id, field_key, target_id, value, version)
    select $1::uuid, "objectKey", "recordId", "fieldKey", "targetId", to_jsonb("targetId"), version
      from jsonb_to_recordset($2::jsonb)
        as r("objectKey" text, "recordId" uuid, "fieldKey" text, "targetId" uuid, version integer)
    on conflict do nothing`;
  await connections.write({ text }, [deletionId, JSON.stringify(cleared)], transaction);
}

/** A field that was set and cleared again since is somebody's word: it stays. */
export async function takeCleared(
  connections: Connections,
  { workspace: { schema } }: Snapshot,
  request: { readonly deletionIds: readonly string[]; readonly targetIds: readonly string[] },
  transaction: Transaction,
): Promise<readonly (ClearedLookup & { readonly isUntouched: boolean })[]> {
  if (request.deletionIds.length === 0) return [];
  return connections.readRows(
    `delete from ${identifier(schema, '_cleared_lookup').text} c
      where c.deletion_id = any($1::uuid[]) and c.target_id = any($2::uuid[])
  returning c.object as "objectKey", c.record_id as "recordId", c.field_key as "fieldKey", c.target_id as "targetId",
            c.version, not exists (
              select from ${identifier(schema, '_history').text} h
               where h.record_id = c.record_id and h.version > c.version and h.difference ? c.field_key
            ) as "isUntouched"`,
    [[...request.deletionIds], [...request.targetIds]],
    transaction,
  );
}
