/**
 * Jobs as people see them. A job is shown to whoever asked for it and to administrators; to all others it does not
 * exist.
 */

import { ADMINISTRATOR } from '@trellis/access';
import { isId, type JsonValue } from '@trellis/model';
import type { JobWish, StoredJob, Transaction } from '@trellis/storage';
import { v7 as makeId } from 'uuid';
import { tell } from '../audit/tell.ts';
import { obstacleTo } from '../bulk/undo-obstacle.ts';
import type { Context, InputError } from '../engine.ts';
import { EngineError, invalidCursor } from '../errors.ts';
import type { Parts } from '../parts.ts';
import { translateError } from '../translate-error.ts';
import { requireOwnEyes } from '../view-as.ts';
import { keptContext } from './job-context.ts';
import { jobEnded } from './job-ended.ts';

/** A job as its reader sees it. Times are RFC 3339. */
export interface Job {
  readonly id: string;
  readonly kind: string;
  readonly state: StoredJob['state'];
  readonly progress: { readonly done: number; readonly total: number | null };
  readonly counts: Readonly<Record<string, number>>;
  readonly message: string | null;
  /** What was asked for: of an import its object, operation and file name. */
  readonly about: JsonValue;
  readonly result: JsonValue;
  /** Of one job: the first rows of its file that were refused. */
  readonly errors?: readonly RefusedPlace[];
  /** `pause` or `cancel`, asked for and not yet obeyed. */
  readonly wish: JobWish | null;
  /** It has changed records, is over, and is not undone: `undo` takes it back. */
  readonly can_undo: boolean;
  /** The job that undoes this one, or has done so. */
  readonly undone_by: { readonly id: string; readonly state: StoredJob['state'] } | null;
  /** The job that this one undoes. */
  readonly undoes: string | null;
  readonly created_by: { readonly id: string; readonly name: string | null };
  readonly created_at: string;
  readonly started_at: string | null;
  readonly updated_at: string;
  readonly ended_at: string | null;
}

export interface RefusedPlace {
  /** Number of the record in the file, and the line on which it begins, both from 1. */
  readonly row: number;
  readonly line: number;
  /** Of a job that is about records and no file: the one that is meant. */
  readonly record?: { readonly object: string; readonly id: string };
  readonly errors: readonly InputError[];
}

export interface JobLifecycle {
  get(context: Context, id: string): Promise<Job>;
  /** Queues a job in the name of the caller, within the transaction where one is given; resolves with its id. */
  queue(context: Context, request: JobRequest, transaction?: Transaction): Promise<string>;
  /** Newest first: the caller's own, or everybody's for administrators who ask for them. */
  list(
    context: Context,
    page: { readonly limit: number; readonly before?: string | undefined; readonly all?: boolean },
  ): Promise<{ readonly jobs: readonly Job[]; readonly next: string | null }>;
  /** A running job obeys after its present step. A job that is over is left as it is. */
  cancel(context: Context, id: string): Promise<Job>;
  pause(context: Context, id: string): Promise<Job>;
  resume(context: Context, id: string): Promise<Job>;
}

export interface JobRequest {
  readonly kind: string;
  readonly input: JsonValue;
  readonly id?: string;
  readonly total?: number;
  /** While a job of this kind and key waits, adding another one gives the id of that one. */
  readonly key?: string;
  /** The job that this one undoes. */
  readonly undoes?: string;
}

/** Queues a job in the name of the caller, within the transaction where one is given; resolves with its id. */
export async function addJob(
  parts: Parts,
  context: Context,
  { id = makeId(), ...request }: JobRequest,
  transaction?: Transaction,
): Promise<string> {
  requireOwnEyes(context);
  return parts.storage.jobs.add(context.workspace, { ...request, id, ...keptContext(context) }, transaction);
}

