/** What the server itself refuses, before or beside the engine. Thrown by hooks and handlers; `problem.ts` sends it. */
import type { ProblemEntry } from '@trellis/api';

export type HttpProblemCode =
  | 'malformed_json'
  | 'malformed_request'
  | 'unauthenticated'
  | 'invalid_credentials'
  | 'forbidden'
  | 'read_only_view'
  | 'view_ended'
  | 'cross_origin'
  | 'unknown_workspace'
  | 'unknown_object'
  | 'unknown_component'
  | 'unknown_team'
  | 'unknown_api_key'
  | 'unknown_provider'
  | 'unknown_session'
  | 'unknown_invitation'
  | 'not_invitable'
  | 'no_mail'
  | 'password_required'
  | 'second_factor_required'
  | 'unknown_route'
  | 'method_not_allowed'
  | 'already_set_up'
  | 'body_too_large'
  | 'unsupported_media_type'
  | 'invalid_query'
  | 'invalid_input'
  | 'batch_failed'
  | 'rate_limited'
  | 'internal_error'
  | 'unavailable';

export class HttpProblem extends Error {
  readonly code: HttpProblemCode;
  readonly errors: readonly ProblemEntry[];
  readonly headers: Readonly<Record<string, string>>;
  /** Further members of the document. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: HttpProblemCode,
    message: string,
    options: {
      readonly errors?: readonly ProblemEntry[];
      readonly headers?: Readonly<Record<string, string>>;
      readonly details?: Readonly<Record<string, unknown>>;
    } = {},
  ) {
    super(message);
    this.name = 'HttpProblem';
    this.code = code;
    this.errors = options.errors ?? [];
    this.headers = options.headers ?? {};
    this.details = options.details ?? {};
  }
}
