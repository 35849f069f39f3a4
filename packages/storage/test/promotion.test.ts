/**
 * Promotion while everybody keeps writing, with a kill in each step: in the end every column holds exactly what
 * `data` says, and reading by it answers as before.
 */
import type { Component } from '@trellis/metadata';
import { findIndexesOnData } from '@trellis/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { Connections } from '../src/connections.ts';
import { createStorage } from '../src/create-storage.ts';
import type { PromotionStep } from '../src/maintenance/online-steps.ts';
import { hasPendingPromotions } from '../src/maintenance/promotion.ts';
import {
  ask,
  type Fixture,
  insertRecords,
  loadSnapshot,
  objectNamed,
  openFixture,
  origin,
  publishComponents,
  SYSTEM,
} from './fixture.ts';
import { fill, item, MISMATCHES, PROMOTED, STOCK, startWriters } from './stock.ts';

let fixture: Fixture;
afterEach(() => fixture?.close());

/** Whether the promotion job still finds something to do. */
async function isJobPending(): Promise<boolean> {
  const connections = new Connections({
    connectionString: fixture.database.connectionString,
    poolSize: 1,
    statementTimeoutMilliseconds: 5_000,
    log: () => undefined,
  });
  const isPending = await hasPendingPromotions(connections, fixture.workspace);
  await connections.close();
  return isPending;
}

