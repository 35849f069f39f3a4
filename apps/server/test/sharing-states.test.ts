/** What an administrator is told of the conditions of sharing rules: how records are found that meet each, and why. */
import type { SharingStatesResponse } from '@trellis/api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './start-test-server.ts';

const at = (name: string) => ({ var: name });
const object = (name: string, fields: Readonly<Record<string, object>>) => [
  { kind: 'object', name, body: { label: name, plural_label: `${name}s`, name_field: 'name' } },
  ...Object.entries({ name: { type: 'text' }, ...fields }).map(([field, body]) => ({
    kind: 'field',
    name: `${name}.${field}`,
    body: { label: field, ...body },
  })),
];
const rule = (name: string, when: unknown) => ({
  kind: 'sharing_rule',
  name: `bill.${name}`,
  body: { label: `Rule ${name}`, when, share_with: [{ role: 'clerk' }], access: 'read' },
});

const COMPONENTS = [
  { kind: 'role', name: 'clerk', body: { label: 'Clerk' } },
  ...object('firm', {
    grade: { type: 'integer' },
    founded: { type: 'date' },
    above: { type: 'lookup', to: 'firm' },
  }),
  ...object('bill', {
    firm: { type: 'lookup', to: 'firm' },
    about: { type: 'lookup', to: ['firm', 'bill'] },
    amount: { type: 'decimal' },
    opened: { type: 'datetime' },
  }),
  rule('large', { '>': [at('amount'), 100] }),
  rule('graded', { '==': [at('firm.grade'), 3] }),
  rule('graded_too', { '==': [at('firm.grade'), 3] }),
  rule('young', { '>': [at('firm.founded'), { date_add: [{ today: [] }, -1, 'year'] }] }),
  rule('mine', { '==': [at('firm.name'), at('$user.name')] }),
  rule('owned', { '==': [at('owner.name'), 'Ada'] }),
  rule('mixed', { '==': [at('about.name'), 'Acme'] }),
];

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ components: COMPONENTS as never });
});
afterAll(() => server.stop());

const conditions = async () => {
  const { status, body } = await server.client.exchange('GET', '/metadata/sharing');
  expect(status).toBe(200);
  return (body as SharingStatesResponse).conditions;
};

it('says of each condition whether it is kept, told by the row, or asked, and why', async () => {
  const all = await conditions();
  const ways = Object.fromEntries(
    all.flatMap(({ rules, way, because }) => rules.map(({ name }) => [name, [way, because]])),
  );
  expect(ways).toEqual({
    'bill.large': ['row', null],
    'bill.graded': ['kept', null],
    'bill.graded_too': ['kept', null],
    'bill.young': ['asked', 'clock'],
    'bill.mine': ['asked', 'user'],
    'bill.owned': ['asked', 'people'],
    'bill.mixed': ['asked', 'several'],
  });
  // Rules that say the same share what is kept.
  const graded = all.find(({ rules }) => rules.some(({ name }) => name === 'bill.graded'))!;
  expect(graded).toMatchObject({ object: 'bill', kept: { state: 'ready', candidates: 0 } });
  expect(graded.rules.map(({ label }) => label)).toEqual(['Rule graded', 'Rule graded_too']);
  expect(all.filter(({ kept }) => kept !== null)).toHaveLength(1);
});

it('tells how far a new condition is, and how many may meet it', async () => {
  const firm = await server.client.create('firm', { name: 'Acme', grade: 5 });
  for (const amount of [1, 2])
    await server.client.exchange('POST', '/records/bill', { firm: firm.id, amount, name: 'Bill' });
  await server.client.exchange('POST', '/metadata/publish', {
    components: [rule('graded', { '==': [at('firm.grade'), 5] })],
  });
  const graded = async () => (await conditions()).find(({ rules }) => rules[0]?.name === 'bill.graded');
  expect(await graded()).toMatchObject({
    way: 'asked',
    because: 'filling',
    kept: { state: 'waiting', candidates: 0 },
  });
  await server.storage.drainKept((await server.storage.workspaces.find('main'))!);
  expect(await graded()).toMatchObject({
    way: 'kept',
    because: null,
    kept: { state: 'ready', rows_done: 2, rows_total: 2, candidates: 2 },
  });
});

it('is for those who customise', async () => {
  expect((await server.client.exchange('GET', '/metadata/sharing?x=1')).status).toBe(422);
});
