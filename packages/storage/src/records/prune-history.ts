/** Forgetting the beginning of an object's history, and knowing where it begins. */
import type { CompiledObject, Model } from '@trellis/model';
import type pg from 'pg';
import { type Connections, queryObjects } from '../connections.ts';
import { identifier, stringLiteral } from '../sql.ts';
import type { PruneCursor, Snapshot, Transaction } from '../storage.ts';

/** Blocks of a partition that are looked through in one step: some ten thousand entries. */
const BLOCKS = 500;

/**
 * One step. With the first it is written down that history begins at `before`; entries go by the place where they lie, so
 * that neither an index nor a second look at what is gone is needed.
 */
export async function pruneHistory(
  connections: Connections,
  { workspace: { schema } }: Snapshot,
  request: { readonly object: CompiledObject; readonly before: string; readonly cursor: PruneCursor | null },
  transaction: Transaction,
): Promise<{ readonly removed: number; readonly next: PruneCursor | null }> {
  const { object, before, cursor } = request;
  const horizon = identifier(schema, '_history_horizon').text;
  if (!cursor) {
    const text = `insert into ${horizon} (object, since) values ($1, $2::timestamptz)
      on conflict (object) do update set since = greatest(_history_horizon.since, excluded.since)`;
    await connections.write({ text }, [object.key, before], transaction);
  }
  // In the order of their names, months that begin after `before` left out.
  const partitions = await connections.readRows<{ name: string; blocks: number }>(
    `select c.relname as name, (pg_relation_size(c.oid) / current_setting('block_size')::bigint)::int as blocks
       from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = ${stringLiteral(identifier(schema, '_history').text).text}::regclass
        and c.relname <= $1 and c.relname >= $2 order by c.relname`,
    // The default partition comes last by its name.
    ['_history_default', cursor?.partition ?? ''],
    transaction,
  );
  const month = `_history_${before.slice(0, 4)}_${before.slice(5, 7)}`;
  const left = partitions.filter(({ name }) => name === '_history_default' || name <= month);
  const [first, second] = left;
  if (!first) return { removed: 0, next: null };
  const from = cursor?.partition === first.name ? cursor.block : 0;
  const [row] = await connections.readRows<{ removed: number }>(
    `with gone as (
       delete from ${identifier(schema, first.name).text}
        where ctid >= '(${from},0)'::tid and ctid < '(${from + BLOCKS},0)'::tid and object = $1 and at < $2::timestamptz
       returning 1
     ) select count(*)::int as removed from gone`,
    [object.key, before],
    transaction,
  );
  const removed = row?.removed ?? 0;
  if (from + BLOCKS < first.blocks) return { removed, next: { partition: first.name, block: from + BLOCKS } };
  return { removed, next: second ? { partition: second.name, block: 0 } : null };
}

/** An object that keeps history from now on has none of the time before. */
export async function noteHistoryBegins(
  client: pg.ClientBase,
  schema: string,
  { before, after }: { readonly before: Model; readonly after: Model },
): Promise<void> {
  const silent = new Set(
    [...before.objects.values()].filter((object) => !object.keepsHistory).map((object) => object.key),
  );
  const begun = [...after.objects.values()].filter((object) => object.keepsHistory && silent.has(object.key));
  if (begun.length === 0) return;
  const horizon = identifier(schema, '_history_horizon').text;
  await queryObjects(
    client,
    `insert into ${horizon} (object, since) select key, clock_timestamp() from unnest($1::text[]) key
     on conflict (object) do update set since = excluded.since`,
    [begun.map((object) => object.key)],
  );
}
