/**
 * Brings what is on the screen up to date with changes of records. What is short is read again as it stands; of a list with
 * many pages the rows that changed are read and put in their place, with its count, so that nobody's place in it is lost.
 */
import type { Query, QueryKey } from '@tanstack/react-query';
import type { ListQuery } from '@trellis/api';
import { conjoin } from '@trellis/forms';
import { client, queryClient } from '../api.ts';
import { isBehind, mentions, type Pages, patched } from './patch-pages.ts';
import { readAnew } from './read-anew.ts';

/** Of each object that changed: the newest version of each of its records that is known of. */
export type Changes = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** As the lists themselves: more pages than these are not asked for again from the top. */
const REFETCHED_PAGES = 3;
/** Records that one question may name. */
const MOST_NAMED = 200;

/** Resolves once all of it is read. A reading that fails leaves what is shown as it is: the next one may succeed. */
export async function refreshShown(changes: Changes): Promise<void> {
  const ids = new Set([...changes.values()].flatMap((versions) => [...versions.keys()]));
  // What has left somebody's sight may take others along, which go with it and were not told of.
  const isLess = [...changes.values()].some((versions) =>
    [...versions.values()].includes(Number.POSITIVE_INFINITY),
  );
  const long: Query[] = [];
  const concerned = (query: Query): boolean => {
    const [root, object, part, id] = query.queryKey as readonly unknown[];
    if (root !== 'records') return false;
    // The recycle bin is of all objects.
    if (part === 'bin') return true;
    const versions = changes.get(String(object));
    const { data } = query.state;
    // Asked for the first time: nobody knows yet of what it will tell.
    if (data === undefined && query.state.fetchStatus === 'fetching') return true;
    if (part === 'history') return versions?.has(String(id)) === true;
    if (part === 'one')
      return isLess || isBehind(data, String(id), { version: versions?.get(String(id)), ids });
    if (!versions && !mentions(data, ids)) return isLess && isShort(data);
    if (part !== 'list' || isShort(data)) return true;
    long.push(query);
    return false;
  };
  await Promise.allSettled([
    readAnew(queryClient, { queryKey: ['records'], predicate: concerned }),
    ...long.map((query) => (query.isActive() ? patchList(query.queryKey, ids) : wait(query, ids))),
  ]);
}

/** What has changed of long lists that are not on the screen: it is read when somebody comes back to them. */
const waiting = new WeakMap<Query, Set<string>>();

function wait(query: Query, ids: ReadonlySet<string>): void {
  waiting.set(query, new Set([...(waiting.get(query) ?? []), ...ids]));
}

/** From here on lists that somebody comes back to are brought up to date. */
export function watchReturns(): void {
  queryClient.getQueryCache().subscribe(({ type, query }) => {
    const ids = type === 'observerAdded' ? waiting.get(query) : undefined;
    if (!ids) return;
    waiting.delete(query);
    patchList(query.queryKey, ids).catch(() => wait(query, ids));
  });
}

function isShort(data: unknown): boolean {
  return ((data as Partial<Pages> | undefined)?.pages?.length ?? 0) <= REFETCHED_PAGES;
}

/** Reads the rows that changed, and the count, into their places. */
async function patchList(queryKey: QueryKey, ids: ReadonlySet<string>): Promise<void> {
  const [, object, , query] = queryKey as unknown as [string, string, string, ListQuery];
  // What was does not change.
  if (query.as_of !== undefined) return;
  const shown = queryClient.getQueryData<Pages>(queryKey);
  const stale = (shown?.pages ?? [])
    .flatMap((page) => page.records)
    .filter((record) => mentions(record, ids))
    .map(({ id }) => id);
  const { sort: _, ...asked } = query;
  const chunks: string[][] = [];
  for (let from = 0; from < stale.length; from += MOST_NAMED)
    chunks.push(stale.slice(from, from + MOST_NAMED));
  const [first, ...found] = await Promise.all([
    client.list(object, { ...query, fields: ['id'], limit: 1, count: 'capped' }),
    ...chunks.map((some) =>
      client.list(object, {
        ...asked,
        filter: conjoin(asked.filter, { in: [{ var: 'id' }, some] }),
        limit: MOST_NAMED,
      }),
    ),
  ]);
  const read = new Map(found.flatMap((page) => page.records).map((record) => [record.id, record]));
  const isStale = new Set(stale);
  queryClient.setQueryData<Pages>(
    queryKey,
    (now) => now && patched(now, { isStale, read, count: first?.count }),
  );
}
