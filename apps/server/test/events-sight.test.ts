/**
 * Live updates of sight as a whole: whose rights, role, teams or delegations change hears that what they may see has
 * changed, and nobody else does. Only the first server is in time for heartbeats: it is told by those who made the change.
 */
import type { UserContext } from '@trellis/engine';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createEventHub, HUB_RULES } from '../src/event-hub.ts';
import { startTestServer, type TestServer } from './start-test-server.ts';
import { watchEvents } from './watch-events.ts';

const PASSWORD = 'correct horse battery staple';
const part = (kind: string, name: string, body: object) => ({ kind, name, body }) as never;
const COMPONENTS = [
  part('role', 'chief', { label: 'Chief' }),
  part('role', 'seller', { label: 'Seller', parent: 'chief' }),
  part('role', 'packer', { label: 'Packer', parent: 'chief' }),
  part('object', 'sale', { label: 'Sale', plural_label: 'Sales', name_field: 'name' }),
  part('field', 'sale.name', { label: 'Name', type: 'text' }),
  part('field', 'sale.amount', { label: 'Amount', type: 'integer' }),
  part('sharing_rule', 'sale.big', {
    label: 'Big ones',
    when: { '>': [{ var: 'amount' }, 900] },
    share_with: [{ role: 'packer' }],
    access: 'read',
  }),
  part('sharing_rule', 'sale.of_sellers', {
    label: 'Of sellers',
    owned_by: { role: 'seller' },
    share_with: [{ role: 'packer' }],
    access: 'read',
  }),
  ...['trader', 'visitor'].map((name) =>
    part('permission_set', name, {
      label: name,
      system: ['api'],
      objects: { sale: { create: true, read: true, update: true, default_field: 'update' } },
    }),
  ),
];

let server: TestServer;
const open: { close(): void }[] = [];
beforeAll(async () => {
  server = await startTestServer({
    components: COMPONENTS,
    hubRules: { ...HUB_RULES, tickMilliseconds: 20, heartbeatMilliseconds: 3_600_000 },
  });
});
afterAll(async () => {
  server?.app.server.closeAllConnections();
  await server?.stop();
});
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

async function person(name: string, role?: string) {
  const email = `${name}@example.com`;
  const sets = { permission_sets: ['trader'], ...(role === undefined ? {} : { role }) };
  const { id } = await server.client.createUser({ email, name, password: PASSWORD, ...sets });
  const client = await server.signIn(email, PASSWORD);
  const { key: apiKey } = await client.createApiKey({ name: 'Watcher' });
  return { id, client, apiKey };
}

async function watching(
  apiKey: string,
  more: { readonly lastEventId?: string; readonly query?: string } = {},
) {
  const stream = await watchEvents(server, { apiKey, ...more });
  open.push(stream);
  const told = () => stream.events.filter(({ name }) => name === 'access').length;
  return { ...stream, told };
}

it('tells whom a role, a team, a permission set or a delegation concerns, and nobody else', async () => {
  const [chief, seller, packer, other] = [
    await person('chief', 'chief'),
    await person('seller', 'seller'),
    await person('packer', 'packer'),
    await person('other'),
  ];
  const streams = {
    chief: await watching(chief.apiKey),
    seller: await watching(seller.apiKey),
    packer: await watching(packer.apiKey),
    other: await watching(other.apiKey),
  };
  type Name = keyof typeof streams;
  const counts = Object.fromEntries(Object.keys(streams).map((name) => [name, 0])) as Record<Name, number>;
  const all = () => Object.fromEntries(Object.entries(streams).map(([name, each]) => [name, each.told()]));
  /** Whoever is concerned is told once; the others have heard nothing by then. */
  const concerns = async (names: readonly Name[], change: () => Promise<unknown>) => {
    await change();
    for (const name of names) counts[name] += 1;
    await expect.poll(all).toEqual(counts);
  };
  const { client } = server;
  // Nothing about the organisation: names, texts and publishes that touch nobody's place in it.
  await concerns([], () => client.updateUser(other.id, { name: 'Another' }));
  // A seller more: the chief is above them, the packer has by a rule what sellers own, and they have what sellers are given.
  const ofRole = ['chief', 'packer', 'other'] as const;
  await concerns(ofRole, () => client.updateUser(other.id, { role: 'seller' }));
  await concerns(ofRole, () => client.updateUser(other.id, { role: null }));
  const team = await client.createTeam({ name: 'North', members: [] });
  await concerns(['other'], () => client.updateTeam(team.id, { members: [other.id] }));
  await concerns(['other'], () => client.updateTeam(team.id, { members: [] }));
  await concerns(['other'], () => client.updateUser(other.id, { permission_sets: ['trader', 'visitor'] }));
  const delegation = { delegator: seller.id, delegate: other.id };
  const period = { ends_at: new Date(Date.now() + 3_600_000).toISOString() };
  let id = '';
  await concerns(['other'], async () => {
    ({ id } = await client.delegate({ ...delegation, ...period }));
  });
  await concerns(['other'], () => client.endDelegation(id));
  // Switched off: the stream ends with the session or key, at once.
  await client.updateUser(other.id, { is_active: false });
  await expect.poll(() => streams.other.state.isEnded).toBe(true);
  expect(streams.other.events.at(-1)?.name).toBe('end');
  expect(JSON.stringify(streams.chief.events)).not.toMatch(/North|seller/);
});

