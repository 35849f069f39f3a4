/** All that is generated in the workspace `main`, as the catalogue and the registers have it. */
import type pg from 'pg';

export async function generatedIn(client: pg.Client) {
  const list = async (text: string) =>
    (await client.query<{ each: string }>(`select ${text}`)).rows.map(({ each }) => each).sort();
  return {
    functions: await list(
      "proname || ' ' || prosrc || coalesce(proconfig::text, '') as each from pg_proc where pronamespace = 'ws_main'::regnamespace and proname ~ '^_(fill|keep|mark|kept|sum|roll|grow)_'",
    ),
    triggers: await list(
      `pg_get_triggerdef(t.oid) as each from pg_trigger t join pg_class c on c.oid = t.tgrelid
        where c.relnamespace = 'ws_main'::regnamespace and not tgisinternal`,
    ),
    columns: await list(
      "concat_ws(' ', object_key, field_key, column_type, is_unique, state, source) as each from ws_main._column where state <> 'retired'",
    ),
    indexes: await list(
      `concat_ws(' ', i.name, i.kind, i.is_unique, i.state, i.definition, x.indexdef) as each from ws_main._index i
         left join pg_indexes x on x.schemaname = 'ws_main' and x.indexname = i.name`,
    ),
    templates: await list(
      'id || template::text as each from (select id::text, template from ws_main._kept_condition union all select table_key, template from ws_main._kept_trigger union all select key, template from ws_main._rollup_source) x',
    ),
  };
}
