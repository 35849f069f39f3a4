/** Texts that are sealed where they are stored: read by who may, seen by nobody else, and sealed anew with the keys. */
import { randomBytes } from 'node:crypto';
import { createStorage } from '@trellis/storage';
import { readTables } from '@trellis/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEngine } from '../src/index.ts';
import { faultsOf, type OpenEngine, object, openEngine, readStandardPackage } from './open-engine.ts';

const OLD = randomBytes(32);
const NEW = randomBytes(32);
const DIAGNOSIS = 'measles, since Monday';
const SCHEMA = object('patient', {
  diagnosis: { type: 'long_text', encrypted: true },
  mail: { type: 'email', encrypted: true },
  note: { type: 'text' },
  token: { type: 'secret' },
  parent: { type: 'lookup', to: 'patient' },
});

let open: OpenEngine;
beforeAll(async () => {
  open = await openEngine(SCHEMA, { secretKeys: [OLD] });
});
afterAll(() => open?.close());

const field = (name: string, body: object) => ({ kind: 'field', name, body: { label: 'L', ...body } });
const stored = () =>
  readTables(open.connectionString, open.workspace.schema, ['patient', '_history', '_outbox']);

it('is read and written like any text, and lies sealed in every table', async () => {
  const { records } = open.engine;
  const made = await records.create(open.admin, 'patient', {
    name: 'A',
    diagnosis: DIAGNOSIS,
    mail: ' Pat@Example.com ',
  });
  expect(made).toMatchObject({ diagnosis: DIAGNOSIS, mail: 'pat@example.com' });
  const id = String(made.id);
  expect(await records.get(open.admin, 'patient', id)).toEqual(made);
  const changed = await records.update(open.admin, 'patient', id, { diagnosis: 'cured', note: 'n' });
  expect(changed).toMatchObject({ diagnosis: 'cured', mail: 'pat@example.com', note: 'n' });
  // The same again changes nothing, though every sealing gives another text.
  expect((await records.update(open.admin, 'patient', id, { diagnosis: ' cured ' })).version).toBe(
    changed.version,
  );
  const [row] = (await records.list(open.admin, 'patient', { fields: ['diagnosis', 'mail'] })).records;
  expect(row).toMatchObject({ diagnosis: 'cured', mail: 'pat@example.com' });
  const { entries } = await records.history(open.admin, 'patient', id, { limit: 10 });
  expect(entries[0]!.changes).toContainEqual({ field: 'diagnosis', before: DIAGNOSIS, after: 'cured' });
  const rows = await records.exportRows(open.admin, 'patient', { fields: ['diagnosis'] });
  const cells: unknown[] = [];
  for await (const page of rows.pages) cells.push(...page.map((each) => rows.toCells(each)));
  expect(cells).toEqual([['cured']]);
  const text = await stored();
  for (const hidden of [DIAGNOSIS, 'cured', 'pat@example.com']) expect(text).not.toContain(hidden);
  expect(await faultsOf(records.update(open.admin, 'patient', id, { mail: 'nobody' }))).toEqual([
    'invalid_format /mail',
  ]);
  expect((await records.update(open.admin, 'patient', id, { mail: null })).mail).toBeNull();
});

it('lies sealed in what an import keeps of refused rows and of its defaults', async () => {
  const { imports, jobs } = open.engine;
  const text = 'name,diagnosis,note\nRefused,rubella by file,x\n,scurvy by file,y\n';
  const bytes = async function* () {
    yield Buffer.from(text);
  };
  const file = await imports.store(open.admin, 'patient', bytes(), 'patients.csv');
  const mapping = { defaults: { token: 'herring by default', mail: 'pat@example.com' }, dry_run: true };
  const workers = open.engine.startWorkers({ roundMilliseconds: 20 });
  const id = await imports.begin(open.admin, 'patient', file, mapping);
  try {
    await expect.poll(async () => (await jobs.get(open.admin, id)).state).toBe('done');
  } finally {
    await workers.stop();
  }
  expect((await jobs.get(open.admin, id)).counts).toMatchObject({ created: 1, failed: 1 });
  const refused: unknown[] = [];
  for await (const page of (await imports.refused(open.admin, id)).pages) refused.push(...page);
  // Whoever imported the file gets its rows back as they were.
  expect(refused).toMatchObject([{ row: 2, content: ['', 'scurvy by file', 'y'] }]);
  const kept = await readTables(open.connectionString, open.workspace.schema, ['_job', '_job_rejection']);
  expect(kept).toContain('patients.csv');
  expect(kept).not.toMatch(/rubella|scurvy|herring|pat@example/);
});

