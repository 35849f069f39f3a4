/** The doors of records over real HTTP on real PostgreSQL: the contract of design brief §7, status by status. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SAMPLE_COMPONENTS } from './sample-components.ts';
import { startTestServer, type TestServer } from './start-test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ components: SAMPLE_COMPONENTS });
});
afterAll(() => server.stop());

interface Problem {
  code: string;
  errors: { code: string; pointer: string; message: string; hint?: string }[];
  [member: string]: unknown;
}
const call = async (method: string, path: string, body?: unknown, headers?: Record<string, string>) => {
  const answer = await server.client.exchange(method, path, body, headers);
  return { ...answer, problem: answer.body as Problem, record: answer.body as Record<string, unknown> };
};
const create = async (input: object) => (await call('POST', '/records/gadget', input)).record;
const names = (answer: { body: unknown }) =>
  (answer.body as { records: { name: string }[] }).records.map(({ name }) => name);

describe('creating', () => {
  it('answers 201 with the full record, its address and its version', async () => {
    const { status, record, headers } = await call('POST', '/records/gadget', {
      name: ' Lamp ',
      amount: 12.5,
      ready_on: '2026-03-01',
    });
    expect(status).toBe(201);
    expect(record).toMatchObject({
      name: 'Lamp',
      amount: 12.5,
      ready_on: '2026-03-01',
      stage: null,
      maker: null,
      is_hot: false,
      version: 1,
    });
    expect(Object.keys(record)).toEqual(
      expect.arrayContaining([
        'id',
        'owner_id',
        'record_type',
        'created_at',
        'created_by',
        'updated_at',
        'updated_by',
        'version',
      ]),
    );
    expect(headers.get('location')).toBe(`/api/v1/records/gadget/${record.id}`);
    expect(headers.get('etag')).toBe('"1"');
    expect((await call('GET', `/records/gadget/${record.id}`)).record).toEqual(record);
  });

  it('reports all faults together', async () => {
    const { status, problem } = await call('POST', '/records/gadget', {
      amount: 'much',
      stage: 'gone',
      colour: 'red',
      version: 3,
    });
    expect({ status, code: problem.code }).toEqual({ status: 422, code: 'invalid_input' });
    const pointers = problem.errors.map(({ pointer }) => pointer).sort();
    expect(pointers).toEqual(expect.arrayContaining(['/amount', '/colour', '/stage', '/version']));
  });

  it('writes nothing on a dry run', async () => {
    const { status } = await call('POST', '/records/gadget?dry_run=true', { name: 'Ghost' });
    expect(status).toBe(200);
    expect(
      names(
        await call('GET', `/records/gadget?filter=${encodeURIComponent('{"==":[{"var":"name"},"Ghost"]}')}`),
      ),
    ).toEqual([]);
  });

  it('answers 409 for a taken value, without telling by whom', async () => {
    const { id } = await create({ name: 'First', code: 'C-1' });
    const { status, problem, body } = await call('POST', '/records/gadget', { name: 'Second', code: 'C-1' });
    expect({ status, code: problem.code }).toEqual({ status: 409, code: 'unique_violation' });
    expect(problem.errors[0]!.pointer).toBe('/code');
    expect(JSON.stringify(body)).not.toContain(String(id));
  });
});

describe('changing', () => {
  let id: string;
  beforeEach(async () => {
    id = String((await create({ name: 'Chair', amount: 5 })).id);
  });

  it('merges, null clears, and the version moves', async () => {
    const { status, record, headers } = await call('PATCH', `/records/gadget/${id}`, {
      amount: null,
      stage: 'new',
    });
    expect(status).toBe(200);
    expect(record).toMatchObject({ name: 'Chair', amount: null, stage: 'new', version: 2 });
    expect(headers.get('etag')).toBe('"2"');
  });

  it.each(['1', '"1"', 'W/"1"', '*'])('takes If-Match %s', async (version) => {
    expect(
      (await call('PATCH', `/records/gadget/${id}`, { amount: 6 }, { 'if-match': version })).status,
    ).toBe(200);
  });

  it('answers 409 for a stale version, and writes nothing', async () => {
    await call('PATCH', `/records/gadget/${id}`, { amount: 6 });
    const { status, problem } = await call(
      'PATCH',
      `/records/gadget/${id}`,
      { amount: 7 },
      { 'if-match': '"1"' },
    );
    expect({ status, code: problem.code }).toEqual({ status: 409, code: 'stale_version' });
    expect((await call('GET', `/records/gadget/${id}`)).record).toMatchObject({ amount: 6, version: 2 });
    expect((await call('DELETE', `/records/gadget/${id}`, undefined, { 'if-match': '1' })).status).toBe(409);
  });

  it('answers 404 for a record that is not there', async () => {
    for (const other of ['00000000-0000-7000-8000-000000000000', 'nonsense', '%00', "'; drop table"]) {
      const path = `/records/gadget/${encodeURIComponent(other)}`;
      for (const method of ['GET', 'DELETE']) expect((await call(method, path)).status).toBe(404);
      expect((await call('PATCH', path, { amount: 1 })).status).toBe(404);
    }
  });

  it('keeps a history', async () => {
    await call('PATCH', `/records/gadget/${id}`, { amount: 6 });
    const { status, body } = await call('GET', `/records/gadget/${id}/history`);
    expect(status).toBe(200);
    const { entries } = body as {
      entries: { action: string; source: string; actor: { name: string }; changes: unknown[] }[];
    };
    expect(entries.map(({ action }) => action)).toEqual(['update', 'create']);
    expect(entries[0]).toMatchObject({
      source: 'api',
      actor: { name: 'Ada' },
      changes: [{ field: 'amount', before: 5, after: 6 }],
    });
  });
});

describe('deleting', () => {
  it('moves to the recycle bin, restores, and purges for good', async () => {
    const { id } = await create({ name: 'Bin' });
    const path = `/records/gadget/${id}`;
    const deleted = await call('DELETE', path);
    expect({ status: deleted.status, body: deleted.body }).toEqual({ status: 204, body: undefined });
    expect((await call('GET', path)).status).toBe(404);
    expect(names(await call('GET', '/records/gadget?deleted=true'))).toContain('Bin');
    expect((await call('POST', `${path}/restore`, {})).record).toMatchObject({ id, name: 'Bin' });
    await call('DELETE', path);
    expect((await call('DELETE', `${path}?purge=true`)).status).toBe(204);
    expect((await call('POST', `${path}/restore`)).status).toBe(404);
  });

  it('answers 409 when others depend on it', async () => {
    const maker = (await call('POST', '/records/maker', { name: 'Braun' })).record;
    await create({ name: 'Radio', maker: maker.id });
    const { status, problem } = await call('DELETE', `/records/maker/${maker.id}`);
    expect({ status, code: problem.code }).toEqual({ status: 409, code: 'delete_restricted' });
  });
});

describe('listing', () => {
  beforeAll(async () => {
    const maker = (await call('POST', '/records/maker', { name: 'Philips' })).record;
    const records = Array.from({ length: 25 }, (_each, index) => ({
      name: `Bulb ${String(index).padStart(2, '0')}`,
      amount: index,
      maker: maker.id,
      stage: index % 2 === 0 ? 'new' : 'done',
    }));
    await call('POST', '/records/gadget/batch', { operation: 'create', records });
  });
  const bulbs = encodeURIComponent(JSON.stringify({ starts_with: [{ var: 'name' }, 'Bulb'] }));

  it('filters, sorts and pages both ways', async () => {
    const first = await call('GET', `/records/gadget?filter=${bulbs}&sort=-amount&limit=10&count=exact`);
    expect(first.status).toBe(200);
    expect(names(first)[0]).toBe('Bulb 24');
    expect(first.body).toMatchObject({ previous: null, count: { value: 25, kind: 'exact' } });
    const { next } = first.body as { next: string };
    const second = await call(
      'GET',
      `/records/gadget?filter=${bulbs}&sort=-amount&limit=10&after=${encodeURIComponent(next)}`,
    );
    expect(names(second)).toHaveLength(10);
    expect(names(second)[0]).toBe('Bulb 14');
    const { previous, next: last } = second.body as { previous: string; next: string };
    const back = await call(
      'GET',
      `/records/gadget?filter=${bulbs}&sort=-amount&limit=10&before=${encodeURIComponent(previous)}`,
    );
    expect(names(back)).toEqual(names(first));
    const third = await call(
      'GET',
      `/records/gadget?filter=${bulbs}&sort=-amount&limit=10&after=${encodeURIComponent(last)}`,
    );
    expect(third.body).toMatchObject({ next: null });
  });

  it('answers the same question in a body the same', async () => {
    const query = {
      filter: { starts_with: [{ var: 'name' }, 'Bulb'] },
      sort: ['-amount'],
      limit: 3,
      fields: ['name', 'maker.name', 'owner.name'],
    };
    const asked = await call('POST', '/records/gadget/query', query);
    const got = await call(
      'GET',
      `/records/gadget?filter=${bulbs}&sort=-amount&limit=3&fields=name,maker.name,owner.name`,
    );
    expect(asked.body).toEqual(got.body);
    const [record] = (asked.body as { records: Record<string, unknown>[] }).records;
    expect(record).toMatchObject({ name: 'Bulb 24', maker: { name: 'Philips' }, owner: { name: 'Ada' } });
  });

  it.each([
    ['limit=0', '/limit'],
    ['limit=201', '/limit'],
    ['limit=ten', '/limit'],
    ['limt=5', '/limt'],
    ['sort=colour', '/sort'],
    ['fields=colour', '/fields'],
    ['count=some', '/count'],
    ['deleted=maybe', '/deleted'],
    ['limit=5&limit=6', '/limit'],
    [`filter=${encodeURIComponent('{"==":[{"var":"colour"},1]}')}`, '/filter'],
    [`filter=${encodeURIComponent('{"explode":[1]}')}`, '/filter'],
    [`filter=${encodeURIComponent('{">":[{"var":"amount"},"many"]}')}`, '/filter'],
    [`filter=${encodeURIComponent('5')}`, '/filter'],
  ])('answers 422 for ?%s', async (query, pointer) => {
    const { status, problem } = await call('GET', `/records/gadget?${query}`);
    expect({ status, code: problem.code }).toEqual({ status: 422, code: 'invalid_query' });
    expect(problem.errors[0]!.pointer).toMatch(new RegExp(`^${pointer}`));
  });

  it('suggests what was meant', async () => {
    expect((await call('GET', '/records/gadget?limt=5')).problem.errors[0]!.hint).toContain('`limit`');
    expect((await call('GET', '/records/gadget?sort=-amuont')).problem.errors[0]!.hint).toContain('amount');
    expect((await call('GET', '/records/gadgt')).problem.errors[0]!.hint).toContain('gadget');
  });

  it.each(['filter=%7Bnot', 'after=rubbish', 'before=%00'])('answers 400 for ?%s', async (query) => {
    expect((await call('GET', `/records/gadget?${query}`)).status).toBe(400);
  });

  it('aggregates', async () => {
    const query = {
      group_by: ['stage'],
      measures: [{ function: 'count' }, { function: 'sum', field: 'amount' }],
      filter: { starts_with: [{ var: 'name' }, 'Bulb'] },
      sort: ['-count'],
    };
    const { status, body } = await call('POST', '/records/gadget/aggregate', query);
    expect(status).toBe(200);
    expect(body).toEqual({
      rows: [
        { stage: 'new', count: 13, sum_amount: 156 },
        { stage: 'done', count: 12, sum_amount: 144 },
      ],
    });
    for (const bad of [
      { measures: [{ function: 'median', field: 'amount' }] },
      { group_by: [5] },
      { measure: [] },
      { measures: 'count' },
    ]) {
      const answer = await call('POST', '/records/gadget/aggregate', bad);
      expect({ status: answer.status, code: answer.problem.code }).toEqual({
        status: 422,
        code: 'invalid_query',
      });
    }
  });

  it('searches', async () => {
    const { status, body } = await call('GET', '/search?q=bulb%2007');
    expect(status).toBe(200);
    expect(body).toMatchObject({ hits: [{ object: 'gadget', name: 'Bulb 07' }] });
    expect((await call('GET', '/search?q=')).body).toMatchObject({ hits: [], groups: [], next: null });
    const page = await call('GET', '/search?q=bulb&object=gadget&limit=2');
    const { next, hits } = page.body as unknown as { next: string; hits: { id: string }[] };
    const second = await call('GET', `/search?q=bulb&object=gadget&limit=2&after=${next}`);
    const ids = (second.body as unknown as { hits: { id: string }[] }).hits.map(({ id }) => id);
    expect(new Set([...ids, ...hits.map(({ id }) => id)]).size).toBe(4);
    expect((await call('GET', '/search?q=bulb&object=nothing')).status).toBe(404);
    expect((await call('GET', '/search?q=bulb&object=gadget&after=x')).status).toBe(400);
    expect((await call('GET', '/search?q=bulb&limit=101')).status).toBe(422);
    expect((await call('GET', '/search?query=x')).status).toBe(422);
  });

  it('exports as CSV and NDJSON', async () => {
    const raw = async (query: string) => {
      const cookie = await sessionCookieOf(server);
      const response = await fetch(`${server.url}/api/v1/records/gadget/export?${query}`, {
        headers: { cookie },
      });
      return { status: response.status, headers: response.headers, text: await response.text() };
    };
    const csv = await raw(`format=csv&filter=${bulbs}&fields=name,amount&sort=amount`);
    expect(csv.status).toBe(200);
    expect(csv.headers.get('content-type')).toContain('text/csv');
    expect(csv.headers.get('content-disposition')).toMatch(
      /^attachment; filename="gadget-\d{4}-\d\d-\d\d\.csv"$/,
    );
    const lines = csv.text.split('\r\n');
    expect(lines.slice(0, 2)).toEqual(['name,amount', 'Bulb 00,0']);
    expect(lines).toHaveLength(27);
    const ndjson = await raw(`format=ndjson&filter=${bulbs}&fields=name&sort=name`);
    expect(
      ndjson.text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).name),
    ).toHaveLength(25);
    const none = encodeURIComponent('{"==":[{"var":"name"},"none"]}');
    expect((await raw(`format=csv&filter=${none}&fields=name`)).text).toBe('name\r\n');
    expect((await raw('format=xls')).status).toBe(422);
    expect((await raw('fields=colour')).status).toBe(422);
  });
});

describe('a batch', () => {
  it('gives a result for each, and writes those without faults', async () => {
    const records = [{ name: 'B1' }, { amount: 5 }, { name: 'B3', colour: 'red' }];
    const { status, body } = await call('POST', '/records/gadget/batch', { operation: 'create', records });
    expect(status).toBe(200);
    const { results } = body as {
      results: { index: number; status: string; errors?: { pointer: string }[] }[];
    };
    expect(results.map((each) => each.status)).toEqual(['created', 'failed', 'failed']);
    expect(results[1]!.errors![0]!.pointer).toBe('/name');
  });

  it('writes all or nothing, answering 422 with the same results', async () => {
    const records = [{ name: 'All' }, { name: 'Nothing', amount: 'x' }];
    const { status, problem } = await call('POST', '/records/gadget/batch', {
      operation: 'create',
      records,
      all_or_nothing: true,
    });
    expect({ status, code: problem.code }).toEqual({ status: 422, code: 'batch_failed' });
    expect(problem.results).toMatchObject([{ status: 'not_done' }, { status: 'failed' }]);
    expect(problem.errors[0]!.pointer).toBe('/records/1/amount');
    const filter = encodeURIComponent('{"==":[{"var":"name"},"All"]}');
    expect(names(await call('GET', `/records/gadget?filter=${filter}`))).toEqual([]);
  });

  it('updates, upserts and deletes', async () => {
    const batch = (body: object) => call('POST', '/records/gadget/batch', body);
    const made = await batch({
      operation: 'upsert',
      key: 'code',
      records: [
        { code: 'U-1', name: 'One' },
        { code: 'U-2', name: 'Two' },
      ],
    });
    const ids = (made.body as { results: { id: string; status: string }[] }).results;
    expect(ids.map(({ status }) => status)).toEqual(['created', 'created']);
    const again = await batch({
      operation: 'upsert',
      key: 'code',
      records: [
        { code: 'U-1', name: 'One', amount: 1 },
        { code: 'U-3', name: 'Three' },
      ],
    });
    expect(
      (again.body as typeof made.body as { results: { status: string }[] }).results.map(
        ({ status }) => status,
      ),
    ).toEqual(['updated', 'created']);
    const removed = await batch({ operation: 'delete', records: ids.map(({ id }) => ({ id })) });
    expect((removed.body as { results: { status: string }[] }).results.map(({ status }) => status)).toEqual([
      'deleted',
      'deleted',
    ]);
  });

  it.each([
    [{}, '/operation'],
    [{ operation: 'explode', records: [] }, '/operation'],
    [{ operation: 'create', records: {} }, '/records'],
    [{ operation: 'create', records: [], atomic: true }, '/atomic'],
  ])('that is %j is refused', async (body, pointer) => {
    const { status, problem } = await call('POST', '/records/gadget/batch', body);
    expect(status).toBe(422);
    expect(problem.errors.map((each) => each.pointer)).toContain(pointer);
  });
});

describe('objects', () => {
  it('that are unknown answer 404 at every door', async () => {
    for (const [method, path, body] of [
      ['GET', '/records/ghost', undefined],
      ['POST', '/records/ghost', {}],
      ['POST', '/records/ghost/query', {}],
      ['POST', '/records/ghost/aggregate', {}],
      ['POST', '/records/ghost/batch', { operation: 'create', records: [{}] }],
      ['GET', '/records/ghost/1', undefined],
      ['PATCH', '/records/ghost/1', {}],
      ['DELETE', '/records/ghost/1', undefined],
      ['GET', '/records/ghost/export', undefined],
      ['GET', '/records/ghost/1/history', undefined],
      ['GET', '/records/constructor', undefined],
      ['GET', '/records/__proto__', undefined],
      ['GET', '/describe/ghost', undefined],
    ] as const) {
      const { status, problem } = await call(method, path, body);
      expect({ method, path, status, code: problem.code }).toEqual({
        method,
        path,
        status: 404,
        code: 'unknown_object',
      });
    }
  });

  it('of the platform are read, but not written', async () => {
    expect((await call('GET', '/records/user')).status).toBe(200);
    expect((await call('POST', '/records/user', { name: 'Eve' })).status).toBe(403);
  });

  it('are described, and the description is not sent twice', async () => {
    const first = await call('GET', '/describe/gadget');
    expect(first.record).toMatchObject({ name: 'gadget', rights: { create: true } });
    const etag = first.headers.get('etag')!;
    expect((await call('GET', '/describe/gadget', undefined, { 'if-none-match': etag })).status).toBe(304);
    await server.client.publish({
      components: [{ kind: 'field', name: 'gadget.weight', body: { label: 'Weight', type: 'decimal' } }],
    });
    const second = await call('GET', '/describe/gadget', undefined, { 'if-none-match': etag });
    expect(second.status).toBe(200);
    expect(JSON.stringify(second.body)).toContain('"weight"');
    expect((await call('GET', '/describe')).record).toMatchObject({
      workspace: { name: 'main' },
      objects: expect.arrayContaining([expect.objectContaining({ name: 'gadget' })]),
    });
  });
});

it('access is explained', async () => {
  expect((await call('GET', '/access/explain?object=gadget&action=update&field=amount')).body).toMatchObject({
    is_allowed: true,
  });
  expect((await call('GET', '/access/explain?object=gadget&action=update&field=version')).body).toMatchObject(
    { is_allowed: false },
  );
  expect((await call('GET', '/access/explain?object=ghost')).status).toBe(404);
  expect((await call('GET', '/access/explain')).status).toBe(422);
});

async function sessionCookieOf({ url }: TestServer): Promise<string> {
  const { ADMINISTRATOR } = await import('./start-test-server.ts');
  const response = await fetch(`${url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: ADMINISTRATOR.email, password: ADMINISTRATOR.password }),
  });
  return response.headers.getSetCookie()[0]!.split(';')[0]!;
}
