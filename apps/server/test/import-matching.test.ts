/** Imports that recognise records by fields that are not unique, and lookups by what several columns say. */
import type { Client, ImportMapping, ImportPreviewResponse } from '@trellis/api';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { importFile } from './import-file.ts';
import { startTestServer, type TestServer } from './start-test-server.ts';

const field = (name: string, body: object) => ({
  kind: 'field' as const,
  name,
  body: { label: name.split('.')[1]!, ...body },
});
const object = (name: string, plural: string) => ({
  kind: 'object' as const,
  name,
  body: { label: name, plural_label: plural, name_field: 'name' },
});
const COMPONENTS = [
  object('company', 'companies'),
  field('company.name', { type: 'text', required: true }),
  field('company.town', { type: 'text' }),
  field('company.parent_company', { type: 'lookup', to: 'company' }),
  object('person', 'people'),
  field('person.name', { type: 'text' }),
  field('person.first', { type: 'text' }),
  field('person.last', { type: 'text', required: true }),
  field('person.employer', { type: 'lookup', to: 'company' }),
  field('person.size', { type: 'integer' }),
  object('crew', 'crews'),
  field('crew.name', { type: 'text' }),
  object('member', 'members'),
  field('member.name', { type: 'text' }),
  field('member.crew', { type: 'lookup', to: 'crew', reverse_name: 'members' }),
  {
    kind: 'rule',
    name: 'member.crew_is_full',
    body: {
      label: 'Crew is full',
      message: 'The crew has its first member.',
      invalid_when: { some: [{ var: 'crew.members' }, { '==': [{ var: 'name' }, 'M0'] }] },
    },
  },
] as never;

let server: TestServer;
let client: Client;

beforeAll(async () => {
  server = await startTestServer({ components: COMPONENTS, runsJobs: true });
  client = server.client;
  await client.batch('company', {
    operation: 'create',
    records: [
      { name: 'Müller & Söhne', town: 'Bonn' },
      { name: 'Acme', town: 'Bonn' },
      { name: 'Acme', town: 'Köln' },
    ],
  });
});
afterAll(() => server.stop());
beforeEach(async () => {
  for (;;) {
    const { records } = await client.list('person', { fields: 'id', limit: 200 });
    if (records.length === 0) break;
    await client.batch('person', { operation: 'delete', records });
  }
  await client.batch('person', {
    operation: 'create',
    records: [
      { first: 'Zoë', last: 'Ünal', size: 1 },
      { first: 'Ann', last: 'Twin', size: 1 },
      { first: 'ANN', last: 'Twin', size: 2 },
    ],
  });
});

const MATCH = [{ field: 'first', folded: true }, 'last'] as const;
const FILE = 'first,last,size\nzoe,Ünal,7\nAnn,Twin,7\nNew,Person,7\nnew,Person,8\n,,1\n';
const run = (mapping: ImportMapping, content = FILE) => importFile(client, 'person', { content, mapping });
const codes = (job: Awaited<ReturnType<typeof run>>) =>
  job.errors!.map(({ line, errors }) => `${line} ${errors[0]!.code}`);

