/**
 * Questions about other processes: does one live, is it still the same one, which folder does it work in.
 * A process id alone is no identity (ids are reused, after a container restart at once), so an identity is
 * the id and, on Linux, the start time the kernel gives. Reads /proc; asks `ps` elsewhere. Sends no signals
 * but the empty one.
 */
import { execFile } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { systemErrorCode } from './errors.ts';

export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot, from /proc/<pid>/stat; absent where there is no /proc. */
  readonly startTime?: string;
}

/** The identity of a live process, by default of this one. */
export async function processIdentity(pid: number = process.pid): Promise<ProcessIdentity> {
  const startTime = (await readProcessStat(pid))?.startTime;
  return startTime === undefined ? { pid } : { pid, startTime };
}

/** Whether that very process still runs; a zombie counts as dead, as does another process with its id. */
export async function isSameProcessAlive(identity: ProcessIdentity): Promise<boolean> {
  if (!processExists(identity.pid)) return false;
  const now = await readProcessStat(identity.pid);
  if (now === undefined) return process.platform !== 'linux';
  return now.state !== 'Z' && (identity.startTime === undefined || identity.startTime === now.startTime);
}

/** Whether any process has this id, ours or someone else's. */
export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemErrorCode(error) === 'EPERM';
  }
}

/** Whether `pid` is a PostgreSQL process at work in `dataDirectory` (every one of them has it as its cwd). */
export async function isPostgresOf(pid: number, dataDirectory: string): Promise<boolean> {
  if (!processExists(pid)) return false;
  if (process.platform === 'linux') return isWorkingIn(pid, dataDirectory);
  if (process.platform === 'win32') return true;
  const { stdout } = await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }));
  return stdout.includes('postgres') && stdout.includes(dataDirectory);
}

/** All PostgreSQL processes at work in `dataDirectory`; empty where there is no /proc to tell. */
export async function postgresProcessesOf(dataDirectory: string): Promise<number[]> {
  if (process.platform !== 'linux') return [];
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
      return name.trim() === 'postgres' && (await isWorkingIn(pid, dataDirectory));
    }),
  );
  return pids.filter((_, index) => found[index]);
}

async function isWorkingIn(pid: number, directory: string): Promise<boolean> {
  try {
    const [working, wanted] = await Promise.all([stat(`/proc/${pid}/cwd`), stat(directory)]);
    return working.dev === wanted.dev && working.ino === wanted.ino;
  } catch {
    return false; // gone, a zombie, or another user's: not a server of ours
  }
}

async function readProcessStat(pid: number): Promise<{ state: string; startTime: string } | undefined> {
  if (process.platform !== 'linux') return undefined;
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The second field is the program's name in parentheses and may itself hold spaces and parentheses.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  const state = fields?.[0];
  const startTime = fields?.[19];
  return state === undefined || startTime === undefined ? undefined : { state, startTime };
}
