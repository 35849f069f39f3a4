/** Groups of an import that are under way together and mean the same records: neither waits for the other in a ring. */
import { runStatements, withDatabase } from '@trellis/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenEngine, openEngine } from './open-engine.ts';

const part = (kind: string, name: string, body: object) => ({ kind, name, body });
let open: OpenEngine;
beforeAll(async () => {
  open = await openEngine([
    part('object', 'thing', { label: 'Thing', plural_label: 'Things', name_field: 'name' }),
    part('field', 'thing.name', { label: 'Name', type: 'text' }),
    part('object', 'coded', { label: 'Coded thing', plural_label: 'Coded things', name_field: 'name' }),
    part('field', 'coded.name', { label: 'Name', type: 'text' }),
    part('field', 'coded.code', { label: 'Code', type: 'text', unique: true }),
    part('field', 'coded.thing', { label: 'Thing', type: 'lookup', to: 'thing' }),
  ]);
});
afterAll(() => open?.close());

it('writes rows of the same records in their order, also where a group has to be taken again', async () => {
  const { admin, engine, notes } = open;
  const inputs = Array.from({ length: 200 }, (_, index) => ({ name: `old ${index}` }));
  const creation = { operation: 'create', records: inputs, allOrNothing: true, dryRun: false } as const;
  const made = await engine.records.batch(admin, 'thing', creation);
  const ids = made.results.map((each) => String(each.id));
  // Four groups of a thousand rows, and the beginning of a fifth; the fourth has a row that stands for nothing.
  const rows = Array.from({ length: 4001 }, (_, row) => {
    const id = row === 3500 ? '00000000-0000-7000-8000-000000000000' : ids[row % ids.length];
    return `${id},new ${row}`;
  });
  const bytes = async function* () {
    yield Buffer.from(['id,name', ...rows].join('\n'));
  };
  notes.length = 0;
  const file = await engine.imports.store(admin, 'thing', bytes(), 'things.csv');
  const job = await engine.imports.begin(admin, 'thing', file, { operation: 'update', key: 'id' });
  const workers = engine.startWorkers({ roundMilliseconds: 20 });
  try {
    await expect
      .poll(async () => (await engine.jobs.get(admin, job)).state, { timeout: 50_000 })
      .toBe('done');
  } finally {
    await workers.stop();
  }
  expect((await engine.jobs.get(admin, job)).counts).toMatchObject({ updated: 4000, failed: 1 });
  expect(notes).toEqual([]);
  const last = await engine.records.get(admin, 'thing', ids[0]!);
  expect(last.name).toBe('new 4000');
});

/** Makes a record of another code, as somebody else would within the client's transaction. */
const copyCoded = (client: Parameters<Parameters<typeof withDatabase>[1]>[0], from: string, to: string) =>
  client.query(
    `insert into ws_main.coded select (jsonb_populate_record(t, jsonb_build_object(
       'id', gen_random_uuid(), 'data', replace(t.data::text, $1, $2)::jsonb))).*
     from ws_main.coded t where t.data::text like '%' || $1 || '%'`,
    [from, to],
  );

