/** The pages of a list that are on the screen, and what has changed of their records. */
import type { InfiniteData } from '@tanstack/react-query';
import type { ApiRecord, ListResponse } from '@trellis/api';

export type Pages = InfiniteData<ListResponse, string | null>;

/** Whether anything that was read is one of the records, or shows something of one: ids are unique across objects. */
export function mentions(data: unknown, ids: ReadonlySet<string>): boolean {
  if (typeof data === 'string') return ids.has(data);
  if (typeof data !== 'object' || data === null) return false;
  for (const value of Object.values(data)) if (mentions(value, ids)) return true;
  return false;
}

/** The pages with what was read; what is no longer found is left out. */
export function patched(
  data: Pages,
  {
    isStale,
    read,
    count,
  }: {
    readonly isStale: ReadonlySet<string>;
    readonly read: ReadonlyMap<string, ApiRecord>;
    readonly count: ListResponse['count'] | undefined;
  },
): Pages {
  const pages = data.pages.map((page, index) => {
    const counted = index === 0 && count !== undefined ? { count } : {};
    if (!page.records.some(({ id }) => isStale.has(id))) return index === 0 ? { ...page, ...counted } : page;
    const records = page.records.flatMap((record) =>
      isStale.has(record.id) ? (read.get(record.id) ?? []) : [record],
    );
    return { ...page, ...counted, records };
  });
  return { ...data, pages };
}
