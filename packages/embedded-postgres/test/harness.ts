/** What the tests share: temporary folders, child applications, looking at processes. All is cleaned up. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Pool } from 'pg';
import { afterAll, afterEach, vi } from 'vitest';
import type { EmbeddedPostgres, EmbeddedPostgresOptions } from '../src/index.ts';
import { findPostmaster } from '../src/postmaster.ts';
import { postgresProcessesOf } from '../src/processes.ts';
import type { ServerPlan } from '../src/protocol.ts';
import { startServer } from '../src/start.ts';

const cleanups: (() => Promise<unknown>)[] = [];

/**
 * Sees to a file's time limits and to the cleaning up after each of its tests. Called at the top of each test file: hooks
 * that this module set by itself would hold for the first file of a worker only.
 *
 * Gives one data folder for all tests of the file, since making one takes a second. Tests use tables of their own.
 */
export function prepareFile(): { readonly sharedDataDirectory: () => Promise<string> } {
  // Real servers on a busy machine: a start can take seconds.
  vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });
  let shared: Promise<string> | undefined;
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });
  afterAll(async () => {
    if (shared !== undefined) await removeFolder(await shared);
  });
  return {
    async sharedDataDirectory() {
      shared ??= mkdtemp(join(tmpdir(), 'trellis-test-')).then((folder) => realpath(folder));
      return join(await shared, 'postgres');
    },
  };
}

/** A fresh folder, removed after the test together with any server still at work in `<folder>/postgres`. */
export async function temporaryFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'trellis-test-')));
  cleanups.push(() => removeFolder(folder));
  return folder;
}

async function removeFolder(folder: string): Promise<void> {
  for (const pid of await postgresProcessesOf(join(folder, 'postgres'))) kill(pid);
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

export interface TestServer extends EmbeddedPostgres {
  readonly lines: string[];
  readonly pool: Pool;
}

/** A server in this process, with a pool; both are closed after the test. */
export async function startTestServer(
  options: EmbeddedPostgresOptions,
  transport: ServerPlan['transport'] = 'socket',
): Promise<TestServer> {
  const lines: string[] = [];
  const server = await startServer(
    { ephemeral: true, log: (line) => lines.push(line), ...options },
    transport,
  );
  const pool = new Pool({ connectionString: server.connectionString });
  pool.on('error', () => undefined);
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= pool.end().then(() => server.stop());
    return stopping;
  };
  cleanups.push(stop);
  return { ...server, lines, pool, stop };
}

export interface Child {
  readonly process: ChildProcess;
  readonly firstLine: Promise<Record<string, string>>;
  readonly exited: Promise<void>;
}

/** Runs a script of this folder in a process group of its own; it is killed after the test. */
export function runScript(name: string, ...args: string[]): Child {
  const script = fileURLToPath(new URL(name, import.meta.url));
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const firstLine = new Promise<Record<string, string>>((resolve, reject) => {
    createInterface(child.stdout).once('line', (line) => resolve(JSON.parse(line)));
    child.once('close', () => reject(new Error(`${name} ended without a word: ${complaints}`)));
  });
  firstLine.catch(() => undefined);
  cleanups.push(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  return { process: child, firstLine, exited };
}

/** One value from a server that may be another process's. */
export async function ask(connectionString: string, sql: string): Promise<unknown> {
  const pool = new Pool({ connectionString, max: 1 });
  pool.on('error', () => undefined);
  try {
    const { rows } = await pool.query({ text: sql, rowMode: 'array' });
    return rows[0]?.[0];
  } finally {
    await pool.end();
  }
}

export async function postmasterPid(dataDirectory: string): Promise<number> {
  const found = await findPostmaster(dataDirectory);
  if (found === undefined) throw new Error(`no server runs on ${dataDirectory}`);
  return found.pid;
}

export async function supervisorPid(dataDirectory: string): Promise<number> {
  return JSON.parse(await readFile(`${dataDirectory}.lock.json`, 'utf8')).pid;
}

export async function eventually(condition: () => Promise<boolean>, seconds = 10): Promise<void> {
  const giveUpAt = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > giveUpAt) throw new Error(`still not so after ${seconds} s: ${condition}`);
    await sleep(20);
  }
}

export function kill(pid: number | undefined, signal: NodeJS.Signals = 'SIGKILL'): void {
  if (pid === undefined) throw new Error('no such process');
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended already.
  }
}
