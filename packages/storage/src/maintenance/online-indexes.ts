/**
 * Builds and drops indexes and foreign keys of tables in use: indexes concurrently, foreign keys first unvalidated.
 * A build that was killed leaves an invalid index behind, which is dropped and built again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { queryObjects } from '../connections.ts';
import { StorageError } from '../errors.ts';
import { createIndexStatement } from '../metadata/table-ddl.ts';
import { identifier, sql } from '../sql.ts';
import { isPassing, type PromotionRun, withLockRetries } from './online-steps.ts';

interface IndexTask {
  readonly name: string;
  readonly kind: 'index' | 'foreign_key';
  readonly definition: string;
  readonly is_unique: boolean;
}

const ATTEMPTS = 20;

/**
 * Whether the row `i` of the register is an index that the model no longer wants and that stays all the same: it is whole, and
 * another that begins with the same column could not be made, or has to wait. Until that one is there, questions are
 * answered by this one.
 */
export function standsIn(schema: string): string {
  // Definitions are our own (`wanted-storage.ts`): their first parenthesis opens the list of what is indexed.
  const first = (row: string) => `substring(${row}.definition from '\\("([^"]+)"')`;
  return `(i.state = 'dropping' and i.kind = 'index' and not i.is_unique
    and exists (select from pg_class register join pg_class c on c.relnamespace = register.relnamespace
                  join pg_index x on x.indexrelid = c.oid
                 where register.oid = i.tableoid and c.relname = i.name and x.indisvalid)
    and exists (select from ${identifier(schema, '_index').text} n
                 where n.object_key = i.object_key and n.kind = 'index' and n.state in ('waiting', 'failed')
                   and ${first('n')} = ${first('i')}))`;
}

/**
 * Drops what the model no longer wants. `binding`: what refuses values, which nobody should be held to any longer. The others
 * serve questions until what takes their place has been built.
 */
export async function dropIndexes(
  run: PromotionRun,
  objectKey: string,
  which: 'binding' | 'all',
): Promise<void> {
  const { client, workspace } = run;
  const register = identifier(workspace.schema, '_index').text;
  const rows = (await queryObjects(
    client,
    `select i.name, i.kind, i.definition, i.is_unique from ${register} i
      where i.object_key = $1 and i.state = 'dropping'
        and (i.is_unique or i.kind = 'foreign_key' or $2 and not ${standsIn(workspace.schema)}) order by i.name`,
    [objectKey, which === 'all'],
  )) as readonly IndexTask[];
  for (const task of rows) {
    await dropOne(run, objectKey, task);
    await queryObjects(
      client,
      `delete from ${register} where object_key = $1 and name = $2 and state = 'dropping'`,
      [objectKey, task.name],
    );
  }
}

/**
 * Drops what still stands over columns that are to be filled, to be made again afterwards: a slot that was out of use
 * for a while holds old values, and its unique index would refuse the new ones.
 */
export async function dropStaleIndexes(run: PromotionRun, objectKey: string): Promise<void> {
  const { client, workspace } = run;
  const rows = (await queryObjects(
    client,
    `select i.name, i.kind, i.definition, i.is_unique from ${identifier(workspace.schema, '_index').text} i
      where i.object_key = $1 and i.state = 'waiting'
        and exists (select from ${identifier(workspace.schema, '_column').text} c
                     where c.object_key = i.object_key and 'c_' || c.number = any(i.columns)
                       and c.state in ('waiting', 'filling'))
        and (exists (select from pg_class r where r.relname = i.name and r.relnamespace = $2::regnamespace)
          or exists (select from pg_constraint r where r.conname = i.name and r.connamespace = $2::regnamespace))
      order by i.name`,
    [objectKey, identifier(workspace.schema).text],
  )) as readonly IndexTask[];
  for (const task of rows) await dropOne(run, objectKey, task);
}

async function dropOne(
  { client, workspace }: PromotionRun,
  objectKey: string,
  task: IndexTask,
): Promise<void> {
  if (task.kind === 'index') {
    const name = identifier(workspace.schema, task.name);
    await retrying(() => queryObjects(client, sql`drop index concurrently if exists ${name}`.text, []));
    return;
  }
  const table = identifier(workspace.schema, objectKey);
  const text = sql`alter table ${table} drop constraint if exists ${identifier(task.name)}`.text;
  await withLockRetries(client, async () => {
    await queryObjects(client, text, []);
  });
}

