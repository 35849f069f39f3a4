/** Changes of many records by one order, and taking the work of a job back. Both are jobs of their own. */
import { jsonPointer } from '@trellis/metadata';
import type { JsonValue } from '@trellis/model';
import { v7 as makeId } from 'uuid';
import { tell } from '../audit/tell.ts';
import type { Context, InputError } from '../engine.ts';
import { EngineError } from '../errors.ts';
import type { RefusedRows } from '../import/imports.ts';
import { addJob } from '../jobs/job-lifecycle.ts';
import { currentObjectName } from '../old-names.ts';
import type { Parts } from '../parts.ts';
import { noSecretKey } from '../secrets.ts';
import { requireOwnEyes } from '../view-as.ts';
import { withPinned } from '../with-pinned.ts';
import { BULK_OPERATIONS, type BulkInput, type BulkOperation, rightFor } from './bulk-job.ts';
import { fieldsOf, readChange } from './change-lists.ts';
import { keysOf } from './order-names.ts';
import { refusedRecords } from './refused-records.ts';
import { sealedFieldsOf, sealOrder } from './sealed-order.ts';
import { readSelection } from './selection.ts';
import { beginUndo } from './undo-desk.ts';

/** As a caller gives it; faults come back with pointers into it. */
export interface BulkRequest {
  readonly operation?: BulkOperation | undefined;
  /** The records, at most 10,000; or `all` that `filter` and `search` find. Of a restore: in the recycle bin. */
  readonly ids?: unknown;
  readonly all?: boolean | undefined;
  readonly filter?: unknown;
  readonly search?: unknown;
  /** Of an update: values by field, null to clear. */
  readonly set?: unknown;
  /** Of an update: of fields with several values, lists of what to add and to take away. */
  readonly add?: unknown;
  readonly remove?: unknown;
  /** Every record is tried and nothing written. */
  readonly dryRun?: boolean | undefined;
}

export interface BulkDesk {
  /**
   * Begins to change, delete or restore records by one order; resolves with the id of the job. Throws `unknown_object`,
   * `forbidden`, `system_object`, and `invalid_input` with all that is wrong before any record is looked at.
   */
  begin(context: Context, object: string, request: BulkRequest): Promise<string>;
  /**
   * Takes back what a job has done, or with `dryRun` says what would be taken back. Resolves with the id of the job
   * that does it. Throws `unknown_job`, `not_undoable`.
   */
  undo(context: Context, jobId: string, options: { readonly dryRun: boolean }): Promise<string>;
  /** The records that a job could not take, or left as they were; undefined for an import, which has rows of a file. */
  refused(context: Context, jobId: string): Promise<RefusedRows | undefined>;
}

export function createBulkDesk(parts: Parts): BulkDesk {
  return {
    begin: (context, object, request) => beginBulk(parts, context, object, request),
    undo: (context, jobId, options) => beginUndo(parts, context, jobId, options),
    refused: (context, jobId) => refusedRecords(parts, context, jobId),
  };
}

function beginBulk(parts: Parts, context: Context, name: string, request: BulkRequest): Promise<string> {
  requireOwnEyes(context);
  return withPinned(parts, context, async (pinned) => {
    const { operation, dryRun = false } = request;
    if (!operation || !BULK_OPERATIONS.includes(operation)) {
      const message = '`operation` is update, delete or restore.';
      throw invalid([{ code: 'invalid_value', pointer: '/operation', message }]);
    }
    const object = pinned.requireObject(currentObjectName(parts, pinned, name), rightFor(operation));
    if (object.isSystem)
      throw new EngineError('system_object', `${object.pluralLabel} are kept by the platform.`);
    const problems: InputError[] = [];
    const id = makeId();
    const scope = { deleted: operation === 'restore', until: id };
    const selection = readSelection(pinned, object, request, scope, problems);
    const isUpdate = operation === 'update';
    if (!isUpdate)
      for (const part of ['set', 'add', 'remove'] as const)
        if (request[part] !== undefined)
          problems.push({
            code: 'conflicting_properties',
            pointer: `/${part}`,
            message: 'Only an update changes fields.',
          });
    const read = isUpdate ? readChange(pinned, object, request, problems) : null;
    if (read && !parts.secrets)
      for (const field of sealedFieldsOf(read, object))
        problems.push(noSecretKey(`/set${jsonPointer(field.name)}`));
    if (problems.length > 0) throw invalid(problems);
    const place = { workspaceId: context.workspace.id, jobId: id, object };
    const change = read && parts.secrets ? sealOrder(read, parts.secrets, place) : read;
    const fields = change ? fieldsOf(change) : [];
    const input: BulkInput = {
      about: {
        object: object.name,
        operation,
        dry_run: dryRun,
        fields,
        by: selection.ids ? 'ids' : 'filter',
      },
      selection,
      change,
      keys: keysOf(pinned, object, { selection, change }),
    };
    const order = { id, kind: 'bulk', input: input as unknown as JsonValue };
    if (dryRun) return addJob(parts, context, order);
    return parts.storage.transaction(async (transaction) => {
      const details = { job: id, operation, fields: [...fields] };
      const event = { action: 'records_changed_together', object: object.name, details } as const;
      await tell(parts, pinned, [event], transaction);
      return addJob(parts, context, order, transaction);
    });
  });
}

function invalid(errors: readonly InputError[]): EngineError {
  const message = errors.length === 1 ? errors[0]!.message : `The order has ${errors.length} faults.`;
  return new EngineError('invalid_input', message, { errors });
}
