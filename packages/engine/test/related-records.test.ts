/** What is asked of related records, through the face: filters, formulas, rules, renames. SPEC R2b and S9i. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultsOf, type OpenEngine, object, openEngine } from './open-engine.ts';

const at = (name: string) => ({ var: name });
const rule = (name: string, body: object) => ({
  kind: 'rule',
  name,
  body: { label: name, message: `No: ${name}.`, ...body },
});
const options = (...values: string[]) => values.map((value) => ({ value, label: value }));
const IS_OPEN = { '!=': [at('stage'), 'done'] };

const COMPONENTS = [
  ...object(
    'firm',
    {
      status: { type: 'select', options: options('active', 'closed'), default: 'active' },
      limit: { type: 'integer' },
      open_jobs: { type: 'formula', formula: { count: [at('jobs'), IS_OPEN] } },
      worth: { type: 'formula', formula: { sum: [at('jobs'), at('amount')] } },
      clubs: { type: 'multi_lookup', to: 'club', through: 'member' },
    },
    { sharing: 'read' },
  ),
  ...object('job', {
    firm: { type: 'lookup', to: 'firm', reverse_name: 'jobs' },
    // Seen from a firm it is `job_payer`.
    payer: { type: 'lookup', to: 'firm' },
    stage: { type: 'select', options: options('new', 'done'), default: 'new' },
    amount: { type: 'currency' },
    secret: { type: 'text' },
  }),
  ...object('note', { about: { type: 'lookup', to: ['firm', 'job'], reverse_name: 'notes' } }),
  ...object('club', {}, { sharing: 'read' }),
  ...object('member', {
    firm: { type: 'lookup', to: 'firm' },
    club: { type: 'lookup', to: 'club' },
  }),
  rule('firm.closed_without_jobs', {
    invalid_when: { and: [{ '==': [at('status'), 'closed'] }, { some: [at('jobs'), IS_OPEN] }] },
    fields: ['status'],
  }),
  rule('firm.within_limit', { invalid_when: { '>': [at('worth'), at('limit')] }, fields: ['limit'] }),
  rule('job.not_too_many', {
    invalid_when: { and: [{ $changed: ['firm'] }, { '>=': [{ count: [at('firm.jobs')] }, 3] }] },
    fields: ['firm'],
  }),
  {
    kind: 'permission_set',
    name: 'clerk',
    body: {
      label: 'Clerk',
      objects: {
        firm: { read: true, default_field: 'read' },
        job: { read: true, default_field: 'read', fields: { secret: 'none' } },
      },
    },
  },
];

let open: OpenEngine;
const ids: Record<string, string> = {};
const create = async (name: string, input: object, context: 'admin' | 'system' = 'admin') => {
  const made = await open.engine.records.create(open[context], name, { name: 'x', ...input });
  return String(made.id);
};
const named = async (filter: object, as: object = {}) => {
  const page = await open.engine.records.list({ ...open.admin, ...as }, 'firm', {
    filter,
    fields: ['name'],
    sort: ['name'],
  });
  return page.records.map(({ name }) => name);
};

beforeAll(async () => {
  open = await openEngine(COMPONENTS);
  for (const name of ['Busy', 'Calm', 'Empty']) ids[name] = await create('firm', { name });
  const [busy, calm] = [ids.Busy!, ids.Calm!];
  await create('job', { name: 'a', firm: busy, amount: 10.1, secret: 's' });
  // The clerk, who has only what they own, does not see it.
  ids.hidden = await create('job', { name: 'b', firm: busy, amount: 0.2 }, 'system');
  ids.done = await create('job', { name: 'c', firm: calm, stage: 'done', amount: 5, payer: busy });
  await create('note', { about: { object: 'firm', id: calm } });
  const chess = await create('club', { name: 'Chess' });
  await create('member', { firm: calm, club: chess });
}, 60_000);
afterAll(() => open?.close());

describe('R2b filters', () => {
  it('of lookups, polymorphic ones, many-to-many, and two within each other', async () => {
    expect(await named({ some: [at('jobs'), IS_OPEN] })).toEqual(['Busy']);
    expect(await named({ none: [at('jobs'), IS_OPEN] })).toEqual(['Calm', 'Empty']);
    expect(await named({ '!': { some: at('jobs') } })).toEqual(['Empty']);
    expect(await named({ all: [at('jobs'), { '==': [at('stage'), 'done'] }] })).toEqual(['Calm']);
    expect(await named({ '==': [{ sum: [at('jobs'), at('amount')] }, 10.3] })).toEqual(['Busy']);
    expect(await named({ '<': [{ avg: [at('jobs'), at('amount')] }, 5.1] })).toEqual(['Calm']);
    expect(await named({ some: [at('notes')] })).toEqual(['Calm']);
    expect(await named({ some: [at('clubs'), { '==': [at('name'), 'Chess'] }] })).toEqual(['Calm']);
    expect(await named({ some: [at('member_firm'), { '==': [at('club.name'), 'Chess'] }] })).toEqual([
      'Calm',
    ]);
    expect(await named({ some: [at('job_payer'), { '==': [at('firm.name'), 'Calm'] }] })).toEqual(['Busy']);
    const deep = { some: [at('jobs'), { '==': [{ count: [at('firm.jobs'), IS_OPEN] }, 2] }] };
    expect(await named(deep)).toEqual(['Busy']);
  });

  it('with one shape, each value its own answer', async () => {
    const worth = (amount: number) => named({ some: [at('jobs'), { '==': [at('amount'), amount] }] });
    expect(await worth(5)).toEqual(['Calm']);
    expect(await worth(0.2)).toEqual(['Busy']);
    expect(await worth(99)).toEqual([]);
  });

  it('counts and groups too', async () => {
    const filter = { '>': [{ count: at('jobs') }, 0] };
    const page = await open.engine.records.list(open.admin, 'firm', { filter, count: 'exact', limit: 1 });
    expect(page.count).toMatchObject({ value: 2 });
    const { rows: groups } = await open.engine.records.aggregate(open.admin, 'firm', {
      filter,
      measures: [{ function: 'count' }],
    });
    expect(JSON.stringify(groups)).toContain('2');
  });

  it('see what the asker may see, and no more', async () => {
    const clerk = { permissionSets: ['clerk'] };
    expect(await named({ '==': [{ count: at('jobs') }, 2] })).toEqual(['Busy']);
    expect(await named({ '==': [{ count: at('jobs') }, 2] }, clerk)).toEqual([]);
    expect(await named({ '==': [{ count: at('jobs') }, 1] }, clerk)).toEqual(['Busy', 'Calm']);
    // A formula is the same to all who may read it.
    expect(await named({ '==': [at('open_jobs'), 2] }, clerk)).toEqual(['Busy']);
    const asked = (filter: object) => faultsOf(named(filter, clerk));
    expect(await asked({ some: [at('jobs'), { '==': [at('secret'), 's'] }] })).toEqual([
      'unknown_field /filter/some/1/==/0/var',
    ]);
    expect(await asked({ some: [at('notes')] })).toEqual(['unknown_field /filter/some/0/var']);
    expect(await asked({ some: [at('member_firm')] })).toEqual(['unknown_field /filter/some/0/var']);
  });

  it('records in the bin do not count', async () => {
    const gone = await create('job', { firm: ids.Empty });
    expect(await named({ some: at('jobs') })).toEqual(['Busy', 'Calm', 'Empty']);
    await open.engine.records.delete(open.admin, 'job', gone);
    expect(await named({ some: at('jobs') })).toEqual(['Busy', 'Calm']);
  });
});

describe('formula fields', () => {
  it('are read, filtered and sorted', async () => {
    const page = await open.engine.records.list(open.admin, 'firm', {
      fields: ['name', 'open_jobs', 'worth'],
      sort: ['-worth'],
    });
    expect(page.records).toMatchObject([
      { name: 'Busy', open_jobs: 2, worth: 10.3 },
      { name: 'Calm', open_jobs: 0, worth: 5 },
      { name: 'Empty', open_jobs: 0, worth: 0 },
    ]);
    const job = await open.engine.records.get(open.admin, 'job', ids.done!, ['firm.worth']);
    expect(JSON.stringify(job)).toContain('5');
    expect(await open.engine.records.update(open.admin, 'firm', ids.Calm!, { name: 'Calm' })).toMatchObject({
      worth: 5,
    });
  });
});

describe('S9i rules', () => {
  const update = (id: string, input: object) => open.engine.records.update(open.admin, 'firm', id, input);

  it('see all related records as they are stored, whoever saves', async () => {
    expect(await faultsOf(update(ids.Busy!, { status: 'closed' }))).toEqual(['rule_violation /status']);
    expect(await update(ids.Calm!, { status: 'closed' })).toMatchObject({ status: 'closed' });
    expect(await create('firm', { status: 'closed' })).toEqual(expect.any(String));
  });

  it('by a formula of the record too', async () => {
    expect(await faultsOf(update(ids.Busy!, { limit: 10 }))).toEqual(['rule_violation /limit']);
    expect(await update(ids.Busy!, { limit: 11 })).toMatchObject({ limit: 11 });
    expect(await faultsOf(create('firm', { limit: -1 }))).toEqual(['rule_violation /limit']);
  });

  it('behind a lookup', async () => {
    await create('job', { firm: ids.Empty });
    await create('job', { firm: ids.Empty });
    await create('job', { firm: ids.Empty });
    expect(await faultsOf(create('job', { firm: ids.Empty }))).toEqual(['rule_violation /firm']);
    expect(await create('job', {})).toEqual(expect.any(String));
  });
});

describe('metadata', () => {
  it('follows a rename of the lookup, of its object and of what is read', async () => {
    const views = [
      ['payers', { some: [at('job_payer'), { '>': [at('amount'), 1] }] }],
      ['named', { some: [at('jobs'), { '==': [at('firm.name'), 'x'] }] }],
    ] as const;
    await open.engine.metadata.publish(open.admin, {
      components: views.map(([name, filter]) => ({
        kind: 'view',
        name: `firm.${name}`,
        body: { label: name, columns: ['name'], filter },
      })),
    });
    await open.engine.metadata.publish(open.admin, {
      renames: [
        { kind: 'object', from: 'job', to: 'task' },
        { kind: 'field', from: 'task.payer', to: 'task.billed_to' },
        { kind: 'field', from: 'task.amount', to: 'task.price' },
        { kind: 'field', from: 'task.firm', to: 'task.company' },
      ],
    });
    const bodyOf = async (name: string) =>
      (await open.engine.metadata.find(open.admin, 'view', `firm.${name}`))?.body;
    expect(await bodyOf('payers')).toMatchObject({
      filter: { some: [at('task_billed_to'), { '>': [at('price'), 1] }] },
    });
    expect(await bodyOf('named')).toMatchObject({
      filter: { some: [at('jobs'), { '==': [at('company.name'), 'x'] }] },
    });
    expect(await named({ '==': [at('worth'), 10.3] })).toEqual(['Busy']);
  });

  it('a lookup that is asked through is not deleted unasked', async () => {
    const deletions = [{ kind: 'field' as const, name: 'task.company' }];
    const faults = await faultsOf(open.engine.metadata.publish(open.admin, { deletions }));
    expect(faults.length).toBeGreaterThan(0);
  });
});
