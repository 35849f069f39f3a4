/**
 * Invitations: a person without a password chooses one by a link. The link goes by mail; an installation that sends no
 * mail shows it to the administrator, once, unless the person belongs to another workspace too, whose key it would be.
 */
import type { InvitationResponse } from '@trellis/api';
import type { UserAccount } from '@trellis/engine';
import type { Invitation } from '@trellis/identity';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { callerOf } from '../caller.ts';
import { HttpProblem } from '../http-problem.ts';
import type { Parts } from '../parts.ts';
import { tellSecurity } from '../security-events.ts';
import { readParameters } from '../shape.ts';

interface OfUser {
  Params: { id: string };
}

export function invitationRoutes(app: FastifyInstance, parts: Parts): void {
  const { engine, identity } = parts;
  const config = { right: 'manage_users' as const };

  app.post<OfUser>('/users/:id/invitation', { config }, async (request): Promise<InvitationResponse> => {
    readParameters(request.query, {});
    const { context } = callerOf(request);
    const account = await engine.users.findAccount(context, request.params.id);
    if (account.hasPassword)
      throw new HttpProblem('not_invitable', 'This person has a password and may sign in.');
    if (!account.user.isActive)
      throw new HttpProblem('not_invitable', 'This person is not active. Make them active first.');
    return (await invite(parts, request, account))!;
  });

  app.delete<OfUser>('/users/:id/invitation', { config }, async (request, reply) => {
    readParameters(request.query, {});
    const { context, workspace } = callerOf(request);
    const { user } = await engine.users.findAccount(context, request.params.id);
    const isOpen = (await identity.links.listInvitations(workspace.id, user.id)).length > 0;
    if (!isOpen) throw new HttpProblem('unknown_invitation', 'This person has no open invitation.');
    await identity.links.withdrawInvitation(workspace.id, user.id);
    await engine.users.update(context, user.id, { isActive: false });
    await tellSecurity(parts, request, { action: 'invitation_revoked', subjectId: user.id });
    return reply.code(204).send();
  });
}

/**
 * Invites somebody who is a user of the workspace already. Undefined: they have a password, and are told by mail where
 * mail is sent.
 *
 * @throws HttpProblem `no_mail` for a person whose link may not be shown
 */
export async function invite(
  parts: Pick<Parts, 'identity' | 'mail' | 'settings' | 'engine' | 'workspaces'>,
  request: FastifyRequest,
  account: UserAccount,
): Promise<InvitationResponse | undefined> {
  const { identity, mail, settings } = parts;
  const { context, workspace } = callerOf(request);
  const { id } = account.user;
  if (account.hasPassword) {
    await mail?.invite(context, id);
    return undefined;
  }
  if (!mail && account.isShared) throw linkIsNotForOthers();
  await identity.links.invite(workspace.id, id);
  await tellSecurity(parts, request, {
    action: 'invitation_sent',
    subjectId: id,
    details: { by_mail: Boolean(mail) },
  });
  if (mail) {
    await mail.invite(context, id);
    return toInvitation((await identity.links.listInvitations(workspace.id, id))[0]!);
  }
  const token = await identity.links.makeInvitationToken(workspace.id, id);
  const [made] = await identity.links.listInvitations(workspace.id, id);
  return { ...toInvitation(made!), link: `${settings.publicUrl?.origin ?? ''}/invitation#${token}` };
}

/**
 * Asked before a user is made: somebody who waits for a first password in another workspace gets it by mail or not.
 *
 * @throws HttpProblem `no_mail`
 */
export async function requireInvitable({ storage, mail }: Parts, email: string): Promise<void> {
  const known = mail ? undefined : await storage.identities.findByEmail(email);
  if (known?.passwordHash === null && (await storage.identities.memberships(known.id)).length > 0)
    throw linkIsNotForOthers();
}

function linkIsNotForOthers(): HttpProblem {
  return new HttpProblem(
    'no_mail',
    'This person belongs to other workspaces too: their link may go to their own mailbox only, and this installation sends no mail.',
  );
}

export function toInvitation({
  state,
  createdAt,
  sentAt,
  expiresAt,
  failure,
}: Invitation): InvitationResponse {
  return { state, created_at: createdAt, sent_at: sentAt, expires_at: expiresAt, failure };
}
