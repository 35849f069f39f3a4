/**
 * Kills the server, PostgreSQL, or both, or shuts PostgreSQL down, at random points under load, again and again, on one
 * data folder. After each round everything that was acknowledged must be there, and nothing may be half done: each
 * record has exactly one history entry per version, and each all-or-nothing batch is there whole or not at all.
 *
 * Real processes: `main.ts` as production starts it, with its own embedded PostgreSQL and full durability.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiError, type Client, createClient } from '@trellis/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROUNDS = Number(process.env.TRELLIS_CRASH_ROUNDS ?? 50);
const BATCH = 5;
/** Entries of a history's first page. */
const HISTORY_PAGE = 50;
const WRITERS = 4;
const ADMINISTRATOR = { email: 'crash@example.com', password: 'a long enough password' };
/** `restart`: PostgreSQL is shut down as an operator does, which ends all sessions, and must come back. */
const VICTIMS = ['server', 'postgres', 'restart', 'both', 'postgres', 'restart'] as const;

const folder = mkdtempSync(join(tmpdir(), 'trellis-crash-'));
/** What the server acknowledged: id → the version it named last. */
const acknowledged = new Map<string, number>();
/** Ids that an acknowledged delete took away. */
const deleted = new Set<string>();
const acknowledgedBatches: string[] = [];
const startedBatches: string[] = [];
let server: ChildProcess | undefined;
let client: Client;
let output: string[] = [];
let sequence = 0;

beforeAll(async () => {
  await startServer();
  await client.publish({
    components: [
      {
        kind: 'object',
        name: 'crash_entry',
        body: { label: 'Crash entry', plural_label: 'Crash entries', name_field: 'name' },
      },
      { kind: 'field', name: 'crash_entry.name', body: { label: 'Name', type: 'text', required: true } },
      { kind: 'field', name: 'crash_entry.batch', body: { label: 'Batch', type: 'text', indexed: true } },
      { kind: 'field', name: 'crash_entry.counter', body: { label: 'Counter', type: 'integer' } },
    ],
  });
}, 120_000);