it('lies sealed also where the beginning of the file brings none', async () => {
  const { imports, jobs } = open.engine;
  const plain = Array.from({ length: 1200 }, (_, row) => `{"name":"Row ${row}"}\n`);
  const bytes = async function* () {
    yield Buffer.from(`${plain.join('')}{"token":"pilchard","diagnosis":"gout by file"}\n`);
  };
  const file = await imports.store(open.admin, 'patient', bytes(), 'patients.ndjson');
  const workers = open.engine.startWorkers({ roundMilliseconds: 20 });
  const id = await imports.begin(open.admin, 'patient', file, { dry_run: true });
  try {
    await expect.poll(async () => (await jobs.get(open.admin, id)).state).toBe('done');
  } finally {
    await workers.stop();
  }
  const refused: unknown[] = [];
  for await (const page of (await imports.refused(open.admin, id)).pages) refused.push(...page);
  expect(refused).toMatchObject([{ row: 1201, content: { token: 'pilchard', diagnosis: 'gout by file' } }]);
  const kept = await readTables(open.connectionString, open.workspace.schema, ['_job', '_job_rejection']);
  expect(kept).toContain('patients.ndjson');
  expect(kept).not.toMatch(/pilchard|gout/);
});

it('is not looked for in rows that bring none, whatever they call their values', async () => {
  const { imports, jobs } = open.engine;
  const bytes = async function* () {
    yield Buffer.from('{"sealed":"in 1999","note":"kept"}\n');
  };
  const file = await imports.store(open.admin, 'patient', bytes(), 'patients.ndjson');
  const mapping = { columns: { note: 'note' } };
  const workers = open.engine.startWorkers({ roundMilliseconds: 20 });
  const id = await imports.begin(open.admin, 'patient', file, mapping);
  try {
    await expect.poll(async () => (await jobs.get(open.admin, id)).state).toBe('done');
  } finally {
    await workers.stop();
  }
  const refused: unknown[] = [];
  for await (const page of (await imports.refused(open.admin, id)).pages) refused.push(...page);
  expect(refused).toMatchObject([{ row: 1, content: { sealed: 'in 1999', note: 'kept' } }]);
});

it('lies sealed in an order for many records too, which stands in the table of jobs for a month', async () => {
  const { records, bulk, jobs } = open.engine;
  const made = await records.create(open.admin, 'patient', { name: 'Of an order' });
  const set = { diagnosis: 'mumps, by order', token: 'swordfish, by order', note: 'in the clear' };
  const workers = open.engine.startWorkers({ roundMilliseconds: 20 });
  try {
    const id = await bulk.begin(open.admin, 'patient', { operation: 'update', ids: [made.id], set });
    await expect.poll(async () => (await jobs.get(open.admin, id)).state).toBe('done');
  } finally {
    await workers.stop();
  }
  const after = await records.get(open.admin, 'patient', String(made.id));
  expect(after).toMatchObject({ diagnosis: set.diagnosis, note: set.note, token: { is_set: true } });
  const revealed = { object: 'patient', id: String(made.id), field: 'token' };
  expect(await open.engine.secrets.reveal(open.system, revealed)).toBe(set.token);
  const everywhere = await readTables(open.connectionString, open.workspace.schema, ['_job']);
  expect(everywhere).toContain(set.note);
  expect(everywhere).not.toMatch(/mumps|swordfish/);
});

it('can be neither asked nor found, and a publish that wants it says so', async () => {
  const list = (request: object) => open.engine.records.list(open.admin, 'patient', request);
  expect(await faultsOf(list({ filter: { '==': [{ var: 'diagnosis' }, 'cured'] } }))).toEqual([
    'not_supported /filter/==/0/var',
  ]);
  expect(await faultsOf(list({ sort: ['diagnosis'] }))).toEqual(['not_sortable /sort/0']);
  expect(await faultsOf(list({ fields: ['parent.diagnosis'] }))).toEqual(['not_supported /fields/0']);
  expect((await list({ search: 'cured' })).records).toEqual([]);
  const bad = open.engine.metadata.publish(open.system, {
    components: [
      field('patient.one', { type: 'text', encrypted: true, unique: true, searchable: true }),
      field('patient.two', { type: 'integer', encrypted: true }),
      field('patient.three', { type: 'email', encrypted: true, multiple: true }),
      field('patient.four', { type: 'formula', formula: { upper: { var: 'diagnosis' } } }),
      {
        kind: 'view',
        name: 'patient.v',
        body: { label: 'V', columns: ['name', 'diagnosis'], sort: ['diagnosis'] },
      },
    ],
  });
  expect(await faultsOf(bad)).toEqual([
    'conflicting_properties /components/0/body/searchable',
    'conflicting_properties /components/0/body/unique',
    'conflicting_properties /components/2/body/encrypted',
    'not_sortable /components/4/body/sort/0',
    'not_supported /components/3/body/formula/upper/var',
    'property_not_applicable /components/1/body/encrypted',
  ]);
});

