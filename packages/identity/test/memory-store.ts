/** A store of credentials in memory, with a clock that tests turn: a fake of the database, not of our own rooms. */
import type { ApiKey, CredentialStore, Membership, StoredIdentity, StoredSession } from '../src/store.ts';

export function createMemoryStore() {
  const identities = new Map<string, StoredIdentity>();
  const memberships = new Map<string, Membership[]>();
  const sessions = new Map<string, StoredSession>();
  const keys = new Map<string, ApiKey & { workspace: string; tokenHash: string }>();
  let failures: { subject: string; at: string }[] = [];
  const calls = { findSession: 0, touchSession: 0 };

  const store: CredentialStore = {
    findByEmail: async (email) => [...identities.values()].find((each) => each.email === email),
    async updateIdentity(id, change) {
      identities.set(id, { ...identities.get(id)!, ...change });
    },
    memberships: async (identityId) => memberships.get(identityId) ?? [],
    async insertSession({ tokenHash, userAgent: _agent, address: _address, ...session }) {
      sessions.set(tokenHash, session);
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
      sessions.delete(tokenHash);
    },
    async deleteSessionsOf(identityId, except) {
      for (const [hash, session] of sessions) {
        if (session.identityId === identityId && hash !== except) sessions.delete(hash);
      }
    },
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
    async clearFailures(subject) {
      failures = failures.filter((each) => each.subject !== subject);
    },
  };
  return { store, identities, memberships, sessions, calls };
}
