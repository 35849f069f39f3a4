/** Views that people keep for themselves: rows of `_own_view` and `_own_default_view`. Whose they are stands in every statement. */
import type pg from 'pg';
import { type Connections, queryObjects } from './connections.ts';
import { identifier } from './sql.ts';
import type { OwnViewPlace, OwnViewStore, StoredOwnView, Transaction, Workspace } from './storage.ts';

/** For so long a deletion can be taken back. */
const KEPT = '1 day';

const COLUMNS = `id, user_id as "userId", object as "objectKey", body, labels, created_at as "createdAt",
  updated_at as "updatedAt"`;

export function createOwnViewStore(connections: Connections): OwnViewStore {
  const tableOf = (workspace: Workspace) => identifier(workspace.schema, '_own_view').text;
  const firstOf = (workspace: Workspace) => identifier(workspace.schema, '_own_default_view').text;

  /** Whether there is room for one more; nobody else adds any for this person until the end of the transaction. */
  async function hasRoom(
    workspace: Workspace,
    { userId, objectKey }: OwnViewPlace,
    most: number,
    transaction: Transaction,
  ): Promise<boolean> {
    const principal = identifier(workspace.schema, '_principal').text;
    await connections.rows(
      `select id from ${principal} where id = $1 for no key update`,
      [userId],
      transaction,
    );
    const [row] = await connections.readRows<{ count: number }>(
      `select count(*)::integer as count from ${tableOf(workspace)}
        where user_id = $1 and object = $2 and deleted_at is null`,
      [userId, objectKey],
      transaction,
    );
    return row!.count < most;
  }

  return {
    list: async (workspace, { userId, objectKey }) => {
      const rows = await connections.readRows<StoredOwnView & { first: string | null }>(
        `select ${COLUMNS}, null as first from ${tableOf(workspace)}
          where user_id = $1 and object = $2 and deleted_at is null
         union all
         select null, null, null, null, null, null, null, view from ${firstOf(workspace)}
          where user_id = $1 and object = $2`,
        [userId, objectKey],
      );
      return {
        views: rows
          .filter(({ id }) => id !== null)
          .map(({ first: _, ...view }) => view)
          .sort((left, right) => (left.id < right.id ? -1 : 1)),
        first: rows.find(({ first }) => first !== null)?.first ?? null,
      };
    },
    find: async (workspace, { id, userId, objectKey }, { isDeleted = false } = {}) => {
      const [row] = await connections.readRows<StoredOwnView>(
        `select ${COLUMNS} from ${tableOf(workspace)} where id = $1 and user_id = $2 and object = $3
            and deleted_at is ${isDeleted ? 'not null' : 'null'}`,
        [id, userId, objectKey],
      );
      return row;
    },
    insert: (workspace, view, most) =>
      connections.transaction(async (transaction) => {
        if (!(await hasRoom(workspace, view, most, transaction))) return false;
        const { id, userId, objectKey, body, labels, createdAt, updatedAt } = view;
        await connections.rows(
          `insert into ${tableOf(workspace)} (id, user_id, object, body, labels, created_at, updated_at)
           values ($1, $2, $3, $4, $5, $6, $7)`,
          [id, userId, objectKey, JSON.stringify(body), JSON.stringify(labels), createdAt, updatedAt],
          transaction,
        );
        return true;
      }),
    update: async (workspace, { id, userId, objectKey, body, labels, updatedAt }) => {
      const rows = await connections.rows(
        `update ${tableOf(workspace)} set body = $4, labels = $5, updated_at = $6
          where id = $1 and user_id = $2 and object = $3 and deleted_at is null returning id`,
        [id, userId, objectKey, JSON.stringify(body), JSON.stringify(labels), updatedAt],
      );
      return rows.length > 0;
    },
    remove: async (workspace, { id, userId, objectKey, at }) => {
      const rows = await connections.rows(
        `update ${tableOf(workspace)} set deleted_at = $4
          where id = $1 and user_id = $2 and object = $3 and deleted_at is null returning id`,
        [id, userId, objectKey, at],
      );
      return rows.length > 0;
    },
    restore: (workspace, view, most) =>
      connections.transaction(async (transaction) => {
        if (!(await hasRoom(workspace, view, most, transaction))) return false;
        await connections.rows(
          `update ${tableOf(workspace)} set deleted_at = null where id = $1 and user_id = $2 and object = $3`,
          [view.id, view.userId, view.objectKey],
          transaction,
        );
        return true;
      }),
    setFirst: async (workspace, { userId, objectKey }, view) => {
      const table = firstOf(workspace);
      if (view === null)
        await connections.rows(`delete from ${table} where user_id = $1 and object = $2`, [
          userId,
          objectKey,
        ]);
      else
        await connections.rows(
          `insert into ${table} (user_id, object, view) values ($1, $2, $3)
           on conflict (user_id, object) do update set view = excluded.view`,
          [userId, objectKey, view],
        );
    },
    renameFirst: async (workspace, { objectKey, from, to }, transaction) => {
      await connections.rows(
        `update ${firstOf(workspace)} set view = $3 where object = $1 and view = $2`,
        [objectKey, from, to],
        transaction,
      );
    },
    all: (workspace, { after, limit }, transaction) =>
      connections.readRows<StoredOwnView>(
        `select ${COLUMNS} from ${tableOf(workspace)} where $1::uuid is null or id > $1 order by id limit $2
            for no key update`,
        [after ?? null, limit],
        transaction,
      ),
    rewrite: async (workspace, views, transaction) => {
      await connections.rows(
        `update ${tableOf(workspace)} v set body = w.body
           from unnest($1::uuid[], $2::text[]::json[]) as w (id, body) where v.id = w.id`,
        [views.map(({ id }) => id), views.map(({ body }) => JSON.stringify(body))],
        transaction,
      );
    },
  };
}

/** Removes for good what was deleted a while ago. */
export async function sweepOwnViews(client: pg.ClientBase, schema: string): Promise<void> {
  await queryObjects(
    client,
    `delete from ${identifier(schema, '_own_view').text} where deleted_at < now() - interval '${KEPT}'`,
    [],
  );
}
