/** Reads and writes the registers of a workspace's storage: `_object`, `_column`, `_index`, `_field_key`. */
import type pg from 'pg';
import { queryObjects } from '../connections.ts';
import { identifier } from '../sql.ts';
import { isReusable } from './served-revisions.ts';
import type { ColumnRow, IndexRow, ObjectRegister, SlottedColumn } from './storage-plan.ts';
import type { WantedIndex } from './wanted-storage.ts';

export type ObjectState = 'prepared' | 'live' | 'deleted';

export async function readObjectStates(
  client: pg.ClientBase,
  schema: string,
): Promise<Map<string, ObjectState>> {
  const rows = await queryObjects(client, `select key, state from ${identifier(schema, '_object').text}`, []);
  return new Map(
    (rows as readonly { key: string; state: ObjectState }[]).map(({ key, state }) => [key, state]),
  );
}

/** The registers of the given objects, by key. */
export async function readRegisters(
  client: pg.ClientBase,
  schema: string,
  keys: readonly string[],
  states: ReadonlyMap<string, ObjectState>,
): Promise<Map<string, ObjectRegister>> {
  const columns = (await queryObjects(
    client,
    `select object_key, number, field_key, column_type, source, state, is_unique,
            ${isReusable(schema)} as is_reusable
       from ${identifier(schema, '_column').text} c where object_key = any($1) order by number`,
    [keys],
  )) as readonly ColumnRow[];
  const indexes = (await queryObjects(
    client,
    `select object_key, name, kind, definition, is_unique, columns, state
       from ${identifier(schema, '_index').text} where object_key = any($1)`,
    [keys],
  )) as readonly IndexRow[];
  const columnsOf = Map.groupBy(columns, (row) => row.object_key);
  const indexesOf = Map.groupBy(indexes, (row) => row.object_key);
  return new Map(
    keys.map((key) => [
      key,
      { state: states.get(key), columns: columnsOf.get(key) ?? [], indexes: indexesOf.get(key) ?? [] },
    ]),
  );
}

export async function writeObjectStates(
  client: pg.ClientBase,
  schema: string,
  keys: readonly string[],
  state: ObjectState,
): Promise<void> {
  if (keys.length === 0) return;
  await queryObjects(
    client,
    `insert into ${identifier(schema, '_object').text} (key, state) select unnest($1::text[]), $2
     on conflict (key) do update set state = excluded.state, changed_at = now()`,
    [keys, state],
  );
}

/** Puts columns into their slots, to be filled from the start unless they are `ready` already. */
export async function writeColumns(
  client: pg.ClientBase,
  schema: string,
  rows: readonly {
    readonly objectKey: string;
    readonly column: SlottedColumn;
    readonly state: 'waiting' | 'ready';
  }[],
): Promise<void> {
  if (rows.length === 0) return;
  const input = rows.map(({ objectKey, column, state }) => ({
    object_key: objectKey,
    number: column.number,
    field_key: column.fieldKey,
    column_type: column.type,
    source: column.source,
    state,
    is_unique: column.isUnique,
  }));
  await queryObjects(
    client,
    `insert into ${identifier(schema, '_column').text} (object_key, number, field_key, column_type, source, state, is_unique)
     select * from jsonb_to_recordset($1::jsonb)
       as r(object_key text, number int, field_key text, column_type text, source text, state text, is_unique boolean)
     on conflict (object_key, number) do update set field_key = excluded.field_key, column_type = excluded.column_type,
       source = excluded.source, state = excluded.state, is_unique = excluded.is_unique,
       fill_cursor = null, rows_done = 0, error = null, changed_at = now()`,
    [JSON.stringify(input)],
  );
}

