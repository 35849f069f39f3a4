/**
 * Every door that questions go through, asked by somebody from whom something is hidden: a field, the records of others, a
 * whole object, and what stands behind a lookup. No answer holds what is hidden, none is the server's mistake, and a question
 * that names a hidden field is refused. Bulk orders are tried, and their jobs looked at, like any answer.
 */
import type { Client } from '@trellis/api';
import type { Component } from '@trellis/metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './start-test-server.ts';

const PASSWORD = 'a password of length';
/** Values that stand in hidden places only. */
const HIDDEN = /Zanzibar|987654321|876543219/;
const TEXT = 'Zanzibar';
const PAY = 987_654_321;
const COST = 876_543_219;

const field = (name: string, body: object) => ({ kind: 'field', name, body: { label: name, ...body } });
const object = (name: string) => ({
  kind: 'object',
  name,
  body: { label: name, plural_label: `${name}s`, name_field: 'name' },
});
const ALL = { create: true, read: true, update: true, delete: true, export: true, import: true };
const COMPONENTS = [
  object('vault'),
  field('vault.name', { type: 'text', searchable: true }),
  field('vault.size', { type: 'integer' }),
  object('deal'),
  field('deal.name', { type: 'text', searchable: true }),
  field('deal.remark', { type: 'text', searchable: true, indexed: true }),
  field('deal.pay', { type: 'integer' }),
  field('deal.vault', { type: 'lookup', to: 'vault', reverse_name: 'deals' }),
  object('line'),
  field('line.name', { type: 'text' }),
  field('line.deal', { type: 'lookup', to: 'deal', reverse_name: 'lines' }),
  field('line.cost', { type: 'integer' }),
  {
    kind: 'permission_set',
    name: 'clerk',
    body: {
      label: 'Clerk',
      system: ['api'],
      objects: {
        deal: { ...ALL, default_field: 'update', fields: { remark: 'none', pay: 'none' } },
        vault: { read: true, default_field: 'read', fields: { size: 'none' } },
        user: { read: true, default_field: 'read' },
      },
    },
  },
  {
    kind: 'permission_set',
    name: 'builder',
    body: { label: 'Builder', system: ['customise', 'api'] },
  },
] as Component[];

let server: TestServer;
/** `cara` builds as well: what customising shows is not what stands in records. */
const people = new Map<'ann' | 'cara', Client>();
const ids: Record<string, string> = {};
beforeAll(async () => {
  server = await startTestServer({ components: COMPONENTS, runsJobs: true });
  for (const [name, sets] of [
    ['ann', ['clerk']],
    ['cara', ['clerk', 'builder']],
  ] as const) {
    const email = `${name}@example.com`;
    const user = await server.client.createUser({
      email,
      name,
      password: PASSWORD,
      permission_sets: [...sets],
    });
    ids[name] = user.id;
    people.set(name, await server.signIn(email, PASSWORD));
  }
  const make = async (name: string, body: object) =>
    String((await server.client.create(name, body as never)).id);
  ids.vault = await make('vault', { name: TEXT, size: PAY });
  const deal = { remark: TEXT, pay: PAY, vault: ids.vault };
  ids.annDeal = await make('deal', { ...deal, name: 'Of Ann', owner_id: ids.ann });
  ids.caraDeal = await make('deal', { ...deal, name: 'Of Cara', owner_id: ids.cara });
  ids.other = await make('deal', { ...deal, name: `Other ${TEXT}` });
  ids.line = await make('line', { name: TEXT, deal: ids.annDeal, cost: COST });
  // An order of the administrator, which who builds may see.
  const order = { operation: 'update', all: true, filter: is('remark', TEXT), set: { remark: `${TEXT} 2` } };
  const job = await server.client.exchange('POST', '/records/deal/bulk', order);
  ids.job = (job.body as { id: string }).id;
}, 120_000);
afterAll(() => server?.stop());

const is = (name: string, value: unknown) => ({ '==': [{ var: name }, value] });
type Question = readonly [string, string, unknown?];

/** Questions that name a field. */
function about(name: string, value: unknown, own: string): Question[] {
  const as_of = new Date().toISOString();
  const deal = (door: string, body: object): Question => ['POST', `/records/deal/${door}`, body];
  const order = { operation: 'update', dry_run: true };
  return [
    deal('query', { fields: [name] }),
    deal('query', { sort: [name] }),
    deal('query', { filter: is(name, value), count: 'exact' }),
    deal('query', { as_of, fields: [name] }),
    deal('query', { as_of, filter: is(name, value) }),
    deal('query', { as_of, sort: [name] }),
    deal('aggregate', { group_by: [name], labels: true }),
    deal('aggregate', { group_by: [{ field: name, width: 10 }] }),
    deal('aggregate', { group_by: [{ field: name, bounds: [1, 100] }] }),
    deal('aggregate', { measures: [{ function: 'count_distinct', field: name }] }),
    deal('pivot', { rows: [name], columns: ['vault'], measures: [{ function: 'count' }] }),
    deal('bulk', { ...order, all: true, filter: is(name, value), set: { name: 'x' } }),
    deal('bulk', { ...order, ids: [own], set: { [name]: value } }),
    ['GET', `/records/deal/${own}?as_of=${as_of}&fields=${name}`],
    ['GET', `/records/deal/${own}/history?field=${name}`],
    ['POST', `/records/deal/${own}/revert?dry_run=true`, { as_of, fields: [name] }],
    ['GET', `/access/explain?object=deal&field=${name}&action=read`],
    ['GET', `/records/deal/export?format=ndjson&fields=${name}`],
    ['GET', `/records/deal/export?format=csv&filter=${encodeURIComponent(JSON.stringify(is(name, value)))}`],
  ];
}

