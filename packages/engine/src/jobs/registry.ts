/** The kinds of jobs that the engine knows. A kind is a file of its own and a line here. */
import { BULK } from '../bulk/bulk-job.ts';
import { UNDO } from '../bulk/undo-job.ts';
import { IMPORT } from '../import/import-job.ts';
import { PRUNE_JOB } from '../retention/prune-job.ts';
import { PURGE_JOB } from '../retention/purge-job.ts';
import type { JobKind } from './job-kind.ts';
import { RESEAL } from './reseal.ts';

export const JOB_KINDS: readonly JobKind[] = [IMPORT, BULK, UNDO, RESEAL, PURGE_JOB, PRUNE_JOB];
