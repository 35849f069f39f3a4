/** Runs list and aggregate questions: shape, cached statement, rows, page bounds and counts. */
import {
  type AggregateQuery,
  ALWAYS,
  allOf,
  type ChildPage,
  type FieldPath,
  type JsonValue,
  type RecordCount,
  type RecordData,
  type RecordPage,
  type RecordQuery,
  type RecordTerms,
  type RowSlot,
} from '@trellis/model';
import type { DatabaseFeatures } from '../capabilities.ts';
import type { Row, Statement } from '../connections.ts';
import { StorageError } from '../errors.ts';
import {
  type CompiledAggregate,
  compileAggregate,
  readAggregateRow,
  shapeAggregate,
} from '../query/compile-aggregate.ts';
import {
  type CompiledQuery,
  compileCount,
  compileQuery,
  type PageStatement,
  type ShapedQuery,
  shapeQuery,
} from '../query/compile-query.ts';
import { PLANNED_EACH_TIME } from '../query/plan-choice.ts';
import { type RowReader, readRow, rowReader } from '../query/read-row.ts';
import { isStillRight, type RightFor, termsOf } from '../query/right-for.ts';
import { rollupsOfSources } from '../query/rollup-value.ts';
import { type ScanGuard, WouldScanError } from '../query/scan-guard.ts';
import { type Asked, unservedFields } from '../query/served.ts';
import { type Condition, Shape } from '../query/shape.ts';
import type { SlowQuestions } from '../query/slow-questions.ts';
import { type CompiledStatement, StatementCache, valuesFor } from '../query/statement-cache.ts';
import { TextExamples } from '../query/text-examples.ts';
import { WayTrial } from '../query/way-trial.ts';
import type { RecordStore, Snapshot, Transaction } from '../storage.ts';
import type { WorkspaceLogins } from '../workspace-logins.ts';
import { matchCondition } from './find-matches.ts';

/** Counting stops here: beyond it a list says "2,000 or more". */
export const COUNT_CAP = 2_000;
const STREAM_PAGE = 500;
/** Of so many records it matters how those are found that hold a text. */
const MANY_RECORDS = 50_000;
/** Who wants to know exactly waits no longer than this; then it is told what is known. */
const EXACT_MILLISECONDS = 3_000;

/** What a question comes to. */
interface Answering {
  readonly shaped: ShapedQuery;
  readonly compiled: CachedQuery;
  readonly prepare: (statement: CompiledStatement) => Statement;
  readonly reader: RowReader;
}

/** What ways that may be in vain have come to. */
type Trials = Map<PageStatement, WayTrial>;

interface CachedQuery extends CompiledQuery {
  /** The first page held all records the last time, as far as is known. */
  isShort: boolean;
  readonly readers: WeakMap<readonly RowSlot[], RowReader>;
}

const FLAT: readonly RowSlot[] = [];

function readerOf({ outputs, readers }: CachedQuery, layout: readonly RowSlot[] | undefined): RowReader {
  let reader = readers.get(layout ?? FLAT);
  if (!reader) {
    reader = rowReader(outputs, layout);
    readers.set(layout ?? FLAT, reader);
  }
  return reader;
}

export class RecordReader {
  readonly #logins: WorkspaceLogins;
  readonly #features: DatabaseFeatures;
  readonly #guard: ScanGuard;
  readonly #slow: SlowQuestions;
  readonly #examples: TextExamples;
  readonly #queries = new StatementCache<CachedQuery>();
  readonly #answers = new WeakMap<RecordTerms, Answering & RightFor>();
  readonly #trials = new WeakMap<RecordTerms, Trials>();
  readonly #counts = new StatementCache<{ readonly statement: CompiledStatement }>();
  readonly #aggregates = new StatementCache<CompiledAggregate>();

  constructor(
    logins: WorkspaceLogins,
    features: DatabaseFeatures,
    { guard, slow }: { readonly guard: ScanGuard; readonly slow: SlowQuestions },
  ) {
    this.#logins = logins;
    this.#features = features;
    this.#guard = guard;
    this.#slow = slow;
    this.#examples = new TextExamples(logins);
  }

