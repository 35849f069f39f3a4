/**
 * Who is calling: signs people in, and turns a session's token back into the person. What they may do with records
 * is not asked here.
 *
 * A token is 256 random bits that only the browser has; the store knows its SHA-256. A session ends when it is not
 * used for the idle time, at the latest after its absolute time, and at once when it is signed out. What a token
 * resolves to is remembered for ten seconds: so long another node may take to notice a sign-out.
 */
import { hash, randomBytes } from 'node:crypto';
import { setTimeout as sleepFor } from 'node:timers/promises';
import { createApiKeys } from './api-keys.ts';
import { IdentityError } from './errors.ts';
import { hashPassword, needsRehash, verifyPassword } from './password.ts';
import type { CredentialStore, Membership, StoredIdentity } from './store.ts';
import { createThrottle, DEFAULT_THROTTLE, type ThrottleRules } from './throttle.ts';

export interface IdentityOptions {
  readonly store: CredentialStore;
  readonly idleSeconds?: number;
  readonly absoluteSeconds?: number;
  readonly throttle?: ThrottleRules;
  /** Whether passwords of an address (in lower case) are taken at all; all are unless given. */
  readonly takesPassword?: (email: string) => boolean;
  /** For tests. */
  readonly now?: () => number;
  readonly sleep?: (milliseconds: number) => Promise<unknown>;
}

/** A session as resolved: the person, and the workspaces they may work in now. */
export interface Session {
  readonly tokenHash: string;
  readonly identityId: string;
  /** The workspace that they signed in to. */
  readonly workspace: string;
  /** Active ones only. */
  readonly memberships: readonly Membership[];
}

export interface PasswordRequest {
  readonly email: string;
  readonly password: string;
  readonly address: string;
}

export interface SignInRequest extends PasswordRequest {
  /** Where to work; another one is taken when the person does not belong to it. */
  readonly workspace?: string | undefined;
  readonly userAgent?: string | undefined;
}

export interface SignedIn {
  /** For the browser's cookie alone; it can't be read back. */
  readonly token: string;
  readonly identityId: string;
  readonly membership: Membership;
}

export type Identity = ReturnType<typeof createIdentity>;

const CACHE_MILLISECONDS = 10_000;
const CACHE_ENTRIES = 10_000;
/** `lastUsedAt` moves at most this often: reading records must not write. */
const TOUCH_MILLISECONDS = 60_000;
const DAY = 24 * 60 * 60;
/** RFC 5321 allows no longer addresses. */
const EMAIL_LENGTH = 254;

