/**
 * Brings the register and the triggers of kept conditions up to date with a model, inside the publish's transaction. The
 * triggers come with a lock that waits for writers which still run without them: what they wrote is there when the
 * candidates are looked for, and what comes later adds its own.
 */
import type pg from 'pg';
import { queryObjects } from '../connections.ts';
import { digest, filled, haveLostTriggers, isEmpty, readySlots } from '../rollups/rollup-registers.ts';
import { identifier } from '../sql.ts';
import { keptConditions } from './kept-conditions.ts';
import {
  conditionTemplate,
  dropKeptTriggers,
  type KeptScope,
  keptTriggers,
  type TriggerTemplate,
  triggerTemplates,
} from './kept-templates.ts';

/** How many records a condition keeps: `few` are read sooner than a page, `most` are met by whoever walks the records. */
export type KeptAmount = 'few' | 'some' | 'many' | 'most';

export async function writeKept(client: pg.ClientBase, scope: KeptScope): Promise<void> {
  const { schema } = scope.workspace;
  const register = identifier(schema, '_kept_condition').text;
  const wanted = new Map([...keptConditions(scope.model).values()].map((each) => [each.id, each]));
  const rows = (await queryObjects(client, `select id, state from ${register}`, [])) as readonly {
    id: string;
    state: string;
  }[];
  if (wanted.size === 0 && rows.length === 0) return;
  const known = new Set(rows.filter(({ state }) => state !== 'dropping').map(({ id }) => id));
  await queryObjects(
    client,
    `update ${register} set state = 'dropping', changed_at = now() where id <> all($1::uuid[]) and state <> 'dropping'`,
    [[...wanted.keys()]],
  );
  await writeTriggers(client, scope, triggerTemplates(wanted.values(), scope));
  await buildKept(client, schema);
  for (const condition of wanted.values()) {
    const template = JSON.stringify(conditionTemplate(condition, scope));
    const { id, object, depth } = condition;
    if (known.has(id)) {
      await queryObjects(client, `update ${register} set template = $2 where id = $1`, [id, template]);
      continue;
    }
    // The triggers are there and nobody else writes: what is empty now has all its candidates.
    const state = (await isEmpty(client, schema, object.key)) ? 'ready' : 'waiting';
    await queryObjects(
      client,
      `insert into ${register} (id, object_key, template, depth, state) values ($1, $2, $3, $4, $5)
       on conflict (id) do update set template = excluded.template, depth = excluded.depth, state = excluded.state,
         fill_cursor = null, rows_done = 0, about = 0, amount = 'few', changed_at = now()`,
      [id, object.key, template, depth, state],
    );
  }
}

async function writeTriggers(
  client: pg.ClientBase,
  { workspace: { schema } }: KeptScope,
  templates: ReadonlyMap<string, TriggerTemplate>,
): Promise<void> {
  const register = identifier(schema, '_kept_trigger').text;
  const gone = (await queryObjects(
    client,
    `delete from ${register} where table_key <> all($1::text[]) returning table_key`,
    [[...templates.keys()]],
  )) as readonly { table_key: string }[];
  for (const { table_key } of gone) await queryObjects(client, dropKeptTriggers(schema, table_key), []);
  for (const [table, template] of templates)
    await queryObjects(
      client,
      `insert into ${register} (table_key, template) values ($1, $2)
       on conflict (table_key) do update set template = excluded.template`,
      [table, JSON.stringify(template)],
    );
}

/**
 * Makes the functions and triggers whose text has changed: after a publish, and when a column has been filled that they
 * can use from then on.
 */
export async function buildKept(client: pg.ClientBase, schema: string): Promise<void> {
  const register = identifier(schema, '_kept_trigger').text;
  const tables = (await queryObjects(
    client,
    `select table_key, template, built from ${register} order by table_key`,
    [],
  )) as readonly { table_key: string; template: TriggerTemplate; built: string | null }[];
  if (tables.length === 0) return;
  const slots = await readySlots(client, schema);
  for (const { table_key, template, built } of tables) {
    const fill = (text: string) => filled(text, template, slots);
    const text = keptTriggers(schema, table_key, {
      insert: fill(template.insert),
      update: fill(template.update),
      delete: fill(template.delete),
      changed: fill(template.changed),
    });
    const now = digest(text);
    if (now === built) continue;
    await queryObjects(client, text, []);
    await queryObjects(client, `update ${register} set built = $2 where table_key = $1`, [table_key, now]);
  }
}

/**
 * Has `buildKept` make all functions and triggers, whatever the register says of them. Where a trigger is not there, nobody
 * knows what was written without it: the candidates are found anew.
 */
export async function remakeKept(client: pg.ClientBase, schema: string): Promise<void> {
  const triggers = identifier(schema, '_kept_trigger').text;
  if (await haveLostTriggers(client, { schema, register: triggers, prefix: 'kept' })) {
    await queryObjects(
      client,
      `update ${identifier(schema, '_kept_condition').text} set state = 'waiting', fill_cursor = null, rows_done = 0, changed_at = now()
        where state <> 'dropping'`,
      [],
    );
  }
  await queryObjects(client, `update ${triggers} set built = null`, []);
}

/** Conditions whose candidates are whole, for the snapshot. */
export async function readKept(
  client: pg.ClientBase,
  schema: string,
): Promise<ReadonlyMap<string, KeptAmount>> {
  const rows = (await queryObjects(
    client,
    `select id, amount from ${identifier(schema, '_kept_condition').text} where state = 'ready'`,
    [],
  )) as readonly { id: string; amount: KeptAmount }[];
  return new Map(rows.map(({ id, amount }) => [id, amount]));
}
