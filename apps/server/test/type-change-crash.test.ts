/**
 * The server is killed, twice, in the midst of a type change that runs in the background. Each time another one goes on
 * where it stopped, and at the end every value is there: converted, or kept and listed. Real processes; a lock on one
 * record says how far a run comes before it is killed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient } from '@trellis/api';
import { createTestDatabase, type TestDatabase, withDatabase } from '@trellis/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';

const COUNT = 6_000;
const ADMINISTRATOR = { email: 'ada@example.com', password: 'a long enough password' };
const folder = mkdtempSync(join(tmpdir(), 'trellis-type-change-'));
let database: TestDatabase;
let server: ChildProcess;
let client: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  await start();
}, 120_000);
afterAll(async () => {
  await end('SIGTERM');
  // Connections of those that were killed end by themselves.
  await database.drop().catch(() => undefined);
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

it('[P8b] outlives a server that is killed in the midst of it: converted + kept = total', async () => {
  const field = (type: string) => ({ kind: 'field', name: 'ledger.value', body: { label: 'Value', type } });
  await client.publish({
    components: [
      {
        kind: 'object',
        name: 'ledger',
        body: { label: 'Ledger', plural_label: 'Ledgers', name_field: 'name' },
      },
      { kind: 'field', name: 'ledger.name', body: { label: 'Name', type: 'text' } },
      field('text'),
    ] as never,
  });
  const ids: string[] = [];
  for (let from = 0; from < COUNT; from += 2_000) {
    const records = Array.from({ length: 2_000 }, (_, index) => {
      const number = from + index;
      return { name: `${number}`, value: number % 10 === 9 ? `no ${number}` : String(number) };
    });
    const { results } = await client.batch('ledger', { operation: 'create', all_or_nothing: true, records });
    ids.push(...results.map((each) => each.id!));
  }
  ids.sort();
  await withDatabase(database.connectionString, async (admin) => {
    const state = async () =>
      (await client.conversions()).conversions.find(({ object }) => object === 'ledger');
    const done = async () => {
      const now = await state();
      return now ? now.exact + now.lossy + now.kept : 0;
    };
    for (const [index, position] of [2_500, 4_500].entries()) {
      await admin.query('begin');
      await admin.query('select from ws_main.ledger where id = $1 for update', [ids[position]]);
      if (index === 0) await client.publish({ components: [field('integer')] as never });
      else await start();
      await expect.poll(done, { timeout: 60_000 }).toBe(Math.floor(position / 1_000) * 1_000);
      expect(await state()).toMatchObject({ state: 'running' });
      await end('SIGKILL');
      await admin.query('rollback');
    }
    await start();
    await expect.poll(async () => (await state())?.state, { timeout: 60_000 }).toBe('done');
    expect(await state()).toMatchObject({
      exact: COUNT * 0.9,
      lossy: 0,
      kept: COUNT / 10,
      open: COUNT / 10,
    });
    const { rows } = await admin.query(
      `select count(*)::int as records, count(*) filter (where version = 1)::int as untouched,
              count(data ->> 'value_2')::int as converted, sum((data ->> 'value_2')::int)::int as total,
              count(*) filter (where data ->> 'value' in (data ->> 'name', 'no ' || (data ->> 'name')))::int as old
         from ws_main.ledger`,
    );
    const converted = Array.from({ length: COUNT }, (_, number) => number).filter((each) => each % 10 !== 9);
    expect(rows).toEqual([
      {
        records: COUNT,
        untouched: COUNT,
        converted: converted.length,
        total: converted.reduce((sum, each) => sum + each, 0),
        old: COUNT,
      },
    ]);
    const answer = await client.aggregate('ledger', {
      measures: [{ function: 'sum', field: 'value' }],
    } as never);
    expect(answer.rows).toEqual([{ sum_value: rows[0].total }]);
  });
}, 240_000);

async function start(): Promise<void> {
  const child = spawn(process.execPath, ['apps/server/src/main.ts'], {
    cwd: join(import.meta.dirname, '../../..'),
    env: {
      ...process.env,
      PORT: '0',
      HOST: '127.0.0.1',
      DATABASE_URL: database.connectionString,
      TRELLIS_DATA_DIR: folder,
      TRELLIS_ADMIN_EMAIL: ADMINISTRATOR.email,
      TRELLIS_ADMIN_PASSWORD: ADMINISTRATOR.password,
      TRELLIS_LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  server = child;
  const origin = await new Promise<string>((resolve, reject) => {
    let output = '';
    const listen = (data: Buffer) => {
      output += data.toString();
      const address = /running at (http:\/\/\S+)/.exec(output)?.[1];
      if (address) resolve(address);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.once('exit', (code) => reject(new Error(`The server ended with ${code}:\n${output}`)));
  });
  client = createClient({ origin, keepsCookies: true });
  await client.login(ADMINISTRATOR);
}

async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill(signal);
  await ended;
}
