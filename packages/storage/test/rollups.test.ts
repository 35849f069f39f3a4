/** Roll-ups: kept by the writers' own transactions, by the worker, and worked out by reads until they are kept. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ask,
  type Fixture,
  insertRecords,
  nextId,
  object,
  objectNamed,
  openFixture,
  origin,
  publishComponents,
} from './fixture.ts';
import { ROLLUPS, WRONG } from './rollup-fixture.ts';

let fixture: Fixture;

beforeAll(async () => {
  fixture = await openFixture(ROLLUPS);
});
afterAll(() => fixture?.close());

async function one(name: string, id: string): Promise<Record<string, unknown>> {
  const { rows } = await ask(fixture, name, { filter: { '==': [{ var: 'id' }, id] } });
  return rows[0] as Record<string, unknown>;
}

const wrong = async () => (await fixture.admin.query(WRONG(fixture.workspace.schema))).rows;

async function update(name: string, id: string, data: Record<string, unknown>): Promise<void> {
  const { storage, snapshot } = fixture;
  const version = (await one(name, id)).version as number;
  const row = {
    id,
    version,
    ownerId: '00000000-0000-0000-0000-000000000000',
    recordType: null,
    data,
    difference: {},
  };
  await storage.records.update(snapshot, objectNamed(snapshot, name), [row as never], origin());
}

describe('a small parent', () => {
  test('is right as soon as the child is written, without a worker', async () => {
    const [region] = await insertRecords(fixture, 'region', [{ name: 'North' }]);
    const [account] = await insertRecords(fixture, 'account', [{ name: 'Acme', region: region! }]);
    expect(await one('account', account!)).toMatchObject({
      deals: 0,
      open_total: 0,
      average: null,
      last_close: null,
      has_open: false,
      all_open: false,
    });
    const [deal] = await insertRecords(fixture, 'deal', [
      { name: 'a', account: account!, amount: 10.5, is_open: true, close_date: '2026-02-03' },
      { name: 'b', account: account!, amount: 4, close_date: '2026-05-01' },
    ]);
    expect(await one('account', account!)).toMatchObject({
      deals: 2,
      open_total: 10.5,
      average: 7.25,
      last_close: '2026-05-01',
      has_open: true,
      all_open: false,
      weighted: 2.625,
      largest_open: null,
      load: 14.5,
      version: 1,
    });
    // A roll-up of a roll-up follows in the same transaction.
    expect(await one('region', region!)).toMatchObject({ open_total: 10.5, largest: 2 });

    const [other] = await insertRecords(fixture, 'account', [{ name: 'Other' }]);
    await update('deal', deal!, { name: 'a', account: other!, amount: 12, is_open: true });
    expect(await one('account', account!)).toMatchObject({ deals: 1, open_total: 0 });
    expect(await one('account', other!)).toMatchObject({ deals: 1, open_total: 12, all_open: true });
    expect(await one('region', region!)).toMatchObject({ open_total: 0, largest: 1 });
    const { rows } = await fixture.admin.query(`select * from ${fixture.workspace.schema}._rollup_mark`);
    expect(rows).toEqual([]);
    expect(await wrong()).toEqual([]);
  });

  test('counts through a polymorphic lookup and a junction, and forgets what is deleted', async () => {
    const { storage, snapshot } = fixture;
    const [account] = await insertRecords(fixture, 'account', [{ name: 'Poly' }]);
    const [task] = await insertRecords(fixture, 'task', [
      { name: 't', about: { object: 'account', id: account! }, is_open: true },
      { name: 'u', about: { object: 'account', id: account! } },
    ]);
    const people = await insertRecords(fixture, 'person', [{ score: 20 }, { score: 30 }, { score: 5 }]);
    await insertRecords(
      fixture,
      'member',
      people.map((person) => ({ account: account!, person })),
    );
    expect(await one('account', account!)).toMatchObject({ tasks: 1, people_score: 50 });
    await update('person', people[0]!, { score: 21.5 });
    expect(await one('account', account!)).toMatchObject({ people_score: 51.5 });
    await storage.records.remove(
      snapshot,
      objectNamed(snapshot, 'task'),
      [{ id: task!, version: 1 }],
      nextId(),
      origin(),
    );
    await storage.records.remove(
      snapshot,
      objectNamed(snapshot, 'person'),
      [{ id: people[1]!, version: 1 }],
      nextId(),
      origin(),
    );
    expect(await one('account', account!)).toMatchObject({ tasks: 0, people_score: 21.5 });
    await storage.records.restore(
      snapshot,
      objectNamed(snapshot, 'person'),
      [{ id: people[1]!, version: 2 }],
      origin(),
    );
    expect(await one('account', account!)).toMatchObject({ people_score: 51.5 });
    await storage.drainRollups(fixture.workspace);
    expect(await wrong()).toEqual([]);
  });

  test('is worked out at once by a statement that is a transaction by itself, else marked until its end', async () => {
    const { storage, snapshot, workspace, admin } = fixture;
    const [account] = await insertRecords(fixture, 'account', [{ name: 'Alone' }]);
    const marksSoFar = async () => {
      const sequence = `pg_get_serial_sequence('${workspace.schema}._rollup_mark', 'id')`;
      const { rows } = await admin.query(`select nextval(${sequence})::int as number`);
      return rows[0].number as number;
    };
    const deal = { name: 'a', account: account!, amount: 3, is_open: true };
    const before = await marksSoFar();
    const [first] = await insertRecords(fixture, 'deal', [deal]);
    expect(await one('account', account!)).toMatchObject({ deals: 1, open_total: 3 });
    await update('deal', first!, { ...deal, name: 'of no matter' });
    await update('deal', first!, { ...deal, amount: 5 });
    expect(await one('account', account!)).toMatchObject({ deals: 1, open_total: 5 });
    expect(await marksSoFar()).toBe(before + 1);

    const row = {
      id: nextId(),
      ownerId: '00000000-0000-0000-0000-000000000000',
      recordType: null,
      data: deal,
    };
    await storage.transaction(
      async (transaction) => {
        await storage.records.insert(snapshot, objectNamed(snapshot, 'deal'), [row], origin(), transaction);
        expect(await marksSoFar()).toBeGreaterThan(before + 2);
      },
      { workspace },
    );
    expect(await one('account', account!)).toMatchObject({ deals: 2, open_total: 8 });
    expect(await wrong()).toEqual([]);
  });

  test('grows by what is new, without reading what was there', async () => {
    const { admin } = fixture;
    const { schema } = fixture.workspace;
    const [region] = await insertRecords(fixture, 'region', [{ name: 'Growing' }]);
    const [account, other] = await insertRecords(fixture, 'account', [
      { name: 'Growing', region: region! },
      { name: 'Other', region: region! },
    ]);
    const bill = { name: 'b', account: account!, amount: 0.1, is_open: true, billed_on: '2026-03-01' };
    await insertRecords(fixture, 'bill', [bill]);
    const rowsRead = async () => {
      await admin.query('select pg_stat_force_next_flush(), pg_stat_clear_snapshot()');
      const { rows } = await admin.query(
        'select (idx_tup_fetch + seq_tup_read)::int as read from pg_stat_user_tables where schemaname = $1 and relname = $2',
        [schema, 'bill'],
      );
      return rows[0].read as number;
    };
    const before = await rowsRead();
    for (const more of [
      { ...bill, amount: 0.2, billed_on: '2026-02-01' },
      { ...bill, amount: null, is_open: false, billed_on: null },
      { ...bill, account: other!, amount: 7 },
      { ...bill, account: null },
      { ...bill, amount: -0.3, billed_on: '2026-04-01' },
    ])
      await insertRecords(fixture, 'bill', [more]);
    expect(await rowsRead()).toBe(before);
    // A sum that has come to nothing again reads as one of nothing.
    expect(await one('account', account!)).toMatchObject({
      bills: 4,
      billed: 0,
      least_bill: -0.3,
      last_bill: '2026-04-01',
      has_bill_open: true,
    });
    expect(await one('account', other!)).toMatchObject({ bills: 1, billed: 7 });
    expect(await one('region', region!)).toMatchObject({ bills: 4 });
    expect(await wrong()).toEqual([]);
  });

  test('is worked out as a whole where a sum may have been rounded', async () => {
    const [account] = await insertRecords(fixture, 'account', [{ name: 'Rounded' }]);
    const bill = { name: 'b', account: account!, is_open: true };
    for (const amount of [
      123_456_789_012, 123_456_789_012.345, 0.000_1, 0.000_04, -123_456_789_012.345, -0.000_14,
    ])
      await insertRecords(fixture, 'bill', [{ ...bill, amount }]);
    expect(await one('account', account!)).toMatchObject({ bills: 6, billed: 123_456_789_012 });
    expect(await wrong()).toEqual([]);
  });

  test('can be filtered, sorted and summed, also behind a lookup', async () => {
    const [region] = await insertRecords(fixture, 'region', [{ name: 'Sorted' }]);
    const ids = await insertRecords(
      fixture,
      'account',
      [1, 2, 3].map((number) => ({ name: `Sorted ${number}`, region: region! })),
    );
    const deals = [30, 10, 20].map((amount, index) => ({
      name: 'd',
      account: ids[index]!,
      amount,
      is_open: true,
    }));
    await insertRecords(fixture, 'deal', deals);
    const inRegion = { '==': [{ var: 'region' }, region] };
    const page = await ask(fixture, 'account', {
      filter: inRegion,
      sort: ['-open_total'],
      fields: ['name', 'open_total', 'region.open_total'],
    });
    expect(page.rows.map((row) => [row.open_total, row['region.open_total']])).toEqual([
      [30, 60],
      [20, 60],
      [10, 60],
    ]);
    const some = await ask(fixture, 'account', {
      filter: { and: [inRegion, { '>=': [{ var: 'open_total' }, 20] }] },
    });
    expect(some.rows).toHaveLength(2);
    const none = await ask(fixture, 'account', {
      filter: { and: [inRegion, { '==': [{ var: 'tasks' }, 0] }] },
    });
    expect(none.rows).toHaveLength(3);
    const next = await ask(fixture, 'account', { filter: inRegion, sort: ['-open_total'], limit: 1 });
    const after = await ask(fixture, 'account', {
      filter: inRegion,
      sort: ['-open_total'],
      limit: 5,
      after: next.next,
    });
    expect(after.rows.map((row) => row.open_total)).toEqual([20, 10]);
  });
});

describe('a parent that somebody else holds', () => {
  test('keeps nobody waiting: its mark stays for the worker', async () => {
    const [account] = await insertRecords(fixture, 'account', [{ name: 'Held' }]);
    await fixture.admin.query('begin');
    await fixture.admin.query(
      `select from ${fixture.workspace.schema}.account where id = $1 for no key update`,
      [account],
    );
    await insertRecords(fixture, 'deal', [{ name: 'x', account: account!, amount: 1, is_open: true }]);
    expect(await one('account', account!)).toMatchObject({ deals: 0 });
    const marks = await fixture.admin.query(
      `select record_id from ${fixture.workspace.schema}._rollup_mark where record_id = $1`,
      [account],
    );
    expect(marks.rows).toHaveLength(1);
    await fixture.admin.query('rollback');
    await fixture.storage.drainRollups(fixture.workspace);
    expect(await one('account', account!)).toMatchObject({ deals: 1, open_total: 1 });
    expect(await wrong()).toEqual([]);
  });
});

describe('a definition', () => {
  test('that is new is worked out by reads until every record has its value', async () => {
    const [account] = await insertRecords(fixture, 'account', [{ name: 'Later' }]);
    await insertRecords(fixture, 'deal', [{ name: 'x', account: account!, amount: 7 }]);
    const [later] = object('account', {
      total: { type: 'rollup', rollup: { object: 'deal', via: 'account', function: 'sum', field: 'amount' } },
    }).slice(1);
    fixture.snapshot = await publishComponents(fixture.storage, fixture.workspace, [later!]);
    expect(fixture.snapshot.rollups?.get('account')?.has('total')).toBe(false);
    expect(await one('account', account!)).toMatchObject({ total: 7 });
    const sorted = await ask(fixture, 'account', {
      filter: { '==': [{ var: 'total' }, 7] },
      sort: ['total'],
    });
    expect(sorted.rows.map(({ id }) => id)).toEqual([account]);
    await fixture.storage.drainRollups(fixture.workspace);
    fixture.snapshot = await publishComponents(fixture.storage, fixture.workspace, []);
    expect(fixture.snapshot.rollups?.get('account')?.has('total')).toBe(true);
    expect(await one('account', account!)).toMatchObject({ total: 7 });
    const states = await fixture.storage.metadata.rollupStates(fixture.workspace);
    expect(states.find(({ field }) => field === 'total')).toMatchObject({ state: 'ready', pending: 0 });
    expect(states.find(({ field }) => field === 'total')!.rowsDone).toBeGreaterThan(0);
  });
});
