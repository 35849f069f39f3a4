/**
 * Single sign-on: the two addresses that browsers are sent through, and what people and administrators link. A browser
 * that comes back always ends on a page: where it wanted to go, or the sign-in page with the reason as `sso_error`.
 */
import type { SignInOptions, SsoLinksResponse, SsoStartResponse } from '@trellis/api';
import { EngineError } from '@trellis/engine';
import { localPath, normaliseEmail, SignOnError } from '@trellis/identity';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../caller.ts';
import { HttpProblem } from '../http-problem.ts';
import type { Parts } from '../parts.ts';
import { tellSecurity } from '../security-events.ts';
import { readSessionCookie } from '../session-cookie.ts';
import { parameter, readBody, readParameters, requireGiven, text } from '../shape.ts';
import { passwordRule } from '../single-sign-on.ts';
import { noSsoCookie, readSsoCookie, ssoCookie } from '../sso-cookie.ts';
import { confirmOwner } from './account.ts';
import { welcome } from './auth.ts';

interface OfProvider {
  Params: { provider: string };
}

export function ssoRoutes(app: FastifyInstance, parts: Parts): void {
  const { engine, storage, identity, settings, signOn } = parts;
  const open = { access: 'public' as const };
  const session = { access: 'session' as const };
  const manages = { ...session, right: 'manage_users' as const };

  app.get('/auth/options', { config: open }, async (request): Promise<SignInOptions> => {
    readParameters(request.query, {});
    return { providers: signOn.providers, is_sso_only: settings.isSsoOnly };
  });

  /** Also for addresses that other sites link to: a browser that begins here signs in as itself. */
  app.get<OfProvider>('/auth/sso/:provider', { config: open }, async (request, reply) => {
    requireSignOn();
    requireFollowed(request);
    const wish = readParameters(request.query, { next: parameter, workspace: parameter });
    const returnTo = localPath(wish.next ?? '/');
    try {
      const begun = await begin(request, reply, { returnTo, workspace: wish.workspace });
      return reply.redirect(begun, 302);
    } catch (error) {
      return toReason(parts, request, reply, error, { returnTo, isLinking: false });
    }
  });

  app.get<OfProvider>('/auth/sso/:provider/callback', { config: open }, async (request, reply) => {
    requireSignOn();
    const query = new URLSearchParams(request.url.split('?')[1] ?? '');
    const state = query.get('state') ?? '';
    const forget = noSsoCookie(state, request, settings.publicUrl);
    if (forget !== undefined) reply.header('set-cookie', forget);
    let begun = { returnTo: '/', isLinking: false };
    try {
      const arrival = await signOn.arrive({
        provider: request.params.provider,
        query,
        secret: readSsoCookie(request, settings.publicUrl, state),
      });
      begun = { returnTo: arrival.returnTo, isLinking: arrival.linksTo !== undefined };
      const old = readSessionCookie(request, settings.publicUrl);
      if (arrival.linksTo !== undefined) await requireStillSignedIn(old, arrival.linksTo);
      const signedIn = await signOn.signIn(arrival, {
        address: request.ip,
        userAgent: request.headers['user-agent'],
        log: request.log,
      });
      const details = { by: request.params.provider };
      const who = signedIn.membership;
      if (begun.isLinking) await tellSecurity(parts, request, { action: 'sign_on_linked', who, details });
      await tellSecurity(parts, request, { action: 'sign_in', who, details });
      if (old !== undefined) await identity.signOut(old);
      welcome(request, reply, signedIn, parts);
      return reply.redirect(begun.returnTo, 302);
    } catch (error) {
      return toReason(parts, request, reply, error, begun);
    }
  });

  app.get('/me/sso', { config: session }, async (request): Promise<SsoLinksResponse> => {
    readParameters(request.query, {});
    const links = await signOn.linksOf(callerOf(request).session.identityId);
    return {
      providers: signOn.providers.map(({ name, label }) => {
        const link = links.find(({ provider }) => provider === name);
        return { name, label, linked_at: link?.createdAt ?? null, last_used_at: link?.lastUsedAt ?? null };
      }),
    };
  });

  app.post<OfProvider>(
    '/me/sso/:provider',
    { config: session },
    async (request, reply): Promise<SsoStartResponse> => {
      // Whoever found an open session must not be able to come back by a provider of their own.
      const { session: own, workspace } = await confirmOwner(parts, request, { next: parameter });
      const { next = '/profile' } = request.query as { next?: string };
      const wish = { returnTo: localPath(next), workspace: workspace.name, linksTo: own.identityId };
      return { redirect: await begin(request, reply, wish).catch(throwProblem) };
    },
  );

  app.delete<OfProvider>('/me/sso/:provider', { config: session }, async (request, reply) => {
    readParameters(request.query, {});
    const { session: own, membership, workspace } = callerOf(request);
    const { provider } = request.params;
    const behind = await storage.identities.findIdentityOfUser(workspace, membership.userId);
    const hasPassword =
      behind?.passwordHash !== null && passwordRule(settings)(normaliseEmail(membership.email));
    const outcome = await signOn
      .unlink(own.identityId, provider, { hasOtherWay: hasPassword })
      .catch(throwProblem);
    if (outcome === 'not_linked') throw notLinked();
    if (outcome === 'only_way')
      throw new HttpProblem('forbidden', 'This is your only way to sign in: it stays.');
    await tellSecurity(parts, request, { action: 'sign_on_unlinked', details: { provider } });
    return reply.code(204).send();
  });

  /** Lets a person of this workspace be linked by their verified address when they next come. */
  app.post<{ Params: { id: string } }>('/users/:id/sso', { config: manages }, async (request, reply) => {
    readParameters(request.query, {});
    const { provider } = readBody(request.body, { provider: text });
    requireGiven({ provider }, 'provider');
    const account = await engine.users.findAccount(callerOf(request).context, request.params.id);
    if (account.isShared) {
      throw new EngineError(
        'forbidden',
        'This person belongs to other workspaces too: only they themselves may link a provider.',
      );
    }
    const email = normaliseEmail(account.user.email);
    if (settings.emergencyEmails.some((each) => normaliseEmail(each) === email))
      throw new EngineError(
        'forbidden',
        'This is an emergency account, which no provider gets by its address: its owner may link one in their profile.',
      );
    await signOn.permit(account.identityId, provider!).catch(throwProblem);
    const subjectId = account.user.id;
    await tellSecurity(parts, request, {
      action: 'sign_on_permitted',
      subjectId,
      details: { provider: provider! },
    });
    return reply.code(204).send();
  });

  /** Without any provider there is no sign-in page that could say why, so its addresses are not there either. */
  function requireSignOn(): void {
    if (signOn.providers.length > 0) return;
    throw new HttpProblem('unknown_provider', 'There is no single sign-on here.');
  }

  async function begin(
    request: FastifyRequest<OfProvider>,
    reply: FastifyReply,
    wish: { readonly returnTo: string; readonly workspace: string | undefined; readonly linksTo?: string },
  ): Promise<string> {
    const { provider } = request.params;
    const { secret, url, seconds } = await signOn.begin({ ...wish, provider, address: request.ip });
    const state = new URL(url).searchParams.get('state')!;
    reply.header('set-cookie', ssoCookie({ secret, state, seconds }, request, settings.publicUrl));
    return url;
  }

  /** A link is made for who asked for it, in the session in which they asked. */
  async function requireStillSignedIn(token: string | undefined, identityId: string): Promise<void> {
    const now = token === undefined ? undefined : await identity.findSession(token);
    if (now?.identityId !== identityId)
      throw new SignOnError('expired', 'You are not signed in any more. Begin again.');
  }
}

