/**
 * However writers meet, once nothing waits any more every roll-up is what a plain recount says: after storms on several
 * connections with workers in between, and after a process was killed in the middle of one.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createStorage } from '../src/create-storage.ts';
import type { Storage } from '../src/storage.ts';
import { ask, type Fixture, insertRecords, openFixture } from './fixture.ts';
import { ROLLUPS, WRONG } from './rollup-fixture.ts';
import { Storm } from './rollup-storm.ts';

let fixture: Fixture;
let second: Storage;

beforeAll(async () => {
  fixture = await openFixture(ROLLUPS);
  second = await createStorage({ connectionString: fixture.database.connectionString });
});
afterAll(async () => {
  await second?.close();
  await fixture?.close();
});

const wrong = async () => (await fixture.admin.query(WRONG(fixture.workspace.schema))).rows;
const deadlocks = async () =>
  (
    await fixture.admin.query(
      'select deadlocks::int as count from pg_stat_database where datname = current_database()',
    )
  ).rows[0].count as number;

test('storms of writers and workers end in what a recount says, without a deadlock', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 1_000_000 }), async (seed) => {
      const known = new Map();
      const writers = Array.from(
        { length: 6 },
        (_, writer) =>
          new Storm(writer % 2 === 0 ? fixture.storage : second, fixture.snapshot, seed + writer, known),
      );
      let isOver = false;
      const workers = [fixture.storage, second].map(async (storage) => {
        while (!isOver) await storage.drainRollups(fixture.workspace);
      });
      await Promise.all(writers.map((writer) => writer.run(60))).finally(() => {
        isOver = true;
      });
      await Promise.all(workers);
      await second.drainRollups(fixture.workspace);
      expect(await wrong()).toEqual([]);
    }),
    { numRuns: 4 },
  );
  expect(await deadlocks()).toBe(0);
}, 120_000);

test('a process that is killed in a storm leaves nothing wrong behind', async () => {
  const program = fileURLToPath(new URL('./rollup-storm.ts', import.meta.url));
  for (const seed of [1, 2]) {
    const child = spawn(process.execPath, [program, fixture.database.connectionString, String(seed)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    const before = await count();
    while ((await count()) < before + 150) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGKILL');
    await once(child, 'exit');
    await fixture.storage.drainRollups(fixture.workspace);
    expect(await wrong()).toEqual([]);
  }
}, 120_000);

async function count(): Promise<number> {
  const { rows } = await fixture.admin.query(
    `select count(*)::int as count from ${fixture.workspace.schema}._history`,
  );
  return rows[0].count as number;
}

test('a parent with very many records lets their writers pass, and is worked out by the worker', async () => {
  const [account] = await insertRecords(fixture, 'account', [{ name: 'Hot' }]);
  const deals = Array.from({ length: 5_000 }, () => ({ name: 'd', account: account!, amount: 1 }));
  for (let batch = 0; batch < 4; batch++) await insertRecords(fixture, 'deal', deals);
  // Somebody is at the parent for as long as they like: no writer of a child waits for them.
  await fixture.admin.query('begin');
  await fixture.admin.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [account]);
  await fixture.admin.query(
    `select from ${fixture.workspace.schema}.account where id = $1 for no key update`,
    [account],
  );
  await Promise.all(
    Array.from({ length: 8 }, () =>
      insertRecords(fixture, 'deal', [{ name: 'd', account: account!, amount: 1 }]),
    ),
  );
  await fixture.admin.query('commit');
  await fixture.storage.drainRollups(fixture.workspace);
  const { rows } = await ask(fixture, 'account', { filter: { '==': [{ var: 'id' }, account] } });
  expect(rows[0]).toMatchObject({ deals: 20_008, average: 1 });
  expect(await wrong()).toEqual([]);
}, 120_000);