  async query(snapshot: Snapshot, query: RecordQuery, transaction?: Transaction): Promise<RecordPage> {
    if (!query.asked) return this.#page(snapshot, query, transaction);
    return this.#watched(snapshot, query.object, askedBy(query), async () => {
      const checked = transaction ? undefined : this.#check(snapshot, query);
      if (checked) await checked;
      return this.#page(snapshot, query, transaction);
    });
  }

  /** What somebody asks: what is slow or refused is noted, and what ran out of time says by which fields. */
  async #watched<T>(
    snapshot: Snapshot,
    object: RecordQuery['object'],
    asked: Asked,
    work: () => Promise<T>,
  ): Promise<T> {
    const begin = performance.now();
    const note = (milliseconds: number | undefined) =>
      this.#slow.note(snapshot, object, asked, {
        milliseconds,
        records: this.#guard.rowsOf(snapshot, object),
      });
    try {
      const result = await work();
      const milliseconds = performance.now() - begin;
      if (milliseconds > this.#slow.milliseconds) note(milliseconds);
      return result;
    } catch (error) {
      if (isTooSlow(error)) note(performance.now() - begin);
      else if (error instanceof WouldScanError) note(undefined);
      throw explained(error, snapshot, object, asked);
    }
  }

  /** Looks for records by the values of rows, unless no index would serve that. @throws WouldScanError */
  guarded<T>(
    snapshot: Snapshot,
    { object, by, rows, visible, context }: Parameters<RecordStore['findMatches']>[1],
    transaction: Transaction | undefined,
    find: () => Promise<T>,
  ): Promise<T> {
    const [first] = rows;
    if (!first) return find();
    const asked = allOf(...by.map((each, index) => matchCondition(each, first[index]!)));
    return this.#watched(snapshot, object, { filter: asked }, async () => {
      const filter = allOf(asked, visible);
      const question = { object, filter, asked: { filter: asked }, isNarrowed: false };
      // What columns leave over is looked at for each row.
      await this.#guard.check(snapshot, question, async (served) => {
        const query = plainQuery({ object, filter: served, targetFilters: new Map(), context });
        return rows.length * (await this.#estimate(snapshot, query, { transaction }));
      });
      return find();
    });
  }

  /** Of each parent of the query the first records that point to it: one statement for all of them. */
  async children(snapshot: Snapshot, query: RecordQuery): Promise<ReadonlyMap<string, ChildPage>> {
    if (query.parents?.ids.length === 0) return new Map();
    return this.#watched(snapshot, query.object, askedBy(query), async () => {
      const { shaped, compiled, prepare, reader } = this.#workOut(snapshot, query);
      const [statement] = compiled.statements;
      const connections = await this.#logins.of(snapshot.workspace);
      const found = await connections.read(prepare(statement!), valuesFor(statement!, shaped.values));
      const byParent = Map.groupBy(found, (row) => String(row.at(-1)));
      return new Map(
        [...byParent].map(([id, rows]) => {
          const kept = rows.slice(0, query.limit);
          return [id, { rows: kept.map((row) => readRow(row, reader)), hasMore: rows.length > kept.length }];
        }),
      );
    });
  }

  /** Undefined where there is nothing to check. */
  #check(snapshot: Snapshot, query: RecordQuery): Promise<void> | undefined {
    const { object, filter, deleted, search } = query;
    const question = {
      object,
      filter,
      asked: askedBy(query),
      isNarrowed: deleted || search !== undefined,
    };
    return this.#guard.check(snapshot, question, (served) =>
      this.#estimate(snapshot, { ...query, filter: served, fields: [], sort: [] }),
    );
  }

  /** What the question comes to, kept where somebody asks it again. */
  #answering(snapshot: Snapshot, query: RecordQuery): Answering {
    const terms = termsOf(query);
    if (!terms) return this.#workOut(snapshot, query);
    const known = this.#answers.get(terms);
    if (known && isStillRight(known, snapshot, query.context)) return known;
    const { days, isRepeated, ...answering } = this.#workOut(snapshot, query);
    // What hangs on the very instant is right once; what is asked for the first time has no name yet.
    if (days && isRepeated)
      this.#answers.set(terms, { ...answering, snapshot, context: query.context, days });
    return answering;
  }

  /** Kept for whoever asks the same again. */
  #trialsOf(query: RecordQuery): Trials {
    const terms = termsOf(query);
    const trials: Trials = (terms && this.#trials.get(terms)) ?? new Map();
    if (terms) this.#trials.set(terms, trials);
    return trials;
  }

  #workOut(snapshot: Snapshot, query: RecordQuery) {
    const shape = new Shape(query.context);
    const shaped = shapeQuery(snapshot, query, shape);
    const { compiled, prepare, isRepeated } = this.#queries.get(shaped.key, () => ({
      ...compileQuery(snapshot, query, shaped, this.#features),
      isShort: true,
      readers: new WeakMap(),
    }));
    const reader = readerOf(compiled, query.layout);
    return { shaped, compiled, prepare, reader, days: shape.days, isRepeated };
  }

  async #page(
    snapshot: Snapshot,
    query: RecordQuery,
    transaction: Transaction | undefined,
  ): Promise<RecordPage> {
    const { shaped, compiled, prepare, reader } = this.#answering(snapshot, query);
    const trials = this.#trialsOf(query);
    const countNow = () => this.#count(snapshot, query, shaped, transaction);
    // All that a first page holds is counted by looking at it. Where that was not all the last time, or it is another
    // page, the count is asked for beside the page and not after it; within a transaction it would wait anyway.
    const isFirst = query.after === undefined && query.before === undefined;
    const isBeside = query.count !== 'none' && !transaction && !(isFirst && compiled.isShort);
    const beside = isBeside ? countNow() : undefined;
    beside?.catch(() => undefined); // it is awaited below, unless the page fails first
    const connections = await this.#logins.reach(snapshot.workspace, transaction);
    const found: Row[] = [];
    const { timeoutMilliseconds } = query;
    const run = (statement: CompiledStatement) => {
      const prepared = prepare(statement);
      const limited = timeoutMilliseconds === undefined ? prepared : { ...prepared, timeoutMilliseconds };
      return connections.read(limited, valuesFor(statement, shaped.values), transaction);
    };
    const isRare =
      compiled.statements.some(({ gathered }) => gathered) && this.#isOfFew(snapshot, query, shaped);
    for (const part of compiled.statements) {
      const rows =
        isRare && part.gathered
          ? await run(part.gathered)
          : await this.#rowsOf(part, { trials, vainColumn: compiled.vainColumn, run });
      found.push(...rows);
      if (found.length > query.limit) break;
    }
    const hasMore = found.length > query.limit;
    const kept = hasMore ? found.slice(0, query.limit) : found;
    const isBackward = query.before !== undefined;
    const rows = isBackward ? [...kept].reverse() : kept;
    const boundOf = (row: (typeof rows)[number] | undefined) =>
      row && compiled.sortColumns.map((column) => row[column] as JsonValue);
    const hasNext = isBackward ? rows.length > 0 : hasMore;
    const hasPrevious = isBackward ? hasMore : query.after !== undefined;
    const isAll = !hasMore && isFirst;
    if (isFirst) compiled.isShort = isAll;
    const { waitingColumn } = compiled;
    return {
      ...(waitingColumn !== undefined && rows[0]
        ? { waiting: rollupsOfSources(snapshot, query.object, rows[0][waitingColumn] as string[]) }
        : {}),
      ...(query.flags
        ? { flags: rows.map((row) => compiled.flagColumns.map((column) => row[column] === true)) }
        : {}),
      rows: rows.map((row) => readRow(row, reader)),
      next: hasNext ? boundOf(rows.at(-1)) : undefined,
      previous: hasPrevious ? boundOf(rows[0]) : undefined,
      count:
        query.count === 'none'
          ? undefined
          : isAll
            ? { value: rows.length, kind: 'exact' }
            : await orAtLeast(beside ?? countNow(), rows.length + (hasMore ? 1 : 0)),
    };
  }

  /** Whether few of very many records hold the texts that are asked for. */
  #isOfFew(snapshot: Snapshot, { object }: RecordQuery, { condition, search, values }: ShapedQuery): boolean {
    if (this.#guard.rowsOf(snapshot, object) < MANY_RECORDS) return false;
    const whole: Condition = search ? { is: 'and', args: [condition, search] } : condition;
    return this.#examples.isRare(snapshot, object, whole, values);
  }

  /** The rows of a part of a page, by the first of its ways that is not known to be in vain. */
  async #rowsOf(
    part: PageStatement,
    asking: {
      readonly trials: Trials;
      readonly vainColumn: number;
      readonly run: (statement: CompiledStatement) => Promise<readonly Row[]>;
    },
  ): Promise<readonly Row[]> {
    const { trials, vainColumn, run } = asking;
    const { otherwise } = part;
    if (!otherwise) return run(part);
    const trial = trials.get(part) ?? new WayTrial();
    trials.set(part, trial);
    if (!trial.isDue()) return this.#rowsOf(otherwise, asking);
    const rows = await run(part);
    const wasInVain = rows.at(-1)?.[vainColumn] === true;
    trial.report(wasInVain);
    return wasInVain && !part.isWhole ? this.#rowsOf(otherwise, asking) : rows;
  }

  async aggregate(snapshot: Snapshot, query: AggregateQuery): Promise<readonly RecordData[]> {
    const asked: Asked = { filter: query.asked, values: valuesOf(query) };
    if (!query.asked) return this.#totals(snapshot, query);
    const { object, filter } = query;
    return this.#watched(snapshot, object, asked, async () => {
      const question = { object, filter, asked, isNarrowed: false };
      await this.#guard.check(snapshot, question, (served) =>
        this.#estimate(snapshot, plainQuery({ ...query, filter: served })),
      );
      return this.#totals(snapshot, query);
    });
  }

  async #totals(snapshot: Snapshot, query: AggregateQuery): Promise<readonly RecordData[]> {
    const shaped = shapeAggregate(snapshot, query);
    const { compiled, prepare } = this.#aggregates.get(shaped.key, () =>
      compileAggregate(snapshot, query, shaped, this.#features),
    );
    const values = valuesFor(compiled.statement, shaped.values);
    const connections = await this.#logins.of(snapshot.workspace);
    const rows = await connections.read(prepare(compiled.statement), values);
    return rows.map((row) => readAggregateRow(row, compiled, query));
  }

  /** Page after page by keyset: memory stays constant, and no transaction stays open while the reader is slow. */
  async *stream(
    snapshot: Snapshot,
    query: Omit<RecordQuery, 'after' | 'before' | 'limit' | 'count'>,
  ): AsyncIterable<readonly RecordData[]> {
    const first: RecordQuery = { ...query, after: undefined, before: undefined, limit: 1, count: 'none' };
    // A filter may look at everything once; an order that no column gives would be worked out for every page.
    await this.#check(snapshot, { ...first, asked: ALWAYS });
    let after: readonly JsonValue[] | undefined;
    do {
      const page: RecordQuery = { ...query, after, before: undefined, limit: STREAM_PAGE, count: 'none' };
      // Exports may sort by what no index serves: they get the longer limit of a transaction.
      const { rows, next } = await (await this.#logins.of(snapshot.workspace)).transaction(
        (transaction) => this.query(snapshot, page, transaction),
        { begin: 'begin read only' },
      );
      if (rows.length > 0) yield rows;
      after = next;
    } while (after !== undefined);
  }

  async #count(
    snapshot: Snapshot,
    query: RecordQuery,
    shaped: ShapedQuery,
    transaction: Transaction | undefined,
  ): Promise<RecordCount> {
    const run = async (cap: number | undefined, within = transaction) => {
      const { compiled, prepare } = this.#counts.get(`${shaped.key}${cap ?? 'exact'}`, () => ({
        statement: compileCount(snapshot, query, shaped, {
          features: this.#features,
          cap,
          isEstimate: false,
        }),
      }));
      const values = valuesFor(compiled.statement, shaped.values);
      const connections = await this.#logins.reach(snapshot.workspace, within);
      return Number((await connections.read(prepare(compiled.statement), values, within))[0]?.[0]);
    };
    if (query.count === 'exact') {
      if (transaction) return { value: await run(undefined), kind: 'exact' };
      const connections = await this.#logins.of(snapshot.workspace);
      try {
        const value = await connections.transaction((own) => run(undefined, own), {
          begin: 'begin read only',
          timeoutMilliseconds: EXACT_MILLISECONDS,
        });
        return { value, kind: 'exact' };
      } catch (error) {
        if (!isTooSlow(error)) throw error;
        const counted = await run(COUNT_CAP + 1);
        return { value: Math.min(counted, COUNT_CAP), kind: 'at_least', reason: 'too_slow' };
      }
    }
    if (query.count === 'estimate') {
      const value = await this.#estimate(snapshot, query, { shaped, transaction });
      // Small numbers are worth counting: an estimate of seven is no use to anybody.
      if (value > COUNT_CAP) return { value, kind: 'estimate' };
    }
    const counted = await run(COUNT_CAP + 1);
    return counted > COUNT_CAP ? { value: COUNT_CAP, kind: 'at_least' } : { value: counted, kind: 'exact' };
  }

  /** How many records the planner expects. EXPLAIN must see the values, so it is never prepared. */
  async #estimate(
    snapshot: Snapshot,
    query: RecordQuery,
    {
      shaped = shapeQuery(snapshot, query),
      transaction,
    }: { readonly shaped?: ShapedQuery; readonly transaction?: Transaction | undefined } = {},
  ): Promise<number> {
    const { compiled } = this.#counts.get(`${shaped.key}estimate`, () => ({
      statement: compileCount(snapshot, query, shaped, {
        features: this.#features,
        cap: undefined,
        isEstimate: true,
      }),
    }));
    const { statement } = compiled;
    const values = valuesFor(statement, shaped.values);
    const connections = await this.#logins.reach(snapshot.workspace, transaction);
    const prepared = { text: statement.text, plans: PLANNED_EACH_TIME };
    const [row] = await connections.read(prepared, values, transaction);
    const plans = (row?.[0] ?? []) as readonly { Plan: { 'Plan Rows': number } }[];
    return plans[0]?.Plan['Plan Rows'] ?? 0;
  }
}

