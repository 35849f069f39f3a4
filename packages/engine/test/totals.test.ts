/** Totals: what an aggregate and a table say, against a naive reading of the same records. */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GroupRequest, PresentedRecord } from '../src/index.ts';
import { errorOf, faultsOf, type OpenEngine, object, openEngine } from './open-engine.ts';

const STAGES = [
  { value: 'won', label: 'Won' },
  { value: 'asked', label: 'Asked' },
  { value: 'lost', label: 'Lost' },
];
let open: OpenEngine;
let firms: readonly PresentedRecord[];

const RIGHTS = { read: true, default_field: 'read' };
beforeAll(async () => {
  open = await openEngine([
    ...object('firm', { secret: { type: 'text' } }),
    ...object('sale', {
      stage: { type: 'select', options: STAGES },
      amount: { type: 'decimal' },
      day: { type: 'date' },
      at: { type: 'datetime' },
      firm: { type: 'lookup', to: 'firm' },
      code: { type: 'text' },
      note: { type: 'long_text' },
    }),
    ...[
      ['reader', { sale: { ...RIGHTS, view_all: true, fields: { code: 'none' } }, firm: RIGHTS }],
      ['blind', { sale: { ...RIGHTS, view_all: true } }],
    ].map(([name, objects]) => ({ kind: 'permission_set', name, body: { label: name, objects } })),
  ]);
  const create = async (name: string, records: readonly object[]) => {
    const { results } = await open.engine.records.batch(open.admin, name, {
      operation: 'create',
      records,
      allOrNothing: true,
      dryRun: false,
    });
    expect(results.every(({ status }) => status === 'created')).toBe(true);
  };
  await create('firm', [
    { name: 'Acme' },
    { name: 'Bolt' },
    ...Array.from({ length: 100 }, (_, index) => ({ name: `Firm ${index}` })),
  ]);
  firms = (await open.engine.records.list(open.admin, 'firm', { sort: ['name'] })).records;
  await create(
    'sale',
    Array.from({ length: 60 }, (_, index) => ({
      name: `Sale ${index}`,
      stage: ['won', 'asked', null][index % 3],
      amount: index === 7 ? null : index * 10 - 50,
      day: index % 10 === 9 ? null : `2026-0${1 + (index % 3)}-1${index % 10}`,
      at: `2026-03-31T2${index % 4}:30:00.000Z`,
      firm: index % 4 === 0 ? null : firms[index % 2]!.id,
      code: `c${index % 2}`,
    })),
  );
});
afterAll(() => open?.close());

const aggregate = (request: object, who = open.admin) => open.engine.records.aggregate(who, 'sale', request);
const pivot = (request: object, who = open.admin) => open.engine.records.pivot(who, 'sale', request);

