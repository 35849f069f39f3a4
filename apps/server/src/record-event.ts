/**
 * The door to the audit log for routes: what a request did, or tried to do. `record` is for callers who are known;
 * `visitorOf` makes an actor of a request that has no caller yet, such as a sign-in.
 *
 *     await recordEvent(engine, request, { action: 'api_key_created', object: 'user', recordId, details: { name } });
 *     await engine.audit.record(visitorOf(request, workspace, userId), { action: 'sign_in_failed', outcome: 'refused' });
 *
 * Details are names and counts. A password, a token, a code, an address that somebody typed wrongly: none of it, ever.
 */
import type { AuditEvent, Engine, Visitor } from '@trellis/engine';
import type { Workspace } from '@trellis/storage';
import type { FastifyRequest } from 'fastify';
import { callerOf, sourceOf } from './caller.ts';

export async function recordEvent(
  engine: Pick<Engine, 'audit'>,
  request: FastifyRequest,
  event: AuditEvent,
): Promise<void> {
  await engine.audit.record(callerOf(request).context, event);
}

/** Somebody who has not signed in (yet): with the user where it is known which one it is. */
export function visitorOf(request: FastifyRequest, workspace: Workspace, userId?: string): Visitor {
  return {
    kind: 'visitor',
    workspace,
    userId,
    source: sourceOf(request),
    requestId: request.id,
    address: request.ip,
    userAgent: request.headers['user-agent'],
  };
}
