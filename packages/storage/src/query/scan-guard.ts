/**
 * Refuses at once what would read `data` of very many records, naming the fields that need a column, instead of
 * keeping somebody waiting until the time is up. How many records a question has to look at is the planner's estimate
 * of those that the conditions leave over which columns answer; small tables are never asked about.
 */
import type { CompiledObject, Expression } from '@trellis/model';
import type { Connections } from '../connections.ts';
import { StorageError } from '../errors.ts';
import type { ScannedField, Snapshot } from '../storage.ts';
import { type Asked, conjuncts, servedFilter, unservedFields } from './served.ts';

/** How long the sizes of tables are believed. */
const SIZES_MILLISECONDS = 5_000;

export class WouldScanError extends StorageError {
  /** Each field that is read from `data`, and what would help. */
  readonly scanned: readonly ScannedField[];
  /** Records that would have to be looked at; undefined where the asker does not see all of them. */
  readonly records: number | undefined;

  constructor(scanned: readonly ScannedField[], records: number | undefined) {
    super('would_scan', 'The query would have to look at too many records.');
    this.name = 'WouldScanError';
    this.scanned = scanned;
    this.records = records;
  }
}

interface Sizes {
  readonly rows: ReadonlyMap<string, number>;
  readonly readAt: number;
}

export interface GuardedQuestion {
  readonly object: CompiledObject;
  /** What the caller asks, and may see. */
  readonly filter: Expression;
  readonly asked: Asked;
  /** Something else narrows it too: a search, or the recycle bin. */
  readonly isNarrowed: boolean;
}

export class ScanGuard {
  readonly #connections: Connections;
  /** 0: nothing is refused. */
  readonly #limit: number;
  readonly #sizes = new Map<string, Sizes>();
  readonly #reading = new Map<string, Promise<Sizes>>();

  constructor(connections: Connections, limit: number) {
    this.#connections = connections;
    this.#limit = limit;
  }

  /** Records of the object, roughly, as far as that is known by now. */
  rowsOf(snapshot: Snapshot, object: CompiledObject): number {
    return this.#sizes.get(snapshot.workspace.id)?.rows.get(object.key) ?? 0;
  }

  /**
   * Undefined for nearly all questions: nothing is to be checked. `estimate` tells how many records meet a filter.
   *
   * @throws WouldScanError (by the promise)
   */
  check(
    snapshot: Snapshot,
    question: GuardedQuestion,
    estimate: (filter: Expression) => Promise<number>,
  ): Promise<void> | undefined {
    if (this.#limit === 0) return undefined;
    const known = this.#sizes.get(snapshot.workspace.id);
    if (!known) return this.#read(snapshot).then((sizes) => this.#judge(sizes, snapshot, question, estimate));
    if (performance.now() - known.readAt > SIZES_MILLISECONDS)
      void this.#read(snapshot).catch(() => undefined);
    if ((known.rows.get(question.object.key) ?? 0) <= this.#limit) return undefined;
    if (unservedFields(snapshot, question.object, question.asked).length === 0) return undefined;
    return this.#judge(known, snapshot, question, estimate);
  }

  async #judge(
    { rows }: Sizes,
    snapshot: Snapshot,
    { object, filter, asked, isNarrowed }: GuardedQuestion,
    estimate: (filter: Expression) => Promise<number>,
  ): Promise<void> {
    const sizeOf = (each: CompiledObject) => rows.get(each.key) ?? 0;
    // Of what is behind a lookup no more is read than there is.
    const unserved = unservedFields(snapshot, object, asked).filter(({ objects }) =>
      objects.every((each) => sizeOf(each) > this.#limit),
    );
    if (unserved.length === 0) return;
    const served = servedFilter(snapshot, object, filter);
    const isWhole = served.op === 'constant' && !isNarrowed;
    const left = isWhole ? sizeOf(object) : await estimate(served);
    if (left <= this.#limit) return;
    const seesAll = conjuncts(filter).length === conjuncts(asked.filter ?? filter).length;
    throw new WouldScanError(unserved, seesAll ? Number(left.toPrecision(2)) : undefined);
  }

  #read({ workspace }: Snapshot): Promise<Sizes> {
    let reading = this.#reading.get(workspace.id);
    if (!reading) {
      reading = this.#readSizes(workspace.schema)
        .then((rows) => {
          const sizes = { rows, readAt: performance.now() };
          this.#sizes.set(workspace.id, sizes);
          return sizes;
        })
        .finally(() => this.#reading.delete(workspace.id));
      this.#reading.set(workspace.id, reading);
    }
    return reading;
  }

  /** What was counted while it was written, or by the last analyze; neither waits for anybody's lock. */
  async #readSizes(schema: string): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#connections.readRows<{ name: string; rows: number }>(
      `select c.relname as name, greatest(c.reltuples, pg_stat_get_live_tuples(c.oid))::float8 as rows
         from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = $1 and c.relkind = 'r' and c.relname !~ '^_'`,
      [schema],
    );
    return new Map(rows.map((row) => [row.name, Number(row.rows)]));
  }
}
