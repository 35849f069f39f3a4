/**
 * API keys: a program acts as a user of one workspace, within the key's scope. A key is 256 random bits behind the
 * prefix `trl_`, by which scanners of leaked secrets know it; the store has its SHA-256 and its last four characters.
 *
 * A key is looked for in the store with every request and is never remembered: one that was revoked, has expired or
 * whose owner was deactivated is dead at once, in every process. The search is by hash, so the time that it takes
 * tells nothing about a key. Guessing it is hopeless; the throttle keeps it from being costly too.
 */
import { hash, randomBytes, randomUUID } from 'node:crypto';
import { IdentityError } from './errors.ts';
import type { ApiKey, ApiKeyScope, CredentialStore, Membership } from './store.ts';
import { networkOf } from './throttle.ts';

const PREFIX = 'trl_';
const SECRET = /^trl_[A-Za-z0-9_-]{43}$/;
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
/** `lastUsedAt` moves at most this often: reading records must not write. */
const TOUCH_MILLISECONDS = 60_000;
/** Wrong keys from one network in a quarter of an hour after which no more are listened to. */
const MAX_FAILURES = 100;
const WINDOW_SECONDS = 15 * 60;
/** How long a dead key still stands in the list of its owner. */
const KEEP_EXPIRED_DAYS = 30;

export interface NewApiKey {
  readonly workspace: string;
  readonly userId: string;
  readonly name: string;
  readonly scope: ApiKeyScope;
  readonly days: number;
}

/** Who a key is: its owner's place in the workspace, and what the key narrows it to. */
export interface ApiKeyHolder {
  readonly tokenHash: string;
  readonly identityId: string;
  readonly membership: Membership;
  readonly scope: ApiKeyScope;
}

type KeyStore = Pick<
  CredentialStore,
  | 'insertApiKey'
  | 'findApiKey'
  | 'touchApiKey'
  | 'listApiKeys'
  | 'deleteApiKey'
  | 'deleteExpiredApiKeys'
  | 'countFailures'
  | 'recordFailure'
>;

export function createApiKeys(store: KeyStore, now: () => number) {
  /** Makes a key. The secret is in no other answer, ever. */
  async function createApiKey(input: NewApiKey): Promise<{ readonly secret: string; readonly key: ApiKey }> {
    const secret = `${PREFIX}${randomBytes(32).toString('base64url')}`;
    const at = now();
    const key: ApiKey = {
      id: randomUUID(),
      userId: input.userId,
      name: input.name,
      ending: secret.slice(-4),
      scope: input.scope,
      createdAt: new Date(at).toISOString(),
      expiresAt: new Date(at + input.days * DAY_MILLISECONDS).toISOString(),
      lastUsedAt: null,
    };
    await store.insertApiKey({ ...key, workspace: input.workspace, tokenHash: hashSecret(secret) });
    return { secret, key };
  }

  /**
   * The holder of a key.
   *
   * @throws IdentityError `invalid_api_key` for one that is not valid, for whatever reason; `too_many_attempts` for
   * a wrong one after too many wrong ones from the same network. Who holds a valid one is never kept out by others.
   */
  async function findApiKeyHolder(
    secret: string,
    address: string,
    options: { readonly isUse: boolean } = { isUse: true },
  ): Promise<ApiKeyHolder> {
    const tokenHash = hashSecret(secret);
    const found = SECRET.test(secret) ? await store.findApiKey(tokenHash) : undefined;
    const at = now();
    if (!found?.membership.isActive) return refuse(address, 'This API key is not valid.');
    if (Date.parse(found.expiresAt) <= at)
      throw new IdentityError('invalid_api_key', 'This API key has expired: make another one.');
    const isStale = found.lastUsedAt === null || at - Date.parse(found.lastUsedAt) >= TOUCH_MILLISECONDS;
    if (options.isUse && isStale) await store.touchApiKey(found.id, new Date(at).toISOString());
    const { identityId, membership, scope } = found;
    return { tokenHash, identityId, membership, scope };
  }

  async function refuse(address: string, message: string): Promise<never> {
    const subject = `api key from ${networkOf(address)}`;
    const since = new Date(now() - WINDOW_SECONDS * 1000).toISOString();
    if ((await store.countFailures(subject, since)) >= MAX_FAILURES) {
      const tooMany =
        'There were too many wrong API keys from your network. Wait a while before you try again.';
      throw new IdentityError('too_many_attempts', tooMany, WINDOW_SECONDS);
    }
    await store.recordFailure(subject, new Date(now()).toISOString());
    throw new IdentityError('invalid_api_key', message);
  }

  return {
    createApiKey,
    findApiKeyHolder,
    /** Keys of a workspace, or of one of its users, newest first. */
    listApiKeys: (workspace: string, userId?: string) => store.listApiKeys(workspace, userId),
    /** Revokes a key at once; with `userId` only if it is that user's. False: there is no such key. */
    revokeApiKey: (workspace: string, id: string, userId?: string) =>
      store.deleteApiKey(workspace, id, userId),
    /** Forgets keys that have been dead for long; to be called now and then. */
    sweepApiKeys: () =>
      store.deleteExpiredApiKeys(new Date(now() - KEEP_EXPIRED_DAYS * DAY_MILLISECONDS).toISOString()),
  };
}

function hashSecret(secret: string): string {
  return hash('sha256', secret, 'hex');
}
