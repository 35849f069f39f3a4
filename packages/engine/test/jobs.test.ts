/** The job queue with real workers, real processes and a real SIGKILL. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { v7 as makeId } from 'uuid';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Job, Workers } from '../src/index.ts';
import { keptContext } from '../src/jobs/job-context.ts';
import { FILL, LEASE_SECONDS } from './job-worker.ts';
import { errorOf, type OpenEngine, openEngine, SAMPLE } from './open-engine.ts';

let open: OpenEngine;
let workers: Workers | undefined;
const processes = new Set<ChildProcess>();

beforeAll(async () => {
  open = await openEngine(SAMPLE, { jobKinds: [FILL] });
});
afterEach(async () => {
  await workers?.stop();
  workers = undefined;
  for (const child of processes) await end(child, 'SIGKILL');
});
afterAll(() => open.close());

describe('a job', () => {
  it('is run, and tells of its progress and result', async () => {
    start();
    const id = await add({ count: 20 });
    const job = await until(id, (each) => each.state === 'done');
    expect(job).toMatchObject({
      progress: { done: 20, total: 20 },
      counts: { created: 20 },
      message: 'All there.',
      result: { filled: 20 },
      wish: null,
      created_by: { id: open.admin.userId },
    });
    expect(await filled()).toEqual(names(20));
  });

  it('that fails says why and keeps what it did', async () => {
    start();
    const job = await until(await add({ count: 20, failsAt: 10 }), (each) => each.state === 'failed');
    expect(job.message).toBe('There is nothing left to fill.');
    expect(await filled()).toEqual(names(10));
  });

  it('that runs into a bug is tried again, then fails without telling of its inside', async () => {
    start();
    const job = await until(await add({ count: 10, bugAt: 5 }), (each) => each.state === 'failed');
    expect(job.message).toMatch(/unforeseen/);
    expect(job.message).not.toContain('secret');
    expect(await filled()).toEqual(names(5));
    expect(open.notes.some((note) => note.includes('ended with an error'))).toBe(true);
  });

  it('fails when whoever asked for it has left', async () => {
    const id = makeId();
    const colleague = await open.engine.users.create(open.admin, { email: 'gone@example.com', name: 'Gone' });
    const context = { ...open.admin, userId: colleague.id };
    await open.storage.jobs.add(open.workspace, {
      id,
      kind: 'fill',
      input: { count: 5 },
      ...keptContext(context),
    });
    await open.engine.users.update(open.admin, colleague.id, { isActive: false });
    start();
    const job = await until(id, (each) => each.state === 'failed');
    expect(job.message).toMatch(/no longer works/);
  });

  it('is added with the transaction, or not at all', async () => {
    const id = makeId();
    const adding = open.storage.transaction(async (transaction) => {
      await open.storage.jobs.add(open.workspace, request(id, { count: 5 }), transaction);
      throw new Error('rolled back');
    });
    await expect(adding).rejects.toThrow('rolled back');
    expect((await errorOf(open.engine.jobs.get(open.admin, id))).code).toBe('unknown_job');
  });

  it('with the key of one that waits is that one', async () => {
    const add = (id: string) =>
      open.storage.jobs.add(open.workspace, { ...request(id, { count: 5 }), key: 'same' });
    const first = makeId();
    expect(await add(first)).toBe(first);
    expect(await add(makeId())).toBe(first);
    start();
    await until(first, (each) => each.state === 'done');
    const second = makeId();
    expect(await add(second)).toBe(second);
    await until(second, (each) => each.state === 'done');
  });
});

describe('people', () => {
  it('cancel a waiting job at once, and a running one after its step', async () => {
    const waiting = await add({ count: 5 });
    expect(await open.engine.jobs.cancel(open.admin, waiting)).toMatchObject({ state: 'cancelled' });
    // That it will never run stands in the log, once.
    await open.engine.jobs.cancel(open.admin, waiting);
    const { entries } = await open.engine.audit.list(
      open.admin,
      { actions: ['job_ended'] },
      { limit: 50, after: undefined },
    );
    expect(entries.filter(({ details }) => details.job === waiting)).toMatchObject([
      { actorId: open.admin.userId, details: { kind: 'fill', state: 'cancelled' } },
    ]);
    start();
    const id = await add({ count: 100_000, pause: 5 });
    await until(id, (each) => each.progress.done > 0);
    await open.engine.jobs.cancel(open.admin, id);
    const job = await until(id, (each) => each.state === 'cancelled');
    expect(await filled()).toEqual(names(job.progress.done));
    // A job that is over stays what it is.
    expect(await open.engine.jobs.resume(open.admin, id)).toMatchObject({ state: 'cancelled' });
  });

  it('pause and resume, and nothing is done twice', async () => {
    start();
    const id = await add({ count: 300, pause: 2 });
    await until(id, (each) => each.progress.done > 0);
    await open.engine.jobs.pause(open.admin, id);
    const paused = await until(id, (each) => each.state === 'paused');
    expect(paused.progress.done).toBeLessThan(300);
    expect(await filled()).toEqual(names(paused.progress.done));
    await open.engine.jobs.resume(open.admin, id);
    await until(id, (each) => each.state === 'done');
    expect(await filled()).toEqual(names(300));
  });

  it('see their own jobs; administrators see all', async () => {
    const colleague = await open.engine.users.create(open.admin, { email: 'bob@example.com', name: 'Bob' });
    const bob = { ...open.admin, userId: colleague.id, permissionSets: [] };
    const own = makeId();
    await open.storage.jobs.add(open.workspace, {
      id: own,
      kind: 'fill',
      input: { count: 5 },
      ...keptContext(bob),
    });
    const other = await add({ count: 5 });
    expect((await open.engine.jobs.list(bob, { limit: 10 })).jobs.map(({ id }) => id)).toEqual([own]);
    expect((await open.engine.jobs.get(bob, own)).id).toBe(own);
    expect((await errorOf(open.engine.jobs.get(bob, other))).code).toBe('unknown_job');
    expect((await errorOf(open.engine.jobs.cancel(bob, other))).code).toBe('unknown_job');
    expect((await errorOf(open.engine.jobs.list(bob, { limit: 10, all: true }))).code).toBe('forbidden');
    const { jobs, next } = await open.engine.jobs.list(open.admin, { limit: 1, all: true });
    expect(jobs.map(({ id }) => id)).toEqual([other]);
    const below = await open.engine.jobs.list(open.admin, { limit: 1, all: true, before: next! });
    expect(below.jobs.map(({ id }) => id)).toEqual([own]);
    for (const id of [own, other]) await open.engine.jobs.cancel(open.admin, id);
  });
});

describe('several processes', () => {
  it('share the work, and each job is run by one of them', async () => {
    const ids = await Promise.all(Array.from({ length: 6 }, () => add({ count: 40, pause: 10 })));
    await Promise.all([startProcess(), startProcess()]);
    // Both have one at the same moment: neither waits for the other.
    await untilTrue(async () => {
      const jobs = await Promise.all(ids.map((id) => open.engine.jobs.get(open.admin, id)));
      return jobs.filter((each) => each.state === 'running').length === 2;
    });
    for (const id of ids) await until(id, (each) => each.state === 'done');
    expect(await filled()).toHaveLength(6 * 40);
  });

  it('go on with the job of one that was killed; nothing is done twice and nothing is left out', async () => {
    const first = await startProcess();
    const id = await add({ count: 400, pause: 5 });
    await until(id, (each) => each.progress.done >= 25);
    await end(first, 'SIGKILL');
    const killed = await open.engine.jobs.get(open.admin, id);
    expect(killed.state).toBe('running');
    await startProcess();
    await until(id, (each) => each.progress.done > killed.progress.done);
    await until(id, (each) => each.state === 'done');
    expect(await filled()).toEqual(names(400));
  });

  it('that stop in order put their job back at once', async () => {
    const first = await startProcess();
    const id = await add({ count: 400, pause: 5 });
    await until(id, (each) => each.progress.done >= 25);
    expect(await end(first, 'SIGTERM')).toBe(0);
    const stopped = await open.engine.jobs.get(open.admin, id);
    expect(stopped.state).toBe('queued');
    start();
    await until(id, (each) => each.state === 'done');
    expect(await filled()).toEqual(names(400));
  });

  it('keep one that was thought dead from writing when it wakes up', async () => {
    const id = await add({ count: 400, pause: 5 });
    const first = await startProcess();
    await until(id, (each) => each.progress.done >= 25);
    first.kill('SIGSTOP');
    await startProcess();
    const stopped = await open.engine.jobs.get(open.admin, id);
    await until(id, (each) => each.progress.done > stopped.progress.done + 20);
    first.kill('SIGCONT');
    await until(id, (each) => each.state === 'done');
    expect(await filled()).toEqual(names(400));
  });
});

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

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  processes.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, 'exit');
  child.kill(signal);
  const [code] = await exited;
  return code as number | null;
}

function request(id: string, input: { count: number }) {
  return { id, kind: 'fill', input, ...keptContext(open.admin) };
}

/** Queues a job that begins with no company there. */
async function add(input: {
  count: number;
  pause?: number;
  failsAt?: number;
  bugAt?: number;
}): Promise<string> {
  const { records } = await open.engine.records.list(open.admin, 'company', { limit: 1, count: 'exact' });
  if (records.length > 0) await clear();
  return open.storage.jobs.add(open.workspace, request(makeId(), input));
}

async function clear(): Promise<void> {
  for (;;) {
    const { records } = await open.engine.records.list(open.admin, 'company', { limit: 200, fields: ['id'] });
    if (records.length === 0) return;
    await open.engine.records.batch(open.admin, 'company', {
      operation: 'delete',
      records,
      allOrNothing: true,
      dryRun: false,
    });
  }
}

async function filled(): Promise<string[]> {
  const found: string[] = [];
  const { pages } = await open.engine.records.exportRows(open.admin, 'company', { fields: ['name'] });
  for await (const page of pages) found.push(...page.map((record) => String(record.name)));
  return found.sort((left, right) => Number(left) - Number(right));
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(index));
}

async function until(id: string, condition: (job: Job) => boolean): Promise<Job> {
  let job: Job | undefined;
  await untilTrue(async () => {
    job = await open.engine.jobs.get(open.admin, id);
    return condition(job);
  });
  return job!;
}

async function untilTrue(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
}
