/**
 * The application's own lock on a data folder: one live instance per folder.
 * Comes in: the folder. Goes out: a handle to release, or the refusal that names the other instance.
 * The lock ends with its holder, even by SIGKILL; nothing has to be cleaned up after a crash.
 */
import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { EmbeddedPostgresError, folderError } from './errors.ts';
import { type HeldFileLock, type LockHolder, readLockHolder, tryFileLock } from './file-lock.ts';

/**
 * Locks `directory` for this process, creating it when missing, until `release()` or the end of the process.
 *
 *     const lock = await lockDataDirectory('.data');
 *
 * @throws EmbeddedPostgresError `POSTGRES_DATA_IN_USE` when a live instance has the folder (also when it is
 *   this very process); `POSTGRES_DATA_UNWRITABLE` when the folder cannot be written.
 */
export async function lockDataDirectory(directory: string): Promise<HeldFileLock> {
  const folder = resolve(directory);
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw folderError(folder, error);
  }
  const file = join(folder, 'instance.lock');
  const lock = await tryFileLock(file);
  if (lock === undefined) throw inUse(folder, await readLockHolder(file));
  return lock;
}

/** The refusal for a folder that `holder` has. */
export function inUse(folder: string, holder: LockHolder | undefined): EmbeddedPostgresError {
  return new EmbeddedPostgresError('POSTGRES_DATA_IN_USE', inUseMessage(folder, holder));
}

function inUseMessage(folder: string, holder: LockHolder | undefined): string {
  const remedy = 'or give this one a data folder of its own (TRELLIS_DATA_DIR).';
  if (holder === undefined) {
    return `The data folder ${folder} is in use by another process. Stop that one first, ${remedy}`;
  }
  const pid = (holder.application ?? holder).pid;
  if (holder.host !== hostname()) {
    return (
      `The data folder ${folder} is in use by process ${pid} on host ${holder.host}, since ${holder.since}. ` +
      `Stop that instance first, ${remedy}`
    );
  }
  if (pid === process.pid) {
    return `The data folder ${folder} is already in use by this same process (${pid}), since ${holder.since}.`;
  }
  return (
    `The data folder ${folder} is in use by process ${pid}, since ${holder.since}. ` +
    `Stop that instance first (kill ${pid}), ${remedy}`
  );
}
