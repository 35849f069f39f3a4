/**
 * Publishes a change of metadata: components, tables and the revision in one transaction, serialised per workspace
 * by the lock on its row. New objects get their tables, indexes and foreign keys here; what concerns a table that
 * already holds records is only registered, and the promotion job does it online.
 *
 * Order inside the transaction: lock and compare the revision, components, field keys, tables, foreign keys last
 * (they lock other tables), revision row, notification.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { objectOf } from '@trellis/metadata';
import type { CompiledField, CompiledObject } from '@trellis/model';
import type pg from 'pg';
import { append } from '../audit/entries.ts';
import type { DatabaseFeatures } from '../capabilities.ts';
import { type Connections, queryObjects } from '../connections.ts';
import { changedKeys, changeTypes } from '../conversion/change-types.ts';
import { lockConversions } from '../conversion/conversion-register.ts';
import { StorageError, sqlState } from '../errors.ts';
import { noteHistoryBegins } from '../records/prune-history.ts';
import { writeRollups } from '../rollups/rollup-registers.ts';
import { writeKept } from '../sharing/kept-registers.ts';
import { followRoles } from '../sharing/share-store.ts';
import { identifier, integer, sql } from '../sql.ts';
import type { PublishRequest } from '../storage.ts';
import { writeAliases } from './aliases.ts';
import { writeComponents } from './components.ts';
import { fitTable } from './fit-table.ts';
import { noteGenerated } from './generator.ts';
import { dropPrepared, prepareTables, sweepPrepared } from './prepare-tables.ts';
import {
  markDropping,
  type ObjectState,
  readObjectStates,
  readRegisters,
  retireColumns,
  writeFieldKeys,
  writeObjectStates,
} from './registers.ts';
import { refineSearchedStatistics } from './searched-statistics.ts';
import { type ObjectPlan, type PlanContext, planObject } from './storage-plan.ts';
import { createIndexStatement, createTable, sequenceName } from './table-ddl.ts';
import { columnDefinition, slotName } from './wanted-storage.ts';

/** PostgreSQL channel on which every change of a revision or epoch is told, with the workspace's name. */
export const CHANNEL = 'trellis_metadata';
/** More new objects than this get their tables in batches ahead of the transaction: each relation takes a lock. */
export const MAX_NEW_TABLES = 200;
const LOCK_ATTEMPTS = 5;

export async function publish(
  connections: Connections,
  features: DatabaseFeatures,
  request: PublishRequest,
  maxNewTables: number,
): Promise<{ readonly revision: number; readonly epoch: number }> {
  const { workspace } = request;
  const context: PlanContext = { schema: workspace.schema, model: request.after, features };
  const publishNow = (prepared: ReadonlySet<string>) =>
    withLockRetries(() =>
      connections.transaction(
        async (transaction) => {
          const published = await publishIn(transaction.client, request, { ...context, prepared });
          await request.alongside?.(transaction);
          const entry = request.audit?.(published.revision);
          if (entry) await append(connections, workspace, [entry], transaction);
          return published;
        },
        {
          timeoutMilliseconds: 0,
        },
      ),
    );
  if (request.after.objects.size <= maxNewTables) return publishNow(new Set());
  return connections.dedicated(async (client) => {
    // Held until the publish has ended: two that prepare tables at once would sweep each other's away.
    await queryObjects(client, 'select pg_advisory_lock(hashtextextended($1, 0))', [
      `trellis prepare ${workspace.id}`,
    ]);
    await sweepPrepared(client, workspace);
    const states = await readObjectStates(client, workspace.schema);
    const fresh = [...request.after.objects.values()].filter((object) => !states.has(object.key));
    if (fresh.length <= maxNewTables) return publishNow(new Set());
    await prepareTables(client, workspace, fresh, context);
    return publishNow(new Set(fresh.map((object) => object.key)));
  });
}

async function withLockRetries<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (sqlState(error) !== '55P03' || attempt === LOCK_ATTEMPTS) throw error;
      await sleep(200 * attempt);
    }
  }
}

/** With the objects whose tables this publish has made ahead. */
interface PublishContext extends PlanContext {
  readonly prepared: ReadonlySet<string>;
}

