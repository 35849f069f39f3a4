/**
 * What happens to how people sign in, told to the audit log by one function. No event holds a password, a code, a
 * token or what somebody typed as their address.
 */
import type { AuditEvent, Engine } from '@trellis/engine';
import type { IdentityStore } from '@trellis/storage';
import type { FastifyRequest } from 'fastify';
import { FIRST_WORKSPACE } from './install.ts';
import { visitorOf } from './record-event.ts';
import type { WorkspaceDirectory } from './workspaces.ts';

export interface SecurityEvent extends AuditEvent {
  /** Who it was, where the request has no caller. */
  readonly who?: { readonly workspace: string; readonly userId: string | undefined } | undefined;
  /** The user that it was done to. */
  readonly subjectId?: string | undefined;
}

interface SecurityParts {
  readonly engine: Pick<Engine, 'audit'>;
  readonly workspaces: WorkspaceDirectory;
}

/** Says that something happened. What can't be written goes to the server's log: it never stands in anybody's way. */
export async function tellSecurity(
  { engine, workspaces }: SecurityParts,
  request: FastifyRequest,
  { who, subjectId, ...event }: SecurityEvent,
): Promise<void> {
  const { caller } = request;
  try {
    const place = who ?? { workspace: FIRST_WORKSPACE, userId: undefined };
    const workspace = caller?.workspace ?? (await workspaces.find(place.workspace));
    if (!workspace) return;
    const actor = caller?.context ?? visitorOf(request, workspace, place.userId);
    const about = subjectId === undefined ? {} : { object: 'user', recordId: subjectId };
    await engine.audit.record(actor, { ...about, ...event });
  } catch (error) {
    request.log.error({ err: error }, 'A security event could not be written.');
  }
}

/**
 * Who an address belongs to, for the log of failed attempts: the user in the wished workspace, else in the first of
 * theirs. Of an address that nobody has nothing is told but that it was tried; both take the same work.
 */
export async function whoHas(
  identities: Pick<IdentityStore, 'findByEmail' | 'memberships'>,
  email: string,
  wished: string | undefined,
): Promise<SecurityEvent['who']> {
  const identity = await identities.findByEmail(email);
  const places = await identities.memberships(identity?.id ?? '00000000-0000-0000-0000-000000000000');
  return places.find((each) => each.workspace === wished) ?? places[0];
}