/**
 * Back to where there is a sentence for each code: the page that began to link, else the sign-in page of the workspace
 * that was wanted.
 */
async function toReason(
  parts: Parts,
  request: FastifyRequest<OfProvider>,
  reply: FastifyReply,
  error: unknown,
  known: NonNullable<SignOnError['begun']>,
): Promise<FastifyReply> {
  const isForeseen = error instanceof SignOnError;
  const code = isForeseen ? error.code : 'failed';
  if (isForeseen) {
    const cause = error.cause as { message?: unknown; code?: unknown } | undefined;
    request.log.warn({ code, cause: cause?.message, causeCode: cause?.code }, 'Single sign-on was refused.');
    // What was never begun here is anybody's noise.
    if (code !== 'expired' && code !== 'unknown_provider') {
      const details = { by: request.params.provider, code };
      await tellSecurity(parts, request, { action: 'sign_on_refused', details });
    }
  } else request.log.error({ err: error }, 'Single sign-on failed.');
  const { returnTo, isLinking } = (isForeseen && error.begun) || known;
  if (isLinking) {
    const page = new URL(returnTo, 'http://local.invalid');
    page.searchParams.set('sso_error', code);
    return reply.redirect(page.pathname + page.search + page.hash, 302);
  }
  const base = /^\/w\/[a-z][a-z0-9_]*(?=\/|$)/.exec(returnTo)?.[0] ?? '';
  const wanted = returnTo.slice(base.length);
  const query = new URLSearchParams({ sso_error: code, ...(/^\/?$/.test(wanted) ? {} : { next: wanted }) });
  return reply.redirect(`${base}/login?${query}`, 302);
}

/**
 * A sign-in is begun by going there. A picture or a frame in a page of somebody else would only use up the sign-ins that a
 * network may have under way.
 */
function requireFollowed({ headers }: FastifyRequest): void {
  const destination = headers['sec-fetch-dest'];
  if (destination === undefined || destination === 'document') return;
  throw new HttpProblem('cross_origin', 'A sign-in is begun by following a link, not from within a page.');
}

function throwProblem(error: unknown): never {
  if (!(error instanceof SignOnError)) throw error;
  if (error.code === 'unknown_provider') throw new HttpProblem('unknown_provider', error.message);
  if (error.code === 'too_many_attempts') throw new HttpProblem('rate_limited', error.message);
  throw new HttpProblem('unavailable', error.message);
}

function notLinked(): HttpProblem {
  return new HttpProblem('unknown_provider', 'You are not linked to this provider.');
}
