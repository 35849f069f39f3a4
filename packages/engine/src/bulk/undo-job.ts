/**
 * The job that takes back what another job has done (SPEC B1 to B6). It walks the history of that job from its last
 * change to its first: what was made goes to the recycle bin, what was deleted comes back, what was changed gets its
 * values of before, field by field. Each group is looked at and written in one transaction with the progress, under
 * locks, with the rights of who asks. As a trial it looks and counts, and writes nothing.
 */
import { ALWAYS, type CompiledObject, NEVER } from '@trellis/model';
import type { CausedChange, StoredRecord, Transaction } from '@trellis/storage';
import { lockAllTrees, treesOf } from '../check-trees.ts';
import type { InputError } from '../engine.ts';
import type { JobKind, RunningJob } from '../jobs/job-kind.ts';
import type { Failure, Parts } from '../parts.ts';
import type { Pinned } from '../pinned.ts';
import { findDragged, restoreTogether } from '../restore-record.ts';
import { withPinned } from '../with-pinned.ts';
import { GroupedRun } from './grouped-run.ts';
import { planPutBack } from './put-back.ts';
import { refuseAlone, takeByHalves } from './take-by-halves.ts';
import type { Tally } from './tally.ts';

/** What the job is told; written by `undo-desk.ts`, perhaps of an older version. */
export interface UndoInput {
  readonly about: {
    readonly object: string | null;
    readonly dry_run: boolean;
    /** The job that is undone. */
    readonly undoes: string;
    readonly [name: string]: unknown;
  };
}

/** Entries of the history that are read at a time, and records that are written together at most. */
const GROUP = 500;

type Way = 'remove' | 'restore' | 'put_back' | 'nothing';

interface Slice {
  readonly way: Way;
  readonly objectKey: string;
  readonly changes: readonly CausedChange[];
}

export const UNDO: JobKind = {
  kind: 'undo',
  async run(parts, job) {
    const { undoes, dry_run: isTrial } = (job.job.input as unknown as UndoInput).about;
    const { records } = parts.storage;
    const run = new GroupedRun(job);
    const snapshot = await parts.snapshots.get(job.workspace);
    await run.begin(() => records.countChanged(snapshot, undoes));
    const at = (changes: readonly CausedChange[]) => ({
      size: changes.length,
      place: changes.at(-1)!.entryId,
    });
    for (let before = run.place; ; ) {
      const page = await records.changesOfJob(snapshot, { jobId: undoes, before, limit: GROUP });
      for (const slice of slicesOf(page.changes)) {
        job.check();
        await takeByHalves(slice.changes, {
          take: (changes) =>
            asUndo(parts, job, (pinned) =>
              run.commit(at(changes), (tally, transaction) =>
                takeBack(
                  parts,
                  pinned,
                  { ...slice, changes },
                  {
                    tally,
                    transaction: isTrial ? undefined : transaction,
                  },
                ),
              ),
            ),
          refuse: (change, errors) =>
            run.commit(at([change]), async (tally) =>
              tally.refuse(remarkOn(slice.objectKey, change, errors)),
            ),
        });
      }
      if (page.before === undefined) return { result: { reasons: run.reasons } };
      before = page.before;
    }
  },
};

/** Who asked, with the rights that they have now; history says that it was an undo. */
function asUndo(
  parts: Parts,
  { context }: RunningJob,
  work: (pinned: Pinned) => Promise<void>,
): Promise<void> {
  return withPinned(parts, context.kind === 'user' ? { ...context, source: 'undo' } : context, work);
}

async function takeBack(
  parts: Parts,
  pinned: Pinned,
  { way, objectKey, changes }: Slice,
  run: { readonly tally: Tally; readonly transaction: Transaction | undefined },
): Promise<void> {
  const object = [...pinned.model.objects.values()].find((each) => each.key === objectKey);
  if (way === 'nothing') run.tally.add('unchanged', changes.length);
  else if (!object || object.isSystem) run.tally.add('gone', changes.length);
  else await new Group(parts, pinned, object, run).take(way, changes);
}

