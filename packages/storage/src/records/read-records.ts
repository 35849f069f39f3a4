/** Runs list and aggregate questions: shape, cached statement, rows, page bounds and counts. */
import type { AggregateQuery, JsonValue, RecordData, RecordPage, RecordQuery, RowSlot } from '@trellis/model';
import type { DatabaseFeatures } from '../capabilities.ts';
import type { Row } from '../connections.ts';
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
  type ShapedQuery,
  shapeQuery,
} from '../query/compile-query.ts';
import { PLANNED_EACH_TIME } from '../query/plan-choice.ts';
import { type RowReader, readRow, rowReader } from '../query/read-row.ts';
import { rollupsOfSources } from '../query/rollup-value.ts';
import { type CompiledStatement, StatementCache, valuesFor } from '../query/statement-cache.ts';
import type { Snapshot, Transaction } from '../storage.ts';
import type { WorkspaceLogins } from '../workspace-logins.ts';

/** Counting stops here: beyond it a list says "2,000 or more". */
export const COUNT_CAP = 2_000;
const STREAM_PAGE = 500;

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
  readonly #queries = new StatementCache<CachedQuery>();
  readonly #counts = new StatementCache<{ readonly statement: CompiledStatement }>();
  readonly #aggregates = new StatementCache<CompiledAggregate>();

  constructor(logins: WorkspaceLogins, features: DatabaseFeatures) {
    this.#logins = logins;
    this.#features = features;
  }

  async query(snapshot: Snapshot, query: RecordQuery, transaction?: Transaction): Promise<RecordPage> {
    const shaped = shapeQuery(snapshot, query);
    const { compiled, prepare } = this.#queries.get(shaped.key, () => ({
      ...compileQuery(snapshot, query, shaped, this.#features),
      isShort: true,
      readers: new WeakMap(),
    }));
    const reader = readerOf(compiled, query.layout);
    const countNow = () => this.#count(snapshot, query, shaped, transaction);
    // All that a first page holds is counted by looking at it. Where that was not all the last time, or it is another
    // page, the count is asked for beside the page and not after it; within a transaction it would wait anyway.
    const isFirst = query.after === undefined && query.before === undefined;
    const isBeside = query.count !== 'none' && !transaction && !(isFirst && compiled.isShort);
    const beside = isBeside ? countNow() : undefined;
    beside?.catch(() => undefined); // it is awaited below, unless the page fails first
    const connections = await this.#logins.reach(snapshot.workspace, transaction);
    const found: Row[] = [];
    const run = (statement: CompiledStatement) =>
      connections.read(prepare(statement), valuesFor(statement, shaped.values), transaction);
    for (const part of compiled.statements) {
      const rows = await run(part);
      const isCut = part.whole && rows.at(-1)?.[compiled.lastColumn!] === true;
      found.push(...(isCut ? await run(part.whole!) : rows));
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
        ? { waiting: rollupsOfSources(snapshot, query.object, rows[0][waitingColumn] as string[] | null) }
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
            : await (beside ?? countNow()),
    };
  }

  async aggregate(snapshot: Snapshot, query: AggregateQuery): Promise<readonly RecordData[]> {
    const shaped = shapeAggregate(snapshot, query);
    const { compiled, prepare } = this.#aggregates.get(shaped.key, () =>
      compileAggregate(snapshot, query, shaped, this.#features),
    );
    const values = valuesFor(compiled.statement, shaped.values);
    const connections = await this.#logins.of(snapshot.workspace);
    const rows = await connections.read(prepare(compiled.statement), values);
    return rows.map((row) => readAggregateRow(row, compiled));
  }

  /** Page after page by keyset: memory stays constant, and no transaction stays open while the reader is slow. */
  async *stream(
    snapshot: Snapshot,
    query: Omit<RecordQuery, 'after' | 'before' | 'limit' | 'count'>,
  ): AsyncIterable<readonly RecordData[]> {
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
  ): Promise<RecordPage['count']> {
    const run = async (mode: 'capped' | 'estimate' | 'exact') => {
      const cap = mode === 'exact' ? undefined : COUNT_CAP + 1;
      const { compiled, prepare } = this.#counts.get(`${shaped.key}${mode}`, () => ({
        statement: compileCount(snapshot, query, shaped, {
          features: this.#features,
          cap,
          isEstimate: mode === 'estimate',
        }),
      }));
      // EXPLAIN must see the values, so it is never prepared.
      const { statement } = compiled;
      const prepared =
        mode === 'estimate' ? { text: statement.text, plans: PLANNED_EACH_TIME } : prepare(statement);
      const values = valuesFor(statement, shaped.values);
      const connections = await this.#logins.reach(snapshot.workspace, transaction);
      return (await connections.read(prepared, values, transaction))[0]?.[0];
    };
    if (query.count === 'exact') return { value: Number(await run('exact')), kind: 'exact' };
    if (query.count === 'estimate') {
      const [plan] = (await run('estimate')) as readonly { Plan: { 'Plan Rows': number } }[];
      const value = plan?.Plan['Plan Rows'] ?? 0;
      // Small numbers are worth counting: an estimate of seven is no use to anybody.
      if (value > COUNT_CAP) return { value, kind: 'estimate' };
    }
    const counted = Number(await run('capped'));
    return counted > COUNT_CAP ? { value: COUNT_CAP, kind: 'at_least' } : { value: counted, kind: 'exact' };
  }
}
