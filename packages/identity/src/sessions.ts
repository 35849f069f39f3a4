/**
 * Sessions: opened after somebody proved who they are, found again by their token, listed and ended.
 *
 * A token is 256 random bits that only the browser has; the store knows its SHA-256. A session ends when it is not
 * used for the idle time, at the latest after its absolute time, and at once when it is ended. What a token resolves
 * to is remembered for ten seconds, and forgotten as soon as any process says that something about the person has
 * changed; a process whose connection to the database has just broken may learn of it ten seconds late.
 */
import { hash, randomBytes } from 'node:crypto';
import { IdentityError } from './errors.ts';
import type { CredentialStore, Membership, SessionMethod, SessionView } from './store.ts';

/** A session as resolved: the person, and the workspaces they may work in now. */
export interface Session {
  readonly id: string;
  readonly tokenHash: string;
  readonly identityId: string;
  /** The workspace that they signed in to. */
  readonly workspace: string;
  /** Active ones only. */
  readonly memberships: readonly Membership[];
  /** RFC 3339. */
  readonly createdAt: string;
  readonly method: SessionMethod;
  /** Whether the person has a second factor now. */
  readonly hasSecondFactor: boolean;
  /** As whom they see the product, where it is not as themselves. It may have ended. */
  readonly view?: SessionView | undefined;
}

/** A session as its owner sees it in a list. */
export interface ListedSession {
  readonly id: string;
  readonly tokenHash: string;
  readonly workspace: string;
  readonly createdAt: string;
  /** To the minute. */
  readonly lastUsedAt: string;
  readonly expiresAt: string;
  readonly method: SessionMethod;
  readonly userAgent: string | null;
  readonly address: string | null;
}

export interface SessionRequest {
  readonly identityId: string;
  /** Where to work; another one is taken when the person does not belong to it. */
  readonly workspace?: string | undefined;
  readonly address: string;
  readonly userAgent?: string | undefined;
  /** `password` unless given. */
  readonly method?: SessionMethod;
}

export interface SignedIn {
  /** For the browser's cookie alone; it can't be read back. */
  readonly token: string;
  readonly identityId: string;
  readonly membership: Membership;
}

export interface SessionOptions {
  readonly store: CredentialStore;
  readonly idleMilliseconds: number;
  readonly absoluteMilliseconds: number;
  readonly now: () => number;
}

const CACHE_MILLISECONDS = 10_000;
const CACHE_ENTRIES = 10_000;
/** So long after signing in nobody is asked for the password again. */
const FRESH_MILLISECONDS = 10 * 60 * 1000;
/** `lastUsedAt` moves at most this often: reading records must not write. */
const TOUCH_MILLISECONDS = 60_000;

