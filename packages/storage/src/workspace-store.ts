/** Workspaces: one schema each, with its own system tables, metadata and records. */
import { randomUUID } from 'node:crypto';
import { append } from './audit/entries.ts';
import type { Connections } from './connections.ts';
import { queryObjects } from './connections.ts';
import { StorageError, sqlState } from './errors.ts';
import { ensurePartitions } from './maintenance/history-partitions.ts';
import { applyMissing, MIGRATION_LOCK, type Migration } from './migrate.ts';
import { identifier } from './sql.ts';
import type { Workspace, WorkspaceStore } from './storage.ts';

export const WORKSPACE_COLUMNS =
  'id, name, label, schema_name as schema, time_zone as "timeZone", locale, currency';
const NAME = /^[a-z][a-z0-9_]{0,49}$/;

export function createWorkspaceStore(
  connections: Connections,
  migrations: readonly Migration[],
): WorkspaceStore {
  return {
    list: () =>
      connections.readRows<Workspace>(
        `select ${WORKSPACE_COLUMNS} from platform.workspace order by created_at, name`,
      ),
    find: async (name) => {
      const [row] = await connections.readRows<Workspace>(
        `select ${WORKSPACE_COLUMNS} from platform.workspace where name = $1`,
        [name],
      );
      return row;
    },
    create: async ({ name, label, timeZone, locale, currency, audit }) => {
      if (!NAME.test(name)) {
        throw new StorageError(
          'invalid_value',
          'A workspace’s name is at most 50 lower-case letters, digits and underscores, a letter first.',
          { fields: ['name'] },
        );
      }
      const schema = `ws_${name}`;
      try {
        return await connections.transaction(async (transaction) => {
          const { client } = transaction;
          // A node that starts meanwhile must not migrate a schema that is half made.
          await queryObjects(client, 'select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
          const rows = await connections.rows<Workspace>(
            `insert into platform.workspace (id, name, label, schema_name, time_zone, locale, currency)
             values ($1, $2, $3, $4, $5, $6, $7) returning ${WORKSPACE_COLUMNS}`,
            [randomUUID(), name, label, schema, timeZone, locale, currency],
            transaction,
          );
          await queryObjects(client, `create schema ${identifier(schema).text}`, []);
          await applyMissing(client, schema, migrations, { isInTransaction: true });
          await ensurePartitions(client, schema);
          if (audit) await append(connections, rows[0]!, [audit(rows[0]!)], transaction);
          return rows[0]!;
        });
      } catch (error) {
        if (sqlState(error) !== '23505' && sqlState(error) !== '42P06') throw error;
        throw new StorageError('workspace_exists', `There is a workspace called ${name} already.`, {
          cause: error,
        });
      }
    },
  };
}