describe('rows whose records are recognised by several fields', () => {
  it.each([
    [{ operation: 'upsert' }, { created: 1, updated: 2, failed: 2 }],
    [
      { operation: 'upsert', existing: 'skip' },
      { created: 1, skipped: 2, failed: 2 },
    ],
    [{ operation: 'update' }, { created: 0, updated: 1, failed: 4 }],
  ] as const)('%j: tried and done alike, and of several none is chosen', async (mapping, counts) => {
    const trial = await run({ ...mapping, match: MATCH, dry_run: true });
    const job = await run({ ...mapping, match: MATCH });
    expect(job).toMatchObject({ state: 'done', counts });
    expect([trial.counts, codes(trial)]).toEqual([job.counts, codes(job)]);
    expect(job.errors![0]).toMatchObject({
      line: 3,
      errors: [{ pointer: '/first', message: '2 people have this first, last: none of them was chosen.' }],
    });
    const { records } = await client.list('person', { fields: 'first,last,size', limit: 200 });
    // How a name is spelled stays as it is.
    const zoe = records.find(({ last }) => last === 'Ünal');
    const isKept = 'existing' in mapping;
    expect(zoe).toMatchObject({ first: 'Zoë', size: isKept ? 1 : 7 });
    const made = records.filter(({ last }) => last === 'Person');
    expect(made.map(({ size }) => size)).toEqual(mapping.operation === 'update' ? [] : [isKept ? 7 : 8]);
  });

  it('are recognised in what groups before have made, also by a lookup', async () => {
    const names = Array.from(
      { length: 1200 },
      (_, index) => `P${index % 900},acme,${index < 900 ? 'Bonn' : 'bonn'},${index}`,
    );
    const mapping: ImportMapping = {
      operation: 'upsert',
      match: ['last', 'employer'],
      columns: {
        Name: 'last',
        Company: { field: 'employer', match: 'name', folded: true },
        Town: { field: 'employer', match: 'town', folded: true },
        Size: 'size',
      },
    };
    const content = `Name,Company,Town,Size\n${names.join('\n')}\n`;
    const trial = await run({ ...mapping, dry_run: true }, content);
    const job = await run(mapping, content);
    expect(job.counts).toMatchObject({ created: 900, updated: 300, failed: 0 });
    expect(trial.counts).toEqual(job.counts);
    expect((await run(mapping, content)).counts).toMatchObject({ created: 0, failed: 0 });
  });

  it('are counted by a preview', async () => {
    const form = new FormData();
    const columns = { first: 'first', last: 'last', size: 'size' };
    form.set('mapping', JSON.stringify({ operation: 'upsert', match: MATCH, columns }));
    form.set('file', new Blob([FILE]), 'x.csv');
    const { matches }: ImportPreviewResponse = await client.previewImport('person', form);
    expect(matches).toEqual({ rows: 5, one: 1, none: 2, several: 1, unclear: 1 });
  });
});

describe('a lookup', () => {
  it('is found by all that its columns say, however it is spelled', async () => {
    const columns = {
      Last: 'last',
      Company: { field: 'employer', match: 'name', folded: true },
      Town: { field: 'employer', match: 'town', folded: true },
    };
    const content = [
      'Last,Company,Town',
      'A,MULLER SOHNE,',
      'B,acme,koln',
      'C,acme,',
      'D,acme,Berlin',
      'E,,koln',
    ].join('\n');
    const job = await run({ columns }, content);
    expect([job.counts.created, codes(job)]).toEqual([3, ['4 ambiguous_target', '5 unknown_target']]);
    expect(job.errors![0]!.errors[0]!.message).toBe('2 companies have this name: none of them was chosen.');
    const { records } = await client.list('person', {
      fields: 'last,employer.name,employer.town',
      sort: 'last',
      filter: { '!=': [{ var: 'employer' }, null] },
    });
    expect(records.map(({ employer }) => employer)).toMatchObject([
      { name: 'Müller & Söhne' },
      { name: 'Acme', town: 'Köln' },
      { name: 'Acme', town: 'Köln' },
    ]);
  });
});

it('a lookup of the file to its own records finds those of the rows above, tried and done alike', async () => {
  const many = Array.from({ length: 1100 }, (_, index) => `Leaf ${index},Top`);
  const content = [
    'name,up',
    'Early,Top',
    'Top,',
    'Branch,top',
    'Twig,Branch',
    'Two,',
    'Two,',
    'Lost,Two',
    ...many,
  ].join('\n');
  const columns = { name: 'name', up: { field: 'parent_company', match: 'name', folded: true } };
  const ask = (dry_run: boolean) => importFile(client, 'company', { content, mapping: { columns, dry_run } });
  const trial = await ask(true);
  const job = await ask(false);
  expect([trial.counts, codes(trial)]).toEqual([job.counts, codes(job)]);
  expect(job.message).toBe(null);
  expect(codes(job)).toEqual(['2 unknown_target', '8 ambiguous_target']);
  const { records } = await client.list('company', {
    fields: 'name,parent_company.name',
    filter: { in: [{ var: 'name' }, ['Branch', 'Twig', 'Leaf 1099']] },
    sort: 'name',
  });
  expect(records.map(({ parent_company: up }) => (up as { name: string }).name)).toEqual([
    'Top',
    'Top',
    'Branch',
  ]);
});

it('what rules ask of other records sees what the groups before have written', async () => {
  await client.create('crew', { name: 'Night' });
  const rows = Array.from({ length: 1100 }, (_, index) => `M${index},Night`);
  const columns = { name: 'name', crew: { field: 'crew', match: 'name' } };
  const content = `name,crew\n${rows.join('\n')}\n`;
  const job = await importFile(client, 'member', { content, mapping: { columns } });
  expect(job.counts).toMatchObject({ created: 1000, failed: 100 });
});

