/** Type changes on live data: looking ahead, working off, and listing what did not convert. */
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { type Connections, queryObjects } from '../connections.ts';
import { StorageError } from '../errors.ts';
import { lockWorkspace } from '../metadata/publish.ts';
import { identifier, integer, type Sql, sql, stringLiteral } from '../sql.ts';
import type { Conversion, ConversionStore, ConvertValues, KeptValue, Workspace } from '../storage.ts';
import { replaceTrigger } from './change-types.ts';
import { endConversions, readConversions } from './conversion-register.ts';
import { convertBatch } from './convert-batch.ts';
import { countBlanks, sampleValues } from './look-at-values.ts';
import { purgeValues } from './purge-values.ts';

const RETRY_MILLISECONDS = 200;

export function createConversionStore(connections: Connections): ConversionStore {
  return {
    ofObject: async (workspace, objectKey) => {
      const all = await connections.transaction(
        ({ client }) => readConversions(client, workspace.schema, ['running', 'done', 'dismissed']),
        { begin: 'begin read only' },
      );
      return all.filter((conversion) => conversion.objectKey === objectKey);
    },
    list: (workspace) =>
      connections.transaction(({ client }) => list(client, workspace.schema), { begin: 'begin read only' }),
    kept: (workspace, conversion, page) =>
      connections.transaction(({ client }) => kept(client, workspace.schema, conversion, page), {
        begin: 'begin read only',
      }),
    sample: (workspace, request) =>
      connections.transaction(({ client }) => sampleValues(client, workspace.schema, request), {
        begin: 'begin read only',
      }),
    blanks: (workspace, objectKey, fieldKeys) =>
      connections.transaction(({ client }) => countBlanks(client, workspace.schema, objectKey, fieldKeys), {
        begin: 'begin read only',
      }),
    duplicates: (workspace, objectKey, fieldKey, entry) =>
      findDuplicates(connections, workspace.schema, objectKey, fieldKey, entry),
    run: (workspace, convert, options) =>
      connections.dedicated(async (client) => {
        const endEarly = () => void client.end().catch(() => undefined);
        options.signal?.addEventListener('abort', endEarly);
        try {
          options.signal?.throwIfAborted();
          await runAll(client, workspace, convert, options.wait);
        } finally {
          options.signal?.removeEventListener('abort', endEarly);
        }
      }),
    purge: (workspace, id) => purgeValues(connections, workspace, id),
    dismiss: (workspace, id) => connections.transaction(({ client }) => dismiss(client, workspace, id)),
  };
}

async function runAll(
  client: pg.Client,
  workspace: Workspace,
  convert: ConvertValues,
  isPatient: boolean,
): Promise<void> {
  const key = `trellis conversion ${workspace.id}`;
  for (;;) {
    const [row] = await queryObjects(client, 'select pg_try_advisory_lock(hashtextextended($1, 0)) as got', [
      key,
    ]);
    if ((row as { got: boolean }).got) break;
    if (!isPatient) return;
    await sleep(RETRY_MILLISECONDS);
  }
  const { schema } = workspace;
  for (;;) {
    const [conversion] = await readConversions(client, schema, ['running']);
    if (!conversion) return;
    await queryObjects(client, 'begin', []);
    try {
      await convertBatch(client, schema, conversion, convert);
      await queryObjects(client, 'commit', []);
    } catch (error) {
      await client.query('rollback').catch(() => undefined);
      // A writer was in the way: it is first come, first served.
      if (!(error instanceof StorageError) || error.code !== 'too_busy') throw error;
      await sleep(RETRY_MILLISECONDS);
    }
  }
}

function recordsOf(schema: string, conversion: Conversion): { table: Sql; isOpen: Sql } {
  return {
    table: identifier(schema, conversion.objectKey),
    // A record that has a value in the new field meanwhile is dealt with.
    isOpen: sql`t.data ? ${stringLiteral(conversion.oldKey)} and not t.data ? ${stringLiteral(conversion.newKey)}`,
  };
}

async function list(
  client: pg.ClientBase,
  schema: string,
): Promise<readonly (Conversion & { readonly open: number })[]> {
  const conversions = await readConversions(client, schema, ['running', 'done']);
  const counted: (Conversion & { readonly open: number })[] = [];
  for (const conversion of conversions) {
    const { table, isOpen } = recordsOf(schema, conversion);
    const [row] = (await queryObjects(
      client,
      sql`select count(*) as count from ${identifier(schema, '_kept_value')} k join ${table} t on t.id = k.record_id
 where k.conversion_id = $1 and ${isOpen}`.text,
      [conversion.id],
    )) as readonly { count: number }[];
    counted.push({ ...conversion, open: row?.count ?? 0 });
  }
  return counted;
}

async function kept(
  client: pg.ClientBase,
  schema: string,
  conversion: Conversion,
  page: { readonly limit: number; readonly after: string | undefined },
): Promise<readonly KeptValue[]> {
  const { table, isOpen } = recordsOf(schema, conversion);
  return (await queryObjects(
    client,
    sql`select t.id as "recordId", t.data -> ${stringLiteral(conversion.oldKey)} as value, k.reason, t.deleted_at is not null as "isDeleted"
  from ${identifier(schema, '_kept_value')} k join ${table} t on t.id = k.record_id
 where k.conversion_id = $1 and ($2::uuid is null or t.id > $2::uuid) and ${isOpen}
 order by t.id limit ${integer(page.limit)}`.text,
    [conversion.id, page.after ?? null],
  )) as readonly KeptValue[];
}

/** The scan may end in the pool's statement timeout: then nobody knows, and the plan says so. */
async function findDuplicates(
  connections: Connections,
  schema: string,
  objectKey: string,
  fieldKey: string,
  entry: string | undefined,
): Promise<{ readonly records: number; readonly ids: readonly string[] } | undefined> {
  const table = identifier(schema, objectKey);
  const key = stringLiteral(fieldKey);
  // Of a list each entry counts; no record has one twice.
  const [each, value] =
    entry === undefined
      ? [sql``, sql`data -> ${key}`]
      : [
          sql` cross join lateral jsonb_array_elements(data -> ${key}) each(entry)`,
          sql`each.entry -> ${stringLiteral(entry)}`,
        ];
  try {
    const [row] = await connections.readRows<{ records: number; ids: readonly string[] | null }>(
      sql`with shared as (
  select count(*) as count, (array_agg(id order by id))[1:2] as ids from ${table}${each}
   where data ? ${key} and deleted_at is null group by ${value} having count(*) > 1
)
select coalesce(sum(count), 0)::bigint as records,
       (select array_agg(id) from (select unnest(ids) as id from shared limit 10) chosen) as ids from shared`
        .text,
    );
    return { records: row?.records ?? 0, ids: row?.ids ?? [] };
  } catch (error) {
    if (error instanceof StorageError && error.code === 'query_too_slow') return undefined;
    throw error;
  }
}

async function dismiss(client: pg.ClientBase, workspace: Workspace, id: number): Promise<boolean> {
  await lockWorkspace(client, workspace.id);
  const open = await readConversions(client, workspace.schema, ['done']);
  const conversion = open.find((each) => each.id === id);
  if (!conversion) return false;
  await endConversions(client, workspace.schema, [id], 'dismissed');
  await replaceTrigger(client, workspace.schema, conversion.objectKey);
  return true;
}