async function publishIn(
  client: pg.ClientBase,
  request: PublishRequest,
  context: PublishContext,
): Promise<{ readonly revision: number; readonly epoch: number }> {
  const { workspace } = request;
  const { schema } = workspace;
  const current = await lockWorkspace(client, workspace.id);
  if (current.revision !== request.baseRevision) {
    throw new StorageError(
      'stale_revision',
      `The metadata has moved on from revision ${request.baseRevision} to ${current.revision}.`,
    );
  }
  await queryObjects(client, "set local lock_timeout = '3s'", []);
  const open = await lockConversions(client, schema, changedKeys(request));
  await writeComponents(client, schema, request);
  const hasMovedColumns = await changeStorage(client, request, context);
  await changeTypes(client, request, open);
  await writeAliases(client, request);
  await noteHistoryBegins(client, schema, request);
  await followRoles(client, schema, { ...request, roles: request.after.access.roles.keys() });
  const hasMovedRollups = await writeRollups(client, { ...context, workspace });
  await writeKept(client, { ...context, workspace });
  const hasMoved = hasMovedColumns || hasMovedRollups;
  const revision = current.revision + 1;
  const epoch = current.epoch + (hasMoved ? 1 : 0);
  await queryObjects(
    client,
    `insert into ${identifier(schema, '_metadata_revision').text} (number, author, message, forward, backward)
     values ($1, $2, $3, $4, $5)`,
    [
      revision,
      request.author,
      request.message ?? null,
      JSON.stringify(request.forward),
      JSON.stringify(request.backward),
    ],
  );
  await noteGenerated(client, workspace.id, revision, context.features);
  await queryObjects(client, 'update platform.workspace set revision = $2, epoch = $3 where id = $1', [
    workspace.id,
    revision,
    epoch,
  ]);
  await queryObjects(client, 'select pg_notify($1, $2)', [CHANNEL, workspace.name]);
  return { revision, epoch };
}

/** Serialises publishes and the promotion job's changes of one workspace. */
export async function lockWorkspace(
  client: pg.ClientBase,
  workspaceId: string,
): Promise<{ readonly revision: number; readonly epoch: number }> {
  const rows = await queryObjects(
    client,
    'select revision, epoch from platform.workspace where id = $1 for update',
    [workspaceId],
  );
  const [row] = rows as readonly { revision: number; epoch: number }[];
  if (!row) throw new StorageError('unexpected', 'The workspace is gone.');
  return row;
}

/** Objects whose own components the request changes, besides those that have no table yet. */
function touchedObjects(request: PublishRequest, states: ReadonlyMap<string, ObjectState>): CompiledObject[] {
  const names = new Set<string>();
  for (const { component } of request.write) names.add(objectOf(component) ?? component.name);
  for (const removal of request.remove) names.add(objectOf(removal) ?? removal.name);
  for (const { kind, to } of request.renames) names.add(objectOf({ kind, name: to }) ?? to);
  // The platform's own objects are not written by anybody: a new version may have given them new fields.
  return [...request.after.objects.values()].filter(
    (object) => names.has(object.name) || object.isSystem || states.get(object.key) !== 'live',
  );
}

/** Makes tables and registers fit the model. Returns whether columns that may be read have changed. */
async function changeStorage(
  client: pg.ClientBase,
  request: PublishRequest,
  context: PublishContext,
): Promise<boolean> {
  const { schema, prepared } = context;
  const states = await readObjectStates(client, schema);
  await dropStrayTables(client, request, { schema, states, prepared });
  const touched = touchedObjects(request, states);
  const wantedKeys = new Set([...request.after.objects.values()].map((object) => object.key));
  const deleted = [...states]
    .filter(([key, state]) => state === 'live' && !wantedKeys.has(key))
    .map(([key]) => key);
  const registers = await readRegisters(
    client,
    schema,
    [...touched.map(({ key }) => key), ...deleted],
    states,
  );
  const plans = touched.map((object) => planObject(object, registers.get(object.key)!, context));

  await writeFieldKeys(client, schema, [
    ...touched.map(heldKeys),
    ...deleted.map((key) => ({ key, fields: [] })),
  ]);
  for (const plan of plans) await makeSequences(client, schema, plan);

  let hasMoved = deleted.length > 0;
  const immediate: ObjectPlan[] = [];
  for (const plan of plans) {
    const { key } = plan.object;
    if (states.get(key) === 'prepared') continue;
    const isAtOnce =
      plan.isNew ||
      (plan.promote.length + plan.addIndexes.length > 0 && (await lockIfEmpty(client, schema, key)));
    if (isAtOnce) {
      await makeColumns(client, plan, context);
      immediate.push(plan);
    }
    const hasChanged = await fitTable(client, schema, plan, isAtOnce ? 'ready' : 'waiting');
    hasMoved ||= hasChanged;
  }
  await retireObjects(client, schema, deleted, registers);
  await writeObjectStates(
    client,
    schema,
    touched.filter(({ key }) => states.get(key) !== 'live').map(({ key }) => key),
    'live',
  );

  // Foreign keys last: all tables are there, and the locks on their targets are held only until the commit.
  for (const kind of ['index', 'foreign_key'] as const) {
    for (const plan of immediate) await makeIndexes(client, plan, kind, schema);
  }
  if (immediate.some((plan) => plan.addIndexes.some(({ reason }) => reason.is === 'searchable')))
    await refineSearchedStatistics(client, schema, { analyze: false });
  return hasMoved;
}

