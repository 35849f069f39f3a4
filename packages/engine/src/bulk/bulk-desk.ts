/** Changes of many records by one order, and taking the work of a job back. Both are jobs of their own. */
import type { Context } from '../engine.ts';
import type { Parts } from '../parts.ts';
import { beginUndo } from './undo-desk.ts';

export interface BulkDesk {
  /**
   * Takes back what a job has done, or with `dryRun` says what would be taken back. Resolves with the id of the job
   * that does it. Throws `unknown_job`, `not_undoable`.
   */
  undo(context: Context, jobId: string, options: { readonly dryRun: boolean }): Promise<string>;
}

export function createBulkDesk(parts: Parts): BulkDesk {
  return {
    undo: (context, jobId, options) => beginUndo(parts, context, jobId, options),
  };
}
