/**
 * Trying to get over the second wall: raw SQL on the very connection that a request has, with all that PostgreSQL
 * offers to become somebody else or to look elsewhere. (One wall fewer than a request has: there nobody gets SQL of
 * their own in.)
 */
import { createTestDatabase, type TestDatabase, withDatabase } from '@trellis/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStorage, type Storage, type Workspace } from '../src/index.ts';
import { addressFor } from '../src/workspace-logins.ts';

let database: TestDatabase;
let storage: Storage;
let north: Workspace;
let south: Workspace;

const make = (name: string) =>
  storage.workspaces.create({ name, label: name, timeZone: 'UTC', locale: 'en', currency: 'EUR' });

beforeAll(async () => {
  database = await createTestDatabase();
  storage = await createStorage({ connectionString: database.connectionString, poolSize: 4 });
  [north, south] = [await make('north'), await make('south')];
  await withDatabase(database.connectionString, async (client) => {
    await client.query("insert into ws_south._principal values (gen_random_uuid(), 'user', 'Secret Sue')");
    await client.query("select lo_from_bytea(4711, 'secret of the south')");
  });
}, 60_000);
afterAll(async () => {
  await storage?.close();
  await database?.drop();
});

/** Runs statements in one transaction of the workspace: what the last one gave, or the SQLSTATE that stopped it. */
async function attempt(...statements: readonly string[]): Promise<string> {
  let outcome = '';
  await storage
    .transaction(
      async (transaction) => {
        const { client } = transaction as unknown as { readonly client: pg.ClientBase };
        try {
          for (const text of statements)
            outcome = JSON.stringify([await client.query(text)].flat().at(-1)?.rows ?? []);
        } catch (error) {
          outcome = String((error as { code?: unknown }).code);
        }
        throw new Error('rolled back');
      },
      { workspace: north },
    )
    .catch(() => undefined);
  return outcome;
}

const DENIED = '42501';
const LOOK = 'select name from ws_south._principal';

