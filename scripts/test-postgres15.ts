/**
 * The oldest PostgreSQL that we promise: runs the suites of storage and engine on version 15. `npm run test:postgres15`
 * takes the server that `TRELLIS_TEST_DATABASE_URL` names (it must let us create databases), else starts one of its
 * own in a temporary folder from the installed binaries (`TRELLIS_POSTGRES15_BIN`, `/usr/lib/postgresql/15/bin` unless
 * given). Arguments are handed to Vitest instead of the two rooms.
 */
import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOMS = ['packages/storage', 'packages/engine'];
/** PostgreSQL refuses to run as root: then it runs as nobody. */
const NOBODY = 65_534;

const root = join(import.meta.dirname, '..');
const given = process.env.TRELLIS_TEST_DATABASE_URL;
const server = given ? { url: given, stop: () => undefined } : startServer();
const chosen = process.argv.slice(2);
let status: number | null = 1;
try {
  const result = spawnSync(
    join(root, 'node_modules/.bin/vitest'),
    ['run', ...(chosen.length > 0 ? chosen : ROOMS)],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, TRELLIS_TEST_DATABASE_URL: server.url },
    },
  );
  status = result.status;
} finally {
  server.stop();
}
process.exit(status ?? 1);

function startServer(): { readonly url: string; stop(): void } {
  const binaries = process.env.TRELLIS_POSTGRES15_BIN ?? '/usr/lib/postgresql/15/bin';
  if (!existsSync(join(binaries, 'initdb'))) {
    console.error(
      `There is no PostgreSQL 15 in ${binaries}. Install it (Debian: postgresql-15), set TRELLIS_POSTGRES15_BIN, or name a server by TRELLIS_TEST_DATABASE_URL.`,
    );
    process.exit(1);
  }
  const folder = mkdtempSync(join(tmpdir(), 'trellis-postgres15-'));
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(folder, NOBODY, NOBODY);
  const run = (program: string, ...args: string[]) => {
    const result = spawnSync(join(binaries, program), args, {
      cwd: folder,
      encoding: 'utf8',
      // The server outlives the command and would keep its pipes open.
      stdio: program === 'pg_ctl' ? 'ignore' : 'pipe',
      ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
    });
    if (result.status === 0) return;
    throw new Error(`${program} failed: ${result.stderr ?? result.error?.message ?? result.status}`);
  };
  const data = join(folder, 'data');
  run('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync');
  // On a socket in the folder alone: no port to collide with, nobody else to connect.
  const options = `-c listen_addresses='' -c unix_socket_directories='${folder}' -c max_connections=200 -c fsync=off`;
  run('pg_ctl', '-D', data, '-o', options, '-l', join(folder, 'log'), '-w', 'start');
  return {
    url: `postgresql://postgres@/postgres?host=${encodeURIComponent(folder)}`,
    stop() {
      run('pg_ctl', '-D', data, '-m', 'immediate', '-w', 'stop');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
