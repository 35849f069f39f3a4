/** Rows of second factors, invitations and resets of passwords. What they mean is the identity room's business. */
import type { Connections } from './connections.ts';

export type CredentialRows = ReturnType<typeof createCredentialStore>;

const INVITED = `v.workspace_id = m.workspace_id and v.user_id = m.user_id and v.accepted_at is null
  and i.password_hash is null and i.is_active and m.is_active`;

export function createCredentialStore(connections: Connections) {
  const isAny = async (text: string, values: readonly unknown[]): Promise<boolean> =>
    (await connections.rows(text, values)).length > 0;

  return {
    findSecondFactor: async (identityId: string) => {
      const [row] = await connections.readRows<{
        readonly secret: string | null;
        readonly pendingSecret: string | null;
        readonly enrolledAt: string | null;
        readonly recoveryCodesLeft: number;
      }>(
        `select f.secret, f.pending_secret as "pendingSecret", f.enrolled_at as "enrolledAt",
                (select count(*) from platform.recovery_code c where c.identity_id = f.identity_id)
                  as "recoveryCodesLeft"
           from platform.second_factor f where f.identity_id = $1`,
        [identityId],
      );
      return row;
    },
    offerSecondFactor: async (identityId: string, pendingSecret: string): Promise<void> => {
      await connections.rows(
        `insert into platform.second_factor (identity_id, pending_secret) values ($1, $2)
         on conflict (identity_id) do update set pending_secret = excluded.pending_secret`,
        [identityId, pendingSecret],
      );
    },
    enrolSecondFactor: (
      identityId: string,
      pendingSecret: string,
      enrolment: { readonly step: number; readonly at: string; readonly codeHashes: readonly string[] },
    ): Promise<boolean> =>
      isAny(
        `with enrolled as (
           update platform.second_factor
              set secret = pending_secret, pending_secret = null, enrolled_at = $3, last_step = $4
            where identity_id = $1 and pending_secret = $2 returning identity_id),
         gone as (delete from platform.recovery_code c using enrolled e where c.identity_id = e.identity_id)
         insert into platform.recovery_code (identity_id, code_hash)
         select e.identity_id, h from enrolled e, unnest($5::text[]) h returning 1`,
        [identityId, pendingSecret, enrolment.at, enrolment.step, [...enrolment.codeHashes]],
      ),
    takeStep: (identityId: string, step: number): Promise<boolean> =>
      isAny(
        `update platform.second_factor set last_step = $2
          where identity_id = $1 and (last_step is null or last_step < $2) returning 1`,
        [identityId, step],
      ),
    takeRecoveryCode: (identityId: string, codeHash: string): Promise<boolean> =>
      isAny('delete from platform.recovery_code where identity_id = $1 and code_hash = $2 returning 1', [
        identityId,
        codeHash,
      ]),
    replaceRecoveryCodes: (identityId: string, codeHashes: readonly string[]): Promise<boolean> =>
      isAny(
        `with enrolled as (
           select identity_id from platform.second_factor where identity_id = $1 and secret is not null for update),
         gone as (delete from platform.recovery_code c using enrolled e where c.identity_id = e.identity_id)
         insert into platform.recovery_code (identity_id, code_hash)
         select e.identity_id, h from enrolled e, unnest($2::text[]) h returning 1`,
        [identityId, [...codeHashes]],
      ),
    deleteSecondFactor: (identityId: string): Promise<boolean> =>
      isAny(
        `with gone as (delete from platform.recovery_code where identity_id = $1)
         delete from platform.second_factor where identity_id = $1 returning 1`,
        [identityId],
      ),

    saveInvitation: async (
      workspaceId: string,
      userId: string,
      invitation: { readonly tokenHash: null; readonly createdAt: string; readonly expiresAt: string },
    ): Promise<void> => {
      await connections.rows(
        `insert into platform.invitation (workspace_id, user_id, created_at, expires_at) values ($1, $2, $3, $4)
         on conflict (workspace_id, user_id) do update set token_hash = null, created_at = excluded.created_at,
           expires_at = excluded.expires_at, sent_at = null, failure = null, accepted_at = null`,
        [workspaceId, userId, invitation.createdAt, invitation.expiresAt],
      );
    },
    setInvitationToken: (
      workspaceId: string,
      userId: string,
      token: { readonly tokenHash: string; readonly expiresAt: string },
    ): Promise<boolean> =>
      isAny(
        `update platform.invitation v set token_hash = $3, expires_at = $4
           from platform.membership m join platform.identity i on i.id = m.identity_id
          where v.workspace_id = $1 and v.user_id = $2 and ${INVITED} returning 1`,
        [workspaceId, userId, token.tokenHash, token.expiresAt],
      ),
    noteInvitationSent: async (
      workspaceId: string,
      userId: string,
      sentAt: string | null,
      failure: string | null,
    ): Promise<void> => {
      await connections.rows(
        'update platform.invitation set sent_at = $3, failure = $4 where workspace_id = $1 and user_id = $2',
        [workspaceId, userId, sentAt, failure],
      );
    },
    listInvitations: (workspaceId: string, userId?: string) =>
      connections.readRows<{
        readonly userId: string;
        readonly hasToken: boolean;
        readonly createdAt: string;
        readonly sentAt: string | null;
        readonly expiresAt: string;
        readonly failure: string | null;
      }>(
        `select v.user_id as "userId", v.token_hash is not null as "hasToken", v.created_at as "createdAt",
                v.sent_at as "sentAt", v.expires_at as "expiresAt", v.failure
           from platform.invitation v, platform.membership m join platform.identity i on i.id = m.identity_id
          where v.workspace_id = $1 and ($2::uuid is null or v.user_id = $2) and ${INVITED}`,
        [workspaceId, userId ?? null],
      ),
    deleteInvitation: (workspaceId: string, userId: string): Promise<boolean> =>
      isAny('delete from platform.invitation where workspace_id = $1 and user_id = $2 returning 1', [
        workspaceId,
        userId,
      ]),
    findInvited: async (tokenHash: string, now: string) => {
      const [row] = await connections.readRows<{
        readonly identityId: string;
        readonly userId: string;
        readonly email: string;
        readonly name: string;
        readonly workspace: string;
        readonly workspaceLabel: string;
      }>(
        `select i.id as "identityId", m.user_id as "userId", i.email, i.name, w.name as workspace,
                w.label as "workspaceLabel"
           from platform.invitation v, platform.membership m join platform.identity i on i.id = m.identity_id
           join platform.workspace w on w.id = m.workspace_id
          where v.token_hash = $1 and v.expires_at > $2 and ${INVITED}`,
        [tokenHash, now],
      );
      return row;
    },
    acceptInvitation: (tokenHash: string, passwordHash: string, now: string): Promise<boolean> =>
      isAny(
        `with invited as (
           select i.id from platform.invitation v, platform.membership m
             join platform.identity i on i.id = m.identity_id
            where v.token_hash = $1 and v.expires_at > $3 and ${INVITED}),
         done as (
           update platform.identity i set password_hash = $2 from invited n
            where i.id = n.id and i.password_hash is null returning i.id)
         update platform.invitation v set accepted_at = $3, token_hash = null
           from platform.membership m, done d
          where m.identity_id = d.id and v.workspace_id = m.workspace_id and v.user_id = m.user_id returning 1`,
        [tokenHash, passwordHash, now],
      ),

    saveReset: async (identityId: string, tokenHash: string, expiresAt: string): Promise<void> => {
      await connections.rows(
        `insert into platform.password_reset (identity_id, token_hash, expires_at) values ($1, $2, $3)
         on conflict (identity_id) do update set token_hash = excluded.token_hash, expires_at = excluded.expires_at`,
        [identityId, tokenHash, expiresAt],
      );
    },
    findReset: async (tokenHash: string, now: string) => {
      const [row] = await connections.readRows<{
        readonly identityId: string;
        readonly email: string;
        readonly name: string;
      }>(
        `select i.id as "identityId", i.email, i.name from platform.password_reset r
           join platform.identity i on i.id = r.identity_id
          where r.token_hash = $1 and r.expires_at > $2 and i.is_active`,
        [tokenHash, now],
      );
      return row;
    },
    spendReset: async (tokenHash: string, passwordHash: string, now: string): Promise<string | undefined> => {
      const [row] = await connections.rows<{ id: string }>(
        `with spent as (
           delete from platform.password_reset where token_hash = $1 and expires_at > $3 returning identity_id)
         update platform.identity i set password_hash = $2 from spent s
          where i.id = s.identity_id and i.is_active returning i.id`,
        [tokenHash, passwordHash, now],
      );
      return row?.id;
    },
  };
}