/** Builds what is wanted and whose columns are filled. Returns whether a unique index became valid. */
export async function makeIndexes(run: PromotionRun, objectKey: string): Promise<boolean> {
  const { client, workspace } = run;
  const register = identifier(workspace.schema, '_index').text;
  const tasks = (await queryObjects(
    client,
    `select i.name, i.kind, i.definition, i.is_unique from ${register} i
      where i.object_key = $1 and i.state = 'waiting'
        and not exists (select from ${identifier(workspace.schema, '_column').text} c
                         where c.object_key = i.object_key and 'c_' || c.number = any(i.columns)
                           and c.state not in ('indexing', 'ready'))
      order by i.kind desc, i.is_unique desc, i.name`,
    [objectKey],
  )) as readonly IndexTask[];
  let hasNewUnique = false;
  for (const task of tasks) {
    await run.before('create_index');
    let failure: string | undefined;
    let isMade = false;
    try {
      await (task.kind === 'index' ? makeIndex(run, objectKey, task) : makeForeignKey(run, objectKey, task));
      isMade = true;
      hasNewUnique ||= task.is_unique;
    } catch (error) {
      failure = reasonOf(error);
      if (failure === undefined) throw error; // may be tried again
      run.settings.log(`The index ${task.name} of ${objectKey} could not be made.`, error);
    }
    await queryObjects(
      client,
      `update ${register} set state = $3, error = $4, changed_at = now() where object_key = $1 and name = $2 and state = 'waiting'`,
      [objectKey, task.name, isMade ? 'ready' : 'failed', failure ?? null],
    );
  }
  return hasNewUnique;
}

async function makeIndex(
  { client, workspace }: PromotionRun,
  objectKey: string,
  task: IndexTask,
): Promise<void> {
  const name = identifier(workspace.schema, task.name);
  const create = createIndexStatement(workspace.schema, objectKey, task, { isConcurrent: true }).text;
  await retrying(async () => {
    const [existing] = (await queryObjects(
      client,
      `select i.indisvalid as is_valid from pg_class c join pg_namespace n on n.oid = c.relnamespace
         join pg_index i on i.indexrelid = c.oid where n.nspname = $1 and c.relname = $2`,
      [workspace.schema, task.name],
    )) as readonly { is_valid: boolean }[];
    if (existing?.is_valid) return;
    if (existing) await queryObjects(client, sql`drop index concurrently if exists ${name}`.text, []);
    try {
      await queryObjects(client, create, []);
    } catch (error) {
      await queryObjects(client, sql`drop index concurrently if exists ${name}`.text, []).catch(
        () => undefined,
      );
      throw error;
    }
  });
}

async function makeForeignKey(run: PromotionRun, objectKey: string, task: IndexTask): Promise<void> {
  const { client, workspace } = run;
  const table = identifier(workspace.schema, objectKey);
  const [existing] = (await queryObjects(
    client,
    `select c.convalidated as is_valid from pg_constraint c join pg_class t on t.oid = c.conrelid
       join pg_namespace n on n.oid = t.relnamespace where n.nspname = $1 and t.relname = $2 and c.conname = $3`,
    [workspace.schema, objectKey, task.name],
  )) as readonly { is_valid: boolean }[];
  if (existing?.is_valid) return;
  if (!existing) {
    const add = createIndexStatement(workspace.schema, objectKey, task, { isConcurrent: true }).text;
    await withLockRetries(client, async () => {
      await queryObjects(client, add, []);
    });
  }
  const validate = sql`alter table ${table} validate constraint ${identifier(task.name)}`.text;
  await retrying(() => queryObjects(client, validate, []));
}

/** Why it failed for good, without any value of a record; undefined when it may be tried again. */
function reasonOf(error: unknown): string | undefined {
  const code = error instanceof StorageError ? error.code : undefined;
  if (code === 'unique_violation') return 'Several records share a value.';
  if (code === 'foreign_key_violation') return 'Some records point to a record that is gone.';
  if (code === 'value_too_large') return 'Some records hold a value that is too long for an index.';
  return undefined;
}

async function retrying(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work();
      return;
    } catch (error) {
      if (!isPassing(error) || attempt === ATTEMPTS) throw error;
      await sleep(100 * attempt);
    }
  }
}
