/**
 * Records that somebody sees by their place (their own, those below them, by a rule) and others that are shared with them
 * by hand, one by one. `owned or exists (a share)` is no condition that an index could serve: who sees 23 records of a
 * million would have the whole million read for a page of them. So the two are read apart, each by its own index.
 *
 * A page is asked for in two ways. First the newest candidates, whoever sees them, in the order of the page, up to a
 * bound: who sees many fills the page from these and is done. Only where they do not suffice, all kinds are gathered:
 * records by place in the order of the page and no more than the page needs, and those that are shared and meet the filter,
 * met on the way to the last of the former (`shared-walk.ts`), or else all of them, found from the shares (decisions 0039,
 * 0059). Counts and totals read one kind after the other.
 *
 * In: a condition whose parts are known. Out: text; nothing here knows who asks.
 */
import type { RecordQuery } from '@trellis/model';
import type { DatabaseFeatures } from '../capabilities.ts';
import { keptConditions } from '../sharing/kept-conditions.ts';
import type { KeptAmount } from '../sharing/kept-registers.ts';
import type { SharedPlaces } from '../sharing/share-store.ts';
import { conjunction, identifier, integer, join, type Sql, sql, TRUE } from '../sql.ts';
import type { Snapshot } from '../storage.ts';
import { areUniform, orderOf, type Reading } from './keyset.ts';
import { listTerm, lowerCondition } from './lower-condition.ts';
import type { Condition, SharedAmount } from './shape.ts';
import {
  type SharedWalk,
  servedByOneIndex,
  sharedIds,
  WALKED_IDS,
  WAS_CUT,
  walkedRows,
  walkedShares,
} from './shared-walk.ts';
import type { Sources } from './sources.ts';

/** Candidates that are looked through for each record of a page before the two kinds are gathered. */
const CANDIDATES_PER_RECORD = 20;
/** Name of the candidates' place; no column of a record's table is called so. */
const PLACE = identifier('_place');

/** A condition of which one part is `by place or by one of several ways apart`. */
export interface SharedSplit {
  /** What must hold beside, whoever asks. */
  readonly rest: readonly Condition[];
  readonly byPlace: Condition;
  /** By shares, and by each rule whose candidates are kept: every one is found by an index of its own. */
  readonly ways: readonly Condition[];
  /** As far as is known, all of these are read in less time than candidates are looked through in vain. */
  readonly isGatheredAtOnce: boolean;
}

/** Undefined where all is seen by place. */
export function splitShared(condition: Condition, snapshot: Snapshot): SharedSplit | undefined {
  const parts = flatten(condition);
  for (const seen of parts) {
    const split = splitSeen(seen, snapshot);
    if (split) return { ...split, rest: parts.filter((part) => part !== seen) };
  }
  return undefined;
}

/** What is seen with its parent is seen on the parent's ways: found from it by the lookup. */
function splitSeen(seen: Condition, snapshot: Snapshot): Omit<SharedSplit, 'rest'> | undefined {
  if (seen.is === 'as_platform' && seen.through && !seen.rule) {
    const parent = splitSeen(seen.arg, snapshot);
    const behind = (arg: Condition): Condition => ({ ...seen, arg });
    return parent && { ...parent, byPlace: behind(parent.byPlace), ways: parent.ways.map(behind) };
  }
  if (seen.is !== 'or') return undefined;
  const shared = seen.args.filter(({ is }) => is === 'shared');
  const kept = new Map(seen.args.flatMap((arg) => keptWay(arg, snapshot) ?? []));
  if (shared.length + kept.size === 0) return undefined;
  const byPlace = seen.args.filter((arg) => arg.is !== 'shared' && !kept.has(arg));
  const amounts = [
    ...shared.flatMap((each) => (each.is === 'shared' ? [each.amount] : [])),
    ...[...kept.values()].map(({ amount }) => amount),
  ];
  const isOfOneOwner = byPlace.length === 1 && byPlace[0]!.is === 'compare';
  return {
    isGatheredAtOnce: amounts.every((amount) => amount === 'few' || (amount === 'some' && isOfOneOwner)),
    byPlace: { is: 'or', args: byPlace },
    ways: [
      ...(shared.length > 0 ? [{ is: 'or', args: shared } as const] : []),
      ...[...kept].map(([arg, { id, amount }]): Condition => {
        return { is: 'kept', kept: { id, areFew: amount !== 'many' }, arg };
      }),
    ],
  };
}