/** Changes of one object that are taken back in the same way, in the order in which they come. */
function slicesOf(changes: readonly CausedChange[]): Slice[] {
  const slices: { way: Way; objectKey: string; changes: CausedChange[] }[] = [];
  for (const change of changes) {
    const way = wayBack(change);
    const last = slices.at(-1);
    if (last?.way === way && last.objectKey === change.objectKey) last.changes.push(change);
    else slices.push({ way, objectKey: change.objectKey, changes: [change] });
  }
  return slices;
}

function wayBack({ wasLive, isLive }: CausedChange): Way {
  if (wasLive) return isLive ? 'put_back' : 'restore';
  return isLive ? 'remove' : 'nothing';
}

function remarkOn(
  object: string,
  { recordId: id }: { readonly recordId: string },
  errors: readonly InputError[],
) {
  return { object, id, errors };
}

type Stored = ReadonlyMap<string, StoredRecord>;

/** One group of changes of one object. Without a transaction it is a trial: nothing is locked and nothing written. */
class Group {
  readonly #parts: Parts;
  readonly #pinned: Pinned;
  readonly #object: CompiledObject;
  readonly #tally: Tally;
  readonly #transaction: Transaction | undefined;

  constructor(
    parts: Parts,
    pinned: Pinned,
    object: CompiledObject,
    { tally, transaction }: { readonly tally: Tally; readonly transaction: Transaction | undefined },
  ) {
    this.#parts = parts;
    this.#pinned = pinned;
    this.#object = object;
    this.#tally = tally;
    this.#transaction = transaction;
  }

  async take(way: Exclude<Way, 'nothing'>, changes: readonly CausedChange[]): Promise<void> {
    // Trees before rows, as in every write.
    if (this.#transaction && (way === 'restore' || treesOf(this.#object).length > 0))
      await lockAllTrees(this.#parts, this.#pinned, this.#transaction);
    if (way === 'restore') return this.#restore(changes);
    const stored = await this.#load(changes, way === 'remove' ? 'delete' : 'update');
    const allowed = this.#permitted(changes, stored, way === 'remove' ? 'delete' : 'change');
    await (way === 'remove' ? this.#remove(allowed, stored) : this.#putBack(allowed, stored));
  }

  /** The records as they are, with the caller's right to the action; `platform`: whatever the caller may. */
  async #load(changes: readonly CausedChange[], eyes: 'update' | 'delete' | 'platform'): Promise<Stored> {
    // A right that the caller lacks on the object covers no record.
    const decision = eyes === 'platform' ? undefined : this.#pinned.decide(this.#object, eyes);
    const records = await this.#parts.storage.records.loadForWrite(
      this.#pinned.snapshot,
      {
        object: this.#object,
        ids: changes.map((change) => change.recordId),
        visible: decision ? this.#pinned.visible(this.#object) : ALWAYS,
        allowed: !decision ? ALWAYS : decision.isAllowed ? decision.predicate : NEVER,
        deleted: 'both',
        context: this.#pinned.expressionContext,
      },
      this.#transaction,
    );
    return new Map(records.map((record) => [record.id, record]));
  }

  /** Those that are there for the caller, and theirs to act on; the others are told of. */
  #permitted(changes: readonly CausedChange[], stored: Stored, doing: string): readonly CausedChange[] {
    return changes.filter((change) => {
      const record = stored.get(change.recordId);
      if (record?.isAllowed) return true;
      if (record) this.#refuse(change, `You may see this ${this.#object.label}, not ${doing} it.`);
      else {
        // Erased, or out of the caller's sight: to them that is the same.
        this.#tally.add('gone');
        this.#remark(change, 'gone', 'This record is not there any more.');
      }
      return false;
    });
  }