describe('a request’s own connection', () => {
  it('is its workspace’s, and reads and writes there', async () => {
    const who = await attempt('select current_user = session_user as same, current_user as name');
    expect(who).toContain(`"name":"trellis_ws_${north.id.replaceAll('-', '')}"`);
    expect(who).toContain('"same":true');
    expect(await attempt('select name from ws_north._principal')).toBe('[{"name":"System"}]');
    expect(
      await attempt("insert into ws_north._principal values (gen_random_uuid(), 'user', 'x') returning name"),
    ).toBe('[{"name":"x"}]');
  });

  it.each<[string, readonly string[]]>([
    ['a name of another schema', [LOOK]],
    ['writing there', ["insert into ws_south._principal values (gen_random_uuid(), 'user', 'x')"]],
    ['a search path', ['set local search_path = ws_south, platform', 'select * from _principal']],
    ['the platform’s people', ['select password_hash from platform.identity']],
    ['the platform’s sessions', ['select * from platform.session']],
    ['the seeds of the logins', ['select seed from platform.workspace_login']],
    ['RESET ROLE', ['reset role', LOOK]],
    ['RESET SESSION AUTHORIZATION', ['reset session authorization', LOOK]],
    ['SET ROLE NONE', ['set role none', LOOK]],
    ['SET ROLE', [`set role "trellis_ws_SOUTH"`, LOOK]],
    ['SET ROLE to the owner', ['set role "OWNER"', LOOK]],
    ['SET SESSION AUTHORIZATION', ['set session authorization "OWNER"', LOOK]],
    ['membership in the other role', ['grant "trellis_ws_SOUTH" to current_user', LOOK]],
    ['more rights for itself', ['grant usage on schema ws_south to current_user', LOOK]],
    ['becoming a superuser', ['alter role current_user superuser', LOOK]],
    [
      'rows of the other’s tables by their statistics',
      ['select * from ws_south._principal tablesample system (100)'],
    ],
    ['a cast to the other’s row type', ["select '(a,b,c)'::ws_south._principal"]],
    ['copying to a program', ["copy (select 1) to program 'true'"]],
    ['copying from a file', ['create temp table t (x text)', "copy t from '/etc/passwd'"]],
    ['reading a file', ["select pg_read_file('postgresql.conf')"]],
    ['listing a folder', ["select pg_ls_dir('.')"]],
    ['importing a large object', ["select lo_import('/etc/passwd')"]],
    ['reading a large object of others', ['select lo_get(4711)']],
    ['opening a large object of others', ['select lo_open(4711, 262144)']],
    ['passwords', ['select rolpassword from pg_authid']],
    ['statistics with values', ['select stavalues1 from pg_statistic']],
    [
      'a function with the rights of its maker',
      [
        'create function ws_north.f() returns text language sql security definer as $$ select name from ws_south._principal limit 1 $$',
      ],
    ],
    [
      'the same in public',
      ['create function public.f() returns int language sql security definer as $$ select 1 $$'],
    ],
    ['a table of its own', ['create table ws_north.mine (x int)']],
    ['an index', ['create index on ws_north._principal (name)']],
    [
      'a trigger on its own tables',
      [
        'create trigger t before insert on ws_north._principal for each row execute function suppress_redundant_updates_trigger()',
      ],
    ],
    ['dropping its tables', ['drop table ws_north._principal']],
    ['emptying its tables', ['truncate ws_north._principal']],
    ['changing metadata past the publish', ['delete from ws_north._metadata_revision']],
    ['rewriting the audit log', ['update ws_north._audit set action = action']],
    ['setting a parameter of all', ["set log_statement = 'none'"]],
    ['loading a library', ["load 'auto_explain'"]],
    ['a language', ['create extension plpython3u']],
    [
      'ending connections of others',
      ['select pg_terminate_backend(pid) from pg_stat_activity where usename <> current_user'],
    ],
    ['event triggers', ['create event trigger e on ddl_command_start execute function pg_catalog.now()']],
  ])('is stopped: %s', async (_what, statements) => {
    const owner = await withDatabase(database.connectionString, async (client) => {
      const { rows } = await client.query('select current_user as name');
      return String(rows[0].name);
    });
    const texts = statements.map((text) =>
      text.replaceAll('OWNER', owner).replaceAll('SOUTH', south.id.replaceAll('-', '')),
    );
    // The other role must exist, or there would be nothing to be kept from.
    await storage.transaction(async () => undefined, { workspace: south });
    const outcome = await attempt(...texts);
    expect(outcome).not.toContain('Sue');
    expect(outcome).not.toContain('secret');
    expect([DENIED, '42P01', '42704', '0A000', '58P01', '42809']).toContain(outcome);
  });

  it('sees what others run neither in the catalogue nor in the views of statistics', async () => {
    expect(
      await attempt(
        "select count(*)::int as n from pg_stat_activity where usename is distinct from current_user and query not in ('', '<insufficient privilege>')",
      ),
    ).toBe('[{"n":0}]');
    // Names of tables and the text of functions stand in PostgreSQL's own catalogue, which everybody reads: no values.
    for (const view of ['tables', 'columns', 'triggers', 'schemata', 'role_table_grants'])
      expect(
        await attempt(
          `select v::text as n from information_schema.${view} v where v::text ~ 'ws_south|platform'`,
        ),
      ).toBe('[]');
    expect(
      await attempt(
        "select count(*)::int as n from pg_stats where schemaname ~ '^(ws_|platform)' and schemaname <> 'ws_north'",
      ),
    ).toBe('[{"n":0}]');
  });

  it('finds no way out to other connections', async () => {
    for (const name of ['dblink', 'postgres_fdw', 'file_fdw', 'adminpack'])
      expect([DENIED, '0A000', '58P01']).toContain(await attempt(`create extension ${name}`));
    expect(await attempt('create server s foreign data wrapper x')).toMatch(/42501|42704/);
  });
});

it('tables that a later migration or publish makes are reached by the workspace, and by no other', async () => {
  await withDatabase(database.connectionString, async (client) => {
    await client.query('create table ws_north.later (x int); create table ws_south.later (x int)');
  });
  expect(await attempt('insert into ws_north.later values (1)', 'select x from ws_north.later')).toBe(
    '[{"x":1}]',
  );
  expect(await attempt('select x from ws_south.later')).toBe(DENIED);
});

