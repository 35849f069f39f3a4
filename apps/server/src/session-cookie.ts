/** The cookie that carries a session's token. */
import type { FastifyRequest } from 'fastify';

export const SESSION_COOKIE = 'trellis_session';
const PATTERN = new RegExp(`(?:^|;\\s*)${SESSION_COOKIE}=([A-Za-z0-9_-]{43})(?:;|$)`);

/** The token in a `Cookie` header, if there is one. */
export function readSessionCookie(header: string | undefined): string | undefined {
  return header === undefined ? undefined : PATTERN.exec(header)?.[1];
}

/**
 * Whether the browser is known to speak TLS, be it to a proxy. `protocol` is what a trusted proxy says of it; an `Origin`
 * is the browser's own word, and can only make a cookie more careful.
 */
export function isSecure(
  request: Pick<FastifyRequest, 'protocol' | 'headers'>,
  publicUrl: URL | undefined,
): boolean {
  return (
    request.protocol === 'https' ||
    publicUrl?.protocol === 'https:' ||
    request.headers.origin?.startsWith('https://') === true
  );
}

/**
 * `Set-Cookie` for a new session; for no script to read, and sent along from other sites only when a link is
 * followed. `Secure` where the browser is known to speak TLS, be it to a proxy.
 */
export function sessionCookie(
  token: string,
  request: Pick<FastifyRequest, 'protocol' | 'headers'>,
  options: { readonly publicUrl: URL | undefined; readonly maxAgeSeconds: number },
): string {
  const parts = [
    `${SESSION_COOKIE}=${token}`,
    'Path=/',
    `Max-Age=${options.maxAgeSeconds}`,
    'HttpOnly',
    'SameSite=Lax',
  ];
  return (isSecure(request, options.publicUrl) ? [...parts, 'Secure'] : parts).join('; ');
}

/** `Set-Cookie` that makes the browser forget the session. */
export const NO_SESSION_COOKIE = `${SESSION_COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax`;