export function createJobLifecycle(parts: Parts): JobLifecycle {
  const { jobs } = parts.storage;
  const ask = (wish: JobWish | 'resume') => (context: Context, id: string) =>
    translated(async () => {
      requireOwnEyes(context);
      const job = await findJob(parts, context, id);
      if (context.kind === 'user' && context.scope?.access === 'read') {
        throw new EngineError('forbidden', 'This key reads: it may not change what a job does.');
      }
      // One that runs tells of its end itself.
      const onOver = (counts: Readonly<Record<string, number>>, transaction: Transaction) =>
        tell(parts, { context, at: parts.now() }, [jobEnded(job, 'cancelled', counts)], transaction);
      return present((await jobs.ask(context.workspace, job.id, wish, onOver))!);
    });
  return {
    queue: (context, request, transaction) => addJob(parts, context, request, transaction),
    get: (context, id) =>
      translated(async () => {
        const job = await findJob(parts, context, id);
        const page = { after: 0, limit: SHOWN_ERRORS };
        const refused = await jobs.rejections(context.workspace, job.id, page);
        const errors = refused.map(({ number, line, cells, errors }) => ({
          row: number,
          line,
          ...(job.kind === 'import'
            ? {}
            : { record: cells as { readonly object: string; readonly id: string } }),
          errors: errors as unknown as readonly InputError[],
        }));
        return { ...present(job), errors };
      }),
    list: (context, { limit, before, all = false }) =>
      translated(async () => {
        if (before !== undefined && !isId(before.toLowerCase())) {
          throw invalidCursor('/before', 'This list of jobs can’t be continued from there.');
        }
        if (all && !(await seesAll(parts, context))) {
          throw new EngineError('forbidden', 'This needs the right `customise`.');
        }
        const found = await jobs.list(context.workspace, {
          actorId: all ? undefined : keptContext(context).actorId,
          limit: limit + 1,
          before,
        });
        const page = found.slice(0, limit);
        return {
          jobs: page.filter((job) => isInScope(context, job)).map(present),
          next: found.length > limit ? page.at(-1)!.id : null,
        };
      }),
    cancel: ask('cancel'),
    pause: ask('pause'),
    resume: ask('resume'),
  };
}

const SHOWN_ERRORS = 20;

/** The job, for those who may see it. @throws EngineError `unknown_job` */
export async function findJob(parts: Parts, context: Context, id: string): Promise<StoredJob> {
  const { storage } = parts;
  const job = isId(id.toLowerCase())
    ? await storage.jobs.find(context.workspace, id.toLowerCase())
    : undefined;
  const isTheirs = job && (job.actorId === keptContext(context).actorId || (await seesAll(parts, context)));
  if (isTheirs && isInScope(context, job)) return job;
  throw new EngineError('unknown_job', 'There is no such job, or it is somebody else’s.');
}

/** A job whose rows the caller may read: their own; those of others hold values of whatever its starter may see. */
export async function findOwnJob(parts: Parts, context: Context, id: string): Promise<StoredJob> {
  const job = await findJob(parts, context, id);
  const isTheirs = job.actorId === keptContext(context).actorId;
  if (isTheirs || context.kind === 'system' || context.permissionSets.includes(ADMINISTRATOR)) return job;
  throw new EngineError('forbidden', 'Rows of an import are read by who started it, and by administrators.');
}

/** To a key that is kept to some objects, a job about another one does not exist. */
function isInScope(context: Context, job: StoredJob): boolean {
  const objects = context.kind === 'user' ? context.scope?.objects : undefined;
  if (!objects) return true;
  const about = aboutOf(job);
  const object = typeof about === 'object' && about !== null && 'object' in about ? about.object : undefined;
  return typeof object === 'string' && objects.includes(object);
}

export function aboutOf({ input }: StoredJob): JsonValue {
  const hasAbout = typeof input === 'object' && input !== null && 'about' in input;
  return hasAbout ? (input as { readonly about: JsonValue }).about : null;
}

async function seesAll(parts: Parts, context: Context): Promise<boolean> {
  const access = await parts.access.of(context, await parts.snapshots.get(context.workspace));
  return access.rights.includes('customise');
}

function present(job: StoredJob): Job {
  const { undoneBy } = job;
  return {
    id: job.id,
    kind: job.kind,
    state: job.state,
    progress: { done: job.done, total: job.total },
    counts: job.counts,
    message: job.message,
    about: aboutOf(job),
    result: job.result,
    wish: job.wish,
    can_undo: obstacleTo(job) === undefined,
    undone_by: undoneBy && !undoneBy.isUndone ? { id: undoneBy.id, state: undoneBy.state } : null,
    undoes: job.undoes,
    created_by: { id: job.actorId, name: job.actorName },
    created_at: job.createdAt,
    started_at: job.startedAt,
    updated_at: job.updatedAt,
    ended_at: job.endedAt,
  };
}

async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translateError(error);
  }
}
