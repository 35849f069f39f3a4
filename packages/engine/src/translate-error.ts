/**
 * The one place where storage's errors become the engine's. What is no fault of the request and no known trouble of
 * the database is a bug and passes through as it is.
 */
import { StorageError, WouldScanError } from '@trellis/storage';
import type { InputError } from './engine.ts';
import { EngineError } from './errors.ts';
import { wouldScan } from './would-scan.ts';

/** Thrown before anything was written, when an unknown name may only be unknown to a node that lags. */
export class LagSuspected extends Error {}

/** Somebody else wrote a record between our load and our write: the whole save is run again. */
export class LostRace extends Error {}

export function translateError(error: unknown): unknown {
  if (error instanceof LostRace) {
    return new EngineError(
      'stale_version',
      'The record is being changed by others all the time; try again.',
      { cause: error },
    );
  }
  if (!(error instanceof StorageError)) return error;
  if (error instanceof WouldScanError) return wouldScan(error);
  const cause = error;
  switch (error.code) {
    case 'stale_revision':
      return new EngineError('stale_revision', 'The metadata was changed meanwhile.', { cause });
    case 'unique_violation':
      return new EngineError('unique_violation', 'A value that must be unique is taken.', {
        errors: takenErrors(error.fields),
        cause,
      });
    case 'foreign_key_violation':
      return new EngineError('invalid_input', 'A lookup points to a record that does not exist.', {
        errors: (error.fields.length > 0 ? error.fields : ['']).map((field) => ({
          code: 'unknown_target',
          pointer: field === '' ? '' : `/${field}`,
          message: 'The record that this points to does not exist.',
        })),
        cause,
      });
    case 'workspace_exists':
      return new EngineError('workspace_exists', 'There is a workspace of this name already.', { cause });
    case 'invalid_value':
    case 'value_too_large':
      return new EngineError('invalid_input', error.message, {
        errors: [{ code: error.code, pointer: '', message: error.message }],
        cause,
      });
    case 'query_too_large':
      return new EngineError('invalid_query', error.message, {
        errors: [{ code: error.code, pointer: '', message: error.message }],
        cause,
      });
    case 'query_too_slow':
      return new EngineError(
        'query_too_slow',
        'The query took longer than it may. Narrow the filter, or have the field indexed.',
        { cause },
      );
    case 'too_busy':
    case 'connection_lost':
    case 'schema_changed':
      return new EngineError('database_unavailable', error.message, { cause });
    case 'disk_full':
    case 'read_only':
      return new EngineError(error.code, error.message, { cause });
    default:
      return error;
  }
}

/** Runs work on storage whose errors become the engine's. */
export async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translateError(error);
  }
}

/** Whether the node may simply not have heard of the newest revision yet. */
export function mayBeLag(error: unknown): boolean {
  if (error instanceof LagSuspected) return true;
  if (error instanceof StorageError) return error.code === 'schema_changed' || error.code === 'invalid_value';
  if (!(error instanceof EngineError)) return false;
  return error.code === 'unknown_object' || error.errors.some((each) => LAG_CODES.has(each.code));
}

const LAG_CODES: ReadonlySet<string> = new Set(['unknown_field', 'not_a_lookup', 'invalid_option']);

/** Uniqueness is told as a fact about the value, never by whom it is taken. */
export function takenErrors(fields: readonly string[]): readonly InputError[] {
  const pointers = fields.length > 0 ? fields.map((field) => `/${field}`) : [''];
  return pointers.map((pointer) => ({
    code: 'unique_violation',
    pointer,
    message: 'This value is taken: another record has it.',
  }));
}
