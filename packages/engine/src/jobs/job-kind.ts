/**
 * What a kind of job is. A run may end at any moment with its process, and is then begun again from the checkpoint of
 * its last step, perhaps elsewhere. docs/jobs.md is the guide.
 */

import type { JsonValue } from '@trellis/model';
import type { JobProgress, Rejection, StoredJob, Transaction, Workspace } from '@trellis/storage';
import type { Context } from '../engine.ts';
import type { Parts } from '../parts.ts';

export interface JobKind {
  /** Its name in the table of jobs: `import`. Never changed: jobs of an older version may be waiting. */
  readonly kind: string;
  run(parts: Parts, job: RunningJob): Promise<JobResult | undefined>;
}

export interface JobResult {
  readonly result?: JsonValue;
  /** A sentence for people. */
  readonly message?: string;
}

/** A step's progress, and the rows of the file that it could not take. */
export interface StepProgress extends JobProgress {
  readonly rejections?: readonly Rejection[];
}

export interface RunningJob {
  readonly workspace: Workspace;
  /** As it was when this run began, with the checkpoint to go on from. */
  readonly job: StoredJob;
  /** Who asked for it, with the rights that they have now. */
  readonly context: Context;
  /** Aborted when the run is to end early: paused, cancelled, taken over, or the process is going down. */
  readonly signal: AbortSignal;
  /** Throws when the run is to end early; for long stretches of work between steps. */
  check(): void;
  /**
   * Runs work and writes its progress in one transaction: both are done or neither. Work that fails by a deadlock is
   * run again, as in every transaction. Throws, after the step is committed, when the run is to end early; and with
   * nothing written when another process has taken the job over.
   */
  step(work: (transaction: Transaction) => Promise<StepProgress>): Promise<void>;
}

/** Thrown by `step` and `check`; a handler lets it pass. */
export class JobInterrupted extends Error {
  readonly reason: 'pause' | 'cancel' | 'lost' | 'stop';

  constructor(reason: JobInterrupted['reason']) {
    super(`The run ends early: ${reason}.`);
    this.name = 'JobInterrupted';
    this.reason = reason;
  }
}

/**
 * Thrown by a handler while something outside does not answer. The job is run again, after half a minute at first and
 * after an hour at last, for some hours in all. The message is shown to people if it never answers.
 */
export class JobDelayed extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'JobDelayed';
  }
}

/** Thrown by a handler for what no other try would mend; the message is shown to people. */
export class JobFailed extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'JobFailed';
  }
}
