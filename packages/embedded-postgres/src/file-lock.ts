/**
 * A lock on a file that the operating system drops when its holder dies, however it dies.
 * Node has no flock; but SQLite, which is part of Node, takes a real lock on its file, on every platform. So
 * the lock is an empty SQLite file held by `begin exclusive`: no stale state, no take-over race, no pid guess.
 * Who holds it stands in `<file>.json` beside it, for messages only. (Beside it, because a process that opens
 * and closes a file drops its own POSIX locks on that file.) The lock file is never deleted: that would race.
 */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { diskFull, EmbeddedPostgresError, systemErrorCode, tellsOfFullDisk } from './errors.ts';
import { isSameProcessAlive, type ProcessIdentity, processIdentity } from './processes.ts';

export interface LockHolder extends ProcessIdentity {
  /** ISO time at which the lock was taken. */
  readonly since: string;
  readonly host: string;
  /** The process on whose behalf the holder works, if it is not the holder itself. */
  readonly application?: ProcessIdentity;
}

export interface HeldFileLock {
  /** Gives the lock up. A second call does nothing. */
  release(): Promise<void>;
}

/** How long an attempt goes on while the lock is busy but its holder is unknown: two starters may collide. */
const contentionMilliseconds = 1500;
const sqliteBusy = 5;

/** Keeps the open databases from being garbage collected, which would silently drop the lock. */
const held = new Set<DatabaseSync>();

/**
 * Takes the lock on `file`, or gives undefined when a live process has it. Never waits for that process.
 * Of any number of simultaneous callers exactly one gets it.
 *
 * @throws EmbeddedPostgresError `POSTGRES_DATA_UNWRITABLE` or `POSTGRES_DISK_FULL` when the file cannot be opened.
 */
export async function tryFileLock(
  file: string,
  application?: ProcessIdentity,
): Promise<HeldFileLock | undefined> {
  const giveUpAt = Date.now() + contentionMilliseconds;
  for (;;) {
    const database = lockNow(file);
    if (database !== undefined) {
      await writeHolder(file, application).catch((error: unknown) => {
        letGo(database);
        throw unwritable(file, error);
      });
      return { release: () => release(file, database) };
    }
    const holder = await readLockHolder(file);
    if (holder !== undefined && (await isHolderAlive(holder))) return undefined;
    if (Date.now() > giveUpAt) return undefined;
    // Two attempts at the same instant can refuse each other; an uneven pause lets one of them through.
    await sleep(5 + Math.random() * 45);
  }
}

/** Who took the lock last. It may have died since. */
export async function readLockHolder(file: string): Promise<LockHolder | undefined> {
  try {
    return JSON.parse(await readFile(`${file}.json`, 'utf8')) as LockHolder; // only ever written by us
  } catch {
    return undefined;
  }
}

/** Whether the holder's process still runs. Of a holder on another host (a shared folder) we cannot tell: yes. */
export async function isHolderAlive(holder: LockHolder): Promise<boolean> {
  return holder.host !== hostname() || (await isSameProcessAlive(holder));
}

function lockNow(file: string): DatabaseSync | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { timeout: 0 });
    database.exec('begin exclusive');
    held.add(database);
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy) return undefined;
    throw unwritable(file, error);
  }
}

async function writeHolder(file: string, application: ProcessIdentity | undefined): Promise<void> {
  const holder: LockHolder = {
    ...(await processIdentity()),
    since: new Date().toISOString(),
    host: hostname(),
    ...(application === undefined ? {} : { application }),
  };
  // Written beside and renamed, so that a reader never sees half of it.
  const draft = `${file}.json.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(holder)}\n`);
  await rename(draft, `${file}.json`);
}

async function release(file: string, database: DatabaseSync): Promise<void> {
  if (!held.has(database)) return;
  // The note goes first: once the lock is free, it may be the next holder's.
  await rm(`${file}.json`, { force: true }).catch(() => undefined);
  letGo(database);
}

function letGo(database: DatabaseSync): void {
  if (held.delete(database)) database.close();
}

function unwritable(file: string, cause: unknown): EmbeddedPostgresError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (tellsOfFullDisk(reason) || systemErrorCode(cause) === 'ENOSPC') return diskFull(file, cause);
  return new EmbeddedPostgresError(
    'POSTGRES_DATA_UNWRITABLE',
    `Cannot lock ${file} (${reason}). Make the folder writable for the user that runs Trellis, or choose another.`,
    { cause },
  );
}
