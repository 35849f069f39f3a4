/**
 * The job that imports a file. It reads the stored file from its beginning each time, passes over the rows that are
 * done, and takes the others in groups. The records of a group, the rows of it that were refused, and the number of
 * the last one are written in one transaction: whenever the process dies, no row is imported twice and none is lost.
 */
import type { JsonValue } from '@trellis/model';
import type { Rejection, Transaction } from '@trellis/storage';
import { isOfGroup, refuseAlone, TakeInTwo, takeByHalves, VALUE_REFUSALS } from '../bulk/take-by-halves.ts';
import type { InputError } from '../engine.ts';
import { JobFailed, type JobKind, type RunningJob, type StepProgress } from '../jobs/job-kind.ts';
import { oldNames } from '../old-names.ts';
import type { Parts, SaveOutcome, SaveRequest } from '../parts.ts';
import type { Pinned } from '../pinned.ts';
import { withPinned } from '../with-pinned.ts';
import { AheadOfTime, type Turn, takeInTurn } from './group-turns.ts';
import { type ColumnTarget, type ResolvedMapping, recognisedBy } from './mapping.ts';
import { currentMapping } from './old-mapping.ts';
import {
  fieldsOfRows,
  type NumberedRow,
  type PreparedRow,
  prepareRows,
  type RowRules,
} from './prepare-rows.ts';
import { type FileShape, type PieceSource, readRows, storedFile } from './read-file.ts';
import { readsOthers } from './reads-others.ts';
import { RowsAbove } from './rows-above.ts';
import { openDefaults, sealCells } from './sealed-rows.ts';
import { SeenKeys } from './seen-keys.ts';
import { asStorable } from './storable.ts';

/** What the job is told; written by `imports.ts`, perhaps of an older version. */
export interface ImportInput {
  readonly about: { readonly object: string; readonly dry_run: boolean } & {
    readonly [name: string]: JsonValue;
  };
  readonly shape: FileShape;
  readonly mapping: ResolvedMapping;
  readonly operation: 'create' | 'update' | 'upsert';
  readonly blank: 'keep' | 'clear';
  readonly decimalComma: boolean;
  readonly takesOtherNames: boolean;
  /** Of times without a zone; jobs of an older version have none and read in the workspace's. */
  readonly timeZone?: string;
  readonly existing?: 'update' | 'skip';
  /** Id of a file that several jobs may read; else it lies under the job's own. */
  readonly file?: string;
  /** Rows bring values that are kept sealed; jobs of an older version don't say. */
  readonly bringsSecrets?: boolean;
  /** Defaults that are kept sealed, as `sealDefaults` makes them. */
  readonly secretDefaults?: string;
}

/** Rows that are saved together. */
const GROUP = 1000;
/** Fewer where they are long: two groups are held at once, with all that is made of them. */
const GROUP_CHARACTERS = 2_000_000;
/** After so many refused rows the file is taken for the wrong one. */
const MAX_REJECTIONS = 100_000;

export interface ImportCounts {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly failed: number;
  /** Rows whose record exists, where those are left alone. */
  readonly skipped?: number;
}

const NONE: ImportCounts = { created: 0, updated: 0, unchanged: 0, failed: 0 };

export const IMPORT: JobKind = {
  kind: 'import',
  async run(parts, job) {
    const told = job.job.input as unknown as ImportInput;
    const ofJob = { workspaceId: job.workspace.id, jobId: job.job.id };
    const input = { ...told, mapping: openDefaults(parts.secrets, ofJob, told) };
    const size = Number(input.about.file_size ?? 0);
    const source = storedFile(parts, job.workspace, input.file ?? job.job.id, size);
    const total = job.job.total ?? (await countRows(source, job, input.shape));
    if (job.job.total === null) await job.step(async () => ({ total, counts: { ...NONE } }));
    const importing = new Importing(parts, job, { input, source });
    await importing.run();
    return {};
  },
};

async function countRows(source: PieceSource, job: RunningJob, shape: FileShape): Promise<number> {
  let count = 0;
  for await (const rows of readRows(source, shape)) {
    job.check();
    count += rows.length;
  }
  return count;
}

/** Faults that the group before may have mended, had it been there. */
const DEPENDENT = new Set([
  'ambiguous_target',
  'rule_violation',
  'stale_version',
  'unique_violation',
  'unknown_record',
  'unknown_target',
]);

class Importing {
  readonly #parts: Parts;
  readonly #job: RunningJob;
  readonly #input: ImportInput;
  readonly #source: PieceSource;
  #counts: ImportCounts;
  /** Number of the last row that is done. */
  #done: number;
  /** Of a trial: what lookups of the file to its own records may mean. */
  readonly #above = new RowsAbove();
  /** What rules ask, or which rows are locked, may hang on the group before; known once a group was read. */
  #hangsOnOthers = true;
  /** New records are written beside those of the group before, until somebody has waited for such a group. */
  #isBeside = true;
  /** Of a trial: what the rows above would have written. */
  readonly #seen: SeenKeys | undefined;

