/** Requests that no decent client sends: each is answered with a problem document, never with 500, and writes nothing. */
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE_COMPONENTS } from './sample-components.ts';
import { ADMINISTRATOR, startTestServer, type TestServer } from './start-test-server.ts';

let server: TestServer;
let cookie: string;
let revision: number;
beforeAll(async () => {
  server = await startTestServer({ components: SAMPLE_COMPONENTS });
  const response = await fetch(`${server.url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: ADMINISTRATOR.email, password: ADMINISTRATOR.password }),
  });
  cookie = response.headers.getSetCookie()[0]!.split(';')[0]!;
  revision = (await server.client.metadata()).revision;
});
afterEach(async () => {
  const { count } = await server.client.list('gadget', { count: 'exact', limit: 1 });
  expect(count!.value, 'records after bad input').toBe(0);
  expect((await server.client.metadata()).revision, 'revision after bad input').toBe(revision);
});
afterAll(() => server.stop());

async function send(
  method: string,
  path: string,
  body?: string | Buffer,
  headers: Record<string, string> = {},
) {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: {
      cookie,
      origin: server.url,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: body as string }),
  });
  const text = await response.text();
  const problem = response.headers.get('content-type')?.startsWith('application/problem+json')
    ? JSON.parse(text)
    : undefined;
  return { status: response.status, headers: response.headers, text, problem };
}
function expectProblem(answer: Awaited<ReturnType<typeof send>>, status: number, code: string): void {
  expect({ status: answer.status, code: answer.problem?.code }).toEqual({ status, code });
  expect(answer.problem).toMatchObject({
    type: `urn:trellis:problem:${code}`,
    title: expect.any(String),
    status,
    detail: expect.any(String),
    errors: expect.any(Array),
    request_id: answer.headers.get('x-request-id'),
  });
  expect(answer.text).not.toMatch(/\bat .*\.ts:\d+|node_modules|select |insert /);
}

describe('bodies', () => {
  const records = '/api/v1/records/gadget';

  it('that are no JSON: 400 with the place', async () => {
    const answer = await send('POST', records, '{"name": "x",\n "amount": }');
    expectProblem(answer, 400, 'malformed_json');
    expect(answer.problem).toMatchObject({ line: 2, column: 12 });
  });

  it.each([
    ['empty', ''],
    ['nothing but blanks', '  '],
    ['bytes that are no text', Buffer.from([0xc3, 0x28])],
    ['nested without end', '['.repeat(50_000)],
    ['aimed at the prototype', '{"__proto__": {"name": "x"}}'],
  ])('that are %s: 400', async (_what, body) => {
    const { status, problem } = await send('POST', records, body as string);
    expect({ status, hasCode: typeof problem.code }).toEqual({ status: 400, hasCode: 'string' });
  });

  it.each(['[]', '"text"', 'null', '5', 'true'])('that are %s instead of an object: 422', async (body) => {
    for (const [method, path] of [
      ['POST', records],
      ['POST', `${records}/query`],
      ['POST', `${records}/batch`],
      ['POST', '/api/v1/metadata/publish'],
      ['POST', '/api/v1/users'],
      ['POST', '/api/v1/auth/login'],
    ] as const) {
      expectProblem(await send(method, path, body), 422, 'invalid_input');
    }
  });

  it('of another type: 415', async () => {
    for (const type of [
      'text/plain',
      'application/xml',
      'multipart/form-data; boundary=x',
      'application/x-www-form-urlencoded',
      'application/json; charset=latin1',
    ]) {
      expectProblem(
        await send('POST', records, '{"name": "x"}', { 'content-type': type }),
        415,
        'unsupported_media_type',
      );
    }
  });

  it('over 10 MB: 413, and just under it: read', async () => {
    const body = (size: number) => JSON.stringify({ name: 'x'.repeat(size) });
    expectProblem(await send('POST', records, body(10 * 1024 * 1024)), 413, 'body_too_large');
    expectProblem(await send('POST', records, body(10 * 1024 * 1024 - 100)), 422, 'invalid_input');
  });

  it('far over 10 MB: 413 also for a client that sends all of it before it listens', async () => {
    const { hostname, port } = new URL(server.url);
    for (const megabytes of [11, 40]) {
      const answer = await new Promise<string>((resolve, reject) => {
        const body = Buffer.alloc(megabytes * 1024 * 1024, 0x20);
        const socket = connect(Number(port), hostname).on('error', reject);
        socket.write(
          `POST ${records} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nCookie: ${cookie}\r\nOrigin: ${server.url}\r\n` +
            `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`,
        );
        socket.write(body, () => {
          socket.once('data', (data) => {
            resolve(data.toString());
            socket.destroy();
          });
          socket.resume();
        });
        socket.pause();
      });
      expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    }
    expectProblem(await send('POST', records, 'x'.repeat(30_000_000)), 413, 'body_too_large');
  });

  it.each([
    ['a wrong type', { name: 5 }],
    ['an array for a text', { name: ['x'] }],
    ['an object for a number', { name: 'x', amount: {} }],
    ['an impossible date', { name: 'x', ready_on: '2026-02-30' }],
    ['a date with a time', { name: 'x', ready_on: '2026-02-03T00:00:00Z' }],
    ['a text for a number', { name: 'x', amount: '5' }],
    ['an option that is none', { name: 'x', stage: 'old' }],
    ['a lookup to nothing', { name: 'x', maker: '01890000-0000-7000-8000-000000000000' }],
    ['a lookup that is no id', { name: 'x', maker: 'Acme' }],
    ['a NUL in a text', { name: 'a\u0000b' }],
    ['a lone surrogate', { name: 'a\ud800b' }],
    ['a text that is too long', { name: 'x'.repeat(256) }],
    ['an unknown field', { name: 'x', colour: 1 }],
    ['a system field', { name: 'x', id: '01890000-0000-7000-8000-000000000000' }],
    ['an owner that is nobody', { name: 'x', owner_id: '01890000-0000-7000-8000-000000000000' }],
    ['no required field', {}],
    ['an inherited name', { name: 'x', constructor: 1, hasOwnProperty: 1 }],
  ])('with %s: 422 with a pointer', async (_what, record) => {
    const answer = await send('POST', records, JSON.stringify(record));
    expectProblem(answer, 422, 'invalid_input');
    expect(answer.problem.errors[0].pointer).toMatch(/^\/\w+/);
  });
});

describe('metadata', () => {
  const publish = (body: unknown) => send('POST', '/api/v1/metadata/publish', JSON.stringify(body));
  const component = (kind: unknown, name: unknown, body: unknown = {}) => ({
    components: [{ kind, name, body }],
  });

  it.each([
    ['an unknown kind', component('objekt', 'x'), /components\/0\/kind/],
    [
      'an unknown property',
      component('field', 'gadget.x', { label: 'X', type: 'text', colour: 'red' }),
      /components\/0\/body\/colour/,
    ],
    [
      'an unknown type',
      component('field', 'gadget.x', { label: 'X', type: 'txt' }),
      /components\/0\/body\/type/,
    ],
    ['a reserved name', component('field', 'gadget.owner', { label: 'X', type: 'text' }), /components\/0/],
    ['a name that can’t be one', component('object', 'Gadget Two', {}), /components\/0\/name/],
    [
      'a name far too long',
      component('field', `gadget.${'x'.repeat(101)}`, { label: 'X', type: 'text' }),
      /components\/0\/name/,
    ],
    [
      'a lookup to nothing',
      component('field', 'gadget.x', { label: 'X', type: 'lookup', to: 'ghost' }),
      /components\/0/,
    ],
    ['a field of no object', component('field', 'ghost.x', { label: 'X', type: 'text' }), /components\/0/],
    [
      'a view of an unknown field',
      component('view', 'gadget.v', { label: 'V', columns: ['colour'] }),
      /components\/0/,
    ],
    [
      'a name given twice',
      { components: [...SAMPLE_COMPONENTS.slice(0, 1), ...SAMPLE_COMPONENTS.slice(0, 1)] },
      /components\/1/,
    ],
    ['components that are none', { components: 'all' }, /components/],
    ['a deletion of nothing', { deletions: [{ kind: 'field', name: 'gadget.ghost' }] }, /deletions\/0/],
    ['a deletion that others need', { deletions: [{ kind: 'object', name: 'maker' }] }, /./],
    [
      'a rename of nothing',
      { renames: [{ kind: 'field', from: 'gadget.ghost', to: 'gadget.spirit' }] },
      /renames\/0/,
    ],
    ['a rename onto another', { renames: [{ kind: 'field', from: 'gadget.code', to: 'gadget.name' }] }, /./],
  ])('with %s: 422 with a pointer', async (_what, body, pointer) => {
    const answer = await publish(body);
    expectProblem(answer, 422, 'invalid_metadata');
    expect(
      answer.problem.errors[0].pointer + JSON.stringify(answer.problem.errors[0].component ?? ''),
    ).toMatch(pointer);
    const planned = await send('POST', '/api/v1/metadata/plan', JSON.stringify(body));
    expect(planned.status).toBe(200);
    expect(JSON.parse(planned.text).problems).not.toEqual([]);
  });

  it('against an old revision: 409', async () => {
    const answer = await publish({
      ...component('object', 'thing', { label: 'T', plural_label: 'Ts', name_field: 'name' }),
      expected_revision: 0,
    });
    expectProblem(answer, 409, 'stale_revision');
  });

  it('with a misspelt member: 422', async () => {
    expectProblem(await publish({ component: [] }), 422, 'invalid_input');
    expectProblem(await publish({ expected_revision: 'last' }), 422, 'invalid_input');
    expectProblem(await send('POST', '/api/v1/metadata/rollback', '{}'), 422, 'invalid_input');
    expectProblem(
      await send('POST', '/api/v1/metadata/rollback', '{"revision": 999}'),
      404,
      'unknown_revision',
    );
    expectProblem(await send('GET', '/api/v1/metadata?kind=objekt'), 422, 'invalid_query');
    expectProblem(await send('GET', '/api/v1/metadata/object/ghost'), 404, 'unknown_component');
    expectProblem(await send('GET', '/api/v1/metadata/ghost/gadget'), 404, 'unknown_component');
  });

  it('as an expression with faults: problems, not a refusal', async () => {
    const check = (body: unknown) => send('POST', '/api/v1/metadata/expression', JSON.stringify(body));
    expect(
      JSON.parse((await check({ object: 'gadget', expression: { '>': [{ var: 'amount' }, 5] } })).text),
    ).toMatchObject({ problems: [] });
    expect(
      JSON.parse((await check({ object: 'gadget', expression: { '>': [{ var: 'colour' }, 5] } })).text)
        .problems,
    ).not.toEqual([]);
    expectProblem(await check({ object: 'ghost', expression: true }), 404, 'unknown_object');
    expectProblem(await check({ object: 'gadget' }), 422, 'invalid_input');
    expect(JSON.parse((await check({ object: 'gadget', text: 'amount + 1' })).text)).toMatchObject({
      expression: { '+': [{ var: 'amount' }, 1] },
      type: 'number',
      problems: [],
    });
    expect(JSON.parse((await check({ object: 'gadget', text: 'amount +' })).text).problems).toMatchObject([
      { code: 'invalid_formula', pointer: '/text', line: 1, column: 9 },
    ]);
  });
});

describe('addresses and methods', () => {
  it('that are unknown: 404 as a problem', async () => {
    expectProblem(await send('GET', '/api/v1/nothing'), 404, 'unknown_route');
    expectProblem(await send('GET', '/api/v2/records/gadget'), 404, 'unknown_route');
    expectProblem(await send('POST', '/nothing', '{}'), 404, 'unknown_route');
  });

  it('with a wrong method: 405 with Allow', async () => {
    const answer = await send('PUT', '/api/v1/records/gadget', '{}');
    expectProblem(answer, 405, 'method_not_allowed');
    expect(answer.headers.get('allow')).toBe('GET, HEAD, POST, OPTIONS');
    expectProblem(await send('DELETE', '/api/v1/metadata'), 405, 'method_not_allowed');
    expectProblem(await send('GET', '/api/v1/auth/login'), 405, 'method_not_allowed');
    const options = await send('OPTIONS', '/api/v1/records/gadget');
    expect({ status: options.status, allow: options.headers.get('allow') }).toEqual({
      status: 204,
      allow: 'GET, HEAD, POST, OPTIONS',
    });
    expect(options.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('with HEAD: the headers of GET', async () => {
    const head = await send('HEAD', '/api/v1/records/gadget');
    expect({ status: head.status, text: head.text }).toEqual({ status: 200, text: '' });
    expect((await send('HEAD', '/api/v1/health')).status).toBe(200);
  });

  it('that escape nothing: 400', async () => {
    expectProblem(await send('GET', '/api/v1/records/%zz'), 400, 'malformed_request');
  });

  it('that are no HTTP: 400 on the socket', async () => {
    const { hostname, port } = new URL(server.url);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), hostname, () => socket.write('NONSENSE\r\n\r\n'));
      let text = '';
      socket.on('data', (chunk) => (text += chunk));
      socket.on('close', () => resolve(text));
    });
    expect(answer).toContain('HTTP/1.1 400');
    expect(answer).toContain('"code":"malformed_request"');
  });

  it('with a strange If-Match: 400', async () => {
    expectProblem(
      await send('PATCH', '/api/v1/records/gadget/1', '{}', { 'if-match': 'abc' }),
      400,
      'malformed_request',
    );
  });

  it('in a workspace that is not there: 404', async () => {
    for (const workspace of ['ghost', '__proto__', '../main', 'Main']) {
      expectProblem(
        await send('GET', '/api/v1/me', undefined, { 'x-workspace': workspace }),
        404,
        'unknown_workspace',
      );
    }
  });

  it('every response carries a request id and the security headers', async () => {
    for (const path of ['/api/v1/health', '/api/v1/me', '/api/v1/nothing', '/', '/nothing']) {
      const { headers } = await send('GET', path, undefined, { 'x-request-id': 'mine-1234' });
      expect(headers.get('x-request-id')).toBe('mine-1234');
      expect(headers.get('content-security-policy')).toContain("script-src 'self';");
      expect(headers.get('content-security-policy')).not.toContain('unsafe-eval');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('x-powered-by')).toBeNull();
    }
  });
});
