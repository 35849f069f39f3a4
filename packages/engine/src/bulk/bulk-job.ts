/**
 * The job that changes, deletes or restores many records by one order (SPEC B8 to B11). Each group goes through the
 * ordinary write with the rights of who asks, in one transaction with the progress; what is refused is listed and the
 * others are written. As a trial every group is written and rolled back, so that its counts are exact.
 */
import type { CompiledObject } from '@trellis/model';
import type { Transaction } from '@trellis/storage';
import { fail, unknownRecord } from '../draft.ts';
import type { JobKind, RunningJob } from '../jobs/job-kind.ts';
import type { Parts, SaveOutcome } from '../parts.ts';
import type { Pinned } from '../pinned.ts';
import { restoreTogether } from '../restore-record.ts';
import { withPinned } from '../with-pinned.ts';
import { type FieldChange, inputsOf } from './change-lists.ts';
import { GroupedRun } from './grouped-run.ts';
import { type OrderKeys, objectOfOrder, withNamesOfNow } from './order-names.ts';
import { openOrder } from './sealed-order.ts';
import { countSelected, nextSelected, type Selection } from './selection.ts';
import { refuseAlone, takeByHalves } from './take-by-halves.ts';
import type { Reason, Tally } from './tally.ts';

export const BULK_OPERATIONS = ['update', 'delete', 'restore'] as const;
export type BulkOperation = (typeof BULK_OPERATIONS)[number];

/** What the job is told; written by `bulk-desk.ts`, perhaps of an older version. */
export interface BulkInput {
  readonly about: {
    readonly object: string;
    readonly operation: BulkOperation;
    readonly dry_run: boolean;
    readonly [name: string]: unknown;
  };
  readonly selection: Selection;
  /** Of an update. */
  readonly change: FieldChange | null;
  /** What its names mean; orders of older versions have none, and are taken by their names. */
  readonly keys?: OrderKeys;
}

/** Records that are written together: about a second's work. A deletion takes others along. */
const GROUP = { update: 500, delete: 200, restore: 200 } as const;

export const BULK: JobKind = {
  kind: 'bulk',
  async run(parts, job) {
    const changing = new Changing(parts, job, job.job.input as unknown as BulkInput);
    return { result: { reasons: await changing.run() } };
  },
};

/** The right that an operation needs on its object. */
export function rightFor(operation: BulkOperation): 'update' | 'delete' {
  return operation === 'update' ? 'update' : 'delete';
}

class Changing {
  readonly #parts: Parts;
  readonly #job: RunningJob;
  readonly #input: BulkInput;
  readonly #run: GroupedRun;

  constructor(parts: Parts, job: RunningJob, input: BulkInput) {
    this.#parts = parts;
    this.#job = job;
    this.#input = input;
    this.#run = new GroupedRun(job);
  }

