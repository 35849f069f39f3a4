/** Rows of sessions and of failed sign-ins. What they mean is the identity room's business. */
import type { Connections } from './connections.ts';
import type { SessionRow } from './storage.ts';

const COLUMNS = `s.id, s.identity_id as "identityId", s.workspace, s.created_at as "createdAt",
  s.last_used_at as "lastUsedAt", s.expires_at as "expiresAt", s.method`;
/** As whom the session sees the product; null: as its owner. */
const VIEW = `s.view_workspace as "viewWorkspace", s.view_user_id as "viewUserId", s.view_ends_at as "viewEndsAt"`;
/** Said when what is remembered of a person is old; the payload is the identity's id. */
export const IDENTITY_CHANNEL = 'trellis_identity';

export type SessionStore = ReturnType<typeof createSessionStore>;

export function createSessionStore(connections: Connections) {
  return {
    insertSession: async (
      session: SessionRow & {
        readonly tokenHash: string;
        readonly userAgent: string | null;
        readonly address: string | null;
      },
    ): Promise<void> => {
      await connections.rows(
        `insert into platform.session
           (token_hash, identity_id, workspace, created_at, last_used_at, expires_at, method, user_agent, address)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
        [
          session.tokenHash,
          session.identityId,
          session.workspace,
          session.createdAt,
          session.lastUsedAt,
          session.expiresAt,
          session.method,
          session.userAgent,
          session.address,
        ],
      );
    },
    findSession: async (tokenHash: string) => {
      const [row] = await connections.readRows<
        SessionRow & {
          readonly id: string;
          readonly hasSecondFactor: boolean;
          readonly viewWorkspace: string | null;
          readonly viewUserId: string | null;
          readonly viewEndsAt: string | null;
        }
      >(
        `select ${COLUMNS}, ${VIEW}, exists (select from platform.second_factor f
            where f.identity_id = s.identity_id and f.secret is not null) as "hasSecondFactor"
           from platform.session s where s.token_hash = $1`,
        [tokenHash],
      );
      if (!row) return undefined;
      const { viewWorkspace: workspace, viewUserId: userId, viewEndsAt: endsAt, ...session } = row;
      const view = workspace && userId && endsAt ? { workspace, userId, endsAt } : null;
      return { ...session, view };
    },
    /** Last used first. */
    listSessions: (identityId: string) =>
      connections.readRows<
        SessionRow & {
          readonly id: string;
          readonly tokenHash: string;
          readonly userAgent: string | null;
          readonly address: string | null;
        }
      >(
        `select ${COLUMNS}, s.token_hash as "tokenHash", s.user_agent as "userAgent", s.address
           from platform.session s where s.identity_id = $1 order by s.last_used_at desc, s.id limit 1000`,
        [identityId],
      ),
    /** Moves `lastUsedAt` and the expiry. */
    touchSession: async (tokenHash: string, lastUsedAt: string, expiresAt: string): Promise<void> => {
      await connections.rows(
        'update platform.session set last_used_at = $2, expires_at = $3 where token_hash = $1',
        [tokenHash, lastUsedAt, expiresAt],
      );
    },
    setSessionView: async (
      tokenHash: string,
      newTokenHash: string,
      view: { readonly workspace: string; readonly userId: string; readonly endsAt: string } | null,
    ): Promise<boolean> => {
      const rows = await connections.rows(
        `update platform.session set token_hash = $2, view_workspace = $3, view_user_id = $4, view_ends_at = $5,
            view_started_at = case when $3::text is not null then now() end
          where token_hash = $1 returning 1`,
        [tokenHash, newTokenHash, view?.workspace ?? null, view?.userId ?? null, view?.endsAt ?? null],
      );
      return rows.length > 0;
    },
    replaceSessionToken: async (tokenHash: string, newTokenHash: string): Promise<boolean> => {
      const rows = await connections.rows(
        'update platform.session set token_hash = $2 where token_hash = $1 returning 1',
        [tokenHash, newTokenHash],
      );
      return rows.length > 0;
    },
    /** Resolves with whose it was. */
    deleteSession: async (tokenHash: string): Promise<string | undefined> => {
      const [row] = await connections.rows<{ identityId: string }>(
        'delete from platform.session where token_hash = $1 returning identity_id as "identityId"',
        [tokenHash],
      );
      return row?.identityId;
    },
    deleteSessionById: async (identityId: string, id: string): Promise<boolean> => {
      const rows = await connections.rows(
        'delete from platform.session where identity_id = $1 and id = $2 returning 1',
        [identityId, id],
      );
      return rows.length > 0;
    },
    deleteSessionsOf: async (
      identityId: string,
      exceptTokenHash?: string,
      workspace?: string,
    ): Promise<number> => {
      const rows = await connections.rows(
        `delete from platform.session where identity_id = $1 and token_hash is distinct from $2
            and ($3::text is null or workspace = $3) returning 1`,
        [identityId, exceptTokenHash ?? null, workspace ?? null],
      );
      return rows.length;
    },
    deleteExpiredSessions: async (now: string): Promise<number> => {
      const rows = await connections.rows('delete from platform.session where expires_at <= $1 returning 1', [
        now,
      ]);
      return rows.length;
    },
    announce: async (identityId: string): Promise<void> => {
      await connections.rows('select pg_notify($1, $2)', [IDENTITY_CHANNEL, identityId]);
    },
    /** Failed attempts of one subject since an instant. */
    countFailures: async (subject: string, since: string): Promise<number> => {
      const [row] = await connections.readRows<{ count: number }>(
        'select count(*) from platform.sign_in_failure where subject = $1 and at >= $2',
        [subject, since],
      );
      return row!.count;
    },
    /** The greatest count of one subject that begins so. */
    countFailuresFrom: async (prefix: string, since: string): Promise<number> => {
      const [row] = await connections.readRows<{ count: number }>(
        `select coalesce(max(n), 0) as count from (select count(*) as n from platform.sign_in_failure
            where starts_with(subject, $1) and at >= $2 group by subject) counts`,
        [prefix, since],
      );
      return row!.count;
    },
    recordFailure: async (subject: string, at: string): Promise<void> => {
      await connections.rows('insert into platform.sign_in_failure (subject, at) values ($1, $2)', [
        subject,
        at,
      ]);
    },
    clearFailures: async (subject: string): Promise<void> => {
      await connections.rows('delete from platform.sign_in_failure where subject = $1', [subject]);
    },
    clearFailuresFrom: async (prefix: string): Promise<void> => {
      await connections.rows('delete from platform.sign_in_failure where starts_with(subject, $1)', [prefix]);
    },
  };
}
