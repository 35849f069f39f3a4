/** Live updates from outside: who is told what, and that nothing is missed. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HUB_RULES } from '../src/event-hub.ts';
import { ADMINISTRATOR, startTestServer, type TestServer } from './start-test-server.ts';
import { type WatchOptions, watchEvents } from './watch-events.ts';

let server: TestServer;
let key: string;
beforeAll(async () => {
  server = await startTestServer({
    packages: ['crm'],
    hubRules: { ...HUB_RULES, tickMilliseconds: 20, heartbeatMilliseconds: 100, perUser: 5, maxChanges: 50 },
  });
  key = (await server.client.createApiKey({ name: 'Watcher' })).key;
});
afterAll(async () => {
  // Node's fetch keeps spare connections that have never sent anything, which Node's server does not call idle.
  server?.app.server.closeAllConnections();
  await server?.stop();
});
const open: { close(): void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

/** A stream that is being read; resolves once it is ready. */
async function watch(options: Partial<WatchOptions> = {}) {
  const stream = await watchEvents(server, { apiKey: key, ...options });
  open.push(stream);
  return stream;
}

describe('GET /events', () => {
  it('tells of every change of a record, and never a value', async () => {
    const stream = await watch();
    expect(stream.response.headers.get('content-type')).toContain('text/event-stream');
    expect(stream.response.headers.get('set-cookie')).toBeNull();
    const deal = await server.client.create('deal', { name: 'Secret name' });
    await server.client.update('deal', deal.id, { name: 'Other' });
    await server.client.remove('deal', deal.id);
    await server.client.restore('deal', deal.id);
    await server.client.remove('deal', deal.id, { purge: true });
    await expect.poll(() => stream.records().length).toBeGreaterThanOrEqual(5);
    const own = stream.records().filter(({ id }) => id === deal.id);
    expect(own.map(({ action }) => action)).toEqual([
      'create',
      'update',
      'delete',
      'restore',
      ...(own.length > 5 ? ['delete'] : []),
      'purge',
    ]);
    expect(own[0]).toEqual({ object: 'deal', id: deal.id, version: 1, action: 'create' });
    expect(JSON.stringify(stream.events)).not.toContain('Secret');
  });

  it('tells who begins with what `me` has said of all that has happened since', async () => {
    const before = await server.client.create('deal', { name: 'Before' });
    const me = await server.client.me();
    const deal = await server.client.create('deal', { name: 'Between' });
    const stream = await watch({ query: `?after=${me.events_after}` });
    await expect.poll(() => stream.records().map(({ id }) => id)).toContain(deal.id);
    expect(stream.events[0]?.id).toBeUndefined();
    expect(stream.events.some(({ name }) => name === 'access' || name === 'reset')).toBe(false);
    // What the browser says it has heard since is nearer than where it began.
    const { lastId } = stream.state;
    const last = await server.client.create('deal', { name: 'Last' });
    const again = await watch({ query: `?after=${me.events_after}`, lastEventId: lastId! });
    await expect.poll(() => again.records().map(({ id }) => id)).toContain(last.id);
    const told = again.records().flatMap(({ id, action }) => (action === 'create' ? [id] : []));
    expect([told.includes(before.id), told.includes(deal.id)]).toEqual([false, false]);
    const nonsense = await watch({ query: '?after=nonsense' });
    await expect.poll(() => nonsense.events.map(({ name }) => name)).toContain('reset');
  });

  it('tells of the objects that were asked for and may be seen', async () => {
    const narrow = (await server.client.createApiKey({ name: 'Accounts', objects: ['account'] })).key;
    const [deals, accounts, all] = [
      await watch({ query: '?objects=deal' }),
      await watch({ apiKey: narrow }),
      await watch(),
    ];
    const account = await server.client.create('account', { name: 'A' });
    const deal = await server.client.create('deal', { name: 'D' });
    // A change of a test before this one may come late: other databases of the server hold it back.
    const ids = (stream: typeof all) => stream.records().map(({ id }) => id);
    await expect.poll(() => ids(all)).toEqual(expect.arrayContaining([account.id, deal.id]));
    await expect.poll(() => ids(deals)).toContain(deal.id);
    await expect.poll(() => ids(accounts)).toContain(account.id);
    expect(new Set(deals.records().map(({ object }) => object))).toEqual(new Set(['deal']));
    expect(new Set(accounts.records().map(({ object }) => object))).toEqual(new Set(['account']));
  });

  it('tells who gains or loses sight of a record by a share or by another owner, and nobody else', async () => {
    const { client } = server;
    const person = async (name: string) => {
      const password = 'correct horse battery staple';
      const email = `${name}@example.com`;
      const user = await client.createUser({ email, name, password, permission_sets: ['sales_rep'] });
      const own = await server.signIn(email, password);
      const { key: apiKey } = await own.createApiKey({ name: 'Watcher' });
      return { id: user.id, stream: await watch({ apiKey, query: '?objects=deal' }) };
    };
    const [reader, owner, stranger] = [
      await person('reader'),
      await person('owner'),
      await person('stranger'),
    ];
    const ours = await watch({ query: '?objects=deal' });
    const deal = await client.create('deal', { name: 'Theirs' });
    // Told before it is shared: whoever sees it by the time it is told hears of its creation too.
    await expect.poll(() => ours.records().map(({ id }) => id)).toContain(deal.id);
    const actions = (of: typeof reader) =>
      of.stream
        .records()
        .filter(({ id }) => id === deal.id)
        .map(({ action, version }) => `${action} ${version}`);
    const share = async (person: typeof reader) => {
      const body = { with: { user: person.id }, access: 'read' };
      return (await client.exchange('POST', `/records/deal/${deal.id}/shares`, body)).body as { id: string };
    };
    const { id } = await share(reader);
    await expect.poll(() => actions(reader)).toEqual(['share 1']);
    await client.exchange('DELETE', `/records/deal/${deal.id}/shares/${id}`);
    await expect.poll(() => actions(reader)).toEqual(['share 1', 'hidden 0']);
    // A share ends with the owner in whose name it was given.
    await share(reader);
    // Told as things stand when it is told: what is lost again before that is told as lost.
    await expect.poll(() => actions(reader)).toHaveLength(3);
    await client.update('deal', deal.id, { owner_id: owner.id });
    await expect.poll(() => actions(owner)).toEqual(['update 2']);
    await expect.poll(() => actions(reader).slice(2)).toEqual(['share 1', 'hidden 0']);
    await client.update('deal', deal.id, { owner_id: stranger.id });
    await expect.poll(() => actions(owner)).toEqual(['update 2', 'hidden 0']);
    await expect.poll(() => actions(stranger)).toEqual(['update 3']);
    expect(actions(reader)).toHaveLength(4);
  });

  it('tells of a publish', async () => {
    const stream = await watch();
    const { revision } = await server.client.publish({
      components: [{ kind: 'field', name: 'deal.colour', body: { label: 'Colour', type: 'color' } }],
    });
    await expect
      .poll(() => stream.events.find(({ name }) => name === 'metadata')?.data)
      .toEqual({ revision });
  });

  it('goes on where it was, and says when it can’t', async () => {
    const before = await watch();
    const seen = await server.client.create('deal', { name: 'Seen' });
    await expect.poll(() => before.records().map(({ id }) => id)).toContain(seen.id);
    const lastEventId = before.events.findLast(({ id }) => id !== undefined)!.id!;
    before.close();
    const missed = await server.client.create('deal', { name: 'Missed' });
    const after = await watch({ lastEventId });
    await expect.poll(() => after.records().map(({ id }) => id)).toContain(missed.id);
    // A connection that breaks before what was missed is told resumes from where it was.
    expect(after.events[0]).toMatchObject({ name: 'ready', id: undefined });

    for (const id of ['nonsense', '1.1.1', `99999999999.1.${Date.now()}`]) {
      const stream = await watch({ lastEventId: id });
      await expect.poll(() => stream.events[1]).toMatchObject({ name: 'reset', data: { reason: 'expired' } });
      stream.close();
    }
    const records = Array.from({ length: 60 }, (_, index) => ({ name: `Bulk ${index}` }));
    const live = await watch();
    await server.client.batch('deal', { operation: 'create', records, all_or_nothing: true });
    await expect
      .poll(() => live.events.find(({ name }) => name === 'reset')?.data)
      .toEqual({ reason: 'too_many' });
  });

  it('is kept alive, with the place to go on from', async () => {
    const stream = await watch();
    const first = stream.state.lastId;
    await expect.poll(() => stream.state.lastId).not.toBe(first);
  });

  it('ends with the key or session that opened it', async () => {
    const made = await server.client.createApiKey({ name: 'Short' });
    const stream = await watch({ apiKey: made.key });
    await server.client.revokeApiKey(made.id);
    await expect.poll(() => stream.state.isEnded).toBe(true);
    expect(stream.events.at(-1)?.name).toBe('end');
  });

  it('is for who has signed in, in a workspace of theirs, and not too often', async () => {
    expect((await fetch(`${server.url}/api/v1/events`)).status).toBe(401);
    expect((await watch({ query: '?workspace=nowhere' })).response.status).toBe(404);
    expect((await watch({ query: '?workspace=main' })).response.status).toBe(200);
    expect((await watch({ query: '?nonsense=1' })).response.status).toBe(422);
    for (let count = 0; count < 4; count++) await watch();
    expect((await watch()).response.status).toBe(429);
    for (const each of open.splice(0)) each.close();
    await expect.poll(async () => (await watch()).response.status).toBe(200);
  });

  it('tells nothing to who may read nothing', async () => {
    const password = 'a long enough password';
    await server.client.createUser({ email: 'bob@example.com', name: 'Bob', password });
    const login = await fetch(`${server.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'bob@example.com', password }),
    });
    const cookie = login.headers.getSetCookie()[0]!.split(';')[0]!;
    const abort = new AbortController();
    open.push({ close: () => abort.abort() });
    const response = await fetch(`${server.url}/api/v1/events`, {
      signal: abort.signal,
      headers: { cookie },
    });
    let text = '';
    void (async () => {
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) text += chunk;
    })().catch(() => undefined);
    const control = await watch();
    const hidden = await server.client.create('deal', { name: 'Hidden' });
    await expect.poll(() => control.records().map(({ id }) => id)).toContain(hidden.id);
    const beats = () => text.split('\n\nid: ').length;
    const before = beats();
    await expect.poll(beats).toBeGreaterThan(before);
    expect(text).toContain('event: ready');
    expect(text).not.toContain('event: record');
  });

  it('does not keep the server from stopping', async () => {
    const other = await startTestServer({ hubRules: { ...HUB_RULES, tickMilliseconds: 20 } });
    const client = await other.signIn(ADMINISTRATOR.email, ADMINISTRATOR.password);
    const { key: own } = await client.createApiKey({ name: 'x' });
    const response = await fetch(`${other.url}/api/v1/events`, {
      headers: { authorization: `Bearer ${own}` },
    });
    expect(response.status).toBe(200);
    const ended = response.text();
    await other.stop();
    expect(await ended).toContain('event: ready');
  });
});
