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

/**
 * Whether what was read of one record is not the newest: of the record itself, or of others that it shows. What this tab has
 * just saved it has read already. `version`: the record's newest, if it changed.
 */
export function isBehind(
  data: unknown,
  id: string,
  { version, ids }: { readonly version: number | undefined; readonly ids: ReadonlySet<string> },
): boolean {
  const read = data as { version?: number; record?: { version?: number } } | undefined;
  const known = read?.version ?? read?.record?.version;
  if (version !== undefined && (known === undefined || known < version)) return true;
  return mentions(data, new Set([...ids].filter((each) => each !== id)));
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
