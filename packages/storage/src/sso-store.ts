/** Rows of single sign-on: links, permissions to link, sign-ins under way, and sessions that came from a provider. */
import type { Connections } from './connections.ts';
import type { IdentityRow, Transaction } from './storage.ts';

export interface SsoFlowRow {
  readonly state: string;
  readonly provider: string;
  readonly returnTo: string;
  readonly workspace: string | null;
  readonly identityId: string | null;
}

export interface SsoLinkRow {
  readonly issuer: string;
  readonly subject: string;
  readonly identityId: string;
  readonly createdAt: string;
  readonly lastUsedAt: string;
}

export interface SsoSessionRow {
  readonly sessionId: string;
  readonly provider: string;
  readonly idToken: string | null;
}

/** Times are ISO instants. */
export interface SsoStore {
  insertFlow(flow: SsoFlowRow & { readonly address: string; readonly expiresAt: string }): Promise<void>;
  /** Takes a flow that has not expired, so that nobody takes it again, in other processes neither. */
  takeFlow(state: string, now: string): Promise<SsoFlowRow | undefined>;
  countFlows(address: string, now: string): Promise<number>;
  findLink(
    issuer: string,
    subject: string,
  ): Promise<(SsoLinkRow & { readonly identity: IdentityRow }) | undefined>;
  touchLink(issuer: string, subject: string, at: string): Promise<void>;
  linksOf(identityId: string): Promise<readonly SsoLinkRow[]>;
  /** False, with nothing written: the subject or the identity has a link at this issuer already. */
  insertLink(
    link: Pick<SsoLinkRow, 'issuer' | 'subject' | 'identityId'>,
    transaction?: Transaction,
  ): Promise<boolean>;
  /**
   * False: nothing was deleted, for want of such a link, or because the identity would be left without one at any issuer of
   * `unlessLastOf`. Whoever deletes another link of the identity at the same time is waited for.
   */
  deleteLink(
    link: Pick<SsoLinkRow, 'issuer' | 'identityId'>,
    unlessLastOf: readonly string[] | undefined,
  ): Promise<boolean>;
  permitLink(identityId: string, issuer: string, expiresAt: string): Promise<void>;
  /** Whether there was a permission, which is used up. */
  takePermission(identityId: string, issuer: string, now: string): Promise<boolean>;
  /** The id of a session that was just opened. */
  sessionIdOf(tokenHash: string): Promise<string>;
  insertSession(session: SsoSessionRow): Promise<void>;
  findSession(tokenHash: string): Promise<SsoSessionRow | undefined>;
  deleteExpired(now: string): Promise<void>;
}

const LINK = `l.issuer, l.subject, l.identity_id as "identityId", l.created_at as "createdAt",
  l.last_used_at as "lastUsedAt"`;
const SESSION = 's.session_id as "sessionId", s.provider, s.id_token as "idToken"';

export function createSsoStore(connections: Connections): SsoStore {
  return {
    insertFlow: async (flow) => {
      await connections.rows(
        `insert into platform.sso_flow (state, provider, return_to, workspace, identity_id, address, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)`,
        [
          flow.state,
          flow.provider,
          flow.returnTo,
          flow.workspace,
          flow.identityId,
          flow.address,
          flow.expiresAt,
        ],
      );
    },
    takeFlow: async (state, now) => {
      const [row] = await connections.rows<SsoFlowRow>(
        `delete from platform.sso_flow where state = $1 and expires_at > $2
         returning state, provider, return_to as "returnTo", workspace, identity_id as "identityId"`,
        [state, now],
      );
      return row;
    },
    countFlows: async (address, now) => {
      const [row] = await connections.readRows<{ count: number }>(
        'select count(*) from platform.sso_flow where address = $1 and expires_at > $2',
        [address, now],
      );
      return row!.count;
    },
    findLink: async (issuer, subject) => {
      const [row] = await connections.readRows<SsoLinkRow & { readonly identity: IdentityRow }>(
        `select ${LINK}, json_build_object('id', i.id, 'email', i.email, 'name', i.name, 'passwordHash', null,
                  'isActive', i.is_active) as identity
           from platform.sso_link l join platform.identity i on i.id = l.identity_id
          where l.issuer = $1 and l.subject = $2`,
        [issuer, subject],
      );
      return row;
    },
    touchLink: async (issuer, subject, at) => {
      await connections.rows(
        'update platform.sso_link set last_used_at = $3 where issuer = $1 and subject = $2',
        [issuer, subject, at],
      );
    },
    linksOf: (identityId) =>
      connections.readRows<SsoLinkRow>(
        `select ${LINK} from platform.sso_link l where l.identity_id = $1 order by l.issuer`,
        [identityId],
      ),
    insertLink: async ({ issuer, subject, identityId }, transaction) => {
      const rows = await connections.rows(
        `insert into platform.sso_link (issuer, subject, identity_id, created_at, last_used_at)
         values ($1, $2, $3, now(), now()) on conflict do nothing returning 1`,
        [issuer, subject, identityId],
        transaction,
      );
      return rows.length > 0;
    },
    deleteLink: async ({ issuer, identityId }, unlessLastOf) => {
      // Rows that were deleted while this waited for their locks are not among those held.
      const rows = await connections.rows(
        `with held as (select issuer from platform.sso_link where identity_id = $2 order by issuer for update)
         delete from platform.sso_link where issuer = $1 and identity_id = $2
           and ($3::text[] is null or (select count(*) from held where issuer <> $1 and issuer = any ($3)) > 0)
         returning 1`,
        [issuer, identityId, unlessLastOf ?? null],
      );
      return rows.length > 0;
    },
    permitLink: async (identityId, issuer, expiresAt) => {
      await connections.rows(
        `insert into platform.sso_permission (identity_id, issuer, expires_at) values ($1, $2, $3)
         on conflict (identity_id, issuer) do update set expires_at = excluded.expires_at`,
        [identityId, issuer, expiresAt],
      );
    },
    takePermission: async (identityId, issuer, now) => {
      const rows = await connections.rows(
        `delete from platform.sso_permission where identity_id = $1 and issuer = $2 and expires_at > $3
         returning 1`,
        [identityId, issuer, now],
      );
      return rows.length > 0;
    },
    sessionIdOf: async (tokenHash) => {
      const [row] = await connections.rows<{ id: string }>(
        'select id from platform.session where token_hash = $1',
        [tokenHash],
      );
      return row!.id;
    },
    insertSession: async ({ sessionId, provider, idToken }) => {
      await connections.rows(
        'insert into platform.sso_session (session_id, provider, id_token) values ($1, $2, $3)',
        [sessionId, provider, idToken],
      );
    },
    findSession: async (tokenHash) => {
      const [row] = await connections.readRows<SsoSessionRow>(
        `select ${SESSION} from platform.sso_session s join platform.session o on o.id = s.session_id
          where o.token_hash = $1`,
        [tokenHash],
      );
      return row;
    },
    deleteExpired: async (now) => {
      await connections.rows('delete from platform.sso_flow where expires_at <= $1', [now]);
      await connections.rows('delete from platform.sso_permission where expires_at <= $1', [now]);
    },
  };
}
