/**
 * History is kept in one partition per month, so that old months can be detached or dropped. They are made ahead of
 * time: a month that has begun in the default partition stays there, since moving it would lock everybody out.
 */
import type pg from 'pg';
import { queryObjects } from '../connections.ts';
import { sqlState } from '../errors.ts';
import { identifier, sql, stringLiteral } from '../sql.ts';

const MONTHS_AHEAD = 2;

/** Makes the partitions of this month and the next ones where they are missing. */
export async function ensurePartitions(
  client: pg.ClientBase,
  schema: string,
  now = new Date(),
): Promise<void> {
  const rows = await queryObjects(
    client,
    `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = $1 and c.relname like '\\_history\\_2%'`,
    [schema],
  );
  const existing = new Set((rows as readonly { name: string }[]).map(({ name }) => name));
  for (let ahead = 0; ahead <= MONTHS_AHEAD; ahead++) {
    const from = monthStart(now, ahead);
    const name = `_history_${from.slice(0, 4)}_${from.slice(5, 7)}`;
    if (existing.has(name)) continue;
    const range = sql`from (${stringLiteral(from)}) to (${stringLiteral(monthStart(now, ahead + 1))})`;
    await queryObjects(client, 'savepoint before_partition', []).catch(() => undefined);
    try {
      await queryObjects(
        client,
        sql`create table if not exists ${identifier(schema, name)} partition of ${identifier(schema, '_history')} for values ${range} with (autovacuum_analyze_scale_factor = 0.2, autovacuum_analyze_threshold = 10000)`
          .text,
        [],
      );
    } catch (error) {
      // 23514: rows of that month stand in the default partition, where they are read as well. 55P03: a long
      // transaction is writing history, and all others would wait behind us; there are months left to try again.
      if (!['23514', '55P03'].includes(sqlState(error))) throw error;
      await queryObjects(client, 'rollback to savepoint before_partition', []).catch(() => undefined);
    }
  }
}

function monthStart(now: Date, ahead: number): string {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1)).toISOString();
}