it.each([
  [{ match: ['lost'] }, 'unknown_field /match/0'],
  [{ match: ['last', 'size'], columns: { last: 'last' } }, 'required /match/1'],
  [{ match: ['last'], key: 'last' }, 'invalid_value /match'],
  [{ match: [] }, 'wrong_type /match'],
  [
    { columns: { last: { field: 'employer', match: 'parent_company', folded: true } } },
    'not_supported /columns/last/match',
  ],
])('%j is refused at once', async (mapping, expected) => {
  const form = new FormData();
  form.set('mapping', JSON.stringify({ operation: 'upsert', ...mapping }));
  form.set('file', new Blob([FILE]), 'x.csv');
  const { status, body } = await client
    .exchange('POST', '/records/person/import', form as never)
    .then((answer) => answer as { status: number; body: { errors: { code: string; pointer: string }[] } });
  expect(status).toBe(422);
  expect(body.errors.map(({ code, pointer }) => `${code} ${pointer}`)).toContain(expected);
});

describe('a file that is kept', () => {
  const form = (parts: Readonly<Record<string, unknown>>) => {
    const made = new FormData();
    for (const [name, value] of Object.entries(parts))
      made.set(name, typeof value === 'string' ? value : JSON.stringify(value));
    return made;
  };

  it('is sent once, and looked at, tried and imported as often as one likes', async () => {
    const sent = new FormData();
    const lines = Array.from(
      { length: 30_000 },
      (_, index) => `Kept ${index},a row long enough for more than one piece`,
    );
    sent.set('file', new Blob([`last,first\n${lines.join('\n')}\n`]), 'kept.csv');
    const file = await client.keepImportFile('person', sent);
    expect(file).toMatchObject({ name: 'kept.csv', bytes: expect.any(Number) });
    const mapping = { operation: 'upsert', match: ['last'], columns: { last: 'last', first: 'first' } };
    const seen = await client.previewImport('person', form({ mapping, file_id: file.id }));
    expect(seen.matches).toEqual({ rows: 1000, one: 0, none: 1000, several: 0, unclear: 0 });
    expect((await client.previewImport('person', form({ file_id: file.id }))).columns).toHaveLength(2);
    for (const delimiter of [';', ',']) {
      let job = await client.importFile(
        'person',
        form({
          mapping: {
            delimiter,
            dry_run: true,
            columns: delimiter === ',' ? mapping.columns : { 'last,first': 'last' },
          },
          file_id: file.id,
        }),
      );
      expect(job.id).not.toBe(file.id);
      await client.exchange('POST', `/jobs/${job.id}/cancel`, {});
      while (['queued', 'running'].includes(job.state)) job = await client.job(job.id);
      expect(['cancelled', 'done']).toContain(job.state);
    }
    for (const [object, id] of [
      ['company', file.id],
      ['person', '01900000-0000-7000-8000-000000000000'],
      ['person', 'nonsense'],
    ] as const) {
      const parts = form({ file_id: id });
      const answer = await client.exchange('POST', `/records/${object}/import`, parts as never);
      expect(answer).toMatchObject({
        status: 422,
        body: { errors: [{ code: 'unknown_upload', pointer: '/file_id' }] },
      });
    }
  });

  it('is nobody else’s, and of one person the newest five stay', async () => {
    const keep = async (text: string) => {
      const sent = new FormData();
      sent.set('file', new Blob([text]), 'x.csv');
      return client.keepImportFile('person', sent);
    };
    const first = await keep('last\nA\n');
    const person = { email: 'other@example.com', name: 'Other', password: 'a password of length' };
    await client.createUser({ ...person, permission_sets: ['administrator'] } as never);
    const other = await server.signIn(person.email, person.password);
    const parts = () => form({ file_id: first.id });
    const theirs = await other.exchange('POST', '/records/person/import/preview', parts() as never);
    expect(theirs).toMatchObject({ status: 422, body: { errors: [{ code: 'unknown_upload' }] } });
    expect((await client.previewImport('person', parts())).columns).toHaveLength(1);
    for (let index = 0; index < 5; index++) await keep(`last\n${index}\n`);
    const gone = await client.exchange('POST', '/records/person/import/preview', parts() as never);
    expect(gone.status).toBe(422);
  });
});
