/** Files as they come: dates and numbers of other countries, no header, values for all rows, lookups to many, policies. */
import type { Client, ImportMapping } from '@trellis/api';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { importFile } from './import-file.ts';
import { startTestServer, type TestServer } from './start-test-server.ts';

const field = (name: string, body: object) => ({
  kind: 'field' as const,
  name,
  body: { label: name.split('.')[1]!, ...body },
});
const object = (name: string) => ({
  kind: 'object' as const,
  name,
  body: { label: name, plural_label: `${name}s`, name_field: 'name' },
});
const COMPONENTS = [
  object('tag'),
  field('tag.name', { type: 'text', required: true }),
  object('deal'),
  field('deal.name', { type: 'text', required: true }),
  field('deal.code', { type: 'text', unique: true }),
  field('deal.serial', { type: 'integer', unique: true }),
  field('deal.amount', { type: 'currency' }),
  field('deal.share', { type: 'percent' }),
  field('deal.due', { type: 'date' }),
  field('deal.met_at', { type: 'datetime' }),
  field('deal.source', {
    type: 'select',
    options: ['fair', 'web'].map((value) => ({ value, label: value })),
  }),
  field('deal.tags', { type: 'multi_lookup', to: 'tag', through: 'deal_tag' }),
  object('deal_tag'),
  field('deal_tag.name', { type: 'text' }),
  field('deal_tag.deal', { type: 'lookup', to: 'deal' }),
  field('deal_tag.tag', { type: 'lookup', to: 'tag' }),
] as never;

let server: TestServer;
let client: Client;

beforeAll(async () => {
  server = await startTestServer({ components: COMPONENTS, runsJobs: true });
  client = server.client;
  await client.batch('tag', {
    operation: 'create',
    records: ['Red', 'Blue', 'Twin', 'Twin'].map((name) => ({ name })),
  });
});
afterAll(() => server.stop());
beforeEach(async () => {
  const { records } = await client.list('deal', { fields: 'id', limit: 200 });
  if (records.length > 0) await client.batch('deal', { operation: 'delete', records });
});

const run = (content: string, mapping: ImportMapping = {}) =>
  importFile(client, 'deal', { content, mapping });
const preview = (content: string, mapping: ImportMapping = {}) => {
  const form = new FormData();
  form.set('mapping', JSON.stringify(mapping));
  form.set('file', new Blob([content]), 'file.csv');
  return client.previewImport('deal', form);
};
const deals = async (fields: string) => (await client.list('deal', { fields, sort: 'name' })).records;

describe('dates and numbers', () => {
  const FILE = [
    'name;amount;share;due;met_at',
    'A;"1.234,56 €";12,5 %;31.03.2026;31.03.2026 14:30',
    'B;-5;7;1.4.26;1.4.2026',
    'C;1.5;;;',
    'D;;;31.02.2026;',
  ].join('\n');
  const columns = {
    name: 'name',
    amount: { field: 'amount', format: 'comma' },
    share: { field: 'share', format: 'comma' },
    due: { field: 'due', format: 'dmy' },
    met_at: { field: 'met_at', format: 'dmy' },
  } as const;

  it('are found out, and shown as they are understood', async () => {
    const rows = FILE.split('\n').slice(0, 3).join('\n');
    const found = await preview(rows, { columns, time_zone: 'Europe/Berlin' });
    expect(found.columns.map(({ formats }) => formats)).toEqual([
      { date: null, number: null },
      { date: null, number: 'comma' },
      { date: null, number: 'comma' },
      { date: 'dmy', number: null },
      { date: 'dmy', number: null },
    ]);
    expect(found.columns[3]!.read![0]).toEqual({
      sample: '31.03.2026',
      shown: 'Mar 31, 2026',
      problem: null,
    });
    const wrong = await preview(rows, { columns: { due: { field: 'due', format: 'mdy' } } });
    expect(wrong.columns[3]!.read![0]).toMatchObject({ shown: null, problem: expect.stringContaining('no') });
  });

  it('are read as the mapping says, and what does not fit is refused', async () => {
    const job = await run(FILE, { columns, time_zone: 'Europe/Berlin' });
    expect(job.errors!.map(({ row, errors }) => [row, errors[0]!.pointer])).toEqual([
      [3, '/amount'],
      [4, '/due'],
    ]);
    expect(await deals('name,amount,share,due,met_at')).toMatchObject([
      { amount: 1234.56, share: 12.5, due: '2026-03-31', met_at: '2026-03-31T12:30:00.000Z' },
      { amount: -5, share: 7, due: '2026-04-01', met_at: '2026-03-31T22:00:00.000Z' },
    ]);
  });

  it('a format that means nothing for the field is refused', async () => {
    const wrong = run('name\nA\n', { columns: { name: { field: 'name', format: 'dmy' } } });
    await expect(wrong).rejects.toMatchObject({ problem: { errors: [{ pointer: '/columns/name/format' }] } });
    await expect(run('name\nA\n', { time_zone: 'Mars/Olympus' })).rejects.toMatchObject({
      problem: { errors: [{ pointer: '/time_zone' }] },
    });
  });
});

