/**
 * The invariant that keeps updates cheap: no index of an object's table mentions `data`, neither as a key nor in an
 * expression or a predicate. One that did would end HOT updates for the whole object.
 */
import type pg from 'pg';

/** Names of the indexes that break it; a test expects none. */
export async function findIndexesOnData(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select distinct format('%s.%s', n.nspname, c.relname) as name
       from pg_index i
       join pg_class c on c.oid = i.indexrelid
       join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute a on a.attrelid = i.indrelid and a.attname = 'data' and a.atttypid = 'jsonb'::regtype
       join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = i.indexrelid
        and d.refobjid = i.indrelid and d.refobjsubid = a.attnum`,
  );
  return rows.map(({ name }) => name);
}
