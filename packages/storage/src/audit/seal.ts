/**
 * Gives entries their place in the chain. One process at a time does it for a workspace; whoever writes an entry waits
 * for nobody. What is committed and has no seal gets the next number: so an entry whose transaction ends late is
 * neither skipped nor does it hold up the others, and a process that dies in between leaves nothing half done.
 */
import { type Connections, type OpenTransaction, queryObjects } from '../connections.ts';
import { identifier } from '../sql.ts';
import type { Workspace } from '../storage.ts';
import type { AuditEntry, AuditHead } from './audit.ts';
import { beginningOf, nextHash } from './chain.ts';
import { ENTRY } from './entries.ts';

const SEALED_AT_ONCE = 1000;

/** Seals until nothing is left. Without `wait` it does nothing while another process is at it. */
export async function seal(
  connections: Connections,
  workspace: Workspace,
  { wait }: { readonly wait: boolean },
): Promise<number> {
  let sealed = 0;
  for (;;) {
    const count = await connections.transaction(async (transaction) => {
      if (!(await lockChain(transaction, workspace, wait))) return 0;
      return sealSome(connections, workspace, transaction);
    });
    sealed += count;
    if (count < SEALED_AT_ONCE) return sealed;
  }
}

/** Keeps others from the end of the chain until the transaction has ended. */
export async function lockChain(
  { client }: OpenTransaction,
  workspace: Workspace,
  wait: boolean,
): Promise<boolean> {
  const key = [`trellis audit ${workspace.id}`];
  if (wait) {
    await queryObjects(client, 'select pg_advisory_xact_lock(hashtextextended($1, 0))', key);
    return true;
  }
  const rows = await queryObjects(
    client,
    'select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as held',
    key,
  );
  const [row] = rows as readonly { held: boolean }[];
  return row!.held;
}

export async function readHead(
  connections: Connections,
  workspace: Workspace,
  transaction?: OpenTransaction,
): Promise<AuditHead> {
  const [head] = await connections.readRows<AuditHead>(
    `select number, encode(hash, 'hex') as hash from
       (select number, hash from ${identifier(workspace.schema, '_audit_seal').text}
        union all select number, hash from ${identifier(workspace.schema, '_audit_anchor').text}) c
      order by number desc limit 1`,
    [],
    transaction,
  );
  return head ?? { number: 0, hash: beginningOf(workspace.id).toString('hex') };
}

async function sealSome(
  connections: Connections,
  workspace: Workspace,
  transaction: OpenTransaction,
): Promise<number> {
  const seals = identifier(workspace.schema, '_audit_seal').text;
  const head = await readHead(connections, workspace, transaction);
  // The horizon belongs to the very snapshot in which the entries are looked for. One from the future is that of another
  // server, from which the database was restored: there everything without a seal is looked for, once.
  const entries = await connections.rows<AuditEntry & { last: string; horizon: string }>(
    `with last as (select coalesce((select horizon from ${seals} order by number desc limit 1), '0'::xid8) as xid)
     select ${ENTRY}, l.xid::text as last, pg_snapshot_xmin(pg_current_snapshot())::text as horizon
       from ${identifier(workspace.schema, '_audit').text} e, last l
      where ((e.xid >= l.xid and e.xid < pg_snapshot_xmax(pg_current_snapshot()))
             or l.xid > pg_snapshot_xmax(pg_current_snapshot()))
        and not exists (select from ${seals} s where s.entry_id = e.id)
      order by e.id limit ${SEALED_AT_ONCE}`,
    [],
    transaction,
  );
  if (entries.length === 0) return 0;
  let hash: Buffer = Buffer.from(head.hash, 'hex');
  const sealed = entries.map((entry, index) => {
    const number = head.number + index + 1;
    hash = nextHash(hash, number, entry);
    // There may be more before the horizon than fits into one round.
    const horizon = entries.length < SEALED_AT_ONCE ? entry.horizon : entry.last;
    return { number, entry: entry.id, hash: hash.toString('hex'), horizon };
  });
  await connections.rows(
    `insert into ${seals} (number, entry_id, hash, horizon)
     select r.number, r.entry, decode(r.hash, 'hex'), r.horizon::xid8
       from jsonb_to_recordset($1::jsonb) as r(number bigint, entry bigint, hash text, horizon text)`,
    [JSON.stringify(sealed)],
    transaction,
  );
  return entries.length;
}