/** Makes the identity room over a store. */
export function createIdentity(options: IdentityOptions) {
  const { store } = options;
  const now = options.now ?? Date.now;
  const sleep = options.sleep ?? sleepFor;
  const { takesPassword = () => true } = options;
  const idle = (options.idleSeconds ?? 7 * DAY) * 1000;
  const absolute = (options.absoluteSeconds ?? 30 * DAY) * 1000;
  const throttle = createThrottle(store, options.throttle ?? DEFAULT_THROTTLE, now);
  const apiKeys = createApiKeys(store, now);
  const cache = new Map<string, { readonly session: Session; readonly until: number }>();

  /** Deletes what the condition picks from the cache of resolved sessions. */
  function forget(condition: (session: Session) => boolean): void {
    for (const [tokenHash, { session }] of cache) if (condition(session)) cache.delete(tokenHash);
  }

  /**
   * Checks e-mail and password and opens a session.
   *
   * @throws IdentityError with any of its codes; `invalid_credentials` takes the same time whatever was wrong.
   */
  function signIn(request: SignInRequest): Promise<SignedIn> {
    return withPassword(request, ({ id }) => openSession({ ...request, identityId: id }));
  }

  /**
   * Asks somebody who is signed in for their password once more, under the same throttle: a session that was taken
   * over must not be a way to guess it.
   *
   * @throws IdentityError `invalid_credentials`, `too_many_attempts`.
   */
  async function confirmPassword(request: PasswordRequest): Promise<void> {
    await withPassword(request, async () => undefined);
  }

  async function withPassword<T>(
    request: PasswordRequest,
    work: (identity: StoredIdentity) => Promise<T>,
  ): Promise<T> {
    const email = soughtEmail(request.email);
    const admission = await throttle.admit({ email, address: request.address });
    if (!admission.isAdmitted) {
      throw new IdentityError(
        'too_many_attempts',
        'There were too many failed sign-ins. Wait a while before you try again.',
        admission.retryAfterSeconds,
      );
    }
    let outcome: 'success' | 'failure' | 'undecided' = 'undecided';
    try {
      if (admission.pauseMilliseconds > 0) await sleep(admission.pauseMilliseconds);
      const found = await store.findByEmail(email);
      // Asked last, so that the time taken does not tell whose passwords are taken.
      const isRight = (await verifyPassword(request.password, found?.passwordHash)) && takesPassword(email);
      outcome = found?.isActive && isRight ? 'success' : 'failure';
      if (outcome === 'failure')
        throw new IdentityError('invalid_credentials', 'E-mail or password is wrong.');
      if (needsRehash(found!.passwordHash!)) {
        await store.updateIdentity(found!.id, { passwordHash: await hashPassword(request.password) });
      }
      return await work(found!);
    } finally {
      await admission.finish(outcome);
    }
  }

  /**
   * Opens a session without a password: for someone who has just proved who they are in another way (the first
   * administrator, single sign-on).
   *
   * @throws IdentityError `no_workspace`.
   */
  async function openSession(request: {
    readonly identityId: string;
    readonly workspace?: string | undefined;
    readonly address: string;
    readonly userAgent?: string | undefined;
  }): Promise<SignedIn> {
    const memberships = await activeMemberships(request.identityId);
    const membership =
      memberships.find((each) => each.workspace === request.workspace) ??
      memberships.find((each) => each.workspace === 'main') ??
      memberships[0];
    if (!membership)
      throw new IdentityError('no_workspace', 'This account belongs to no workspace any more.');
    const token = randomBytes(32).toString('base64url');
    const at = now();
    await store.insertSession({
      identityId: request.identityId,
      workspace: membership.workspace,
      tokenHash: hashToken(token),
      createdAt: new Date(at).toISOString(),
      lastUsedAt: new Date(at).toISOString(),
      expiresAt: new Date(at + Math.min(idle, absolute)).toISOString(),
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
    const tokenHash = hashToken(token);
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
    const session: Session = { tokenHash, identityId: row.identityId, workspace: row.workspace, memberships };
    // A sign-out while the store was asked must win: what was read before it is answered once and not kept.
    if (startedAt > lastForgotten(tokenHash, row.identityId)) {
      if (cache.size >= CACHE_ENTRIES) cache.delete(cache.keys().next().value!);
      cache.set(tokenHash, { session, until: Math.min(startedAt + CACHE_MILLISECONDS, expiresAt) });
    }
    return session;
  }

  const forgottenAt = new Map<string, number>();
  function lastForgotten(...keys: readonly string[]): number {
    return Math.max(...keys.map((key) => forgottenAt.get(key) ?? Number.NEGATIVE_INFINITY));
  }
  function rememberForgotten(key: string): void {
    const old = now() - CACHE_MILLISECONDS;
    for (const [each, at] of forgottenAt) if (at < old) forgottenAt.delete(each);
    forgottenAt.set(key, now());
  }

  async function activeMemberships(identityId: string): Promise<readonly Membership[]> {
    return (await store.memberships(identityId)).filter((each) => each.isActive);
  }

  /** Ends the session of a token; quietly when there is none. */
  async function signOut(token: string): Promise<void> {
    const tokenHash = hashToken(token);
    await store.deleteSession(tokenHash);
    rememberForgotten(tokenHash);
    cache.delete(tokenHash);
  }

  /** Ends all sessions of a person, as after a change of password; the given one may stay. */
  async function signOutEverywhere(identityId: string, except?: Session): Promise<void> {
    await store.deleteSessionsOf(identityId, except?.tokenHash);
    rememberForgotten(identityId);
    forget((session) => session.identityId === identityId && session.tokenHash !== except?.tokenHash);
  }

  /** Makes the next request of a person read their memberships anew: after their rights have changed. */
  function refresh(identityId: string): void {
    rememberForgotten(identityId);
    forget((session) => session.identityId === identityId);
  }

  /** Deletes expired sessions and long dead keys; to be called now and then. */
  async function sweep(): Promise<number> {
    const sessions = await store.deleteExpiredSessions(new Date(now()).toISOString());
    return sessions + (await apiKeys.sweepApiKeys());
  }

  return {
    absoluteSeconds: absolute / 1000,
    signIn,
    confirmPassword,
    openSession,
    findSession,
    signOut,
    signOutEverywhere,
    refresh,
    sweep,
    ...apiKeys,
  };
}

/** Addresses are compared without regard to case; people type them with capitals and blanks. */
export function normaliseEmail(email: string): string {
  return email.trim().normalize('NFC').toLowerCase();
}

/** As somebody may send it: what no address can be is cut to something that the store can look for and count. */
function soughtEmail(email: string): string {
  return normaliseEmail(email.slice(0, 4 * EMAIL_LENGTH).replaceAll('\0', ' ')).slice(0, EMAIL_LENGTH);
}

function hashToken(token: string): string {
  return hash('sha256', token, 'hex');
}