  /** What was made goes to the recycle bin, with whatever was added to it since: from there it can come back. */
  async #remove(changes: readonly CausedChange[], stored: Stored): Promise<void> {
    const live = changes.filter((change) => stored.get(change.recordId)!.deletedAt === null);
    this.#tally.add('unchanged', changes.length - live.length);
    if (live.length === 0) return;
    const isEdited = (change: CausedChange) => stored.get(change.recordId)!.version !== change.version;
    const done = (change: CausedChange) => {
      this.#tally.add('removed');
      if (isEdited(change)) this.#tally.add('removed_edited');
    };
    if (!this.#transaction) return live.forEach(done);
    const outcome = await this.#parts.write.delete(this.#parts, this.#pinned, {
      object: this.#object,
      items: live.map(({ recordId }) => ({ id: recordId, version: undefined })),
      allOrNothing: false,
      dryRun: false,
      authority: 'caller',
      transaction: this.#transaction,
    });
    for (const { index, failure } of outcome.items) {
      const change = live[index]!;
      if (failure) this.#fail(change, failure);
      else done(change);
    }
  }

  async #restore(changes: readonly CausedChange[]): Promise<void> {
    // What went along needs no right of its own, so that it is looked at with the eyes of the platform first.
    const stored = await this.#load(changes, 'platform');
    const waiting: CausedChange[] = [];
    for (const change of changes) {
      const record = stored.get(change.recordId);
      if (!record) this.#permitted([change], stored, 'restore');
      else if (record.deletedAt === null) this.#tally.add('unchanged');
      else if (record.version === change.version) waiting.push(change);
      else
        this.#keep(
          change,
          'deleted_since',
          'This record was restored and deleted again since: it stays deleted.',
        );
    }
    const records = waiting.map((change) => stored.get(change.recordId)!);
    const dragged = await findDragged(this.#parts, this.#pinned, {
      object: this.#object,
      records,
      transaction: this.#transaction,
    });
    // What went because of another record comes back with that one.
    const asked = waiting.filter((change) => !dragged.has(change.recordId));
    const roots = this.#permitted(asked, await this.#load(asked, 'delete'), 'restore');
    if (!this.#transaction) return this.#tally.add('restored', roots.length + dragged.size);
    if (roots.length === 0) return;
    const restored = await restoreTogether(this.#parts, this.#pinned, {
      object: this.#object,
      ids: roots.map((change) => change.recordId),
      transaction: this.#transaction,
    });
    for (const count of restored.values()) this.#tally.add('restored', count);
    const changed = roots.filter((change) => change.differences.size > 0);
    if (changed.length > 0) await this.#putBack(changed, await this.#load(changed, 'update'));
  }

  async #putBack(changes: readonly CausedChange[], stored: Stored): Promise<void> {
    const planned: { readonly change: CausedChange; readonly input: object }[] = [];
    for (const change of changes) {
      const record = stored.get(change.recordId);
      if (!record || record.deletedAt !== null) {
        this.#keep(change, 'deleted_since', 'This record was deleted since: it stays in the recycle bin.');
        continue;
      }
      const { input, kept, isForbidden } = planPutBack(this.#parts, this.#pinned, this.#object, {
        record,
        change,
      });
      if (isForbidden) {
        this.#refuse(change, 'The job has changed fields that you may not change.');
        continue;
      }
      if (kept.length > 0) {
        this.#tally.add('edited');
        this.#tally.add('fields_kept', kept.length);
        this.#tally.remark(remarkOn(this.#object.name, change, kept));
      }
      if (Object.keys(input).length > 0) planned.push({ change, input });
      else if (kept.length === 0) this.#tally.add('unchanged');
    }
    if (planned.length === 0) return;
    if (!this.#transaction) return this.#tally.add('put_back', planned.length);
    const outcome = await this.#parts.write.save(this.#parts, this.#pinned, {
      object: this.#object,
      operation: 'update',
      items: planned.map(({ change, input }) => ({ input, id: change.recordId, version: undefined })),
      allOrNothing: false,
      dryRun: false,
      authority: 'caller',
      takesBack: true,
      transaction: this.#transaction,
    });
    refuseAlone(outcome, changes.length);
    for (const { index, failure } of outcome.items) {
      if (failure) this.#fail(planned[index]!.change, failure);
      else this.#tally.add('put_back');
    }
  }

  #fail(change: CausedChange, { errors, message, code }: Failure): void {
    const told = errors.length > 0 ? errors : [{ code, pointer: '', message }];
    this.#tally.refuse(remarkOn(this.#object.name, change, told));
  }

  #refuse(change: CausedChange, message: string): void {
    this.#tally.refuse(remarkOn(this.#object.name, change, [{ code: 'forbidden', pointer: '', message }]));
  }

  /** It stays as somebody has left it since. */
  #keep(change: CausedChange, code: string, message: string): void {
    this.#tally.add('edited');
    this.#remark(change, code, message);
  }

  #remark(change: CausedChange, code: string, message: string): void {
    this.#tally.remark(remarkOn(this.#object.name, change, [{ code, pointer: '', message }]));
  }
}
