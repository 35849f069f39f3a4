/**
 * A server that is killed in the middle of a promotion, in each of its steps, while others write: the next one takes
 * the work up, and in the end every column holds what `data` says.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Component } from '@trellis/metadata';
import { findIndexesOnData } from '@trellis/testing';
import pg from 'pg';
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

function startWorker(step?: PromotionStep, manner?: 'goes_on'): ChildProcess {
  const path = join(import.meta.dirname, 'promotion-worker.ts');
  const { connectionString } = fixture.database;
  const given = [connectionString, step, manner].filter((each) => each !== undefined);
  const child = fork(path, given, { execArgv: [] });
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

/** What views are filtered and sorted by together, and what the object asks for itself. */
const VIEWED: readonly Component[] = [
  {
    kind: 'view',
    name: 'item.flagged',
    body: {
      label: 'Flagged',
      columns: ['name'],
      filter: { '==': [{ var: 'flag' }, true] },
      sort: ['-due'],
    } as never,
  },
  {
    kind: 'object',
    name: 'item',
    body: {
      label: 'item',
      plural_label: 'items',
      name_field: 'name',
      indexes: [{ fields: ['price', '-seen_at'], include: ['flag'] }],
    },
  },
];

test('a server killed while PostgreSQL builds the indexes of views and objects leaves them to the next', async () => {
  fixture = await openFixture(STOCK);
  await fill(fixture, 1_000);
  await publishComponents(fixture.storage, fixture.workspace, PROMOTED);
  await fixture.storage.drainPromotions(fixture.workspace);
  await publishComponents(fixture.storage, fixture.workspace, VIEWED);
  const composites = async (isValid: boolean) => {
    const { rows } = await fixture.admin.query(
      `select c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid
        where i.indrelid = 'ws_main.item'::regclass and i.indisvalid = $1 and i.indnatts > 1 and not i.indisprimary
          and c.relname in (select name from ws_main._index where state = $2)`,
      [isValid, isValid ? 'ready' : 'waiting'],
    );
    return rows.map(({ name }) => String(name));
  };
  const before = await composites(true);
  // Somebody who writes for long: the build waits for them, with an index that is there and not valid.
  const writer = new pg.Client({ connectionString: fixture.database.connectionString });
  await writer.connect();
  for (let round = 0; round < 2; round++) {
    await writer.query('begin');
    await writer.query("update ws_main.item set updated_at = now() where data->>'code' = 's-1'");
    const child = startWorker('create_index', 'goes_on');
    const ended = once(child, 'exit');
    await expect.poll(() => composites(false)).toHaveLength(1);
    child.kill('SIGKILL');
    expect(await ended).toEqual([null, 'SIGKILL']);
    await writer.query('commit');
  }
  await writer.end();
  const last = startWorker();
  expect(await once(last, 'exit')).toEqual([0, null]);
  expect((await composites(true)).length - before.length).toBe(2);
  expect(await composites(false)).toEqual([]);
  const states = await fixture.admin.query("select name from ws_main._index where state <> 'ready'");
  expect(states.rows).toEqual([]);
  expect(await findIndexesOnData(fixture.admin)).toEqual([]);
}, 120_000);
