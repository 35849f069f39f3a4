/**
 * Mails about accounts: asked for by routes, sent by a job, so that no request waits for a mail server and none is
 * lost with a process. A job knows whom to write to and why; the token of a link is made when the mail is written, so
 * that it is stored nowhere but in the mail. Links lead to the public address of the settings, whatever a request says.
 */
import type { Context, Engine, JobKind, RunningJob } from '@trellis/engine';
import { JobDelayed, JobFailed } from '@trellis/engine';
import type { Identity } from '@trellis/identity';
import type { Storage, Workspace } from '@trellis/storage';
import { FIRST_WORKSPACE } from '../install.ts';
import { addedLetter, invitationLetter, type Notice, noticeLetter, resetLetter } from './letters.ts';
import { type Mail, type Mailer, MailRefused } from './mailer.ts';

type Order =
  | { readonly letter: 'invitation'; readonly user: string; readonly inviter: string | null }
  /** Null: nobody has the address that was typed. Asked for all the same, so that nobody can tell. */
  | { readonly letter: 'reset'; readonly identity: string | null }
  | { readonly letter: 'notice'; readonly user: string; readonly notice: Notice };

export interface MailRoom {
  /** Invites a user without a password by a link; tells one with a password that they may come. */
  invite(context: Context, userId: string): Promise<void>;
  /** A link for a new password, if somebody has the address. Takes the same time if nobody has. */
  sendReset(email: string): Promise<void>;
  notify(context: Context, userId: string, notice: Notice): Promise<void>;
}

export interface MailOptions {
  readonly engine: () => Engine;
  readonly storage: Storage;
  readonly identity: Identity;
  readonly mailer: Mailer;
  readonly publicUrl: URL;
}

/** The door for routes, and the kind of job behind it. */
export function createMailRoom({ engine, storage, identity, mailer, publicUrl }: MailOptions) {
  const queue = async (workspace: Workspace, order: Order, key?: string) => {
    const context = { kind: 'system', workspace, reason: 'mail about an account' } as const;
    await engine().jobs.queue(context, { kind: 'mail', input: { ...order }, ...(key && { key }) });
  };
  const room: MailRoom = {
    async invite(context, userId) {
      const inviter = context.kind === 'user' ? (context.userName ?? null) : null;
      await queue(context.workspace, { letter: 'invitation', user: userId, inviter }, `invitation ${userId}`);
    },
    async sendReset(email) {
      const found = await storage.identities.findByEmail(email);
      const workspace = await storage.workspaces.find(FIRST_WORKSPACE);
      const id = found?.isActive ? found.id : null;
      await queue(workspace!, { letter: 'reset', identity: id }, `reset ${id ?? 'nobody'}`);
    },
    notify: (context, userId, notice) => queue(context.workspace, { letter: 'notice', user: userId, notice }),
  };

  async function send(mail: Mail): Promise<void> {
    try {
      await mailer.send(mail);
    } catch (error) {
      if (error instanceof MailRefused) throw new JobFailed(error.message);
      throw new JobDelayed('The mail server could not be reached.', { cause: error });
    }
  }

  /** Where a link of the web application leads. The token stands behind `#`, which no server and no log ever sees. */
  const link = (path: string, token?: string) =>
    `${publicUrl.origin}${path}${token === undefined ? '' : `#${token}`}`;

  const KIND: JobKind = {
    kind: 'mail',
    async run(_parts, { workspace, job }: RunningJob) {
      const order = job.input as unknown as Order;
      if (order.letter === 'reset') return writeReset(order.identity);
      const behind = await storage.identities.findIdentityOfUser(workspace, order.user);
      if (!behind) throw new JobFailed('There is no such person any more.');
      const { email: to, name } = behind;
      if (order.letter === 'notice') {
        await send({ to, ...noticeLetter(name, order.notice) });
        return undefined;
      }
      const person = { name, inviter: order.inviter ?? undefined, workspace: workspace.label };
      if (behind.passwordHash !== null) {
        const place = workspace.name === FIRST_WORKSPACE ? '/' : `/w/${workspace.name}`;
        await send({ to, ...addedLetter({ ...person, link: link(place) }) });
        return undefined;
      }
      const token = await identity.links.makeInvitationToken(workspace.id, order.user);
      if (token === undefined) throw new JobFailed('The invitation was withdrawn.');
      const note = (failure: string | null) =>
        identity.links.noteInvitationSent(workspace.id, order.user, failure);
      try {
        await send({ to, ...invitationLetter({ ...person, link: link('/invitation', token) }) });
      } catch (error) {
        await note(error instanceof Error ? error.message : 'The mail could not be sent.');
        throw error;
      }
      await note(null);
      return undefined;
    },
  };

  async function writeReset(identityId: string | null): Promise<undefined> {
    if (identityId === null || !(await identity.links.mayReset(identityId))) return undefined;
    const [person] = await storage.identities.memberships(identityId);
    if (!person?.isActive) return undefined;
    const token = await identity.links.makeResetToken(identityId);
    await send({
      to: person.email,
      ...resetLetter({ name: person.name, link: link('/reset-password', token) }),
    });
    return undefined;
  }

  return { room, kind: KIND };
}