  constructor(
    parts: Parts,
    job: RunningJob,
    { input, source }: { readonly input: ImportInput; readonly source: PieceSource },
  ) {
    this.#parts = parts;
    this.#job = job;
    this.#input = input;
    this.#source = source;
    this.#counts = { ...NONE, ...(job.job.counts as Partial<ImportCounts>) };
    this.#done = (job.job.checkpoint as number | null) ?? 0;
    this.#seen = input.about.dry_run ? new SeenKeys() : undefined;
  }

  async run(): Promise<void> {
    if (this.#seen && this.#done > 0) await this.#remember(this.#seen);
    const rows = readRows(this.#source, this.#input.shape);
    await takeInTurn(groupsOf(rows, this.#done), async (group, turn) => {
      this.#job.check();
      await this.#takeAhead(group, turn);
      if (this.#counts.failed > MAX_REJECTIONS) {
        throw new JobFailed(
          `More than ${MAX_REJECTIONS.toLocaleString('en')} rows were refused: is it the right file?`,
        );
      }
    });
  }

  /**
   * Reads and checks a group, and makes its new records, while the one before is written. What the rows before may have
   * changed, such as a record that was missing, is looked at again when they are there.
   */
  async #takeAhead(group: readonly NumberedRow[], turn: Turn): Promise<void> {
    if (this.#mayGoAhead()) {
      try {
        return await this.#save(group, turn);
      } catch (error) {
        const isToBeTaken = error instanceof AheadOfTime || isOfGroup(error, VALUE_REFUSALS);
        if (!isToBeTaken || turn.isPassedOn) throw error;
        turn.takeBack();
      }
    }
    await turn.toCommit();
    await this.#take(group);
  }

  /** A trial knows the rows above, and rows that name or recognise records of their own object may mean those. */
  #mayGoAhead(): boolean {
    if (this.#hangsOnOthers) return false;
    const { about, mapping } = this.#input;
    const isOwn = ({ match, object }: ColumnTarget) =>
      match !== undefined && (object === undefined || object === about.object);
    return !about.dry_run && mapping.match === undefined && !mapping.targets.some(isOwn);
  }

  /** A trial that goes on has to know the rows above again. */
  async #remember(seen: SeenKeys): Promise<void> {
    const { storage } = this.#parts;
    const refused = new Set<number>();
    for (let after = 0; ; ) {
      const page = { after, limit: 1000 };
      const rows = await storage.jobs.rejections(this.#job.workspace, this.#job.job.id, page);
      for (const { number } of rows) refused.add(number);
      if (rows.length === 0) break;
      after = rows.at(-1)!.number;
    }
    for await (const group of groupsOf(readRows(this.#source, this.#input.shape), 0)) {
      this.#job.check();
      const rows = group.filter(({ number }) => number <= this.#done && !refused.has(number));
      if (rows.length === 0) break;
      await withPinned(this.#parts, this.#job.context, async (pinned) => {
        const rules = this.#rules(pinned);
        for (let left = rows; left.length > 0; ) {
          const prepared = await prepareRows(this.#parts, pinned, left, rules, this.#above);
          const cut = prepared.findIndex(({ waits }) => waits);
          for (const row of cut < 0 ? prepared : prepared.slice(0, cut)) {
            if (!row.item) continue;
            seen.add(row, rules.object, recognisedBy(rules.mapping));
            if (row.item.id === undefined) this.#above.add(rules.object, rules.mapping, row.item.input);
          }
          left = cut < 0 ? [] : left.slice(cut);
        }
      });
    }
  }

  /** The rules for rows, in the words of today. */
  #rules(pinned: Pinned): RowRules {
    const { about } = this.#input;
    const names = oldNames(this.#parts, pinned);
    const object = pinned.requireObject(names?.object(about.object) ?? about.object, 'import');
    const mapping = names ? currentMapping(names, object, this.#input.mapping) : this.#input.mapping;
    const { timeZone = pinned.expressionContext.timeZone } = this.#input;
    const rules: RowRules = { ...this.#input, object, mapping, timeZone };
    requireFields(rules);
    return rules;
  }

  /** Imports a group; where the database refuses it without saying which row is at fault, by halves. */
  #take(group: readonly NumberedRow[]): Promise<void> {
    return takeByHalves(group, {
      take: (part) => this.#save(part),
      refuse: (row, errors) =>
        this.#commit([row], async () => this.#progress([row], [{ row, errors }], undefined)),
      refusals: VALUE_REFUSALS,
    });
  }

  #save(group: readonly NumberedRow[], turn?: Turn): Promise<void> {
    const { about, operation } = this.#input;
    // History says where a change came from.
    const context =
      this.#job.context.kind === 'user' ? { ...this.#job.context, source: 'import' } : this.#job.context;
    return withPinned(this.#parts, context, async (pinned) => {
      const rules = this.#rules(pinned);
      const { object, mapping } = rules;
      this.#hangsOnOthers = readsOthers(object) || (operation !== 'create' && pointsAtOwn(rules));
      const above = about.dry_run ? this.#above : undefined;
      const read = await prepareRows(this.#parts, pinned, group, rules, above);
      const cut = read.findIndex(({ waits }) => waits);
      if (cut > 0) throw new TakeInTwo(cut);
      const prepared = this.#apart(read, rules);
      const refused = prepared.filter((each) => each.errors.length > 0);
      const sound = prepared.filter((each) => each.item);
      const request: SaveRequest = {
        object,
        operation,
        match: operation === 'upsert' ? recognisedBy(mapping) : undefined,
        items: sound.map((each) => each.item!),
        allOrNothing: false,
        dryRun: about.dry_run,
        authority: 'caller',
      };
      await this.#write(pinned, group, request, { sound, refused, turn, mapping });
    });
  }

  /** Of a trial: rows that a row of an earlier group stands in the way of. */
  #apart(rows: readonly PreparedRow[], { object, mapping, existing }: RowRules): readonly PreparedRow[] {
    const seen = this.#seen;
    if (!seen) return rows;
    return rows.map((row) => {
      if (!row.item) return row;
      if (existing === 'skip' && seen.hasKey(row, object, recognisedBy(mapping)))
        return { ...row, item: undefined };
      const errors = seen.faults(row, object, recognisedBy(mapping));
      return errors.length === 0 ? row : { ...row, item: undefined, errors };
    });
  }

  async #write(
    pinned: Pinned,
    group: readonly NumberedRow[],
    request: SaveRequest,
    {
      sound,
      refused,
      turn,
      mapping,
    }: {
      readonly sound: readonly PreparedRow[];
      readonly refused: readonly PreparedRow[];
      /** Given: the group before may be under way still. */
      readonly turn: Turn | undefined;
      readonly mapping: ResolvedMapping;
    },
  ): Promise<void> {
    const { write } = this.#parts;
    const nothing: SaveOutcome = { items: [], isWritten: false };
    const refusedOf = (outcome: SaveOutcome) => {
      const failed = outcome.items.flatMap(({ index, failure }) =>
        failure ? [{ row: sound[index]!.row, errors: failure.errors }] : [],
      );
      if (!request.dryRun) refuseAlone(outcome, group.length);
      const all = [...refused, ...failed];
      if (turn && all.some(({ errors }) => errors.some(({ code }) => DEPENDENT.has(code))))
        throw new AheadOfTime();
      return all;
    };
    if (request.dryRun) {
      // It rolls its own transaction back. Should it be done twice, that does no harm.
      const outcome = sound.length === 0 ? nothing : await write.save(this.#parts, pinned, request);
      const told = this.#asThoughWritten(withoutAbsent(outcome, sound), sound, request);
      await this.#commit(group, async () => this.#progress(group, refusedOf(told), told));
      const failed = new Set(told.items.flatMap(({ index, failure }) => (failure ? [index] : [])));
      for (const [index, row] of sound.entries()) {
        if (failed.has(index)) continue;
        this.#seen!.add(row, request.object, request.match);
        const isMade = told.items.some((item) => item.index === index && item.status === 'created');
        if (isMade) this.#above.add(request.object, mapping, row.item!.input);
      }
      return;
    }
    await this.#commit(group, async (transaction) => {
      turn?.begin();
      const isBeside = this.#isBeside;
      const isInTheWay = isBeside ? () => this.#isInTheWay(transaction!) : undefined;
      const beforeWrite = async () => turn?.toWrite(isInTheWay);
      const beforeCreate = isBeside ? async () => turn?.writeBeside() : beforeWrite;
      const outcome =
        sound.length === 0
          ? nothing
          : await write.save(this.#parts, pinned, { ...request, transaction, beforeCreate, beforeWrite });
      await beforeWrite();
      const all = refusedOf(outcome);
      turn?.passOn();
      // What was counted before is known when the group before is committed.
      await turn?.toCommit();
      return this.#progress(group, all, outcome);
    });
  }

  /** Whether somebody, perhaps the group before, waits for what a group has written beside it. */
  async #isInTheWay(transaction: Transaction): Promise<boolean> {
    const isInTheWay = await this.#parts.storage.isWaitedFor(transaction);
    if (isInTheWay) this.#isBeside = false;
    return isInTheWay;
  }

  /** Of a trial: a record that a row above would have made is changed by this one, not made again. */
  #asThoughWritten(outcome: SaveOutcome, sound: readonly PreparedRow[], request: SaveRequest): SaveOutcome {
    if (request.operation !== 'upsert') return outcome;
    const items = outcome.items.map((item) =>
      item.status === 'created' && this.#seen!.hasKey(sound[item.index]!, request.object, request.match)
        ? { ...item, status: 'updated' as const }
        : item,
    );
    return { ...outcome, items };
  }

