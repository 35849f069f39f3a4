/**
 * How somebody signs in, kept by themselves: password, second factor, sessions. Only a session opens these doors. What
 * would let a stolen session lock its owner out asks for the password again, unless the session is minutes old.
 */
import type {
  RecoveryCodesResponse,
  SecondFactorOffer,
  SecondFactorResponse,
  SessionsResponse,
} from '@trellis/api';
import { checkPassword, IdentityError, type ListedSession } from '@trellis/identity';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Caller, callerOf, needsSecondFactor } from '../caller.ts';
import { HttpProblem } from '../http-problem.ts';
import type { Notice } from '../mail/letters.ts';
import type { Parts } from '../parts.ts';
import { tellSecurity } from '../security-events.ts';
import { sessionCookie } from '../session-cookie.ts';
import { invalidInput, readBody, readParameters, requireGiven, type Shape, text } from '../shape.ts';

export function accountRoutes(app: FastifyInstance, parts: Parts): void {
  const { identity, settings } = parts;
  const config = { access: 'session' as const };
  const enrolment = { ...config, isEnrolment: true };

  app.post('/me/password', { config }, async (request, reply) => {
    readParameters(request.query, {});
    const body = readBody(request.body, { current_password: text, new_password: text });
    requireGiven(body, 'current_password', 'new_password');
    const caller = callerOf(request);
    await confirmPassword(parts, request, caller, body.current_password);
    const { email, name } = caller.membership;
    const fault = checkPassword(body.new_password, [email, name]);
    if (fault) throw invalidInput([{ code: 'weak_password', pointer: '/new_password', message: fault }]);
    await identity.setPassword({ id: caller.session.identityId, email }, body.new_password);
    await renew(request, reply, caller);
    await tellSecurity(parts, request, { action: 'password_changed' });
    await notify(parts, caller, 'password_changed');
    return reply.code(204).send();
  });

  app.get('/me/sessions', { config }, async (request): Promise<SessionsResponse> => {
    readParameters(request.query, {});
    const { session } = callerOf(request);
    return toSessions(await identity.listSessions(session.identityId), session.tokenHash);
  });

  app.delete('/me/sessions', { config }, async (request, reply) => {
    readParameters(request.query, {});
    const { session } = callerOf(request);
    const count = await identity.signOutEverywhere(session.identityId, session);
    await tellSecurity(parts, request, { action: 'sessions_revoked', details: { count } });
    return reply.code(204).send();
  });

  app.delete<{ Params: { id: string } }>('/me/sessions/:id', { config }, async (request, reply) => {
    readParameters(request.query, {});
    await endOne(parts, request, callerOf(request).session.identityId);
    return reply.code(204).send();
  });

  app.get('/me/second-factor', { config: enrolment }, async (request): Promise<SecondFactorResponse> => {
    readParameters(request.query, {});
    const caller = callerOf(request);
    const { enrolledAt, recoveryCodesLeft } = await identity.secondFactor.state(caller.session.identityId);
    return {
      enrolled_at: enrolledAt,
      recovery_codes_left: recoveryCodesLeft,
      is_required: needsSecondFactor({ ...caller, session: UNENROLLED }, settings.secondFactor),
      is_available: identity.secondFactor.isAvailable,
    };
  });

  app.post('/me/second-factor', { config: enrolment }, async (request): Promise<SecondFactorOffer> => {
    const caller = await confirmOwner(parts, request);
    return identity.secondFactor.offer(caller.session.identityId, caller.membership.email);
  });

  app.post(
    '/me/second-factor/confirm',
    { config: enrolment },
    async (request, reply): Promise<RecoveryCodesResponse> => {
      readParameters(request.query, {});
      const body = readBody(request.body, { otp: text });
      requireGiven(body, 'otp');
      const caller = callerOf(request);
      const codes = await asFault('/otp', () =>
        identity.secondFactor.enrol(caller.session.identityId, body.otp),
      );
      await renew(request, reply, caller);
      await tellSecurity(parts, request, { action: 'second_factor_on' });
      await notify(parts, caller, 'second_factor_on');
      return { recovery_codes: codes };
    },
  );

  app.post('/me/second-factor/remove', { config }, async (request, reply) => {
    const caller = await confirmOwner(parts, request);
    if (needsSecondFactor({ ...caller, session: UNENROLLED }, settings.secondFactor)) {
      throw new HttpProblem(
        'forbidden',
        'You may not be without a second factor. Set up another device instead.',
      );
    }
    await identity.secondFactor.remove(caller.session.identityId);
    await renew(request, reply, caller);
    await tellSecurity(parts, request, { action: 'second_factor_off' });
    await notify(parts, caller, 'second_factor_off');
    return reply.code(204).send();
  });

  app.post(
    '/me/second-factor/recovery-codes',
    { config },
    async (request): Promise<RecoveryCodesResponse> => {
      const caller = await confirmOwner(parts, request);
      const codes = await identity.secondFactor.renewRecoveryCodes(caller.session.identityId);
      if (!codes) throw new HttpProblem('forbidden', 'There is no second factor that codes could recover.');
      await tellSecurity(parts, request, { action: 'recovery_codes_made' });
      return { recovery_codes: codes };
    },
  );

  /** A new token for the present session, and an end to all others. */
  async function renew(request: FastifyRequest, reply: FastifyReply, { session }: Caller): Promise<void> {
    const token = await identity.renewSession(session);
    const options = { publicUrl: settings.publicUrl, maxAgeSeconds: identity.absoluteSeconds };
    reply.header('set-cookie', sessionCookie(token, request, options));
  }
}