// The second group is held up while the third writes beside it, and wants at its end what that one has taken.
it.each(['rollback', 'commit'])(
  'has a group that has written ahead give way to the one before (%s)',
  async (end) => {
    const { admin, engine, notes } = open;
    const codes = Array.from({ length: 2500 }, (_, row) => `${end} ${row}`);
    codes[2000] = codes[1999]!;
    const bytes = async function* () {
      yield Buffer.from(['name,code', ...codes.map((code) => `new,${code}`)].join('\n'));
    };
    const template = { name: 'other', code: `template ${end}` };
    await engine.records.create(admin, 'coded', template);
    notes.length = 0;
    const workers = engine.startWorkers({ roundMilliseconds: 20 });
    try {
      await withDatabase(open.connectionString, async (other) => {
        await other.query('begin');
        const own = (await other.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]!.pid;
        const taken = await other.query(
          `insert into ws_main.coded select (jsonb_populate_record(t, jsonb_build_object(
           'id', gen_random_uuid(), 'data', replace(t.data::text, $1, $2)::jsonb))).*
         from ws_main.coded t where t.data::text like '%' || $1 || '%'`,
          [template.code, codes[1000]],
        );
        expect(taken.rowCount).toBe(1);
        const file = await engine.imports.store(admin, 'coded', bytes(), 'coded.csv');
        const job = await engine.imports.begin(admin, 'coded', file, { operation: 'create' });
        const writtenAhead = () =>
          runStatements(
            open.connectionString,
            `select pid from pg_stat_activity
            where datname = current_database() and state = 'idle in transaction' and pid <> ${own}`,
          );
        await expect.poll(writtenAhead, { timeout: 20_000 }).toHaveLength(1);
        await other.query(end);
        const ended = async () => (await engine.jobs.get(admin, job)).state;
        await expect.poll(ended, { timeout: 20_000 }).toBe('done');
        const failed = end === 'commit' ? 2 : 1;
        const { counts } = await engine.jobs.get(admin, job);
        expect(counts).toMatchObject({ created: 2500 - failed, failed });
        expect(notes).toEqual([]);
      });
    } finally {
      await workers.stop();
    }
  },
);

it('brings two imports of the same values in opposite order to their end', async () => {
  const { admin, engine } = open;
  const codes = Array.from({ length: 4000 }, (_, row) => `both ${row}`);
  const begin = async (values: readonly string[]) => {
    const bytes = async function* () {
      yield Buffer.from(['name,code', ...values.map((code) => `new,${code}`)].join('\n'));
    };
    const file = await engine.imports.store(admin, 'coded', bytes(), 'coded.csv');
    return engine.imports.begin(admin, 'coded', file, { operation: 'create' });
  };
  const jobs = [await begin(codes), await begin(codes.toReversed())];
  const workers = engine.startWorkers({ roundMilliseconds: 20 });
  try {
    const states = () => Promise.all(jobs.map(async (job) => (await engine.jobs.get(admin, job)).state));
    await expect.poll(states, { timeout: 60_000 }).toEqual(['done', 'done']);
  } finally {
    await workers.stop();
  }
  const counts = await Promise.all(jobs.map(async (job) => (await engine.jobs.get(admin, job)).counts));
  const sum = (name: string) => counts.reduce((total, each) => total + (each[name] ?? 0), 0);
  expect([sum('created'), sum('failed')]).toEqual([4000, 4000]);
});

it('changes the record that somebody else has made since it was looked for', async () => {
  const { admin, engine } = open;
  const { id } = await engine.records.create(admin, 'thing', { name: 'pointed at' });
  await engine.records.create(admin, 'coded', { name: 'of somebody', code: 'early' });
  const bytes = async function* () {
    yield Buffer.from(`name,code,thing\nof the file,late,${id}`);
  };
  const file = await engine.imports.store(admin, 'coded', bytes(), 'coded.csv');
  const workers = engine.startWorkers({ roundMilliseconds: 20 });
  try {
    const job = await withDatabase(open.connectionString, async (other) => {
      // The file's record is looked for, then its target, for which it waits, then whether its values are taken.
      await other.query('begin');
      await copyCoded(other, 'early', 'late');
      await other.query('lock table ws_main.thing in access exclusive mode');
      const begun = await engine.imports.begin(admin, 'coded', file, { operation: 'upsert', key: 'code' });
      const waiting = () =>
        runStatements(open.connectionString, `select pid from pg_locks where not granted`);
      await expect.poll(waiting, { timeout: 20_000 }).toHaveLength(1);
      await other.query('commit');
      return begun;
    });
    const ended = async () => (await engine.jobs.get(admin, job)).state;
    await expect.poll(ended, { timeout: 20_000 }).toBe('done');
    expect((await engine.jobs.get(admin, job)).counts).toMatchObject({ created: 0, updated: 1, failed: 0 });
  } finally {
    await workers.stop();
  }
});
