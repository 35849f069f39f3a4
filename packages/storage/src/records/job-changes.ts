/**
 * What one job has changed, record by record, from its last change back to its first: the order in which it
 * can be taken back. Read from the history alone, which says of each entry what it follows from.
 */
import type { JsonValue } from '@trellis/model';
import type { Connections } from '../connections.ts';
import { identifier } from '../sql.ts';
import type { CausedChange, CausePage, Workspace } from '../storage.ts';

interface Entry {
  readonly id: string;
  readonly object: string;
  readonly recordId: string;
  readonly action: string;
  readonly version: number;
  /** Of an update. */
  readonly difference: { readonly [key: string]: readonly [JsonValue, JsonValue] } | null;
}

/** Entries of the page, and every entry of the job on the same records, in the order in which they were written. */
export async function readJobChanges(
  connections: Connections,
  workspace: Workspace,
  page: { readonly jobId: string; readonly before: string | undefined; readonly limit: number },
): Promise<CausePage> {
  const history = identifier(workspace.schema, '_history').text;
  const entries = await connections.readRows<Entry & { isOnPage: boolean }>(
    `with page as (
       select id, record_id from ${history} where cause->>'job' = $1 and ($2::bigint is null or id < $2::bigint)
        order by id desc limit $3
     )
     select h.id::text as id, h.object, h.record_id as "recordId", h.action, h.version,
            case when h.action = 'update' then h.difference end as difference,
            h.id in (select id from page) as "isOnPage"
       from ${history} h
      where h.record_id = any(array(select record_id from page)) and h.cause->>'job' = $1
      order by h.id`,
    [page.jobId, page.before ?? null, page.limit],
  );
  const onPage = entries.filter((entry) => entry.isOnPage);
  const byRecord = Map.groupBy(entries, (entry) => entry.recordId);
  // A record is met at its last entry; the earlier ones are a part of the same change.
  const changes = onPage
    .filter((entry) => byRecord.get(entry.recordId)!.at(-1) === entry)
    .map((entry) => netChange(entry, byRecord.get(entry.recordId)!))
    .reverse();
  return { changes, before: onPage.length < page.limit ? undefined : onPage[0]!.id };
}

/** Records that the job has changed. */
export async function countChanged(
  connections: Connections,
  workspace: Workspace,
  jobId: string,
): Promise<number> {
  const [row] = await connections.readRows<{ count: number }>(
    `select count(distinct record_id) as count from ${identifier(workspace.schema, '_history').text} where cause->>'job' = $1`,
    [jobId],
  );
  return Number(row?.count ?? 0);
}

function netChange(last: Entry, entries: readonly Entry[]): CausedChange {
  const differences = new Map<string, readonly [JsonValue, JsonValue]>();
  for (const { difference } of entries) {
    for (const [key, [before, after]] of Object.entries(difference ?? {})) {
      const known = differences.get(key);
      differences.set(key, [known ? known[0] : before, after]);
    }
  }
  const [first] = entries as [Entry];
  return {
    entryId: last.id,
    objectKey: last.object,
    recordId: last.recordId,
    wasLive: first.action !== 'create' && first.action !== 'restore',
    isLive: last.action !== 'delete',
    version: last.version,
    differences,
  };
}
