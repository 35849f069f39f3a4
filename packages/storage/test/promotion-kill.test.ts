/**
 * A server that is killed in the middle of a promotion, in each of its steps, while others write: the next one takes
 * the work up, and in the end every column holds what `data` says.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { findIndexesOnData } from '@trellis/testing';
import { afterEach, expect, test } from 'vitest';
import type { PromotionStep } from '../src/maintenance/online-steps.ts';
import { type Fixture, insertRecords, loadSnapshot, openFixture, publishComponents } from './fixture.ts';
import { fill, item, MISMATCHES, PROMOTED, STOCK, startWriters } from './stock.ts';

const STEPS: readonly PromotionStep[] = ['add_column', 'fill_batch', 'create_index', 'finish'];

let fixture: Fixture;
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await fixture?.close();
});

function startWorker(step?: PromotionStep): ChildProcess {
  const path = join(import.meta.dirname, 'promotion-worker.ts');
  const { connectionString } = fixture.database;
  const child = fork(path, step === undefined ? [connectionString] : [connectionString, step], {
    execArgv: [],
  });
  children.push(child);
  return child;
}

test('a server killed in each step of a promotion leaves its work to the next', async () => {
  fixture = await openFixture(STOCK);
  await fill(fixture, 12_000);
  const writers = startWriters(fixture, 2);
  await publishComponents(fixture.storage, fixture.workspace, PROMOTED);
  for (const step of STEPS) {
    const child = startWorker(step);
    const ended = once(child, 'exit');
    const [reached] = await Promise.race([
      once(child, 'message'),
      ended.then(([code]) => Promise.reject(new Error(`It ended with ${code} before ${step}.`))),
    ]);
    expect(reached).toBe(step);
    child.kill('SIGKILL');
    expect(await ended).toEqual([null, 'SIGKILL']);
  }
  const last = startWorker();
  expect(await once(last, 'exit')).toEqual([0, null]);
  expect(await writers.stop()).toBeGreaterThan(10);

  const states = await fixture.storage.metadata.columnStates(fixture.workspace);
  expect(states.filter(({ state }) => state !== 'ready')).toEqual([]);
  expect(states.filter(({ object }) => object === 'item').length).toBeGreaterThanOrEqual(PROMOTED.length);
  fixture.snapshot = await loadSnapshot(fixture.storage, fixture.workspace);
  const columns = fixture.snapshot.columns.get('item')!;
  expect((await fixture.admin.query(MISMATCHES(columns))).rows).toEqual([{ count: 0 }]);
  const invalid = await fixture.admin.query(
    'select count(*)::int as count from pg_index where not indisvalid',
  );
  expect(invalid.rows).toEqual([{ count: 0 }]);
  expect(await findIndexesOnData(fixture.admin)).toEqual([]);
  await expect(insertRecords(fixture, 'item', [item(1, 's-1')])).rejects.toMatchObject({ fields: ['code'] });
}, 120_000);
