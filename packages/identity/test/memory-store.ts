/** A store of credentials in memory, with a clock that tests turn: a fake of the database, not of our own rooms. */
import type {
  ApiKey,
  CredentialStore,
  FoundSession,
  LinkStore,
  Membership,
  SecondFactorStore,
  StoredIdentity,
} from '../src/store.ts';

/** Second factors and links are tried against the real database, in apps/server/test. */
const unused = async (): Promise<never> => {
  throw new Error('The fake store keeps no second factors and no links.');
};
const nobodyHas: SecondFactorStore & LinkStore = {
  findSecondFactor: async () => undefined,
  offerSecondFactor: unused,
  enrolSecondFactor: unused,
  takeStep: unused,
  takeRecoveryCode: unused,
  replaceRecoveryCodes: unused,
  deleteSecondFactor: unused,
  saveInvitation: unused,
  setInvitationToken: unused,
  noteInvitationSent: unused,
  listInvitations: unused,
  deleteInvitation: unused,
  findInvited: unused,
  acceptInvitation: unused,
  saveReset: unused,
  findReset: unused,
  spendReset: unused,
};

export function createMemoryStore() {
  const identities = new Map<string, StoredIdentity>();
  const memberships = new Map<string, Membership[]>();
  const sessions = new Map<string, FoundSession>();
  const keys = new Map<string, ApiKey & { workspace: string; tokenHash: string }>();
  let failures: { subject: string; at: string }[] = [];
  const calls = { findSession: 0, touchSession: 0 };

  const store: CredentialStore = {
    ...nobodyHas,
    findByEmail: async (email) => [...identities.values()].find((each) => each.email === email),
    async updateIdentity(id, change) {
      identities.set(id, { ...identities.get(id)!, ...change });
    },
    async replacePasswordHash(id, before, after) {
      const found = identities.get(id)!;
      if (found.passwordHash === before) identities.set(id, { ...found, passwordHash: after });
    },
    memberships: async (identityId) => memberships.get(identityId) ?? [],
    async insertSession({ tokenHash, userAgent: _agent, address: _address, ...session }) {
      sessions.set(tokenHash, { ...session, id: tokenHash, hasSecondFactor: false });
    },
    async findSession(tokenHash) {
      calls.findSession += 1;
      return sessions.get(tokenHash);
    },
    async touchSession(tokenHash, lastUsedAt, expiresAt) {
      calls.touchSession += 1;
      sessions.set(tokenHash, { ...sessions.get(tokenHash)!, lastUsedAt, expiresAt });
    },
    async deleteSession(tokenHash) {
      const identityId = sessions.get(tokenHash)?.identityId;
      sessions.delete(tokenHash);
      return identityId;
    },
    deleteSessionById: async (_identityId, id) => sessions.delete(id),
    async deleteSessionsOf(identityId, except, workspace) {
      const gone = [...sessions].filter(
        ([hash, session]) =>
          session.identityId === identityId &&
          hash !== except &&
          (workspace === undefined || session.workspace === workspace),
      );
      for (const [hash] of gone) sessions.delete(hash);
      return gone.length;
    },
    async replaceSessionToken(tokenHash, newTokenHash) {
      const session = sessions.get(tokenHash);
      if (!session) return false;
      sessions.delete(tokenHash);
      sessions.set(newTokenHash, session);
      return true;
    },
    async setSessionView(tokenHash, newTokenHash, view) {
      const session = sessions.get(tokenHash);
      if (!session) return false;
      sessions.delete(tokenHash);
      sessions.set(newTokenHash, { ...session, view });
      return true;
    },
    listSessions: async (identityId) =>
      [...sessions]
        .filter(([, session]) => session.identityId === identityId)
        .map(([tokenHash, session]) => ({ ...session, tokenHash, userAgent: null, address: null })),
    announce: async () => undefined,
    async deleteExpiredSessions(now) {
      const expired = [...sessions].filter(([, session]) => session.expiresAt <= now);
      for (const [hash] of expired) sessions.delete(hash);
      return expired.length;
    },
    async insertApiKey(key) {
      keys.set(key.id, key);
    },
    async findApiKey(tokenHash) {
      const key = [...keys.values()].find((each) => each.tokenHash === tokenHash);
      for (const [identityId, places] of memberships) {
        const membership = places.find(
          (each) => each.workspace === key?.workspace && each.userId === key.userId,
        );
        if (key && membership) return { ...key, identityId, membership };
      }
      return undefined;
    },
    async touchApiKey(id, lastUsedAt) {
      keys.set(id, { ...keys.get(id)!, lastUsedAt });
    },
    listApiKeys: async (workspace, userId) =>
      [...keys.values()].filter(
        (key) => key.workspace === workspace && (userId === undefined || key.userId === userId),
      ),
    deleteApiKey: async (_workspace, id) => keys.delete(id),
    deleteExpiredApiKeys: async (before) => {
      const dead = [...keys.values()].filter((key) => key.expiresAt < before);
      for (const { id } of dead) keys.delete(id);
      return dead.length;
    },
    countFailures: async (subject, since) =>
      failures.filter((each) => each.subject === subject && each.at >= since).length,
    async recordFailure(subject, at) {
      failures.push({ subject, at });
    },
    async clearFailuresFrom(prefix) {
      failures = failures.filter((each) => !each.subject.startsWith(prefix));
    },
    async countFailuresFrom(prefix, since) {
      const counts = new Map<string, number>();
      for (const { subject, at } of failures)
        if (subject.startsWith(prefix) && at >= since) counts.set(subject, (counts.get(subject) ?? 0) + 1);
      return Math.max(0, ...counts.values());
    },
    async clearFailures(subject) {
      failures = failures.filter((each) => each.subject !== subject);
    },
  };
  return { store, identities, memberships, sessions, calls };
}
