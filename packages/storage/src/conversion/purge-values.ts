/**
 * Erases the values that a type change left under the old key, batch by batch. The table goes on guarding that key: a
 * save that read a record before its batch and writes it afterwards would bring the value back, so it is refused and
 * repeated like one of a process with the old model. Who is killed leaves the rest, and the next call goes on.
 */
import { type Connections, queryObjects } from '../connections.ts';
import { lockWorkspace } from '../metadata/publish.ts';
import { PURGING } from '../metadata/table-ddl.ts';
import { identifier, integer, type Sql, sql, stringLiteral } from '../sql.ts';
import type { Workspace } from '../storage.ts';
import { replaceTrigger } from './change-types.ts';
import { markerOf, readConversions } from './conversion-register.ts';
import { BATCH } from './convert-batch.ts';

/** Returns whether there was such a conversion, and it was done. */
export async function purgeValues(
  connections: Connections,
  workspace: Workspace,
  id: number,
): Promise<boolean> {
  const { schema } = workspace;
  const conversion = await connections.transaction(async ({ client }) => {
    await lockWorkspace(client, workspace.id);
    const found = (await readConversions(client, schema, ['done'])).find((each) => each.id === id);
    // A trigger that an older version made does not let the erasure pass yet.
    if (found) await replaceTrigger(client, schema, found.objectKey);
    return found;
  });
  if (!conversion) return false;
  const table = identifier(schema, conversion.objectKey);
  const [oldKey, marker] = [conversion.oldKey, markerOf(conversion)].map(stringLiteral) as [Sql, Sql];
  for (let after: string | undefined; ; ) {
    const last: string | undefined = await connections.transaction(async ({ client }) => {
      await queryObjects(client, `set local ${PURGING} = 'on'`, []);
      const rows = (await queryObjects(
        client,
        sql`with batch as (
  select id from ${table} where ($1::uuid is null or id > $1::uuid) and data ?| array[${oldKey}, ${marker}]
   order by id limit ${integer(BATCH)} for no key update
)
update ${table} t set data = t.data - array[${oldKey}, ${marker}] from batch where t.id = batch.id returning t.id`
          .text,
        [after ?? null],
      )) as readonly { id: string }[];
      return rows.map((row) => row.id).sort()[rows.length - 1];
    });
    if (last === undefined) break;
    after = last;
  }
  await connections.transaction(async ({ client }) => {
    await queryObjects(
      client,
      `delete from ${identifier(schema, '_kept_value').text} where conversion_id = $1`,
      [id],
    );
    await queryObjects(
      client,
      `update ${identifier(schema, '_conversion').text} set kept = 0, changed_at = now() where id = $1`,
      [id],
    );
  });
  return true;
}
