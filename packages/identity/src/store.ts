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

/** How the owner of a session proved who they are. */
export type SessionMethod = 'password' | 'invitation' | 'set_up' | 'single_sign_on' | 'platform';

export interface StoredSession {
  readonly identityId: string;
  readonly workspace: string;
  readonly createdAt: string;
  readonly lastUsedAt: string;
  readonly expiresAt: string;
  readonly method: SessionMethod;
}

/** That a session sees the product as another user. */
export interface SessionView {
  readonly workspace: string;
  readonly userId: string;
  /** RFC 3339. */
  readonly endsAt: string;
}

export interface FoundSession extends StoredSession {
  readonly id: string;
  readonly view?: SessionView | null;
  /** Whether the person has a second factor now. */
  readonly hasSecondFactor: boolean;
}

export interface StoredSecondFactor {
  /** Sealed; null: none is in use. */
  readonly secret: string | null;
  /** Sealed; offered and not confirmed yet. */
  readonly pendingSecret: string | null;
  readonly enrolledAt: string | null;
  readonly recoveryCodesLeft: number;
}

export interface StoredInvitation {
  readonly userId: string;
  readonly hasToken: boolean;
  readonly createdAt: string;
  readonly sentAt: string | null;
  readonly expiresAt: string;
  readonly failure: string | null;
}

/** Somebody who follows the link of an invitation. */
export interface InvitedPerson {
  readonly identityId: string;
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly workspace: string;
  readonly workspaceLabel: string;
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

/** Second factors and recovery codes. All of it is about one identity. */
export interface SecondFactorStore {
  findSecondFactor(identityId: string): Promise<StoredSecondFactor | undefined>;
  offerSecondFactor(identityId: string, pendingSecret: string): Promise<void>;
  /** Takes the pending secret into use if it is still this one, with its first step and new recovery codes. */
  enrolSecondFactor(
    identityId: string,
    pendingSecret: string,
    enrolment: { readonly step: number; readonly at: string; readonly codeHashes: readonly string[] },
  ): Promise<boolean>;
  /** False: this step or a later one was taken before. Of two who try at once, one is told true. */
  takeStep(identityId: string, step: number): Promise<boolean>;
  /** Deletes it; false: there is none. */
  takeRecoveryCode(identityId: string, codeHash: string): Promise<boolean>;
  /** False: there is no second factor. */
  replaceRecoveryCodes(identityId: string, codeHashes: readonly string[]): Promise<boolean>;
  deleteSecondFactor(identityId: string): Promise<boolean>;
}

/** Invitations and resets of passwords. A token is known by its SHA-256. */
export interface LinkStore {
  /** Makes it, or begins it anew. */
  saveInvitation(
    workspaceId: string,
    userId: string,
    invitation: { readonly tokenHash: null; readonly createdAt: string; readonly expiresAt: string },
  ): Promise<void>;
  /** False: there is no open invitation. */
  setInvitationToken(
    workspaceId: string,
    userId: string,
    token: { readonly tokenHash: string; readonly expiresAt: string },
  ): Promise<boolean>;
  noteInvitationSent(
    workspaceId: string,
    userId: string,
    sentAt: string | null,
    failure: string | null,
  ): Promise<void>;
  /** Open ones, of people without a password. */
  listInvitations(workspaceId: string, userId?: string): Promise<readonly StoredInvitation[]>;
  deleteInvitation(workspaceId: string, userId: string): Promise<boolean>;
  /** Whom a token that is still good invites, if they have no password and may work there. */
  findInvited(tokenHash: string, now: string): Promise<InvitedPerson | undefined>;
  /** Sets the password and closes all invitations of the person, or does nothing. Only one of two who try succeeds. */
  acceptInvitation(tokenHash: string, passwordHash: string, now: string): Promise<boolean>;
  /** In place of an older one. */
  saveReset(identityId: string, tokenHash: string, expiresAt: string): Promise<void>;
  findReset(
    tokenHash: string,
    now: string,
  ): Promise<{ readonly identityId: string; readonly email: string; readonly name: string } | undefined>;
  /** Sets the password and deletes the token, or does nothing; resolves with whose it was. */
  spendReset(tokenHash: string, passwordHash: string, now: string): Promise<string | undefined>;
}

export interface CredentialStore extends SecondFactorStore, LinkStore {
  findByEmail(email: string): Promise<StoredIdentity | undefined>;
  updateIdentity(id: string, change: { readonly passwordHash?: string }): Promise<void>;
  /** Only while it is the one from before. */
  replacePasswordHash(id: string, before: string, after: string): Promise<void>;
  memberships(identityId: string): Promise<readonly Membership[]>;
  insertSession(
    session: StoredSession & {
      readonly tokenHash: string;
      readonly userAgent: string | null;
      readonly address: string | null;
    },
  ): Promise<void>;
  findSession(tokenHash: string): Promise<FoundSession | undefined>;
  touchSession(tokenHash: string, lastUsedAt: string, expiresAt: string): Promise<void>;
  /** Resolves with whose it was. */
  deleteSession(tokenHash: string): Promise<string | undefined>;
  deleteSessionById(identityId: string, id: string): Promise<boolean>;
  /** Resolves with how many there were. With `workspace`, those that were opened there. */
  deleteSessionsOf(identityId: string, exceptTokenHash?: string, workspace?: string): Promise<number>;
  /** With a new token; null: it sees the product as its owner again. False: there is no such session. */
  setSessionView(tokenHash: string, newTokenHash: string, view: SessionView | null): Promise<boolean>;
  /** False: there is no such session. */
  replaceSessionToken(tokenHash: string, newTokenHash: string): Promise<boolean>;
  /** Last used first. */
  listSessions(identityId: string): Promise<
    readonly (StoredSession & {
      readonly id: string;
      readonly tokenHash: string;
      readonly userAgent: string | null;
      readonly address: string | null;
    })[]
  >;
  /** Tells every process that what it remembers of the person is old. */
  announce(identityId: string): Promise<void>;
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
  /** Of every subject that begins so. */
  clearFailuresFrom(prefix: string): Promise<void>;
  /** The greatest number of failures of one subject that begins so. */
  countFailuresFrom(prefix: string, since: string): Promise<number>;
}
