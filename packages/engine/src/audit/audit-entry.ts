/** From an event and who caused it to an entry of the audit log. */
import { type JsonValue, SYSTEM_PRINCIPAL_ID } from '@trellis/model';
import type { NewAuditEntry, Workspace } from '@trellis/storage';
import type { Context } from '../engine.ts';
import type { AuditAction } from './actions.ts';

const ADDRESS_LENGTH = 100;
const USER_AGENT_LENGTH = 300;

/** Something that happened. `details` are names and counts: never a value of a field, never a secret. */
export interface AuditEvent {
  readonly action: AuditAction;
  /** `done` unless given; `refused`: tried and not done. */
  readonly outcome?: 'done' | 'refused';
  /** API name of the object that it is about; `user` and `team` for people. */
  readonly object?: string | undefined;
  readonly recordId?: string | undefined;
  /** Of a list: the records that it showed. */
  readonly recordIds?: readonly string[] | undefined;
  /** Number of a revision of the metadata. */
  readonly revision?: number | undefined;
  readonly details?: Readonly<Record<string, JsonValue>> | undefined;
}

/** Somebody who has not signed in yet, or has just left: a user where it is known which. */
export interface Visitor {
  readonly kind: 'visitor';
  readonly workspace: Workspace;
  readonly userId?: string | undefined;
  readonly source: string;
  readonly requestId?: string | undefined;
  readonly address?: string | undefined;
  readonly userAgent?: string | undefined;
}

/** Who is seen to have done something. */
export type AuditActor = Context | Visitor;

export function toAuditEntry(actor: AuditActor, event: AuditEvent, at: string): NewAuditEntry {
  return {
    at,
    ...originOf(actor),
    action: event.action,
    outcome: event.outcome ?? 'done',
    object: event.object ?? null,
    recordId: event.recordId ?? null,
    recordIds: event.recordIds ?? null,
    revision: event.revision ?? null,
    details: { ...(actor.kind === 'system' ? { reason: actor.reason } : {}), ...event.details },
  };
}

type Origin = Pick<NewAuditEntry, 'actorId' | 'asId' | 'source' | 'requestId' | 'address' | 'userAgent'>;

function originOf(actor: AuditActor): Origin {
  if (actor.kind === 'system') {
    const nowhere = { requestId: null, address: null, userAgent: null };
    return { actorId: SYSTEM_PRINCIPAL_ID, asId: null, source: 'system', ...nowhere };
  }
  const viewer = actor.kind === 'user' ? actor.viewer : undefined;
  return {
    actorId: viewer?.userId ?? actor.userId ?? null,
    asId: viewer ? (actor.userId ?? null) : null,
    source: actor.source,
    requestId: actor.requestId ?? null,
    address: cut(actor.address, ADDRESS_LENGTH),
    userAgent: cut(actor.userAgent, USER_AGENT_LENGTH),
  };
}

/** What a request says of itself may be anything. */
function cut(text: string | undefined, length: number): string | null {
  return text === undefined ? null : text.replaceAll('\0', '').toWellFormed().slice(0, length).toWellFormed();
}
