/**
 * The first records of a page that are shared, found without reading all that are. The records by place that the page
 * holds at most say how far it can reach: of what lies before the last of them, an index that gives the order of the page
 * tells the ids by itself, some 0.2 µs each, and only those that are among the shared ones are fetched, where fetching every
 * shared record takes 8 µs each (decision 0059).
 *
 * In: readings of the table. Out: text that `shared-rows.ts` puts together, and whether the walk has met everything.
 */
import type { FieldPath, RecordQuery } from '@trellis/model';
import type { DatabaseFeatures } from '../capabilities.ts';
import { wantedIndexes } from '../metadata/wanted-storage.ts';
import { sharesThatCount } from '../sharing/share-store.ts';
import { conjunction, integer, join, type Sql, sql } from '../sql.ts';
import type { Snapshot } from '../storage.ts';
import { type Reading, upTo } from './keyset.ts';
import type { Condition } from './shape.ts';

/** Entries of the index that are looked at for each shared record, before all of these are read instead. */
const ENTRIES_PER_SHARE = 10;

/** How the shared records of a page can be met on its way. */
export interface SharedWalk {
  /** Rows with the `id` of each shared record. */
  readonly shares: Sql;
  /** All that is asked of the entries: an index serves it whole. */
  readonly entries: Reading;
  /** Everything that is asked of a record that is seen as shared. */
  readonly found: Reading;
}

/** Which shares are walked for: those of the records themselves, where there are enough of them. */
export function walkedShares(way: Condition | undefined): readonly (Condition & { is: 'shared' })[] {
  if (way?.is !== 'or') return [];
  const shares = way.args.flatMap((arg) => (arg.is === 'shared' ? [arg] : []));
  const areAll = shares.length === way.args.length;
  return areAll && shares.some(({ amount }) => amount !== 'few') ? shares : [];
}

/** Rows with the `id` of what is shared. */
export function sharedIds(
  shares: readonly (Condition & { is: 'shared' })[],
  { workspace }: Snapshot,
  { object }: RecordQuery,
): Sql {
  const each = shares.map(
    ({ places }) =>
      sql`select s.record_id as id from ${sharesThatCount(workspace.schema, object.key, places)}`,
  );
  return join(each, ' union all ');
}

/**
 * Those of the conditions that fix the fields with which an index begins that goes on as the page is sorted and ends with the
 * id; undefined: there is none, or none that begins with a field of `needed`. Such indexes are those of live records.
 */
export function servedByOneIndex(
  snapshot: Snapshot,
  query: RecordQuery,
  conditions: readonly Condition[],
  features: DatabaseFeatures,
  needed?: Condition,
): readonly Condition[] | undefined {
  const { object } = query;
  if (query.deleted || snapshot.asOf) return undefined;
  const columns = snapshot.columns.get(object.key);
  const columnOf = ({ through, field }: FieldPath): string | undefined => {
    if (through.length > 0 || field.part) return undefined;
    const column = columns?.get(field.key);
    return field.systemColumn ?? (column?.isReady ? column.name : undefined);
  };
  const sort = query.sort.map(({ path, descending }) => `${descending ? '-' : ''}${columnOf(path)}`);
  if (sort.length < 2 || !/^-?id$/.test(sort.at(-1)!)) return undefined;
  // Either way: an index is read from both its ends.
  const orders = [sort.join(), sort.map((key) => (key.startsWith('-') ? key.slice(1) : `-${key}`)).join()];
  const fixed = new Map<string, Condition>();
  for (const condition of conditions) {
    if (condition.is !== 'compare' || condition.operator !== '==' || condition.right.is !== 'value') continue;
    const column = columnOf(condition.left.path);
    if (column !== undefined) fixed.set(column, condition);
  }
  const slotOf = (key: string) => columns?.get(key)?.name;
  const context = { schema: snapshot.workspace.schema, model: snapshot.model, features, slotOf };
  const served = wantedIndexes(object, context).flatMap(({ kind, keys }) => {
    const firstOf = keys.slice(0, -sort.length).map((key) => fixed.get(key));
    const first = firstOf.filter((condition) => condition !== undefined);
    const isServed = kind === 'index' && orders.includes(keys.slice(-sort.length).join());
    return isServed && first.length === firstOf.length && (!needed || first.includes(needed)) ? [first] : [];
  });
  return served.toSorted((a, b) => b.length - a.length)[0];
}

/**
 * Rows of a `with`: `walked` has the `ids` of the shared records on the way to the last of `placed`, which holds the first
 * records by place, sorted by `keys`. `is_cut`: that page is not full, or it lies too far off, and there may be others.
 */
export function walkedRows(
  { shares, entries }: SharedWalk,
  { keys, order, limit }: { readonly keys: readonly Sql[]; readonly order: Sql; readonly limit: number },
): Sql {
  const bound = keys.map((key) => sql`(select ${key} from bound)`);
  const { from, where, part, isBackward } = entries;
  const isOnWay = conjunction([...where, part.condition, upTo(part.keys, bound, isBackward)]);
  const way = sql`select t.id from ${from} where ${isOnWay} order by ${part.order} limit (select n from most)`;
  const last = sql`(select ${keys.at(-1)!} from bound)`;
  // The bound itself is on the way, unless that was cut: so the entries need not be counted, and are joined with the shares, which
  // takes half the time of looking each of them up.
  const met = sql`select array_agg(w.id) as ids, bool_or(w.id = ${last}) is not true as is_cut from (${way}) w where w.id in (select id from shares union all ${last})`;
  return sql`shares as materialized (${shares}), most as materialized (select ${integer(ENTRIES_PER_SHARE)} * count(*) as n from shares), bound as materialized (select ${join(keys)} from placed order by ${order} offset ${integer(limit - 1)} limit 1), walked as materialized (${met})`;
}

/** Of the walk, given the rows above: where it met all, and where it did not. */
export const WALKED_IDS = sql`t.id = any((select ids from walked where not is_cut)::uuid[])`;
export const WAS_CUT = sql`(select is_cut from walked)`;
