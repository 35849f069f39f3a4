/**
 * The data folder on disk: tells whether there is one, and makes one that is whole or not there at all: it is
 * built in a folder beside and renamed. Comes in: a path and an account. Refuses folders of other versions,
 * of other programs and damaged ones. Never deletes a data folder; only its own unfinished drafts.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, open, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Account, launchAs, makePrivate } from './account.ts';
import { postgresMajorVersion, type ServerBinaries } from './binaries.ts';
import { diskFull, EmbeddedPostgresError, folderError, systemErrorCode, tellsOfFullDisk } from './errors.ts';

export const databaseName = 'trellis';
export const databaseUser = 'trellis';

export interface ClusterOptions {
  readonly dataDirectory: string;
  readonly account: Account;
  readonly binaries: ServerBinaries;
  /** Leave out fsync: for tests. */
  readonly ephemeral: boolean;
  /** Where to keep the password when the server is reached over TCP; undefined for a unix socket. */
  readonly passwordFile: string | undefined;
  readonly stop: AbortSignal;
}

/**
 * Whether `directory` holds a data folder of our version (`present`) or nothing (`absent`).
 *
 * @throws EmbeddedPostgresError `POSTGRES_DATA_FOREIGN`, `POSTGRES_DATA_VERSION`, `POSTGRES_DATA_INCOMPLETE`.
 */
export async function inspectCluster(directory: string): Promise<'present' | 'absent'> {
  let entries: string[];
  try {
    entries = await readdir(directory);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return 'absent';
    if (systemErrorCode(error) === 'ENOTDIR') throw foreign(directory, 'is a file');
    throw folderError(directory, error);
  }
  if (entries.length === 0) return 'absent';
  if (!entries.includes('PG_VERSION')) throw foreign(directory, 'holds other files');
  const version = (await readFile(join(directory, 'PG_VERSION'), 'utf8')).trim();
  if (version !== String(postgresMajorVersion)) {
    throw new EmbeddedPostgresError(
      'POSTGRES_DATA_VERSION',
      `The data folder ${directory} was made by PostgreSQL ${version || '(unknown)'}; this Trellis brings ` +
        `PostgreSQL ${postgresMajorVersion}. Back up with the Trellis that made it and restore into a new ` +
        `folder, or run a PostgreSQL ${version} of your own on it and set DATABASE_URL.`,
    );
  }
  if ((await stat(join(directory, 'global', 'pg_control')).catch(() => undefined)) === undefined) {
    throw new EmbeddedPostgresError(
      'POSTGRES_DATA_INCOMPLETE',
      `The data folder ${directory} is damaged: global/pg_control is missing. Restore it from a backup, ` +
        'or move it away to start with an empty one.',
    );
  }
  return 'present';
}

/**
 * Makes a new data folder with the database `trellis` in it. When it fails, nothing of it is left.
 *
 * @throws EmbeddedPostgresError `POSTGRES_INIT_FAILED`, `POSTGRES_DISK_FULL`, `POSTGRES_DATA_UNWRITABLE`.
 */
export async function createCluster(options: ClusterOptions): Promise<void> {
  const { dataDirectory, account } = options;
  let draft: string | undefined;
  try {
    await removeDrafts(dataDirectory);
    draft = await mkdtemp(draftPrefix(dataDirectory));
    await makePrivate(account, draft);
    await fillCluster(draft, options);
    await putInPlace(draft, dataDirectory);
  } catch (error) {
    if (draft !== undefined) await rm(draft, { recursive: true, force: true });
    throw folderError(dataDirectory, error);
  }
}

async function fillCluster(draft: string, options: ClusterOptions): Promise<void> {
  const { account, binaries, ephemeral, passwordFile, stop } = options;
  const access = ['--auth-local=trust', '--auth-host=reject'];
  const draftPassword = `${draft}.password`;
  if (passwordFile !== undefined) {
    await writeFile(draftPassword, randomBytes(24).toString('base64url'), { mode: 0o600 });
    access.splice(0, 2, '--auth=scram-sha-256', `--pwfile=${draftPassword}`);
  }
  const flags = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  const initdb = launchAs(account, binaries.initdb, [
    `--pgdata=${draft}`,
    `--username=${databaseUser}`,
    ...flags,
    '--data-checksums',
    ...access,
    ...(ephemeral ? ['--no-sync'] : []),
  ]);
  await runTool(initdb, '', { step: 'initdb', ...options });
  // There is no psql in the packages; the server's single-user mode takes SQL from its standard input.
  const single = launchAs(account, binaries.postgres, [
    ...['--single', '-D', draft, '-c', 'log_checkpoints=off'],
    ...(ephemeral ? ['-c', 'fsync=off'] : []),
    'postgres',
  ]);
  await runTool(single, `create database ${databaseName}\n`, { step: 'create database', ...options });
  stop.throwIfAborted();
  if (passwordFile !== undefined) await rename(draftPassword, passwordFile);
}

interface Step extends ClusterOptions {
  readonly step: string;
}

async function runTool(launch: ReturnType<typeof launchAs>, input: string, step: Step): Promise<void> {
  const child = spawn(launch.command, launch.arguments, { ...launch.options, signal: step.stop });
  let output = '';
  const collect = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  child.stdin.on('error', () => undefined); // it ended before it read: its exit code tells
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', (error) => {
      if (error.name !== 'AbortError') reject(error); // an aborted one still has to end: see close
    });
    child.on('close', resolve);
  });
  step.stop.throwIfAborted();
  // Single-user mode reports a failed statement and exits with 0.
  if (code === 0 && !/^.*\b(ERROR|FATAL|PANIC): /m.test(output)) return;
  if (tellsOfFullDisk(output)) throw diskFull(step.dataDirectory);
  throw new EmbeddedPostgresError(
    'POSTGRES_INIT_FAILED',
    `Could not make the data folder ${step.dataDirectory}: ${step.step} failed` +
      `${code === 0 ? '' : ` (exit code ${code})`}. Nothing was left behind. It said:\n` +
      output.trim().split('\n').slice(-12).join('\n'),
  );
}

async function putInPlace(draft: string, dataDirectory: string): Promise<void> {
  try {
    await rmdir(dataDirectory).catch(() => undefined); // an empty one may be there; Windows does not rename over it
    await rename(draft, dataDirectory);
  } catch (cause) {
    if (systemErrorCode(cause) !== 'EBUSY' && systemErrorCode(cause) !== 'EXDEV') throw cause;
    throw new EmbeddedPostgresError(
      'POSTGRES_INIT_FAILED',
      `The data folder ${dataDirectory} is a mount point, and cannot be one itself. ` +
        'Mount the folder above it instead.',
      { cause },
    );
  }
  if (process.platform === 'win32') return;
  const parent = await open(dirname(dataDirectory), 'r');
  await parent.sync();
  await parent.close();
}

/** Drafts of runs that were killed. Only called by the holder of the folder's lock, so none is in use. */
async function removeDrafts(dataDirectory: string): Promise<void> {
  const parent = dirname(dataDirectory);
  const prefix = basename(draftPrefix(dataDirectory));
  for (const name of await readdir(parent)) {
    if (name.startsWith(prefix)) await rm(join(parent, name), { recursive: true, force: true });
  }
}

function draftPrefix(dataDirectory: string): string {
  return `${dataDirectory}.init-`;
}

function foreign(directory: string, what: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'POSTGRES_DATA_FOREIGN',
    `${directory} ${what} and is no PostgreSQL data folder. Choose another folder, or move it away.`,
  );
}
