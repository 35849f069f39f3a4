/**
 * How other people sign in, for who manages them: their sessions, second factor and locks. Whoever could help somebody
 * in could be them: so it takes every right that the person holds (SPEC U3). Of a person who belongs to
 * another workspace too, only what concerns this one.
 */
import type { UserSecurityResponse } from '@trellis/api';
import type { UserAccount } from '@trellis/engine';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { callerOf } from '../caller.ts';
import { HttpProblem } from '../http-problem.ts';
import type { Parts } from '../parts.ts';
import { tellSecurity } from '../security-events.ts';
import { readParameters } from '../shape.ts';
import { endOne, toSessions } from './account.ts';

interface OfUser {
  Params: { id: string };
}

export function userSignInRoutes(app: FastifyInstance, parts: Parts): void {
  const { engine, identity } = parts;
  const config = { access: 'session' as const, right: 'manage_users' as const };
  const accountOf = (request: FastifyRequest<OfUser>): Promise<UserAccount> => {
    readParameters(request.query, {});
    return engine.users.findAccount(callerOf(request).context, request.params.id);
  };
  /** Undefined: all sessions; of a person of several workspaces, those that were opened in this one. */
  const placeOf = (request: FastifyRequest, { isShared }: UserAccount) =>
    isShared ? callerOf(request).workspace.name : undefined;

  app.get<OfUser>('/users/:id/security', { config }, async (request): Promise<UserSecurityResponse> => {
    const account = await accountOf(request);
    const { identityId, user } = account;
    const [sessions, state, isLocked] = await Promise.all([
      identity.listSessions(identityId, placeOf(request, account)),
      identity.secondFactor.state(identityId),
      identity.isLocked(user.email),
    ]);
    return {
      ...toSessions(sessions, callerOf(request).session.tokenHash),
      has_password: account.hasPassword,
      second_factor: state.enrolledAt === null ? null : { enrolled_at: state.enrolledAt },
      is_locked: isLocked,
      is_shared: account.isShared,
    };
  });

  app.delete<OfUser>('/users/:id/sessions', { config }, async (request, reply) => {
    const account = await accountOf(request);
    const { session } = callerOf(request);
    const own = session.identityId === account.identityId ? session : undefined;
    const count = await identity.signOutEverywhere(account.identityId, own, placeOf(request, account));
    const subjectId = account.user.id;
    await tellSecurity(parts, request, { action: 'sessions_revoked', subjectId, details: { count } });
    return reply.code(204).send();
  });

  app.delete<{ Params: { id: string; session: string } }>(
    '/users/:id/sessions/:session',
    { config },
    async (request, reply) => {
      const account = await accountOf(request);
      const seen = await identity.listSessions(account.identityId, placeOf(request, account));
      const isSeen = seen.some(({ id }) => id === request.params.session.toLowerCase());
      await endOne(parts, request, account.identityId, account.user.id, isSeen ? request.params.session : '');
      return reply.code(204).send();
    },
  );

  app.delete<OfUser>('/users/:id/second-factor', { config }, async (request, reply) => {
    const account = await accountOf(request);
    if (account.identityId === callerOf(request).session.identityId)
      throw new HttpProblem('forbidden', 'Your own second factor is changed in your profile.');
    if (account.isShared) {
      throw new HttpProblem(
        'forbidden',
        'This person belongs to other workspaces too: only they themselves may change their second factor.',
      );
    }
    await identity.secondFactor.remove(account.identityId);
    await identity.signOutEverywhere(account.identityId);
    await tellSecurity(parts, request, { action: 'second_factor_off', subjectId: account.user.id });
    await parts.mail?.notify(callerOf(request).context, account.user.id, 'second_factor_off');
    return reply.code(204).send();
  });

  app.post<OfUser>('/users/:id/unlock', { config }, async (request, reply) => {
    const account = await accountOf(request);
    await identity.unlock({ id: account.identityId, email: account.user.email });
    await tellSecurity(parts, request, { action: 'sign_in_unlocked', subjectId: account.user.id });
    return reply.code(204).send();
  });
}
