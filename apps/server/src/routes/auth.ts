/** Signing in and out, and the person that a session belongs to. */
import type { LoginResponse, MeResponse } from '@trellis/api';
import type { AuditEvent } from '@trellis/engine';
import { IdentityError, type IdentityErrorCode, type SignedIn, soughtEmail } from '@trellis/identity';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { callerOf, needsSecondFactor } from '../caller.ts';
import { eventId } from '../event-hub.ts';
import type { Parts } from '../parts.ts';
import { refuseCrossOrigin, requireSameOrigin } from '../same-origin.ts';
import { tellSecurity, whoHas } from '../security-events.ts';
import { NO_SESSION_COOKIE, readSessionCookie, sessionCookie } from '../session-cookie.ts';
import { readBody, readParameters, requireGiven, text } from '../shape.ts';

export function authRoutes(app: FastifyInstance, parts: Parts): void {
  const { engine, identity, preferences, settings, signOn } = parts;

  app.post(
    '/auth/login',
    { config: { access: 'public' } },
    async (request, reply): Promise<LoginResponse> => {
      refuseCrossOrigin(request, settings.publicUrl);
      readParameters(request.query, {});
      const body = readBody(request.body, { email: text, password: text, otp: text });
      requireGiven(body, 'email', 'password');
      const signedIn = await identity
        .signIn({
          email: body.email,
          password: body.password,
          otp: body.otp,
          workspace: wishedWorkspace(request),
          address: request.ip,
          userAgent: request.headers['user-agent'],
        })
        .catch(async (error: unknown) => {
          await tellRefusal(parts, request, body.email, error);
          throw error;
        });
      // A browser that signs in anew leaves its old session behind for nobody.
      const old = readSessionCookie(request, settings.publicUrl);
      if (old !== undefined) await identity.signOut(old);
      const who = signedIn.membership;
      const details = { by: 'password', second_factor: signedIn.secondFactor };
      await tellSecurity(parts, request, { action: 'sign_in', who, details });
      if (signedIn.secondFactor === 'recovery_code')
        await tellSecurity(parts, request, { action: 'recovery_code_used', who });
      return welcome(request, reply, signedIn, parts);
    },
  );

  // Public, so that a session that has ended can be signed out of as well.
  app.post('/auth/logout', { config: { access: 'public' } }, async (request, reply) => {
    const token = readSessionCookie(request, settings.publicUrl);
    if (token !== undefined) {
      requireSameOrigin(request, settings.publicUrl);
      const session = await identity.findSession(token, { isUse: false });
      const redirect = await signOn.endSessionUrl(token);
      await identity.signOut(token);
      const membership = session?.memberships.find((each) => each.workspace === session.workspace);
      if (membership && session?.view) {
        const event = { action: 'view_as_ended', subjectId: session.view.userId } as const;
        await tellSecurity(parts, request, { ...event, who: membership, details: { by: 'sign_out' } });
      }
      if (membership) await tellSecurity(parts, request, { action: 'sign_out', who: membership });
      if (redirect !== undefined) return reply.header('set-cookie', NO_SESSION_COOKIE).send({ redirect });
    }
    return reply.header('set-cookie', NO_SESSION_COOKIE).code(204).send();
  });

  app.get('/me', { config: { isEnrolment: true } }, async (request): Promise<MeResponse> => {
    readParameters(request.query, {});
    const caller = callerOf(request);
    const { context, membership, rights, session } = caller;
    // First of all: a change that comes while the rest of the page is read is told.
    const eventsAfter = eventId(await engine.changes.position(), await engine.changes.sight(context));
    return {
      user: { id: membership.userId, name: membership.name, email: membership.email },
      workspace: membership.workspace,
      workspaces: session.memberships.map((each) => ({ name: each.workspace, label: each.workspaceLabel })),
      rights,
      teams: await engine.teams.ofUser(context),
      locale: (await preferences.find(caller.workspace, membership.userId)).ownLocale ?? null,
      must_enrol: needsSecondFactor(caller, settings.secondFactor),
      events_after: eventsAfter,
      ...(context.viewer && session.view
        ? {
            view: {
              by: { id: context.viewer.userId, name: context.viewer.name },
              ends_at: session.view.endsAt,
            },
          }
        : {}),
    };
  });
}

const REFUSALS: { readonly [code in IdentityErrorCode]?: AuditEvent['action'] } = {
  invalid_credentials: 'sign_in_failed',
  no_workspace: 'sign_in_failed',
  invalid_otp: 'second_factor_failed',
  too_many_attempts: 'sign_in_locked',
};

/** Tells of a sign-in that was refused; one that only waits for its code is none. */
async function tellRefusal(
  parts: Parts,
  request: FastifyRequest,
  email: string,
  error: unknown,
): Promise<void> {
  const action = error instanceof IdentityError ? REFUSALS[error.code] : undefined;
  if (!action) return;
  const who = await whoHas(parts.storage.identities, soughtEmail(email), wishedWorkspace(request));
  await tellSecurity(parts, request, { action, outcome: 'refused', who });
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
