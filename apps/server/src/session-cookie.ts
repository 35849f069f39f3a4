/** The cookie that carries a session's token. */
import type { FastifyRequest } from 'fastify';

export const SESSION_COOKIE = 'trellis_session';
const PATTERN = new RegExp(`(?:^|;\\s*)${SESSION_COOKIE}=([A-Za-z0-9_-]{43})(?:;|$)`);

/** The token in a `Cookie` header, if there is one. */
export function readSessionCookie(header: string | undefined): string | undefined {
  return header === undefined ? undefined : PATTERN.exec(header)?.[1];
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
  const isSecure =
    request.protocol === 'https' ||
    options.publicUrl?.protocol === 'https:' ||
    request.headers.origin?.startsWith('https://') === true;
  const parts = [
    `${SESSION_COOKIE}=${token}`,
    'Path=/',
    `Max-Age=${options.maxAgeSeconds}`,
    'HttpOnly',
    'SameSite=Lax',
  ];
  return (isSecure ? [...parts, 'Secure'] : parts).join('; ');
}

/** `Set-Cookie` that makes the browser forget the session. */
export const NO_SESSION_COOKIE = `${SESSION_COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax`;