/** Tells the owner by mail, where mail is sent: a change that was not theirs must not stay unseen. */
async function notify({ mail }: Parts, { context }: Caller, notice: Notice): Promise<void> {
  await mail?.notify(context, context.userId, notice);
}

/** Stands for a session of somebody who has enrolled nothing. */
const UNENROLLED = { method: 'password', hasSecondFactor: false } as const;

/** The caller, once they have proved to be the owner of the session: it is young, or they know the password. */
export async function confirmOwner(
  parts: Parts,
  request: FastifyRequest,
  parameters: Shape = {},
): Promise<Caller> {
  readParameters(request.query, parameters);
  const body = readBody(request.body ?? {}, { current_password: text });
  const caller = callerOf(request);
  if (body.current_password !== undefined) {
    await confirmPassword(parts, request, caller, body.current_password);
  } else if (!parts.identity.isFresh(caller.session)) {
    throw new HttpProblem(
      'password_required',
      'You signed in a while ago: give your current password as well, or sign in again.',
    );
  }
  return caller;
}

/** A wrong one is a fault of the body; too many of them are refused as at sign-in. */
async function confirmPassword(
  parts: Parts,
  request: FastifyRequest,
  { membership }: Caller,
  password: string,
): Promise<void> {
  await asFault('/current_password', () =>
    parts.identity.confirmPassword({ email: membership.email, password, address: request.ip }),
  ).catch(async (error: unknown) => {
    if (error instanceof HttpProblem)
      await tellSecurity(parts, request, { action: 'sign_in_failed', outcome: 'refused' });
    throw error;
  });
}

const FAULTS: Readonly<Record<string, { readonly code: string; readonly message: string } | undefined>> = {
  invalid_credentials: { code: 'wrong_password', message: 'This is not your current password.' },
  invalid_otp: { code: 'invalid_otp', message: 'This code is wrong, too old, or was used already.' },
};

/** Runs work whose refusal is a fault of one property. */
async function asFault<T>(pointer: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const fault = error instanceof IdentityError ? FAULTS[error.code] : undefined;
    throw fault ? invalidInput([{ ...fault, pointer }]) : error;
  }
}

/** Ends the session that the address names, if it is this person's. */
export async function endOne(
  parts: Parts,
  request: FastifyRequest<{ Params: { id: string } }>,
  identityId: string,
  subjectId?: string,
  sessionId = request.params.id,
): Promise<void> {
  const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(sessionId);
  if (!isId || !(await parts.identity.endSession(identityId, sessionId)))
    throw new HttpProblem('unknown_session', 'There is no session with this id.');
  await tellSecurity(parts, request, { action: 'session_revoked', subjectId });
}

export function toSessions(sessions: readonly ListedSession[], current?: string): SessionsResponse {
  return {
    sessions: sessions.map((each) => ({
      id: each.id,
      is_current: each.tokenHash === current,
      workspace: each.workspace,
      created_at: each.createdAt,
      last_used_at: each.lastUsedAt,
      expires_at: each.expiresAt,
      method: each.method,
      user_agent: each.userAgent,
      address: each.address,
    })),
  };
}
