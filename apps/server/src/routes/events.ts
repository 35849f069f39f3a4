/** Live updates as server-sent events: that records have changed, and that the metadata has. */
import type { Session } from '@trellis/identity';
import type { FastifyInstance } from 'fastify';
import { type Caller, callerOf } from '../caller.ts';
import { createEventHub, type Watcher } from '../event-hub.ts';
import { HttpProblem } from '../http-problem.ts';
import type { Parts } from '../parts.ts';
import { namesParameter, parameter, readParameters } from '../shape.ts';
import { findViewed } from '../view-session.ts';

/** What a connection that does not keep up may hold in memory. */
const MAX_WAITING_BYTES = 512 * 1024;

export function eventRoutes(app: FastifyInstance, parts: Parts): void {
  const hub = createEventHub({ ...parts, log: app.log }, parts.hubRules);
  app.addHook('preClose', () => hub.close());

  app.get(
    '/events',
    { exposeHeadRoute: false, config: { isLongLived: true, workspaceInQuery: true } },
    async (request, reply) => {
      const { objects, after } = readParameters(request.query, {
        objects: namesParameter,
        workspace: parameter,
        after: parameter,
      });
      const caller = callerOf(request);
      // A browser that takes up the thread asks by the address that it began with, and says how far it has come since.
      const lastEventId = request.headers['last-event-id'] ?? after;
      const { raw } = reply;
      let isOpen = false;
      let early = '';
      const watcher: Watcher = {
        context: caller.context,
        objects: objects && new Set(objects),
        send(text) {
          if (!isOpen) {
            early += text;
            return true;
          }
          if (raw.writableLength > MAX_WAITING_BYTES) {
            raw.destroy();
            return false;
          }
          raw.write(text);
          return true;
        },
        check: () => checkAgain(parts, caller, request.ip),
        close: () => raw.end(),
      };
      // Refused like any other request while nothing has been sent.
      await hub.add(watcher, typeof lastEventId === 'string' ? lastEventId : undefined);
      reply.hijack();
      raw.once('close', () => hub.remove(watcher));
      if (raw.destroyed) return hub.remove(watcher);
      raw.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        // Proxies such as nginx would collect events otherwise.
        'x-accel-buffering': 'no',
      });
      isOpen = true;
      raw.write(`retry: 2000\n\n${early}`);
    },
  );
}

/** The caller's rights as they are now; undefined once session, key or membership has ended. */
async function checkAgain(
  { identity, engine }: Pick<Parts, 'identity' | 'engine'>,
  caller: Caller,
  address: string,
): Promise<Caller['context'] | undefined> {
  const { token, isKey, context, membership } = caller;
  if (context.viewer) return seenAgain(engine, await identity.findSession(token, { isUse: false }), context);
  const memberships = isKey
    ? await identity.findApiKeyHolder(token, address, { isUse: false }).then(
        (holder) => [holder.membership],
        () => [],
      )
    : (await identity.findSession(token, { isUse: false }))?.memberships;
  const now = memberships?.find((each) => each.workspace === membership.workspace);
  return now && { ...context, permissionSets: now.permissionSets };
}

/** Somebody sees the product as another user: both must still be there, and the time not be over. */
async function seenAgain(
  engine: Parts['engine'],
  session: Session | undefined,
  context: Caller['context'],
): Promise<Caller['context'] | undefined> {
  const own = session?.memberships.find((each) => each.workspace === context.workspace.name);
  if (!session?.view || !own) return undefined;
  const { viewer: _, ...rest } = context;
  const viewer = { ...rest, userId: own.userId, permissionSets: own.permissionSets };
  try {
    const { permissionSets } = await findViewed(engine, session.view, viewer);
    return { ...context, permissionSets };
  } catch (error) {
    if (error instanceof HttpProblem) return undefined;
    throw error;
  }
}
