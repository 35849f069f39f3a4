/** Rows of API keys. What they allow is the identity room's and the access room's business. */
import type { Connections } from './connections.ts';
import type { ApiKeyRow, ApiKeyStore, MembershipRow } from './storage.ts';

const COLUMNS = `k.id, k.user_id as "userId", k.name, k.ending, k.access, k.objects, k.metadata, k.users,
  k.created_at as "createdAt", k.expires_at as "expiresAt", k.last_used_at as "lastUsedAt"`;

interface Found extends Omit<ApiKeyRow, 'scope'> {
  readonly access: 'read' | 'write';
  readonly objects: readonly string[] | null;
  readonly metadata: boolean;
  readonly users: boolean;
}

export function createApiKeyStore(connections: Connections): ApiKeyStore {
  return {
    insertApiKey: async (key) => {
      const { access, objects, metadata, users } = key.scope;
      await connections.rows(
        `insert into platform.api_key (id, token_hash, ending, workspace_id, user_id, name, access, objects, metadata,
           users, created_at, expires_at, last_used_at)
         select $1, $2, $3, w.id, $5, $6, $7, $8, $9, $10, $11, $12, $13 from platform.workspace w where w.name = $4`,
        [
          key.id,
          key.tokenHash,
          key.ending,
          key.workspace,
          key.userId,
          key.name,
          access,
          objects === undefined ? null : [...objects],
          metadata,
          users,
          key.createdAt,
          key.expiresAt,
          key.lastUsedAt,
        ],
      );
    },
    findApiKey: async (tokenHash) => {
      const [row] = await connections.readRows<
        Found & { readonly identityId: string; readonly membership: MembershipRow }
      >(
        `select ${COLUMNS}, i.id as "identityId", json_build_object(
                  'workspace', w.name, 'workspaceLabel', w.label, 'userId', m.user_id, 'name', i.name,
                  'email', i.email, 'isActive', m.is_active and i.is_active,
                  'permissionSets', m.permission_sets) as membership
           from platform.api_key k
           join platform.membership m on m.workspace_id = k.workspace_id and m.user_id = k.user_id
           join platform.workspace w on w.id = m.workspace_id
           join platform.identity i on i.id = m.identity_id
          where k.token_hash = $1`,
        [tokenHash],
      );
      return row && { ...toKey(row), identityId: row.identityId, membership: row.membership };
    },
    touchApiKey: async (id, lastUsedAt) => {
      await connections.rows(
        `update platform.api_key set last_used_at = $2
          where id = $1 and (last_used_at is null or last_used_at < $2::timestamptz - interval '59 seconds')`,
        [id, lastUsedAt],
      );
    },
    listApiKeys: async (workspace, userId) => {
      const rows = await connections.readRows<Found>(
        `select ${COLUMNS} from platform.api_key k join platform.workspace w on w.id = k.workspace_id
          where w.name = $1 and ($2::uuid is null or k.user_id = $2) order by k.created_at desc, k.id limit 1000`,
        [workspace, userId ?? null],
      );
      return rows.map(toKey);
    },
    deleteApiKey: async (workspace, id, userId) => {
      const rows = await connections.rows(
        `delete from platform.api_key k using platform.workspace w
          where w.id = k.workspace_id and w.name = $1 and k.id = $2 and ($3::uuid is null or k.user_id = $3)
          returning 1`,
        [workspace, id, userId ?? null],
      );
      return rows.length > 0;
    },
    deleteExpiredApiKeys: async (before) => {
      const rows = await connections.rows('delete from platform.api_key where expires_at < $1 returning 1', [
        before,
      ]);
      return rows.length;
    },
  };
}

function toKey(row: Found): ApiKeyRow {
  const { id, userId, name, ending, createdAt, expiresAt, lastUsedAt } = row;
  const { access, objects, metadata, users } = row;
  const scope = { access, objects: objects ?? undefined, metadata, users };
  return { id, userId, name, ending, scope, createdAt, expiresAt, lastUsedAt };
}
