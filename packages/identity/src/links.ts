/**
 * Links by mail: invitations, and resets of a password. A link carries 256 random bits of which the store has the
 * SHA-256; it works once, until its time is over, and a newer one of its kind makes it dead. A token of one kind is
 * none of the other.
 */
import { IdentityError } from './errors.ts';
import { hashPassword } from './password.ts';
import { hashToken, newToken } from './sessions.ts';
import type { CredentialStore, InvitedPerson, StoredInvitation } from './store.ts';
import { networkOf } from './throttle.ts';

const INVITATION_HOURS = 7 * 24;
const RESET_MINUTES = 60;
const WINDOW_SECONDS = 15 * 60;
/** In that time: requests from one network, and mails to one person. */
const MAX_RESETS = { asked: 20, sent: 3 };
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

export type InvitationState = 'sending' | 'sent' | 'link_made' | 'failed' | 'expired';

/** An invitation that nobody has accepted yet, as the administrator sees it. Times are RFC 3339. */
export interface Invitation {
  readonly userId: string;
  readonly state: InvitationState;
  readonly createdAt: string;
  readonly sentAt: string | null;
  readonly expiresAt: string;
  /** Why the mail could not be sent. */
  readonly failure: string | null;
}

export interface LinkOptions {
  readonly store: CredentialStore;
  readonly now: () => number;
}

export function createLinks({ store, now }: LinkOptions) {
  const instant = (after = 0) => new Date(now() + after).toISOString();

  /** Puts an invitation on the list, before its link is made. One that is there begins anew. */
  async function invite(workspaceId: string, userId: string): Promise<void> {
    await store.saveInvitation(workspaceId, userId, {
      tokenHash: null,
      createdAt: instant(),
      expiresAt: instant(INVITATION_HOURS * 3_600_000),
    });
  }

  /** Makes the link's token; an older one is dead from now on. Undefined: nobody is invited there any more. */
  async function makeInvitationToken(workspaceId: string, userId: string): Promise<string | undefined> {
    const token = newToken();
    const isDone = await store.setInvitationToken(workspaceId, userId, {
      tokenHash: hashToken(token),
      expiresAt: instant(INVITATION_HOURS * 3_600_000),
    });
    return isDone ? token : undefined;
  }

  async function listInvitations(workspaceId: string, userId?: string): Promise<readonly Invitation[]> {
    const rows = await store.listInvitations(workspaceId, userId);
    return rows.map((row) => ({
      userId: row.userId,
      state: stateOf(row),
      createdAt: row.createdAt,
      sentAt: row.sentAt,
      expiresAt: row.expiresAt,
      failure: row.failure,
    }));
  }

  function stateOf({ expiresAt, failure, sentAt, hasToken }: StoredInvitation): InvitationState {
    if (expiresAt <= instant()) return 'expired';
    if (failure !== null) return 'failed';
    if (sentAt !== null) return 'sent';
    return hasToken ? 'link_made' : 'sending';
  }

  /** Who a link invites where. @throws IdentityError `invalid_link`. */
  async function findInvited(token: string): Promise<InvitedPerson> {
    const found = TOKEN.test(token) ? await store.findInvited(hashToken(token), instant()) : undefined;
    return found ?? refuse();
  }

  /**
   * Gives the invited person their first password and spends the link.
   *
   * @throws IdentityError `invalid_link`, also for somebody who has a password by now: nobody else may change it.
   */
  async function acceptInvitation(token: string, password: string): Promise<InvitedPerson> {
    const person = await findInvited(token);
    const passwordHash = await hashPassword(password);
    if (await store.acceptInvitation(hashToken(token), passwordHash, instant())) return person;
    return refuse();
  }

  /**
   * Counts somebody who asks for a new password.
   *
   * @throws IdentityError `too_many_attempts` for a network address that asks too often, whatever it asks for.
   */
  async function admitResetRequest(address: string): Promise<void> {
    const subject = `reset asked from ${networkOf(address)}`;
    const since = instant(-WINDOW_SECONDS * 1000);
    if ((await store.countFailures(subject, since)) >= MAX_RESETS.asked) {
      const message = 'New passwords were asked for too often from your network. Wait a while.';
      throw new IdentityError('too_many_attempts', message, WINDOW_SECONDS);
    }
    await store.recordFailure(subject, instant());
  }

  /** Whether a person gets one more mail: a few in a quarter of an hour, so that nobody fills another's mailbox. */
  async function mayReset(identityId: string): Promise<boolean> {
    const subject = `reset of ${identityId}`;
    if ((await store.countFailures(subject, instant(-WINDOW_SECONDS * 1000))) >= MAX_RESETS.sent)
      return false;
    await store.recordFailure(subject, instant());
    return true;
  }

  /** A token for a new password; an older one is dead from now on. */
  async function makeResetToken(identityId: string): Promise<string> {
    const token = newToken();
    const expiresAt = instant(RESET_MINUTES * 60_000);
    await store.saveReset(identityId, hashToken(token), expiresAt);
    return token;
  }

  /** Whose password a link may set anew. @throws IdentityError `invalid_link`. */
  async function findReset(token: string) {
    const found = TOKEN.test(token) ? await store.findReset(hashToken(token), instant()) : undefined;
    return found ?? refuse();
  }

  /** Sets the password and spends the link; says whose it is. @throws IdentityError `invalid_link`. */
  async function resetPassword(token: string, password: string): Promise<string> {
    // Looked for first, so that nobody can make the server hash passwords all day.
    await findReset(token);
    const passwordHash = await hashPassword(password);
    return (await store.spendReset(hashToken(token), passwordHash, instant())) ?? refuse();
  }

  return {
    invite,
    makeInvitationToken,
    listInvitations,
    noteInvitationSent: (workspaceId: string, userId: string, failure: string | null) =>
      store.noteInvitationSent(workspaceId, userId, failure === null ? instant() : null, failure),
    withdrawInvitation: (workspaceId: string, userId: string) => store.deleteInvitation(workspaceId, userId),
    findInvited,
    acceptInvitation,
    admitResetRequest,
    mayReset,
    makeResetToken,
    findReset,
    resetPassword,
  };
}

function refuse(): never {
  throw new IdentityError(
    'invalid_link',
    'This link is not valid (any more): it was used already, replaced by a newer one, or is too old.',
  );
}
