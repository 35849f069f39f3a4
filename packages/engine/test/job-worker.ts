/**
 * A process with workers, for tests that kill it: opens the database of `TEST_DATABASE`, says `ready`, and runs jobs
 * of the kind `fill`, which makes records a few at a time.
 */

import { createStorage } from '@trellis/storage';
import { createEngine, JobFailed, type JobKind } from '../src/index.ts';
import { withPinned } from '../src/with-pinned.ts';
import { readStandardPackage } from './standard-package.ts';

export const LEASE_SECONDS = 1.5;
export const PER_STEP = 5;

/** Makes `count` records called 0, 1, 2…; `pause` milliseconds between steps; fails at `failsAt` where that is given. */
export const FILL: JobKind = {
  kind: 'fill',
  run: (parts, { job, context, step, signal }) =>
    withPinned(parts, context, async (pinned) => {
      const input = job.input as { count: number; pause?: number; failsAt?: number; bugAt?: number };
      const object = pinned.requireObject('company', 'create');
      for (let done = (job.checkpoint as number | null) ?? 0; done < input.count; done += PER_STEP) {
        if (input.failsAt === done) throw new JobFailed('There is nothing left to fill.');
        if (input.bugAt === done) throw new TypeError('secret detail');
        await step(async (transaction) => {
          const items = Array.from({ length: PER_STEP }, (_, index) => ({
            input: { name: String(done + index) },
            id: undefined,
            version: undefined,
          }));
          await parts.write.save(parts, pinned, {
            object,
            operation: 'create',
            items,
            allOrNothing: true,
            dryRun: false,
            authority: 'caller',
            transaction,
          });
          const next = done + PER_STEP;
          return { checkpoint: next, done: next, total: input.count, counts: { created: next } };
        });
        if (input.pause && !signal.aborted) await new Promise((resolve) => setTimeout(resolve, input.pause));
      }
      return { result: { filled: input.count }, message: 'All there.' };
    }),
};

if (process.env.TEST_DATABASE) {
  const storage = await createStorage({ connectionString: process.env.TEST_DATABASE, poolSize: 3 });
  const engine = createEngine({ storage, systemPackage: readStandardPackage('system'), jobKinds: [FILL] });
  const workers = engine.startWorkers({ leaseSeconds: LEASE_SECONDS, roundMilliseconds: 50, concurrency: 1 });
  process.once('SIGTERM', () => {
    void workers
      .stop()
      .then(() => engine.close())
      .then(() => storage.close())
      .then(() => process.exit(0));
  });
  console.log('ready');
}
