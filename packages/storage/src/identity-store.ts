/** Rows of identities and memberships, and the doors of the stores beside them. What they mean is the identity room's business. */
import { createApiKeyStore } from './api-key-store.ts';
import type { Connections } from './connections.ts';
import { createCredentialStore } from './credential-store.ts';
import type { ChangeListener } from './metadata/change-listener.ts';
import { createSessionStore, IDENTITY_CHANNEL } from './session-store.ts';
import { identifier } from './sql.ts';
import type { IdentityRow, IdentityStore, MembershipRow } from './storage.ts';

const IDENTITY = `i.id, i.email, i.name, i.password_hash as "passwordHash", i.is_active as "isActive"`;

export function createIdentityStore(connections: Connections, listener: ChangeListener): IdentityStore {
  return {
    ...createApiKeyStore(connections),
    ...createSessionStore(connections),
    ...createCredentialStore(connections),
    onAnnouncement: (callback) => listener.subscribe(callback, IDENTITY_CHANNEL),
    countIdentities: async () => {
      const [row] = await connections.readRows<{ count: number }>('select count(*) from platform.identity');
      return row!.count;
    },
    claimFirst: async (transaction) => {
      await connections.rows(
        "select pg_advisory_xact_lock(hashtextextended('trellis first identity', 0))",
        [],
        transaction,
      );
      const [row] = await connections.rows<{ isFirst: boolean }>(
        'select not exists (select from platform.identity) as "isFirst"',
        [],
        transaction,
      );
      return row!.isFirst;
    },
    findByEmail: async (email) => {
      const [row] = await connections.readRows<IdentityRow>(
        `select ${IDENTITY} from platform.identity i where lower(i.email) = lower($1)`,
        [email],
      );
      return row;
    },
    insertIdentity: async (identity, transaction) => {
      await connections.rows(
        'insert into platform.identity (id, email, name, password_hash, is_active) values ($1, $2, $3, $4, $5)',
        [identity.id, identity.email, identity.name, identity.passwordHash, identity.isActive],
        transaction,
      );
    },
    updateIdentity: async (id, change, transaction) => {
      await connections.rows(
        `update platform.identity set password_hash = coalesce($2, password_hash), name = coalesce($3, name),
           is_active = coalesce($4, is_active) where id = $1`,
        [id, change.passwordHash ?? null, change.name ?? null, change.isActive ?? null],
        transaction,
      );
    },
    replacePasswordHash: async (id, before, after) => {
      await connections.rows(
        'update platform.identity set password_hash = $3 where id = $1 and password_hash = $2',
        [id, before, after],
      );
    },
    countMembersWith: async (workspace, permissionSet, transaction) => {
      // Whoever takes it from somebody waits for others who do, so that two can't take it from each other.
      await connections.rows(
        'select from platform.workspace where id = $1 for no key update',
        [workspace.id],
        transaction,
      );
      const [row] = await connections.rows<{ count: number }>(
        `select count(*) from platform.membership m join platform.identity i on i.id = m.identity_id
          where m.workspace_id = $1 and m.is_active and i.is_active and $2 = any (m.permission_sets)`,
        [workspace.id, permissionSet],
        transaction,
      );
      return row!.count;
    },
    insertMembership: async ({ workspace, identityId, userId, permissionSets }, transaction) => {
      // The user's record, written by the engine, brings the principal its name in that workspace.
      await connections.rows(
        `insert into ${identifier(workspace.schema, '_principal').text} (id, object, name)
         select $1, 'user', i.name from platform.identity i where i.id = $2 on conflict (id) do nothing`,
        [userId, identityId],
        transaction,
      );
      await connections.rows(
        `insert into platform.membership (workspace_id, user_id, identity_id, permission_sets)
         values ($1, $2, $3, $4)`,
        [workspace.id, userId, identityId, [...permissionSets]],
        transaction,
      );
    },
    updateMembership: async (workspace, userId, change, transaction) => {
      await connections.rows(
        `update platform.membership set permission_sets = coalesce($3, permission_sets),
           is_active = coalesce($4, is_active) where workspace_id = $1 and user_id = $2`,
        [
          workspace.id,
          userId,
          change.permissionSets ? [...change.permissionSets] : null,
          change.isActive ?? null,
        ],
        transaction,
      );
    },
    findIdentityOfUser: async (workspace, userId) => {
      const [row] = await connections.readRows<IdentityRow>(
        `select ${IDENTITY} from platform.membership m join platform.identity i on i.id = m.identity_id
          where m.workspace_id = $1 and m.user_id = $2`,
        [workspace.id, userId],
      );
      return row;
    },
    memberships: (identityId) =>
      connections.readRows<MembershipRow>(
        `select w.name as workspace, w.label as "workspaceLabel", m.user_id as "userId", i.name, i.email,
                m.is_active and i.is_active as "isActive", m.permission_sets as "permissionSets"
           from platform.membership m
           join platform.workspace w on w.id = m.workspace_id
           join platform.identity i on i.id = m.identity_id
          where m.identity_id = $1 order by m.created_at, w.name`,
        [identityId],
      ),
    members: (workspace) =>
      connections.readRows<MembershipRow>(
        `select $2 as workspace, $3 as "workspaceLabel", m.user_id as "userId", p.name, i.email,
                m.is_active and i.is_active as "isActive", m.permission_sets as "permissionSets"
           from platform.membership m
           join platform.identity i on i.id = m.identity_id
           join ${identifier(workspace.schema, '_principal').text} p on p.id = m.user_id
          where m.workspace_id = $1 order by m.user_id`,
        [workspace.id, workspace.name, workspace.label],
      ),
  };
}