  async run(): Promise<readonly Reason[]> {
    const { about } = this.#input;
    await this.#run.begin(() =>
      this.#pinned((pinned, object, { selection }) => countSelected(this.#parts, pinned, object, selection)),
    );
    for (let isOver = false; !isOver; ) {
      this.#job.check();
      isOver = await this.#pinned(async (pinned, object, order) => {
        const page = { selection: order.selection, after: this.#run.place, limit: GROUP[about.operation] };
        const ids = await nextSelected(this.#parts, pinned, object, page);
        await takeByHalves(ids, {
          take: (group) => this.#take(pinned, object, { ids: group, change: order.change }),
          refuse: (id, errors) =>
            this.#commit([id], async (tally) => tally.refuse({ object: object.name, id, errors })),
        });
        return ids.length === 0;
      });
    }
    return this.#run.reasons;
  }

  /** Rights are looked at anew for each group; what is done already is not begun again. */
  #pinned<T>(work: (pinned: Pinned, object: CompiledObject, order: BulkInput) => Promise<T>): Promise<T> {
    const { context } = this.#job;
    const { keys } = this.#input;
    const { object: name, operation } = this.#input.about;
    const acting = context.kind === 'user' ? { ...context, source: 'bulk' } : context;
    return withPinned(this.#parts, acting, (pinned) => {
      const object = pinned.requireObject(objectOfOrder(pinned, name, keys), rightFor(operation));
      return work(pinned, object, withNamesOfNow(this.#parts, pinned, object, { order: this.#input, keys }));
    });
  }

  async #take(
    pinned: Pinned,
    object: CompiledObject,
    { ids, change }: { readonly ids: readonly string[]; readonly change: FieldChange | null },
  ): Promise<void> {
    const isTrial = this.#input.about.dry_run;
    const scope = { object, ids, change };
    switch (this.#input.about.operation) {
      case 'update': {
        // A trial rolls its own transaction back. Should it be done twice, that does no harm.
        const tried = isTrial ? await this.#save(pinned, { ...scope, transaction: undefined }) : undefined;
        return this.#commit(ids, async (tally, transaction) => {
          const outcome = tried ?? (await this.#save(pinned, { ...scope, transaction }));
          if (!isTrial) refuseAlone(outcome, ids.length);
          for (const { id, status, failure, warnings } of outcome.items) {
            if (failure) tally.refuse({ object: object.name, id: id!, errors: failure.errors });
            else tally.add(status);
            if (!failure && warnings) tally.add('warned');
          }
        });
      }
      case 'delete': {
        const tried = isTrial ? await this.#delete(pinned, { ...scope, transaction: undefined }) : undefined;
        return this.#commit(ids, async (tally, transaction) => {
          const outcome = tried ?? (await this.#delete(pinned, { ...scope, transaction }));
          for (const { id, failure } of outcome.items) {
            if (failure) tally.refuse({ object: object.name, id, errors: failure.errors });
            else tally.add('deleted');
          }
        });
      }
      case 'restore':
        return this.#commit(ids, (tally, transaction) =>
          this.#restore(pinned, tally, { ...scope, transaction }),
        );
    }
  }

  async #save(
    pinned: Pinned,
    { object, ids, change: sealed, transaction }: GroupScope,
  ): Promise<SaveOutcome> {
    const place = { workspaceId: pinned.context.workspace.id, jobId: this.#job.job.id, object };
    const change = openOrder(sealed!, this.#parts.secrets, place);
    const inputs = await inputsOf(this.#parts, pinned, { object, ids, change, transaction });
    return this.#parts.write.save(this.#parts, pinned, {
      object,
      operation: 'update',
      items: ids.map((id) => ({ id, input: inputs.get(id), version: undefined })),
      allOrNothing: false,
      dryRun: this.#input.about.dry_run,
      authority: 'caller',
      ...(transaction && { transaction }),
    });
  }

  #delete(pinned: Pinned, { object, ids, transaction }: GroupScope) {
    return this.#parts.write.delete(this.#parts, pinned, {
      object,
      items: ids.map((id) => ({ id, version: undefined })),
      allOrNothing: false,
      dryRun: this.#input.about.dry_run,
      authority: 'caller',
      ...(transaction && { transaction }),
    });
  }

  async #restore(pinned: Pinned, tally: Tally, { object, ids, transaction }: GroupScope): Promise<void> {
    const isTrial = this.#input.about.dry_run;
    const query = {
      object,
      ids,
      visible: pinned.visible(object),
      allowed: pinned.decide(object, 'delete').predicate,
      deleted: 'both' as const,
      context: pinned.expressionContext,
    };
    const held = isTrial ? undefined : transaction;
    const found = await this.#parts.storage.records.loadForWrite(pinned.snapshot, query, held);
    const stored = new Map(found.map((record) => [record.id, record]));
    const deleted: string[] = [];
    for (const id of ids) {
      const record = stored.get(id);
      const fault = !record
        ? unknownRecord()
        : record.isAllowed
          ? undefined
          : fail('forbidden', `You may see this ${object.label}, not restore it.`);
      if (fault) tally.refuse({ object: object.name, id, errors: fault.errors });
      // What came back with another record a moment ago is not in the bin any more.
      else if (record!.deletedAt === null) tally.add('unchanged');
      else deleted.push(id);
    }
    if (!isTrial && deleted.length > 0)
      await restoreTogether(this.#parts, pinned, { object, ids: deleted, transaction: transaction! });
    tally.add('restored', deleted.length);
  }

  #commit(
    ids: readonly string[],
    work: (tally: Tally, transaction: Transaction) => Promise<void>,
  ): Promise<void> {
    return this.#run.commit({ size: ids.length, place: ids.at(-1)! }, work);
  }
}

interface GroupScope {
  readonly object: CompiledObject;
  readonly ids: readonly string[];
  /** Of an update, as it is kept. */
  readonly change: FieldChange | null;
  readonly transaction: Transaction | undefined;
}
