/**
 * Errors → problem documents (RFC 9457): the single table of what each code means in HTTP. In: whatever a handler or
 * Fastify threw. Out: status, headers and body, ready to send. Nothing internal gets through: what is not in the
 * table becomes `internal_error`, whose cause is in the log under the request id.
 */
import type { ProblemDocument, ProblemEntry } from '@trellis/api';
import { EngineError, type EngineErrorCode } from '@trellis/engine';
import { IdentityError, type IdentityErrorCode } from '@trellis/identity';
import { StorageError, type StorageErrorCode } from '@trellis/storage';
import { HttpProblem, type HttpProblemCode } from './http-problem.ts';

interface Meaning {
  readonly status: number;
  readonly title: string;
}

/** All faults of one thing that the caller may mend come with 422; 400 is for what could not be read at all. */
const ENGINE: { readonly [code in EngineErrorCode]: Meaning } = {
  unknown_object: { status: 404, title: 'There is no such object' },
  unknown_record: { status: 404, title: 'There is no such record' },
  unknown_user: { status: 404, title: 'There is no such user' },
  unknown_component: { status: 404, title: 'There is no such component' },
  unknown_revision: { status: 404, title: 'There is no such revision' },
  unknown_job: { status: 404, title: 'There is no such job' },
  unknown_view: { status: 404, title: 'There is no such view' },
  forbidden: { status: 403, title: 'A right is missing' },
  read_only_view: { status: 403, title: 'Seen as somebody else, nothing can be changed' },
  invalid_input: { status: 422, title: 'The input has faults' },
  invalid_query: { status: 422, title: 'The query has faults' },
  invalid_cursor: { status: 400, title: 'The cursor can’t be read' },
  invalid_metadata: { status: 422, title: 'The metadata has faults' },
  unconfirmed_warnings: { status: 422, title: 'The warnings are not confirmed' },
  not_undoable: { status: 409, title: 'The job can’t be undone' },
  stale_version: { status: 409, title: 'The record has changed meanwhile' },
  stale_revision: { status: 409, title: 'The metadata has changed meanwhile' },
  unique_violation: { status: 409, title: 'A value is taken' },
  delete_restricted: { status: 409, title: 'Other records depend on it' },
  system_object: { status: 403, title: 'The object belongs to the platform' },
  query_too_slow: { status: 422, title: 'The query takes too long' },
  would_scan: { status: 422, title: 'The query would read too many records' },
  workspace_exists: { status: 409, title: 'The workspace exists already' },
  too_many_uploads: { status: 429, title: 'Too many uploads are waiting' },
  file_too_large: { status: 413, title: 'The file is too large' },
  disk_full: { status: 503, title: 'The database has no space left' },
  read_only: { status: 503, title: 'The database takes no changes at present' },
  database_unavailable: { status: 503, title: 'The database does not answer' },
};

/** What storage throws is the engine's to translate; these are for what comes through elsewhere (sessions, users). */
const STORAGE: { readonly [code in StorageErrorCode]: Meaning | 'bug' } = {
  stale_revision: ENGINE.stale_revision,
  unique_violation: ENGINE.unique_violation,
  foreign_key_violation: { status: 409, title: 'Something it points to is gone' },
  workspace_exists: ENGINE.workspace_exists,
  invalid_value: ENGINE.invalid_input,
  value_too_large: ENGINE.invalid_input,
  query_too_large: ENGINE.invalid_query,
  query_too_slow: ENGINE.query_too_slow,
  would_scan: ENGINE.would_scan,
  too_busy: { status: 503, title: 'Too much is going on at once' },
  connection_lost: ENGINE.database_unavailable,
  disk_full: ENGINE.disk_full,
  read_only: ENGINE.read_only,
  schema_changed: { status: 503, title: 'The model has just changed' },
  migration_changed: 'bug',
  unsupported_server: 'bug',
  unexpected: 'bug',
};

const IDENTITY: { readonly [code in IdentityErrorCode]: Meaning } = {
  invalid_credentials: { status: 401, title: 'The sign-in was refused' },
  too_many_attempts: { status: 429, title: 'Too many failed sign-ins' },
  invalid_api_key: { status: 401, title: 'The API key is not valid' },
  no_workspace: { status: 403, title: 'No workspace' },
  otp_required: { status: 401, title: 'A second factor is needed' },
  invalid_otp: { status: 401, title: 'The code is not valid' },
  no_secret_key: { status: 409, title: 'There is no key for secrets' },
  invalid_link: { status: 404, title: 'The link is not valid' },
};

