/** Rows of prepared statements: the same as of any other, run after run, and through every kind of failure. */
import { createTestDatabase, type TestDatabase } from '@trellis/testing';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Connections, execute } from '../src/connections.ts';

let database: TestDatabase;
let connections: Connections;
const failed: unknown[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  connections = new Connections({
    connectionString: database.connectionString,
    poolSize: 2,
    statementTimeoutMilliseconds: 5_000,
    log: (_message, details) => failed.push(details),
  });
});

afterAll(async () => {
  await connections.close();
  await database.drop();
});

const MANY_TYPES = `select $1::int as a, $2::text as b, $3::jsonb as c, $4::numeric as d, $5::timestamptz as e, $6::date as f, null::uuid as g,
  $7::text[] as h, true as i, $8::bigint as j from generate_series(1, 3)`;
const VALUES = [
  7,
  'ö "x"',
  { k: [1, null] },
  '12.50',
  '2026-01-02T03:04:05.6Z',
  '2026-02-03',
  ['a', 'b,c'],
  '9',
];

test('values come out as they do without a name, at the first run and at any later one', async () => {
  const plain = await connections.read({ text: MANY_TYPES }, VALUES);
  for (let run = 0; run < 5; run++) {
    const rows = await connections.read({ name: 'many_types', text: MANY_TYPES }, VALUES);
    expect(rows).toEqual(plain);
  }
  expect(plain[0]).toEqual([
    7,
    'ö "x"',
    { k: [1, null] },
    12.5,
    '2026-01-02T03:04:05.600Z',
    '2026-02-03',
    null,
    ['a', 'b,c'],
    true,
    9,
  ]);
});

test('no rows, and statements that give none', async () => {
  const none = { name: 'none', text: 'select 1 where $1::boolean' };
  for (let run = 0; run < 3; run++) {
    expect(await connections.read(none, [false])).toEqual([]);
    expect(await connections.read(none, [true])).toEqual([[1]]);
  }
  await connections.rows('create table kept (n integer)');
  const write = { name: 'write', text: 'insert into kept (n) values ($1)' };
  for (let run = 0; run < 3; run++) expect(await connections.write(write, [run])).toEqual([]);
  expect(await connections.rows('select count(*) as n from kept')).toEqual([{ n: 3 }]);
});

test('a statement that fails leaves its connection as good as before', async () => {
  const division = { name: 'division', text: 'select 10 / $1::int' };
  await connections.transaction(async () => undefined);
  for (const [value, outcome] of [
    [0, 'fails'],
    [2, 5],
    [0, 'fails'],
    ['no number', 'fails'],
    [5, 2],
  ] as const) {
    const ran = connections.write(division, [value]);
    if (outcome === 'fails') await expect(ran).rejects.toThrow();
    else expect(await ran).toEqual([[outcome]]);
  }
  const unknown = { name: 'unknown', text: 'select * from nowhere' };
  for (let run = 0; run < 3; run++) await expect(connections.write(unknown, [])).rejects.toThrow();
  await connections.rows('create table nowhere (n integer)');
  expect(await connections.write(unknown, [])).toEqual([]);
});

test('a column that changes its type under a prepared statement is an error, never a wrong value', async () => {
  await connections.rows(`create table moved as select 1 as n`);
  const client = await connections.connectClient();
  try {
    const statement = { name: 'moved', text: 'select n from moved' };
    expect(await execute(client, statement, [])).toEqual([[1]]);
    await connections.rows('alter table moved alter n type text');
    await expect(execute(client, statement, [])).rejects.toThrow();
    expect(await execute(client, { name: 'moved_2', text: 'select n from moved where true' }, [])).toEqual([
      ['1'],
    ]);
  } finally {
    await client.end();
  }
});

test('a value that can not be sent fails before anything is sent', async () => {
  const circular: { self?: unknown } = {};
  circular.self = circular;
  const statement = { name: 'circular', text: 'select $1::jsonb' };
  await expect(connections.write(statement, [circular])).rejects.toThrow();
  expect(await connections.write(statement, [{ a: 1 }])).toEqual([[{ a: 1 }]]);
});

test('a connection that is cut off tells every statement that waits for it', async () => {
  const client = await connections.connectClient();
  client.on('error', () => undefined);
  const [row] = (await execute(client, { text: 'select pg_backend_pid()' }, [])) as [[number]];
  const waiting = execute(client, { name: 'sleep', text: 'select pg_sleep($1)::text' }, [30]);
  const behind = execute(client, { name: 'one', text: 'select 1' }, []);
  const outcomes = Promise.allSettled([waiting, behind]);
  const other = new pg.Client({ connectionString: database.connectionString });
  await other.connect();
  await other.query('select pg_terminate_backend($1)', [row[0]]);
  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await other.end();
});