export async function writeIndexes(
  client: pg.ClientBase,
  schema: string,
  rows: readonly {
    readonly objectKey: string;
    readonly index: WantedIndex;
    readonly state: 'waiting' | 'ready';
  }[],
): Promise<void> {
  if (rows.length === 0) return;
  const input = rows.map(({ objectKey, index, state }) => ({
    object_key: objectKey,
    name: index.name,
    kind: index.kind,
    definition: index.definition,
    is_unique: index.isUnique,
    columns: index.columns,
    state,
  }));
  await queryObjects(
    client,
    `insert into ${identifier(schema, '_index').text} (object_key, name, kind, definition, is_unique, columns, state)
     select * from jsonb_to_recordset($1::jsonb)
       as r(object_key text, name text, kind text, definition text, is_unique boolean, columns text[], state text)
     on conflict (object_key, name) do update set state = excluded.state, error = null`,
    [JSON.stringify(input)],
  );
}

/** Marks indexes for dropping; the promotion job drops them without stopping anybody. */
export async function markDropping(
  client: pg.ClientBase,
  schema: string,
  rows: readonly { readonly objectKey: string; readonly name: string }[],
): Promise<void> {
  if (rows.length === 0) return;
  await queryObjects(
    client,
    `update ${identifier(schema, '_index').text} i set state = 'dropping'
       from unnest($1::text[], $2::text[]) as r(object_key, name) where i.object_key = r.object_key and i.name = r.name`,
    [rows.map((row) => row.objectKey), rows.map((row) => row.name)],
  );
}

/** Within a publish, whose revision is the next one. */
export async function retireColumns(
  client: pg.ClientBase,
  schema: string,
  rows: readonly { readonly objectKey: string; readonly number: number }[],
): Promise<void> {
  if (rows.length === 0) return;
  await queryObjects(
    client,
    `update ${identifier(schema, '_column').text} c set state = 'retired', is_unique = false, error = null, changed_at = now(),
            retired_in = (select w.revision + 1 from platform.workspace w where w.schema_name = $3)
       from unnest($1::text[], $2::int[]) as r(object_key, number)
      where c.object_key = r.object_key and c.number = r.number`,
    [rows.map((row) => row.objectKey), rows.map((row) => row.number), schema],
  );
}

export async function writeUniqueness(
  client: pg.ClientBase,
  schema: string,
  rows: readonly { readonly objectKey: string; readonly column: SlottedColumn }[],
): Promise<void> {
  for (const { objectKey, column } of rows) {
    await queryObjects(
      client,
      `update ${identifier(schema, '_column').text} set is_unique = $3 where object_key = $1 and number = $2`,
      [objectKey, column.number, column.isUnique],
    );
  }
}

/** Notes the keys that an object's fields hold, and that all its other keys are held by deleted fields. */
export async function writeFieldKeys(
  client: pg.ClientBase,
  schema: string,
  objects: readonly {
    readonly key: string;
    readonly fields: readonly { readonly key: string; readonly type: string }[];
  }[],
): Promise<void> {
  if (objects.length === 0) return;
  const table = identifier(schema, '_field_key').text;
  const input = objects.flatMap((object) =>
    object.fields.map((field) => ({ object_key: object.key, field_key: field.key, column_type: field.type })),
  );
  await queryObjects(
    client,
    `with input as (
       select * from jsonb_to_recordset($1::jsonb) as r(object_key text, field_key text, column_type text)
     ), retired as (
       update ${table} k set is_retired = true
        where k.object_key = any($2) and not k.is_retired
          and not exists (select from input i where i.object_key = k.object_key and i.field_key = k.field_key)
     )
     insert into ${table} as k (object_key, field_key, column_type) select * from input
     on conflict (object_key, field_key) do update set column_type = excluded.column_type, is_retired = false
      where k.is_retired or k.column_type is distinct from excluded.column_type`,
    [JSON.stringify(input), objects.map((object) => object.key)],
  );
}

/** Columns that the trigger has to fill, from the register as it stands in this transaction. */
export async function readFilledColumns(
  client: pg.ClientBase,
  schema: string,
  objectKey: string,
): Promise<readonly { number: number; type: string; source: string }[]> {
  return (await queryObjects(
    client,
    `select number, column_type as type, source from ${identifier(schema, '_column').text}
      where object_key = $1 and state in ('filling', 'indexing', 'ready') order by number`,
    [objectKey],
  )) as readonly { number: number; type: string; source: string }[];
}
