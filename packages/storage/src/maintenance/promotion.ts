/**
 * The promotion job: fills new columns of tables that hold records, and makes the catalogue's indexes and foreign
 * keys agree with the register, while everybody keeps writing. Each step leaves its state in `_column` or `_index`
 * and can be repeated, so that any node may go on after a kill at any point. One node per workspace at a time.
 *
 *     waiting → (column and trigger) → filling → (batches) → indexing → (indexes, analyze) → ready
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { type Connections, queryObjects } from '../connections.ts';
import { readFences } from '../conversion/conversion-register.ts';
import { StorageError } from '../errors.ts';
import { CHANNEL, lockWorkspace } from '../metadata/publish.ts';
import { readFilledColumns } from '../metadata/registers.ts';
import { refineSearchedStatistics } from '../metadata/searched-statistics.ts';
import { fillFunction } from '../metadata/table-ddl.ts';
import { columnDefinition, slotName } from '../metadata/wanted-storage.ts';
import { buildRollups } from '../rollups/rollup-registers.ts';
import { buildKept } from '../sharing/kept-registers.ts';
import { identifier, sql } from '../sql.ts';
import type { Workspace } from '../storage.ts';
import { type FillColumn, fillColumns } from './fill-columns.ts';
import { dropIndexes, dropStaleIndexes, makeIndexes, standsIn } from './online-indexes.ts';
import { inTransaction, type PromotionRun, type PromotionSettings, withLockRetries } from './online-steps.ts';

/**
 * Does all that is left to do in the workspace. `wait`: until another node that is at it has finished; otherwise
 * returns at once in that case.
 */
export async function runPromotions(
  connections: Connections,
  workspace: Workspace,
  settings: PromotionSettings,
  options: { readonly wait: boolean; readonly signal?: AbortSignal },
): Promise<void> {
  await connections.dedicated(async (client) => {
    // Closing must not wait for a long step: the next run takes it up where this one leaves it.
    const endEarly = () => void client.end().catch(() => undefined);
    options.signal?.addEventListener('abort', endEarly);
    try {
      options.signal?.throwIfAborted();
      if (await takeLock(client, workspace, options.wait)) await promoteAll(client, workspace, settings);
    } finally {
      options.signal?.removeEventListener('abort', endEarly);
    }
  });
}

async function promoteAll(
  client: pg.Client,
  workspace: Workspace,
  settings: PromotionSettings,
): Promise<void> {
  const [backend] = (await queryObjects(client, 'select pg_backend_pid() as pid', [])) as readonly {
    pid: number;
  }[];
  const run: PromotionRun = {
    client,
    workspace,
    settings,
    before: async (step) => settings.beforeStep?.(step, backend!.pid),
  };
  let failure: unknown;
  for (let objects = await pendingObjects(run); objects.length > 0; ) {
    for (const objectKey of objects) {
      try {
        await promoteObject(run, objectKey);
      } catch (error) {
        // The trouble of one object must not keep the others waiting.
        if (error instanceof StorageError && error.code === 'connection_lost') throw error;
        failure ??= error;
      }
    }
    const left = await pendingObjects(run);
    // Whatever is left without having moved waits for something else, such as a lock: the next run tries again.
    if (left.join() === objects.join()) break;
    objects = left;
  }
  if (failure !== undefined) throw failure;
}

/**
 * Asks again and again rather than waiting inside PostgreSQL: a statement that waits holds a snapshot, and the
 * concurrent index build of the node that has the lock waits for all snapshots, so both would wait for ever.
 */
async function takeLock(client: pg.Client, workspace: Workspace, isPatient: boolean): Promise<boolean> {
  for (;;) {
    const [row] = await queryObjects(client, 'select pg_try_advisory_lock(hashtextextended($1, 0)) as got', [
      `trellis promotion ${workspace.id}`,
    ]);
    if ((row as { got: boolean }).got) return true;
    if (!isPatient) return false;
    await sleep(50);
  }
}

/** Whether anything is left to do. */
export async function hasPendingPromotions(connections: Connections, workspace: Workspace): Promise<boolean> {
  const rows = await connections.readRows(pendingText(workspace.schema));
  return rows.length > 0;
}

async function pendingObjects({ client, workspace }: PromotionRun): Promise<readonly string[]> {
  const rows = await queryObjects(client, pendingText(workspace.schema), []);
  return (rows as readonly { object_key: string }[]).map(({ object_key }) => object_key);
}

function pendingText(schema: string): string {
  return `select object_key from ${identifier(schema, '_column').text} where state in ('waiting', 'filling', 'indexing')
          union select i.object_key from ${identifier(schema, '_index').text} i where i.state = 'dropping' and not ${standsIn(schema)}
             or i.state = 'waiting' and not exists (
                  select from ${identifier(schema, '_column').text} c
                   where c.object_key = i.object_key and 'c_' || c.number = any(i.columns) and c.state = 'failed')
          order by 1`;
}