describe('promotion', () => {
  test('under writers, with a backend killed in each step', async () => {
    const killed = new Set<PromotionStep>();
    let batches = 0;
    fixture = await openFixture(STOCK);
    await fill(fixture, 12_000);
    const worker = await createStorage({
      connectionString: fixture.database.connectionString,
      poolSize: 3,
      beforePromotionStep: (step, backend) => {
        // Not in the first batch, but between two of them.
        if (killed.has(step) || (step === 'fill_batch' && ++batches < 2)) return;
        killed.add(step);
        setTimeout(
          () => void fixture.admin.query('select pg_terminate_backend($1)', [backend]),
          step === 'create_index' || step === 'fill_batch' ? 3 : 0,
        );
        return new Promise((resolve) =>
          setTimeout(resolve, step === 'finish' || step === 'add_column' ? 50 : 0),
        );
      },
    });
    const writers = startWriters(fixture, 3);
    await publishComponents(fixture.storage, fixture.workspace, PROMOTED);
    const waiting = await fixture.storage.metadata.columnStates(fixture.workspace);
    expect(waiting.filter(({ state }) => state === 'waiting')).toHaveLength(PROMOTED.length);
    let deaths = 0;
    for (let isDone = false; !isDone; ) {
      try {
        await worker.drainPromotions(fixture.workspace);
        isDone = true;
      } catch (error) {
        expect(error).toMatchObject({ code: 'connection_lost' });
        deaths++;
      }
    }
    const writes = await writers.stop();
    await worker.close();
    expect([...killed].sort()).toEqual(['add_column', 'create_index', 'fill_batch', 'finish']);
    expect(deaths).toBeGreaterThanOrEqual(3);
    expect(writes).toBeGreaterThan(10);
    const states = await fixture.storage.metadata.columnStates(fixture.workspace);
    expect(states.filter(({ state }) => state !== 'ready')).toEqual([]);
    fixture.snapshot = await loadSnapshot(fixture.storage, fixture.workspace);
    const columns = fixture.snapshot.columns.get('item')!;
    expect([...columns.values()].every(({ isReady }) => isReady)).toBe(true);
    expect(columns.get('code')?.isUnique).toBe(true);
    expect((await fixture.admin.query(MISMATCHES(columns))).rows).toEqual([{ count: 0 }]);
    const invalid = await fixture.admin.query(
      'select count(*)::int as count from pg_index where not indisvalid',
    );
    expect(invalid.rows).toEqual([{ count: 0 }]);
    expect(await findIndexesOnData(fixture.admin)).toEqual([]);
    await expect(insertRecords(fixture, 'item', [item(1, 's-1')])).rejects.toMatchObject({
      fields: ['code'],
    });
  }, 120_000);

  test('a process that dies leaves its work to another', async () => {
    fixture = await openFixture(STOCK);
    await fill(fixture, 2_000);
    await publishComponents(fixture.storage, fixture.workspace, PROMOTED);
    const workers = await Promise.all(
      Array.from({ length: 3 }, () =>
        createStorage({ connectionString: fixture.database.connectionString, poolSize: 2 }),
      ),
    );
    await Promise.all(workers.map((worker) => worker.drainPromotions(fixture.workspace)));
    await Promise.all(workers.map((worker) => worker.close()));
    const states = await fixture.storage.metadata.columnStates(fixture.workspace);
    expect(new Set(states.map(({ state }) => state))).toEqual(new Set(['ready']));
  });

  test('what can not be unique is reported, and the field goes on without the promise', async () => {
    fixture = await openFixture(STOCK);
    await insertRecords(fixture, 'item', [
      { name: 'one', code: 'same' },
      { name: 'two', code: 'same' },
    ]);
    await publishComponents(fixture.storage, fixture.workspace, PROMOTED);
    await fixture.storage.drainPromotions(fixture.workspace);
    fixture.snapshot = await loadSnapshot(fixture.storage, fixture.workspace);
    expect(fixture.snapshot.columns.get('item')?.get('code')).toMatchObject({
      isReady: true,
      isUnique: false,
    });
    const states = await fixture.storage.metadata.columnStates(fixture.workspace);
    expect(states.find(({ field }) => field === 'code')).toMatchObject({
      state: 'failed',
      error: 'Several records share a value.',
    });
    expect((await ask(fixture, 'item', { filter: { '==': [{ var: 'code' }, 'same'] } })).rows).toHaveLength(
      2,
    );
  });

  test('values shared while a field was not unique do not stop the job when it is unique again', async () => {
    fixture = await openFixture(STOCK);
    await insertRecords(fixture, 'item', [{ name: 'first', code: 'same' }]);
    const code = (unique: boolean): Component => ({
      kind: 'field',
      name: 'item.code',
      body: { label: 'code', type: 'text', unique },
    });
    await publishComponents(fixture.storage, fixture.workspace, [code(true)]);
    await fixture.storage.drainPromotions(fixture.workspace);
    // Before the job has dropped the index, records share a value and the field wants to be unique again.
    fixture.snapshot = await publishComponents(fixture.storage, fixture.workspace, [code(false)]);
    await insertRecords(fixture, 'item', [{ name: 'second', code: 'same' }]);
    await publishComponents(fixture.storage, fixture.workspace, [
      code(true),
      { kind: 'field', name: 'shelf.name', body: { label: 'name', type: 'text', unique: true } },
    ]);
    await fixture.storage.drainPromotions(fixture.workspace);
    const states = await fixture.storage.metadata.columnStates(fixture.workspace);
    const failed = states.filter(({ state }) => state === 'failed').map(({ field }) => field);
    expect(failed).toEqual(['code']);
    fixture.snapshot = await loadSnapshot(fixture.storage, fixture.workspace);
    expect(fixture.snapshot.columns.get('item')!.get('code')).toMatchObject({ isUnique: false });
    // Nobody is refused for a promise that is not kept.
    await insertRecords(fixture, 'item', [{ name: 'third', code: 'same' }]);
    expect(await isJobPending()).toBe(false);
  });

  test('values that do not fit fail their own column alone, and records stay writable', async () => {
    fixture = await openFixture(STOCK);
    const [id] = await insertRecords(fixture, 'item', [
      { name: 'odd', price: 'dear' },
      { name: 'even', code: 'e' },
    ]);
    await publishComponents(fixture.storage, fixture.workspace, PROMOTED);
    await fixture.storage.drainPromotions(fixture.workspace);
    fixture.snapshot = await loadSnapshot(fixture.storage, fixture.workspace);
    const states = await fixture.storage.metadata.columnStates(fixture.workspace);
    const failed = states.filter(({ state }) => state === 'failed').map(({ field }) => field);
    expect(failed).toEqual(['price']);
    // The index of a column that failed waits for the next publish: the job has nothing to come back for.
    expect(await isJobPending()).toBe(false);
    const row = {
      id: id!,
      version: 1,
      ownerId: SYSTEM,
      recordType: null,
      data: { name: 'odder', price: 'dear' },
      difference: {},
    };
    const written = await fixture.storage.records.update(
      fixture.snapshot,
      objectNamed(fixture.snapshot, 'item'),
      [row],
      origin(),
    );
    expect(written).toHaveLength(1);
  });

  test('a slot of the same type is used again, after its time', async () => {
    fixture = await openFixture(STOCK);
    await insertRecords(fixture, 'item', [{ name: 'a', price: 1, code: 'k' }]);
    const price = PROMOTED[0]!;
    await publishComponents(fixture.storage, fixture.workspace, [price]);
    await fixture.storage.drainPromotions(fixture.workspace);
    const slot = (await loadSnapshot(fixture.storage, fixture.workspace)).columns
      .get('item')!
      .get('price')!.name;
    const plain: Component = { kind: 'field', name: 'item.price', body: { label: 'price', type: 'decimal' } };
    await publishComponents(fixture.storage, fixture.workspace, [plain]);
    await fixture.admin.query(
      `update ws_main._column set changed_at = changed_at - interval '2 hours' where state = 'retired'`,
    );
    const weight: Component = {
      kind: 'field',
      name: 'item.weight',
      body: { label: 'weight', type: 'decimal', indexed: true },
    };
    fixture.snapshot = await publishComponents(fixture.storage, fixture.workspace, [weight]);
    await insertRecords(fixture, 'item', [{ name: 'b', price: 2, weight: 7 }]);
    await fixture.storage.drainPromotions(fixture.workspace);
    fixture.snapshot = await loadSnapshot(fixture.storage, fixture.workspace);
    expect(fixture.snapshot.columns.get('item')!.get('weight')).toMatchObject({ name: slot, isReady: true });
    const found = await ask(fixture, 'item', {
      filter: { is_blank: [{ var: 'weight' }] },
      fields: ['price'],
    });
    expect(found.rows).toMatchObject([{ price: 1 }]);
  });

  test('maintenance takes a publish up by itself', async () => {
    fixture = await openFixture(STOCK);
    await insertRecords(fixture, 'item', [{ name: 'a', price: 1 }]);
    fixture.storage.startMaintenance();
    await publishComponents(fixture.storage, fixture.workspace, PROMOTED);
    await expect
      .poll(
        async () =>
          (await fixture.storage.metadata.columnStates(fixture.workspace)).every(
            ({ state }) => state === 'ready',
          ),
        { timeout: 10_000 },
      )
      .toBe(true);
  });
});
