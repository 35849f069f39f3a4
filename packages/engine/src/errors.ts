/** The errors that the engine throws, a closed union by code. HTTP statuses are the server's table. */
import type { Problem } from '@trellis/metadata';
import type { InputError } from './engine.ts';

export type EngineErrorCode =
  | 'unknown_object'
  | 'unknown_record'
  | 'unknown_user'
  | 'unknown_component'
  | 'unknown_revision'
  | 'unknown_job'
  | 'unknown_view'
  | 'forbidden'
  | 'read_only_view'
  | 'invalid_input'
  | 'invalid_query'
  | 'invalid_cursor'
  | 'invalid_metadata'
  | 'unconfirmed_warnings'
  | 'stale_version'
  | 'stale_revision'
  | 'unique_violation'
  | 'not_undoable'
  | 'delete_restricted'
  | 'system_object'
  | 'query_too_slow'
  | 'would_scan'
  | 'workspace_exists'
  | 'file_too_large'
  | 'too_many_uploads'
  | 'disk_full'
  | 'read_only'
  | 'database_unavailable';

export class EngineError extends Error {
  readonly code: EngineErrorCode;
  /** Every fault found, with pointers. */
  readonly errors: readonly (InputError | Problem)[];
  /** Facts for the caller: the current version of a stale record, the revisions since. Never stored values. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: EngineErrorCode,
    message: string,
    options: {
      readonly errors?: readonly (InputError | Problem)[];
      readonly details?: Readonly<Record<string, unknown>>;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'EngineError';
    this.code = code;
    this.errors = options.errors ?? [];
    this.details = options.details ?? {};
  }
}

/** What every door says to a cursor that it did not give out. */
export function invalidCursor(pointer: string, message: string): EngineError {
  const hint = 'Begin again without it.';
  return new EngineError('invalid_cursor', message, {
    errors: [{ code: 'invalid_cursor', pointer, message, hint }],
  });
}
