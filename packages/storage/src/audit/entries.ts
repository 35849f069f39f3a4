/** Entries of the audit log on their way in, and the columns that they are read by. */
import type { Connections } from '../connections.ts';
import { identifier } from '../sql.ts';
import type { Transaction, Workspace } from '../storage.ts';
import type { NewAuditEntry } from './audit.ts';

/** Columns of an entry, under the names that it has in TypeScript. */
export const ENTRY = `e.id, e.at, e.actor_id as "actorId", e.as_id as "asId", e.action, e.outcome, e.object,
  e.record_id as "recordId", e.record_ids as "recordIds", e.revision, e.source, e.request_id as "requestId",
  e.address, e.user_agent as "userAgent", e.details`;

/** One statement, however many there are. */
export async function append(
  connections: Connections,
  workspace: Workspace,
  entries: readonly NewAuditEntry[],
  transaction?: Transaction,
): Promise<void> {
  if (entries.length === 0) return;
  await connections.rows(
    `insert into ${identifier(workspace.schema, '_audit').text}
       (at, actor_id, as_id, action, outcome, object, record_id, record_ids, revision, source, request_id, address,
        user_agent, details)
     select r.at, r."actorId", r."asId", r.action, r.outcome, r.object, r."recordId", r."recordIds", r.revision,
            r.source, r."requestId", r.address, r."userAgent", coalesce(r.details, '{}')
       from jsonb_to_recordset($1::jsonb) as r(at timestamptz, "actorId" uuid, "asId" uuid, action text, outcome text,
            object text, "recordId" uuid, "recordIds" uuid[], revision integer, source text, "requestId" text,
            address text, "userAgent" text, details jsonb)`,
    [JSON.stringify(entries)],
    transaction,
  );
}