it('tells who was away that it has changed meanwhile', async () => {
  const away = await person('away');
  const before = await watching(away.apiKey);
  await away.client.create('sale', { name: 'Seen' });
  await expect.poll(() => before.records().length).toBe(1);
  const { lastId } = before.state;
  before.close();
  const same = await watching(away.apiKey, { lastEventId: lastId! });
  await away.client.create('sale', { name: 'Also seen' });
  await expect.poll(() => same.records().length).toBeGreaterThan(0);
  expect(same.told()).toBe(0);
  same.close();
  await server.client.updateUser(away.id, { role: 'chief' });
  const after = await watching(away.apiKey, { lastEventId: lastId! });
  await expect.poll(after.told).toBe(1);
});

it('tells who had read before they listened that it has changed in between', async () => {
  const late = await person('late');
  const { events_after: same } = await late.client.me();
  const unchanged = await watching(late.apiKey, { query: `?after=${same}` });
  await server.client.updateUser(late.id, { role: 'chief' });
  const changed = await watching(late.apiKey, { query: `?after=${same}` });
  await expect.poll(changed.told).toBe(1);
  await expect.poll(unchanged.told).toBe(1);
});

it('tells that a record has left the sight that a rule had opened, and of one that has come into it', async () => {
  const [owner, packer, stranger] = [
    await person('owner'),
    await person('second-packer', 'packer'),
    await person('stranger'),
  ];
  const [theirs, strange] = [await watching(packer.apiKey), await watching(stranger.apiKey)];
  const { id } = await owner.client.create('sale', { name: 'Small', amount: 5 });
  // Told as things stand when it is told: by then the creation may be theirs to see as well.
  const actions = () =>
    theirs
      .records()
      .filter((change) => change.id === id && change.action !== 'create')
      .map(({ action, version }) => `${action} ${version}`);
  await owner.client.update('sale', id, { amount: 1000 });
  await expect.poll(actions).toEqual(['update 2']);
  await owner.client.update('sale', id, { amount: 7 });
  await expect.poll(actions).toEqual(['update 2', 'hidden 0']);
  // Neither before nor after it was theirs to see.
  await owner.client.update('sale', id, { amount: 8 });
  await owner.client.update('sale', id, { name: 'Other' });
  const last = await owner.client.create('sale', { name: 'Big', amount: 2000 });
  await expect.poll(() => theirs.records().at(-1)?.id).toBe(last.id);
  expect(actions()).toEqual(['update 2', 'hidden 0']);
  expect(strange.records()).toEqual([]);
});

async function administrator(): Promise<UserContext> {
  return {
    kind: 'user',
    workspace: (await server.storage.workspaces.find('main'))!,
    userId: (await server.client.me()).user.id,
    permissionSets: ['administrator'],
    timeZone: 'UTC',
    locale: 'en',
    source: 'api',
    requestId: 'request',
  };
}

const RULES = { ...HUB_RULES, tickMilliseconds: 20, heartbeatMilliseconds: 3_600_000 };
const log = { warn() {} };

it('tells of a publish also where it could not be looked at when the news of it came', async () => {
  const { engine, storage, client } = server;
  const context = await administrator();
  let failures = 0;
  const loadRevision: typeof storage.metadata.loadRevision = (of) =>
    failures-- > 0 ? Promise.reject(new Error('The database is away.')) : storage.metadata.loadRevision(of);
  const hub = createEventHub(
    { engine, storage: { metadata: { ...storage.metadata, loadRevision } }, log },
    RULES,
  );
  const told: string[] = [];
  const send = (text: string) => told.push(text) > 0;
  await hub.add({ context, objects: undefined, send, check: async () => context, close() {} }, undefined);
  failures = 3;
  await client.publish({ components: [part('role', 'latest', { label: 'Latest' })] });
  await expect.poll(() => told.join('')).toContain('event: metadata');
  await hub.close();
});

it('looks again where it hears of another change while it is about to look', async () => {
  const { engine, storage } = server;
  const context = await administrator();
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let [reads, heard, looks] = [0, 0, 0];
  const read: typeof engine.changes.read = async (...asked) => {
    await gates[reads++]?.promise;
    return engine.changes.read(...asked);
  };
  const loadRevision: typeof storage.metadata.loadRevision = async (of) => {
    const found = await storage.metadata.loadRevision(of);
    heard += 1;
    return found;
  };
  const parts = {
    engine: { ...engine, changes: { ...engine.changes, read } },
    storage: { metadata: { ...storage.metadata, loadRevision } },
    log,
  };
  const hub = createEventHub(parts, RULES);
  const told: string[] = [];
  const send = (text: string) => told.push(text) > 0;
  // Of the second change it is known only after the first look who they are by now.
  const check = async () => (looks++ === 0 ? context : { ...context, permissionSets: ['visitor'] });
  await hub.add({ context, objects: undefined, send, check, close() {} }, undefined);
  const announce = () =>
    storage.transaction((transaction) => storage.metadata.announce(context.workspace, transaction));
  const before = heard;
  await expect.poll(() => reads).toBe(1);
  await announce();
  await expect.poll(() => heard).toBeGreaterThan(before);
  gates[0]!.resolve();
  await expect.poll(() => reads).toBe(2);
  const between = heard;
  await announce();
  await expect.poll(() => heard).toBeGreaterThan(between);
  gates[1]!.resolve();
  await expect.poll(() => told.join('')).toContain('event: access');
  await hub.close();
});
