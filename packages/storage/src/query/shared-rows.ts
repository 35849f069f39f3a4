/**
 * Records that somebody sees by their place (their own, those below them, by a rule) and others that are shared with them
 * by hand, one by one. `owned or exists (a share)` is no condition that an index could serve: who sees 23 records of a
 * million would have the whole million read for a page of them. So the two are read apart, each by its own index.
 *
 * A page is asked for in two ways. First the newest candidates, whoever sees them, in the order of the page, up to a
 * bound: who sees many fills the page from these and is done. Only where they do not suffice, both kinds are gathered:
 * records by place in the order of the page and no more than the page needs, and all that are shared and meet the filter,
 * found from the shares (decision 0039). Counts and totals read both kinds, one after the other.
 *
 * In: a condition whose parts are known. Out: text; nothing here knows who asks.
 */
import type { DatabaseFeatures } from '../capabilities.ts';
import { conjunction, identifier, integer, join, type Sql, sql } from '../sql.ts';
import { type OrderKey, orderOf, type Part } from './keyset.ts';
import { lowerCondition } from './lower-condition.ts';
import type { Condition } from './shape.ts';
import type { Sources } from './sources.ts';

/** Candidates that are looked through for each record of a page before the two kinds are gathered. */
const CANDIDATES_PER_RECORD = 20;
/** Name of the candidates' place; no column of a record's table is called so. */
const PLACE = identifier('_place');

/** A condition of which one part is `by place or by share`. */
export interface SharedSplit {
  /** What must hold beside, whoever asks. */
  readonly rest: readonly Condition[];
  readonly byPlace: Condition;
  readonly byShare: Condition;
  /** As far as is known, all shared ones are read in less time than candidates are looked through in vain. */
  readonly isGatheredAtOnce: boolean;
}

/** Undefined where nothing is seen by a share alone. */
export function splitShared(condition: Condition): SharedSplit | undefined {
  const parts = flatten(condition);
  const seen = parts.find((part) => part.is === 'or' && part.args.some(({ is }) => is === 'shared'));
  if (seen?.is !== 'or') return undefined;
  const byPlace = seen.args.filter(({ is }) => is !== 'shared');
  const amounts = seen.args.flatMap((each) => (each.is === 'shared' ? [each.amount] : []));
  const isOfOneOwner = byPlace.length === 1 && byPlace[0]!.is === 'compare';
  return {
    isGatheredAtOnce: amounts.every((amount) => amount === 'few' || (amount === 'some' && isOfOneOwner)),
    rest: parts.filter((part) => part !== seen),
    byPlace: { is: 'or', args: byPlace },
    byShare: { is: 'or', args: seen.args.filter(({ is }) => is === 'shared') },
  };
}

function flatten(condition: Condition): readonly Condition[] {
  return condition.is === 'and' ? condition.args.flatMap(flatten) : [condition];
}

/** One reading of the table: its joins, what must hold, and the order of the page's parts. */
export interface Reading {
  readonly from: Sql;
  readonly where: readonly Sql[];
  readonly keys: readonly OrderKey[];
  readonly part: Part;
  readonly isBackward: boolean;
}

/**
 * The first candidates of a page, in place of the table, and which of them count, given who sees them. The last one is
 * kept, seen or not, so that whoever reads the page knows that there may be more: `isLast` is true of it.
 */
export function firstCandidates(candidates: Reading, limit: number) {
  const bound = integer(limit * CANDIDATES_PER_RECORD);
  const { from, part } = candidates;
  const where = conjunction([...candidates.where, part.condition]);
  const rows = sql`(select t.*, row_number() over (order by ${part.order}) as ${PLACE} from ${from} where ${where} order by ${part.order} limit ${bound})`;
  const isLast = sql`t.${PLACE} = ${bound}`;
  return { rows, isLast, where: (seen: Sql) => sql`(${seen}) or ${isLast}` };
}

/** A whole page's records, gathered: what the statement begins with, and the rows in place of the table. */
export function gathered(
  { byPlace, byShare }: { readonly byPlace: Reading; readonly byShare: Reading },
  table: Sql,
  limit: number,
): { readonly prefix: Sql; readonly rows: Sql } {
  const named = byShare.keys.map((key, index) => ({ ...key, sql: identifier(`k${index}`) }));
  const keys = join(
    byShare.keys.map((key, index) => sql`, ${key.sql} as ${named[index]!.sql}`),
    '',
  );
  const most = integer(limit);
  // Without a limit of its own: the planner would bet that shares are met early on in the order of the page.
  const shared = sql`select t.id${keys} from ${byShare.from} where ${conjunction([...byShare.where, byShare.part.condition])}`;
  const order = join(named.map((key) => orderOf(key, byShare.isBackward)));
  const placed = sql`select t.id from ${byPlace.from} where ${conjunction([...byPlace.where, byPlace.part.condition])} order by ${byPlace.part.order} limit ${most}`;
  return {
    prefix: sql`with shared as materialized (${shared}) `,
    rows: sql`(select t.* from ((${placed}) union all (select id from shared order by ${order} limit ${most})) p join ${table} t on t.id = p.id)`,
  };
}

/**
 * All records of both kinds that are live or, with `deleted`, in the bin: in place of the table. PostgreSQL asks each kind
 * for what is asked of all.
 */
export function rowsOfBoth(
  split: SharedSplit,
  {
    deleted,
    open,
    features,
  }: { readonly deleted: boolean; readonly open: () => Sources; readonly features: DatabaseFeatures },
): Sql {
  const isThere = deleted ? sql`t.deleted_at is not null` : sql`t.deleted_at is null`;
  const [byPlace, byShare] = [split.byPlace, sharedAlone(split)].map((kind) => {
    const sources = open();
    const isSeen = lowerCondition(kind, sources, features);
    return sql`select t.* from ${sources.from()} where ${conjunction([isThere, isSeen])}`;
  }) as [Sql, Sql];
  return sql`(${byPlace} union all ${byShare})`;
}

/** Either kind, asked of few records. */
export function seenOfFew({ byPlace, byShare }: SharedSplit): Condition {
  const shares = byShare.is === 'or' ? byShare.args : [byShare];
  const ofFew = shares.map(
    (each): Condition =>
      each.is === 'shared' ? { ...each, places: { ...each.places, isOfFew: true } } : each,
  );
  return { is: 'or', args: [byPlace, ...ofFew] };
}

/** Those that are not seen by place: none is met twice. */
export function sharedAlone({ byPlace, byShare }: SharedSplit): Condition {
  return { is: 'and', args: [byShare, { is: 'not', arg: byPlace }] };
}
