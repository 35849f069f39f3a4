/** What the audit log is told of a publish: which components changed, and in which of their properties. */
import type { Plan } from '../engine.ts';
import type { AuditEvent } from './audit-entry.ts';

/** More are counted and not named; the revision itself has them all. */
const MAX_NAMED = 100;
const MAX_PROPERTIES = 20;

/** Why a revision came about. */
export type PublishReason = Pick<AuditEvent, 'action' | 'details'>;

export function publishEvent(
  { action, details }: PublishReason,
  { components }: Plan,
  { revision, message }: { readonly revision: number; readonly message: string | undefined },
): AuditEvent {
  const changed = components.filter((each) => each.change !== 'none');
  return {
    action,
    revision,
    details: {
      ...details,
      ...(message === undefined ? {} : { message: message.slice(0, 500) }),
      count: changed.length,
      components: changed.slice(0, MAX_NAMED).map(({ kind, name, change, differences }) => ({
        kind,
        name,
        change,
        ...(differences.length > 0
          ? { properties: differences.slice(0, MAX_PROPERTIES).map(({ pointer }) => pointer) }
          : {}),
      })),
    },
  };
}
