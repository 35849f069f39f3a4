/** API keys from outside: what a key reaches, what it does not, and that a dead one is dead at once. */
import { createClient } from '@trellis/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './start-test-server.ts';

const DAY = 24 * 60 * 60 * 1000;
let server: TestServer;
let now = Date.now();
beforeAll(async () => {
  server = await startTestServer({ packages: ['crm'], now: () => now });
});
afterAll(() => server?.stop());

const withKey = (apiKey: string, workspace?: string) =>
  createClient({ origin: server.url, apiKey, ...(workspace && { workspace }) });
async function outcome(key: string, method: string, path: string, body?: unknown, workspace?: string) {
  const answer = await withKey(key, workspace).exchange(method, path, body);
  const { code } = (answer.body ?? {}) as { code?: string };
  return code === undefined ? answer.status : `${answer.status} ${code}`;
}

describe('an API key', () => {
  it('acts as its owner, without Origin and without a cookie, and is shown once', async () => {
    const made = await server.client.createApiKey({ name: 'Importer', access: 'write' });
    expect(made.key).toMatch(/^trl_[A-Za-z0-9_-]{43}$/);
    expect(made).toMatchObject({ access: 'write', objects: null, metadata: false, last_used_at: null });
    expect(Math.round((Date.parse(made.expires_at) - now) / DAY)).toBe(90);
    const client = withKey(made.key);
    const deal = await client.create('deal', { name: 'By key' });
    const me = await server.client.me();
    expect(deal.created_by).toBe(me.user.id);
    const response = await fetch(`${server.url}/api/v1/me`, {
      headers: { authorization: `Bearer ${made.key}` },
    });
    expect(response.headers.get('set-cookie')).toBeNull();
    expect(await response.json()).toMatchObject({
      user: me.user,
      rights: expect.not.arrayContaining(['customise']),
    });

    const { keys } = await server.client.apiKeys();
    const listed = keys.find((key) => key.id === made.id)!;
    expect(listed.last_used_at).not.toBeNull();
    expect(JSON.stringify(keys)).not.toContain(made.key);
    expect(JSON.stringify(await server.storage.identities.listApiKeys('main'))).not.toContain(
      made.key.slice(4, 30),
    );
  });

  it('writes when it was last used once a minute at most', async () => {
    const { key, id } = await server.client.createApiKey({ name: 'Watch' });
    const lastUsed = async () =>
      (await server.client.apiKeys()).keys.find((each) => each.id === id)!.last_used_at;
    await withKey(key).me();
    const first = await lastUsed();
    now += 30_000;
    await withKey(key).me();
    expect(await lastUsed()).toBe(first);
    now += 31_000;
    await withKey(key).me();
    expect(await lastUsed()).not.toBe(first);
  });

  it('reaches no further than its scope', async () => {
    const { key: reader } = await server.client.createApiKey({ name: 'Reader', objects: ['deal'] });
    expect(await outcome(reader, 'GET', '/records/deal')).toBe(200);
    expect(await outcome(reader, 'POST', '/records/deal/query', {})).toBe(200);
    expect(await outcome(reader, 'POST', '/records/deal', { name: 'x' })).toBe('403 forbidden');
    expect(await outcome(reader, 'POST', '/records/deal/batch', 'nonsense')).toBe('403 forbidden');
    expect(await outcome(reader, 'GET', '/records/account')).toBe('404 unknown_object');
    expect(await outcome(reader, 'GET', '/records/deal?fields=account.name')).toBe('422 invalid_query');
    expect(await outcome(reader, 'GET', '/metadata')).toBe('403 forbidden');
    expect(await outcome(reader, 'GET', '/users')).toBe('403 forbidden');
    const described = await withKey(reader).describe();
    expect(described.objects.map(({ name }) => name)).toEqual(['deal']);
    expect((await server.client.describe()).objects.length).toBeGreaterThan(5);

    const builder = await server.client.createApiKey({ name: 'Builder', metadata: true });
    expect(await outcome(builder.key, 'GET', '/metadata')).toBe(200);
    expect(await outcome(builder.key, 'POST', '/metadata/plan', {})).toBe(200);
    expect(await outcome(builder.key, 'POST', '/metadata/publish', {})).toBe('403 forbidden');
    const people = await server.client.createApiKey({ name: 'People', access: 'write', users: true });
    expect(await outcome(people.key, 'GET', '/teams')).toBe(200);
    for (const [method, path] of [
      ['GET', '/api-keys'],
      ['POST', '/api-keys'],
      ['DELETE', `/api-keys/${people.id}`],
      ['POST', '/me/password'],
      ['POST', '/workspaces'],
    ] as const) {
      const body = method === 'POST' ? {} : undefined;
      expect([path, await outcome(people.key, method, path, body)]).toEqual([path, '403 forbidden']);
    }
  });

  it('is dead when it is wrong, revoked or expired', async () => {
    const made = await server.client.createApiKey({ name: 'Short', expires_in_days: 2 });
    expect(await outcome(made.key, 'GET', '/me')).toBe(200);
    const wrong = `${made.key.slice(0, -1)}${made.key.endsWith('A') ? 'B' : 'A'}`;
    expect(await outcome(wrong, 'GET', '/me')).toBe('401 invalid_api_key');
    expect(await outcome('x', 'GET', '/me')).toBe('401 invalid_api_key');
    now += 2 * DAY;
    expect(await outcome(made.key, 'GET', '/me')).toBe('401 invalid_api_key');
    now -= 2 * DAY;
    expect(await outcome(made.key, 'GET', '/me')).toBe(200);
    await server.client.revokeApiKey(made.id);
    expect(await outcome(made.key, 'GET', '/me')).toBe('401 invalid_api_key');
    expect((await server.client.exchange('DELETE', `/api-keys/${made.id}`)).status).toBe(404);
  });

  it('is of one workspace', async () => {
    const { key } = await server.client.createApiKey({ name: 'Main' });
    await server.client.createWorkspace({ name: 'lab', label: 'Lab' });
    expect(await outcome(key, 'GET', '/me', undefined, 'main')).toBe(200);
    expect(await outcome(key, 'GET', '/me', undefined, 'lab')).toBe('404 unknown_workspace');
    expect(await outcome(key, 'GET', '/me', undefined, 'nowhere')).toBe('404 unknown_workspace');
    expect((await withKey(key).me()).workspaces.map(({ name }) => name)).toEqual(['main']);
  });

  it('dies with its owner’s account, and an administrator may end it', async () => {
    const password = 'a long enough password';
    const bob = await server.client.createUser({
      email: 'bob@example.com',
      name: 'Bob',
      password,
      permission_sets: ['administrator'],
    });
    const asBob = await server.signIn('bob@example.com', password);
    const [one, two] = [await asBob.createApiKey({ name: 'One' }), await asBob.createApiKey({ name: 'Two' })];
    expect((await asBob.apiKeys()).keys.map(({ name }) => name).sort()).toEqual(['One', 'Two']);
    const all = (await server.client.apiKeys({ all: true })).keys;
    expect(all.find(({ id }) => id === one.id)).toMatchObject({ user: { id: bob.id, name: 'Bob' } });
    await server.client.revokeApiKey(one.id);
    expect(await outcome(one.key, 'GET', '/me')).toBe('401 invalid_api_key');
    expect(await outcome(two.key, 'GET', '/me')).toBe(200);
    await server.client.updateUser(bob.id, { is_active: false });
    expect(await outcome(two.key, 'GET', '/me')).toBe('401 invalid_api_key');
  });

  it('is neither made nor used without the right to the API, and not seen by others', async () => {
    const password = 'a long enough password';
    const carl = await server.client.createUser({
      email: 'carl@example.com',
      name: 'Carl',
      password,
      permission_sets: ['administrator'],
    });
    const asCarl = await server.signIn('carl@example.com', password);
    const made = await asCarl.createApiKey({ name: 'Mine' });
    await server.client.updateUser(carl.id, { permission_sets: [] });
    expect(await outcome(made.key, 'GET', '/me')).toBe('403 forbidden');
    expect((await asCarl.exchange('POST', '/api-keys', { name: 'x' })).status).toBe(403);
    expect((await asCarl.exchange('GET', '/api-keys?all=true')).status).toBe(403);
    const own = await server.client.createApiKey({ name: 'Ada’s' });
    expect((await asCarl.exchange('DELETE', `/api-keys/${own.id}`)).status).toBe(404);
    expect((await asCarl.exchange('DELETE', `/api-keys/${made.id}`)).status).toBe(204);
  });

  it('tells all faults of a new one', async () => {
    const answer = await server.client.exchange('POST', '/api-keys', {
      name: ' ',
      objects: ['deal', 'nothing'],
      expires_in_days: 1000,
    });
    expect(answer.status).toBe(422);
    const { errors } = answer.body as { errors: { pointer: string }[] };
    expect(errors.map(({ pointer }) => pointer)).toEqual(['/name', '/expires_in_days', '/objects/1']);
  });

  it('is no longer listened to after too many wrong ones, while valid ones are', async () => {
    const { key } = await server.client.createApiKey({ name: 'Valid' });
    let last: unknown;
    for (let attempt = 0; attempt < 101; attempt++) last = await outcome(`trl_${attempt}`, 'GET', '/me');
    expect(last).toBe('429 too_many_attempts');
    expect(await outcome(key, 'GET', '/me')).toBe(200);
  });
});