describe('[T1] groups', () => {
  it('of numbers are ranges of a width, or between bounds', async () => {
    const byWidth = await aggregate({
      group_by: [{ field: 'amount', width: 250, origin: -50 }],
      sort: ['amount'],
    });
    expect(byWidth.rows).toEqual([
      { amount: { from: -50, until: 200 }, count: 24 },
      { amount: { from: 200, until: 450 }, count: 25 },
      { amount: { from: 450, until: 700 }, count: 10 },
      { amount: null, count: 1 },
    ]);
    const byBounds = await aggregate({
      group_by: [{ field: 'amount', bounds: [0, 100, 1000] }],
      sort: ['amount'],
    });
    expect(byBounds.rows).toEqual([
      { amount: { from: null, until: 0 }, count: 5 },
      { amount: { from: 0, until: 100 }, count: 9 },
      { amount: { from: 100, until: 1000 }, count: 45 },
      { amount: null, count: 1 },
    ]);
    const fine = await aggregate({ group_by: [{ field: 'amount', width: 0.1 }], sort: ['amount'], limit: 3 });
    expect(fine.rows[0]!.amount).toEqual({ from: -50, until: -49.9 });
    expect([fine.rows.length, fine.hasMore]).toEqual([3, true]);
  });

  it('of a range are the records that a filter by it finds', async () => {
    const number = fc.integer({ min: -100, max: 600 });
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.record({ width: fc.integer({ min: 40, max: 400 }), origin: number }),
          fc.record({
            bounds: fc
              .uniqueArray(number, { minLength: 1, maxLength: 5 })
              .map((all) => all.toSorted((a, b) => a - b)),
          }),
        ),
        async (buckets) => {
          const { rows } = await aggregate({ group_by: [{ field: 'amount', ...buckets }] });
          for (const { amount, count } of rows) {
            const { from, until } = (amount ?? {}) as { from?: number | null; until?: number | null };
            const filter =
              amount === null
                ? { is_blank: [{ var: 'amount' }] }
                : {
                    and: [
                      { '!': [{ is_blank: [{ var: 'amount' }] }] },
                      ...(from == null ? [] : [{ '>=': [{ var: 'amount' }, from] }]),
                      ...(until == null ? [] : [{ '<': [{ var: 'amount' }, until] }]),
                    ],
                  };
            const listed = await open.engine.records.list(open.admin, 'sale', {
              filter,
              limit: 1,
              count: 'exact',
            });
            expect(listed.count?.value).toBe(count);
          }
        },
      ),
      { numRuns: 5 },
    );
  });

  it('of instants are periods in the caller’s zone, or in the one that is named', async () => {
    const by = async (more: object) =>
      (await aggregate({ group_by: [{ field: 'at', period: 'month' }], sort: ['at'], ...more })).rows;
    // 31 March, 20:30 to 23:30 in UTC: in Berlin it is April from 22:00 on.
    expect(await by({})).toEqual([
      { at: '2026-03-01', count: 30 },
      { at: '2026-04-01', count: 30 },
    ]);
    expect(await by({ time_zone: 'UTC' })).toEqual([{ at: '2026-03-01', count: 60 }]);
    expect(await by({ time_zone: 'Asia/Tokyo' })).toEqual([{ at: '2026-04-01', count: 60 }]);
    expect(await faultsOf(by({ time_zone: 'Mars/Base' }))).toEqual(['invalid_value /time_zone']);
    const twice = [
      { field: 'day', period: 'year', as: 'year' },
      { field: 'day', period: 'month' },
    ] as GroupRequest[];
    expect((await aggregate({ group_by: twice, sort: ['day'] })).rows[0]).toEqual({
      year: '2026-01-01',
      day: '2026-01-01',
      count: 18,
    });
  });

  it('have the labels that the caller would see in a list', async () => {
    const asked = { group_by: ['firm', 'stage', 'owner_id'], labels: true };
    const { labels } = await aggregate(asked);
    expect(labels).toEqual({
      firm: { [String(firms[0]!.id)]: 'Acme', [String(firms[1]!.id)]: 'Bolt' },
      stage: { won: 'Won', asked: 'Asked' },
      owner_id: { [open.admin.userId]: 'Ada' },
    });
    // Who may read firms, but not these, and who may not read firms at all.
    for (const set of ['reader', 'blind']) {
      const who = { ...open.admin, userId: randomUUID(), permissionSets: [set] };
      const seen = await aggregate(asked, who);
      expect([set, seen.labels?.firm]).toEqual([set, {}]);
      expect(seen.rows.some(({ firm }) => firm === firms[0]!.id)).toBe(true);
    }
  });

  it('[R1] of what the caller can’t read are unknown', async () => {
    const reader = { ...open.admin, permissionSets: ['reader'] };
    expect(await faultsOf(aggregate({ group_by: ['code'] }, reader))).toEqual(['unknown_field /group_by/0']);
    const table = pivot(
      { rows: ['code'], columns: ['firm.secret'], measures: [{ function: 'min', field: 'code' }] },
      reader,
    );
    expect(await faultsOf(table)).toEqual(['unknown_field /measures/0/field', 'unknown_field /rows/0']);
  });

  it('that can’t be made are told with pointers', async () => {
    const group_by = [
      { field: 'amount', width: 0 },
      { field: 'amount', bounds: [3, 2], as: 'b' },
      { field: 'amount', bounds: [1], width: 2, as: 'c' },
      { field: 'stage', width: 2 },
      { field: 'amount', width: 1, size: 2, as: 'd' },
      { field: 'note' },
      { field: 'day', as: 'Not a name' },
      7,
    ];
    expect(await faultsOf(aggregate({ group_by }))).toEqual(
      [
        'duplicate_column /measures/0',
        'invalid_buckets /group_by/0/width',
        'invalid_buckets /group_by/1/bounds',
        'invalid_buckets /group_by/2/bounds',
        'invalid_buckets /group_by/3/width',
        'invalid_value /group_by/6/as',
        'not_groupable /group_by/5',
        'unknown_property /group_by/4/size',
        'wrong_type /group_by/7',
      ].filter((fault) => !fault.startsWith('duplicate')),
    );
    expect(await faultsOf(aggregate({ group_by: ['stage', 'stage'] }))).toEqual([
      'duplicate_column /group_by/1',
    ]);
    expect(await faultsOf(pivot({ rows: ['stage'], columns: ['stage'] }))).toEqual([
      'duplicate_column /columns/0',
    ]);
    for (const wrong of [{ rows: 'stage' }, { columns: 5 }, { measures: {} }])
      expect((await errorOf(pivot(wrong))).code).toBe('invalid_query');
  });
});

