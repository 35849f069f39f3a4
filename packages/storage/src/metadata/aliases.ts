/** Old names of objects and fields that clients of the API may still say: written by publishes, counted in batches. */
import type pg from 'pg';
import { queryObjects } from '../connections.ts';
import { identifier } from '../sql.ts';
import type { Alias, PublishRequest } from '../storage.ts';

export async function readAliases(client: pg.ClientBase, schema: string): Promise<readonly Alias[]> {
  return (await queryObjects(
    client,
    `select kind, object_key as "objectKey", field_key as "fieldKey", name, uses, last_used_at as "lastUsedAt",
            created_at as "createdAt"
       from ${identifier(schema, '_alias').text} order by kind desc, object_key, name`,
    [],
  )) as readonly Alias[];
}

/** Notes the old names of what is renamed, and forgets those that something else bears now. */
export async function writeAliases(client: pg.ClientBase, request: PublishRequest): Promise<void> {
  const table = identifier(request.workspace.schema, '_alias').text;
  // A field that changes its type takes another key along with its old names.
  for (const { objectKey, oldKey, newKey } of request.conversions ?? []) {
    await queryObjects(
      client,
      `update ${table} set field_key = $3 where kind = 'field' and object_key = $1 and field_key = $2`,
      [objectKey, oldKey, newKey],
    );
  }
  for (const { kind, objectKey, fieldKey, name } of request.aliases ?? []) {
    const target =
      kind === 'object' ? `(name) where kind = 'object'` : `(object_key, name) where kind = 'field'`;
    await queryObjects(
      client,
      `insert into ${table} (kind, object_key, field_key, name) values ($1, $2, $3, $4)
       on conflict ${target} do update set object_key = excluded.object_key, field_key = excluded.field_key,
         uses = 0, last_used_at = null, created_at = now()`,
      [kind, objectKey, fieldKey, name],
    );
  }
  const names = [...request.after.objects.values()];
  await queryObjects(client, `delete from ${table} where kind = 'object' and name = any($1)`, [
    names.map((object) => object.name),
  ]);
  for (const key of new Set(
    (await readAliases(client, request.workspace.schema)).map((each) => each.objectKey),
  )) {
    const object = names.find((each) => each.key === key);
    if (!object) continue;
    await queryObjects(
      client,
      `delete from ${table} where kind = 'field' and object_key = $1 and name = any($2)`,
      [key, [...object.fields.keys()]],
    );
  }
}
