/** What those who run the server see: health, metrics, limits, compression, static files, the OpenAPI document. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './start-test-server.ts';

let server: TestServer;
const web = mkdtempSync(join(tmpdir(), 'trellis-web-'));
const script = `export const words = ${JSON.stringify('lorem ipsum '.repeat(1000))};`;
beforeAll(async () => {
  mkdirSync(join(web, 'assets'));
  writeFileSync(join(web, 'index.html'), '<!doctype html><title>Trellis</title>');
  writeFileSync(join(web, 'assets', 'index-Ab3dEf9_.js'), script);
  writeFileSync(join(web, 'robots.txt'), 'User-agent: *');
  server = await startTestServer({ packages: ['crm'], webFolder: web });
});
afterAll(async () => {
  await server.stop();
  rmSync(web, { recursive: true });
});
const get = (path: string, headers: Record<string, string> = {}) => fetch(server.url + path, { headers });

describe('the web application', () => {
  it.each([
    '/',
    '/login',
    '/setup',
    '/setup/objects/deal',
    '/o/deal',
    '/o/deal/123?tab=history',
    '/w/lab/o/deal',
  ])('is served at %s', async (path) => {
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(await response.text()).toContain('<title>Trellis</title>');
  });

  it('says in its own words that a page does not exist', async () => {
    const page = await get('/nothing/here', { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' });
    expect(page.status).toBe(404);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    expect(await page.text()).toContain('<title>Trellis</title>');
    // Programs, scripts, and whoever looks at the API in a browser are told as ever.
    for (const [path, accept] of [
      ['/nothing/here', '*/*'],
      ['/assets/gone-12345678.js', '*/*'],
      ['/api/v1/nothing', 'text/html'],
    ] as const) {
      const problem = await get(path, { accept });
      expect([path, problem.status]).toEqual([path, 404]);
      expect(problem.headers.get('content-type')).toContain('application/problem+json');
    }
  });

  it('has its hashed files kept for ever and compressed', async () => {
    const response = await get('/assets/index-Ab3dEf9_.js', { 'accept-encoding': 'br' });
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(response.headers.get('content-encoding')).toBe('br');
    expect(response.headers.get('content-type')).toContain('/javascript');
    expect(await response.text()).toBe(script);
    expect((await get('/robots.txt')).headers.get('cache-control')).toBe('no-cache');
  });

  it('gives no other file away', async () => {
    for (const path of [
      '/package.json',
      '/..%2f..%2fpackage.json',
      '/assets/../../x',
      '/.env',
      '/nothing.js',
      '/assets/gone-12345678.js',
      '/api',
    ]) {
      const response = await get(path);
      expect({ path, status: response.status }).toEqual({ path, status: 404 });
      expect(response.headers.get('content-type')).toContain('application/problem+json');
    }
  });

  it('is replaced by a page that helps when it is not built', async () => {
    const bare = await startTestServer({ administrator: false });
    const response = await fetch(bare.url);
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('npm run build');
    await bare.stop();
  });
});

