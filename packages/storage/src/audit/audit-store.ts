/** The audit log in SQL: appending, searching, and what is asked of its chain. */
import type { Connections } from '../connections.ts';
import { identifier } from '../sql.ts';
import type { Workspace } from '../storage.ts';
import type { AuditFilter, AuditPosition, AuditStore, ListedAuditEntry } from './audit.ts';
import { append, ENTRY } from './entries.ts';
import { forget } from './forget.ts';
import { readHead, seal } from './seal.ts';
import { verify } from './verify.ts';

export function createAuditStore(connections: Connections, wake: (workspace: Workspace) => void): AuditStore {
  return {
    append: async (workspace, entries, transaction) => {
      await append(connections, workspace, entries, transaction);
      wake(workspace);
    },
    list: (workspace, filter, page) => list(connections, workspace, filter, page),
    seal: (workspace) => seal(connections, workspace, { wait: true }),
    head: (workspace) => readHead(connections, workspace),
    verify: (workspace, noted) => verify(connections, workspace, noted),
    forget: (workspace, before, entry) => forget(connections, workspace, before, entry),
  };
}

async function list(
  connections: Connections,
  workspace: Workspace,
  filter: AuditFilter,
  page: { readonly limit: number; readonly after?: AuditPosition | undefined },
): Promise<readonly ListedAuditEntry[]> {
  const values: unknown[] = [];
  const conditions: string[] = [];
  const add = (value: unknown, condition: (place: string) => string) => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  add(filter.actorId, (place) => `e.actor_id = ${place}::uuid`);
  add(filter.actions && [...filter.actions], (place) => `e.action = any(${place}::text[])`);
  add(filter.outcome, (place) => `e.outcome = ${place}`);
  add(filter.object, (place) => `e.object = ${place}`);
  add(filter.recordId, (place) => `(e.record_id = ${place}::uuid or e.record_ids @> array[${place}::uuid])`);
  add(filter.from, (place) => `e.at >= ${place}::timestamptz`);
  add(filter.until, (place) => `e.at < ${place}::timestamptz`);
  if (page.after) {
    values.push(page.after.at, page.after.id);
    conditions.push(`(e.at, e.id) < ($${values.length - 1}::timestamptz, $${values.length}::bigint)`);
  }
  values.push(page.limit);
  const name = (table: string) => identifier(workspace.schema, table).text;
  return connections.readRows<ListedAuditEntry>(
    `select ${ENTRY}, a.name as "actorName", s.name as "asName", c.number, encode(c.hash, 'hex') as hash
       from ${name('_audit')} e
       left join ${name('_principal')} a on a.id = e.actor_id
       left join ${name('_principal')} s on s.id = e.as_id
       left join ${name('_audit_seal')} c on c.entry_id = e.id
      ${conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`}
      order by e.at desc, e.id desc limit $${values.length}`,
    values,
  );
}
