/** The kinds of jobs that the engine knows. A kind is a file of its own and a line here. */
import type { JobKind } from './job-kind.ts';

export const JOB_KINDS: readonly JobKind[] = [];
