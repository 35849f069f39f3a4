/**
 * Brings the registers, functions and triggers of roll-ups up to date with a model, inside the publish's transaction.
 * The triggers come with a lock that waits for writers which still run without them: what they wrote is there when
 * the records are worked out, and what comes later leaves marks.
 */
import { createHash } from 'node:crypto';
import type { Model } from '@trellis/model';
import type pg from 'pg';
import type { DatabaseFeatures } from '../capabilities.ts';
import { queryObjects } from '../connections.ts';
import { slotName } from '../metadata/wanted-storage.ts';
import { identifier, type Sql, sql, stringLiteral } from '../sql.ts';
import type { Workspace } from '../storage.ts';
import { growFunction } from './grow-functions.ts';
import { KINDS, markTriggers, type TableMarks } from './mark-triggers.ts';
import {
  markFunction,
  rollFunction,
  rollupDefinition,
  type SourceTemplate,
  sourceTemplate,
  sumFunction,
  type TemplateColumns,
} from './rollup-functions.ts';
import { rollupSources } from './rollup-sql.ts';

interface SourceRow {
  readonly key: string;
  readonly object_key: string;
  readonly template: SourceTemplate;
  readonly built: string | null;
}

interface FieldRow {
  readonly object_key: string;
  readonly field_key: string;
  readonly definition: string;
}

/** Returns whether roll-ups that may be read as they are kept have changed. */
export async function writeRollups(
  client: pg.ClientBase,
  about: { readonly workspace: Workspace; readonly model: Model; readonly features: DatabaseFeatures },
): Promise<boolean> {
  const { schema } = about.workspace;
  const sources = rollupSources(about.model);
  const register = identifier(schema, '_rollup').text;
  const sourceRegister = identifier(schema, '_rollup_source').text;
  const rows = (await queryObjects(
    client,
    `select object_key, field_key, definition from ${register}`,
    [],
  )) as readonly FieldRow[];
  if (sources.length === 0 && rows.length === 0) return false;
  const wanted = sources.flatMap((source) =>
    source.fields.map((field) => ({
      object_key: source.object.key,
      field_key: field.key,
      source: source.key,
      definition: digest(rollupDefinition(source, field, about.features)),
    })),
  );
  const isSame = (left: FieldRow, right: FieldRow) =>
    left.object_key === right.object_key && left.field_key === right.field_key;
  const gone = rows.filter((row) => !wanted.some((each) => isSame(row, each)));
  const changed = wanted.filter(
    (each) => !rows.some((row) => isSame(row, each) && row.definition === each.definition),
  );
  for (const source of sources) {
    await queryObjects(
      client,
      `insert into ${sourceRegister} (key, object_key, template) values ($1, $2, $3)
       on conflict (key) do update set template = excluded.template`,
      [source.key, source.object.key, JSON.stringify(sourceTemplate(source, about))],
    );
  }
  const stale = (await queryObjects(
    client,
    `delete from ${sourceRegister} where key <> all($1) returning key, object_key, template, built`,
    [sources.map(({ key }) => key)],
  )) as readonly SourceRow[];
  for (const { object_key, field_key } of gone) {
    await queryObjects(client, `delete from ${register} where object_key = $1 and field_key = $2`, [
      object_key,
      field_key,
    ]);
  }
  await buildRollups(client, schema, { isAlways: changed.length > 0 });
  await dropSources(client, schema, stale);
  for (const each of changed) {
    const state = (await isEmpty(client, schema, each.object_key)) ? 'ready' : 'waiting';
    await queryObjects(
      client,
      `insert into ${register} (object_key, field_key, source, definition, state) values ($1, $2, $3, $4, $5)
       on conflict (object_key, field_key) do update set source = excluded.source, definition = excluded.definition,
         state = excluded.state, fill_cursor = null, rows_done = 0, changed_at = now()`,
      [each.object_key, each.field_key, each.source, each.definition, state],
    );
  }
  return changed.length + gone.length > 0;
}

/**
 * Makes the functions and triggers whose text has changed: after a publish, and when a column has been filled that
 * they can use from then on. `isAlways`: the triggers' lock is taken even where nothing changes, to wait for writers
 * that began before.
 */
