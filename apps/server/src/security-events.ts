/**
 * What happens to how people sign in, said once, here, by one function: whoever keeps a record of it hangs on here.
 * No event holds a password, a code, a token or a key.
 */
import type { FastifyRequest } from 'fastify';
import type { Parts } from './parts.ts';

export type SecurityEventKind =
  | 'signed_in'
  | 'sign_in_failed'
  | 'sign_in_locked'
  | 'signed_out'
  | 'sessions_ended'
  | 'password_changed'
  | 'password_set'
  | 'password_reset_asked'
  | 'password_reset'
  | 'invited'
  | 'invitation_withdrawn'
  | 'invitation_accepted'
  | 'second_factor_enrolled'
  | 'second_factor_removed'
  | 'second_factor_failed'
  | 'recovery_code_used'
  | 'recovery_codes_renewed'
  | 'unlocked'
  | 'api_key_made'
  | 'api_key_revoked';

export interface SecurityEvent {
  readonly kind: SecurityEventKind;
  /** Where it happened or was asked for; undefined: before anybody was known. */
  readonly workspace?: string | undefined;
  /** Who did it: the id of a user of the workspace. */
  readonly userId?: string | undefined;
  /** To whom, where that is somebody else. */
  readonly subjectId?: string | undefined;
  /** The account that was tried, where nobody has signed in. */
  readonly email?: string | undefined;
  readonly address: string;
  readonly userAgent: string | undefined;
  readonly requestId: string;
  /** Facts that belong to the kind: how somebody signed in, how many sessions ended. */
  readonly details?: Readonly<Record<string, string | number | boolean>> | undefined;
}

/** Says that something happened, with all that the request tells of where it came from. Never throws. */
export function tellSecurity(
  { onSecurityEvent }: Pick<Parts, 'onSecurityEvent'>,
  request: FastifyRequest,
  event: Omit<SecurityEvent, 'address' | 'userAgent' | 'requestId'>,
): void {
  const { caller } = request;
  try {
    onSecurityEvent({
      workspace: caller?.workspace.name,
      userId: caller?.context.userId,
      address: request.ip,
      userAgent: request.headers['user-agent']?.slice(0, 500),
      requestId: request.id,
      ...event,
    });
  } catch (error) {
    request.log.error({ err: error }, 'A security event could not be told.');
  }
}
