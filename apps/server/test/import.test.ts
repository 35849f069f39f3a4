/** Importing files over HTTP: forms, mappings, rows that are refused and come back, and a server killed in between. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Client, createClient, type JobResponse } from '@trellis/api';
import { createTestDatabase, withDatabase } from '@trellis/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ADMINISTRATOR, startTestServer, type TestServer } from './start-test-server.ts';

const field = (name: string, body: object) => ({
  kind: 'field' as const,
  name,
  body: { label: name.split('.')[1]!, ...body },
});
const COMPONENTS = [
  {
    kind: 'object',
    name: 'company',
    body: { label: 'Company', plural_label: 'Companies', name_field: 'name' },
  },
  field('company.name', { type: 'text', required: true, label: 'Company name' }),
  field('company.code', { type: 'text', unique: true }),
  field('company.size', { type: 'integer', label: 'Head count' }),
  field('company.founded', { type: 'date' }),
  field('company.about', { type: 'long_text' }),
  { kind: 'object', name: 'person', body: { label: 'Person', plural_label: 'People', name_field: 'name' } },
  field('person.name', { type: 'text', required: true }),
  field('person.employer', { type: 'lookup', to: 'company' }),
  field('person.subject', { type: 'lookup', to: ['company', 'person'] }),
] as never;

let server: TestServer;
let client: Client;

beforeAll(async () => {
  server = await startTestServer({
    components: COMPONENTS,
    runsJobs: true,
    settings: { importLimitMegabytes: 1 },
  });
  client = server.client;
});
afterAll(() => server.stop());
beforeEach(async () => {
  for (const object of ['person', 'company']) await clear(client, object);
});

describe('a file', () => {
  it('is imported by the names and labels of its columns', async () => {
    const job = await imported('company', 'Company Name,CODE,head count\nAcme,A1,12\nBolt,B1,\n');
    expect(job).toMatchObject({
      kind: 'import',
      state: 'done',
      progress: { done: 2, total: 2 },
      counts: { created: 2, updated: 0, unchanged: 0, failed: 0 },
      about: {
        object: 'company',
        operation: 'create',
        file_name: 'file.csv',
        delimiter: ',',
        encoding: 'utf-8',
      },
      errors: [],
    });
    expect(await names('company')).toEqual(['Acme', 'Bolt']);
    const { records } = await client.list('company', { sort: 'name', fields: 'name,code,size' });
    expect(records[0]).toMatchObject({ name: 'Acme', code: 'A1', size: 12 });
    const history = await client.history('company', records[0]!.id);
    const cause = { job: expect.any(String), as_of: null, chain: [] };
    expect(history.entries[0]).toMatchObject({ source: 'import', actor: { name: 'Ada' }, cause });
  });

  it('is answered 202 with a job and its address', async () => {
    const response = await send('company', 'name\nAcme\n');
    expect(response.status).toBe(202);
    const job = (await response.json()) as JobResponse;
    expect(response.headers.get('location')).toBe(`/api/v1/jobs/${job.id}`);
    await over(job.id);
  });

  it('may be UTF-16 with semicolons and decimal commas, and the mapping may come after it', async () => {
    const bytes = Buffer.from('\uFEFFname;head count\nÅsa;1.200\n', 'utf16le');
    const form = new FormData();
    form.set('file', new Blob([bytes]), 'exported.csv');
    form.set('mapping', JSON.stringify({ decimal_comma: true }));
    const job = await over(((await (await post('company', form)).json()) as JobResponse).id);
    expect(job.about).toMatchObject({ encoding: 'utf-16le', delimiter: ';' });
    const { records } = await client.list('company', { fields: 'name,size' });
    expect(records).toMatchObject([{ name: 'Åsa', size: 1200 }]);
  });

  it('may hold one JSON object per line', async () => {
    const text = '{"name":"Acme","size":3}\n\n{"name":7}\nnonsense\n{"name":"Cog","code":"C"}\n';
    const job = await imported('company', text, {}, 'all.ndjson');
    expect(job.counts).toEqual({ created: 2, updated: 0, unchanged: 0, failed: 2 });
    expect(job.errors!.map(({ line }) => line)).toEqual([3, 4]);
    expect(await names('company')).toEqual(['Acme', 'Cog']);
    const lines = Array.from({ length: 150 }, (_, index) => `{"name":"${index}"}`);
    const late = await imported('company', [...lines, '{"name":"x","other":1}'].join('\n'));
    expect(late.errors!.map(({ line, errors }) => [line, errors[0]!.code])).toEqual([[151, 'unknown_field']]);
  });

  it('has its end in the audit log, with its counts, in the name of who began it', async () => {
    const job = await imported('company', 'name,size\nAcme,1\nBolt,many\n');
    const { entries } = await client.audit({ action: 'job_ended', object: 'company', limit: 1 });
    expect(entries).toMatchObject([
      {
        actor: { name: 'Ada' },
        details: { job: job.id, kind: 'import', state: 'done', created: 1, failed: 1 },
      },
    ]);
  });

  it('that was exported is imported again', async () => {
    await imported('company', 'name,code,size,about\nAcme,A1,1,"two\nlines, ""quoted"""\nBolt,B1,2,x\n');
    const before = await list('company');
    const exported = await fetch(client.exportAddress('company', 'csv', {}), { headers: await headers() });
    const text = await exported.text();
    const same = await imported('company', text, { operation: 'update' });
    expect(same.counts).toEqual({ created: 0, updated: 0, unchanged: 2, failed: 0 });
    expect((same.about as { skipped_columns: string[] }).skipped_columns).toContain('created_at');
    const changed = await imported('company', text.replace('Bolt', 'Bolts'), {
      operation: 'upsert',
      key: 'code',
    });
    expect(changed.counts).toEqual({ created: 0, updated: 1, unchanged: 1, failed: 0 });
    expect((await list('company')).map(({ id }) => id)).toEqual(before.map(({ id }) => id));
  });
});

describe('rows that are refused', () => {
  it('a character that no record can hold refuses its row, and holds up no other', async () => {
    const job = await imported('company', 'name,code\nBa\0d,NUL1\n"x"\0y,NUL2\nGood,NUL3\nLong,NUL4,\0\n');
    expect([job.state, job.counts]).toEqual(['done', { created: 1, updated: 0, unchanged: 0, failed: 3 }]);
    expect(job.errors![0]).toMatchObject({ errors: [{ code: 'invalid_value', pointer: '/name' }] });
    const lines = '{"name":"\\ud800","code":"NUL5"}\n{"name":"a","code":"NUL6"}\n';
    const other = await imported('company', lines, { format: 'ndjson' });
    expect(other.counts).toEqual({ created: 1, updated: 0, unchanged: 0, failed: 1 });
    const keyed = await imported('company', 'name,code\nx,N\0\n', { operation: 'upsert', key: 'code' });
    expect(keyed.counts).toMatchObject({ failed: 1 });
  });

  it('come back as a file that can be mended and imported again', async () => {
    const text = [
      'name,code,size',
      'Acme,A,1',
      ',B,2',
      'Cog,C,many',
      'Dyn,D',
      'Eve,E,5,6',
      '"Fox"x,F,1',
      'Gum,A,7',
      '"Hut, Ltd",H,8',
    ].join('\r\n');
    const job = await imported('company', text);
    expect(job.counts).toEqual({ created: 2, updated: 0, unchanged: 0, failed: 6 });
    expect(job.errors!.map(({ row, line, errors }) => [row, line, errors[0]!.code])).toEqual([
      [2, 3, 'required'],
      [3, 4, 'invalid_value'],
      [4, 5, 'unreadable_row'],
      [5, 6, 'unreadable_row'],
      [6, 7, 'unreadable_row'],
      [7, 8, 'unique_violation'],
    ]);
    const response = await fetch(`${server.url}/api/v1/jobs/${job.id}/errors`, { headers: await headers() });
    expect(response.headers.get('content-type')).toContain('text/csv');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="rejected-file.csv"');
    const lines = (await response.text()).trimEnd().split('\r\n');
    expect(lines[0]).toBe('error,name,code,size');
    expect(lines[1]).toMatch(/^name: .*,,B,2$/);
    expect(lines[4]).toMatch(/Eve,E,5,6$/);
    const viaJob = await fetch(`${server.url}/api/v1/jobs/${job.id}`, {
      headers: { ...(await headers()), accept: 'text/csv' },
    });
    expect((await viaJob.text()).trimEnd().split('\r\n')).toEqual(lines);
    // Mended by hand, and sent as it is, with its column of errors.
    const mended = [lines[0], lines[2]!.replace('many', '3')].join('\r\n');
    expect((await imported('company', mended)).counts).toMatchObject({ created: 1, failed: 0 });
    expect(await names('company')).toEqual(['Acme', 'Cog', 'Hut, Ltd']);
  });

  it('are read by who sent them and by administrators, not by who customises', async () => {
    await client.publish({
      components: [
        { kind: 'permission_set', name: 'customiser', body: { label: 'C', system: ['customise', 'api'] } },
      ],
    } as never);
    const person = { email: 'cus@example.com', name: 'Cus', password: 'a password of length' };
    await client.createUser({ ...person, permission_sets: ['customiser'] } as never);
    const job = await imported('company', 'name,size\nSecretive,many\n');
    const cus = await server.signIn(person.email, person.password);
    expect(JSON.stringify((await cus.exchange('GET', `/jobs/${job.id}`)).body)).not.toContain('Secretive');
    expect((await cus.exchange('GET', `/jobs/${job.id}/errors`)).status).toBe(403);
    expect((await client.exchange('GET', `/jobs/${job.id}/errors`)).status).toBe(200);
  });

  it('do not hold up the others of their group, whatever refuses them', async () => {
    const rows = Array.from(
      { length: 1200 },
      (_, index) => `Row ${index},${index % 100 === 0 ? 'same' : index}`,
    );
    const job = await imported('company', `name,code\n${rows.join('\n')}\n`);
    expect(job.counts).toEqual({ created: 1189, updated: 0, unchanged: 0, failed: 11 });
    expect(job.progress).toEqual({ done: 1200, total: 1200 });
  });
});

describe('the mapping', () => {
  it('names fields, leaves columns out, and finds lookups by a field of their target', async () => {
    await imported('company', 'name,code\nAcme,A\nTwin,T1\nTwin,T2\n');
    const text = 'Who,Works at,Topic,Noise\nAda,Acme,A,x\nBob,Twin,A,x\nCy,Nowhere,A,x\nDee,,,x\n';
    const job = await imported('person', text, {
      columns: {
        Who: 'name',
        'Works at': { field: 'employer', match: 'name' },
        Topic: { field: 'subject', object: 'company', match: 'code' },
        Noise: null,
      },
    });
    expect(job.counts).toMatchObject({ created: 2, failed: 2 });
    expect(job.errors!.map(({ line, errors }) => [line, errors[0]!.code])).toEqual([
      [3, 'ambiguous_target'],
      [4, 'unknown_target'],
    ]);
    const { records } = await client.list('person', { sort: 'name', fields: 'name,employer.name,subject' });
    expect(records[0]).toMatchObject({
      name: 'Ada',
      employer: { name: 'Acme' },
      subject: { object: 'company' },
    });
    expect(records[1]).toMatchObject({ name: 'Dee', employer: null });
  });

  it('decides what blank cells do', async () => {
    await imported('company', 'name,code,size\nAcme,A,1\n');
    const file = 'code,size,name\nA,,Acme\n';
    expect((await imported('company', file, { operation: 'upsert', key: 'code' })).counts).toMatchObject({
      unchanged: 1,
    });
    const cleared = await imported('company', file, { operation: 'update', key: 'code', blank: 'clear' });
    expect(cleared.counts).toMatchObject({ updated: 1 });
    expect((await list('company'))[0]).toMatchObject({ size: null });
    const missing = await imported('company', 'code,size\nZ,1\n', { operation: 'update', key: 'code' });
    expect(missing.errors![0]!.errors[0]!.code).toBe('unknown_record');
  });

  it('may speak of objects and fields by the names that they had, as may the header of the file', async () => {
    const rename = (renames: unknown) =>
      client.publish({ components: [], deletions: [], renames: renames as never });
    await rename([
      { kind: 'field', from: 'firm.code', to: 'firm.number' },
      { kind: 'field', from: 'person.employer', to: 'person.works_for' },
      { kind: 'object', from: 'company', to: 'firm' },
    ]);
    try {
      expect((await imported('company', 'name,code\nAcme,A1\n')).counts).toMatchObject({ created: 1 });
      const known = await imported('company', 'code,size\nA1,12\n', {
        operation: 'upsert',
        key: 'code',
        columns: { code: 'code', size: 'size' },
      });
      expect(known.counts).toMatchObject({ updated: 1 });
      const people = await imported('person', 'name,Works at\nAda,A1\n', {
        columns: { name: 'name', 'Works at': { field: 'employer', object: 'company', match: 'code' } },
      });
      expect(people.counts).toMatchObject({ created: 1 });
      const { records } = await client.list('person', { fields: 'name,works_for.number' });
      expect(records).toMatchObject([{ name: 'Ada', works_for: { number: 'A1' } }]);
    } finally {
      await rename([
        { kind: 'object', from: 'firm', to: 'company' },
        { kind: 'field', from: 'company.number', to: 'company.code' },
        { kind: 'field', from: 'person.works_for', to: 'person.employer' },
      ]);
    }
  });

  it('can be tried without writing anything', async () => {
    const job = await imported('company', 'name,size\nAcme,1\nBolt,x\n', { dry_run: true });
    expect(job).toMatchObject({ state: 'done', counts: { created: 1, failed: 1 }, about: { dry_run: true } });
    expect(await names('company')).toEqual([]);
  });

  it.each([
    [{ operation: 'delete' }, 'name\nA\n', ['invalid_value /operation']],
    [{ colums: {} }, 'name\nA\n', ['unknown_property /colums']],
    [{ columns: [] }, 'name\nA\n', ['wrong_type /columns']],
    [{ columns: { nam: 'name' } }, 'name\nA\n', ['unknown_column /columns/nam']],
    [{ columns: { name: null } }, 'name\nA\n', ['required /columns']],
    [{ columns: { name: 'nme' } }, 'name\nA\n', ['unknown_field /columns/name']],
    [{ columns: { name: 'created_at' } }, 'name\nA\n', ['read_only /columns/name']],
    [{ columns: { a: 'name', b: 'name' } }, 'a,b\n1,2\n', ['duplicate_field /columns/b']],
    [{}, 'name,what\nA,B\n', ['unknown_column /columns/what']],
    [{}, 'name,name\nA,B\n', ['duplicate_column /columns/name']],
    [{}, '', ['required ']],
    [{ operation: 'upsert' }, 'name\nA\n', ['invalid_value /key']],
    [{ operation: 'upsert', key: 'code' }, 'name\nA\n', ['required /columns']],
    [{ operation: 'update' }, 'name\nA\n', ['required /columns']],
    [
      { columns: { name: { field: 'name', match: 'code' } } },
      'name\nA\n',
      ['not_supported /columns/name/match'],
    ],
    ['text', 'name\nA\n', ['wrong_type ']],
  ] as const)('%j is refused at once, with pointers', async (mapping, text, expected) => {
    const response = await send('company', text, mapping);
    const problem = (await response.json()) as { code: string; errors: { code: string; pointer: string }[] };
    expect([response.status, problem.code]).toEqual([422, 'invalid_input']);
    const found = problem.errors.map(({ code, pointer }) => `${code} ${pointer}`);
    for (const each of expected) expect(found).toContain(each);
  });
});

describe('what is not a form with a file', () => {
  it('is refused as what it is', async () => {
    const json = await fetch(`${server.url}/api/v1/records/company/import`, {
      method: 'POST',
      headers: { ...(await headers()), 'content-type': 'application/json' },
      body: '{}',
    });
    expect(json.status).toBe(415);
    expect((await post('company', new FormData())).status).toBeGreaterThanOrEqual(400);
    const other = new FormData();
    other.set('files', new Blob(['name\n']), 'x.csv');
    expect((await post('company', other)).status).toBe(422);
    const broken = new FormData();
    broken.set('mapping', '{');
    broken.set('file', new Blob(['name\nA\n']), 'x.csv');
    expect((await post('company', broken)).status).toBe(400);
    const cut = await fetch(`${server.url}/api/v1/records/company/import`, {
      method: 'POST',
      headers: { ...(await headers()), 'content-type': 'multipart/form-data; boundary=x' },
      body: '--x\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\nname\r\n',
    });
    expect(cut.status).toBe(400);
    const large = await send('company', `name\n${'x'.repeat(2 * 1024 * 1024)}\n`);
    expect([large.status, ((await large.json()) as { code: string }).code]).toEqual([413, 'body_too_large']);
    expect((await send('nothing', 'name\n')).status).toBe(404);
    expect((await send('user', 'name\nA\n')).status).toBe(403);
  });
});

it('a preview shows columns, samples and the fields that they seem to be for', async () => {
  const form = new FormData();
  form.set(
    'file',
    new Blob(['Company-Name;Head count;Fouded;Misc\nAcme;1;2020-01-01;x\nBolt;2;;x\n']),
    'x.csv',
  );
  const response = await post('company', form, '/preview');
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({
    format: 'csv',
    encoding: 'utf-8',
    delimiter: ';',
    sheets: [],
    sheet: null,
    header_row: 1,
    matches: null,
    columns: [
      { name: 'Company-Name', samples: ['Acme', 'Bolt'], suggestion: 'name' },
      { name: 'Head count', samples: ['1', '2'], suggestion: 'size' },
      {
        name: 'Fouded',
        samples: ['2020-01-01'],
        suggestion: 'founded',
        formats: { date: 'ymd', number: null },
      },
      { name: 'Misc', samples: ['x'], suggestion: null },
    ].map((column) => ({ formats: { date: null, number: null }, read: null, ...column })),
  });
});

describe('a server that is killed', () => {
  it('goes on where it was: every row is imported, and none twice', async () => {
    const database = await createTestDatabase();
    const count = 20_000;
    const rows = Array.from(
      { length: count },
      (_, index) => `Row ${index},${index % 1000 === 7 ? 'bad' : index}`,
    );
    const first = await startProcess(database.connectionString);
    try {
      let own = createClient({ origin: first.url, keepsCookies: true });
      await own.login({ email: ADMINISTRATOR.email, password: ADMINISTRATOR.password });
      await own.publish({ components: COMPONENTS });
      const form = new FormData();
      form.set('file', new Blob([`name,size\n${rows.join('\n')}\n`]), 'rows.csv');
      const job = await own.importFile('company', form);
      await until(own, job.id, ({ progress }) => progress.done >= 1000);
      await end(first.child, 'SIGKILL');
      // As if the lease of the one that was killed had run out, for which others wait.
      await withDatabase(database.connectionString, (admin) =>
        admin.query("update platform.job_queue set beat_at = beat_at - interval '1 minute'"),
      );
      const second = await startProcess(database.connectionString);
      try {
        own = createClient({ origin: second.url, keepsCookies: true });
        await own.login({ email: ADMINISTRATOR.email, password: ADMINISTRATOR.password });
        const left = await own.job(job.id);
        expect(left.progress.done).toBeLessThan(count);
        const done = await until(own, job.id, ({ state }) => state === 'done' || state === 'failed');
        expect(done).toMatchObject({
          state: 'done',
          counts: { created: count - 20, updated: 0, unchanged: 0, failed: 20 },
          progress: { done: count, total: count },
        });
        const { count: there } = await own.list('company', { limit: 1, count: 'exact' });
        expect(there!.value).toBe(count - 20);
        const twice = await own.aggregate('company', {
          group_by: ['name'],
          measures: [{ function: 'count' }],
          sort: ['-count'],
          limit: 1,
        });
        expect(twice.rows[0]!.count).toBe(1);
      } finally {
        await end(second.child, 'SIGTERM');
      }
    } finally {
      await end(first.child, 'SIGKILL');
      await database.drop();
    }
  }, 180_000);
});

async function startProcess(connectionString: string): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '..', 'src', 'main.ts')], {
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      HOST: '127.0.0.1',
      DATABASE_URL: connectionString,
      TRELLIS_ADMIN_EMAIL: ADMINISTRATOR.email,
      TRELLIS_ADMIN_PASSWORD: ADMINISTRATOR.password,
      TRELLIS_LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const chunk of child.stdout!) {
    const match = /running at (http:\S+)/.exec(String(chunk));
    if (match) {
      child.stdout!.resume();
      return { child, url: match[1]! };
    }
  }
  throw new Error('The server did not start.');
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

async function headers(): Promise<Record<string, string>> {
  const login = await fetch(`${server.url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: server.url },
    body: JSON.stringify({ email: ADMINISTRATOR.email, password: ADMINISTRATOR.password }),
  });
  const cookie = login.headers.getSetCookie()[0]!.split(';')[0]!;
  return { cookie, origin: server.url };
}

async function post(object: string, form: FormData, path = ''): Promise<Response> {
  return fetch(`${server.url}/api/v1/records/${object}/import${path}`, {
    method: 'POST',
    headers: await headers(),
    body: form,
  });
}

function send(
  object: string,
  text: string,
  mapping: unknown = undefined,
  name = 'file.csv',
): Promise<Response> {
  const form = new FormData();
  if (mapping !== undefined) form.set('mapping', JSON.stringify(mapping));
  form.set('file', new Blob([text]), name);
  return post(object, form);
}

async function imported(
  object: string,
  text: string,
  mapping: unknown = {},
  name = 'file.csv',
): Promise<JobResponse> {
  const response = await send(object, text, mapping, name);
  const body = (await response.json()) as JobResponse;
  expect(response.status, JSON.stringify(body)).toBe(202);
  return over(body.id);
}

function over(id: string): Promise<JobResponse> {
  return until(client, id, ({ state }) => !['queued', 'running'].includes(state));
}

async function until(by: Client, id: string, condition: (job: JobResponse) => boolean): Promise<JobResponse> {
  for (;;) {
    const job = await by.job(id);
    if (condition(job)) return job;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function list(object: string) {
  return (await client.list(object, { sort: 'name' })).records;
}

async function names(object: string): Promise<unknown[]> {
  return (await list(object)).map(({ name }) => name);
}

async function clear(by: Client, object: string): Promise<void> {
  for (;;) {
    const { records } = await by.list(object, { fields: 'id', limit: 200 });
    if (records.length === 0) return;
    await by.batch(object, {
      operation: 'delete',
      records: records.map(({ id }) => ({ id })),
      all_or_nothing: true,
    });
  }
}