it('a text that becomes encrypted is sealed with all that was said of it; back there is no way', async () => {
  const { records, metadata } = open.engine;
  const plain = 'a remark in the clear';
  const made = await records.create(open.admin, 'patient', { name: 'B', note: plain });
  const gone = await records.create(open.admin, 'patient', { name: 'C', note: `${plain} too` });
  await records.delete(open.admin, 'patient', String(gone.id));
  await metadata.publish(open.system, {
    components: [field('patient.note', { type: 'text', encrypted: true })],
  });
  expect((await records.get(open.admin, 'patient', String(made.id))).note).toBe(plain);
  await runJobs();
  // The outbox is kept for a day and tells of creations no values.
  expect(await stored()).not.toContain(plain);
  expect(await records.get(open.admin, 'patient', String(made.id))).toMatchObject({
    note: plain,
    version: 1,
  });
  const { entries } = await records.history(open.admin, 'patient', String(made.id), { limit: 10 });
  expect(JSON.stringify(entries)).toContain(plain);
  expect(
    await faultsOf(metadata.publish(open.system, { components: [field('patient.note', { type: 'text' })] })),
  ).toEqual(['type_change /components/0/body/encrypted']);
});

it('everything is sealed anew by the first key, and the older one can go', async () => {
  const made = await open.engine.records.create(open.admin, 'patient', {
    name: 'D',
    diagnosis: DIAGNOSIS,
    token: 'sesame',
  });
  const id = String(made.id);
  await open.engine.records.update(open.admin, 'patient', id, { diagnosis: 'cured' });
  await expect(open.engine.secrets.reseal(open.nobody)).rejects.toMatchObject({ code: 'forbidden' });
  const rotated = await openWith([NEW, OLD]);
  const job = await rotated.engine.secrets.reseal(open.admin);
  await runJobs(rotated.engine);
  expect(await rotated.engine.jobs.get(open.admin, job)).toMatchObject({
    state: 'done',
    counts: { lost: 0 },
  });
  await rotated.close();
  const after = await openWith([NEW]);
  const { records, secrets } = after.engine;
  expect(await records.get(open.admin, 'patient', id)).toMatchObject({ diagnosis: 'cured', version: 2 });
  expect(await secrets.reveal(open.system, { object: 'patient', id, field: 'token' })).toBe('sesame');
  const { entries } = await records.history(open.admin, 'patient', id, { limit: 10 });
  expect(entries[0]!.changes).toContainEqual({ field: 'diagnosis', before: DIAGNOSIS, after: 'cured' });
  // Whose key is gone is blank, and a save of another field does not lose it.
  const { records: blind } = open.engine;
  expect(await blind.get(open.admin, 'patient', id)).toMatchObject({ diagnosis: null });
  await blind.update(open.admin, 'patient', id, { name: 'E' });
  expect(await records.get(open.admin, 'patient', id)).toMatchObject({ diagnosis: 'cured', name: 'E' });
  await after.close();
});

async function openWith(secretKeys: readonly [Buffer, ...Buffer[]]) {
  const storage = await createStorage({ connectionString: open.connectionString });
  const engine = createEngine({ storage, systemPackage: readStandardPackage('system'), secretKeys });
  return {
    engine,
    async close() {
      await engine.close();
      await storage.close();
    },
  };
}

/** Runs what waits until nothing does. */
async function runJobs(engine = open.engine): Promise<void> {
  const workers = engine.startWorkers({ concurrency: 1, roundMilliseconds: 50 });
  await expect
    .poll(
      async () => {
        const { jobs } = await engine.jobs.list(open.admin, { limit: 50, all: true });
        return jobs.every((job) => job.state === 'done');
      },
      { timeout: 20_000 },
    )
    .toBe(true);
  await workers.stop();
}

it('is refused as a default of an import where there is no key, and does not wait in the clear', async () => {
  const without = await openEngine(SCHEMA);
  try {
    const { imports } = without.engine;
    const bytes = async function* () {
      yield Buffer.from('name\nA\n');
    };
    const file = await imports.store(without.admin, 'patient', bytes(), 'patients.csv');
    const begun = (defaults: object) => imports.begin(without.admin, 'patient', file, { defaults });
    const given = { token: 'herring', mail: 'pat@example.com', note: 'kept' };
    expect(await faultsOf(begun(given))).toEqual([
      'no_secret_key /defaults/mail',
      'no_secret_key /defaults/token',
    ]);
    await begun({ note: 'kept' });
    const kept = await readTables(without.connectionString, without.workspace.schema, ['_job']);
    expect(kept).toContain('kept');
    expect(kept).not.toMatch(/herring|pat@example/);
  } finally {
    await without.close();
  }
});
