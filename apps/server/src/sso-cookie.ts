/**
 * The cookie that holds the secret of a sign-in under way. Its name has the first letters of the state, so that two
 * tabs that sign in at the same time do not take each other's. It is `Lax`, because the provider's site sends the
 * browser back.
 */
import type { FastifyRequest } from 'fastify';
import { cookieOf, readCookie } from './session-cookie.ts';

const PATH = '/api/v1/auth/sso';

type Asked = Pick<FastifyRequest, 'protocol' | 'headers'>;

function nameFor(state: string): string | undefined {
  return /^[A-Za-z0-9_-]{43}$/.test(state) ? `trellis_sso_${state.slice(0, 8)}` : undefined;
}

/** The secret that belongs to a state, if this browser began that sign-in. */
export function readSsoCookie(request: Asked, publicUrl: URL | undefined, state: string): string | undefined {
  const name = nameFor(state);
  return name && readCookie(request, publicUrl, name);
}

/** `Set-Cookie`. */
export function ssoCookie(
  { secret, state, seconds }: { readonly secret: string; readonly state: string; readonly seconds: number },
  request: Asked,
  publicUrl: URL | undefined,
): string {
  return cookieOf({ name: nameFor(state)!, value: secret, path: PATH, seconds }, request, publicUrl);
}

/** `Set-Cookie` that makes the browser forget it. */
export function noSsoCookie(state: string, request: Asked, publicUrl: URL | undefined): string | undefined {
  const name = nameFor(state);
  return name && cookieOf({ name, value: '', path: PATH, seconds: 0 }, request, publicUrl);
}
