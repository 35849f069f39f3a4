/**
 * Everything storage throws. SQLSTATE and socket errors are translated here and nowhere else, keeping `cause`;
 * the messages never repeat stored values, because errors travel to callers who may not read the record.
 */
export type StorageErrorCode =
  | 'stale_revision'
  | 'unique_violation'
  | 'foreign_key_violation'
  | 'workspace_exists'
  | 'invalid_value'
  | 'value_too_large'
  | 'query_too_large'
  | 'query_too_slow'
  | 'would_scan'
  | 'too_busy'
  | 'connection_lost'
  | 'disk_full'
  | 'read_only'
  | 'schema_changed'
  | 'migration_changed'
  | 'unsupported_server'
  | 'unexpected';

export class StorageError extends Error {
  readonly code: StorageErrorCode;
  /** API names of the fields at fault, where they are known. */
  readonly fields: readonly string[];
  /** Name of the index or foreign key that refused, for the translation into fields. */
  readonly constraint: string | undefined;

  constructor(
    code: StorageErrorCode,
    message: string,
    options: { cause?: unknown; fields?: readonly string[]; constraint?: string | undefined } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'StorageError';
    this.code = code;
    this.fields = options.fields ?? [];
    this.constraint = options.constraint;
  }
}

/** SQLSTATE → what it means to us. */
const BY_SQLSTATE: Readonly<Record<string, readonly [StorageErrorCode, string]>> = {
  '23505': ['unique_violation', 'Another record already has this value.'],
  '23503': ['foreign_key_violation', 'A lookup points to a record that does not exist.'],
  '57014': ['query_too_slow', 'The query took longer than it may.'],
  '55P03': ['too_busy', 'A lock could not be had in time.'],
  '40P01': ['too_busy', 'Two transactions waited for each other.'],
  '40001': ['too_busy', 'A concurrent transaction changed the same rows.'],
  '53100': ['disk_full', 'The database has no disk space left.'],
  '53300': ['connection_lost', 'The database accepts no more connections.'],
  '25006': ['read_only', 'The database accepts no writes at present.'],
  '54000': ['value_too_large', 'A value is too large for its index.'],
  '54001': ['query_too_large', 'The question is too large for one statement.'],
  '54011': ['query_too_large', 'The question is too large for one statement.'],
  '54023': ['query_too_large', 'The question is too large for one statement.'],
  '42703': ['schema_changed', 'A column is not there: the model may be out of date.'],
  '42P01': ['schema_changed', 'A table is not there: the model may be out of date.'],
  // Raised by the trigger of a table whose fields change their type.
  TR001: ['schema_changed', 'A field has changed its type: the model is out of date.'],
  '0A000': ['schema_changed', 'A prepared statement no longer fits its table.'],
};
/** 22: data exception: a value that its type refuses. 08, 57P0x: the connection went away. */
const BY_CLASS: Readonly<Record<string, readonly [StorageErrorCode, string]>> = {
  '22': ['invalid_value', 'A value does not fit its type.'],
  '08': ['connection_lost', 'The connection to the database was lost.'],
  '57P': ['connection_lost', 'The database closed the connection.'],
};
const LOST_SOCKET = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ENOENT',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);
const LOST_MESSAGE =
  /connection terminated|connection ended|timeout exceeded when trying to connect|client was closed|not queryable|connection error/i;

/** The error as ours; one that is ours already is returned as it is. */
export function translateError(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const described = describe(error);
  const { constraint, message } = described;
  // The code of a value that an index can't hold is that of some statements, too.
  const isOfStatement = described.code === '54000' && /^(joins can have|too many range table)/.test(message);
  const code = isOfStatement ? '54001' : described.code;
  const known =
    BY_SQLSTATE[code] ??
    BY_CLASS[code.slice(0, 3)] ??
    (/^\d/.test(code) ? BY_CLASS[code.slice(0, 2)] : undefined);
  if (known) return new StorageError(known[0], known[1], { cause: error, constraint });
  if (LOST_SOCKET.has(code) || (code === '' && LOST_MESSAGE.test(message))) {
    return new StorageError('connection_lost', 'The connection to the database was lost.', { cause: error });
  }
  return new StorageError('unexpected', `The database answered: ${message}`, { cause: error, constraint });
}

/** Whether running the transaction again may succeed: a deadlock or a serialisation failure. */
export function isRetriable(error: unknown): boolean {
  const { code } = describe(error instanceof StorageError ? error.cause : error);
  return code === '40P01' || code === '40001';
}

/** SQLSTATE of a database error, or `''`. */
export function sqlState(error: unknown): string {
  return describe(error instanceof StorageError ? error.cause : error).code;
}

function describe(error: unknown): { code: string; constraint: string | undefined; message: string } {
  if (typeof error !== 'object' || error === null)
    return { code: '', constraint: undefined, message: String(error) };
  const { code, constraint, message } = error as { code?: unknown; constraint?: unknown; message?: unknown };
  return {
    code: typeof code === 'string' ? code : '',
    constraint: typeof constraint === 'string' ? constraint : undefined,
    message: typeof message === 'string' ? message : String(error),
  };
}
