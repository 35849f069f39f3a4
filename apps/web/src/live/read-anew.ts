import type { InvalidateQueryFilters, QueryClient } from '@tanstack/react-query';

/**
 * Marks as stale what was read, and reads again what of it is on the screen; resolves when that is there. What is being read for
 * the first time just now may have been answered before the change, so it is read again after that.
 */
export async function readAnew(client: QueryClient, filters: InvalidateQueryFilters): Promise<void> {
  const begun = client
    .getQueryCache()
    .findAll({ ...filters, fetchStatus: 'fetching' })
    .filter(({ state }) => state.data === undefined);
  await Promise.allSettled([client.invalidateQueries(filters), ...begun.map((query) => query.promise)]);
  if (begun.length > 0)
    await client.invalidateQueries({
      predicate: (query) => begun.includes(query) && query.state.data !== undefined,
    });
}
