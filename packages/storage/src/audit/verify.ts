/** Goes through the chain of the audit log from its beginning and finds the first place that does not hold. */
import type { Connections, OpenTransaction } from '../connections.ts';
import { identifier } from '../sql.ts';
import type { Workspace } from '../storage.ts';
import type { AuditEntry, AuditFault, AuditHead, AuditVerdict } from './audit.ts';
import { beginningOf, nextHash } from './chain.ts';
import { ENTRY } from './entries.ts';
import { seal } from './seal.ts';

const CHECKED_AT_ONCE = 1000;
/** The action of the entry that tells of what retention has forgotten. */
export const FORGOTTEN = 'audit_forgotten';

/** A seal with its entry, whose id is null when it is not there. */
type SealedRow = Omit<AuditEntry, 'id'> & {
  readonly id: number | null;
  readonly number: number;
  readonly entryId: number;
  readonly sealed: string;
};

export async function verify(
  connections: Connections,
  workspace: Workspace,
  noted?: AuditHead,
): Promise<AuditVerdict> {
  await seal(connections, workspace, { wait: true });
  // One snapshot for all of it: what is sealed or forgotten meanwhile is left to the next time.
  return connections.transaction((transaction) => check(connections, workspace, { transaction, noted }), {
    begin: 'begin isolation level repeatable read read only',
  });
}

async function check(
  connections: Connections,
  workspace: Workspace,
  { transaction, noted }: { readonly transaction: OpenTransaction; readonly noted: AuditHead | undefined },
): Promise<AuditVerdict> {
  const name = (table: string) => identifier(workspace.schema, table).text;
  const rows = <T>(text: string, values: readonly unknown[] = []) =>
    connections.rows<T>(text, values, transaction);
  const [anchor] = await rows<AuditHead>(
    `select number, encode(hash, 'hex') as hash from ${name('_audit_anchor')} order by number desc limit 1`,
  );
  const start = anchor ?? { number: 0, hash: beginningOf(workspace.id).toString('hex') };
  let head: AuditHead = start;
  let checked = 0;
  let isExplained = anchor === undefined;
  const verdict = async (fault: AuditVerdict['fault']): Promise<AuditVerdict> => {
    const [left] = await rows<{ unsealed: number }>(
      `select count(*) as unsealed from ${name('_audit')} e
        where not exists (select from ${name('_audit_seal')} s where s.entry_id = e.id)`,
    );
    return {
      isIntact: fault === null,
      fault,
      head,
      forgotten: start.number,
      checked,
      unsealed: left!.unsealed,
    };
  };
  const broken = (code: AuditFault, number: number, entryId: number | null = null) =>
    verdict({ code, number, entryId });
  const isOther = (place: AuditHead) =>
    noted?.number === place.number && noted.hash.toLowerCase() !== place.hash;

  if (isOther(start)) return broken('other_head', start.number);
  if (noted && noted.number < start.number) {
    // Of what was forgotten the anchors are left, of each round of retention one.
    const [kept] = await rows<{ hash: string }>(
      `select encode(hash, 'hex') as hash from ${name('_audit_anchor')} where number = $1`,
      [noted.number],
    );
    const begins = noted.number === 0 ? beginningOf(workspace.id).toString('hex') : kept?.hash;
    if (begins === undefined) return broken('forgotten_head', start.number);
    if (isOther({ number: noted.number, hash: begins })) return broken('other_head', noted.number);
  }
  for (;;) {
    const page = await rows<SealedRow>(
      `select s.number, s.entry_id as "entryId", encode(s.hash, 'hex') as sealed,
              ${ENTRY}
         from (select * from ${name('_audit_seal')} where number > $1 order by number limit ${CHECKED_AT_ONCE}) s
         left join ${name('_audit')} e on e.id = s.entry_id
        order by s.number`,
      [head.number],
    );
    for (const { number, entryId, sealed, ...entry } of page) {
      if (number !== head.number + 1) return broken('missing_seal', head.number + 1);
      if (!isThere(entry)) return broken('missing_entry', number, entryId);
      const hash = nextHash(Buffer.from(head.hash, 'hex'), number, entry).toString('hex');
      if (hash !== sealed) return broken('changed_entry', number, entryId);
      if (isOther({ number, hash })) return broken('other_head', number, entryId);
      isExplained ||= entry.action === FORGOTTEN && entry.details.number === anchor!.number;
      head = { number, hash };
      checked += 1;
    }
    if (page.length < CHECKED_AT_ONCE) break;
  }
  if (noted && noted.number > head.number) return broken('shortened', head.number);
  if (!isExplained) return broken('unexplained_anchor', start.number);
  // What was sealed just now has left nothing of the past behind: who has no seal yet is of a transaction after that.
  const [beside] = await rows<{ id: number }>(
    `select e.id from ${name('_audit')} e
      where (e.xid < (select horizon from ${name('_audit_seal')} order by number desc limit 1)
             or e.xid >= pg_snapshot_xmax(pg_current_snapshot()))
        and not exists (select from ${name('_audit_seal')} s where s.entry_id = e.id)
      order by e.id limit 1`,
  );
  if (beside) return broken('unsealed_entry', head.number, beside.id);
  return verdict(null);
}

function isThere(entry: Omit<AuditEntry, 'id'> & { readonly id: number | null }): entry is AuditEntry {
  return entry.id !== null;
}