export function createSessions({
  store,
  idleMilliseconds: idle,
  absoluteMilliseconds: absolute,
  now,
}: SessionOptions) {
  const cache = new Map<string, { readonly session: Session; readonly until: number }>();
  /** When something was said of a person or a session of late: what was read before it is not kept. */
  const forgottenAt = new Map<string, number>();
  /** When nobody can say what was missed. */
  let allForgottenAt = Number.NEGATIVE_INFINITY;

  /**
   * Opens a session for someone who has just proved who they are: by a password and a code, by a link, by single
   * sign-on. It always has a new token: one that was there before sign-in is worth nothing.
   *
   * @throws IdentityError `no_workspace`.
   */
  async function openSession(request: SessionRequest): Promise<SignedIn> {
    const memberships = await activeMemberships(request.identityId);
    const membership =
      memberships.find((each) => each.workspace === request.workspace) ??
      memberships.find((each) => each.workspace === 'main') ??
      memberships[0];
    if (!membership)
      throw new IdentityError('no_workspace', 'This account belongs to no workspace any more.');
    const token = newToken();
    const at = now();
    await store.insertSession({
      identityId: request.identityId,
      workspace: membership.workspace,
      tokenHash: hashToken(token),
      createdAt: new Date(at).toISOString(),
      lastUsedAt: new Date(at).toISOString(),
      expiresAt: new Date(at + Math.min(idle, absolute)).toISOString(),
      method: request.method ?? 'password',
      userAgent: request.userAgent?.slice(0, 500) ?? null,
      address: request.address,
    });
    return { token, identityId: request.identityId, membership };
  }

  /** The session of a token, or undefined when there is none (any more). Answered from memory for ten seconds. */
  function findSession(
    token: string,
    /** False: it is only looked at, which does not keep it from going idle. */
    { isUse }: { readonly isUse: boolean } = { isUse: true },
  ): Session | undefined | Promise<Session | undefined> {
    if (token.length !== 43) return undefined;
    const tokenHash = knownHash(token);
    const cached = cache.get(tokenHash);
    if (cached && cached.until > now()) return cached.session;
    return loadSession(tokenHash, isUse);
  }

  async function loadSession(tokenHash: string, isUse: boolean): Promise<Session | undefined> {
    cache.delete(tokenHash);
    const startedAt = now();
    const row = await store.findSession(tokenHash);
    const at = now();
    if (!row) return undefined;
    const end = Date.parse(row.createdAt) + absolute;
    const expiresAt = Math.min(Date.parse(row.expiresAt), end);
    if (expiresAt <= at) {
      await store.deleteSession(tokenHash);
      return undefined;
    }
    if (isUse && at - Date.parse(row.lastUsedAt) >= TOUCH_MILLISECONDS) {
      const until = new Date(Math.min(at + idle, end)).toISOString();
      await store.touchSession(tokenHash, new Date(at).toISOString(), until);
    }
    const memberships = await activeMemberships(row.identityId);
    const { id, identityId, workspace, createdAt, method, hasSecondFactor, view } = row;
    const session: Session = {
      id,
      tokenHash,
      identityId,
      workspace,
      memberships,
      createdAt,
      method,
      hasSecondFactor,
      view: view ?? undefined,
    };
    // A sign-out while the store was asked must win: what was read before it is answered once and not kept.
    if (startedAt > lastForgotten(tokenHash, row.identityId)) {
      if (cache.size >= CACHE_ENTRIES) cache.delete(cache.keys().next().value!);
      cache.set(tokenHash, { session, until: Math.min(startedAt + CACHE_MILLISECONDS, expiresAt) });
    }
    return session;
  }

  function lastForgotten(...keys: readonly string[]): number {
    return Math.max(allForgottenAt, ...keys.map((key) => forgottenAt.get(key) ?? Number.NEGATIVE_INFINITY));
  }
  function rememberForgotten(key: string): void {
    const old = now() - CACHE_MILLISECONDS;
    for (const [each, at] of forgottenAt) if (at < old) forgottenAt.delete(each);
    forgottenAt.set(key, now());
  }

  /** Forgets what this process remembers of a person, or of everybody. */
  function forget(identityId: string | undefined): void {
    if (identityId === undefined) {
      allForgottenAt = now();
      cache.clear();
      return;
    }
    rememberForgotten(identityId);
    for (const [tokenHash, { session }] of cache)
      if (session.identityId === identityId) cache.delete(tokenHash);
  }

  /** Forgets it here, and has every other process forget it. */
  async function forgetEverywhere(identityId: string): Promise<void> {
    forget(identityId);
    await store.announce(identityId);
  }

  async function activeMemberships(identityId: string): Promise<readonly Membership[]> {
    return (await store.memberships(identityId)).filter((each) => each.isActive);
  }

  /** Ends the session of a token, and says whose it was; quietly when there is none. */
  async function signOut(token: string): Promise<string | undefined> {
    const tokenHash = hashToken(token);
    const identityId = await store.deleteSession(tokenHash);
    rememberForgotten(tokenHash);
    cache.delete(tokenHash);
    if (identityId !== undefined) await forgetEverywhere(identityId);
    return identityId;
  }

  /** Ends one session of a person by its id; false: they have none with it. */
  async function endSession(identityId: string, id: string): Promise<boolean> {
    const isDone = await store.deleteSessionById(identityId, id);
    if (isDone) await forgetEverywhere(identityId);
    return isDone;
  }

  /**
   * Ends all sessions of a person, as after a change of password; the given one may stay. With `workspace`, those that
   * were opened there. Says how many.
   */
  async function signOutEverywhere(
    identityId: string,
    except?: Pick<Session, 'tokenHash'>,
    workspace?: string,
  ): Promise<number> {
    const count = await store.deleteSessionsOf(identityId, except?.tokenHash, workspace);
    await forgetEverywhere(identityId);
    return count;
  }

  /**
   * Ends all sessions of a person and gives the present one a new token, with its age kept: after their password or
   * second factor has changed, nothing that somebody else may have copied is worth anything.
   */
  async function renewSession(session: Session): Promise<string> {
    const token = newToken();
    const isDone = await store.replaceSessionToken(session.tokenHash, hashToken(token));
    if (!isDone) throw new IdentityError('invalid_credentials', 'Your session has ended. Sign in again.');
    await signOutEverywhere(session.identityId, { tokenHash: hashToken(token) });
    return token;
  }

  /**
   * Has the session see the product as somebody else from now on. It gets a new token: no process can take it for the
   * one that it was.
   */
  const startView = (session: Session, view: SessionView) => changeView(session, view);

  /** Has the session see the product as its owner again, with a new token. */
  const endView = (session: Session) => changeView(session, null);

  async function changeView({ tokenHash, identityId }: Session, view: SessionView | null): Promise<string> {
    const token = newToken();
    const isDone = await store.setSessionView(tokenHash, hashToken(token), view);
    if (!isDone) throw new IdentityError('invalid_credentials', 'Your session has ended. Sign in again.');
    await forgetEverywhere(identityId);
    return token;
  }

  /** Newest use first; expired ones are left out. With `workspace`, those that were opened there. */
  async function listSessions(identityId: string, workspace?: string): Promise<readonly ListedSession[]> {
    const at = new Date(now()).toISOString();
    const rows = await store.listSessions(identityId);
    return rows.filter(
      (each) =>
        each.expiresAt > at &&
        Date.parse(each.createdAt) + absolute > now() &&
        (workspace === undefined || each.workspace === workspace),
    );
  }

  return {
    absoluteSeconds: absolute / 1000,
    openSession,
    findSession,
    signOut,
    endSession,
    signOutEverywhere,
    renewSession,
    startView,
    endView,
    listSessions,
    /** Whether its owner signed in minutes ago. */
    isFresh: ({ createdAt }: Session) => now() - Date.parse(createdAt) <= FRESH_MILLISECONDS,
    /** Makes the next request of a person, in every process, read their memberships anew. */
    refresh: forgetEverywhere,
    forget,
  };
}

/** 256 random bits, for an address or a cookie. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

export function hashToken(token: string): string {
  return hash('sha256', token, 'hex');
}

const MAX_HASHES = 2_000;
const hashes = new Map<string, string>();

/** As `hashToken`, for tokens that come with every request. */
function knownHash(token: string): string {
  let known = hashes.get(token);
  if (known === undefined) {
    known = hashToken(token);
    if (hashes.size >= MAX_HASHES) hashes.clear();
    hashes.set(token, known);
  }
  return known;
}
