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

  test('an index stays until what takes its place can be made', async () => {
    fixture = await openFixture(STOCK);
    const code = (more: object): Component => ({
      kind: 'field',
      name: 'item.code',
      body: { label: 'code', type: 'text', ...more },
    });
    const [, second] = await insertRecords(fixture, 'item', [
      { name: 'one', code: 'same' },
      { name: 'two', code: 'same' },
    ]);
    await publishComponents(fixture.storage, fixture.workspace, [code({ indexed: true })]);
    await fixture.storage.drainPromotions(fixture.workspace);
    const statesOfCode = async () => {
      const states = await fixture.storage.metadata.indexStates(fixture.snapshot);
      return states.flatMap(({ name, fields, isUnique, reason, state }) =>
        fields[0] === 'code' ? [{ name, isUnique, reason: reason?.is, state }] : [],
      );
    };
    fixture.snapshot = await loadSnapshot(fixture.storage, fixture.workspace);
    const plain = (await statesOfCode())[0]!.name;
    // Somebody wrote the second one while this was published.
    await publishComponents(fixture.storage, fixture.workspace, [code({ indexed: true, unique: true })]);
    await fixture.storage.drainPromotions(fixture.workspace);
    fixture.snapshot = await loadSnapshot(fixture.storage, fixture.workspace);
    expect(await statesOfCode()).toEqual(
      expect.arrayContaining([
        { name: plain, isUnique: false, reason: 'stands_in', state: 'valid' },
        { name: expect.any(String), isUnique: true, reason: 'unique', state: 'failed' },
      ]),
    );
    const isThere = async () =>
      (await fixture.admin.query('select from pg_class where relname = $1', [plain])).rowCount === 1;
    expect(await isThere()).toBe(true);
    expect(await isJobPending()).toBe(false);
    await fixture.admin.query(
      `update ${fixture.workspace.schema}.item set data = data || '{"code": "another"}' where id = $1`,
      [second],
    );
    expect(await fixture.storage.metadata.retryFailed(fixture.workspace, 'item')).toBe(true);
    await fixture.storage.drainPromotions(fixture.workspace);
    expect(await statesOfCode()).toEqual([
      { name: expect.any(String), isUnique: true, reason: 'unique', state: 'valid' },
    ]);
    expect(await isThere()).toBe(false);
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
      .poll(async () =>
        (await fixture.storage.metadata.columnStates(fixture.workspace)).every(
          ({ state }) => state === 'ready',
        ),
      )
      .toBe(true);
  });

  test('what serves questions stands until what takes its place is built', async () => {
    fixture = await openFixture(STOCK);
    const { admin, workspace } = fixture;
    await insertRecords(fixture, 'item', [{ name: 'a', code: 'b' }, { name: 'c' }]);
    const view = (more: object) =>
      ({ kind: 'view', name: 'item.odd', body: { label: 'Odd', columns: ['name'], ...more } }) as Component;
    const ofCode = async () => {
      const column = (await loadSnapshot(fixture.storage, workspace)).columns.get('item')!.get('code')!.name;
      const { rows } = await admin.query<{ text: string }>(
        `select pg_get_indexdef(indexrelid) as text from pg_index where indrelid = 'ws_main.item'::regclass and indisvalid`,
      );
      return rows.map(({ text }) => /\(.*/.exec(text)![0]).filter((text) => text.includes(column));
    };
    // A view that asks no more than whether a text is blank has the blank ones found, and no order kept.
    await publishComponents(fixture.storage, workspace, [view({ filter: { is_blank: [{ var: 'code' }] } })]);
    await fixture.storage.drainPromotions(workspace);
    const before = await ofCode();
    expect(before).toEqual([expect.stringMatching(/^\(id\) WHERE .*c_\d+ IS NULL/)]);

    await publishComponents(fixture.storage, workspace, [view({ sort: ['code'] })]);
    const seen: (readonly string[])[] = [];
    const worker = await createStorage({
      connectionString: fixture.database.connectionString,
      poolSize: 3,
      beforePromotionStep: async (step) => {
        if (step === 'create_index') seen.push(await ofCode());
      },
    });
    await worker.drainPromotions(workspace);
    await worker.close();
    expect(seen).toEqual([before]);
    expect(await ofCode()).toEqual([expect.stringMatching(/^\(c_\d+, id\) WHERE/)]);
  });

  test('of what is searched PostgreSQL keeps more examples, to guess by how many records hold a word', async () => {
    fixture = await openFixture(STOCK);
    const { admin, storage, workspace } = fixture;
    const examples = async () => {
      const found = await admin.query(
        `select a.attrelid::regclass::text || ' ' || coalesce(a.attstattarget, -1) as kept
           from pg_index i join pg_opclass o on o.oid = any(i.indclass) and o.opcname = 'gin_trgm_ops'
           join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
          where i.indrelid in ('ws_main.item'::regclass, 'ws_main.shelf'::regclass)`,
      );
      return [...new Set(found.rows.map(({ kept }) => kept as string))].sort();
    };
    expect(await examples()).toEqual(['ws_main.item 300', 'ws_main.shelf 300']);

    // A column that comes to a table with records.
    await insertRecords(fixture, 'item', [{ name: 'a', code: 'b' }]);
    await publishComponents(storage, workspace, [
      { kind: 'field', name: 'item.code', body: { label: 'code', type: 'text', searchable: true } },
    ]);
    await storage.drainPromotions(workspace);
    expect(await examples()).toEqual(['ws_main.item 300', 'ws_main.shelf 300']);

    // One from before anybody asked for more, and one that an administrator has set.
    await admin.query('alter table ws_main.shelf alter column c_2 set statistics default');
    const [column] = (
      await admin.query(
        `select a.attname from pg_attribute a where a.attrelid = 'ws_main.item'::regclass and a.attstattarget = 300`,
      )
    ).rows as { attname: string }[];
    await admin.query(`alter table ws_main.item alter column ${column!.attname} set statistics 900`);
    storage.startMaintenance();
    await expect.poll(examples).toEqual(['ws_main.item 300', 'ws_main.item 900', 'ws_main.shelf 300']);
  });
});
