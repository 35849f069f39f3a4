/**
 * How many bytes of disk a change takes beside the record itself: rows of history and outbox, and what
 * their indexes grow by, over some thousand creations of a deal and as many changes of one of its fields, made through the public batch API.
 */
import type { Client } from '@trellis/api';
import type pg from 'pg';
import { type LoadContext, newDeal } from './load/workloads.ts';
import { findTables } from './seed/seed-trellis.ts';
import { createRandom } from './statistics.ts';

/** Bytes per change. */
export interface ChangeSize {
  readonly history: number;
  readonly historyIndexes: number;
  readonly outbox: number;
  readonly outboxIndexes: number;
}

export interface ChangeSizes {
  readonly create: ChangeSize;
  /** One short text, replaced by another. */
  readonly update: ChangeSize;
}

/** Enough that a page of an index more or less is a few bytes per change at most. */
const BATCHES = 4;
const BATCH = 1_000;
/** Of a page, for each row: where it lies. */
const POINTER = 4;

/** @throws Error if a record was refused. */
export async function measureChangeSizes(
  client: Client,
  pool: pg.Pool,
  context: Pick<LoadContext, 'accountIds' | 'ownerIds' | 'terms'>,
): Promise<ChangeSizes> {
  const { schema } = await findTables(pool);
  const random = createRandom(17);
  const ids: string[] = [];
  const sizeOf = async (action: 'create' | 'update', work: (batch: number) => Promise<void>) => {
    const before = await indexSizes(pool, schema);
    for (let batch = 0; batch < BATCHES; batch++) await work(batch);
    const after = await indexSizes(pool, schema);
    const grown = (table: keyof IndexSizes) =>
      Math.round((Number(after[table]) - Number(before[table])) / (BATCHES * BATCH));
    return {
      history: await rowSize(pool, `"${schema}"._history`, action, ids),
      historyIndexes: grown('history'),
      outbox: await rowSize(pool, `"${schema}"._outbox`, action, ids),
      outboxIndexes: grown('outbox'),
    };
  };
  const batch = async (operation: 'create' | 'update', records: readonly object[]) => {
    const { results } = await client.batch('deal', {
      operation,
      all_or_nothing: true,
      records: records as Record<string, unknown>[],
    });
    if (results.some(({ status }) => status === 'failed'))
      throw new Error(`The batch (${operation}) failed.`);
    return results.map(({ id }) => id!);
  };
  const create = await sizeOf('create', async () => {
    // Nothing is rolled up into anything: what accounts have to tell of their roll-ups is not a part of these changes.
    const made = Array.from({ length: BATCH }, () => ({
      ...newDeal(context, random),
      account: null,
      stage: 'prospecting',
    }));
    ids.push(...(await batch('create', made)));
  });
  const update = await sizeOf('update', async (number) => {
    const changed = ids.slice(number * BATCH, (number + 1) * BATCH);
    await batch(
      'update',
      changed.map((id) => ({ id, next_step: `Call back, ${Math.floor(random() * 1e9)}` })),
    );
  });
  return { create, update };
}

interface IndexSizes {
  readonly history: string;
  readonly outbox: string;
}

async function indexSizes(pool: pg.Pool, schema: string): Promise<IndexSizes> {
  const { rows } = await pool.query<IndexSizes>(
    `select sum(pg_indexes_size(relid)) filter (where isleaf) as "history", pg_indexes_size($2::regclass) as "outbox"
       from pg_partition_tree($1::regclass)`,
    [`"${schema}"._history`, `"${schema}"._outbox`],
  );
  return rows[0]!;
}

/** Mean bytes of a row on its page: what a table grows by depends on the gaps that other rows have left. */
async function rowSize(
  pool: pg.Pool,
  table: string,
  action: string,
  ids: readonly string[],
): Promise<number> {
  const { rows } = await pool.query<{ size: number }>(
    `select avg(pg_column_size(t.*))::float8 as size from ${table} t where record_id = any($1::uuid[]) and action = $2`,
    [ids, action],
  );
  return Math.round(rows[0]!.size + POINTER);
}

export function renderChangeSizes({ create, update }: ChangeSizes): string {
  const of = ({ history, historyIndexes, outbox, outboxIndexes }: ChangeSize) =>
    `history ${history} + ${historyIndexes} of indexes, outbox ${outbox} + ${outboxIndexes} (kept a day)`;
  return `bytes per change: a creation of 24 fields ${of(create)}; one field ${of(update)}`;
}