describe('[T2] a table', () => {
  it('has rows, columns and their totals, options in their order and blanks last', async () => {
    const table = await pivot({
      rows: ['stage'],
      columns: [{ field: 'day', period: 'month' }],
      measures: [{ function: 'count' }, { function: 'sum', field: 'amount' }],
    });
    expect(table.rows.map(({ key }) => key.stage)).toEqual(['won', 'asked', null]);
    expect(table.columns.map(({ key }) => key.day)).toEqual(['2026-01-01', '2026-02-01', '2026-03-01', null]);
    expect(table.rows[0]!.cells).toEqual([
      { count: 18, sum_amount: 4320 },
      null,
      null,
      { count: 2, sum_amount: 380 },
    ]);
    expect(table.rows[0]!.total).toEqual({ count: 20, sum_amount: 4700 });
    expect(table.total.count).toBe(60);
    expect(table.labels).toEqual({ stage: { won: 'Won', asked: 'Asked' } });
  });

  it('adds up, whatever it is made of, and says what plain aggregates say', async () => {
    const key = fc.constantFrom<string | GroupRequest>(
      'stage',
      'firm',
      'code',
      'firm.name',
      { field: 'day', period: 'month' },
      { field: 'amount', width: 100 },
      { field: 'at', period: 'day' },
    );
    const name = (each: string | GroupRequest) => (typeof each === 'string' ? each : each.field);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(key, { maxLength: 3, selector: name }),
        fc.nat({ max: 3 }),
        async (keys, cut) => {
          const [rows, columns] = [keys.slice(0, cut), keys.slice(cut)];
          const measures = [{ function: 'count' }, { function: 'sum', field: 'amount' }];
          const table = await pivot({ rows, columns, measures });
          const countOf = (totals: { readonly count?: unknown } | null) => Number(totals?.count ?? 0);
          const sum = (all: readonly number[]) => all.reduce((left, right) => left + right, 0);
          expect(table.total.count).toBe(60);
          for (const row of table.rows)
            if (columns.length > 0) expect(sum(row.cells.map(countOf))).toBe(countOf(row.total));
          if (rows.length > 0) expect(sum(table.rows.map(({ total }) => countOf(total)))).toBe(60);
          for (const [index, column] of table.columns.entries())
            if (rows.length > 0)
              expect(sum(table.rows.map(({ cells }) => countOf(cells[index]!)))).toBe(countOf(column.total));
          const plain = await aggregate({ group_by: keys, measures, limit: 1000 });
          const text = (each: object) => JSON.stringify(Object.entries(each).sort());
          const cells = table.rows.flatMap((row) =>
            row.cells.flatMap((cell, index) =>
              cell ? [text({ ...row.key, ...table.columns[index]!.key, ...cell })] : [],
            ),
          );
          if (rows.length > 0 && columns.length > 0)
            expect(cells.sort()).toEqual(plain.rows.map(text).sort());
        },
      ),
      { numRuns: 12 },
    );
  });

  it('that nobody could look at is refused', async () => {
    const { errors } = await errorOf(open.engine.records.pivot(open.admin, 'firm', { columns: ['name'] }));
    expect(errors).toEqual([expect.objectContaining({ code: 'too_many_groups', pointer: '/columns' })]);
    const tall = await open.engine.records.pivot(open.admin, 'firm', { rows: ['name'] });
    expect(tall.rows).toHaveLength(102);
  });
});
