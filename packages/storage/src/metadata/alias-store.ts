/** The door to old names: listing them, counting their uses, forgetting one. */
import type pg from 'pg';
import { type Connections, queryObjects } from '../connections.ts';
import { identifier } from '../sql.ts';
import type { Alias, AliasStore, Workspace } from '../storage.ts';
import { readAliases } from './aliases.ts';
import { CHANNEL } from './publish.ts';

export function createAliasStore(connections: Connections): AliasStore {
  return {
    list: (workspace) =>
      connections.transaction(({ client }) => readAliases(client, workspace.schema), {
        begin: 'begin read only',
      }),
    count: async (workspace, uses) => {
      await connections.transaction(({ client }) =>
        queryObjects(
          client,
          `update ${identifier(workspace.schema, '_alias').text} a
              set uses = a.uses + r.uses, last_used_at = greatest(a.last_used_at, r.at)
             from jsonb_to_recordset($1::jsonb) as r(kind text, object_key text, name text, uses bigint, at timestamptz)
            where a.kind = r.kind and a.object_key = r.object_key and a.name = r.name`,
          [
            JSON.stringify(
              uses.map(({ kind, objectKey, name, count, at }) => ({
                kind,
                object_key: objectKey,
                name,
                uses: count,
                at,
              })),
            ),
          ],
        ),
      );
    },
    remove: (workspace, alias) => connections.transaction(({ client }) => remove(client, workspace, alias)),
  };
}

/** Moves the epoch, so that every process loads what is left. */
async function remove(
  client: pg.ClientBase,
  workspace: Workspace,
  { kind, objectKey, name }: Pick<Alias, 'kind' | 'objectKey' | 'name'>,
): Promise<void> {
  await queryObjects(
    client,
    `delete from ${identifier(workspace.schema, '_alias').text} where kind = $1 and object_key = $2 and name = $3`,
    [kind, objectKey, name],
  );
  await queryObjects(client, 'update platform.workspace set epoch = epoch + 1 where id = $1', [workspace.id]);
  await queryObjects(client, 'select pg_notify($1, $2)', [CHANNEL, workspace.name]);
}
