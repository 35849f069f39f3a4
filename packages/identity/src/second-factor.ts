/**
 * The second factor: codes from an authenticator app, and ten recovery codes for the day on which the phone is gone.
 * The shared secret is sealed at rest; recovery codes are kept as hashes. Every code counts once: a time step that
 * was taken is not taken again, and a recovery code is deleted by its use.
 */
import { hash, randomBytes } from 'node:crypto';
import { IdentityError } from './errors.ts';
import type { CredentialStore } from './store.ts';
import { otpauthAddress, stepOfCode, toBase32 } from './totp.ts';

const SECRET_BYTES = 20;
const RECOVERY_CODES = 10;
/** 80 bits each: a hash without salt keeps them. */
const RECOVERY_BYTES = 10;
/** Wrong codes of one person in a quarter of an hour after which no more are taken, wherever they come from. */
const MAX_FAILURES = 10;
const WINDOW_SECONDS = 15 * 60;

/** Seals what is kept, bound to its place. The engine's secret box fits by structure. */
export interface SecretSeal {
  seal(text: string, place: string): string;
  open(sealed: string, place: string): string;
}

export interface SecondFactorState {
  /** RFC 3339; null: there is none. */
  readonly enrolledAt: string | null;
  readonly recoveryCodesLeft: number;
}

export interface SecondFactorOptions {
  readonly store: CredentialStore;
  /** Undefined: there is no key to seal with, and nobody can enrol. */
  readonly secrets: SecretSeal | undefined;
  readonly issuer: string;
  readonly now: () => number;
}

export type SecondFactor = ReturnType<typeof createSecondFactor>;

/** What a sealed secret is bound to. */
export function placeOfSecondFactor(identityId: string): string {
  return `identity/${identityId}/second_factor`;
}

export function createSecondFactor({ store, secrets, issuer, now }: SecondFactorOptions) {
  const place = placeOfSecondFactor;
  /** Undefined: the key that sealed it is not among the keys. */
  const openOrNone = (sealed: string, identityId: string): Buffer | undefined => {
    try {
      return Buffer.from(requireSeal(secrets).open(sealed, place(identityId)), 'base64');
    } catch {
      return undefined;
    }
  };

  /**
   * Offers a new secret, which counts once a code from it has come back. One that is in use stays so until then.
   *
   * @throws IdentityError `no_secret_key`.
   */
  async function offer(identityId: string, account: string) {
    const seal = requireSeal(secrets);
    const secret = randomBytes(SECRET_BYTES);
    await store.offerSecondFactor(identityId, seal.seal(secret.toString('base64'), place(identityId)));
    return { secret: toBase32(secret), address: otpauthAddress(issuer, account, secret) };
  }

  /**
   * Takes the offered secret into use, and gives the recovery codes, this once.
   *
   * @throws IdentityError `invalid_otp`, also when nothing was offered; `too_many_attempts`.
   */
  async function enrol(identityId: string, code: string): Promise<readonly string[]> {
    await admit(identityId);
    const sealed = (await store.findSecondFactor(identityId))?.pendingSecret;
    const secret = sealed ? openOrNone(sealed, identityId) : undefined;
    if (sealed && !secret) throw keyIsGone();
    const step = secret && stepOfCode(secret, plain(code), now());
    if (!sealed || step === undefined) return refuse(identityId);
    const codes = makeRecoveryCodes();
    const isDone = await store.enrolSecondFactor(identityId, sealed, {
      step,
      at: new Date(now()).toISOString(),
      codeHashes: codes.map(hashCode),
    });
    return isDone ? codes : refuse(identityId);
  }

  /**
   * Passes for somebody without a second factor, and for a code that is right and was never used.
   *
   * @throws IdentityError `otp_required` without a code; `invalid_otp`; `too_many_attempts`; `no_secret_key` where the
   * key is gone, and it is no recovery code either.
   */
  async function check(
    identityId: string,
    code: string | undefined,
  ): Promise<'none' | 'code' | 'recovery_code'> {
    const sealed = (await store.findSecondFactor(identityId))?.secret;
    if (!sealed) return 'none';
    const given = plain(code ?? '');
    if (given === '') throw new IdentityError('otp_required', 'Give the code of your authenticator app.');
    await admit(identityId);
    const secret = openOrNone(sealed, identityId);
    const step = secret && stepOfCode(secret, given, now());
    if (step !== undefined) {
      return (await store.takeStep(identityId, step)) ? 'code' : refuse(identityId);
    }
    if (await store.takeRecoveryCode(identityId, hashCode(given))) return 'recovery_code';
    if (secret) return refuse(identityId);
    // It may have been a guess at a recovery code.
    await recordFailure(identityId);
    throw keyIsGone();
  }

  /** New recovery codes in place of the old ones; undefined without a second factor. */
  async function renewRecoveryCodes(identityId: string): Promise<readonly string[] | undefined> {
    const codes = makeRecoveryCodes();
    return (await store.replaceRecoveryCodes(identityId, codes.map(hashCode))) ? codes : undefined;
  }

  async function state(identityId: string): Promise<SecondFactorState> {
    const found = await store.findSecondFactor(identityId);
    return { enrolledAt: found?.enrolledAt ?? null, recoveryCodesLeft: found?.recoveryCodesLeft ?? 0 };
  }

  const failuresOf = (identityId: string) => `second factor of ${identityId}`;

  async function admit(identityId: string): Promise<void> {
    const since = new Date(now() - WINDOW_SECONDS * 1000).toISOString();
    if ((await store.countFailures(failuresOf(identityId), since)) < MAX_FAILURES) return;
    const message = 'There were too many wrong codes. Wait a while before you try again.';
    throw new IdentityError('too_many_attempts', message, WINDOW_SECONDS);
  }

  const recordFailure = (identityId: string) =>
    store.recordFailure(failuresOf(identityId), new Date(now()).toISOString());

  async function refuse(identityId: string): Promise<never> {
    await recordFailure(identityId);
    throw new IdentityError('invalid_otp', 'This code is wrong, too old, or was used already.');
  }

  return {
    offer,
    enrol,
    check,
    renewRecoveryCodes,
    state,
    /** Takes the second factor and its recovery codes away. */
    remove: (identityId: string) => store.deleteSecondFactor(identityId),
    /** Forgets wrong codes, so that the person may try again. */
    unlock: (identityId: string) => store.clearFailures(failuresOf(identityId)),
    isAvailable: secrets !== undefined,
  };
}

function requireSeal(secrets: SecretSeal | undefined): SecretSeal {
  if (secrets) return secrets;
  throw new IdentityError(
    'no_secret_key',
    'This installation has no key to keep second factors with: its operator sets TRELLIS_SECRET_KEY.',
  );
}

function keyIsGone(): IdentityError {
  return new IdentityError(
    'no_secret_key',
    'The key that your second factor was kept with is gone. Use a recovery code, or ask an administrator to take it away.',
  );
}

/** As people type codes: with blanks, dashes and capitals or not. */
function plain(code: string): string {
  return code.slice(0, 100).replace(/[\s-]/g, '').toUpperCase();
}

function makeRecoveryCodes(): readonly string[] {
  return Array.from({ length: RECOVERY_CODES }, () =>
    toBase32(randomBytes(RECOVERY_BYTES))
      .toLowerCase()
      .replace(/.{4}(?!$)/g, '$&-'),
  );
}

function hashCode(code: string): string {
  return hash('sha256', plain(code), 'hex');
}
