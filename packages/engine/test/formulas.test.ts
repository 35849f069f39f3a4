/** Formula fields through the face: computed in every answer, never written, renamed and kept by who uses them. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { errorOf, faultsOf, type OpenEngine, object, openEngine } from './open-engine.ts';

const v = (name: string) => ({ var: name });
const SCHEMA = [
  ...object('firm', {
    score: { type: 'integer' },
    grade: { type: 'formula', formula: { if: [{ '>': [v('score'), 50] }, 'good', 'poor'] } },
  }),
  ...object('deal', {
    amount: { type: 'currency' },
    probability: { type: 'percent' },
    parts: { type: 'integer' },
    closes: { type: 'date' },
    firm: { type: 'lookup', to: 'firm' },
    weighted: {
      type: 'formula',
      formula: { '/': [{ '*': [v('amount'), v('probability')] }, 100] },
      indexed: true,
    },
    doubled: { type: 'formula', formula: { '*': [v('weighted'), 2] } },
    each: { type: 'formula', formula: { '/': [v('amount'), v('parts')] } },
    title: { type: 'formula', formula: { cat: [v('name'), ' (', v('firm.grade'), ')'] } },
    is_late: { type: 'formula', formula: { '<': [v('closes'), { today: [] }] } },
    made: { type: 'formula', formula: { start_of: [v('created_at'), 'day'] } },
  }),
];

let open: OpenEngine;
let firm: string;
beforeAll(async () => {
  open = await openEngine(SCHEMA);
  const { id } = await open.engine.records.create(open.admin, 'firm', { name: 'North', score: 70 });
  firm = String(id);
});
afterAll(() => open?.close());

const create = (input: object) => open.engine.records.create(open.admin, 'deal', input);
const get = (id: unknown, fields?: string[]) =>
  open.engine.records.get(open.admin, 'deal', String(id), fields);

it('are in the answer to a write as in every later one', async () => {
  const made = await create({
    name: 'Mill',
    amount: 1000,
    probability: 12.5,
    parts: 0,
    closes: '2020-01-01',
    firm,
  });
  expect(made).toMatchObject({
    weighted: 125,
    doubled: 250,
    each: null,
    title: 'Mill (good)',
    is_late: true,
    made: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
  });
  expect(await get(made.id)).toEqual(made);
  const changed = await open.engine.records.update(open.admin, 'deal', String(made.id), {
    probability: 50,
    firm: null,
  });
  expect(changed).toMatchObject({ weighted: 500, doubled: 1000, title: 'Mill ()', version: 2 });
  expect(await get(made.id)).toEqual(changed);
  const blank = await create({ name: 'Blank' });
  expect(blank).toMatchObject({ weighted: null, doubled: null, title: 'Blank ()', is_late: false });
});

it('are computed for a dry run too, with what it would read of other records', async () => {
  const input = { name: 'Try', amount: 10, probability: 10, firm };
  const tried = await open.engine.records.create(open.admin, 'deal', input, { dryRun: true });
  expect(tried).toMatchObject({ weighted: 1, doubled: 2, title: 'Try (good)' });
  const made = await create({ ...input, firm: null });
  const change = { firm, name: 'Moved' };
  const moved = await open.engine.records.update(open.admin, 'deal', String(made.id), change, {
    dryRun: true,
  });
  expect(moved).toMatchObject({ doubled: 2, title: 'Moved (good)' });
  expect(await get(made.id)).toEqual(made);
});

it('filter, sort, expand and sum', async () => {
  await create({ name: 'A', amount: 10, probability: 30, firm });
  await create({ name: 'B', amount: 20, probability: 30, firm });
  const page = await open.engine.records.list(open.admin, 'deal', {
    filter: { and: [{ '>': [v('doubled'), 5] }, { '==': [v('firm.grade'), 'good'] }] },
    sort: ['-doubled'],
    fields: ['name', 'doubled', 'firm.grade'],
  });
  expect(page.records).toMatchObject([
    { name: 'B', doubled: 12, firm: { grade: 'good' } },
    { name: 'A', doubled: 6, firm: { grade: 'good' } },
  ]);
  const { rows: totals } = await open.engine.records.aggregate(open.admin, 'deal', {
    group_by: ['firm.grade'],
    measures: [{ function: 'sum', field: 'doubled' }, { function: 'count' }],
    filter: { '==': [v('firm.grade'), 'good'] },
  } as never);
  expect(totals).toMatchObject([{ sum_doubled: 18, count: 2 }]);
});

it('are never written', async () => {
  expect(await faultsOf(create({ name: 'X', weighted: 5 }))).toEqual(['read_only /weighted']);
});

it('are read by rules as they will be once the record is saved', async () => {
  await open.engine.metadata.publish(open.admin, {
    components: [
      {
        kind: 'rule',
        name: 'deal.not_too_heavy',
        body: {
          label: 'Not too heavy',
          invalid_when: { and: [{ '>': [v('doubled'), 1000] }, { '==': [v('title'), 'Big (good)'] }] },
          message: 'Too heavy.',
          fields: ['amount'],
        },
      },
    ],
  });
  expect(await faultsOf(create({ name: 'Big', amount: 9000, probability: 10, firm }))).toHaveLength(1);
  const big = await create({ name: 'Big', amount: 9000, probability: 10 });
  const update = open.engine.records.update(open.admin, 'deal', String(big.id), { firm });
  expect(await faultsOf(update)).toHaveLength(1);
});

it('are renamed with what they read, and keep what they read', async () => {
  const publish = (request: object) => open.engine.metadata.publish(open.admin, request);
  await publish({
    renames: [
      { kind: 'field', from: 'firm.grade', to: 'firm.mark' },
      { kind: 'field', from: 'deal.amount', to: 'deal.value' },
    ],
  });
  const title = await open.engine.metadata.find(open.admin, 'field', 'deal.title');
  expect((title as { body: object }).body).toMatchObject({
    formula: { cat: [v('name'), ' (', v('firm.mark'), ')'] },
  });
  const made = await create({ name: 'After', value: 100, probability: 10, firm });
  expect(made).toMatchObject({ weighted: 10, title: 'After (good)' });
  const error = await errorOf(publish({ deletions: [{ kind: 'field', name: 'deal.probability' }] }));
  expect(JSON.stringify(error.errors)).toContain('deal.weighted');
  const ring = publish({
    components: [
      {
        kind: 'field',
        name: 'deal.weighted',
        body: { label: 'W', type: 'formula', formula: { '+': [v('doubled'), 1] } },
      },
    ],
  });
  expect((await errorOf(ring)).errors.map((each) => each.code)).toContain('formula_cycle');
});
