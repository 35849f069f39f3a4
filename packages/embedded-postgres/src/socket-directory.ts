/**
 * Chooses the folder of the server's unix socket: the data folder itself, or, when its path is too long for a
 * socket address, a short private folder under the system's temp folder, always the same for a data folder.
 */
import { createHash } from 'node:crypto';
import { lstat, mkdir, mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Account, canReach, makePrivate } from './account.ts';
import type { ServerBinaries } from './binaries.ts';
import { EmbeddedPostgresError } from './errors.ts';

/** The port names the socket file; without TCP it means nothing else. */
export const socketPort = 5432;

/** What a socket address holds, its end mark aside. */
const pathLimit = process.platform === 'darwin' ? 103 : 107;

/** The socket's path in a folder. */
export function socketPath(directory: string, port: number = socketPort): string {
  return join(directory, `.s.PGSQL.${port}`);
}

/**
 * The folder for the socket of `dataDirectory`, private to the account.
 *
 * @throws EmbeddedPostgresError `POSTGRES_START_FAILED` when no temp folder will do.
 */
export async function chooseSocketDirectory(
  dataDirectory: string,
  account: Account,
  binaries: ServerBinaries,
): Promise<string> {
  if (fits(dataDirectory)) return dataDirectory;
  const name = `trellis-pg-${createHash('sha256').update(dataDirectory).digest('hex').slice(0, 12)}`;
  for (const temp of new Set([tmpdir(), '/tmp'])) {
    const directory = join(temp, name);
    // The random suffix of the second choice below needs seven bytes more.
    if (!fits(`${directory}-XXXXXX`) || !canReach(account, binaries, temp)) continue;
    return (await claim(directory, account)) ? directory : await claimNew(`${directory}-`, account);
  }
  throw new EmbeddedPostgresError(
    'POSTGRES_START_FAILED',
    `The path ${dataDirectory} is too long for a unix socket (${pathLimit} bytes), and the temp folder is too. ` +
      'Choose a data folder with a shorter path, or set TMPDIR to a short one.',
  );
}

/** Removes a socket folder that we made, once it is empty. */
export async function removeSocketDirectory(socketDirectory: string, dataDirectory: string): Promise<void> {
  if (socketDirectory !== dataDirectory) await rmdir(socketDirectory).catch(() => undefined);
}

/** Anyone may have put something of that name into the temp folder: only what is ours is taken. */
async function claim(directory: string, account: Account): Promise<boolean> {
  await mkdir(directory, { mode: 0o700 }).catch(() => undefined);
  const found = await lstat(directory).catch(() => undefined);
  if (found?.isDirectory() !== true) return false;
  if (found.uid !== process.getuid?.() && found.uid !== account.uid) return false;
  await makePrivate(account, directory);
  return true;
}

async function claimNew(prefix: string, account: Account): Promise<string> {
  const directory = await mkdtemp(prefix);
  await makePrivate(account, directory);
  return directory;
}

function fits(directory: string): boolean {
  return Buffer.byteLength(socketPath(directory)) <= pathLimit;
}