/**
 * The condition of a rule with the candidates that are kept of it, where these are whole. Where it keeps a good part of
 * all records, a page of them is soon met: it counts as by place.
 */
function keptWay(
  arg: Condition,
  { model, kept, rollups, asOf }: Snapshot,
): [Condition, { readonly id: string; readonly amount: KeptAmount }][] | undefined {
  if (arg.is !== 'as_platform' || !arg.rule || !kept?.size || asOf) return undefined;
  const condition = keptConditions(model).get(arg.rule);
  const amount = condition && kept.get(condition.id);
  const areKept = condition?.rollups.every(
    ({ objectKey, fieldKey }) => rollups?.get(objectKey)?.has(fieldKey) === true,
  );
  if (amount === undefined || amount === 'most' || !areKept) return undefined;
  return [[arg, { id: condition!.id, amount }]];
}

function flatten(condition: Condition): readonly Condition[] {
  return condition.is === 'and' ? condition.args.flatMap(flatten) : [condition];
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

/** How records are found that are seen in one way. */
export interface WayReading {
  /** Every one that may be seen so. */
  readonly found: Reading;
  /** Asked of these in the order of the page, until it is full; undefined: nothing is left to ask. */
  readonly verdict: Reading | undefined;
}

/** A whole page's records, gathered: what the statement begins with, and the rows in place of the table. */
export function gathered(
  {
    byPlace,
    ways,
    walk,
  }: {
    readonly byPlace: Reading;
    readonly ways: readonly WayReading[];
    /** Where the records of the first way can be met on the way. */
    readonly walk: SharedWalk | undefined;
  },
  table: Sql,
  limit: number,
): { readonly prefix: Sql; readonly rows: Sql } {
  const named = byPlace.keys.map((key, index) => ({ ...key, sql: identifier(`k${index}`) }));
  const most = integer(limit);
  const order = join(named.map((key) => orderOf(key, byPlace.isBackward)));
  // Without a limit of its own: the planner would bet that these are met early on in the order of the page.
  const select = ({ from, where, keys, part }: Reading, more: Sql = TRUE) => {
    const sorted = join(
      keys.map((key, index) => sql`, ${key.sql} as ${named[index]!.sql}`),
      '',
    );
    return sql`select t.id${sorted} from ${from} where ${conjunction([...where, part.condition, more])}`;
  };
  const apart = ways.map(({ found, verdict }, index) => {
    const rows = select(found, walk && index === 0 ? WAS_CUT : TRUE);
    if (!verdict) return rows;
    // Apart and one by one, so that each is asked only when the page has room for it.
    const isSeen = sql`select from ${verdict.from} where ${conjunction([sql`t.id = f.id`, ...verdict.where])} offset 0`;
    return sql`(select f.* from (${rows} order by ${order} offset 0) f cross join lateral (${isSeen}) v order by ${order} limit ${most})`;
  });
  const placed = sql`${select(byPlace)} order by ${byPlace.part.order} limit ${most}`;
  const keys = named.slice(named.length - byPlace.part.keys.length).map((key) => key.sql);
  const walked = walk ? sql`${walkedRows(walk, { keys, order, limit })}, ` : sql``;
  const met = walk ? [select(walk.found, WALKED_IDS)] : [];
  return {
    prefix: sql`with placed as materialized (${placed}), ${walked}shared as materialized (${join([...met, ...apart], ' union all ')}) `,
    rows: sql`(select t.* from (select id from placed union all (select id from shared order by ${order} limit ${most})) p join ${table} t on t.id = p.id)`,
  };
}

/**
 * All records of every kind that are live or, with `deleted`, in the bin: in place of the table. PostgreSQL asks each kind
 * for what is asked of all. `isCapped`: no more are read than a few thousand, so owners are read one after the other;
 * those of all of them together it would look up first, however many there are.
 */
export function rowsOfAll(
  split: SharedSplit,
  {
    deleted,
    isCapped,
    open,
    features,
  }: {
    readonly deleted: boolean;
    readonly isCapped: boolean;
    readonly open: () => Sources;
    readonly features: DatabaseFeatures;
  },
): Sql {
  const isThere = deleted ? sql`t.deleted_at is not null` : sql`t.deleted_at is null`;
  const { lists, others } = isCapped ? listsOf(split.byPlace) : { lists: [], others: split.byPlace };
  const ofLists = lists.map((list, index) => {
    const sources = open();
    const before = lists.slice(0, index).map((arg): Condition => ({ is: 'not', arg }));
    const isAlone = lowerCondition({ is: 'and', args: before }, sources, features);
    const value = sources.value(list.value.path).sql;
    // Being materialised they also keep PostgreSQL from beginning with several processes, each at another kind.
    const values = sql`(with u as materialized (select distinct unnest(${listTerm(list.list)}) as id) select id from u) l`;
    return sql`select t.* from ${sources.from()} join ${values} on l.id = ${value} where ${conjunction([isThere, isAlone])}`;
  });
  const notListed = lists.map((arg): Condition => ({ is: 'not', arg }));
  const kinds = [...(others ? [allOf(others, notListed)] : []), ...waysAlone(split)].map((kind) => {
    const sources = open();
    const isSeen = lowerCondition(kind, sources, features);
    return sql`select t.* from ${sources.from()} where ${conjunction([isThere, isSeen])}`;
  });
  return sql`(${join([...ofLists, ...kinds], ' union all ')})`;
}

type ListCondition = Condition & { is: 'any' };

/** Owners that are listed, and what else there is of the places. */
function listsOf(byPlace: Condition): {
  readonly lists: readonly ListCondition[];
  readonly others: Condition | undefined;
} {
  const args = byPlace.is === 'or' ? byPlace.args : [byPlace];
  const isList = (arg: Condition): arg is ListCondition =>
    arg.is === 'any' &&
    arg.value.path.through.length === 0 &&
    arg.value.path.field.systemColumn === 'owner_id';
  const others = args.filter((arg) => !isList(arg));
  return { lists: args.filter(isList), others: others.length > 0 ? { is: 'or', args: others } : undefined };
}

/** Whichever way, asked of few records. */
export function seenOfFew({ byPlace, ways }: SharedSplit): Condition {
  return { is: 'or', args: [byPlace, ...ways.map(askedOfFew)] };
}

/** Of few records a condition is asked itself, and a share looked up by each, unless all shares are gathered in less time. */
function askedOfFew(way: Condition): Condition {
  if (way.is === 'kept') return way.arg;
  if (way.is === 'as_platform') return { ...way, arg: askedOfFew(way.arg) };
  return inOrder(way, (amount) => (amount === 'many' ? 'by_record' : 'at_once'));
}

/** Each way without what is seen by place or by a way before it: none is met twice. */
export function waysAlone(split: SharedSplit): readonly Condition[] {
  return split.ways.map((way, index) => allOf(fetchedById(way), notBefore(split, index)));
}

/** The same for a page: of candidates it is asked first which come first, and then which are seen. */
export function waysOfPage(
  split: SharedSplit,
): readonly { readonly found: Condition; readonly verdict: Condition | undefined }[] {
  return split.ways.map((way, index) => {
    const before = notBefore(split, index);
    const candidates = candidatesOf(way);
    return candidates === way
      ? { found: allOf(fetchedById(way), before), verdict: undefined }
      : { found: candidates, verdict: allOf(askedOfFew(way), before) };
  });
}

/**
 * How a part of the page meets the records that are shared on its way, where an index can serve that: given how the table is
 * read under conditions, with the search or without.
 */
export function walkShared(
  snapshot: Snapshot,
  query: RecordQuery,
  split: SharedSplit,
  features: DatabaseFeatures,
): (read: (conditions: readonly Condition[], isSearched: boolean) => Reading) => SharedWalk | undefined {
  const shared = walkedShares(split.ways[0]);
  const served = shared.length > 0 ? servedByOneIndex(snapshot, query, split.rest, features) : undefined;
  if (!served) return () => undefined;
  const shares = sharedIds(shared, snapshot, query);
  const isSeen = allOf(byRecord(split.ways[0]!), notBefore(split, 0));
  return (read) => {
    const entries = read(served, false);
    return areUniform(entries.part.keys)
      ? { shares, entries, found: read([...split.rest, isSeen], true) }
      : undefined;
  };
}

/**
 * Whether the records by place are those of one owner, and an index gives them in the order of the page: then one plan does for
 * whoever asks, however many records they see.
 */
export function isPlaceServed(
  snapshot: Snapshot,
  query: RecordQuery,
  { byPlace, rest, isGatheredAtOnce }: SharedSplit,
  features: DatabaseFeatures,
): boolean {
  const owner = isGatheredAtOnce ? onlyOwner(byPlace) : undefined;
  return owner ? servedByOneIndex(snapshot, query, [...rest, owner], features, owner) !== undefined : false;
}

/** Whether one plan counts for whoever asks: one owner's records, and few others that are fetched by their ids. */
export function isCountedByOnePlan({ byPlace, isGatheredAtOnce }: SharedSplit): boolean {
  return isGatheredAtOnce && onlyOwner(byPlace) !== undefined;
}

/** Where the records by place are those of one owner: that condition. */
function onlyOwner(byPlace: Condition): Condition | undefined {
  if (byPlace.is !== 'or' || byPlace.args.length !== 1) return undefined;
  const [owner] = byPlace.args;
  return owner!.is === 'compare' ? owner : undefined;
}

function notBefore({ byPlace, ways }: SharedSplit, index: number): readonly Condition[] {
  const before = [byPlace, ...ways.slice(0, index).map(askedOfFew)];
  return before.map((arg) => ({ is: 'not', arg }));
}

function allOf(way: Condition, more: readonly Condition[]): Condition {
  return { is: 'and', args: [way, ...more] };
}

/** The way without what is asked of its candidates; itself where it has none. */
function candidatesOf(way: Condition): Condition {
  if (way.is === 'kept') return { ...way, arg: { is: 'constant', value: true } };
  if (way.is !== 'as_platform') return way;
  const arg = candidatesOf(way.arg);
  return arg === way.arg ? way : { ...way, arg };
}

function byRecord(way: Condition): Condition {
  return inOrder(way, () => 'by_record');
}

/** Few records are fetched by their ids; of more PostgreSQL knows best how they and the table are joined. */
function fetchedById(way: Condition): Condition {
  return inOrder(way, (amount) => (amount === 'many' ? undefined : 'by_id'));
}

/** How shares are looked for, by how many there are. */
function inOrder(way: Condition, orderOf: (amount: SharedAmount) => SharedPlaces['order']): Condition {
  switch (way.is) {
    case 'or':
      return { is: 'or', args: way.args.map((arg) => inOrder(arg, orderOf)) };
    case 'as_platform':
      return { ...way, arg: inOrder(way.arg, orderOf) };
    case 'shared': {
      const order = orderOf(way.amount);
      return order ? { ...way, places: { ...way.places, order } } : way;
    }
    default:
      return way;
  }
}
