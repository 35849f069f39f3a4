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

/** What a key narrows its owner's rights to. A closed list: whatever is not granted here is not. */
export interface ApiKeyScope {
  /** `read`: nothing is changed by it. */
  readonly access: 'read' | 'write';
  /** API names of the only objects that exist for it; undefined: all that its owner has. */
  readonly objects: readonly string[] | undefined;
  /** Whether it reaches metadata, where its owner may customise. */
  readonly metadata: boolean;
  /** Whether it reaches people and teams, where its owner may manage users. */
  readonly users: boolean;
}

/** An API key as its owner sees it; times are ISO instants. */
export interface ApiKey {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  /** Its last four characters. */
  readonly ending: string;
  readonly scope: ApiKeyScope;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly lastUsedAt: string | null;
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
  insertApiKey(key: ApiKey & { readonly workspace: string; readonly tokenHash: string }): Promise<void>;
  /** The key with its owner's place in its workspace, active or not. */
  findApiKey(
    tokenHash: string,
  ): Promise<(ApiKey & { readonly identityId: string; readonly membership: Membership }) | undefined>;
  touchApiKey(id: string, lastUsedAt: string): Promise<void>;
  /** Newest first. */
  listApiKeys(workspace: string, userId?: string): Promise<readonly ApiKey[]>;
  deleteApiKey(workspace: string, id: string, userId?: string): Promise<boolean>;
  deleteExpiredApiKeys(before: string): Promise<number>;
  countFailures(subject: string, since: string): Promise<number>;
  recordFailure(subject: string, at: string): Promise<void>;
  clearFailures(subject: string): Promise<void>;
}