/** Tables that another publish prepared and never took into use may have another shape: they are made again. */
async function dropStrayTables(
  client: pg.ClientBase,
  request: PublishRequest,
  about: {
    readonly schema: string;
    readonly states: Map<string, ObjectState>;
    readonly prepared: ReadonlySet<string>;
  },
): Promise<void> {
  const { schema, states, prepared } = about;
  const wanted = new Set([...request.after.objects.values()].map((object) => object.key));
  const stray = [...states].filter(
    ([key, state]) => state === 'prepared' && wanted.has(key) && !prepared.has(key),
  );
  for (const [key] of stray) {
    await dropPrepared(client, schema, [key]);
    states.delete(key);
  }
}

/** The tables of deleted objects stay with their records; only what they tie others to goes. */
async function retireObjects(
  client: pg.ClientBase,
  schema: string,
  keys: readonly string[],
  registers: Awaited<ReturnType<typeof readRegisters>>,
): Promise<void> {
  for (const key of keys) {
    const register = registers.get(key)!;
    const live = register.columns.filter((row) => row.state !== 'retired');
    await retireColumns(
      client,
      schema,
      live.map(({ number }) => ({ objectKey: key, number })),
    );
    await markDropping(
      client,
      schema,
      register.indexes.map(({ name }) => ({ objectKey: key, name })),
    );
  }
  await writeObjectStates(client, schema, keys, 'deleted');
}

/** Whether the table holds no record; it is locked then, so that it stays so until the end of the transaction. */
async function lockIfEmpty(client: pg.ClientBase, schema: string, key: string): Promise<boolean> {
  const table = identifier(schema, key);
  const isEmpty = async () => {
    const rows = await queryObjects(client, sql`select exists (select from ${table}) as found`.text, []);
    return !(rows as readonly { found: boolean }[])[0]!.found;
  };
  if (!(await isEmpty())) return false;
  await queryObjects(client, 'savepoint before_lock', []);
  try {
    await queryObjects(client, sql`lock table ${table} in access exclusive mode`.text, []);
  } catch (error) {
    if (sqlState(error) !== '55P03') throw error;
    await queryObjects(client, 'rollback to savepoint before_lock', []);
    return false;
  }
  return isEmpty();
}

async function makeColumns(client: pg.ClientBase, plan: ObjectPlan, context: PlanContext): Promise<void> {
  const { schema, features } = context;
  if (plan.isNew) {
    await queryObjects(client, createTable(schema, plan.object.key, plan.columns, features).text, []);
    return;
  }
  for (const column of plan.promote) {
    const table = identifier(schema, plan.object.key);
    const definition = columnDefinition(slotName(column.number), column.type, features);
    await queryObjects(client, sql`alter table ${table} add column if not exists ${definition}`.text, []);
  }
}

async function makeIndexes(
  client: pg.ClientBase,
  plan: ObjectPlan,
  kind: 'index' | 'foreign_key',
  schema: string,
): Promise<void> {
  const wanted = plan.addIndexes.filter((index) => index.kind === kind);
  if (wanted.length === 0) return;
  const statements = wanted.map((index) => {
    const { name, definition, isUnique } = index;
    const row = { name, kind, definition, is_unique: isUnique };
    const drop =
      plan.isNew || kind === 'foreign_key' ? sql`` : sql`drop index if exists ${identifier(schema, name)};\n`;
    const dropKey =
      plan.isNew || kind === 'index'
        ? sql``
        : sql`alter table ${identifier(schema, plan.object.key)} drop constraint if exists ${identifier(name)};\n`;
    return sql`${drop}${dropKey}${createIndexStatement(schema, plan.object.key, row, { isConcurrent: false })}`
      .text;
  });
  await queryObjects(client, statements.join(';\n'), []);
}

/** The next values of a sequence, in order. */
export function nextValuesStatement(schema: string, name: string, count: number): string {
  return sql`select nextval(${stringOf(schema, name)}) as value from generate_series(1, ${integer(count)})`
    .text;
}

function stringOf(schema: string, name: string) {
  return sql`'${identifier(schema, name)}'`;
}

/** The keys of an object's fields, as they are registered. */
export function heldKeys(object: CompiledObject): Parameters<typeof writeFieldKeys>[2][number] {
  return {
    key: object.key,
    fields: object.ownFields.flatMap((field) =>
      field.type.column && !field.related ? [{ key: field.key, type: keptType(field) }] : [],
    ),
  };
}

/** The counters of fields that give numbers. */
export async function makeSequences(client: pg.ClientBase, schema: string, plan: ObjectPlan): Promise<void> {
  for (const key of plan.numbered) {
    const name = identifier(schema, sequenceName(plan.object.key, key));
    await queryObjects(client, sql`create sequence if not exists ${name}`.text, []);
  }
}

/** What the values under a key are: a list of texts is not a list of objects, though both have a column of texts. */
function keptType({ type, formula }: CompiledField): string {
  const { column } = type;
  if (formula || !column) return 'formula';
  if (type.isEncrypted) return 'sealed';
  return column.entry === undefined ? column.type : `${column.type} of ${column.entry}`;
}
