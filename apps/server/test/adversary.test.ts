/**
 * What an adversary tries at every door of the route table, so that a door that is made tomorrow is tried too: without a
 * session, with sessions and keys that have ended, and from pages of other sites.
 */
import { ADMINISTRATOR as ADMINISTRATOR_SET } from '@trellis/access';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Door, knock, listDoors, signIn, sweep } from './knock.ts';
import { ADMINISTRATOR, startTestServer, type TestServer } from './start-test-server.ts';

/** Doors that answer to anyone. A new one has to be written here, and be thought about. */
const PUBLIC = [
  'GET /health',
  'GET /ready',
  'GET /metrics',
  'GET /setup',
  'GET /auth/options',
  'GET /auth/sso/:provider',
  'GET /auth/sso/:provider/callback',
  'POST /auth/login',
  'POST /auth/logout',
  'POST /auth/forgot',
  'POST /auth/reset',
  'POST /auth/reset/check',
  'POST /auth/invitation',
  'POST /auth/invitation/check',
  'POST /setup',
];
let server: TestServer;
let doors: readonly Door[];
let cookie: string;
let clock = Date.now();

beforeAll(async () => {
  server = await startTestServer({
    packages: ['crm'],
    now: () => clock,
    settings: { sessionIdleSeconds: 3600, sessionSeconds: 7200 },
  });
  doors = listDoors(server);
  expect(doors.length).toBeGreaterThan(80);
  cookie = await signIn(server, ADMINISTRATOR);
});
afterAll(() => server?.stop());

const isPublic = ({ name }: Door) => PUBLIC.includes(name);
const changesState = ({ method }: Door) => method !== 'GET';

it('the list of public doors is what the doors do', async () => {
  expect(PUBLIC.filter((name) => !doors.some((door) => door.name === name))).toEqual([]);
  expect(
    await sweep(doors, async (door) => {
      const { status } = await knock(server, door, { body: {} });
      return (status === 401) === isPublic(door) && door.name !== 'POST /auth/login' ? status : undefined;
    }),
  ).toEqual([]);
});

describe('a session or key that has ended opens no door', () => {
  const guarded = () => doors.filter((door) => !isPublic(door));
  const refused = (headers: Record<string, string>) =>
    sweep(guarded(), async (door) => {
      // Slow enough for the throttle of wrong keys, which would answer before the door does.
      if (headers.authorization) clock += 10_000;
      const { status } = await knock(server, door, { headers: { origin: server.url, ...headers }, body: {} });
      return status === 401 ? undefined : status;
    });

  it('signed out', async () => {
    const ended = await signIn(server, ADMINISTRATOR);
    await fetch(`${server.url}/api/v1/auth/logout`, {
      method: 'POST',
      headers: { cookie: ended, origin: server.url },
    });
    expect(await refused({ cookie: ended })).toEqual([]);
  });

  it('too old, or idle for too long', async () => {
    const old = await signIn(server, ADMINISTRATOR);
    clock += 3_601_000;
    expect(await refused({ cookie: old })).toEqual([]);
    cookie = await signIn(server, ADMINISTRATOR);
    await server.client.login({ email: ADMINISTRATOR.email, password: ADMINISTRATOR.password });
  });

  it('of somebody who was switched off, with session and with key', async () => {
    const person = { email: 'gone@example.com', password: 'seven green bicycles', name: 'Gone' };
    const user = await server.client.createUser({ ...person, permission_sets: [ADMINISTRATOR_SET] });
    const session = await signIn(server, person);
    const own = await server.signIn(person.email, person.password);
    const { key } = await own.createApiKey({ name: 'key', access: 'write', metadata: true, users: true });
    expect(
      (await knock(server, { method: 'GET', path: '/me' }, { headers: { authorization: `Bearer ${key}` } }))
        .status,
    ).toBe(200);
    await server.client.updateUser(user.id, { is_active: false });
    expect(await refused({ cookie: session })).toEqual([]);
    expect(await refused({ authorization: `Bearer ${key}` })).toEqual([]);
  });

  it('a revoked key, one that is cut off, and other schemes', async () => {
    const { id, key } = await server.client.createApiKey({ name: 'key', access: 'write' });
    await server.client.revokeApiKey(id);
    // Past the throttle of wrong keys.
    clock += 16 * 60_000;
    expect(await refused({ authorization: `Bearer ${key}` })).toEqual([]);
    for (const authorization of [
      `Bearer ${key.slice(0, -1)}`,
      `Basic ${btoa(`ada:${key}`)}`,
      'Bearer',
      key,
    ]) {
      const { status } = await knock(
        server,
        { method: 'GET', path: '/me' },
        { headers: { authorization, cookie } },
      );
      expect({ authorization, status }).toEqual({ authorization, status: 401 });
    }
  });

  it('a session that somebody else chose is not taken over by signing in (fixation)', async () => {
    const chosen = `trellis_session=${'A'.repeat(43)}`;
    const answer = await fetch(`${server.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: chosen },
      body: JSON.stringify({ email: ADMINISTRATOR.email, password: ADMINISTRATOR.password }),
    });
    expect(answer.headers.getSetCookie()[0]).not.toContain(chosen);
    expect(
      (await knock(server, { method: 'GET', path: '/me' }, { headers: { cookie: chosen } })).status,
    ).toBe(401);
    // Nor does the browser's old session live on beside the new one.
    const old = await signIn(server, ADMINISTRATOR);
    await fetch(`${server.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: old },
      body: JSON.stringify({ email: ADMINISTRATOR.email, password: ADMINISTRATOR.password }),
    });
    expect((await knock(server, { method: 'GET', path: '/me' }, { headers: { cookie: old } })).status).toBe(
      401,
    );
  });
});

describe('a page of another site changes nothing', () => {
  it.each([
    ['by its Origin', { origin: 'https://evil.example' }],
    ['by an opaque Origin', { origin: 'null' }],
    ['by an Origin that begins like ours', { origin: 'http://127.0.0.1.evil.example' }],
    ['by Sec-Fetch-Site, whatever the Origin', { 'sec-fetch-site': 'cross-site' }],
    ['from another subdomain', { 'sec-fetch-site': 'same-site' }],
    ['without an Origin', {}],
  ])('%s', async (name, headers) => {
    // Without saying anything of where it comes from, a program may sign in and set up.
    const chosen = doors.filter(
      (door) => changesState(door) && (Object.keys(headers).length > 0 || !isPublic(door)),
    );
    const ours = 'sec-fetch-site' in headers ? { origin: server.url } : {};
    expect(
      await sweep(chosen, async (door) => {
        const { status, code } = await knock(server, door, {
          headers: { cookie, ...ours, ...headers },
          body: {},
        });
        return status === 403 && code === 'cross_origin' ? undefined : { name, status, code };
      }),
    ).toEqual([]);
    expect((await knock(server, { method: 'GET', path: '/me' }, { headers: { cookie } })).status).toBe(200);
  });
});
