/**
 * Tells a program that it says old names: `Deprecation` (RFC 9745) with the moment since when the name is old, and
 * `X-Trellis-Renamed: old=new` for who reads the log of their client.
 */
import type { UserContext } from '@trellis/engine';
import type { FastifyInstance, FastifyRequest } from 'fastify';

type AliasUse = Parameters<NonNullable<UserContext['onAlias']>>[0];

const MOST_TOLD = 20;
const uses = new WeakMap<FastifyRequest, Map<string, AliasUse>>();

export function noteAlias(request: FastifyRequest): (use: AliasUse) => void {
  return (use) => {
    const known = uses.get(request) ?? new Map<string, AliasUse>();
    uses.set(request, known);
    if (known.size < MOST_TOLD) known.set(use.name, use);
  };
}

export function tellAliases(app: FastifyInstance): void {
  app.addHook('onSend', (request, reply, _payload, done) => {
    const found = [...(uses.get(request)?.values() ?? [])];
    if (found.length > 0) {
      const since = Math.min(...found.map((each) => Date.parse(each.since)));
      reply.header('deprecation', `@${Math.floor(since / 1000)}`);
      reply.header('x-trellis-renamed', found.map(({ name, current }) => `${name}=${current}`).join(', '));
    }
    done();
  });
}
