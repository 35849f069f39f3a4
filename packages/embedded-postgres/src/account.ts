/**
 * Decides as whom the server runs, since PostgreSQL refuses root: an ordinary user runs it directly; root runs
 * it as `nobody` when nobody can reach the folder and the binaries, and else inside a user namespace in which
 * root itself is called nobody (files stay root's). Nothing on the host is changed: no user is added.
 * Comes in: binaries and the folder. Goes out: an `Account`, and the way to spawn as it.
 */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { chmod, lchown, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerBinaries } from './binaries.ts';
import { EmbeddedPostgresError } from './errors.ts';

export type Account =
  | { readonly kind: 'direct'; readonly uid: number | undefined }
  | { readonly kind: 'nobody'; readonly uid: number; readonly gid: number }
  | { readonly kind: 'namespace'; readonly uid: number; readonly gid: number };

export interface Launch {
  readonly command: string;
  readonly arguments: string[];
  readonly options: { env: NodeJS.ProcessEnv; cwd: string; uid?: number; gid?: number };
}

const namespaceFlags = ['--user', '--map-user=65534', '--map-group=65534', '--'];

/**
 * The account to run the server as, tried out for real: the binary is executed and the folder entered.
 * `version` is what the binary says of itself, e.g. `18.4`.
 *
 * @throws EmbeddedPostgresError `POSTGRES_BINARIES_BROKEN` or `POSTGRES_ROOT_REFUSED`.
 */
export function chooseAccount(
  binaries: ServerBinaries,
  folder: string,
): { account: Account; version: string } {
  const direct: Account = { kind: 'direct', uid: process.getuid?.() };
  const plain = runQuietly({ command: binaries.postgres, arguments: ['--version'] });
  const version = / (\d+\.\d+)/.exec(plain.stdout ?? '')?.[1];
  if (plain.status !== 0 || version === undefined) {
    throw new EmbeddedPostgresError(
      'POSTGRES_BINARIES_BROKEN',
      `The PostgreSQL server ${binaries.postgres} does not run: ` +
        `${(plain.error?.message ?? plain.stderr ?? '').trim()}. Install the packages again ` +
        '(their install scripts must be allowed to run), or use a server of your own through DATABASE_URL.',
    );
  }
  if (direct.uid !== 0) return { account: direct, version };

  const nobody = nobodyAccount();
  if (nobody !== undefined && canReach(nobody, binaries, folder)) return { account: nobody, version };
  const namespace: Account = { kind: 'namespace', uid: 0, gid: 0 };
  if (process.platform === 'linux' && canReach(namespace, binaries, folder)) {
    return { account: namespace, version };
  }
  throw new EmbeddedPostgresError(
    'POSTGRES_ROOT_REFUSED',
    `PostgreSQL does not run as root, and neither user "nobody" nor a user namespace (unshare) can reach ` +
      `${folder} and ${binaries.postgres} here. Run Trellis as an ordinary user; or put it and its data ` +
      'where every user may enter (chmod o+x on the folders above); or set DATABASE_URL.',
  );
}

/** How to spawn `command` as `account`, in a clean environment. */
export function launchAs(account: Account, command: string, args: readonly string[]): Launch {
  const options = { env: serverEnvironment(), cwd: '/' };
  if (process.platform === 'win32') options.cwd = process.cwd();
  switch (account.kind) {
    case 'direct':
      return { command, arguments: [...args], options };
    case 'nobody':
      return { command, arguments: [...args], options: { ...options, uid: account.uid, gid: account.gid } };
    case 'namespace':
      return { command: 'unshare', arguments: [...namespaceFlags, command, ...args], options };
  }
}

/**
 * Makes a folder, with all in it, the account's own: earlier runs may have used another account.
 *
 * @throws EmbeddedPostgresError `POSTGRES_DATA_UNWRITABLE` when it is another user's and we are not root.
 */
export async function ensureOwner(account: Account, directory: string): Promise<void> {
  const owner = (await lstat(directory)).uid;
  if (account.uid === undefined || owner === account.uid) return;
  if (account.kind === 'direct') {
    throw new EmbeddedPostgresError(
      'POSTGRES_DATA_UNWRITABLE',
      `The data folder ${directory} belongs to user id ${owner}, but Trellis runs as ${account.uid} ` +
        '(was it started with sudo before?). Give it back: ' +
        `sudo chown -R ${account.uid} '${directory}', or choose another folder.`,
    );
  }
  await changeOwner(directory, account.uid, account.gid);
}

/** The folder itself comes last: a change of owner that was cut short is then done again. */
async function changeOwner(path: string, uid: number, gid: number): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) await changeOwner(child, uid, gid);
    else await lchown(child, uid, gid);
  }
  await lchown(path, uid, gid);
}

/** Makes an empty folder private to the account. */
export async function makePrivate(account: Account, directory: string): Promise<void> {
  await chmod(directory, 0o700);
  await ensureOwner(account, directory);
}

/** Whether the account can enter `folder` and run and read the binaries. */
export function canReach(account: Account, binaries: ServerBinaries, folder: string): boolean {
  const script = 'cd "$1" && test -r "$2" && exec "$3" --version';
  const shell = ['-c', script, 'sh', folder, binaries.bootstrapFile, binaries.postgres];
  return runQuietly(launchAs(account, '/bin/sh', shell)).status === 0;
}

function runQuietly(launch: {
  command: string;
  arguments: string[];
  options?: Launch['options'];
}): SpawnSyncReturns<string> {
  return spawnSync(launch.command, launch.arguments, {
    ...(launch.options ?? { env: serverEnvironment() }),
    encoding: 'utf8',
    timeout: 10_000,
  });
}

/** `nobody` as this system knows it; a made-up id would not do, PostgreSQL wants an entry in passwd. */
function nobodyAccount(): Account | undefined {
  const [uid, gid] = ['-u', '-g'].map((flag) => {
    const result = spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' });
    return result.status === 0 ? Number(result.stdout.trim()) : undefined;
  });
  return uid === undefined || gid === undefined ? undefined : { kind: 'nobody', uid, gid };
}

/** Ours without what would change the server's meaning: PG* variables, locale, time zone. */
function serverEnvironment(): NodeJS.ProcessEnv {
  const foreign = (name: string) => /^(PG|LC_|LANG|TZ$|NODE_)/.test(name);
  const kept = Object.entries(process.env).filter(([name]) => !foreign(name));
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}
