/**
 * The face of the job queue: work that outlives a request, survives the death of its process, and is shared by all
 * processes on one database. docs/jobs.md tells how it is used.
 */
import type { JsonValue } from '@trellis/model';
import type { Transaction, Workspace } from '../storage.ts';

export type JobState = 'queued' | 'running' | 'paused' | 'done' | 'failed' | 'cancelled';

export interface NewJob {
  /** UUID version 7. The one under which its file was stored, where it has one. */
  readonly id: string;
  readonly kind: string;
  readonly actorId: string;
  readonly context: JsonValue;
  readonly input: JsonValue;
  readonly total?: number | undefined;
  /** While a job of this kind and key waits, adding another one gives the id of that one. */
  readonly key?: string;
  /** The job that this one undoes. */
  readonly undoes?: string | undefined;
}

export interface StoredJob {
  readonly id: string;
  readonly kind: string;
  readonly state: JobState;
  readonly actorId: string;
  readonly actorName: string | null;
  readonly context: JsonValue;
  readonly input: JsonValue;
  readonly checkpoint: JsonValue;
  readonly done: number;
  /** Null while nobody knows how much there is to do. */
  readonly total: number | null;
  readonly counts: Readonly<Record<string, number>>;
  /** A sentence for people: what it is about, or why it failed. */
  readonly message: string | null;
  readonly result: JsonValue;
  readonly wish: JobWish | null;
  readonly undoes: string | null;
  /** Whether the history has a change that this job made. */
  readonly hasChanges: boolean;
  /** The newest job that undoes this one, with whether it was undone itself. */
  readonly undoneBy: { readonly id: string; readonly state: JobState; readonly isUndone: boolean } | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly updatedAt: string;
  readonly endedAt: string | null;
}

export type JobWish = 'pause' | 'cancel';

/** A job that this process runs. `claim` tells it from an earlier run that may still think that it is alive. */
export interface ClaimedJob {
  readonly workspace: Workspace;
  readonly job: StoredJob;
  readonly worker: string;
  readonly claim: number;
  /** Runs that ended badly since the job last got on. */
  readonly failures: number;
  /** Its last process ended without a word. */
  readonly wasLeft: boolean;
}

/** What a step changes; what is absent stays. */
export interface JobProgress {
  readonly checkpoint?: JsonValue;
  readonly done?: number;
  readonly total?: number;
  readonly counts?: Readonly<Record<string, number>>;
  readonly message?: string | null;
}

/** How a run ended. `waiting`: it goes back to the queue, for later or for another process. */
export type JobEnd =
  | { readonly state: 'done'; readonly result?: JsonValue; readonly message?: string | undefined }
  | { readonly state: 'failed'; readonly message: string }
  | { readonly state: 'cancelled' | 'paused' }
  | { readonly state: 'waiting'; readonly seconds: number; readonly hasFailed: boolean };

export interface Rejection {
  /** Number of the record in the file, from 1. */
  readonly number: number;
  /** Line on which it begins, from 1. */
  readonly line: number;
  readonly cells: JsonValue;
  readonly errors: JsonValue;
}

/** Says what the holder of a claim is to do; `lost`: another process has taken the job over, nothing may be written. */
export type JobWord = 'go_on' | JobWish | 'lost';

/** A file that waits to be looked at and imported; its pieces lie under its id. */
export interface Upload {
  readonly id: string;
  readonly actorId: string;
  readonly objectKey: string;
  readonly name: string | null;
  readonly bytes: number;
  readonly encoding: string;
  readonly isMixed: boolean;
}

export interface JobQueue {
  /** Queues a job, within the transaction where one is given. Resolves with its id. */
  add(workspace: Workspace, job: NewJob, transaction?: Transaction): Promise<string>;
  find(workspace: Workspace, id: string): Promise<StoredJob | undefined>;
  /** Newest first; of one actor where one is given. `before` is the id of the last one of the page above. */
  list(
    workspace: Workspace,
    page: {
      readonly actorId?: string | undefined;
      readonly limit: number;
      readonly before?: string | undefined;
    },
  ): Promise<readonly StoredJob[]>;
  /**
   * Cancels, pauses or resumes. A running job is told and obeys after its present step. A job to which the wish does
   * not apply is left as it is. `onOver` is called within, when it is cancelled here and now.
   */
  ask(
    workspace: Workspace,
    id: string,
    wish: JobWish | 'resume',
    onOver?: (counts: Readonly<Record<string, number>>, transaction: Transaction) => Promise<void>,
  ): Promise<StoredJob | undefined>;

  /** Takes a job that waits, or whose process has not been heard of for `leaseSeconds`. */
  claim(worker: string, kinds: readonly string[], leaseSeconds: number): Promise<ClaimedJob | undefined>;
  /** Says that the process lives, and hears what is asked of the job. */
  beat(claimed: ClaimedJob): Promise<JobWord>;
  /** Writes progress. Within the transaction of the work, so that both are done or neither; `lost` has written nothing. */
  advance(claimed: ClaimedJob, progress: JobProgress, transaction: Transaction): Promise<JobWord>;
  /** Ends the run; without effect when the claim is lost. `onOver` is called within, when the job goes on no more. */
  end(
    claimed: ClaimedJob,
    end: JobEnd,
    onOver?: (counts: Readonly<Record<string, number>>, transaction: Transaction) => Promise<void>,
  ): Promise<void>;
  /** Calls back soon after a job was added in this process, so that it need not wait for the next round. */
  onAdd(listener: () => void): () => void;

  writeFile(workspace: Workspace, jobId: string, number: number, bytes: Uint8Array): Promise<void>;
  /** Undefined after the last piece. */
  readFile(workspace: Workspace, jobId: string, number: number): Promise<Uint8Array | undefined>;
  deleteFile(workspace: Workspace, jobId: string): Promise<void>;
  /** Keeps what is known of a file for a day. Of one person the newest few stay. */
  keepUpload(workspace: Workspace, upload: Upload): Promise<void>;
  /** The upload of this person, while it is there. */
  findUpload(workspace: Workspace, id: string, actorId: string): Promise<Upload | undefined>;
  addRejections(
    workspace: Workspace,
    jobId: string,
    rejections: readonly Rejection[],
    transaction: Transaction,
  ): Promise<void>;
  /** In the order of the file, after the given number. */
  rejections(
    workspace: Workspace,
    jobId: string,
    page: { readonly after: number; readonly limit: number },
  ): Promise<readonly Rejection[]>;
}
