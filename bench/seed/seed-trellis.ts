/**
 * Fills Trellis. What the workload needs of the model is published as an administrator would; records then come in
 * through the public batch API (up to 20,000), else by SQL in the very form in which the server stores them, read
 * at run time from its own tables. The caller stops the server for the latter.
 */
import type { Client } from '@trellis/api';
import type pg from 'pg';
import { accountRows, dealRows } from './deal-values.ts';

/** Where Trellis keeps the records of its main workspace. */
export interface TrellisTables {
  readonly schema: string;
  readonly deal: string;
  readonly account: string;
}

export const OWNERS = 200;
const MAX_OVER_API = 20_000;
const BATCH = 500;

/** Indexes for the list and for the sum by stage: what an administrator adds for such a workload. */
const WORKLOAD_INDEXES = [{ fields: ['stage', '-close_date'] }, { fields: ['stage'], include: ['amount'] }];

export function goesOverApi(size: number): boolean {
  return size <= MAX_OVER_API;
}

export async function findTables(pool: pg.Pool): Promise<TrellisTables> {
  const found = await pool.query<{ schema_name: string }>(
    `select schema_name from platform.workspace where name = 'main'`,
  );
  const schema = found.rows[0]?.schema_name;
  if (schema === undefined) throw new Error('Trellis has no workspace "main".');
  const table = async (object: string) => {
    const keys = await pool.query<{ key: string }>(
      `select key from "${schema}"._metadata_component where kind = 'object' and name = $1`,
      [object],
    );
    return `"${schema}"."${keys.rows[0]?.key ?? object}"`;
  };
  return { schema, deal: await table('deal'), account: await table('account') };
}

/** Publishes the indexes of the workload and waits until they are built; makes the owners. */
export async function prepareModel(client: Client, pool: pg.Pool): Promise<readonly string[]> {
  const { components } = await client.metadata('object');
  const deal = components.find((component) => component.name === 'deal');
  if (!deal) throw new Error('The standard CRM is not installed: there is no object "deal".');
  const body = { ...(deal.body as Record<string, unknown>), indexes: WORKLOAD_INDEXES };
  await client.publish({
    components: [{ kind: 'object', name: 'deal', body }],
    message: 'Benchmark indexes',
  });
  await untilIndexed(pool);
  const owners: string[] = [];
  for (let number = 1; number <= OWNERS; number++) {
    const user = await client.createUser({
      name: `Seller ${number}`,
      email: `seller${number}@example.com`,
    });
    owners.push(user.id);
  }
  return owners;
}

/** Until every promoted column and index that the model wants is there. */
export async function untilIndexed(pool: pg.Pool): Promise<void> {
  const { schema } = await findTables(pool);
  for (let waited = 0; ; waited += 100) {
    const open = await pool.query<{ what: string }>(
      `select object_key || '.' || field_key || ': ' || state as what from "${schema}"._column where state not in ('ready', 'retired')
       union all select name || ': ' || state from "${schema}"._index where state not in ('ready')`,
    );
    if (open.rows.length === 0) return;
    if (waited > 120_000)
      throw new Error(`Not indexed in time: ${open.rows.map((row) => row.what).join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Through `POST /records/{object}/batch`, as any client. */
export async function seedOverApi(
  client: Client,
  pool: pg.Pool,
  size: number,
  owners: readonly string[],
): Promise<void> {
  const send = async (object: string, rows: readonly SeedRow[]) => {
    const ids: string[] = [];
    for (let from = 0; from < rows.length; from += BATCH) {
      const records = rows.slice(from, from + BATCH).map((row) => ({
        ...row.data,
        owner_id: row.owner_id,
        ...(row.record_type === null ? {} : { record_type: row.record_type }),
      }));
      const { results } = await client.batch(object, { operation: 'create', all_or_nothing: true, records });
      ids.push(...results.map((result) => result.id!));
    }
    return ids;
  };
  const db = await pool.connect();
  try {
    await db.query('select setseed(0.42)');
    const accounts = await db.query<SeedRow>(accountRows(Math.max(1, Math.round(size / 20))), [owners]);
    const ids = await send('account', accounts.rows);
    await db.query('create temp table bench_accounts (position bigint primary key, id uuid not null)');
    await db.query(
      'insert into bench_accounts select position, id from unnest($1::uuid[]) with ordinality as a(id, position)',
      [ids],
    );
    const deals = await db.query<SeedRow>(dealRows(size, 'bench_accounts'), [owners]);
    await send('deal', deals.rows);
  } finally {
    db.release(true);
  }
}

interface SeedRow {
  readonly owner_id: string;
  readonly record_type: string | null;
  readonly data: Record<string, unknown>;
}

/** Straight into the tables. Indexes are taken away first and made again, foreign keys hold by construction. */
export async function seedBySql(
  pool: pg.Pool,
  tables: TrellisTables,
  size: number,
  owners: readonly string[],
): Promise<void> {
  const db = await pool.connect();
  try {
    await db.query(`set maintenance_work_mem = '1GB'; set max_parallel_maintenance_workers = 2`);
    await db.query('select setseed(0.42)');
    const accounts = Math.round(size / 20);
    await insertRows(db, tables.account, accountRows(accounts), owners);
    await db.query(`create temp table bench_accounts as
      select row_number() over (order by id) as position, id from ${tables.account} where deleted_at is null`);
    await db.query('create unique index on bench_accounts (position); analyze bench_accounts');
    await insertRows(db, tables.deal, dealRows(size, 'bench_accounts'), owners);
  } finally {
    db.release(true);
  }
}

async function insertRows(
  db: pg.PoolClient,
  table: string,
  rows: string,
  owners: readonly string[],
): Promise<void> {
  const indexes = await db.query<{ name: string; definition: string }>(
    `select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name, pg_get_indexdef(i.indexrelid) as definition
     from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
     where i.indrelid = $1::regclass and not exists (select 1 from pg_constraint where conindid = i.indexrelid)`,
    [table],
  );
  for (const index of indexes.rows) await db.query(`drop index ${index.name}`);
  // The checks of the foreign keys go; the trigger that fills the promoted columns stays.
  await db.query(`alter table ${table} disable trigger all; alter table ${table} enable trigger user`);
  await db.query(
    `insert into ${table} (id, owner_id, record_type, created_at, created_by, updated_at, updated_by, version, data)
     select id, owner_id, record_type, date_trunc('milliseconds', created_at), owner_id,
       date_trunc('milliseconds', created_at), owner_id, 1, data from (${rows}) as seed`,
    [owners],
  );
  await db.query(`alter table ${table} enable trigger all`);
  for (const index of indexes.rows) await db.query(index.definition);
}