/** Questions about what is not theirs to see. */
function beyond(own: string): Question[] {
  const as_of = new Date().toISOString();
  const cost = is('cost', COST);
  return [
    ...about('vault.name', TEXT, own),
    ...about('vault.owner.name', 'Ada', own),
    ['POST', '/records/deal/pivot', { rows: ['vault'], columns: ['owner_id'], measures: [] }],
    ['POST', '/records/deal/aggregate', { group_by: ['vault'], labels: true }],
    ['POST', '/records/deal/query', { search: TEXT, as_of }],
    ['POST', '/records/deal/query', { filter: { some: [{ var: 'lines' }, cost] } }],
    ['POST', '/records/deal/query', { filter: { '>': [{ count: [{ var: 'lines' }] }, 0] } }],
    ['POST', '/records/deal/query', { related: { lines: { fields: ['cost'] } } }],
    ['POST', '/records/vault/query', { related: { deals: { fields: ['remark'] } } }],
    ['GET', `/records/line/${ids.line}`],
    ['GET', `/search?q=${TEXT}`],
    ['GET', `/search?q=${ids.other}`],
    ['GET', `/search?q=${PAY}`],
    ['GET', '/bin?all=true'],
    ['GET', `/bin?search=${TEXT}`],
    ['POST', '/records/deal/bulk', { operation: 'delete', ids: [ids.other], dry_run: true }],
    [
      'POST',
      '/records/deal/bulk',
      { operation: 'update', ids: [own], set: { vault: ids.vault }, dry_run: true },
    ],
    ['POST', `/records/deal/${ids.other}/shares`, { with: { everyone: true }, access: 'update' }],
    ['GET', `/records/deal/${ids.other}/shares`],
    ['GET', `/records/deal/${ids.other}?as_of=${as_of}`],
    ['GET', '/describe/deal'],
    ['GET', '/openapi.json'],
    ['GET', '/jobs?all=true'],
    ['GET', `/jobs/${ids.job}`],
    ['POST', `/jobs/${ids.job}/undo`, { dry_run: true }],
    ['GET', '/metadata/advice'],
    ['GET', '/metadata/indexes'],
    ['POST', '/metadata/rollback', { revision: 1, dry_run: true }],
    ['GET', '/metrics'],
    ['GET', '/audit'],
  ];
}

async function answerTo(who: Client, [method, path, body]: Question) {
  const answer = await who.exchange(method, path, body);
  let text = JSON.stringify(answer.body ?? '');
  const job = answer.status === 202 ? (answer.body as { id: string }).id : undefined;
  if (job !== undefined) {
    await expect.poll(async () => (await who.job(job)).ended_at).not.toBeNull();
    text += JSON.stringify(await who.job(job));
  }
  return { status: answer.status, text };
}

describe.each(['ann', 'cara'] as const)('%s', (name) => {
  it('is refused a question that names a hidden field, at every door', async () => {
    const who = people.get(name)!;
    const own = ids[`${name}Deal`]!;
    const hidden = [
      ...about('remark', TEXT, own),
      ...about('pay', PAY, own),
      ...about('vault.size', PAY, own),
    ];
    const answered: unknown[] = [];
    for (const question of hidden) {
      const { status, text } = await answerTo(who, question);
      if (status < 400 || status >= 500 || HIDDEN.test(text)) answered.push({ question, status, text });
    }
    expect(answered).toEqual([]);
  });

  it('is told nothing of what they may not see, at every door', async () => {
    const who = people.get(name)!;
    const told: unknown[] = [];
    for (const question of beyond(ids[`${name}Deal`]!)) {
      const { status, text } = await answerTo(who, question);
      if (status >= 500 || HIDDEN.test(text)) told.push({ question, status, text: text.slice(0, 500) });
    }
    expect(told).toEqual([]);
  });
});

it('the administrator finds what they do not, by the same questions', async () => {
  const found: unknown[] = [];
  for (const question of [...about('pay', PAY, ids.annDeal!), ...beyond(ids.annDeal!)]) {
    const { status, text } = await answerTo(server.client, question);
    if (status === 200 && HIDDEN.test(text)) found.push(question);
    expect(status, JSON.stringify(question)).toBeLessThan(500);
  }
  expect(found.length).toBeGreaterThan(20);
  const asOf = new Date().toISOString();
  const { records } = await server.client.list('deal', { search: 'other zanz', as_of: asOf } as never);
  expect(records.map(({ id }) => id)).toEqual([ids.other]);
});
