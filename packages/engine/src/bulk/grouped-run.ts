/** A run of a job that takes records group by group: where it is, and what came of the records so far. */
import type { Transaction } from '@trellis/storage';
import type { RunningJob } from '../jobs/job-kind.ts';
import { type Reason, Tally } from './tally.ts';

type Checkpoint = {
  /** What is behind this is done; what it means is the job's own matter. */
  readonly place: string;
  readonly remarks: number;
  readonly reasons: readonly Reason[];
};

export class GroupedRun {
  readonly #job: RunningJob;
  #tally: Tally;
  #done: number;
  #remarks: number;
  #place: string | undefined;

  /** Goes on where the last run has ended. */
  constructor(job: RunningJob) {
    const checkpoint = job.job.checkpoint as Checkpoint | null;
    this.#job = job;
    this.#place = checkpoint?.place;
    this.#remarks = checkpoint?.remarks ?? 0;
    this.#tally = new Tally(job.job.counts, checkpoint?.reasons);
    this.#done = job.job.done;
  }

  /** Undefined at the beginning. */
  get place(): string | undefined {
    return this.#place;
  }

  get reasons(): readonly Reason[] {
    return this.#tally.reasonList;
  }

  /** Says how many records there are, where that is not known yet; `count` gives undefined where nobody knows. */
  async begin(count: () => Promise<number | undefined>): Promise<void> {
    if (this.#job.job.total !== null) return;
    const total = await count();
    const { counts } = this.#tally;
    await this.#job.step(async () => ({ counts, ...(total === undefined ? {} : { total }) }));
  }

  /** One step: the work on some records, its counts and the place to go on from, together or not at all. */
  async commit(
    group: { readonly size: number; readonly place: string },
    work: (tally: Tally, transaction: Transaction) => Promise<void>,
  ): Promise<void> {
    let tally = this.#tally;
    const done = this.#done + group.size;
    await this.#job.step(async (transaction) => {
      tally = this.#tally.next();
      await work(tally, transaction);
      const remarks = this.#remarks + tally.remarks.length;
      const checkpoint: Checkpoint = { place: group.place, remarks, reasons: tally.reasonList };
      return { checkpoint, done, counts: tally.counts, rejections: tally.rejections(this.#remarks) };
    });
    this.#remarks += tally.remarks.length;
    this.#tally = tally.next();
    this.#done = done;
    this.#place = group.place;
  }
}
