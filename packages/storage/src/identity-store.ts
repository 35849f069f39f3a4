/** Rows of identities, memberships, sessions and failed sign-ins. What they mean is the identity room's business. */
import { createApiKeyStore } from './api-key-store.ts';
import type { Connections } from './connections.ts';
import { identifier } from './sql.ts';
import type { IdentityRow, IdentityStore, MembershipRow, SessionRow } from './storage.ts';

const IDENTITY = `i.id, i.email, i.name, i.password_hash as "passwordHash", i.is_active as "isActive"`;

export function createIdentityStore(connections: Connections): IdentityStore {
  return {
    ...createApiKeyStore(connections),
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
    claimAdministrators: async (workspace, permissionSet, transaction) => {
      await connections.rows(
        "select pg_advisory_xact_lock(hashtextextended('trellis administrators of ' || $1, 0))",
        [workspace.id],
        transaction,
      );
      return async () => {
        const [row] = await connections.rows<{ count: number }>(
          `select count(*) from platform.membership m join platform.identity i on i.id = m.identity_id
            where m.workspace_id = $1 and m.is_active and i.is_active and $2 = any(m.permission_sets)`,
          [workspace.id, permissionSet],
          transaction,
        );
        return row!.count;
      };
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
    insertSession: async (session) => {
      await connections.rows(
        `insert into platform.session
           (token_hash, identity_id, workspace, created_at, last_used_at, expires_at, user_agent, address)
         values ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [
          session.tokenHash,
          session.identityId,
          session.workspace,
          session.createdAt,
          session.lastUsedAt,
          session.expiresAt,
          session.userAgent,
          session.address,
        ],
      );
    },
    findSession: async (tokenHash) => {
      const [row] = await connections.readRows<SessionRow>(
        `select identity_id as "identityId", workspace, created_at as "createdAt", last_used_at as "lastUsedAt",
                expires_at as "expiresAt" from platform.session where token_hash = $1`,
        [tokenHash],
      );
      return row;
    },
    touchSession: async (tokenHash, lastUsedAt, expiresAt) => {
      await connections.rows(
        'update platform.session set last_used_at = $2, expires_at = $3 where token_hash = $1',
        [tokenHash, lastUsedAt, expiresAt],
      );
    },
    deleteSession: async (tokenHash) => {
      await connections.rows('delete from platform.session where token_hash = $1', [tokenHash]);
    },
    deleteSessionsOf: async (identityId, exceptTokenHash) => {
      await connections.rows(
        'delete from platform.session where identity_id = $1 and token_hash is distinct from $2',
        [identityId, exceptTokenHash ?? null],
      );
    },
    deleteExpiredSessions: async (now) => {
      const rows = await connections.rows('delete from platform.session where expires_at <= $1 returning 1', [
        now,
      ]);
      return rows.length;
    },
    countFailures: async (subject, since) => {
      const [row] = await connections.readRows<{ count: number }>(
        'select count(*) from platform.sign_in_failure where subject = $1 and at >= $2',
        [subject, since],
      );
      return row!.count;
    },
    recordFailure: async (subject, at) => {
      await connections.rows('insert into platform.sign_in_failure (subject, at) values ($1, $2)', [
        subject,
        at,
      ]);
    },
    clearFailures: async (subject) => {
      await connections.rows('delete from platform.sign_in_failure where subject = $1', [subject]);
    },
  };
}