it('a file without a header is seen to have none', async () => {
  const content = 'Acme,12,2026-01-01\nBolt,13,2026-02-01\n';
  const found = await preview(content);
  expect([found.header_row, found.columns.map(({ name }) => name)]).toEqual([
    0,
    ['Column 1', 'Column 2', 'Column 3'],
  ]);
  expect((await preview('name,12\nAcme,13\n')).header_row).toBe(1);
  const columns = { 'Column 1': 'name', 'Column 3': 'due' };
  const job = await run(content, { header_row: 0, columns });
  expect(job.counts).toMatchObject({ created: 2, failed: 0 });
  const titled = await run('My deals\n\nname,due\nCog,2026-03-01\n', { header_row: 3 });
  expect([titled.counts.created, titled.errors]).toEqual([1, []]);
  expect(await deals('name,due')).toMatchObject([
    { due: '2026-01-01' },
    { due: '2026-02-01' },
    { due: '2026-03-01' },
  ]);
});

it('values for all rows fill what a row leaves blank', async () => {
  const defaults = { source: 'fair', amount: '1,000.50', met_at: '2026-01-01T00:00:00Z' };
  const job = await run('name,source\nA,\nB,web\n', { defaults });
  expect(job.counts).toMatchObject({ created: 2, failed: 0 });
  expect(await deals('name,source,amount')).toMatchObject([
    { source: 'fair', amount: 1000.5 },
    { source: 'web', amount: 1000.5 },
  ]);
  const wrong = run('name\nA\n', { defaults: { source: 'moon', created_at: 'x', nothing: 1, due: 5 } });
  await expect(wrong).rejects.toMatchObject({
    problem: {
      errors: ['source', 'created_at', 'nothing', 'due'].map((name) => ({ pointer: `/defaults/${name}` })),
    },
  });
});

it('a lookup to many finds each of its records', async () => {
  const columns = { name: 'name', Tags: { field: 'tags', match: 'name' } };
  const job = await run('name,Tags\nA,Red; Blue \nB,Red;Green\nC,Twin\nD,\n', { columns });
  expect(job.errors!.map(({ row, errors }) => [row, errors[0]!.code])).toEqual([
    [2, 'unknown_target'],
    [3, 'ambiguous_target'],
  ]);
  expect((await deals('name,tags')).map(({ tags }) => (tags as string[]).length)).toEqual([2, 0]);
});

describe('rows whose record exists', () => {
  it('are left alone where that is asked for', async () => {
    await client.create('deal', { name: 'Old', code: 'A' });
    const content = 'code,name\nA,New\nB,One\nB,Two\nC,Three\n';
    const mapping = { operation: 'upsert', key: 'code', existing: 'skip' } as const;
    const trial = await run(content, { ...mapping, dry_run: true });
    const job = await run(content, mapping);
    for (const { counts } of [trial, job]) {
      expect(counts).toEqual({ created: 2, updated: 0, unchanged: 0, failed: 0, skipped: 2 });
    }
    expect((await deals('name,code')).map(({ name }) => name)).toEqual(['Old', 'One', 'Three']);
  });
});

describe('a trial', () => {
  // More than one group of rows.
  const many = Array.from({ length: 1200 }, (_, index) => `Row ${index},K${index},${index}`);

  it('holds rows of different groups against each other', async () => {
    const content = ['name,code,serial', ...many, 'Twin,K3,90001', 'Late,L,7'].join('\n');
    const trial = await run(content, { dry_run: true });
    expect(trial.counts).toMatchObject({ created: 1200, failed: 2 });
    expect(trial.errors!.map(({ row, errors }) => [row, errors[0]!.code, errors[0]!.pointer])).toEqual([
      [1201, 'unique_violation', '/code'],
      [1202, 'unique_violation', '/serial'],
    ]);
    expect(await deals('name')).toEqual([]);
  });

  it('counts what the import itself would count', async () => {
    const content = ['name,code,serial', ...many, 'Again,K5,5'].join('\n');
    const mapping = { operation: 'upsert', key: 'code' } as const;
    const trial = await run(content, { ...mapping, dry_run: true });
    expect(trial.counts).toMatchObject({ created: 1200, updated: 1, failed: 0 });
  });
});

describe('groups that are under way together', () => {
  it('refuse what the one before has taken, in the order of the file', async () => {
    const rows = Array.from({ length: 4_200 }, (_, index) => [`Row ${index}`, `G${index}`, 100_000 + index]);
    // The first and last rows of a group, and one in its midst, want what the group before is about to have.
    for (const index of [2000, 2500, 2999, 3001]) rows[index]![1] = `G${index - 1000}`;
    rows[3000]![2] = 100_000 + 2010;
    const job = await run(['name,code,serial', ...rows.map((row) => row.join(','))].join('\n'));
    expect(job.counts).toMatchObject({ created: 4_195, failed: 5 });
    const faults = job.errors!.map(({ row, errors }) => [row, errors[0]!.code, errors[0]!.pointer]);
    expect(faults).toEqual([
      ...[2001, 2501, 3000].map((row) => [row, 'unique_violation', '/code']),
      [3001, 'unique_violation', '/serial'],
      [3002, 'unique_violation', '/code'],
    ]);
    expect(job.progress).toEqual({ done: 4_200, total: 4_200 });
  });
});
