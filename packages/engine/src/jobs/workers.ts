/**
 * The workers of one process: loops that take one job after the other from the queue. Any number of processes may
 * have some; each job is run by one of them at a time.
 */
import { randomUUID } from 'node:crypto';
import type { Parts } from '../parts.ts';
import type { JobKind } from './job-kind.ts';
import { runJob } from './run-job.ts';

export interface WorkerOptions {
  /** Jobs that this process runs at the same time; 2 unless given. */
  readonly concurrency?: number;
  /** A process that is not heard of for so long counts as dead, and its jobs are taken up by others; 20 unless given. */
  readonly leaseSeconds?: number;
  /** How often an idle worker looks for jobs that others have added; 1,000 unless given. */
  readonly roundMilliseconds?: number;
}

export interface Workers {
  /** Has running jobs end after their present step and go back to the queue; resolves when all have. */
  stop(): Promise<void>;
}

/** Pause after the queue could not be asked: the database is away. */
const TROUBLE_MILLISECONDS = 3_000;

export function startWorkers(
  parts: Parts,
  kinds: ReadonlyMap<string, JobKind>,
  { concurrency = 2, leaseSeconds = 20, roundMilliseconds = 1_000 }: WorkerOptions = {},
): Workers {
  const stopping = new AbortController();
  const sleepers = new Set<() => void>();
  const wake = () => {
    for (const sleeper of sleepers) sleeper();
  };
  const pause = (milliseconds: number) =>
    new Promise<void>((resolve) => {
      if (stopping.signal.aborted) return resolve();
      const end = () => {
        clearTimeout(timer);
        sleepers.delete(end);
        resolve();
      };
      const timer = setTimeout(end, milliseconds).unref();
      sleepers.add(end);
    });
  const names = [...kinds.keys()];
  const worker = `${process.pid} ${randomUUID()}`;

  async function work(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const claimed = await parts.storage.jobs.claim(worker, names, leaseSeconds);
        if (!claimed) {
          await pause(roundMilliseconds);
          continue;
        }
        await runJob(parts, kinds.get(claimed.job.kind)!, claimed, {
          leaseSeconds,
          stopping: stopping.signal,
        });
      } catch (error) {
        if (stopping.signal.aborted) return;
        parts.log.warn('The job queue could not be asked.', { error: String(error) });
        await pause(TROUBLE_MILLISECONDS);
      }
    }
  }

  const forget = parts.storage.jobs.onAdd(wake);
  const loops = names.length === 0 ? [] : Array.from({ length: concurrency }, work);
  return {
    async stop() {
      stopping.abort();
      forget();
      wake();
      await Promise.all(loops);
    },
  };
}
