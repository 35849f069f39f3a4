/** What stands round every request: cookies behind proxies, headers of answers, allowances, and how much may be asked. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMINISTRATOR, startTestServer, type TestServer } from './start-test-server.ts';

const LOGIN = JSON.stringify({ email: ADMINISTRATOR.email, password: ADMINISTRATOR.password });

function logIn(server: TestServer, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${server.url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: LOGIN,
  });
}

describe('behind a proxy that speaks TLS', () => {
  let trusting: TestServer;
  let wary: TestServer;
  beforeAll(async () => {
    trusting = await startTestServer({ settings: { trustProxy: 'loopback' } });
    wary = await startTestServer();
  });
  afterAll(async () => {
    await trusting?.stop();
    await wary?.stop();
  });

  it('cookies are Secure and the browser is told to stay with https, where the proxy is trusted', async () => {
    const answer = await logIn(trusting, { 'x-forwarded-proto': 'https' });
    const [cookie] = answer.headers.getSetCookie();
    expect(cookie).toMatch(/^__Host-trellis_session=.*; Path=\/; .*; HttpOnly; SameSite=Lax; Secure$/);
    // A neighbour's page may set a cookie for all of a domain, but none that browsers keep for one host.
    const me = (cookies: string) =>
      fetch(`${trusting.url}/api/v1/me`, { headers: { cookie: cookies, 'x-forwarded-proto': 'https' } });
    const [pair] = cookie!.split(';');
    expect((await me(pair!.replace('__Host-', ''))).status).toBe(401);
    expect((await me(`trellis_session=${'A'.repeat(43)}; ${pair}`)).status).toBe(200);
    expect(answer.headers.get('strict-transport-security')).toMatch(/max-age=\d{7,}/);
  });

  it('but nobody else’s word is taken for it', async () => {
    const answer = await logIn(wary, { 'x-forwarded-proto': 'https' });
    expect(answer.headers.getSetCookie()[0]).not.toContain('Secure');
    expect(answer.headers.get('strict-transport-security')).toBeNull();
  });

  it('nobody chooses the address that they are throttled by, nor the host that counts as ours', async () => {
    const answer = await logIn(wary, {
      'x-forwarded-host': 'evil.example',
      origin: 'http://evil.example',
    });
    expect(answer.status).toBe(403);
    const sessions = await wary.client.sessions();
    await logIn(wary, { 'x-forwarded-for': '203.0.113.9' });
    const after = await wary.client.sessions();
    expect(after.sessions.length).toBe(sessions.sessions.length + 1);
    expect(JSON.stringify(after)).not.toContain('203.0.113.9');
  });
});

describe('every answer', () => {
  let server: TestServer;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trellis-web-'));
    await writeFile(join(folder, 'index.html'), '<!doctype html><title>Trellis</title>');
    server = await startTestServer({ packages: ['crm'], webFolder: folder });
  });
  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it.each([
    ['a page', 'GET', '/o/deal'],
    ['an answer', 'GET', '/api/v1/setup'],
    ['a problem', 'GET', '/api/v1/me'],
    ['nothing there', 'GET', '/api/v1/nowhere'],
    ['a wrong method', 'PUT', '/api/v1/me'],
    ['a broken address', 'GET', '/%'],
    ['an unknown provider', 'GET', '/api/v1/auth/sso/nobody'],
  ])('tells the browser what it may not do (%s)', async (_case, method, path) => {
    const { headers } = await fetch(server.url + path, { method, redirect: 'manual' });
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline|\*/);
    for (const part of [
      "object-src 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
      "form-action 'self'",
    ])
      expect(policy).toContain(part);
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': expect.stringContaining('camera=()'),
      'x-request-id': expect.stringMatching(/^[\w-]{36}$/),
    });
    expect(headers.get('server')).toBeNull();
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('access-control-allow-origin')).toBeNull();
    if (path.startsWith('/api/')) expect(headers.get('cache-control')).toContain('no-store');
  });

  it.each([
    ['what is not HTTP', 'nonsense\r\n\r\n', 400],
    ['headers without end', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(40_000)}\r\n\r\n`, 431],
  ])('tells the browser so even to %s', async (_case, text, status) => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.end(text);
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toContain('x-content-type-options: nosniff');
    expect(answer).toMatch(/content-security-policy: default-src 'self'; script-src 'self';/);
  });

  it('no other site is let in by asking first (preflight)', async () => {
    const { headers } = await fetch(`${server.url}/api/v1/records/deal`, {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    });
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it.each([
    'x',
    `${'a'.repeat(101)}`,
    'with blank',
    '"quoted"',
    '<script>',
    '%0d%0aset-cookie:x',
    '{jndi:ldap://x}',
  ])('has a request id of ours where the caller’s could do harm (%j)', async (id) => {
    const answer = await fetch(`${server.url}/api/v1/me`, { headers: { 'x-request-id': id } });
    expect(answer.headers.get('x-request-id')).not.toBe(id);
    expect(((await answer.json()) as { request_id: string }).request_id).toBe(
      answer.headers.get('x-request-id'),
    );
  });

  it.each(['', '/callback?state=x&code=y'])(
    'where no provider is set up there is none (%s)',
    async (rest) => {
      const answer = await fetch(`${server.url}/api/v1/auth/sso/nobody${rest}`, { redirect: 'manual' });
      expect([answer.status, await answer.json()]).toMatchObject([404, { code: 'unknown_provider' }]);
    },
  );

  it('an error tells nothing of the server', async () => {
    for (const path of ['/api/v1/records/deal?filter={"bad', '/api/v1/records/%00', '/api/v1/me?x=1']) {
      const text = await (await fetch(server.url + path)).text();
      expect(text).not.toMatch(/node_modules|\bat \/|\.ts:|select |platform\.|fastify|postgres/i);
    }
  });

  describe('to a question that is too large is a problem, and soon', () => {
    const deep = (levels: number): unknown => (levels === 0 ? { var: 'name' } : { '!': [deep(levels - 1)] });
    const many = <T>(count: number, make: (index: number) => T) =>
      Array.from({ length: count }, (_, index) => make(index));
    const status = (work: Promise<unknown>) =>
      work.then(
        () => 200,
        (error: { status: number }) => error.status,
      );

    it.each<[string, object]>([
      ['a filter that is too deep', { filter: deep(60) }],
      [
        'a filter with too many parts',
        { filter: { or: many(3000, (index) => ({ '==': [{ var: 'name' }, `${index}`] })) } },
      ],
      ['too many values', { filter: { in: [{ var: 'name' }, many(100_000, String)] } }],
      ['too many fields to sort by', { sort: many(7, () => 'name') }],
      ['too many fields', { fields: many(5000, (index) => `account.name${index}`) }],
      ['the same field too many times', { fields: many(5000, () => 'account.name') }],
      ['a path that is too long', { fields: [many(100, () => 'account').join('.')] }],
      ['a search that is too long', { search: 'x'.repeat(100_000) }],
      ['too many records', { limit: 100_000 }],
    ])('%s', async (_case, query) => {
      const answer = await server.client.exchange('POST', '/records/deal/query', query);
      expect(answer.status).toBe(422);
    });

    it.each<[string, object]>([
      ['too many groups', { group_by: many(50, () => 'stage'), measures: [{ function: 'count' }] }],
      ['too many measures', { measures: many(500, () => ({ function: 'sum', field: 'amount' })) }],
    ])('%s', async (_case, query) => {
      expect(await status(server.client.aggregate('deal', query as never))).toBe(422);
    });

    it('too many records at once', async () => {
      const records = many(10_001, (index) => ({ name: `x${index}` }));
      expect(await status(server.client.batch('account', { operation: 'create', records }))).toBe(422);
    });

    it('an address that is too long', async () => {
      const { status: answer } = await fetch(
        `${server.url}/api/v1/records/deal?filter=${'x'.repeat(20_000)}`,
      );
      expect(answer).toBe(431);
    });
  });
});

describe('allowances', () => {
  it('are of a person, a key and an address each', async () => {
    const server = await startTestServer({ settings: { rateLimit: 20 } });
    try {
      const { key } = await server.client.createApiKey({ name: 'key' });
      const ask = async (headers: Record<string, string>) =>
        (await fetch(`${server.url}/api/v1/me`, { headers })).status;
      const askOften = async (headers: Record<string, string>) => {
        const statuses = new Set<number>();
        for (let round = 0; round < 25; round += 1) statuses.add(await ask(headers));
        return statuses;
      };
      const cookie = (await logIn(server)).headers.getSetCookie()[0]!.split(';')[0]!;
      expect(await askOften({ authorization: `Bearer ${key}` })).toEqual(new Set([200, 429]));
      // A key that runs wild leaves its owner alone.
      expect(await ask({ cookie })).toBe(200);
      expect(await askOften({ cookie })).toContain(429);
      expect(await askOften({})).toEqual(new Set([401, 429]));
    } finally {
      await server.stop();
    }
  });
});
