/**
 * One step of a type change: the next records in the order of their ids, locked, converted and written in one
 * transaction together with the place that was reached. It changes no version and no time of a record; history says
 * what became of each value, with the source `conversion`.
 */
import type { JsonValue } from '@trellis/model';
import type pg from 'pg';
import { OpenTransaction, queryObjects } from '../connections.ts';
import { sqlState } from '../errors.ts';
import { identifier, integer, type Sql, sql, stringLiteral } from '../sql.ts';
import type { Conversion, ConvertedRow, ConvertValues } from '../storage.ts';
import { markerOf } from './conversion-register.ts';

/** Rows of one step: as many as a writer may have to wait for. */
export const BATCH = 1_000;

const TAKEN = 'The field is unique, and another record has this value.';

interface PendingRow {
  readonly id: string;
  readonly value: JsonValue;
  /** Somebody wrote the record since the publish: its value was converted by that write. */
  readonly isSettled: boolean;
  /** A rollback finds values under the key that it goes back to: they stay as they are. */
  readonly hasNew: boolean;
}

/** Converts the next records. Returns whether there may be more. */
export async function convertBatch(
  client: pg.ClientBase,
  schema: string,
  conversion: Conversion,
  convert: ConvertValues,
): Promise<boolean> {
  const register = identifier(schema, '_conversion').text;
  const [current] = (await queryObjects(
    client,
    `select state, fill_cursor as cursor from ${register} where id = $1 for update`,
    [conversion.id],
  )) as readonly { state: string; cursor: string | null }[];
  if (current?.state !== 'running') return false;
  const table = identifier(schema, conversion.objectKey);
  const [oldKey, newKey, marker] = [conversion.oldKey, conversion.newKey, markerOf(conversion)].map(
    stringLiteral,
  ) as [Sql, Sql, Sql];
  const rows = (await queryObjects(
    client,
    sql`select id, data -> ${oldKey} as value, data ? ${marker} as "isSettled", data ? ${newKey} as "hasNew" from ${table}
 where ($1::uuid is null or id > $1::uuid) and data ? ${oldKey} order by id limit ${integer(BATCH)} for no key update`
      .text,
    [current.cursor],
  )) as readonly PendingRow[];
  const transaction = new OpenTransaction(client);
  const results = rows.length === 0 ? [] : await convert(conversion, rows, transaction);
  const idsOf = (isMeant: (row: PendingRow) => boolean) => new Set(rows.filter(isMeant).map((row) => row.id));
  const settled = idsOf((row) => row.isSettled);
  const decided = idsOf((row) => !row.isSettled && row.hasNew);
  const target = { schema, conversion };
  await writeRows(
    client,
    target,
    [...decided].map((id) => ({ id, value: null, isExact: true })),
  );
  const pending = results.filter((row) => !settled.has(row.id) && !decided.has(row.id));
  const outcome = await write(client, target, pending);
  const all = [...outcome, ...results.filter((row) => settled.has(row.id) || decided.has(row.id))];
  await keep(client, schema, conversion, all);
  const count = (isCounted: (row: ConvertedRow) => boolean) => all.filter(isCounted).length;
  const hasMore = rows.length === BATCH;
  await queryObjects(
    client,
    `update ${register} set exact = exact + $2, lossy = lossy + $3, kept = kept + $4,
       fill_cursor = coalesce($5, fill_cursor), state = $6, error = null, changed_at = now() where id = $1`,
    [
      conversion.id,
      count((row) => row.value !== null && row.isExact),
      count((row) => row.value !== null && !row.isExact),
      count((row) => row.value === null),
      rows.at(-1)?.id ?? null,
      hasMore ? 'running' : 'done',
    ],
  );
  return hasMore;
}

interface Target {
  readonly schema: string;
  readonly conversion: Conversion;
}

/** Writes the values; one that a unique index refuses is kept like one that does not convert. */
async function write(
  client: pg.ClientBase,
  target: Target,
  rows: readonly ConvertedRow[],
): Promise<readonly ConvertedRow[]> {
  if (rows.length === 0) return rows;
  await queryObjects(client, 'savepoint conversion', []);
  try {
    await writeRows(client, target, rows);
    await queryObjects(client, 'release savepoint conversion', []);
    return rows;
  } catch (error) {
    if (sqlState(error) !== '23505') throw error;
    await queryObjects(client, 'rollback to savepoint conversion', []);
  }
  if (rows.length > 1) {
    const middle = Math.floor(rows.length / 2);
    return [
      ...(await write(client, target, rows.slice(0, middle))),
      ...(await write(client, target, rows.slice(middle))),
    ];
  }
  const kept = rows.map((row) => ({ id: row.id, value: null, isExact: false, reason: TAKEN }));
  await writeRows(client, target, kept);
  return kept;
}

async function writeRows(
  client: pg.ClientBase,
  { schema, conversion }: Target,
  rows: readonly ConvertedRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const [newKey, marker] = [stringLiteral(conversion.newKey), stringLiteral(markerOf(conversion))];
  const object = stringLiteral(conversion.objectKey);
  await queryObjects(
    client,
    sql`with input as (
  select * from jsonb_to_recordset($1::jsonb) as r(id uuid, value jsonb)
), written as (
  update ${identifier(schema, conversion.objectKey)} t
     set data = t.data || jsonb_build_object(${marker}, true)
       || case when i.value is null then '{}'::jsonb else jsonb_build_object(${newKey}, i.value) end
    from input i where t.id = i.id and not t.data ? ${marker}
  returning t.id, t.version, i.value
)
insert into ${identifier(schema, '_history')} (at, actor_id, source, object, record_id, version, action, difference)
select now(), $2::uuid, 'conversion', ${object}, id, version, 'update',
       jsonb_build_object(${newKey}, jsonb_build_array(null, value)) from written where value is not null and $3`
      .text,
    [JSON.stringify(rows.map(({ id, value }) => ({ id, value }))), conversion.author, conversion.hasHistory],
  );
}

async function keep(
  client: pg.ClientBase,
  schema: string,
  conversion: Conversion,
  rows: readonly ConvertedRow[],
): Promise<void> {
  const kept = rows.filter((row) => row.value === null);
  if (kept.length === 0) return;
  await queryObjects(
    client,
    `insert into ${identifier(schema, '_kept_value').text} (conversion_id, record_id, reason)
     select $1, record_id, reason from unnest($2::uuid[], $3::text[]) as r(record_id, reason)
     on conflict do nothing`,
    [conversion.id, kept.map((row) => row.id), kept.map((row) => row.reason ?? '')],
  );
}
