/**
 * Who is calling: signs people in by password and second factor, and puts the parts of the room together. What they
 * may do with records is not asked here.
 */
import { setTimeout as sleepFor } from 'node:timers/promises';
import { createApiKeys } from './api-keys.ts';
import { IdentityError } from './errors.ts';
import { createLinks } from './links.ts';
import { hashPassword, needsRehash, verifyPassword } from './password.ts';
import { createSecondFactor, type SecretSeal } from './second-factor.ts';
import { createSessions, type SignedIn } from './sessions.ts';
import type { CredentialStore, StoredIdentity } from './store.ts';
import { createThrottle, DEFAULT_THROTTLE, type ThrottleRules } from './throttle.ts';

export interface IdentityOptions {
  readonly store: CredentialStore;
  readonly idleSeconds?: number;
  readonly absoluteSeconds?: number;
  readonly throttle?: ThrottleRules;
  /** Whether passwords of an address (in lower case) are taken at all; all are unless given. */
  readonly takesPassword?: (email: string) => boolean;
  /** Seals the secrets of second factors; without it nobody can have one. */
  readonly secrets?: SecretSeal | undefined;
  /** What authenticator apps show beside the address; `Trellis` unless given. */
  readonly issuer?: string;
  /** For tests. */
  readonly now?: () => number;
  readonly sleep?: (milliseconds: number) => Promise<unknown>;
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
  /** The code of the second factor, or a recovery code; asked for after the password. */
  readonly otp?: string | undefined;
}

/** Somebody who has signed in, and by which second factor. */
export interface SignedInByPassword extends SignedIn {
  readonly secondFactor: 'none' | 'code' | 'recovery_code';
}

export type Identity = ReturnType<typeof createIdentity>;

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
  const { forget, ...sessions } = createSessions({
    store,
    idleMilliseconds: idle,
    absoluteMilliseconds: absolute,
    now,
  });
  const { secrets, issuer = 'Trellis' } = options;
  const secondFactor = createSecondFactor({ store, secrets, issuer, now });

  /**
   * Checks e-mail, password and second factor and opens a session.
   *
   * @throws IdentityError `invalid_credentials`, after the same time whatever was wrong; then `otp_required`,
   * `invalid_otp`, `no_workspace`; and before all of them `too_many_attempts`.
   */
  function signIn(request: SignInRequest): Promise<SignedInByPassword> {
    return withPassword(request, async ({ id }) => {
      const by = await secondFactor.check(id, request.otp);
      return { ...(await sessions.openSession({ ...request, identityId: id })), secondFactor: by };
    });
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
      if (!found?.isActive || !isRight) {
        outcome = 'failure';
        throw new IdentityError('invalid_credentials', 'E-mail or password is wrong.');
      }
      const { id, passwordHash } = found;
      if (needsRehash(passwordHash!)) {
        // Unless the password was changed meanwhile.
        await store.replacePasswordHash(id, passwordHash!, await hashPassword(request.password));
      }
      const result = await work(found);
      outcome = 'success';
      return result;
    } catch (error) {
      if (error instanceof IdentityError && error.code === 'invalid_otp') outcome = 'failure';
      throw error;
    } finally {
      await admission.finish(outcome);
    }
  }

  /** Deletes expired sessions and long dead keys; to be called now and then. */
  async function sweep(): Promise<number> {
    const ended = await store.deleteExpiredSessions(new Date(now()).toISOString());
    return ended + (await apiKeys.sweepApiKeys());
  }

  /**
   * Gives a person a new password. Their sessions are the caller's to end, and mistyped ones are forgotten.
   *
   * @param password checked already.
   */
  async function setPassword(person: { readonly id: string; readonly email: string }, password: string) {
    await store.updateIdentity(person.id, { passwordHash: await hashPassword(password) });
    await throttle.unlock(normaliseEmail(person.email));
  }

  return {
    signIn,
    confirmPassword,
    setPassword,
    ...sessions,
    secondFactor,
    links: createLinks({ store, now }),
    /** Hears what other processes say of people; undefined: it may have missed something. */
    forget,
    /** Whether so many sign-ins of the account have failed that some or all more are refused for now. */
    isLocked: (email: string) => throttle.isLocked(normaliseEmail(email)),
    /** Forgets failed sign-ins and wrong codes of a person. */
    async unlock(person: { readonly id: string; readonly email: string }): Promise<void> {
      await throttle.unlock(normaliseEmail(person.email));
      await secondFactor.unlock(person.id);
    },
    sweep,
    ...apiKeys,
  };
}

/** Addresses are compared without regard to case; people type them with capitals and blanks. */
export function normaliseEmail(email: string): string {
  return email.trim().normalize('NFC').toLowerCase();
}

/** As somebody may send it: what no address can be is cut to something that the store can look for and count. */
export function soughtEmail(email: string): string {
  return normaliseEmail(email.slice(0, 4 * EMAIL_LENGTH).replaceAll('\0', ' ')).slice(0, EMAIL_LENGTH);
}
