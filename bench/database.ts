/**
 * The one PostgreSQL that both sides use: the embedded server with production's settings, at least 1 GB of shared
 * buffers, and `pg_stat_statements`, which is off but while statements are counted.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@trellis/embedded-postgres';
import pg from 'pg';
import type { Side } from './load/workloads.ts';
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
  readonly settings: Readonly<Record<string, string>>;
  /** Runs `work` and tells how many statements its side ran meanwhile. */
  countStatements(side: Side, work: () => Promise<void>): Promise<number>;
  /** CPU seconds of all of PostgreSQL so far. */
  cpuSeconds(): number | undefined;
  stop(): Promise<void>;
}

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
    settings: Object.fromEntries(shown.rows.map((row) => [row.name, row.setting])),
    countStatements: (side, work) => countStatements(pool, side, work),
    cpuSeconds: () => cpuSecondsOfFamily(postmaster),
    stop: async () => {
      await pool.end();
      await server.stop();
    },
  };
}

async function countStatements(pool: pg.Pool, side: Side, work: () => Promise<void>): Promise<number> {
  const track = async (what: string) => {
    await pool.query(`alter system set pg_stat_statements.track = '${what}'`);
    await pool.query('select pg_reload_conf()');
    const shown = `select current_setting('pg_stat_statements.track') as track`;
    while ((await pool.query<{ track: string }>(shown)).rows[0]?.track !== what) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    // The other backends were told in the same breath; on a busy machine that takes a moment.
    await new Promise((resolve) => setTimeout(resolve, 200));
  };
  await track('top');
  await pool.query('select pg_stat_statements_reset()');
  try {
    await work();
    // Requests read and write records as the role of their workspace; what runs beside them all the time does not.
    const role = side === 'hand' ? HAND_ROLE : String.raw`trellis\_ws\_%`;
    const counted = await pool.query<{ calls: string | null }>(
      `select sum(calls) as calls
         from (select pg_get_userbyid(userid) as role, calls from pg_stat_statements where toplevel) each
        where role like $1`,
      [role],
    );
    return Number(counted.rows[0]?.calls ?? 0);
  } finally {
    await track('none');
  }
}

function asRole(server: EmbeddedPostgres, role: string): string {
  const url = new URL(server.connectionString);
  url.username = role;
  return url.href.replaceAll('+', '%20');
}
