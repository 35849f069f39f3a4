/**
 * Makes the tables of a very large publish ahead of its transaction, in batches, because every relation that a
 * transaction touches takes a lock and the lock table has an end. Nobody sees them before the publish commits:
 * they are registered as `prepared`. When it never does, the next large publish sweeps them away.
 */

import type { CompiledObject } from '@trellis/model';
import type pg from 'pg';
import { queryObjects } from '../connections.ts';
import { inTransaction } from '../maintenance/online-steps.ts';
import { identifier, sql } from '../sql.ts';
import type { Workspace } from '../storage.ts';
import { readObjectStates, writeColumns, writeIndexes, writeObjectStates } from './registers.ts';
import { refineSearchedStatistics } from './searched-statistics.ts';
import { type ObjectPlan, type PlanContext, planObject } from './storage-plan.ts';
import { createIndexStatement, createTable } from './table-ddl.ts';

const BATCH = 50;

/** Makes the tables with columns, indexes and foreign keys, all empty and invisible. */
export async function prepareTables(
  client: pg.ClientBase,
  workspace: Workspace,
  objects: readonly CompiledObject[],
  context: PlanContext,
): Promise<void> {
  const { schema } = workspace;
  const empty = { state: undefined, columns: [], indexes: [] };
  const plans = objects.map((object) => planObject(object, empty, context));
  for (const batch of batches(plans)) {
    await inTransaction(client, async () => {
      for (const plan of batch) {
        const statements = [
          createTable(schema, plan.object.key, plan.columns, context.features).text,
          ...indexStatements(plan, 'index', schema),
        ];
        await queryObjects(client, statements.join(';\n'), []);
      }
      const keyed = batch.map((plan) => ({ plan, objectKey: plan.object.key }));
      const state = 'ready' as const;
      await writeColumns(
        client,
        schema,
        keyed.flatMap(({ plan, objectKey }) => plan.columns.map((column) => ({ objectKey, column, state }))),
      );
      await writeIndexes(
        client,
        schema,
        keyed.flatMap(({ plan, objectKey }) => plan.addIndexes.map((index) => ({ objectKey, index, state }))),
      );
      await writeObjectStates(
        client,
        schema,
        keyed.map(({ objectKey }) => objectKey),
        'prepared',
      );
    });
  }
  for (const batch of batches(plans)) {
    await inTransaction(client, async () => {
      for (const plan of batch) {
        const statements = indexStatements(plan, 'foreign_key', schema);
        if (statements.length > 0) await queryObjects(client, statements.join(';\n'), []);
      }
    });
  }
  await refineSearchedStatistics(client, schema, { analyze: false });
}

/** Drops tables that were prepared for a publish that never came. */
export async function sweepPrepared(client: pg.ClientBase, workspace: Workspace): Promise<void> {
  const { schema } = workspace;
  const states = await readObjectStates(client, schema);
  const leftover = [...states].filter(([, state]) => state === 'prepared').map(([key]) => key);
  for (const batch of batches(leftover))
    await inTransaction(client, () => dropPrepared(client, schema, batch));
}

/** Drops prepared tables with all that is registered about them, in the caller's transaction. */
export async function dropPrepared(
  client: pg.ClientBase,
  schema: string,
  keys: readonly string[],
): Promise<void> {
  for (const key of keys) {
    await queryObjects(client, sql`drop table if exists ${identifier(schema, key)} cascade`.text, []);
  }
  for (const register of ['_column', '_index']) {
    await queryObjects(
      client,
      `delete from ${identifier(schema, register).text} where object_key = any($1)`,
      [keys],
    );
  }
  await queryObjects(client, `delete from ${identifier(schema, '_object').text} where key = any($1)`, [keys]);
}

function indexStatements(plan: ObjectPlan, kind: 'index' | 'foreign_key', schema: string): string[] {
  return plan.addIndexes
    .filter((index) => index.kind === kind)
    .map((index) => {
      const row = { ...index, is_unique: index.isUnique };
      return createIndexStatement(schema, plan.object.key, row, { isConcurrent: false }).text;
    });
}

function batches<T>(items: readonly T[]): T[][] {
  const result: T[][] = [];
  for (let start = 0; start < items.length; start += BATCH) result.push(items.slice(start, start + BATCH));
  return result;
}
