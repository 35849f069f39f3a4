/**
 * The doors behind links in mails: accepting an invitation, and a new password for somebody who forgot theirs. What
 * they say, and how long they take, tells nobody whether an address has an account.
 */
import type { InvitedResponse, LoginResponse, ResetResponse } from '@trellis/api';
import { checkPassword, normaliseEmail, soughtEmail } from '@trellis/identity';
import type { FastifyInstance } from 'fastify';
import { HttpProblem } from '../http-problem.ts';
import type { Parts } from '../parts.ts';
import { refuseCrossOrigin } from '../same-origin.ts';
import { tellSecurity, whoHas } from '../security-events.ts';
import { readSessionCookie } from '../session-cookie.ts';
import { invalidInput, readBody, readParameters, requireGiven, text } from '../shape.ts';
import { passwordRule } from '../single-sign-on.ts';
import { welcome } from './auth.ts';

export function linkRoutes(app: FastifyInstance, parts: Parts): void {
  const { identity, storage, settings, mail } = parts;
  const { links } = identity;
  const config = { access: 'public' as const };
  const read = { token: text };

  app.post('/auth/forgot', { config }, async (request, reply) => {
    refuseCrossOrigin(request, settings.publicUrl);
    readParameters(request.query, {});
    const body = readBody(request.body, { email: text });
    requireGiven(body, 'email');
    if (!mail) {
      throw new HttpProblem(
        'no_mail',
        'This installation sends no mail. Ask your administrator for a new password.',
      );
    }
    await links.admitResetRequest(request.ip);
    const email = soughtEmail(body.email);
    await mail.sendReset(email);
    const who = await whoHas(storage.identities, email, undefined);
    await tellSecurity(parts, request, { action: 'password_reset_requested', who });
    return reply.code(202).send({});
  });

  app.post('/auth/reset/check', { config }, async (request): Promise<ResetResponse> => {
    refuseCrossOrigin(request, settings.publicUrl);
    readParameters(request.query, {});
    const body = readBody(request.body, read);
    requireGiven(body, 'token');
    const { email, name } = await links.findReset(body.token);
    return { email, name };
  });

  app.post('/auth/reset', { config }, async (request, reply) => {
    refuseCrossOrigin(request, settings.publicUrl);
    readParameters(request.query, {});
    const body = readBody(request.body, { ...read, password: text });
    requireGiven(body, 'token', 'password');
    const { email, name } = await links.findReset(body.token);
    requireGoodPassword(body.password, [email, name]);
    const identityId = await links.resetPassword(body.token, body.password);
    await identity.unlock({ id: identityId, email });
    await identity.signOutEverywhere(identityId);
    const who = await whoHas(storage.identities, email, undefined);
    await tellSecurity(parts, request, { action: 'password_reset', who });
    return reply.code(204).send();
  });

  app.post('/auth/invitation/check', { config }, async (request): Promise<InvitedResponse> => {
    refuseCrossOrigin(request, settings.publicUrl);
    readParameters(request.query, {});
    const body = readBody(request.body, read);
    requireGiven(body, 'token');
    const { email, name, workspace, workspaceLabel } = await links.findInvited(body.token);
    return { email, name, workspace: { name: workspace, label: workspaceLabel } };
  });

  app.post('/auth/invitation', { config }, async (request, reply): Promise<LoginResponse> => {
    refuseCrossOrigin(request, settings.publicUrl);
    readParameters(request.query, {});
    const body = readBody(request.body, { ...read, password: text });
    requireGiven(body, 'token', 'password');
    const invited = await links.findInvited(body.token);
    // A password that counts for nothing must not open a session either.
    if (!passwordRule(settings)(normaliseEmail(invited.email)))
      throw new HttpProblem(
        'forbidden',
        'Here people sign in by single sign-on only: use that on the sign-in page.',
      );
    requireGoodPassword(body.password, [invited.email, invited.name]);
    const { identityId, workspace } = await links.acceptInvitation(body.token, body.password);
    const signedIn = await identity.openSession({
      identityId,
      workspace,
      address: request.ip,
      userAgent: request.headers['user-agent'],
      method: 'invitation',
    });
    const old = readSessionCookie(request, settings.publicUrl);
    if (old !== undefined) await identity.signOut(old);
    await tellSecurity(parts, request, { action: 'invitation_accepted', who: signedIn.membership });
    return welcome(request, reply, signedIn, parts);
  });
}

function requireGoodPassword(password: string, names: readonly string[]): void {
  const fault = checkPassword(password, names);
  if (fault) throw invalidInput([{ code: 'weak_password', pointer: '/password', message: fault }]);
}