async function promoteObject(run: PromotionRun, objectKey: string): Promise<void> {
  const { client, workspace } = run;
  await dropIndexes(run, objectKey, 'binding');
  await dropStaleIndexes(run, objectKey);
  await addColumns(run, objectKey);
  await fillColumns(
    run,
    objectKey,
    () => readColumns(run, objectKey, 'filling'),
    (column, error) => failColumn(run, objectKey, column, error),
  );
  const hasNewUnique = await makeIndexes(run, objectKey);
  await dropIndexes(run, objectKey, 'all');
  const filled = await readColumns(run, objectKey, 'indexing');
  if (filled.length === 0 && !hasNewUnique) return;
  await run.before('finish');
  await refineSearchedStatistics(client, workspace.schema, { analyze: false });
  await queryObjects(client, sql`analyze ${identifier(workspace.schema, objectKey)}`.text, []);
  await inTransaction(client, async () => {
    const { epoch } = await lockWorkspace(client, workspace.id);
    await queryObjects(
      client,
      `update ${identifier(workspace.schema, '_column').text} set state = 'ready', changed_at = now()
        where object_key = $1 and state = 'indexing' and number = any($2)`,
      [objectKey, filled.map(({ number }) => number)],
    );
    await buildRollups(client, workspace.schema);
    await buildKept(client, workspace.schema);
    await queryObjects(client, 'update platform.workspace set epoch = $2 where id = $1', [
      workspace.id,
      epoch + 1,
    ]);
    await queryObjects(client, 'select pg_notify($1, $2)', [CHANNEL, workspace.name]);
  });
}

/**
 * Columns and trigger function in one short transaction: taking the table's lock waits for the writers that still
 * run the old function, so that no row can slip through between the two.
 */
async function addColumns(run: PromotionRun, objectKey: string): Promise<void> {
  const { client, workspace, settings } = run;
  if ((await readColumns(run, objectKey, 'waiting')).length === 0) return;
  await run.before('add_column');
  await withLockRetries(client, async () => {
    await lockWorkspace(client, workspace.id);
    const waiting = await readColumns(run, objectKey, 'waiting');
    if (waiting.length === 0) return;
    const table = identifier(workspace.schema, objectKey);
    for (const column of waiting) {
      const definition = columnDefinition(slotName(column.number), column.type, settings.features);
      await queryObjects(client, sql`alter table ${table} add column if not exists ${definition}`.text, []);
    }
    await queryObjects(
      client,
      `update ${identifier(workspace.schema, '_column').text}
          set state = 'filling', fill_cursor = null, rows_done = 0, error = null, changed_at = now()
        where object_key = $1 and number = any($2)`,
      [objectKey, waiting.map(({ number }) => number)],
    );
    await replaceFunction(run, objectKey);
  });
}

async function replaceFunction({ client, workspace }: PromotionRun, objectKey: string): Promise<void> {
  const columns = await readFilledColumns(client, workspace.schema, objectKey);
  const fences = await readFences(client, workspace.schema, objectKey);
  await queryObjects(client, fillFunction(workspace.schema, objectKey, columns, fences).text, []);
}

/** A column whose values don't fit leaves the trigger too: it would refuse every change of those records. */
async function failColumn(
  run: PromotionRun,
  objectKey: string,
  column: FillColumn,
  error: StorageError,
): Promise<void> {
  const { client, workspace } = run;
  run.settings.log(`The column of ${objectKey}.${column.fieldKey} could not be filled.`, error);
  await withLockRetries(client, async () => {
    await lockWorkspace(client, workspace.id);
    await queryObjects(
      client,
      `update ${identifier(workspace.schema, '_column').text} set state = 'failed', error = $3, changed_at = now()
        where object_key = $1 and number = $2`,
      [
        objectKey,
        column.number,
        error.code === 'unique_violation'
          ? 'Some records share a value with another one, and the field is unique.'
          : 'Some records hold a value that does not fit the type of the field.',
      ],
    );
    await replaceFunction(run, objectKey);
  });
}

async function readColumns(
  { client, workspace }: PromotionRun,
  objectKey: string,
  state: 'waiting' | 'filling' | 'indexing',
): Promise<readonly FillColumn[]> {
  return (await queryObjects(
    client,
    `select number, field_key as "fieldKey", column_type as type, source, fill_cursor as "fillCursor", rows_done as "rowsDone"
       from ${identifier(workspace.schema, '_column').text} where object_key = $1 and state = $2 order by number`,
    [objectKey, state],
  )) as readonly FillColumn[];
}
