/** Signing in and out, and the person that a session belongs to. */
import type { LoginResponse, MeResponse } from '@trellis/api';
import type { SignedIn } from '@trellis/identity';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../caller.ts';
import type { Parts } from '../parts.ts';
import { refuseCrossOrigin, requireSameOrigin } from '../same-origin.ts';
import { NO_SESSION_COOKIE, readSessionCookie, sessionCookie } from '../session-cookie.ts';
import { readBody, readParameters, requireGiven, text } from '../shape.ts';

export function authRoutes(app: FastifyInstance, parts: Parts): void {
  const { engine, identity, settings, signOn } = parts;

  app.post(
    '/auth/login',
    { config: { access: 'public' } },
    async (request, reply): Promise<LoginResponse> => {
      refuseCrossOrigin(request, settings.publicUrl);
      readParameters(request.query, {});
      const body = readBody(request.body, { email: text, password: text, otp: text });
      requireGiven(body, 'email', 'password');
      const signedIn = await identity.signIn({
        email: body.email,
        password: body.password,
        workspace: wishedWorkspace(request),
        address: request.ip,
        userAgent: request.headers['user-agent'],
      });
      // A browser that signs in anew leaves its old session behind for nobody.
      const old = readSessionCookie(request.headers.cookie);
      if (old !== undefined) await identity.signOut(old);
      return welcome(request, reply, signedIn, parts);
    },
  );

  // Public, so that a session that has ended can be signed out of as well.
  app.post('/auth/logout', { config: { access: 'public' } }, async (request, reply) => {
    const token = readSessionCookie(request.headers.cookie);
    if (token !== undefined) {
      requireSameOrigin(request, settings.publicUrl);
      const redirect = await signOn.endSessionUrl(token);
      await identity.signOut(token);
      if (redirect !== undefined) return reply.header('set-cookie', NO_SESSION_COOKIE).send({ redirect });
    }
    return reply.header('set-cookie', NO_SESSION_COOKIE).code(204).send();
  });

  app.get('/me', async (request): Promise<MeResponse> => {
    readParameters(request.query, {});
    const { context, membership, rights, session } = callerOf(request);
    return {
      user: { id: membership.userId, name: membership.name, email: membership.email },
      workspace: membership.workspace,
      workspaces: session.memberships.map((each) => ({ name: each.workspace, label: each.workspaceLabel })),
      rights,
      teams: await engine.teams.ofUser(context),
    };
  });
}

export function wishedWorkspace(request: FastifyRequest): string | undefined {
  const wished = request.headers['x-workspace'];
  return typeof wished === 'string' ? wished : undefined;
}

/** Sets the cookie and says who has signed in where. */
export function welcome(
  request: FastifyRequest,
  reply: FastifyReply,
  { token, membership }: SignedIn,
  { identity, settings }: Pick<Parts, 'identity' | 'settings'>,
): LoginResponse {
  const options = { publicUrl: settings.publicUrl, maxAgeSeconds: identity.absoluteSeconds };
  reply.header('set-cookie', sessionCookie(token, request, options));
  return {
    user: { id: membership.userId, name: membership.name, email: membership.email },
    workspace: membership.workspace,
  };
}
