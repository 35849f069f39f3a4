/** Writes into the registers what a plan wants of a table, and has its trigger fill what is filled from then on. */
import type pg from 'pg';
import { replaceTrigger } from '../conversion/change-types.ts';
import { markDropping, retireColumns, writeColumns, writeIndexes, writeUniqueness } from './registers.ts';
import type { ObjectPlan } from './storage-plan.ts';

/**
 * `state`: whether what is new has been made already or waits for the promotion job. Returns whether columns that may be
 * read have changed.
 */
export async function fitTable(
  client: pg.ClientBase,
  schema: string,
  plan: ObjectPlan,
  state: 'waiting' | 'ready',
): Promise<boolean> {
  const { key } = plan.object;
  await retireColumns(
    client,
    schema,
    plan.retire.map(({ number }) => ({ objectKey: key, number })),
  );
  await writeUniqueness(
    client,
    schema,
    plan.uniqueness.map((column) => ({ objectKey: key, column })),
  );
  await markDropping(
    client,
    schema,
    plan.dropIndexes.map(({ name }) => ({ objectKey: key, name })),
  );
  await writeColumns(
    client,
    schema,
    plan.promote.map((column) => ({ objectKey: key, column, state })),
  );
  if (!plan.isNew && plan.retire.length + (state === 'ready' ? plan.promote.length : 0) > 0)
    await replaceTrigger(client, schema, key);
  await writeIndexes(
    client,
    schema,
    plan.addIndexes.map((index) => ({ objectKey: key, index, state })),
  );
  return plan.isNew || plan.retire.length + plan.promote.length + plan.uniqueness.length > 0;
}
