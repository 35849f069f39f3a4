/**
 * The part of a publish that changes types: registers the conversions, guards the tables, and converts small ones at
 * once. The table's lock makes every writer that does not know of the change come to its end first; from the commit
 * on, the trigger refuses those that begin afterwards and still don't know.
 */

import { objectOf } from '@trellis/metadata';
import type { Model } from '@trellis/model';
import type pg from 'pg';
import { queryObjects } from '../connections.ts';
import { readFilledColumns } from '../metadata/registers.ts';
import { fillFunction } from '../metadata/table-ddl.ts';
import { identifier, sql, stringLiteral } from '../sql.ts';
import type { Conversion, PublishRequest } from '../storage.ts';
import { endConversions, insertConversion, readFences } from './conversion-register.ts';
import { convertBatch } from './convert-batch.ts';

/** So many values are converted within the publish: every read is right from its commit on. */
const AT_ONCE = 5_000;

/** Keys of the objects whose fields a publish may touch, deleted ones included. */
export function changedKeys({ before, after, write, remove, renames }: PublishRequest): readonly string[] {
  const names = new Set<string>();
  for (const { component } of write) names.add(objectOf(component) ?? component.name);
  for (const removal of remove) names.add(objectOf(removal) ?? removal.name);
  for (const { kind, from, to } of renames) {
    names.add(objectOf({ kind, name: from }) ?? from);
    names.add(objectOf({ kind, name: to }) ?? to);
  }
  const keys = [...names].flatMap((name) =>
    [before, after].flatMap((model) => model.objects.get(name)?.key ?? []),
  );
  return [...new Set(keys)];
}

/** Ends those of `open` that the publish takes back, and begins its own. */
export async function changeTypes(
  client: pg.ClientBase,
  request: PublishRequest,
  open: readonly Conversion[],
): Promise<void> {
  const { schema } = request.workspace;
  const started = request.conversions ?? [];
  const over = open.filter((each) => isOver(each, request.after, started));
  await endConversions(
    client,
    schema,
    over.map(({ id }) => id),
    'undone',
  );
  for (const objectKey of new Set(over.map((each) => each.objectKey)))
    await replaceTrigger(client, schema, objectKey);
  for (const each of started) {
    const table = identifier(schema, each.objectKey);
    await queryObjects(client, sql`lock table ${table} in share row exclusive mode`.text, []);
    const conversion = await insertConversion(client, schema, { ...each, author: request.author });
    await replaceTrigger(client, schema, each.objectKey);
    if (!request.convert || !(await isSmall(client, schema, conversion))) continue;
    while (await convertBatch(client, schema, conversion, request.convert));
  }
}

/** Its old field is back, or its new one is gone. A field that changed its type once more keeps the first list. */
function isOver(
  conversion: Conversion,
  after: Model,
  started: NonNullable<PublishRequest['conversions']>,
): boolean {
  const object = [...after.objects.values()].find((each) => each.key === conversion.objectKey);
  if (!object) return true;
  const live = new Set(object.ownFields.map((field) => field.key));
  if (live.has(conversion.oldKey)) return true;
  const isContinued = started.some(
    (each) => each.objectKey === conversion.objectKey && each.oldKey === conversion.newKey,
  );
  return !live.has(conversion.newKey) && !isContinued && conversion.state === 'running';
}

/** The trigger function of an object's table from the registers as they stand. */
export async function replaceTrigger(
  client: pg.ClientBase,
  schema: string,
  objectKey: string,
): Promise<void> {
  const columns = await readFilledColumns(client, schema, objectKey);
  const fences = await readFences(client, schema, objectKey);
  await queryObjects(client, fillFunction(schema, objectKey, columns, fences).text, []);
}

async function isSmall(client: pg.ClientBase, schema: string, conversion: Conversion): Promise<boolean> {
  const table = identifier(schema, conversion.objectKey);
  const [estimate] = (await queryObjects(
    client,
    `select reltuples::float8 as rows from pg_class where oid = '${table.text.replaceAll("'", "''")}'::regclass`,
    [],
  )) as readonly { rows: number }[];
  // Counting few values among very many records would hold the lock for long.
  if ((estimate?.rows ?? 0) > AT_ONCE * 20) return false;
  const [counted] = (await queryObjects(
    client,
    sql`select count(*) as count from (select from ${table} where data ? ${stringLiteral(conversion.oldKey)} limit 5001) r`
      .text,
    [],
  )) as readonly { count: number }[];
  return (counted?.count ?? 0) <= AT_ONCE;
}
