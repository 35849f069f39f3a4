/** One order for many records: previewed, run in the background, refused record by record, and undone. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BulkRequest, Job, UserContext, Workers } from '../src/index.ts';
import { faultsOf, type OpenEngine, object, openEngine } from './open-engine.ts';

const OPTIONS = ['new', 'won', 'lost'].map((value) => ({ value, label: value }));
const COMPONENTS = [
  ...object('label', {}),
  ...object(
    'task',
    {
      stage: { type: 'select', options: OPTIONS },
      amount: { type: 'integer', max: 100 },
      reason: { type: 'text' },
      words: { type: 'tags' },
      kinds: { type: 'multi_select', options: OPTIONS },
      labels: { type: 'multi_lookup', to: 'label', through: 'task_label' },
      paper: { type: 'file' },
      hidden: { type: 'text' },
    },
    { sharing: 'read' },
  ),
  ...object(
    'task_label',
    {
      name: { type: 'auto_number', format: 'L-{0000}' },
      task: { type: 'lookup', to: 'task', parent: true },
      label: { type: 'lookup', to: 'label', required: true, on_delete: 'cascade' },
    },
    { sharing: 'parent' },
  ),
  ...object('bill', { task: { type: 'lookup', to: 'task', on_delete: 'restrict' } }),
  {
    kind: 'rule',
    name: 'task.lost_needs_reason',
    body: {
      label: 'Reason',
      invalid_when: { and: [{ '==': [{ var: 'stage' }, 'lost'] }, { '==': [{ var: 'reason' }, null] }] },
      message: 'Say why it was lost.',
      fields: ['reason'],
    },
  },
  {
    kind: 'permission_set',
    name: 'worker',
    body: {
      label: 'Worker',
      objects: {
        task: {
          create: true,
          read: true,
          update: true,
          delete: true,
          default_field: 'update',
          fields: { hidden: 'none' },
        },
      },
    },
  },
];

let open: OpenEngine;
let workers: Workers;
let worker: UserContext;

beforeAll(async () => {
  open = await openEngine(COMPONENTS);
  workers = open.engine.startWorkers({ roundMilliseconds: 20 });
  const email = 'worker@example.com';
  const { id } = await open.engine.users.create(open.admin, { email, name: 'W', permissionSets: ['worker'] });
  worker = { ...open.admin, userId: id, permissionSets: ['worker'] };
});
afterAll(async () => {
  await workers.stop();
  await open.close();
});

describe('an order', () => {
  it('B8 counts beforehand exactly what it then does, and lists what is refused with why', async () => {
    const ids = await make(30, (index) => ({
      reason: index % 3 === 0 ? null : 'price',
      stage: index === 1 ? 'lost' : 'new',
    }));
    const order = { operation: 'update', ids, set: { stage: 'lost' } } as const;
    const trial = await run({ ...order, dryRun: true });
    expect(trial.counts).toEqual({ updated: 19, unchanged: 1, failed: 10 });
    expect(trial.can_undo).toBe(false);
    expect(trial.result).toEqual({
      reasons: [{ code: 'rule_violation', pointer: '/reason', message: 'Say why it was lost.', count: 10 }],
    });
    expect(await counted({ '==': [{ var: 'stage' }, 'lost'] }, ids)).toBe(1);
    const job = await run(order);
    expect(job.counts).toEqual(trial.counts);
    expect(job.errors?.[0]).toMatchObject({
      record: { object: 'task', id: ids[0] },
      errors: [{ pointer: '/reason' }],
    });
    expect(await counted({ '==': [{ var: 'stage' }, 'lost'] }, ids)).toBe(20);
    const rows = [];
    for await (const page of (await open.engine.bulk.refused(open.admin, job.id))!.pages) rows.push(...page);
    expect(rows).toHaveLength(10);
    expect(rows[0]).toMatchObject({ content: ['task', ids[0], 'T0'], text: 'Say why it was lost.' });
    expect((await undo(job.id)).counts).toMatchObject({ put_back: 19 });
    expect(await counted({ '==': [{ var: 'stage' }, 'lost'] }, ids)).toBe(1);
  });

  it('B9 for all that a filter finds reaches each of them once, also when it changes what the filter asks', {
    timeout: 60_000,
  }, async () => {
    await make(1100, () => ({ reason: 'many', stage: 'new' }));
    const filter = { and: [{ '==': [{ var: 'reason' }, 'many'] }, { '==': [{ var: 'stage' }, 'new'] }] };
    const job = await run({ operation: 'update', all: true, filter, set: { stage: 'won' } });
    expect(job).toMatchObject({ counts: { updated: 1100 }, progress: { done: 1100, total: 1100 } });
    expect(await counted(filter)).toBe(0);
    const deleted = await run({
      operation: 'delete',
      all: true,
      filter: { '==': [{ var: 'reason' }, 'many'] },
    });
    expect(deleted.counts).toEqual({ deleted: 1100 });
    expect((await undo(deleted.id)).counts).toMatchObject({ restored: 1100 });
    expect((await undo(job.id)).counts).toMatchObject({ put_back: 1100 });
    expect(await counted(filter)).toBe(1100);
  });

  it('B10 adds to fields with several values, takes from them, clears, and is undone with its links', async () => {
    const [a, b] = [await create('label', { name: 'A' }), await create('label', { name: 'B' })];
    const first = await create('task', {
      name: 'x',
      words: ['old', 'kept'],
      kinds: ['new'],
      amount: 3,
      labels: [a],
    });
    const second = await create('task', { name: 'y', words: ['kept'], kinds: [], amount: 4 });
    const job = await run({
      operation: 'update',
      ids: [first, second],
      set: { amount: null },
      add: { words: ['fresh', 'kept'], kinds: ['won'], labels: [b] },
      remove: { words: ['old'], labels: [a] },
    });
    expect(job.counts).toEqual({ updated: 2 });
    expect(await open.engine.records.get(open.admin, 'task', first)).toMatchObject({
      words: ['kept', 'fresh'],
      kinds: ['new', 'won'],
      amount: null,
      labels: [b],
    });
    expect(await open.engine.records.get(open.admin, 'task', second)).toMatchObject({
      words: ['kept', 'fresh'],
      labels: [b],
    });
    await undo(job.id);
    expect(await open.engine.records.get(open.admin, 'task', first)).toMatchObject({
      words: ['old', 'kept'],
      kinds: ['new'],
      amount: 3,
      labels: [a],
    });
    expect(await open.engine.records.get(open.admin, 'task', second)).toMatchObject({
      amount: 4,
      kinds: null,
      labels: [],
    });
  });

  it('B11 goes by the rights of who gives it, record by record', async () => {
    const own = String((await open.engine.records.create(worker, 'task', { name: 'own' })).id);
    const theirs = await create('task', { name: 'theirs' });
    const billed = String((await open.engine.records.create(worker, 'task', { name: 'billed' })).id);
    await create('bill', { name: 'b', task: billed });
    const trial = await run({ operation: 'delete', ids: [own, theirs, billed], dryRun: true }, worker);
    expect(trial.counts).toEqual({ deleted: 1, failed: 2 });
    const job = await run({ operation: 'delete', ids: [own, theirs, billed] }, worker);
    expect(job.counts).toEqual({ deleted: 1, failed: 2 });
    const codes = job.errors?.map(({ errors }) => errors[0]!.code).sort();
    expect(codes).toEqual(['delete_restricted', 'forbidden']);
    const back = await run({ operation: 'restore', ids: [own] }, worker);
    expect(back.counts).toEqual({ restored: 1 });
    const begin = (request: object) => open.engine.bulk.begin(worker, 'task', request);
    expect(await faultsOf(begin({ operation: 'update', ids: [own], set: { hidden: 'x' } }))).toEqual([
      'unknown_field /set/hidden',
    ]);
    expect(
      await faultsOf(begin({ operation: 'delete', all: true, filter: { '==': [{ var: 'hidden' }, 1] } })),
    ).toEqual(['unknown_field /filter/==/0/var']);
  });

  it('B12 means the fields that it named, whatever they are called by the time it runs', async () => {
    const own = await openEngine(COMPONENTS);
    try {
      const { engine, admin } = own;
      const system = { operation: 'create', allOrNothing: true, dryRun: false } as const;
      const records = ['a', 'b', 'c'].map((name) => ({ name, stage: 'new', reason: name, words: ['old'] }));
      await engine.records.batch(admin, 'task', { ...system, records });
      const filter = { in: [{ var: 'reason' }, ['a', 'b']] };
      // Nobody runs it yet.
      const changing = {
        operation: 'update',
        set: { stage: 'won', reason: 'done' },
        add: { words: ['new'] },
      } as const;
      const id = await engine.bulk.begin(admin, 'task', { ...changing, all: true, filter });
      const renames = [
        { kind: 'object', from: 'task', to: 'chore' },
        { kind: 'field', from: 'chore.reason', to: 'chore.cause' },
        { kind: 'field', from: 'chore.words', to: 'chore.notes' },
      ] as const;
      await engine.metadata.publish(admin, { renames });
      // Something else bears the old name of one.
      const words = { kind: 'field', name: 'chore.words', body: { label: 'Words', type: 'text' } } as const;
      await engine.metadata.publish(admin, { components: [words] });
      const running = engine.startWorkers({ roundMilliseconds: 20 });
      const job = await over(id, admin, engine).finally(() => running.stop());
      expect(job.counts).toEqual({ updated: 2 });
      const fields = ['name', 'stage', 'cause', 'notes', 'words'];
      const { records: after } = await engine.records.list(admin, 'chore', { fields, sort: ['name'] });
      const done = { stage: 'won', cause: 'done', notes: ['old', 'new'], words: null };
      expect(after).toMatchObject([
        { name: 'a', ...done },
        { name: 'b', ...done },
        { name: 'c', stage: 'new', cause: 'c', notes: ['old'], words: null },
      ]);
    } finally {
      await own.close();
    }
  });

  it('B12 does nothing by a filter that would read another field than was meant', async () => {
    const own = await openEngine(COMPONENTS);
    try {
      const { engine, admin } = own;
      await engine.records.create(admin, 'task', { name: 'a', reason: 'x', hidden: 'y' });
      const filter = { '==': [{ var: 'reason' }, 'y'] };
      const id = await engine.bulk.begin(admin, 'task', { operation: 'delete', all: true, filter });
      const renames = [
        { kind: 'field', from: 'task.reason', to: 'task.hidden' },
        { kind: 'field', from: 'task.hidden', to: 'task.reason' },
      ] as const;
      await engine.metadata.publish(admin, { renames });
      const running = engine.startWorkers({ roundMilliseconds: 20 });
      await expect(over(id, admin, engine))
        .rejects.toThrow('Give it again.')
        .finally(() => running.stop());
      expect((await engine.records.list(admin, 'task', {})).records).toHaveLength(1);
    } finally {
      await own.close();
    }
  });

  it('says all that is wrong with it before any record is looked at', async () => {
    const begin = (request: object) => open.engine.bulk.begin(open.admin, 'task', request);
    expect(await faultsOf(begin({ operation: 'update' }))).toEqual(['required /ids', 'required /set']);
    expect(
      await faultsOf(
        begin({
          operation: 'update',
          ids: ['x', '0198c0de-0000-7000-8000-0000000000ff'],
          filter: {},
          set: { name: null, amount: 101, nothing: 1, created_at: 1, words: ['a'] },
          add: { stage: ['won'], words: ['b'], kinds: 'won' },
        }),
      ),
    ).toEqual(
      [
        'conflicting_properties /add/words',
        'conflicting_properties /filter',
        'invalid_value /ids/0',
        'not_supported /add/stage',
        'read_only /set/created_at',
        'required /set/name',
        'too_large /set/amount',
        'unknown_field /set/nothing',
        'wrong_type /add/kinds',
      ].sort(),
    );
    expect(await faultsOf(begin({ operation: 'delete', ids: [], set: {} }))).toEqual([
      'conflicting_properties /set',
    ]);
    expect(await faultsOf(begin({ operation: 'purge', ids: [] }))).toEqual(['invalid_value /operation']);
  });
});

async function make(count: number, of: (index: number) => object): Promise<string[]> {
  const records = Array.from({ length: count }, (_, index) => ({ name: `T${index}`, ...of(index) }));
  const system = { operation: 'create', allOrNothing: true, dryRun: false } as const;
  const lost = records.map((record) => ({ ...record, stage: 'new' }));
  const { results } = await open.engine.records.batch(open.admin, 'task', { ...system, records: lost });
  const ids = results.map(({ id }) => id!);
  const moved = (records as { stage?: string }[]).flatMap(({ stage }, index) =>
    stage === 'lost' ? [{ id: ids[index]!, stage }] : [],
  );
  await open.engine.records.batch(open.admin, 'task', { ...system, operation: 'update', records: moved });
  return ids;
}

async function create(name: string, input: object): Promise<string> {
  return String((await open.engine.records.create(open.admin, name, input)).id);
}

async function counted(filter: object, ids?: readonly string[]): Promise<number> {
  const among = ids ? { and: [filter, { in: [{ var: 'id' }, ids] }] } : filter;
  const request = { filter: among, limit: 1, count: 'exact' } as const;
  return (await open.engine.records.list(open.admin, 'task', request)).count!.value;
}

async function run(request: BulkRequest, context: UserContext = open.admin): Promise<Job> {
  return over(await open.engine.bulk.begin(context, 'task', request), context);
}

async function undo(id: string): Promise<Job> {
  return over(await open.engine.bulk.undo(open.admin, id, { dryRun: false }), open.admin);
}

async function over(id: string, context: UserContext, engine = open.engine): Promise<Job> {
  for (;;) {
    const job = await engine.jobs.get(context, id);
    if (job.state === 'done') return job;
    if (job.state === 'failed') throw new Error(String(job.message));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
