/**
 * What the identity room needs kept for it. Storage's `IdentityStore` fits this shape by structure, so neither room
 * imports the other. Times are ISO instants; a session is known by the SHA-256 of its token and never by the token.
 */

export interface StoredIdentity {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string | null;
  readonly isActive: boolean;
}

/** One identity's place in one workspace. */
export interface Membership {
  readonly workspace: string;
  readonly workspaceLabel: string;
  /** Id of the user record in that workspace. */
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly isActive: boolean;
  readonly permissionSets: readonly string[];
}

export interface StoredSession {
  readonly identityId: string;
  readonly workspace: string;
  readonly createdAt: string;
  readonly lastUsedAt: string;
  readonly expiresAt: string;
}

export interface CredentialStore {
  findByEmail(email: string): Promise<StoredIdentity | undefined>;
  updateIdentity(id: string, change: { readonly passwordHash?: string }): Promise<void>;
  memberships(identityId: string): Promise<readonly Membership[]>;
  insertSession(
    session: StoredSession & {
      readonly tokenHash: string;
      readonly userAgent: string | null;
      readonly address: string | null;
    },
  ): Promise<void>;
  findSession(tokenHash: string): Promise<StoredSession | undefined>;
  touchSession(tokenHash: string, lastUsedAt: string, expiresAt: string): Promise<void>;
  deleteSession(tokenHash: string): Promise<void>;
  deleteSessionsOf(identityId: string, exceptTokenHash?: string): Promise<void>;
  deleteExpiredSessions(now: string): Promise<number>;
  countFailures(subject: string, since: string): Promise<number>;
  recordFailure(subject: string, at: string): Promise<void>;
  clearFailures(subject: string): Promise<void>;
}
