import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMINISTRATOR, startTestServer, type TestServer } from './start-test-server.ts';

let server: TestServer;
let clock = Date.now();
beforeAll(async () => {
  server = await startTestServer({
    now: () => clock,
    throttle: { windowSeconds: 900, perAccountAndAddress: 5, perAddress: 100, perAccount: 100, slowAfter: 3 },
    settings: { sessionIdleSeconds: 3600, sessionSeconds: 7200 },
  });
});
afterAll(() => server.stop());

interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}
async function call(
  method: string,
  path: string,
  options: { cookie?: string; origin?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const { cookie, origin, body, headers } = options;
  const response = await fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: {
      ...(cookie === undefined ? {} : { cookie }),
      ...(origin === undefined ? {} : { origin }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
}
const signIn = (change = {}) =>
  call('POST', '/auth/login', {
    body: { email: ADMINISTRATOR.email, password: ADMINISTRATOR.password, ...change },
  });
async function newSession(): Promise<string> {
  return (await signIn()).headers.getSetCookie()[0]!.split(';')[0]!;
}

describe('signing in', () => {
  it('answers who and where, and sets a cookie that no script can read', async () => {
    const { status, body, headers } = await signIn();
    expect(status).toBe(200);
    expect(body).toMatchObject({ user: { name: 'Ada', email: ADMINISTRATOR.email }, workspace: 'main' });
    const [cookie] = headers.getSetCookie();
    expect(cookie).toMatch(/^trellis_session=[\w-]{43}; Path=\/; Max-Age=7200; HttpOnly; SameSite=Lax$/);
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('marks the cookie Secure for pages behind TLS', async () => {
    const origin = server.url.replace('http:', 'https:');
    const { headers } = await call('POST', '/auth/login', { origin, body: ADMINISTRATOR_LOGIN });
    expect(headers.getSetCookie()[0]).toMatch(/; Secure$/);
  });

  it('is refused alike for a wrong password and an unknown person', async () => {
    const wrong = await signIn({ password: 'wrong password' });
    const unknown = await signIn({ email: 'nobody@example.com' });
    for (const { status, body, headers } of [wrong, unknown]) {
      expect(status).toBe(401);
      expect(body).toMatchObject({ code: 'invalid_credentials', detail: 'E-mail or password is wrong.' });
      expect(headers.getSetCookie()).toEqual([]);
    }
    await signIn();
  });

  it.each([
    [{ email: 5 }, '/email'],
    [{ email: null }, '/email'],
    [{ passwort: 'x' }, '/passwort'],
  ])('with %j is refused with a pointer', async (change, pointer) => {
    const { status, body } = await signIn(change);
    expect(status).toBe(422);
    expect(body.errors).toEqual([expect.objectContaining({ pointer })]);
  });

  it('from a page of another site is refused', async () => {
    const { status, body } = await call('POST', '/auth/login', {
      origin: 'https://evil.example',
      body: ADMINISTRATOR_LOGIN,
    });
    expect({ status, code: body.code }).toEqual({ status: 403, code: 'cross_origin' });
  });

  it('is throttled after failures, with the time to wait', async () => {
    for (let round = 0; round < 5; round += 1)
      expect((await signIn({ email: 'eve@example.com' })).status).toBe(401);
    const { status, body, headers } = await signIn({ email: 'eve@example.com' });
    expect({ status, code: body.code }).toEqual({ status: 429, code: 'too_many_attempts' });
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(800);
    expect((await signIn()).status).toBe(200);
  });
});

describe('a session', () => {
  it('is needed for every door but the public ones', async () => {
    for (const path of [
      '/me',
      '/records/account',
      '/metadata',
      '/describe',
      '/users',
      '/workspaces',
      '/openapi.json',
      '/search?q=x',
      '/events',
    ]) {
      const { status, body, headers } = await call('GET', path);
      expect({ path, status, code: body.code }).toEqual({ path, status: 401, code: 'unauthenticated' });
      expect(headers.get('www-authenticate')).toBeTruthy();
    }
    for (const path of ['/health', '/ready', '/setup']) expect((await call('GET', path)).status).toBe(200);
  });

  it('is asked for before the body is read', async () => {
    const response = await fetch(`${server.url}/api/v1/records/account`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{broken',
    });
    expect(response.status).toBe(401);
  });

  it('tells who is signed in', async () => {
    const { body } = await call('GET', '/me', { cookie: await newSession() });
    expect(body).toMatchObject({
      user: { email: ADMINISTRATOR.email },
      workspace: 'main',
      workspaces: [{ name: 'main' }],
      rights: expect.arrayContaining(['customise', 'manage_users']),
    });
  });

  it('is ended by signing out, at once', async () => {
    const cookie = await newSession();
    expect((await call('GET', '/me', { cookie })).status).toBe(200);
    const out = await call('POST', '/auth/logout', { cookie, origin: server.url });
    expect(out.status).toBe(204);
    expect(out.headers.getSetCookie()[0]).toContain('Max-Age=0');
    expect((await call('GET', '/me', { cookie })).status).toBe(401);
  });

  it('that is made up or cut off is no session', async () => {
    const cookie = await newSession();
    for (const bad of [
      cookie.slice(0, -1),
      `${cookie}A`,
      'trellis_session=',
      `trellis_session=${'A'.repeat(43)}`,
    ]) {
      expect((await call('GET', '/me', { cookie: bad })).status).toBe(401);
    }
  });

  it('ends when it is not used', async () => {
    const cookie = await newSession();
    clock += 3_500_000;
    expect((await call('GET', '/me', { cookie })).status).toBe(200);
    clock += 3_601_000;
    expect((await call('GET', '/me', { cookie })).status).toBe(401);
  });

  it('needs an own origin to change anything', async () => {
    const cookie = await newSession();
    const change = (origin?: string) =>
      call('POST', '/metadata/plan', { cookie, body: {}, ...(origin === undefined ? {} : { origin }) });
    for (const origin of [undefined, 'null', 'https://evil.example', `${server.url}0`, 'nonsense']) {
      const { status, body } = await change(origin);
      expect({ origin, status, code: body.code }).toEqual({ origin, status: 403, code: 'cross_origin' });
    }
    expect((await change(server.url)).status).toBe(200);
    expect((await call('POST', '/auth/logout', { cookie })).status).toBe(403);
  });

  it('changes nothing with a GET, whatever its origin', async () => {
    expect(
      (await call('GET', '/me', { cookie: await newSession(), origin: 'https://evil.example' })).status,
    ).toBe(200);
  });

  it('is replaced by an API key, and by nothing that looks like one', async () => {
    const { status, body } = await call('GET', '/me', { headers: { authorization: 'Bearer x' } });
    expect({ status, code: body.code }).toEqual({ status: 401, code: 'invalid_api_key' });
  });
});

describe('a change of password', () => {
  it('needs the current one, keeps to the policy, and ends the other sessions', async () => {
    let [here, there] = [await newSession(), await newSession()];
    const change = (current: string, next: string) =>
      call('POST', '/me/password', {
        cookie: here,
        origin: server.url,
        body: { current_password: current, new_password: next },
      });
    expect((await change('wrong', 'a new password')).body).toMatchObject({
      errors: [{ pointer: '/current_password' }],
    });
    expect((await change(ADMINISTRATOR.password, 'short')).body).toMatchObject({
      errors: [{ pointer: '/new_password' }],
    });
    const changed = await change(ADMINISTRATOR.password, 'a new password');
    expect(changed.status).toBe(204);
    expect((await call('GET', '/me', { cookie: there })).status).toBe(401);
    // Its own token is a new one as well: a copy of the old one is worth nothing.
    expect((await call('GET', '/me', { cookie: here })).status).toBe(401);
    here = changed.headers.getSetCookie()[0]!.split(';')[0]!;
    expect((await call('GET', '/me', { cookie: here })).status).toBe(200);
    expect((await signIn()).status).toBe(401);
    expect((await signIn({ password: 'a new password' })).status).toBe(200);
    await change('a new password', ADMINISTRATOR.password);
  });
});

const ADMINISTRATOR_LOGIN = { email: ADMINISTRATOR.email, password: ADMINISTRATOR.password };