export async function buildRollups(
  client: pg.ClientBase,
  schema: string,
  options: { readonly isAlways: boolean } = { isAlways: false },
): Promise<void> {
  const sources = (await queryObjects(
    client,
    `select key, object_key, template, built from ${identifier(schema, '_rollup_source').text} order by key`,
    [],
  )) as readonly SourceRow[];
  const slots = await readySlots(client, schema);
  const marks = new Map<string, TableMarks[]>();
  for (const { key, template, built } of sources) {
    const fill = (text: string) => filled(text, template, slots);
    const { sum, single, addition } = template;
    const text =
      single === undefined
        ? undefined
        : rollupFunctions(schema, key, {
            sum: fill(sum),
            single: fill(single),
            grow: addition === undefined ? undefined : fill(addition),
          });
    const now = text === undefined ? built : digest(text);
    if (text !== undefined && now !== built) {
      await queryObjects(client, text, []);
      await queryObjects(
        client,
        `update ${identifier(schema, '_rollup_source').text} set built = $2 where key = $1`,
        [key, now],
      );
    }
    for (const each of template.marks) {
      const filledIn = Object.fromEntries(KINDS.map(([kind]) => [kind, fill(each[kind])]));
      const change = each.change === undefined ? {} : { change: fill(each.change) };
      const known = marks.get(each.table) ?? [];
      marks.set(each.table, [...known, { ...each, ...filledIn, ...change, source: key }]);
    }
  }
  const register = identifier(schema, '_rollup_trigger').text;
  const triggers = (await queryObjects(client, `select table_key, built from ${register}`, [])) as readonly {
    table_key: string;
    built: string;
  }[];
  for (const table of asWritersGo(marks, sources)) {
    const text = markTriggers(schema, table, marks.get(table)!);
    const now = digest(text);
    const known = triggers.find((row) => row.table_key === table);
    if (known?.built === now && !options.isAlways) continue;
    await queryObjects(client, text, []);
    await queryObjects(
      client,
      `insert into ${register} (table_key, built) values ($1, $2) on conflict (table_key) do update set built = excluded.built`,
      [table, now],
    );
  }
  for (const { table_key } of triggers) {
    if (marks.has(table_key)) continue;
    const name = identifier(schema, table_key);
    const drops = KINDS.map(
      ([kind]) => sql`drop trigger if exists ${identifier(`mark_${kind}`)} on ${name}`.text,
    );
    const drop = sql`drop function if exists ${identifier(schema, markFunction(table_key))}()`.text;
    await queryObjects(client, [...drops, drop].join(';\n'), []);
    await queryObjects(client, `delete from ${register} where table_key = $1`, [table_key]);
  }
}

/**
 * The tables that leave marks, each before those whose roll-ups it moves: so go the locks of a save, from a record to those
 * above it, and whoever takes them in that order waits in no ring with it.
 */
function asWritersGo(
  marks: ReadonlyMap<string, readonly TableMarks[]>,
  sources: readonly SourceRow[],
): readonly string[] {
  const above = new Map(sources.map(({ key, object_key }) => [key, object_key]));
  const ordered: string[] = [];
  const seen = new Set<string>();
  const visit = (table: string) => {
    if (seen.has(table)) return;
    seen.add(table);
    for (const { source } of marks.get(table) ?? []) visit(above.get(source)!);
    if (marks.has(table)) ordered.unshift(table);
  };
  for (const table of [...marks.keys()].sort()) visit(table);
  return ordered;
}

/**
 * Has `buildRollups` make all functions and triggers, whatever the registers say of them. Where a trigger is not there,
 * nobody knows what was written without it: the roll-ups are worked out anew.
 */
export async function remakeRollups(client: pg.ClientBase, schema: string): Promise<void> {
  const triggers = identifier(schema, '_rollup_trigger').text;
  if (await haveLostTriggers(client, { schema, register: triggers, prefix: 'mark' })) {
    await queryObjects(
      client,
      `update ${identifier(schema, '_rollup').text} set state = 'waiting', fill_cursor = null, rows_done = 0, changed_at = now()`,
      [],
    );
  }
  await queryObjects(client, `update ${triggers} set built = ''`, []);
  await queryObjects(client, `update ${identifier(schema, '_rollup_source').text} set built = null`, []);
}

