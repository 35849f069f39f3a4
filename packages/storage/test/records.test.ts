import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ask,
  CONTEXT,
  expressionOf,
  type Fixture,
  insertRecords,
  objectNamed,
  openFixture,
  origin,
  SYSTEM,
} from './fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await openFixture();
});
afterAll(() => fixture?.close());

describe('records', () => {
  test('a record comes back as it was written', async () => {
    const [account] = await insertRecords(fixture, 'account', [{ name: 'Acme', industry: 'bank' }]);
    const data = {
      name: 'Big deal',
      stage: 'new',
      amount: 123456789012.345,
      close_date: '2026-03-29',
      starts_at: '2026-03-29T01:30:00.500Z',
      is_key: true,
      tags: ['b', 'a'],
      account: account!,
      regarding: { object: 'account', id: account! },
      region: 'Süd',
      score: -0.000001,
    };
    const [id] = await insertRecords(fixture, 'deal', [{ ...data, code: null }]);
    const all = await ask(fixture, 'deal', { filter: { '==': [{ var: 'id' }, id] } });
    expect(all.rows).toEqual([{ id, version: 1, code: null, ...data }]);
    const some = await ask(fixture, 'deal', {
      filter: { '==': [{ var: 'id' }, id] },
      fields: [
        'account.name',
        'region',
        'starts_at',
        'amount',
        'regarding',
        'regarding.name',
        'owner.name',
        'created_at',
      ],
    });
    expect(some.rows[0]).toMatchObject({
      'account.name': 'Acme',
      region: 'Süd',
      starts_at: data.starts_at,
      amount: data.amount,
      regarding: data.regarding,
      'regarding.name': 'Acme',
      'owner.name': 'System',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
  });

  test('an update repeats the loaded version and leaves one history and one outbox row', async () => {
    const deal = objectNamed(fixture.snapshot, 'deal');
    const [id] = await insertRecords(fixture, 'deal', [{ name: 'Moved', amount: 1 }]);
    const row = {
      id: id!,
      version: 1,
      ownerId: SYSTEM,
      recordType: null,
      data: { name: 'Moved', amount: 2 },
    };
    const written = await fixture.storage.records.update(
      fixture.snapshot,
      deal,
      [{ ...row, difference: { amount: [1, 2] } }],
      origin(),
    );
    expect(written).toMatchObject([{ id, version: 2 }]);
    const stale = await fixture.storage.records.update(
      fixture.snapshot,
      deal,
      [{ ...row, difference: { amount: [1, 3] } }],
      origin(),
    );
    expect(stale).toEqual([]);
    const history = await fixture.storage.records.history(fixture.snapshot, deal, id!, {
      limit: 10,
      before: undefined,
    });
    expect(history).toMatchObject([
      { action: 'update', version: 2, difference: { amount: [1, 2] }, actorName: 'System' },
      { action: 'create', version: 1, difference: { name: [null, 'Moved'], amount: [null, 1] } },
    ]);
    const outbox = await fixture.admin.query(
      'select action from ws_main._outbox where record_id = $1 order by id',
      [id],
    );
    expect(outbox.rows).toEqual([{ action: 'create' }, { action: 'update' }]);
  });

  test('a unique value is refused with the name of its field, and free again after deletion', async () => {
    const deal = objectNamed(fixture.snapshot, 'deal');
    const [id] = await insertRecords(fixture, 'deal', [{ name: 'One', code: 'X-1' }]);
    await expect(insertRecords(fixture, 'deal', [{ name: 'Two', code: 'X-1' }])).rejects.toMatchObject({
      code: 'unique_violation',
      fields: ['code'],
    });
    await fixture.storage.records.remove(fixture.snapshot, deal, [{ id: id!, version: 1 }], SYSTEM, origin());
    const [second] = await insertRecords(fixture, 'deal', [{ name: 'Two', code: 'X-1' }]);
    await expect(
      fixture.storage.records.restore(fixture.snapshot, deal, [{ id: id!, version: 2 }], origin()),
    ).rejects.toMatchObject({ code: 'unique_violation', fields: ['code'] });
    const found = await fixture.storage.records.findByKey(fixture.snapshot, {
      object: deal,
      field: 'code',
      values: ['X-1', 'X-2'],
      visible: { op: 'constant', value: true },
      context: CONTEXT,
    });
    expect([...found]).toEqual([['X-1', second]]);
  });

  test('a lookup to nothing is refused with the name of its field', async () => {
    const nowhere = '01900000-0000-7000-8000-ffffffffffff';
    await expect(insertRecords(fixture, 'deal', [{ name: 'Lost', account: nowhere }])).rejects.toMatchObject({
      code: 'foreign_key_violation',
      fields: ['account'],
    });
  });

  test('a user brings its principal, in the same statement', async () => {
    const [id] = await insertRecords(fixture, 'user', [{ name: 'Ada' }]);
    const rows = await fixture.admin.query('select object, name from ws_main._principal where id = $1', [id]);
    expect(rows.rows).toEqual([{ object: 'user', name: 'Ada' }]);
  });

  test('loading for a write gives visible records only, with what is allowed', async () => {
    const deal = objectNamed(fixture.snapshot, 'deal');
    const ids = await insertRecords(fixture, 'deal', [
      { name: 'Seen', region: 'north', amount: 5 },
      { name: 'Seen too', region: 'north' },
      { name: 'Hidden', region: 'south' },
    ]);
    const request = {
      object: deal,
      ids,
      visible: expressionOf(fixture.snapshot, deal, { '==': [{ var: 'region' }, 'north'] }),
      allowed: expressionOf(fixture.snapshot, deal, { '>': [{ var: 'amount' }, 1] }),
      deleted: 'live' as const,
      context: CONTEXT,
    };
    const loaded = await fixture.storage.records.loadForWrite(fixture.snapshot, request);
    expect(loaded.map(({ id, isAllowed }) => [id, isAllowed])).toEqual([
      [ids[0], true],
      [ids[1], false],
    ]);
    const locked = await fixture.storage.transaction((transaction) =>
      fixture.storage.records.loadForWrite(fixture.snapshot, request, transaction),
    );
    expect(locked).toEqual(loaded);
  });

  test('dependents, deletion groups and purge', async () => {
    const { storage, snapshot } = fixture;
    const account = objectNamed(snapshot, 'account');
    const deal = objectNamed(snapshot, 'deal');
    const [id] = await insertRecords(fixture, 'account', [{ name: 'Parent' }]);
    const [child, other] = await insertRecords(fixture, 'deal', [
      { name: 'Child', account: id! },
      { name: 'Other', regarding: { object: 'account', id: id! } },
    ]);
    const deletionId = '01900000-0000-7000-8000-00000000dddd';
    await storage.transaction(async (transaction) => {
      const dependents = await storage.records.findDependents(snapshot, account, [id!], 10, transaction);
      expect(
        await storage.records.findDependents(snapshot, account, [id!], 1, transaction),
        'no more than asked for',
      ).toEqual(dependents.slice(0, 1));
      expect(dependents.map(({ field, record }) => [field, record.id])).toEqual([
        ['account', child],
        ['regarding', other],
      ]);
      await storage.records.remove(
        snapshot,
        account,
        [{ id: id!, version: 1 }],
        deletionId,
        origin(),
        transaction,
      );
      await storage.records.remove(
        snapshot,
        deal,
        [{ id: child!, version: 1 }],
        deletionId,
        origin(),
        transaction,
      );
    });
    const together = await storage.transaction((transaction) =>
      storage.records.findByDeletion(snapshot, deletionId, transaction),
    );
    expect(together.map(({ object, record }) => [object.name, record.id]).sort()).toEqual([
      ['account', id],
      ['deal', child],
    ]);
    expect(
      (await ask(fixture, 'deal', { deleted: true, filter: { '==': [{ var: 'id' }, child] } })).rows,
    ).toHaveLength(1);
    const purged = await storage.transaction((transaction) =>
      storage.records.purge(snapshot, account, [id!], origin(), transaction),
    );
    expect(purged).toBe(1);
    const left = await fixture.admin.query(
      'select count(*)::int as count from ws_main._history where record_id = $1',
      [id],
    );
    expect(left.rows).toEqual([{ count: 0 }]);
    const stripped = await ask(fixture, 'deal', {
      filter: { '==': [{ var: 'id' }, other] },
      fields: ['regarding'],
    });
    expect(stripped.rows[0]).toMatchObject({ regarding: null });
  });

  test('an invisible or deleted target gives blank fields, its id all the same', async () => {
    const [id] = await insertRecords(fixture, 'account', [{ name: 'Secret' }]);
    const [deal] = await insertRecords(fixture, 'deal', [{ name: 'Open', account: id! }]);
    const what = { filter: { '==': [{ var: 'id' }, deal] }, fields: ['account', 'account.name'] };
    expect((await ask(fixture, 'deal', what)).rows[0]).toMatchObject({
      account: id,
      'account.name': 'Secret',
    });
    const hidden = await ask(fixture, 'deal', { ...what, targetFilters: new Map() });
    expect(hidden.rows[0]).toMatchObject({ account: id, 'account.name': null });
  });

  test('counts: exact, capped and estimated', async () => {
    const filter = { '==': [{ var: 'region' }, 'counted'] };
    await insertRecords(
      fixture,
      'deal',
      Array.from({ length: 30 }, (_, index) => ({ name: `N${index}`, region: 'counted' })),
    );
    for (const count of ['exact', 'capped', 'estimate'] as const) {
      const page = await ask(fixture, 'deal', { filter, count, limit: 10 });
      expect(page.count).toEqual({ value: 30, kind: 'exact' });
    }
  });

  test('aggregates by option, lookup and period', async () => {
    await insertRecords(fixture, 'deal', [
      {
        name: 'A',
        region: 'sum',
        stage: 'won',
        amount: 0.1,
        close_date: '2026-01-31',
        starts_at: '2026-02-28T23:30:00.000Z',
      },
      {
        name: 'B',
        region: 'sum',
        stage: 'won',
        amount: 0.2,
        close_date: '2026-02-01',
        starts_at: '2026-03-01T10:00:00.000Z',
      },
      { name: 'C', region: 'sum', close_date: '2026-02-28', amount: 999999999999.999 },
    ]);
    const deal = objectNamed(fixture.snapshot, 'deal');
    const run = (path: string, period: 'month' | undefined) =>
      fixture.storage.records.aggregate(fixture.snapshot, {
        object: deal,
        groupBy: [{ path: { text: path, through: [], field: deal.fields.get(path)! }, period, as: 'group' }],
        measures: [
          { function: 'count', field: undefined, as: 'count' },
          { function: 'sum', field: deal.fields.get('amount'), as: 'sum' },
          { function: 'avg', field: deal.fields.get('amount'), as: 'avg' },
        ],
        filter: expressionOf(fixture.snapshot, deal, { '==': [{ var: 'region' }, 'sum'] }),
        targetFilters: new Map(),
        sort: [{ as: 'group', descending: false }],
        limit: 100,
        context: CONTEXT,
      });
    expect(await run('stage', undefined)).toEqual([
      { group: 'won', count: 2, sum: 0.3, avg: 0.15 },
      { group: null, count: 1, sum: 999999999999.999, avg: 999999999999.999 },
    ]);
    expect((await run('close_date', 'month')).map(({ group, count }) => [group, count])).toEqual([
      ['2026-01-01', 1],
      ['2026-02-01', 2],
    ]);
    expect((await run('starts_at', 'month')).map(({ group, count }) => [group, count])).toEqual([
      ['2026-03-01', 2],
      [null, 1],
    ]);
  });

  test('search ignores case and treats wildcards as text', async () => {
    await insertRecords(fixture, 'deal', [{ name: 'ÄRGER 100% sicher' }, { name: 'ärger 100 sicher' }]);
    await insertRecords(fixture, 'deal', [{ name: 'Arger 2000 sicher' }, { name: '7%_7' }]);
    const found = async (search: string) =>
      (await ask(fixture, 'deal', { search, fields: ['name'] })).rows.map(({ name }) => name);
    expect(await found('SICHER  arger 100%')).toEqual(['ÄRGER 100% sicher', 'ärger 100 sicher']);
    // Of signs alone no words are made: they are looked for as they are.
    expect(await found('%_')).toEqual(['7%_7']);
    expect(await found('%%')).toEqual([]);
  });
});
