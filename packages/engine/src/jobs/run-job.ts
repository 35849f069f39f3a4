/** One run of one job: its steps, its heartbeat, and what its end means. */
import { type ClaimedJob, type JobEnd, type JobWord, StorageError, type Transaction } from '@trellis/storage';
import { tell } from '../audit/tell.ts';
import type { Context } from '../engine.ts';
import { EngineError } from '../errors.ts';
import type { Parts } from '../parts.ts';
import { translateError } from '../translate-error.ts';
import { contextOfJob } from './job-context.ts';
import { jobEnded } from './job-ended.ts';
import { JobDelayed, JobFailed, JobInterrupted, type JobKind, type RunningJob } from './job-kind.ts';

/** How many runs may end badly without having got on. Trouble of the database is waited out longer. */
const MAX_FAILURES = { bug: 3, trouble: 12, death: 4, delay: 12 };
/** What passes, or is mended by an operator, while the job waits. */
const PASSING_TROUBLE: ReadonlySet<string> = new Set([
  'database_unavailable',
  'disk_full',
  'read_only',
  'query_too_slow',
]);
const MAX_PAUSE_SECONDS = 60;
/** Pauses while something outside does not answer. */
const DELAY_SECONDS = { first: 30, most: 3600 };

/** Runs a claimed job to its end, or until told to stop. Never rejects. */
export async function runJob(
  parts: Parts,
  kind: JobKind,
  claimed: ClaimedJob,
  options: { readonly leaseSeconds: number; readonly stopping: AbortSignal },
): Promise<void> {
  const { storage, log } = parts;
  const interruption = new AbortController();
  const interrupt = (reason: JobInterrupted['reason']) => interruption.abort(new JobInterrupted(reason));
  const hear = (word: JobWord) => {
    if (word !== 'go_on') interrupt(word);
  };
  const onStop = () => interrupt('stop');
  if (options.stopping.aborted) onStop();
  options.stopping.addEventListener('abort', onStop);
  // A beat that fails is followed by another one; should none get through, the job is somebody else's by then.
  const beat = setInterval(
    () => {
      storage.jobs.beat(claimed).then(hear, () => undefined);
    },
    (options.leaseSeconds * 1000) / 5,
  );

  const running: Omit<RunningJob, 'context'> = {
    workspace: claimed.workspace,
    job: claimed.job,
    signal: interruption.signal,
    check: () => interruption.signal.throwIfAborted(),
    async step(work) {
      let word: JobWord = 'go_on';
      // A process that is frozen in the middle of a step must not keep its locks from whoever takes over.
      const quiet = { idleMilliseconds: options.leaseSeconds * 1000 };
      await storage.transaction(async (transaction) => {
        const { rejections = [], ...progress } = await work(transaction);
        await storage.jobs.addRejections(claimed.workspace, claimed.job.id, rejections, transaction);
        word = await storage.jobs.advance(claimed, progress, transaction);
        if (word === 'lost') throw new JobInterrupted('lost');
      }, quiet);
      hear(word);
      running.check();
    },
  };

  let end: JobEnd | undefined;
  let context: Context | undefined;
  try {
    if (claimed.wasLeft && claimed.failures >= MAX_FAILURES.death) {
      throw new JobFailed('The process that ran it has ended again and again without getting on.');
    }
    context = await contextOfJob(parts, claimed);
    end = { state: 'done', ...(await kind.run(parts, { ...running, context })) };
  } catch (error) {
    end = endOf(error, claimed, parts);
  } finally {
    clearInterval(beat);
    options.stopping.removeEventListener('abort', onStop);
  }
  if (!end) return;
  try {
    await storage.jobs.end(claimed, end, (counts, transaction) =>
      tellEnd(parts, { claimed, context, end: end! }, counts, transaction),
    );
  } catch (error) {
    // It stays claimed and is taken up again once its lease has run out.
    log.warn('The end of a job could not be written.', { job: claimed.job.id, error: String(error) });
  }
}

/** What a job did for somebody stands in the log in their name, with its numbers, and with what it was about. */
async function tellEnd(
  parts: Parts,
  run: { readonly claimed: ClaimedJob; readonly context: Context | undefined; readonly end: JobEnd },
  counts: Readonly<Record<string, number>>,
  transaction: Transaction,
): Promise<void> {
  const { context, claimed, end } = run;
  if (context?.kind !== 'user') return;
  await tell(parts, { context, at: parts.now() }, [jobEnded(claimed.job, end.state, counts)], transaction);
}

/** What becomes of a job whose run threw; undefined when it is no longer ours. */
function endOf(thrown: unknown, { job, failures }: ClaimedJob, parts: Parts): JobEnd | undefined {
  if (thrown instanceof JobInterrupted) {
    if (thrown.reason === 'lost') return undefined;
    if (thrown.reason === 'stop') return { state: 'waiting', seconds: 0, hasFailed: false };
    return { state: thrown.reason === 'cancel' ? 'cancelled' : 'paused' };
  }
  if (thrown instanceof JobFailed) return { state: 'failed', message: thrown.message };
  if (thrown instanceof JobDelayed) {
    const cause = thrown.cause instanceof Error ? thrown.cause.message : undefined;
    parts.log.warn('A job waits for something outside.', { job: job.id, kind: job.kind, error: cause });
    if (failures + 1 >= MAX_FAILURES.delay) return { state: 'failed', message: thrown.message };
    const seconds = Math.min(DELAY_SECONDS.first * 2 ** failures, DELAY_SECONDS.most);
    return { state: 'waiting', seconds, hasFailed: true };
  }
  const error = translateError(thrown);
  const isTrouble =
    error instanceof StorageError || (error instanceof EngineError && PASSING_TROUBLE.has(error.code));
  if (error instanceof EngineError && !isTrouble) return { state: 'failed', message: error.message };
  parts.log.warn('A run of a job ended with an error.', {
    job: job.id,
    kind: job.kind,
    error: error instanceof Error ? (error.stack ?? error.message) : String(error),
  });
  const isOver = failures + 1 >= (isTrouble ? MAX_FAILURES.trouble : MAX_FAILURES.bug);
  if (!isOver)
    return { state: 'waiting', seconds: Math.min(2 ** failures, MAX_PAUSE_SECONDS), hasFailed: true };
  const message = isTrouble
    ? `${error.message} It stayed so for too long; what was done until then is kept.`
    : `An unforeseen error stopped the job; the log of the server tells of it under ${job.id}.`;
  return { state: 'failed', message };
}