/** Whether a table of a register of triggers is without one of the three. */
export async function haveLostTriggers(
  client: pg.ClientBase,
  {
    schema,
    register,
    prefix,
  }: { readonly schema: string; readonly register: string; readonly prefix: string },
): Promise<boolean> {
  const rows = await queryObjects(
    client,
    `select from ${register} r cross join unnest($2::text[]) as wanted(name)
      where to_regclass(format('%I.%I', $1::text, r.table_key)) is not null
        and not exists (select from pg_trigger t where t.tgname = wanted.name
                           and t.tgrelid = to_regclass(format('%I.%I', $1::text, r.table_key)))
      limit 1`,
    [schema, KINDS.map(([kind]) => `${prefix}_${kind}`)],
  );
  return rows.length > 0;
}

/** What a source had is dropped when no trigger leaves marks for it any more. */
async function dropSources(
  client: pg.ClientBase,
  schema: string,
  stale: readonly SourceRow[],
): Promise<void> {
  for (const { key } of stale) {
    const drops = [
      sql`drop function if exists ${identifier(schema, rollFunction(key))}(uuid, boolean)`.text,
      sql`drop function if exists ${identifier(schema, sumFunction(key))}(uuid[])`.text,
      sql`drop function if exists ${identifier(schema, growFunction(key))}(uuid, jsonb)`.text,
      sql`drop function if exists ${identifier(schema, growFunction(key))}(uuid[], jsonb[])`.text,
    ];
    await queryObjects(client, drops.join(';\n'), []);
    await queryObjects(client, `delete from ${identifier(schema, '_rollup_mark').text} where source = $1`, [
      key,
    ]);
  }
}

function rollupFunctions(
  schema: string,
  key: string,
  bodies: { readonly sum: string; readonly single: string; readonly grow: string | undefined },
): string {
  const [sumName, rollName, growName] = [sumFunction(key), rollFunction(key), growFunction(key)].map((name) =>
    identifier(schema, name),
  ) as [Sql, Sql, Sql];
  // The plan is kept by the connection, and a table that was small when it was made may be large now: never a scan.
  const options = sql`language plpgsql set enable_seqscan = off set plan_cache_mode = force_generic_plan`;
  const made = [
    sql`create or replace function ${sumName}(ids uuid[]) returns uuid[] ${options} as ${stringLiteral(bodies.sum)}`,
    sql`drop function if exists ${rollName}(uuid)`,
    sql`create or replace function ${rollName}(parent uuid, is_marked boolean default true) returns boolean ${options} as ${stringLiteral(bodies.single)}`,
  ];
  if (bodies.grow !== undefined) {
    made.push(
      // One of an older version took many at once.
      sql`drop function if exists ${growName}(uuid[], jsonb[])`,
      // Its statements find one record by its id: a plan of their own would be no other.
      sql`create or replace function ${growName}(parent uuid, change jsonb) returns boolean language plpgsql set enable_seqscan = off as ${stringLiteral(bodies.grow)}`,
    );
  }
  return made.map(({ text }) => text).join(';\n');
}

/** The template with a column in each of its places. */
export function filled(text: string, template: TemplateColumns, slots: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\{(\d+)\}/g, (_match, digits: string) => {
    const { alias, objectKey, fieldKey, fallback } = template.columns[Number(digits)]!;
    const slot = slots.get(`${objectKey}.${fieldKey}`);
    return slot === undefined ? fallback : identifier(alias, slot).text;
  });
}

/** Columns that are filled for every row, by object and field. */
export async function readySlots(
  client: pg.ClientBase,
  schema: string,
): Promise<ReadonlyMap<string, string>> {
  const rows = (await queryObjects(
    client,
    `select object_key, field_key, number from ${identifier(schema, '_column').text} where state = 'ready'`,
    [],
  )) as readonly { object_key: string; field_key: string; number: number }[];
  return new Map(
    rows.map(({ object_key, field_key, number }) => [`${object_key}.${field_key}`, slotName(number)]),
  );
}

export async function isEmpty(client: pg.ClientBase, schema: string, key: string): Promise<boolean> {
  const rows = await queryObjects(
    client,
    sql`select exists (select from ${identifier(schema, key)}) as found`.text,
    [],
  );
  return !(rows as readonly { found: boolean }[])[0]!.found;
}

export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24);
}

/** The template of a source; undefined when no roll-up needs it any more. */
export async function readTemplate(
  client: pg.ClientBase,
  schema: string,
  source: string,
): Promise<SourceTemplate | undefined> {
  const rows = (await queryObjects(
    client,
    `select template from ${identifier(schema, '_rollup_source').text} where key = $1`,
    [source],
  )) as readonly { template: SourceTemplate }[];
  return rows[0]?.template;
}
