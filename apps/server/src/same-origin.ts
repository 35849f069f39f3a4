/**
 * Cross-site requests: a browser sends the session's cookie along with whatever page makes it send a request, but it
 * also says, in `Origin` and `Sec-Fetch-Site`, which page that was. A change under a cookie is taken from our own pages only.
 */
import type { FastifyRequest } from 'fastify';
import { HttpProblem } from './http-problem.ts';

type Asked = Pick<FastifyRequest, 'method' | 'headers' | 'host' | 'protocol'>;

/** Pages that were found to be ours, by what was asked: reading two addresses costs more than all else here. */
const ours = new Set<string>();
const MAX_KNOWN = 500;

/** Whether a request of this method may change something. */
export function changesState(method: string): boolean {
  return method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS';
}

/**
 * Whether the request comes from a page of this installation, as far as `Origin` tells: the public URL where one is
 * set, else the host that was asked for. A proxy that speaks TLS without saying so makes us see `http`, so the scheme
 * counts only where we know it to be `https`.
 */
export function isSameOrigin(request: Asked, publicUrl: URL | undefined): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers;
  // Newer browsers say it in so many words. A page of another subdomain (`same-site`) is not ours either.
  if (site !== undefined && site !== 'same-origin') return false;
  if (typeof origin !== 'string') return false;
  if (publicUrl && origin === publicUrl.origin) return true;
  const asked = `${origin}\n${request.protocol}\n${request.host}`;
  if (ours.has(asked)) return true;
  if (!isHostOf(origin, request)) return false;
  if (ours.size >= MAX_KNOWN) ours.clear();
  ours.add(asked);
  return true;
}

function isHostOf(origin: string, request: Asked): boolean {
  if (!URL.canParse(origin)) return false;
  const { host, protocol } = new URL(origin);
  if (protocol !== 'https:' && (protocol !== 'http:' || request.protocol === 'https')) return false;
  return host === canonicalHost(request.host, protocol);
}

function canonicalHost(host: string, protocol: string): string | undefined {
  return URL.canParse(`${protocol}//${host}`) ? new URL(`${protocol}//${host}`).host : undefined;
}

/** @throws HttpProblem `cross_origin` when a request that changes something under a cookie is not from our own pages. */
export function requireSameOrigin(request: Asked, publicUrl: URL | undefined): void {
  if (!changesState(request.method) || isSameOrigin(request, publicUrl)) return;
  throw new HttpProblem(
    'cross_origin',
    'A request that changes something with a session cookie needs an `Origin` header of this same site.',
  );
}

/** For sign-in, which needs no cookie yet: refused only when the browser says that it comes from elsewhere. */
export function refuseCrossOrigin(request: Asked, publicUrl: URL | undefined): void {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (origin !== undefined || site !== undefined) requireSameOrigin(request, publicUrl);
}
