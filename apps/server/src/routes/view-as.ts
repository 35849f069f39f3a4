/** Seeing the product as another user: beginning and ending it. In between, `view-session.ts` stands before every door. */
import type { ViewAsResponse } from '@trellis/api';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { callerOf, needsSecondFactor } from '../caller.ts';
import { HttpProblem } from '../http-problem.ts';
import type { Parts } from '../parts.ts';
import { recordEvent } from '../record-event.ts';
import { sessionCookie } from '../session-cookie.ts';
import { readBody, readParameters, requireGiven, text } from '../shape.ts';

export function viewAsRoutes(app: FastifyInstance, { engine, identity, settings }: Parts): void {
  const access = 'session' as const;
  const giveCookie = (request: FastifyRequest, reply: FastifyReply, token: string) => {
    const options = { publicUrl: settings.publicUrl, maxAgeSeconds: identity.absoluteSeconds };
    return reply.header('set-cookie', sessionCookie(token, request, options));
  };

  app.post(
    '/view-as',
    { config: { access, right: 'view_as' } },
    async (request, reply): Promise<ViewAsResponse> => {
      readParameters(request.query, {});
      const body = readBody(request.body, { user: text });
      requireGiven(body, 'user');
      const { session, context, workspace } = callerOf(request);
      const membership = await engine.users.findViewable(context, body.user);
      const seen = { ...context, userId: membership.userId, permissionSets: membership.permissionSets };
      const viewed = { session, membership, access: await engine.access(seen) };
      if (needsSecondFactor(viewed, settings.secondFactor)) {
        const message = 'This person has rights that need a second factor: set one up for yourself first.';
        throw new HttpProblem('second_factor_required', message);
      }
      const minutes = settings.viewAsMinutes;
      const endsAt = new Date(Date.now() + minutes * 60_000).toISOString();
      const { userId } = membership;
      const about = { object: 'user', recordId: userId } as const;
      await recordEvent(engine, request, {
        action: 'view_as_started',
        ...about,
        details: { ends_at: endsAt },
      });
      const token = await identity.startView(session, { workspace: workspace.name, userId, endsAt });
      giveCookie(request, reply, token);
      return { user: { id: userId, name: membership.name, email: membership.email }, ends_at: endsAt };
    },
  );

  app.delete('/view-as', { config: { access, endsView: true } }, async (request, reply) => {
    readParameters(request.query, {});
    const { session } = callerOf(request);
    const { view } = session;
    if (view) {
      giveCookie(request, reply, await identity.endView(session));
      const by = Date.parse(view.endsAt) <= Date.now() ? 'time' : 'stop';
      const about = { object: 'user', recordId: view.userId } as const;
      await recordEvent(engine, request, { action: 'view_as_ended', ...about, details: { by } });
    }
    return reply.code(204).send();
  });
}
