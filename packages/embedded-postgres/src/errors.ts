/**
 * The errors of this package: one class, a closed list of codes. Codes are stable and may be matched on;
 * messages are for people, name the folder or process concerned, and end with what to do.
 * Errors cross from the supervisor process to the application as `{ code, message }`.
 */

export type EmbeddedPostgresErrorCode =
  /** No server binaries for this operating system and processor are installed. */
  | 'POSTGRES_PLATFORM_UNSUPPORTED'
  /** The binaries are there but do not run. */
  | 'POSTGRES_BINARIES_BROKEN'
  /** We are root, and there is no way here to run the server as anyone else. */
  | 'POSTGRES_ROOT_REFUSED'
  /** A value in `settings` is not allowed or not well formed. */
  | 'POSTGRES_SETTING_INVALID'
  /** The folder cannot be created, written or owned. */
  | 'POSTGRES_DATA_UNWRITABLE'
  /** The folder holds something that is not a PostgreSQL data folder. */
  | 'POSTGRES_DATA_FOREIGN'
  /** The data folder was made by another major version. */
  | 'POSTGRES_DATA_VERSION'
  /** The data folder lacks files that every data folder has. */
  | 'POSTGRES_DATA_INCOMPLETE'
  /** Another live process holds the folder. */
  | 'POSTGRES_DATA_IN_USE'
  | 'POSTGRES_DISK_FULL'
  | 'POSTGRES_INIT_FAILED'
  | 'POSTGRES_START_FAILED'
  /** A server of an earlier run is still there and neither answers nor ends. */
  | 'POSTGRES_ORPHAN_STUCK'
  /** The supervisor process ended without a word. */
  | 'POSTGRES_SUPERVISOR_FAILED';

export class EmbeddedPostgresError extends Error {
  readonly code: EmbeddedPostgresErrorCode;

  constructor(code: EmbeddedPostgresErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EmbeddedPostgresError';
    this.code = code;
  }
}

/** The `code` of a Node system error (`ENOENT`, ...), if it is one. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Turns a system error met while preparing `folder` into one that says what to do; others pass through. */
export function folderError(folder: string, error: unknown): unknown {
  if (error instanceof EmbeddedPostgresError) return error;
  const reason = systemErrorCode(error);
  switch (reason) {
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(folder, error);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
    case 'EEXIST':
    case 'ENOENT':
      return new EmbeddedPostgresError(
        'POSTGRES_DATA_UNWRITABLE',
        `Cannot write the data folder ${folder} (${reason}). ` +
          'Make it writable for the user that runs Trellis, or choose another folder.',
        { cause: error },
      );
    default:
      return error;
  }
}

/** The error for a full disk at `folder`. */
export function diskFull(folder: string, cause?: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'POSTGRES_DISK_FULL',
    `No space is left on the disk that holds ${folder}. Free some space and start again; nothing saved is lost.`,
    { cause },
  );
}

/** Whether PostgreSQL or SQLite speaks of a full disk. */
export function tellsOfFullDisk(words: string): boolean {
  return /No space left on device|Disk quota exceeded|Check free disk space|disk is full/.test(words);
}
