/**
 * The cookie that carries a session's token. Over TLS its name begins with `__Host-`: browsers then take it from this
 * very host alone, so that no neighbour (`evil.example.com` of `crm.example.com`) can put a session of theirs in front.
 */
import type { FastifyRequest } from 'fastify';

export const SESSION_COOKIE = 'trellis_session';
const HOST_ONLY = '__Host-';

type Asked = Pick<FastifyRequest, 'protocol' | 'headers'>;

/** The token that came with a request, if there is one. */
export function readSessionCookie(request: Asked, publicUrl: URL | undefined): string | undefined {
  return readCookie(request, publicUrl, SESSION_COOKIE);
}

/**
 * A value of 256 random bits in a cookie of ours. Where browsers are known to speak TLS, only what they keep for this host
 * alone; else that first.
 */
export function readCookie(request: Asked, publicUrl: URL | undefined, name: string): string | undefined {
  const { cookie } = request.headers;
  if (cookie === undefined) return undefined;
  const find = (of: string) => new RegExp(`(?:^|;\\s*)${of}=([A-Za-z0-9_-]{43})(?:;|$)`).exec(cookie)?.[1];
  const kept = find(HOST_ONLY + name);
  const isKnownSecure = request.protocol === 'https' || publicUrl?.protocol === 'https:';
  return kept ?? (isKnownSecure ? undefined : find(name));
}

/**
 * Whether the browser is known to speak TLS, be it to a proxy. `protocol` is what a trusted proxy says of it; an `Origin`
 * is the browser's own word, and can only make a cookie more careful.
 */
function isSecure(request: Asked, publicUrl: URL | undefined): boolean {
  return (
    request.protocol === 'https' ||
    publicUrl?.protocol === 'https:' ||
    request.headers.origin?.startsWith('https://') === true
  );
}

/**
 * `Set-Cookie` for no script to read, and sent along from other sites only when a link is followed. `Secure`, and of this
 * host alone, where the browser is known to speak TLS. `path` counts without TLS only: what is kept for a host has none.
 */
export function cookieOf(
  { name, value, path, seconds }: { name: string; value: string; path: string; seconds: number },
  request: Asked,
  publicUrl: URL | undefined,
): string {
  const rest = `Max-Age=${seconds}; HttpOnly; SameSite=Lax`;
  return isSecure(request, publicUrl)
    ? `${HOST_ONLY}${name}=${value}; Path=/; ${rest}; Secure`
    : `${name}=${value}; Path=${path}; ${rest}`;
}

/** `Set-Cookie` for a new session. */
export function sessionCookie(
  token: string,
  request: Asked,
  options: { readonly publicUrl: URL | undefined; readonly maxAgeSeconds: number },
): string {
  const cookie = { name: SESSION_COOKIE, value: token, path: '/', seconds: options.maxAgeSeconds };
  return cookieOf(cookie, request, options.publicUrl);
}

/** `Set-Cookie` that makes the browser forget the session, under either name. */
export const NO_SESSION_COOKIE: string[] = [
  `${SESSION_COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax`,
  `${HOST_ONLY}${SESSION_COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure`,
];