const askedByTerms = new WeakMap<RecordTerms, Asked>();

function askedBy({ asked, sort, terms }: RecordQuery): Asked {
  if (terms?.asked !== asked || terms?.sort !== sort) return { filter: asked, sort };
  let known = askedByTerms.get(terms);
  if (!known) {
    known = { filter: asked, sort };
    askedByTerms.set(terms, known);
  }
  return known;
}

/** What groups are made by and measures are taken of. */
function valuesOf({ groupBy, measures }: AggregateQuery): readonly FieldPath[] {
  return [
    ...groupBy.map(({ path }) => path),
    ...measures.flatMap(({ field }) => (field ? [{ text: field.name, through: [], field }] : [])),
  ];
}

/** Records as a question for their number. */
function plainQuery({
  object,
  filter,
  targetFilters,
  context,
}: Pick<AggregateQuery, 'object' | 'filter' | 'targetFilters' | 'context'>): RecordQuery {
  return {
    object,
    fields: [],
    filter,
    targetFilters,
    search: undefined,
    sort: [],
    limit: 1,
    after: undefined,
    before: undefined,
    count: 'estimate',
    deleted: false,
    context,
  };
}

/** A statement that ran out of time is told with the fields that made it slow, where there are any. */
function explained(error: unknown, snapshot: Snapshot, object: RecordQuery['object'], asked: Asked): unknown {
  if (!isTooSlow(error)) return error;
  const scanned = unservedFields(snapshot, object, asked);
  return scanned.length === 0 ? error : new WouldScanError(scanned, undefined);
}

function isTooSlow(error: unknown): boolean {
  return error instanceof StorageError && error.code === 'query_too_slow';
}

/** The page is there: a count that takes too long must not take it away. */
async function orAtLeast(count: Promise<RecordCount>, seen: number): Promise<RecordCount> {
  try {
    return await count;
  } catch (error) {
    if (!isTooSlow(error)) throw error;
    return { value: seen, kind: 'at_least', reason: 'too_slow' };
  }
}
