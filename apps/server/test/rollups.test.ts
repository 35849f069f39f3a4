/** Roll-ups over HTTP: right in the answer after the one that changed them, read as any field, written by nobody. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './start-test-server.ts';

const object = (name: string) => ({
  kind: 'object' as const,
  name,
  body: { label: name, plural_label: `${name}s`, name_field: 'name' },
});
const field = (name: string, body: object) => ({
  kind: 'field' as const,
  name,
  body: { label: name, ...body },
});
const open = { '!=': [{ var: 'stage' }, 'won'] };

const COMPONENTS = [
  object('firm'),
  field('firm.name', { type: 'text' }),
  field('firm.open_count', {
    type: 'rollup',
    rollup: { object: 'order', via: 'firm', function: 'count', filter: open },
  }),
  field('firm.total', {
    type: 'rollup',
    indexed: true,
    rollup: { object: 'order', via: 'firm', function: 'sum', field: 'amount' },
  }),
  field('firm.twice', { type: 'formula', formula: { '*': [{ var: 'total' }, 2] } }),
  field('firm.reason', { type: 'text', required_when: { '>': [{ var: 'total' }, 1000] } }),
  {
    kind: 'rule' as const,
    name: 'firm.large_ones_stay_open',
    body: {
      label: 'Large ones stay open',
      invalid_when: { and: [{ '==': [{ var: 'name' }, 'Closed'] }, { '>': [{ var: 'twice' }, 100] }] },
      message: 'It has orders worth more than 50.',
    },
  },
  object('order'),
  field('order.name', { type: 'text' }),
  field('order.firm', { type: 'lookup', to: 'firm' }),
  field('order.amount', { type: 'currency', currency: 'EUR' }),
  field('order.stage', {
    type: 'select',
    options: ['new', 'won'].map((value) => ({ value, label: value })),
  }),
];

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ components: COMPONENTS as never });
});
afterAll(() => server.stop());

const call = async (method: string, path: string, body?: unknown) => {
  const { status, body: answer } = await server.client.exchange(method, path, body);
  return { status, record: answer as Record<string, unknown> };
};

it('K3 a parent is right in the next answer, whatever happens to its records', async () => {
  const firm = (await call('POST', '/records/firm', { name: 'Acme' })).record;
  expect(firm).toMatchObject({ open_count: 0, total: 0, twice: 0, version: 1 });
  const path = `/records/firm/${firm.id as string}`;
  const get = async () => (await call('GET', path)).record;

  const order = (await call('POST', '/records/order', { firm: firm.id, amount: 10.25, stage: 'new' })).record;
  await call('POST', '/records/order', { firm: firm.id, amount: 2, stage: 'won' });
  expect(await get()).toMatchObject({ open_count: 1, total: 12.25, twice: 24.5, version: 1 });

  await call('PATCH', `/records/order/${order.id as string}`, { stage: 'won', amount: 20 });
  expect(await get()).toMatchObject({ open_count: 0, total: 22 });
  await call('DELETE', `/records/order/${order.id as string}`);
  expect(await get()).toMatchObject({ total: 2 });
  await call('POST', `/records/order/${order.id as string}/restore`);
  expect(await get()).toMatchObject({ total: 22, updated_at: firm.updated_at });

  // K2: nothing of it is history, and a save of the parent shows it.
  const history = (await call('GET', `${path}/history`)).record as { entries?: unknown[] };
  expect(JSON.stringify(history)).not.toContain('total');
  expect((await call('PATCH', path, { name: 'Acme & Co' })).record).toMatchObject({ total: 22, version: 2 });
});

it('K1 is written by nobody, and filters, sorts and sums as any field', async () => {
  const firm = (await call('POST', '/records/firm', { name: 'Large' })).record;
  await call('POST', '/records/order', { firm: firm.id, amount: 500 });
  const refused = await call('PATCH', `/records/firm/${firm.id as string}`, { total: 1 });
  expect(refused.status).toBe(422);
  expect(refused.record.errors).toMatchObject([{ code: 'read_only', pointer: '/total' }]);
  const found = await call('POST', '/records/firm/query', {
    filter: { '>': [{ var: 'total' }, 100] },
    sort: ['-total'],
    fields: ['name', 'total'],
  });
  expect(found.record.records).toMatchObject([{ name: 'Large', total: 500 }]);
  const behind = await call('GET', '/records/order?sort=-amount&limit=1&fields=firm.total');
  expect(behind.record.records).toMatchObject([{ firm: { total: 500 } }]);
  const sum = await call('POST', '/records/firm/aggregate', {
    measures: [{ function: 'max', field: 'total' }],
  });
  expect(sum.record.rows).toEqual([{ max_total: 500 }]);
});

it('K6 rules and conditions read the roll-ups of their own record, directly and through formulas', async () => {
  const firm = (await call('POST', '/records/firm', { name: 'Ruled' })).record;
  const path = `/records/firm/${firm.id as string}`;
  const rename = (name: string) => call('PATCH', path, { name });
  expect((await rename('Closed')).status).toBe(200);
  await rename('Ruled');
  await call('POST', '/records/order', { firm: firm.id, amount: 51 });
  expect((await rename('Closed')).record.errors).toMatchObject([{ code: 'rule_violation' }]);
  await call('POST', '/records/order', { firm: firm.id, amount: 1000 });
  expect((await call('PATCH', path, { reason: null, name: 'Still' })).record.errors).toMatchObject([
    { code: 'required', pointer: '/reason' },
  ]);
  expect((await call('PATCH', path, { reason: 'They pay', name: 'Still' })).status).toBe(200);
});

it('K7 a record says which of its values are about to be worked out again, and K2 watchers hear of it', async () => {
  const firm = (await call('POST', '/records/firm', { name: 'Busy' })).record;
  const path = `/records/firm/${firm.id as string}`;
  const stale = async (query = '') =>
    (await server.client.exchange('GET', `${path}${query}`)).headers.get('trellis-stale');
  expect(await stale()).toBeNull();
  const { storage, engine } = server;
  const position = await engine.changes.position();
  const workspace = (await storage.workspaces.find('main'))!;
  // More than the writers work out themselves: left to the worker, which is not running here.
  const orders = Array.from({ length: 201 }, () => ({ firm: firm.id, amount: 1 }));
  const batch = { operation: 'create', all_or_nothing: true, records: orders };
  expect(await call('POST', '/records/order/batch', batch)).toMatchObject({ status: 200 });
  expect(await stale()).toBe('open_count,total,twice');
  expect(await stale('?fields=name,twice')).toBe('twice');
  expect(await stale('?fields=name')).toBeNull();
  await storage.drainRollups(workspace);
  expect(await stale()).toBeNull();
  expect((await call('GET', path)).record).toMatchObject({ total: 201, twice: 402, version: 1 });
  // Told once no older transaction is at work, and transactions of other databases of the server are older ones, too.
  const told = async () => {
    const { changes } = await engine.changes.read(workspace, position, 1000);
    return (
      changes
        // They may also have held the position back before the creation.
        .filter((change) => change.id === firm.id && change.action !== 'create')
        .map(({ object, id, version, action }) => ({ object, id, version, action }))
    );
  };
  await expect.poll(told).toEqual([{ object: 'firm', id: firm.id, version: 1, action: 'rollup' }]);
});

it('K8 an administrator has a roll-up worked out anew', async () => {
  const { storage } = server;
  const workspace = (await storage.workspaces.find('main'))!;
  const states = async () =>
    ((await call('GET', '/metadata/rollups')).record as { rollups: { field: string; state: string }[] })
      .rollups;
  await storage.drainRollups(workspace);
  const firm = (await call('POST', '/records/firm', { name: 'Damaged' })).record;
  await call('POST', '/records/order', { firm: firm.id, amount: 3 });
  await storage.transaction(async (transaction) => {
    const { client } = transaction as unknown as { client: { query(text: string): Promise<unknown> } };
    await client.query(
      `update "${workspace.schema}".firm set derived = '{"total": 5000}' where id = '${firm.id as string}'`,
    );
  });
  const total = async () => (await call('GET', `/records/firm/${firm.id as string}`)).record.total;
  expect(await total()).toBe(5000);
  expect((await call('POST', '/metadata/rollups/firm/total/recalculate')).status).toBe(202);
  // From now on reads work it out, until the background has been through all records; so do rules.
  expect(await total()).toBe(3);
  expect((await call('PATCH', `/records/firm/${firm.id as string}`, { name: 'Closed' })).status).toBe(200);
  await storage.drainRollups(workspace);
  expect(await total()).toBe(3);
  expect(await states()).toMatchObject([
    { object: 'firm', field: 'open_count', state: 'ready', pending: 0 },
    { object: 'firm', field: 'total', state: 'ready', pending: 0 },
  ]);
  expect((await call('POST', '/metadata/rollups/firm/name/recalculate')).status).toBe(404);
});

it('K9 goes on when what it rolls up, the way there or the object is renamed', async () => {
  const firm = (await call('POST', '/records/firm', { name: 'Old names' })).record;
  await call('POST', '/records/order', { firm: firm.id, amount: 5 });
  for (const [kind, from, to] of [
    ['field', 'order.amount', 'order.value'],
    ['field', 'order.firm', 'order.company'],
    ['object', 'order', 'purchase'],
  ]) {
    const renamed = await call('POST', '/metadata/publish', {
      components: [],
      deletions: [],
      renames: [{ kind, from, to }],
    });
    expect(renamed).toMatchObject({ status: 200 });
  }
  const total = async () => (await call('GET', `/records/firm/${firm.id as string}`)).record.total;
  expect(await total()).toBe(5);
  const second = (await call('POST', '/records/purchase', { company: firm.id, value: 7 })).record;
  expect(await total()).toBe(12);
  await call('PATCH', `/records/purchase/${second.id as string}`, { company: null });
  expect(await total()).toBe(5);
});
