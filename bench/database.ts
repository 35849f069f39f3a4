/**
 * The one PostgreSQL that both sides use: the embedded server with production's settings, at least 1 GB of shared
 * buffers, and `pg_stat_statements`, which is off but while statements are counted.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@trellis/embedded-postgres';
import pg from 'pg';
import { cpuSecondsOfFamily } from './process-usage.ts';

/** Our own connections, so that our statements are not counted as theirs. */
const ADMIN_ROLE = 'bench_admin';
const HAND_ROLE = 'bench_hand';

export interface BenchDatabase {
  readonly server: EmbeddedPostgres;
  readonly pool: pg.Pool;
  /** Where each side connects. */
  readonly trellisUrl: string;
  readonly handUrl: string;
  readonly trellisRole: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Runs `work` and tells how many statements each role had run meanwhile. */
  countStatements(work: () => Promise<void>): Promise<ReadonlyMap<string, number>>;
  /** CPU seconds of all of PostgreSQL so far. */
  cpuSeconds(): number | undefined;
  stop(): Promise<void>;
}

export { HAND_ROLE };

export async function startDatabase(directory: string, log: (line: string) => void): Promise<BenchDatabase> {
  const dataDirectory = join(directory, 'postgres');
  const settings = {
    shared_buffers: '1GB',
    shared_preload_libraries: 'pg_stat_statements',
  };
  const server = await startEmbeddedPostgres({ dataDirectory, log, settings });
  const first = new pg.Client({ connectionString: server.connectionString });
  await first.connect();
  for (const role of [ADMIN_ROLE, HAND_ROLE]) {
    const known = await first.query('select 1 from pg_roles where rolname = $1', [role]);
    if (known.rowCount === 0) await first.query(`create role ${role} login superuser`);
  }
  await first.query('create extension if not exists pg_stat_statements');
  await first.query(`alter system set pg_stat_statements.track = 'none'`);
  await first.query('select pg_reload_conf()');
  await first.end();

  const pool = new pg.Pool({ connectionString: asRole(server, ADMIN_ROLE), max: 4 });
  pool.on('error', () => undefined);
  const postmaster = Number(readFileSync(join(dataDirectory, 'postmaster.pid'), 'utf8').split('\n')[0]);
  const names = ['shared_buffers', 'fsync', 'synchronous_commit', 'full_page_writes', 'max_wal_size'];
  const shown = await pool.query<{ name: string; setting: string }>(
    'select name, current_setting(name) as setting from pg_settings where name = any($1)',
    [names],
  );
  return {
    server,
    pool,
    trellisUrl: server.connectionString,
    handUrl: asRole(server, HAND_ROLE),
    trellisRole: server.connection.user,
    settings: Object.fromEntries(shown.rows.map((row) => [row.name, row.setting])),
    countStatements: (work) => countStatements(pool, work),
    cpuSeconds: () => cpuSecondsOfFamily(postmaster),
    stop: async () => {
      await pool.end();
      await server.stop();
    },
  };
}

async function countStatements(
  pool: pg.Pool,
  work: () => Promise<void>,
): Promise<ReadonlyMap<string, number>> {
  const track = async (what: string) => {
    await pool.query(`alter system set pg_stat_statements.track = '${what}'`);
    await pool.query('select pg_reload_conf()');
    // Backends see it at their next statement; the signal itself takes a moment.
    await new Promise((resolve) => setTimeout(resolve, 200));
  };
  await track('top');
  await pool.query('select pg_stat_statements_reset()');
  try {
    await work();
    const counted = await pool.query<{ role: string; calls: string }>(
      `select pg_get_userbyid(userid) as role, sum(calls) as calls from pg_stat_statements group by 1`,
    );
    return new Map(counted.rows.map((row) => [row.role, Number(row.calls)]));
  } finally {
    await track('none');
  }
}

/** The most frequent statements of the last counting, for whoever wants to know what was counted. */
export async function countedStatements(
  pool: pg.Pool,
): Promise<readonly { role: string; calls: number; query: string }[]> {
  const found = await pool.query<{ role: string; calls: string; query: string }>(
    `select pg_get_userbyid(userid) as role, calls, query from pg_stat_statements
     where pg_get_userbyid(userid) <> $1 order by calls desc limit 12`,
    [ADMIN_ROLE],
  );
  return found.rows.map((row) => ({ ...row, calls: Number(row.calls) }));
}

function asRole(server: EmbeddedPostgres, role: string): string {
  const url = new URL(server.connectionString);
  url.username = role;
  return url.href.replaceAll('+', '%20');
}
