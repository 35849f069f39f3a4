/**
 * Has PostgreSQL keep more examples of texts that are searched. How many records hold a word it guesses by trying the word on
 * the values that it keeps of the column, a hundred unless told otherwise. A word that one name in twenty holds can be in
 * none of these, above all where names are made of a few words; the page is then read by gathering and sorting all
 * 5,000 that hold it, in 25 ms, where looking through the newest takes one. Three hundred were enough for each such word, and
 * take no longer to plan by.
 */
import type pg from 'pg';
import { queryObjects } from '../connections.ts';
import { identifier, integer, join, sql } from '../sql.ts';

const EXAMPLES = 300;

/**
 * For the columns of a schema that have a trigram index and PostgreSQL's own number of examples. `analyze`: looks at those
 * columns anew at once, which no transaction should wait for; otherwise the next analyze does.
 */
export async function refineSearchedStatistics(
  client: pg.ClientBase,
  schema: string,
  { analyze }: { readonly analyze: boolean },
): Promise<void> {
  const found = (await queryObjects(
    client,
    `select c.relname as table, array_agg(distinct a.attname::text) as columns
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute a on a.attrelid = c.oid and coalesce(a.attstattarget, -1) < 0
       join pg_index i on i.indrelid = c.oid and a.attnum = any(i.indkey)
       join pg_opclass o on o.oid = any(i.indclass) and o.opcname = 'gin_trgm_ops'
      where n.nspname = $1 and c.relkind = 'r'
      group by c.relname`,
    [schema],
  )) as readonly { readonly table: string; readonly columns: readonly string[] }[];
  for (const each of found) {
    const table = identifier(schema, each.table);
    const names = each.columns.map((name) => identifier(name));
    const changes = names.map((name) => sql`alter column ${name} set statistics ${integer(EXAMPLES)}`);
    await queryObjects(client, sql`alter table ${table} ${join(changes)}`.text, []);
    if (analyze) await queryObjects(client, sql`analyze ${table} (${join(names)})`.text, []);
  }
}
