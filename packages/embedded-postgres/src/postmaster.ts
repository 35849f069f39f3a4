/**
 * One running PostgreSQL server (its main process, the postmaster): finding it through postmaster.pid,
 * spawning it, watching one that someone else spawned, and stopping it. Never trusts postmaster.pid alone:
 * the process must be at work in the data folder, since the file outlives a SIGKILL and ids are reused.
 */
import { spawn, spawnSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Account, launchAs } from './account.ts';
import type { ServerBinaries } from './binaries.ts';
import { isPostgresOf, postgresProcessesOf, processExists } from './processes.ts';
import { openLog } from './server-log.ts';
import { socketPath } from './socket-directory.ts';

/** What a live server says of itself in its data folder. */
export interface FoundPostmaster {
  readonly pid: number;
  readonly port: number;
  readonly socketDirectory: string | undefined;
  /** `starting`, `stopping`, `ready`, or `standby`. */
  readonly status: string;
  /** The binary and its arguments, as postmaster.opts has them. */
  readonly commandLine: string;
}

export interface Postmaster {
  readonly pid: number;
  /** Resolves to how it ended; never rejects. */
  readonly exited: Promise<string>;
}

const watchEveryMilliseconds = 200;
const fastShutdownMilliseconds = 60_000;
const immediateShutdownMilliseconds = 10_000;
const remainsMilliseconds = 1_000;

/** The live server of a data folder, whoever started it. */
export async function findPostmaster(dataDirectory: string): Promise<FoundPostmaster | undefined> {
  const lines = await readPidFile(dataDirectory);
  const pid = Number(lines?.[0]);
  if (lines === undefined || !Number.isInteger(pid) || pid <= 0) return undefined;
  if (!(await isPostgresOf(pid, dataDirectory))) return undefined;
  const commandLine = await readFile(join(dataDirectory, 'postmaster.opts'), 'utf8').catch(() => '');
  return {
    pid,
    port: Number(lines[3]),
    socketDirectory: lines[4] || undefined,
    status: lines[7]?.trim() ?? 'starting',
    commandLine: commandLine.trimEnd(),
  };
}

/** The line that postmaster.opts has for a server started with these arguments, its binary's path aside. */
export function recordedArguments(args: readonly string[]): string {
  return args.map((argument) => ` "${argument}"`).join('');
}

/**
 * Starts the server. It is not yet ready when this returns. Standard output and error go to the log, through
 * a handle of the server's own, so that they survive the supervisor.
 */
export async function spawnPostmaster(options: {
  account: Account;
  binaries: ServerBinaries;
  arguments: readonly string[];
  logFile: string;
}): Promise<Postmaster> {
  const log = await openLog(options.logFile);
  try {
    const launch = launchAs(options.account, options.binaries.postgres, options.arguments);
    const child = spawn(launch.command, launch.arguments, {
      ...launch.options,
      stdio: ['ignore', log.fd, log.fd],
    });
    const exited = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    return { pid: child.pid ?? 0, exited };
  } finally {
    await log.close();
  }
}

/** Watches a server that another process started. */
export function watchPostmaster(pid: number, dataDirectory: string): Postmaster {
  const watch = async () => {
    while (await isPostgresOf(pid, dataDirectory)) await sleep(watchEveryMilliseconds);
    return 'ended';
  };
  return { pid, exited: watch() };
}

/** Stops a server: open transactions are rolled back, the rest is written. Harsher, step by step, if it hangs. */
export async function stopPostmaster(
  postmaster: Postmaster,
  dataDirectory: string,
  binaries: ServerBinaries,
): Promise<void> {
  if (process.platform === 'win32') {
    // No SIGINT there: process.kill would end it on the spot. (Untested.)
    spawnSync(binaries.pgCtl, ['stop', '-D', dataDirectory, '-m', 'fast', '-w', '-t', '60']);
    return;
  }
  signal(postmaster.pid, 'SIGINT');
  if (await endsWithin(postmaster, fastShutdownMilliseconds)) return;
  signal(postmaster.pid, 'SIGQUIT');
  if (await endsWithin(postmaster, immediateShutdownMilliseconds)) return;
  signal(postmaster.pid, 'SIGKILL');
  await endsWithin(postmaster, immediateShutdownMilliseconds);
}

/**
 * Clears what a killed server left and a new one would stumble over: a postmaster.pid whose id now belongs to
 * another program, and backends that have not noticed their server's death. Only to be called when
 * `findPostmaster` found none.
 */
export async function clearRemains(
  dataDirectory: string,
  socketDirectory: string | undefined,
): Promise<void> {
  const left = await postgresProcessesOf(dataDirectory);
  for (const pid of left) signal(pid, 'SIGQUIT');
  // A new server refuses to begin as long as one of them holds the old memory.
  const giveUpAt = Date.now() + remainsMilliseconds;
  for (const pid of left)
    while (Date.now() < giveUpAt && (await isPostgresOf(pid, dataDirectory))) await sleep(5);
  const lines = await readPidFile(dataDirectory);
  const pid = Number(lines?.[0]);
  if (lines === undefined || !(pid > 0) || !processExists(pid)) return; // PostgreSQL sees itself that it is stale
  // Not deleted: its other lines let PostgreSQL find backends that still use the old server's memory.
  const impossiblePid = 2 ** 30;
  await writeFile(join(dataDirectory, 'postmaster.pid'), [impossiblePid, ...lines.slice(1)].join('\n'));
  if (socketDirectory === undefined) return;
  await rm(socketPath(socketDirectory), { force: true });
  await rm(`${socketPath(socketDirectory)}.lock`, { force: true });
}

async function readPidFile(dataDirectory: string): Promise<string[] | undefined> {
  const text = await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8').catch(() => undefined);
  return text?.split('\n');
}

async function endsWithin(postmaster: Postmaster, milliseconds: number): Promise<boolean> {
  const timer = new AbortController();
  const late = sleep(milliseconds, false, { signal: timer.signal }).catch(() => false);
  const ended = await Promise.race([postmaster.exited.then(() => true), late]);
  timer.abort();
  return ended;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended already.
  }
}