  async #commit(
    group: readonly NumberedRow[],
    work: (
      transaction: SaveRequest['transaction'],
    ) => Promise<StepProgress & { readonly counts: ImportCounts }>,
  ): Promise<void> {
    let counts = this.#counts;
    await this.#job.step(async (transaction) => {
      const progress = await work(transaction);
      counts = progress.counts;
      return { ...progress, counts: { ...counts } };
    });
    this.#counts = counts;
    this.#done = group.at(-1)!.number;
  }

  #progress(
    group: readonly NumberedRow[],
    failed: readonly { readonly row: NumberedRow; readonly errors: readonly InputError[] }[],
    outcome: SaveOutcome | undefined,
  ): StepProgress & { readonly counts: ImportCounts } {
    const of = (status: string) => outcome?.items.filter((item) => item.status === status).length ?? 0;
    const last = group.at(-1)!.number;
    const { existing, bringsSecrets } = this.#input;
    const { job, workspace } = this.#job;
    // What was neither refused nor saved was left alone.
    const skipped =
      group.length - failed.length - (outcome?.items.filter(({ failure }) => !failure).length ?? 0);
    const rejections = failed.map(({ row, errors }): Rejection => {
      const { number, line } = row;
      const content = asStorable(row.content as JsonValue);
      const ofJob = { workspaceId: workspace.id, jobId: job.id };
      const cells = bringsSecrets ? sealCells(this.#parts.secrets, ofJob, number, content) : content;
      return { number, line, cells, errors: errors as unknown as JsonValue };
    });
    return {
      checkpoint: last,
      done: last,
      counts: {
        created: this.#counts.created + of('created'),
        updated: this.#counts.updated + of('updated'),
        unchanged: this.#counts.unchanged + of('unchanged'),
        failed: this.#counts.failed + rejections.length,
        ...(existing === 'skip' ? { skipped: (this.#counts.skipped ?? 0) + skipped } : {}),
      },
      rejections,
    };
  }
}

/** Of a trial: a lookup that a row above would have given its record is not missing. */
function withoutAbsent(outcome: SaveOutcome, rows: readonly PreparedRow[]): SaveOutcome {
  const items = outcome.items.map((item): SaveOutcome['items'][number] => {
    const { item: saved, absent = [] } = rows[item.index]!;
    const pointers = absent.map((name) => `/${name}`);
    const isOnlyThat = item.failure?.errors.every(
      ({ code, pointer }) => code === 'required' && pointers.includes(pointer),
    );
    if (!isOnlyThat) return item;
    return { ...item, status: saved!.id === undefined ? 'created' : 'updated', failure: undefined };
  });
  return { ...outcome, items };
}

/** Groups of numbered rows, without those that are done. */
async function* groupsOf(
  rows: AsyncIterable<readonly { readonly line: number; readonly content: NumberedRow['content'] }[]>,
  done: number,
): AsyncGenerator<readonly NumberedRow[], undefined> {
  let number = 0;
  let group: NumberedRow[] = [];
  let size = 0;
  for await (const piece of rows) {
    for (const row of piece) {
      if (++number <= done) continue;
      group.push({ ...row, number });
      size += sizeOf(row.content);
      if (group.length < GROUP && size < GROUP_CHARACTERS) continue;
      yield group;
      group = [];
      size = 0;
    }
  }
  if (group.length > 0) yield group;
  return undefined;
}

/** About how many characters a row holds, a blank cell counting as one; of NDJSON what its texts hold. */
function sizeOf(content: NumberedRow['content']): number {
  const cells = Object.values(content);
  let size = cells.length;
  for (const cell of cells) if (typeof cell === 'string') size += cell.length;
  return size;
}

/**
 * Whether rows point to records of their own object. Those are locked as a group is written; the group after it, which may
 * be going to change them, would have locked them by then.
 */
function pointsAtOwn(rules: RowRules): boolean {
  const { object, mapping } = rules;
  const names = [...fieldsOfRows(rules), ...Object.keys(mapping.defaults ?? {})];
  return names.some((name) => object.fields.get(name)?.targets.includes(object.name) === true);
}

/** A field may have been renamed or deleted since the mapping was made. */
function requireFields({ object, mapping }: RowRules): void {
  const missing = mapping.targets.find(({ field }) => !object.fields.has(field));
  if (missing) throw new JobFailed(`${object.label} no longer has the field \`${missing.field}\`.`);
}
