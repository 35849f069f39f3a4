/** Workspaces, and who comes in to them: identities, memberships, sessions, keys. */
import type { NewAuditEntry } from '../audit/audit.ts';
import type { CredentialRows } from '../credential-store.ts';
import type { SessionStore } from '../session-store.ts';
import type { Transaction, Workspace } from './snapshot.ts';

export interface WorkspaceStore {
  list(): Promise<readonly Workspace[]>;
  find(name: string): Promise<Workspace | undefined>;
  /** Makes the schema with its system tables. Throws `workspace_exists`. */
  create(input: {
    readonly name: string;
    readonly label: string;
    readonly timeZone: string;
    readonly locale: string;
    readonly currency: string;
    /** The first entry of its audit log. */
    readonly audit?: (workspace: Workspace) => NewAuditEntry;
  }): Promise<Workspace>;
}

/** Credentials and sessions, for the identity room, which defines what they mean. Times are ISO instants. */
export interface IdentityRow {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string | null;
  readonly isActive: boolean;
}

/** One identity's place in one workspace. */
export interface MembershipRow {
  readonly workspace: string;
  readonly workspaceLabel: string;
  /** Id of the user record (and principal) in that workspace. */
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly isActive: boolean;
  readonly permissionSets: readonly string[];
}

export interface SessionRow {
  readonly identityId: string;
  readonly workspace: string;
  readonly createdAt: string;
  readonly lastUsedAt: string;
  readonly expiresAt: string;
  readonly method: 'password' | 'invitation' | 'set_up' | 'single_sign_on' | 'platform';
}

/** An API key, without the key. */
export interface ApiKeyRow {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly ending: string;
  readonly scope: {
    readonly access: 'read' | 'write';
    readonly objects: readonly string[] | undefined;
    readonly metadata: boolean;
    readonly users: boolean;
  };
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly lastUsedAt: string | null;
}

/** API keys of users, each of one workspace. */
export interface ApiKeyStore {
  insertApiKey(key: ApiKeyRow & { readonly workspace: string; readonly tokenHash: string }): Promise<void>;
  /** With the owner behind it, active or not. */
  findApiKey(
    tokenHash: string,
  ): Promise<(ApiKeyRow & { readonly identityId: string; readonly membership: MembershipRow }) | undefined>;
  touchApiKey(id: string, lastUsedAt: string): Promise<void>;
  /** Newest first. */
  listApiKeys(workspace: string, userId?: string): Promise<readonly ApiKeyRow[]>;
  /** False: there was none. */
  deleteApiKey(workspace: string, id: string, userId?: string): Promise<boolean>;
  deleteExpiredApiKeys(before: string): Promise<number>;
}

export interface IdentityStore extends ApiKeyStore, SessionStore, CredentialRows {
  countIdentities(): Promise<number>;
  /**
   * Whether there is no identity yet. Whoever asks holds the answer until the transaction ends: others who ask wait,
   * in other processes too.
   */
  claimFirst(transaction: Transaction): Promise<boolean>;
  findByEmail(email: string): Promise<IdentityRow | undefined>;
  /** Throws `unique_violation` when the address is taken. */
  insertIdentity(identity: IdentityRow, transaction?: Transaction): Promise<void>;
  updateIdentity(
    id: string,
    change: { readonly passwordHash?: string; readonly name?: string; readonly isActive?: boolean },
    transaction?: Transaction,
  ): Promise<void>;
  /** Only while it is the one from before. */
  replacePasswordHash(id: string, before: string, after: string): Promise<void>;
  /**
   * How many active members of a workspace hold a permission set. Others who ask wait until the transaction ends, so
   * it is asked after a change that may leave nobody.
   */
  countMembersWith(workspace: Workspace, permissionSet: string, transaction: Transaction): Promise<number>;
  /** Gives the identity its user in a workspace: principal row and membership; the user record is written by the engine. */
  insertMembership(
    membership: {
      readonly workspace: Workspace;
      readonly identityId: string;
      readonly userId: string;
      readonly permissionSets: readonly string[];
    },
    transaction: Transaction,
  ): Promise<void>;
  updateMembership(
    workspace: Workspace,
    userId: string,
    change: { readonly permissionSets?: readonly string[]; readonly isActive?: boolean },
    transaction?: Transaction,
  ): Promise<void>;
  /** The identity behind a user of a workspace. */
  findIdentityOfUser(workspace: Workspace, userId: string): Promise<IdentityRow | undefined>;
  memberships(identityId: string): Promise<readonly MembershipRow[]>;
  /** Hears which people other processes, and this one, know something new of; undefined: some may have been missed. */
  onAnnouncement(callback: (identityId: string | undefined) => void): Promise<() => Promise<void>>;
  /** Everybody in a workspace, in the order in which they came, under their names in it. */
  members(workspace: Workspace): Promise<readonly MembershipRow[]>;
}