describe('operations', () => {
  it('tell that the server lives and can serve', async () => {
    expect(await (await get('/api/v1/health')).json()).toEqual({ status: 'ok' });
    expect(await (await get('/api/v1/ready')).json()).toEqual({ status: 'ready' });
  });

  it('give figures in Prometheus’ format', async () => {
    await server.client.list('account');
    const response = await get('/api/v1/metrics');
    expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    const text = await response.text();
    expect(text).toMatch(
      /trellis_http_request_duration_seconds_count\{method="POST",route="\/api\/v1\/records\/:object\/query",status="200"\} 1\n/,
    );
    expect(text).toContain('trellis_http_requests_in_flight 1');
    for (const line of text.trim().split('\n'))
      expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{[^}]*\})? [\d.e+-]+)$/);
    expect(text).not.toContain('example.com');
  });

  it('compress large answers, not small ones', async () => {
    const login = await fetch(`${server.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'ada@example.com', password: 'correct horse battery' }),
    });
    const cookie = login.headers.getSetCookie()[0]!.split(';')[0]!;
    const large = await get('/api/v1/describe/deal', { cookie, 'accept-encoding': 'gzip' });
    expect(large.headers.get('content-encoding')).toBe('gzip');
    expect(await large.json()).toMatchObject({ name: 'deal' });
    expect(
      (await get('/api/v1/me', { cookie, 'accept-encoding': 'gzip' })).headers.get('content-encoding'),
    ).toBeNull();
  });

  it('describe the API as valid OpenAPI, of the workspace as it is now', async () => {
    const first = await server.client.exchange('GET', '/openapi.json');
    expect(first.status).toBe(200);
    const { valid, errors } = await new Validator().validate(
      structuredClone(first.body) as Record<string, unknown>,
    );
    expect(errors ?? []).toEqual([]);
    expect(valid).toBe(true);
    await server.client.publish({
      components: [{ kind: 'field', name: 'deal.risk', body: { label: 'Risk', type: 'percent' } }],
    });
    const second = await server.client.exchange('GET', '/openapi.json');
    expect(second.body).toMatchObject({
      components: { schemas: { Record_deal: { properties: { risk: { title: 'Risk' } } } } },
    });
  });

  const PREFIX = '/api/v1';
  const doors = () =>
    server.app.routeTable.list().filter((door) => door.includes(` ${PREFIX}/`) && !door.startsWith('HEAD '));

  it('describe every door, and none that is not there', async () => {
    const { body } = await server.client.exchange('GET', '/openapi.json');
    const described = new Set<string>();
    for (const [path, item] of Object.entries((body as { paths: Record<string, object> }).paths)) {
      const general = path.replace(/^\/records\/[a-z_]+/, '/records/:object').replace(/\{(\w+)\}/g, ':$1');
      const url = PREFIX + general.replace('/describe/:object', '/describe/:name');
      for (const method of Object.keys(item))
        if (method !== 'parameters') described.add(`${method.toUpperCase()} ${url}`);
    }
    const undescribed = doors().filter((door) => !described.has(door));
    // Metrics are no JSON.
    expect(undescribed).toEqual(['GET /api/v1/metrics']);
    expect([...described].filter((door) => !doors().includes(door))).toEqual([]);
  });

  it('open no door without a session but these', async () => {
    const open: string[] = [];
    for (const door of doors()) {
      const [method, url] = door.split(' ') as [string, string];
      const response = await fetch(server.url + url.replace(/:[a-z]+/g, 'x'), { method });
      if (response.status !== 401) open.push(door);
    }
    expect(open.sort()).toEqual([
      'GET /api/v1/auth/options',
      'GET /api/v1/auth/sso/:provider',
      'GET /api/v1/auth/sso/:provider/callback',
      'GET /api/v1/health',
      'GET /api/v1/metrics',
      'GET /api/v1/ready',
      'GET /api/v1/setup',
      'POST /api/v1/auth/forgot',
      'POST /api/v1/auth/invitation',
      'POST /api/v1/auth/invitation/check',
      'POST /api/v1/auth/login',
      'POST /api/v1/auth/logout',
      'POST /api/v1/auth/reset',
      'POST /api/v1/auth/reset/check',
      'POST /api/v1/setup',
    ]);
  });
});

it('without its database the server says so, and is not ready', async () => {
  const cut = await startTestServer();
  await cut.storage.close();
  // A ping makes a connection of its own, which the test's database would still grant.
  Object.assign(cut.storage, { ping: () => Promise.reject(new Error('down')) });
  const ready = await fetch(`${cut.url}/api/v1/ready`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({ code: 'unavailable' });
  const list = await cut.client.exchange('GET', '/records/user');
  expect(list.status).toBe(503);
  expect(list.body).toMatchObject({ code: 'database_unavailable' });
  expect(list.headers.get('retry-after')).toBe('5');
  expect((await fetch(`${cut.url}/api/v1/health`)).status).toBe(200);
  await cut.stop();
});

it('on a full disk and on a database that only reads, the server says so, writes nothing, and goes on after', async () => {
  const full = await startTestServer({ packages: ['crm'] });
  const database = new Client({ connectionString: full.connectionString });
  await database.connect();
  const { rows } = await database.query<{ table: string }>(
    `select format('%I.%I', schemaname, tablename) as "table" from pg_tables
     where schemaname <> 'trellis' and tablename = 'account'`,
  );
  const table = rows[0]!.table;
  // PostgreSQL's own codes, raised where it would raise them: after the row was written.
  await database.query(
    `create function public.fail() returns trigger language plpgsql as
     $$ begin raise exception 'fault' using errcode = tg_argv[0]; end $$`,
  );
  for (const [state, code] of [
    ['53100', 'disk_full'],
    ['25006', 'read_only'],
  ] as const) {
    await database.query(
      `create trigger fail after insert on ${table} for each row execute function public.fail('${state}')`,
    );
    const refused = await full.client.exchange('POST', '/records/account', { name: 'Acme' });
    expect(refused).toMatchObject({ status: 503, body: { code } });
    expect(refused.headers.get('retry-after')).toBe('5');
    await database.query(`drop trigger fail on ${table}`);
  }
  await database.end();
  await full.client.create('account', { name: 'Only' });
  const { records } = await full.client.list('account');
  expect(records.map((each) => each.name)).toEqual(['Only']);
  await full.stop();
});

describe('the rate limit', () => {
  it('counts per caller, and tells when to come back', async () => {
    const limited = await startTestServer({ settings: { rateLimit: 20 } });
    const statuses = await Promise.all(
      Array.from({ length: 25 }, async () => (await limited.client.exchange('GET', '/me')).status),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(20);
    const refused = await limited.client.exchange('GET', '/me');
    expect({ status: refused.status, code: (refused.body as { code: string }).code }).toEqual({
      status: 429,
      code: 'rate_limited',
    });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    await limited.stop();
  });

  it('counts tokens that open nothing by the network that sends them', async () => {
    const limited = await startTestServer({ settings: { rateLimit: 20 } });
    const statuses: number[] = [];
    for (let round = 0; round < 30; round++) {
      const cookie = `trellis_session=${String(round).padStart(43, 'x')}`;
      statuses.push((await fetch(`${limited.url}/api/v1/me`, { headers: { cookie } })).status);
    }
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(5);
    await limited.stop();
  });
});
