/**
 * Looks at the values of a table before a change of metadata: at all of them where there are few, else at a random
 * sample of pages, so that the time is bounded however many records there are. Reads only.
 */
import type pg from 'pg';
import { queryObjects } from '../connections.ts';
import { identifier, integer, join, Sql, sql, stringLiteral } from '../sql.ts';
import type { ConversionStore } from '../storage.ts';

/** Tables of up to twice as many rows are looked at as a whole, of larger ones about so many rows. */
const SAMPLE_ROWS = 20_000;
const SHOWN_IDS = 10;

interface Part {
  readonly table: Sql;
  /** The part of all rows that is looked at. */
  readonly share: number;
}

/** The table, or a sample of it. Its size is estimated as the planner does: rows a page, times the pages there are. */
async function partOf(client: pg.ClientBase, schema: string, objectKey: string): Promise<Part> {
  const table = identifier(schema, objectKey);
  const [size] = (await queryObjects(
    client,
    `select pg_relation_size(oid) / current_setting('block_size')::float8
            * case when reltuples > 0 and relpages > 0 then reltuples / relpages else 20 end as rows
       from pg_class where oid = $1::regclass`,
    [table.text],
  )) as readonly { rows: number }[];
  const rows = size?.rows ?? 0;
  if (rows <= SAMPLE_ROWS * 2) return { table, share: 1 };
  const share = SAMPLE_ROWS / rows;
  const sampled = new Sql(` tablesample system (${(share * 100).toFixed(6)}) repeatable (1)`);
  return { table: sql`${table}${sampled}`, share };
}

export async function sampleValues(
  client: pg.ClientBase,
  schema: string,
  { objectKey, fieldKey, which }: Parameters<ConversionStore['sample']>[1],
): ReturnType<ConversionStore['sample']> {
  const { table, share } = await partOf(client, schema, objectKey);
  const key = stringLiteral(fieldKey);
  const isMeant = which === 'live' ? sql` and deleted_at is null` : sql``;
  const rows = (await queryObjects(
    client,
    sql`select id, data -> ${key} as value from ${table} where data ? ${key}${isMeant} limit ${integer(SAMPLE_ROWS * 5)}`
      .text,
    [],
  )) as Awaited<ReturnType<ConversionStore['sample']>>['rows'];
  return { share, rows };
}

/** One look at the table for all of the fields. */
export async function countBlanks(
  client: pg.ClientBase,
  schema: string,
  objectKey: string,
  fieldKeys: readonly string[],
): ReturnType<ConversionStore['blanks']> {
  if (fieldKeys.length === 0) return [];
  const { table, share } = await partOf(client, schema, objectKey);
  const counts = fieldKeys.map((each) => {
    const isBlank = sql`filter (where not data ? ${stringLiteral(each)})`;
    return sql`jsonb_build_object('records', count(*) ${isBlank}, 'ids', to_jsonb((array_agg(id order by id) ${isBlank})[1:${integer(SHOWN_IDS)}]))`;
  });
  const [row] = (await queryObjects(
    client,
    sql`select jsonb_build_array(${join(counts)}) as found from ${table} where deleted_at is null`.text,
    [],
  )) as readonly { found: readonly { records: number; ids: readonly string[] | null }[] }[];
  return row!.found.map(({ records, ids }) => ({
    records: Math.round(records / share),
    ids: ids ?? [],
    isEstimate: share < 1,
  }));
}