afterAll(async () => {
  const stopping = server;
  if (stopping && stopping.exitCode === null) {
    const ended = new Promise((resolve) => stopping.once('exit', resolve));
    stopping.kill('SIGTERM');
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

describe('crash', () => {
  it(
    `keeps every acknowledged write and nothing half done over ${ROUNDS} rounds of SIGKILL and restart`,
    async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const victim = VICTIMS[round % VICTIMS.length]!;
        const stop = new AbortController();
        const writers = Array.from({ length: WRITERS }, () => write(stop.signal));
        await sleep(40 + Math.random() * 260);
        kill(victim);
        await sleep(20);
        stop.abort();
        await Promise.all(writers);
        await recover(victim);
        if (round % 10 === 9) await verify(`after round ${round + 1} (${victim})`);
      }
      await verify('at the end');
      expect(acknowledged.size).toBeGreaterThan(ROUNDS);
      expect(acknowledgedBatches.length).toBeGreaterThan(0);
    },
    ROUNDS * 30_000,
  );
});

/** Creates, updates, deletes and batches until told to stop; notes what was acknowledged. */
async function write(signal: AbortSignal): Promise<void> {
  const own: string[] = [];
  while (!signal.aborted) {
    try {
      const choice = Math.random();
      if (choice < 0.45 || own.length === 0) {
        const record = await client.create('crash_entry', { name: `entry ${++sequence}`, counter: 0 });
        acknowledged.set(record.id, record.version);
        own.push(record.id);
      } else if (choice < 0.8) {
        const id = own[Math.floor(Math.random() * own.length)]!;
        const record = await client.update('crash_entry', id, { counter: ++sequence });
        acknowledged.set(id, record.version);
      } else if (choice < 0.88) {
        const id = own.pop()!;
        // From here on it may be gone, acknowledged or not.
        acknowledged.delete(id);
        await client.remove('crash_entry', id);
        deleted.add(id);
      } else {
        const batch = `batch ${++sequence}`;
        startedBatches.push(batch);
        await client.batch('crash_entry', {
          operation: 'create',
          all_or_nothing: true,
          records: Array.from({ length: BATCH }, (_, index) => ({
            name: `${batch}, ${index}`,
            batch,
            counter: index,
          })),
        });
        acknowledgedBatches.push(batch);
      }
    } catch (error) {
      // A killed server refuses or breaks connections, a killed database makes it answer 5xx; nothing else may happen.
      if (error instanceof ApiError && error.status < 500) throw error;
      await sleep(5);
    }
  }
}

async function verify(when: string): Promise<void> {
  const found = new Map<string, number>();
  let after: string | undefined;
  do {
    const page = await client.list('crash_entry', {
      fields: ['name'],
      limit: 200,
      ...(after === undefined ? {} : { after }),
    });
    for (const record of page.records) found.set(record.id, record.version);
    after = page.next ?? undefined;
  } while (after !== undefined);

  const lost = [...acknowledged].filter(([id, version]) => (found.get(id) ?? 0) < version);
  expect(lost, `acknowledged writes that are lost ${when}`).toEqual([]);
  const undead = [...deleted].filter((id) => found.has(id));
  expect(undead, `acknowledged deletions that are undone ${when}`).toEqual([]);

  const rows = await groupedBatches();
  const partial = startedBatches.filter((batch) => ![undefined, BATCH].includes(rows.get(batch)));
  expect(partial, `batches that are there in part ${when}`).toEqual([]);
  const missing = acknowledgedBatches.filter((batch) => rows.get(batch) !== BATCH);
  expect(missing, `acknowledged batches that are lost ${when}`).toEqual([]);

  const sample = [...found].sort(() => Math.random() - 0.5).slice(0, 40);
  for (const [id, version] of sample) {
    const history = await client.history('crash_entry', id);
    const versions = history.entries.map((entry) => entry.version).sort((left, right) => left - right);
    const expected = Array.from({ length: version }, (_, index) => index + 1).slice(-HISTORY_PAGE);
    expect(versions, `history of a record at version ${version} ${when}`).toEqual(expected);
  }
}

/** Records per batch, read as lists, because an aggregate is bounded. */
async function groupedBatches(): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  let after: string | undefined;
  do {
    const page = await client.list('crash_entry', {
      filter: { '!': [{ is_blank: [{ var: 'batch' }] }] },
      fields: ['batch'],
      limit: 200,
      ...(after === undefined ? {} : { after }),
    });
    for (const record of page.records)
      counts.set(String(record.batch), (counts.get(String(record.batch)) ?? 0) + 1);
    after = page.next ?? undefined;
  } while (after !== undefined);
  return counts;
}

function kill(victim: (typeof VICTIMS)[number]): void {
  const postmaster = Number(readFileSync(join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
  if (victim !== 'server') process.kill(postmaster, victim === 'restart' ? 'SIGINT' : 'SIGKILL');
  if (victim === 'server' || victim === 'both') server!.kill('SIGKILL');
}

async function recover(victim: (typeof VICTIMS)[number]): Promise<void> {
  if (victim === 'server' || victim === 'both') await startServer();
  else await waitUntilReady();
}

async function startServer(): Promise<void> {
  output = [];
  const child = spawn(process.execPath, ['apps/server/src/main.ts'], {
    cwd: join(import.meta.dirname, '../../..'),
    env: {
      ...process.env,
      PORT: '0',
      HOST: '127.0.0.1',
      DATABASE_URL: '',
      TRELLIS_DATA_DIR: folder,
      TRELLIS_ADMIN_EMAIL: ADMINISTRATOR.email,
      TRELLIS_ADMIN_PASSWORD: ADMINISTRATOR.password,
      TRELLIS_LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => output.push(data.toString()));
  server = child;
  await waitFor('an address', () => /running at http/.test(output.join('')));
  const origin = /running at (http:\/\/\S+)/.exec(output.join(''))![1]!;
  client = createClient({ origin, keepsCookies: true });
  await waitUntilReady();
  await client.login(ADMINISTRATOR);
}

async function waitUntilReady(): Promise<void> {
  await waitFor('a server that is ready', async () => {
    const response = await client.exchange('GET', '/ready').catch(() => undefined);
    return response?.status === 200;
  });
}

async function waitFor(what: string, isThere: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await isThere())) {
    const ended = server!.exitCode === null ? undefined : `The server ended with ${server!.exitCode}`;
    if (ended ?? Date.now() > deadline) {
      throw new Error(`${ended ?? `There was not ${what} within 60 s`}:\n${output.slice(-40).join('')}`);
    }
    await sleep(20);
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
