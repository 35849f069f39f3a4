/** Taking back what a job has done, against real imports, real edits by others and a real SIGKILL. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Job, UserContext, Workers } from '../src/index.ts';
import { LEASE_SECONDS } from './job-worker.ts';
import { errorOf, type OpenEngine, object, openEngine } from './open-engine.ts';

const STAGES = ['new', 'won', 'lost'].map((value) => ({ value, label: value }));
const RIGHTS = { create: true, read: true, update: true, import: true, view_all: true, modify_all: true };
const COMPONENTS = [
  ...object(
    'firm',
    {
      code: { type: 'text', unique: true },
      amount: { type: 'integer' },
      stage: { type: 'status', options: STAGES, transitions: { new: ['won', 'lost'], won: [], lost: [] } },
      note: { type: 'text', read_only_when: { '==': [{ var: 'stage' }, 'won'] } },
      secret_note: { type: 'text' },
      people: { type: 'multi_lookup', to: 'worker', through: 'job_held' },
    },
    { sharing: 'read_write' },
  ),
  ...object('worker', { firm: { type: 'lookup', to: 'firm', on_delete: 'clear' } }),
  ...object(
    'job_held',
    {
      name: { type: 'auto_number', format: 'J-{0000}' },
      firm: { type: 'lookup', to: 'firm', parent: true },
      worker: { type: 'lookup', to: 'worker', required: true, on_delete: 'cascade' },
    },
    { sharing: 'parent' },
  ),
  ...object('branch', { firm: { type: 'lookup', to: 'firm', parent: true } }, { sharing: 'parent' }),
  ...object('diary', { name: { type: 'text', required: true } }, { history: false }),
  {
    kind: 'permission_set',
    name: 'clerk',
    body: { label: 'Clerk', objects: { firm: { ...RIGHTS, default_field: 'update' } } },
  },
];

let open: OpenEngine;
let workers: Workers | undefined;
const processes = new Set<ChildProcess>();

beforeAll(async () => {
  open = await openEngine(COMPONENTS);
});
afterEach(async () => {
  await workers?.stop();
  workers = undefined;
  for (const child of processes) child.kill('SIGKILL');
});
afterAll(() => open.close());

describe('an undo', () => {
  it('B1 takes back an import: what it made goes to the bin, what it changed is as before', async () => {
    start();
    const old = await create({ name: 'Old', code: 'b1-old', amount: 1, stage: 'new', note: 'before' });
    const job = await importRows([
      { name: 'Changed', code: 'b1-old', amount: 2, stage: 'won', note: 'after' },
      { name: 'Made', code: 'b1-new', amount: 3 },
    ]);
    expect(job).toMatchObject({ counts: { created: 1, updated: 1 }, can_undo: true, undone_by: null });
    const trial = await undo(job.id, true);
    expect(trial.counts).toMatchObject({ removed: 1, put_back: 1 });
    expect(await firm(old)).toMatchObject({ name: 'Changed' });
    // The status moves back against its transitions, and the note is open again since its closing is taken back.
    const undone = await undo(job.id);
    expect(undone).toMatchObject({ state: 'done', counts: { removed: 1, put_back: 1 }, undoes: job.id });
    expect(undone.counts.failed).toBeUndefined();
    expect(await firm(old)).toMatchObject({ name: 'Old', amount: 1, stage: 'new', note: 'before' });
    expect(await byCode('b1-new')).toBeUndefined();
    const { entries } = await open.engine.records.history(open.admin, 'firm', old, { limit: 1 } as never);
    expect(entries[0]).toMatchObject({ source: 'undo', actor: { id: open.admin.userId } });
    const again = await open.engine.jobs.get(open.admin, job.id);
    expect(again).toMatchObject({ can_undo: false, undone_by: { id: undone.id, state: 'done' } });
    expect((await errorOf(open.engine.bulk.undo(open.admin, job.id, { dryRun: false }))).code).toBe(
      'not_undoable',
    );
    // It can be undone itself, and the import is then in force again.
    expect((await undo(undone.id)).counts).toMatchObject({ restored: 1, put_back: 1 });
    expect(await firm(old)).toMatchObject({ name: 'Changed', stage: 'won' });
    expect(await open.engine.jobs.get(open.admin, job.id)).toMatchObject({ can_undo: true, undone_by: null });
  });

  it('B2 leaves what was edited since, and says which', async () => {
    start();
    const old = await create({ name: 'Old', code: 'b2-old', amount: 1 });
    const job = await importRows([
      { name: 'Changed', code: 'b2-old', amount: 2 },
      { name: 'Made', code: 'b2-new', amount: 3 },
    ]);
    await open.engine.records.update(open.admin, 'firm', old, { amount: 7 });
    await open.engine.records.update(open.admin, 'firm', (await byCode('b2-new'))!, { amount: 8 });
    const undone = await undo(job.id);
    expect(undone.counts).toMatchObject({
      removed: 1,
      removed_edited: 1,
      put_back: 1,
      edited: 1,
      fields_kept: 1,
    });
    expect(await firm(old)).toMatchObject({ name: 'Old', amount: 7 });
    expect(undone.errors).toMatchObject([
      { record: { object: 'firm', id: old }, errors: [{ code: 'edited_since', pointer: '/amount' }] },
    ]);
  });

  it('B3 goes by the rights of who asks, and lists what they may not take back', async () => {
    start();
    const clerk = await person('clerk@example.com', ['clerk']);
    const old = await create({ name: 'Old', code: 'b3-old', amount: 1 });
    const rows = [
      { name: 'Changed', code: 'b3-old', amount: 2 },
      { name: 'Made', code: 'b3-new', amount: 3 },
    ];
    const job = await importRows(rows, clerk);
    const undone = await undo(job.id, false, clerk);
    expect(undone.counts).toMatchObject({ put_back: 1, failed: 1 });
    expect(undone.errors).toMatchObject([{ errors: [{ code: 'forbidden' }] }]);
    expect(await firm(old)).toMatchObject({ name: 'Old' });
    expect(await byCode('b3-new')).toBeDefined();
    const stranger = await person('stranger@example.com', ['clerk']);
    expect((await errorOf(open.engine.bulk.undo(stranger, job.id, { dryRun: true }))).code).toBe(
      'unknown_job',
    );
  });

  it('B4 of a deletion brings back what went along, and the lookups that it cleared', async () => {
    start();
    const firmId = await create({ name: 'Gone', code: 'b4' });
    const branch = await open.engine.records.create(open.admin, 'branch', { name: 'Branch', firm: firmId });
    const worker = await open.engine.records.create(open.admin, 'worker', { name: 'W', firm: firmId });
    const job = await deleteTogether([firmId]);
    expect((await open.engine.records.get(open.admin, 'worker', String(worker.id))).firm).toBeNull();
    expect((await undo(job.id, true)).counts).toMatchObject({ restored: 2, put_back: 1 });
    // The restore has pointed it back by itself.
    expect((await undo(job.id)).counts).toMatchObject({ restored: 2, unchanged: 1 });
    expect((await open.engine.records.get(open.admin, 'worker', String(worker.id))).firm).toBe(firmId);
    expect(await open.engine.records.get(open.admin, 'branch', String(branch.id))).toMatchObject({
      firm: firmId,
    });
  });

  it('B5 is refused where there is nothing to take back', async () => {
    start();
    const trial = await importRows([{ name: 'Made', code: 'b5' }], open.admin, { dry_run: true });
    expect(trial.can_undo).toBe(false);
    const error = await errorOf(open.engine.bulk.undo(open.admin, trial.id, { dryRun: true }));
    expect(error.code).toBe('not_undoable');
    const silent = await importRows([{ name: 'Made' }], open.admin, { operation: 'create', object: 'diary' });
    expect(silent).toMatchObject({ counts: { created: 1 }, can_undo: false });
  });

  it('B6 agrees with a naive model, whatever others did since, and its own undo brings everything back', {
    timeout: 120_000,
  }, async () => {
    start();
    let run = 0;
    const value = fc.record({
      amount: fc.option(fc.integer({ min: 0, max: 3 }), { nil: null }),
      secret_note: fc.option(fc.constantFrom('a', 'b'), { nil: null }),
    });
    const world = fc.record({
      base: fc.array(value, { minLength: 1, maxLength: 5 }),
      // Rows name records by number: those of the base are changed, others made.
      rows: fc.array(fc.tuple(fc.nat(7), value), { minLength: 1, maxLength: 9 }),
      since: fc.array(
        fc.tuple(
          fc.nat(7),
          fc.constantFrom('amount', 'secret_note', 'delete'),
          fc.integer({ min: 0, max: 3 }),
        ),
        { maxLength: 6 },
      ),
    });
    await fc.assert(
      fc.asyncProperty(world, async ({ base, rows, since }) => {
        const prefix = `b6-${run++}-`;
        const model = new Map<string, Row>();
        for (const [number, fields] of base.entries()) {
          const code = `${prefix}${number}`;
          const id = await create({ name: code, code, ...fields });
          model.set(code, { id, isLive: true, ...fields });
        }
        const before = new Map([...model].map(([code, row]) => [code, { ...row }]));
        const job = await importRows(
          rows.map(([number, fields]) => ({
            code: `${prefix}${number}`,
            name: `${prefix}${number}`,
            ...fields,
          })),
        );
        for (const [number, fields] of rows) {
          const code = `${prefix}${number}`;
          model.set(code, { id: model.get(code)?.id ?? (await byCode(code))!, isLive: true, ...fields });
        }
        const written = new Map([...model].map(([code, row]) => [code, { ...row }]));
        for (const [number, what, to] of since) {
          const row = model.get(`${prefix}${number}`);
          if (!row?.isLive) continue;
          if (what === 'delete') await open.engine.records.delete(open.admin, 'firm', row.id);
          else
            await open.engine.records.update(open.admin, 'firm', row.id, {
              [what]: what === 'amount' ? to : String(to),
            });
          if (what === 'delete') row.isLive = false;
          else if (what === 'amount') row.amount = to;
          else row.secret_note = String(to);
        }
        const edited = new Map([...model].map(([code, row]) => [code, { ...row }]));
        if (job.can_undo) {
          const undone = await undo(job.id);
          for (const [code, row] of model) {
            const [was, made] = [before.get(code), written.get(code)!];
            if (!was) row.isLive = false;
            else if (row.isLive) {
              if (row.amount === made.amount) row.amount = was.amount;
              if (row.secret_note === made.secret_note) row.secret_note = was.secret_note;
            }
          }
          expect(await stored(prefix)).toEqual(liveOf(model));
          expect(undone.progress.done).toBe(undone.progress.total);
          const redone = await open.engine.jobs.get(open.admin, undone.id);
          if (redone.can_undo) await undo(undone.id);
        }
        expect(await stored(prefix)).toEqual(liveOf(edited));
      }),
      { numRuns: 8 },
    );
  });

  it('B7 survives kill -9 in its midst, and nothing is done twice', { timeout: 120_000 }, async () => {
    start();
    const count = 2000;
    const job = await importRows(
      Array.from({ length: count }, (_, index) => ({ name: `K${index}`, code: `k-${index}` })),
    );
    expect(job.counts.created).toBe(count);
    await workers!.stop();
    workers = undefined;
    const child = await startProcess();
    const id = await open.engine.bulk.undo(open.admin, job.id, { dryRun: false });
    await until(id, (each) => each.progress.done > 0);
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    const killed = await open.engine.jobs.get(open.admin, id);
    expect(killed.state).toBe('running');
    start();
    const undone = await until(id, (each) => each.state === 'done');
    expect(undone.counts).toMatchObject({ removed: count });
    const rows = await open.storage.records.countChanged(await open.engine.snapshot(open.workspace), id);
    expect(rows).toBe(count);
    expect(await byCode('k-0')).toBeUndefined();
    const versions = await open.engine.records.list(open.admin, 'firm', {
      deleted: true,
      limit: 200,
      fields: ['version'],
      filter: { starts_with: [{ var: 'code' }, 'k-'] },
    });
    expect(new Set(versions.records.map(({ version }) => version))).toEqual(new Set([2]));
  });
});

interface Row {
  readonly id: string;
  isLive: boolean;
  amount: number | null;
  secret_note: string | null;
}

function liveOf(model: ReadonlyMap<string, Row>) {
  return [...model]
    .filter(([, row]) => row.isLive)
    .map(([code, { amount, secret_note }]) => ({ code, amount, secret_note }))
    .sort((left, right) => (left.code < right.code ? -1 : 1));
}

async function stored(prefix: string) {
  const { records } = await open.engine.records.list(open.admin, 'firm', {
    filter: { starts_with: [{ var: 'code' }, prefix] },
    sort: ['code'],
    limit: 200,
    fields: ['code', 'amount', 'secret_note'],
  });
  return records.map(({ code, amount, secret_note }) => ({ code, amount, secret_note }));
}

function start(): void {
  workers = open.engine.startWorkers({ leaseSeconds: LEASE_SECONDS, roundMilliseconds: 20 });
}

async function startProcess(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'job-worker.ts')], {
    env: { PATH: process.env.PATH, TEST_DATABASE: open.connectionString },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  processes.add(child);
  await once(child.stdout!, 'data');
  return child;
}

async function person(email: string, permissionSets: string[]): Promise<UserContext> {
  const { id } = await open.engine.users.create(open.admin, { email, name: email, permissionSets });
  return { ...open.admin, userId: id, permissionSets };
}

async function create(input: object): Promise<string> {
  return String((await open.engine.records.create(open.admin, 'firm', input)).id);
}

function firm(id: string) {
  return open.engine.records.get(open.admin, 'firm', id);
}

async function byCode(code: string): Promise<string | undefined> {
  const { records } = await open.engine.records.list(open.admin, 'firm', {
    filter: { '==': [{ var: 'code' }, code] },
  });
  return records[0] && String(records[0].id);
}

async function importRows(
  rows: readonly object[],
  context: UserContext = open.admin,
  { object: name = 'firm', ...options }: Record<string, unknown> & { object?: string } = {},
): Promise<Job> {
  const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  async function* once() {
    yield bytes;
  }
  const file = await open.engine.imports.store(context, name, once(), 'rows.ndjson');
  const mapping = { operation: 'upsert', key: 'code', format: 'ndjson', blank: 'clear', ...options };
  if (mapping.operation === 'create') delete (mapping as { key?: string }).key;
  const id = await open.engine.imports.begin(context, name, file, mapping);
  return until(id, (job) => job.state === 'done', context);
}

async function deleteTogether(ids: readonly string[]): Promise<Job> {
  const id = await open.engine.bulk.begin(open.admin, 'firm', { operation: 'delete', ids });
  return until(id, (job) => job.state === 'done');
}

async function undo(id: string, dryRun = false, context: UserContext = open.admin): Promise<Job> {
  const undoing = await open.engine.bulk.undo(context, id, { dryRun });
  return until(undoing, (job) => job.state === 'done', context);
}

async function until(id: string, condition: (job: Job) => boolean, context = open.admin): Promise<Job> {
  for (;;) {
    const job = await open.engine.jobs.get(context, id);
    if (condition(job)) return job;
    if (job.state === 'failed') throw new Error(String(job.message));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
