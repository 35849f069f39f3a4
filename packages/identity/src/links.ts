/**
 * Links by mail: invitations, and resets of a password. A link carries 256 random bits of which the store has the
 * SHA-256; it works once, until its time is over, and a newer one of its kind makes it dead. A token of one kind is
 * none of the other.
 */
import { IdentityError } from './errors.ts';
import { hashPassword } from './password.ts';
import { hashToken, newToken } from './sessions.ts';
import type { CredentialStore, InvitedPerson, StoredInvitation } from './store.ts';

const INVITATION_HOURS = 7 * 24;
const RESET_MINUTES = 60;
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
    const passwordHash = await hashPassword(password);
    const identityId = TOKEN.test(token)
      ? await store.spendReset(hashToken(token), passwordHash, instant())
      : undefined;
    return identityId ?? refuse();
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