const HTTP: { readonly [code in HttpProblemCode]: Meaning } = {
  malformed_json: { status: 400, title: 'The JSON can’t be read' },
  malformed_request: { status: 400, title: 'The request can’t be read' },
  unauthenticated: { status: 401, title: 'Not signed in' },
  invalid_credentials: IDENTITY.invalid_credentials,
  forbidden: ENGINE.forbidden,
  read_only_view: ENGINE.read_only_view,
  view_ended: { status: 403, title: 'Seeing the product as somebody else has ended' },
  cross_origin: { status: 403, title: 'The request comes from another site' },
  unknown_workspace: { status: 404, title: 'There is no such workspace' },
  unknown_object: ENGINE.unknown_object,
  unknown_component: ENGINE.unknown_component,
  unknown_invitation: { status: 404, title: 'There is no such invitation' },
  not_invitable: { status: 409, title: 'This person can’t be invited' },
  no_mail: { status: 409, title: 'No mail is sent' },
  unknown_session: { status: 404, title: 'There is no such session' },
  password_required: { status: 403, title: 'The password is needed once more' },
  second_factor_required: { status: 403, title: 'A second factor must be set up' },
  unknown_api_key: { status: 404, title: 'There is no such API key' },
  unknown_provider: { status: 404, title: 'There is no such sign-in provider' },
  unknown_team: { status: 404, title: 'There is no such team' },
  unknown_route: { status: 404, title: 'There is nothing at this address' },
  method_not_allowed: { status: 405, title: 'The address has no such method' },
  already_set_up: { status: 409, title: 'There is an administrator already' },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The content type is not understood' },
  invalid_query: ENGINE.invalid_query,
  invalid_input: ENGINE.invalid_input,
  batch_failed: { status: 422, title: 'Nothing of the batch was written' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal_error: { status: 500, title: 'The server made a mistake' },
  unavailable: { status: 503, title: 'The server can’t answer now' },
};

/** Fastify's own errors, by its codes. All others of its 4xx are `malformed_request`. */
const FASTIFY: Readonly<Record<string, readonly [HttpProblemCode, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['body_too_large', 'A request body has at most 10 MB.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'unsupported_media_type',
    'Send JSON, with `Content-Type: application/json`.',
  ],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    'malformed_request',
    'The body is not as long as Content-Length says.',
  ],
  FST_ERR_BAD_URL: ['malformed_request', 'The address holds a percent sign that escapes nothing.'],
};

/** A document with more entries serves nobody; `detail` says how many there are. */
const MAX_ENTRIES = 1000;

export interface SentProblem {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ProblemDocument;
  /** True: nobody foresaw it; the error belongs in the log. */
  readonly isBug: boolean;
}

/** The problem document for anything thrown. */
export function toProblem(error: unknown, requestId: string): SentProblem {
  if (error instanceof EngineError) {
    const { code, message, errors, details } = error;
    return make(ENGINE[code], { code, detail: message, errors: errors.map(toEntry), details }, requestId);
  }
  if (error instanceof HttpProblem) {
    const { code, message, errors, details, headers } = error;
    return make(HTTP[code], { code, detail: message, errors, details, headers }, requestId);
  }
  if (error instanceof IdentityError) {
    const { code, message, retryAfterSeconds } = error;
    const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
    return make(IDENTITY[code], { code, detail: message, headers }, requestId);
  }
  if (error instanceof StorageError) {
    const meaning = STORAGE[error.code];
    if (meaning === 'bug') return internalError(requestId);
    const code = error.code === 'connection_lost' ? 'database_unavailable' : error.code;
    return make(meaning, { code, detail: error.message }, requestId);
  }
  const { code: fastifyCode, statusCode } = (error ?? {}) as { code?: unknown; statusCode?: unknown };
  const known = typeof fastifyCode === 'string' ? FASTIFY[fastifyCode] : undefined;
  if (known) return make(HTTP[known[0]], { code: known[0], detail: known[1] }, requestId);
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    const detail = 'The request is not well-formed HTTP.';
    return make(
      { ...HTTP.malformed_request, status: statusCode },
      { code: 'malformed_request', detail },
      requestId,
    );
  }
  return internalError(requestId);
}

function internalError(requestId: string): SentProblem {
  const detail = 'Something went wrong that should not have. The log has it under this request id.';
  return { ...make(HTTP.internal_error, { code: 'internal_error', detail }, requestId), isBug: true };
}

interface Content {
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly ProblemEntry[];
  readonly details?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

function make(meaning: Meaning, content: Content, requestId: string): SentProblem {
  const { status, title } = meaning;
  const retry = status === 503 ? { 'retry-after': '5' } : undefined;
  return {
    status,
    headers: { ...retry, ...content.headers },
    body: {
      ...content.details,
      type: `urn:trellis:problem:${content.code}`,
      title,
      status,
      code: content.code,
      detail: content.detail,
      errors: (content.errors ?? []).slice(0, MAX_ENTRIES),
      request_id: requestId,
    },
    isBug: false,
  };
}

/** A problem or input error as it is sent; both have these properties, a problem also names its component. */
export function toEntry(error: EngineError['errors'][number]): ProblemEntry {
  const { code, pointer, message, hint } = error;
  const rule = 'rule' in error ? error.rule : undefined;
  return {
    code,
    pointer,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(error.severity === undefined ? {} : { severity: error.severity }),
    ...(rule === undefined ? {} : { rule }),
    ...('component' in error && error.component ? { component: error.component } : {}),
  };
}

/** Codes with their statuses, for the list in docs/http-api.md. */
export function listProblems(): readonly {
  readonly code: string;
  readonly status: number;
  readonly title: string;
}[] {
  const all = new Map<string, Meaning>();
  for (const table of [HTTP, ENGINE, IDENTITY, STORAGE]) {
    for (const [code, meaning] of Object.entries(table)) {
      if (meaning !== 'bug' && code !== 'connection_lost' && !all.has(code)) all.set(code, meaning);
    }
  }
  return [...all]
    .map(([code, meaning]) => ({ code, ...meaning }))
    .sort((left, right) => left.status - right.status || (left.code < right.code ? -1 : 1));
}
