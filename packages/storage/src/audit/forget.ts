/** Retention: the oldest part of the chain goes, and what the rest goes on from stays as an anchor. */
import type { Connections } from '../connections.ts';
import { identifier } from '../sql.ts';
import type { Workspace } from '../storage.ts';
import type { AuditHead, NewAuditEntry } from './audit.ts';
import { append } from './entries.ts';
import { lockChain } from './seal.ts';

/** Returns how many entries it forgot. All of it is one transaction: the chain holds before and after. */
export async function forget(
  connections: Connections,
  workspace: Workspace,
  before: string,
  entry: (forgotten: AuditHead & { readonly entries: number }) => NewAuditEntry,
): Promise<number> {
  const name = (table: string) => identifier(workspace.schema, table).text;
  return connections.transaction(
    async (transaction) => {
      await lockChain(transaction, workspace, true);
      const rows = <T>(text: string, values: readonly unknown[] = []) =>
        connections.rows<T>(text, values, transaction);
      // Only a part from the beginning on can go: what is younger keeps all that is sealed after it.
      const [last] = await rows<AuditHead & { entries: number }>(
        `select s.number, encode(s.hash, 'hex') as hash,
                s.number - coalesce((select max(number) from ${name('_audit_anchor')}), 0) as entries
           from ${name('_audit_seal')} s
          where s.number < coalesce(
                (select min(y.number) from ${name('_audit')} e join ${name('_audit_seal')} y on y.entry_id = e.id
                  where e.at >= $1::timestamptz), 9223372036854775807)
          order by s.number desc limit 1`,
        [before],
      );
      if (!last) return 0;
      await rows(
        `insert into ${name('_audit_anchor')} (number, hash, entries) values ($1, decode($2, 'hex'), $3)`,
        [last.number, last.hash, last.entries],
      );
      await rows(
        `delete from ${name('_audit')} e using ${name('_audit_seal')} s where s.entry_id = e.id and s.number <= $1`,
        [last.number],
      );
      await rows(`delete from ${name('_audit_seal')} where number <= $1`, [last.number]);
      await append(connections, workspace, [entry(last)], transaction);
      return last.entries;
    },
    { timeoutMilliseconds: 0 },
  );
}
