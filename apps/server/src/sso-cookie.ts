/**
 * The cookie that holds the secret of a sign-in under way. Its name has the first letters of the state, so that two
 * tabs that sign in at the same time do not take each other's.
 */
import type { FastifyRequest } from 'fastify';
import { isSecure } from './session-cookie.ts';

const PATH = '/api/v1/auth/sso';

function nameFor(state: string): string | undefined {
  return /^[A-Za-z0-9_-]{43}$/.test(state) ? `trellis_sso_${state.slice(0, 8)}` : undefined;
}

/** The secret that belongs to a state, if this browser began that sign-in. */
export function readSsoCookie(header: string | undefined, state: string): string | undefined {
  const name = nameFor(state);
  if (header === undefined || name === undefined) return undefined;
  return new RegExp(`(?:^|;\\s*)${name}=([A-Za-z0-9_-]{43})(?:;|$)`).exec(header)?.[1];
}

/** `Set-Cookie`. `Lax`, because the provider's site sends the browser back. */
export function ssoCookie(
  { secret, state, seconds }: { readonly secret: string; readonly state: string; readonly seconds: number },
  request: Pick<FastifyRequest, 'protocol' | 'headers'>,
  publicUrl: URL | undefined,
): string {
  const parts = [
    `${nameFor(state)}=${secret}`,
    `Path=${PATH}`,
    `Max-Age=${seconds}`,
    'HttpOnly',
    'SameSite=Lax',
  ];
  return (isSecure(request, publicUrl) ? [...parts, 'Secure'] : parts).join('; ');
}

/** `Set-Cookie` that makes the browser forget it. */
export function noSsoCookie(state: string): string | undefined {
  const name = nameFor(state);
  return name && `${name}=; Path=${PATH}; Max-Age=0; HttpOnly; SameSite=Lax`;
}