it('a role that is gone, or has another password, is made anew', async () => {
  const login = await withDatabase(database.connectionString, async (client) => {
    await client.query(`alter role "trellis_ws_${south.id.replaceAll('-', '')}" nologin`);
    return client;
  });
  expect(login).toBeDefined();
  const other = await createStorage({ connectionString: database.connectionString, poolSize: 2 });
  try {
    await other.transaction(
      async (transaction) => {
        const { client } = transaction as unknown as { readonly client: pg.ClientBase };
        const { rows } = await client.query('select current_user as name');
        expect(rows[0].name).toContain('trellis_ws_');
      },
      { workspace: south },
    );
  } finally {
    await other.close();
  }
});

it('where roles can’t be made it says so, and goes on with one wall', async () => {
  const role = `trellis_plain_${process.pid}_${Date.now()}`;
  await withDatabase(database.connectionString, async (client) => {
    await client.query(`create role "${role}" login password 'x' nocreaterole`);
    await client.query(`grant create on database "${database.name}" to "${role}"`);
  });
  // A database of its own: the schemas of the other one belong to somebody else.
  const name = `${database.name}_plain`;
  const admin = new pg.Client({ connectionString: database.connectionString });
  await admin.connect();
  await admin.query(`create database "${name}" owner "${role}" template template0`);
  const url = addressFor(database.connectionString, { role, password: 'x' })!.replace(database.name, name);
  const plain = await createStorage({ connectionString: url, poolSize: 2 });
  try {
    expect(plain.capabilities.warnings.join()).toContain('CREATEROLE');
    const workspace = await plain.workspaces.create({
      name: 'main',
      label: 'Main',
      timeZone: 'UTC',
      locale: 'en',
      currency: 'EUR',
    });
    await plain.transaction(
      async (transaction) => {
        const { client } = transaction as unknown as { readonly client: pg.ClientBase };
        expect((await client.query('select current_user as name')).rows[0].name).toBe(role);
      },
      { workspace },
    );
  } finally {
    await plain.close();
    await admin.query(`drop database "${name}" with (force)`);
    await admin.query(`drop owned by "${role}"`);
    await admin.query(`drop role "${role}"`);
    await admin.end();
  }
});

it('all workspaces together have no more connections than their share, and each still answers', async () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const workspaces = [];
  for (const name of names) workspaces.push(await make(`many_${name}`));
  const ask = (workspace: Workspace) =>
    storage.transaction(
      async (transaction) => {
        const { client } = transaction as unknown as { readonly client: pg.ClientBase };
        return (await client.query(`select count(*)::int as n from ${workspace.schema}._principal`)).rows[0]
          .n;
      },
      { workspace },
    );
  for (let round = 0; round < 3; round++)
    expect(await Promise.all(workspaces.flatMap((each) => [ask(each), ask(each)]))).toEqual(
      Array(10).fill(1),
    );
  for (const each of workspaces) expect(await ask(each)).toBe(1);
  await expect
    .poll(
      async () =>
        withDatabase(database.connectionString, async (client) => {
          const { rows } = await client.query(
            "select count(distinct usename)::int as n from pg_stat_activity where usename like 'trellis_ws_%' and datname = current_database()",
          );
          return rows[0].n;
        }),
      { timeout: 30_000 },
    )
    .toBeLessThanOrEqual(3);
});

it('an address is another’s by its user and password alone', () => {
  const login = { role: 'r', password: 'p/@' };
  expect(addressFor('postgresql://me:secret@db:5/x?host=/tmp&user=me&sslmode=require', login)).toBe(
    'postgresql://r:p%2F%40@db:5/x?host=/tmp&sslmode=require',
  );
  expect(addressFor('postgres://db/x', login)).toBe('postgres://r:p%2F%40@db/x');
  expect(addressFor('/var/run/postgresql x', login)).toBeUndefined();
});
