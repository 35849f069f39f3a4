/**
 * Looks after the candidates of kept conditions in the background: finds those of a new condition among all records,
 * drops the ones that don't meet theirs, and removes what a condition that is gone has left. One process at a time per
 * workspace; each step is a statement of its own that leaves how far it came, so any process may go on after a kill.
 *
 * A candidate is dropped when its record does not meet the condition after the horizon has passed as often as the
 * condition has steps: whoever changed what it reads without seeing the way to the record has ended by then, and those
 * who come later see it, and add it again (decision 0047 has the proof).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { type Connections, queryObjects } from '../connections.ts';
import { inTransaction } from '../maintenance/online-steps.ts';
import { lockWorkspace } from '../metadata/publish.ts';
import { filled, readySlots } from '../rollups/rollup-registers.ts';
import { tellNodes, type WorkOptions } from '../rollups/rollup-worker.ts';
import { identifier, integer, Sql, sql } from '../sql.ts';
import type { Workspace } from '../storage.ts';
import type { KeptAmount } from './kept-registers.ts';
import type { ConditionTemplate } from './kept-templates.ts';

const BATCH = 2_000;
/** Candidates that are judged together. */
const JUDGED = 10_000;
const PAUSE_MILLISECONDS = 20;
/** An impatient worker that meets a transaction which lasts leaves the candidates for the next round. */
const PATIENCE_MILLISECONDS = 2_000;
/** More are no longer read sooner than a page; and than many pages. */
const FEW = 200;
const SOME = 2_000;
/** Where a condition keeps this part of the records, a page is full before as many are looked through in vain. */
const MOST = 0.05;

interface ConditionRow {
  readonly id: string;
  readonly object_key: string;
  readonly template: ConditionTemplate;
  readonly depth: number;
  readonly state: 'waiting' | 'filling' | 'ready' | 'dropping';
  readonly about: number;
  readonly amount: KeptAmount;
}

export async function hasKeptWork(connections: Connections, { schema }: Workspace): Promise<boolean> {
  const rows = await connections.readRows(
    `select from ${identifier(schema, '_kept_condition').text} c
      where state <> 'ready' or exists (select from ${identifier(schema, '_kept').text} k where not k.is_settled) limit 1`,
  );
  return rows.length > 0;
}

/** Does all there is to do; `isPatient`: waits for another process that is at it, and for transactions that last. */
export async function lookAfterKept(
  connections: Connections,
  workspace: Workspace,
  options: WorkOptions,
): Promise<void> {
  if (!(await hasKeptWork(connections, workspace))) return;
  await connections.dedicated(async (client) => {
    const endEarly = () => void client.end().catch(() => undefined);
    options.signal?.addEventListener('abort', endEarly);
    try {
      if (!(await takeLock(client, workspace, options))) return;
      const run: Run = { client, workspace, options, slots: await readySlots(client, workspace.schema) };
      const conditions = await readConditions(run);
      for (const condition of conditions) {
        if (condition.state === 'dropping') await drop(run, condition);
        if (condition.state === 'waiting' || condition.state === 'filling') await fill(run, condition);
      }
      await settle(run);
    } finally {
      options.signal?.removeEventListener('abort', endEarly);
    }
  });
}

interface Run {
  readonly client: pg.Client;
  readonly workspace: Workspace;
  readonly options: WorkOptions;
  readonly slots: ReadonlyMap<string, string>;
}

async function readConditions({ client, workspace }: Run): Promise<readonly ConditionRow[]> {
  return (await queryObjects(
    client,
    `select id, object_key, template, depth, state, about::integer, amount from ${identifier(workspace.schema, '_kept_condition').text} order by changed_at, id`,
    [],
  )) as readonly ConditionRow[];
}

/** Asks again and again rather than waiting inside PostgreSQL, where it would hold a snapshot. */
async function takeLock(client: pg.Client, workspace: Workspace, options: WorkOptions): Promise<boolean> {
  for (;;) {
    const [row] = await queryObjects(client, 'select pg_try_advisory_lock(hashtextextended($1, 0)) as got', [
      `trellis kept ${workspace.id}`,
    ]);
    if ((row as { got: boolean }).got) return true;
    if (!options.isPatient || options.signal?.aborted) return false;
    await sleep(PAUSE_MILLISECONDS);
  }
}

/** What a condition that is gone has left. One that comes back meanwhile is found anew, and takes what is there. */
async function drop({ client, workspace, options }: Run, { id }: ConditionRow): Promise<void> {
  const [kept, register] = [
    identifier(workspace.schema, '_kept'),
    identifier(workspace.schema, '_kept_condition'),
  ];
  for (let left = true; left && !options.signal?.aborted; ) {
    await inTransaction(client, async () => {
      const gone = await queryObjects(
        client,
        sql`select from ${register} where id = $1 and state = 'dropping' for update`.text,
        [id],
      );
      const dropped =
        gone.length > 0
          ? await queryObjects(
              client,
              sql`delete from ${kept} where ctid = any(array(select ctid from ${kept} where condition = $1 limit ${integer(BATCH)})) returning 1`
                .text,
              [id],
            )
          : [];
      left = dropped.length === BATCH;
      if (gone.length > 0 && !left)
        await queryObjects(client, sql`delete from ${register} where id = $1`.text, [id]);
    });
  }
}

/** The records that meet a new condition, in batches by id. Those that come to meet it meanwhile, their writers add. */
async function fill(run: Run, condition: ConditionRow): Promise<void> {
  const { client, workspace, options, slots } = run;
  const { schema } = workspace;
  const [kept, register, table] = [
    identifier(schema, '_kept'),
    identifier(schema, '_kept_condition'),
    identifier(schema, condition.object_key),
  ];
  const meets = new Sql(filled(condition.template.meets, condition.template, slots));
  // `offset 0`: the records of the batch first, then the condition of each.
  const text = sql`with place as (
  update ${register} set state = 'filling' where id = $1 and state in ('waiting', 'filling') returning fill_cursor
), batch as materialized (
  select t.id from ${table} t where exists (select from place)
    and t.id > coalesce((select fill_cursor from place), '00000000-0000-0000-0000-000000000000') order by t.id limit ${integer(BATCH)}
), added as (
  insert into ${kept} (condition, record_id, is_settled)
  select $1, t.id, true from (select t.* from ${table} t where t.id in (select id from batch) offset 0) t
  where (${meets}) and not exists (select from ${kept} k where k.condition = $1 and k.record_id = t.id)
)
select (select count(*)::integer from batch) as rows, (select id from batch order by id desc limit 1) as reached, (select count(*)::integer from place) as found`
    .text;
  for (let isDone = false; !isDone; ) {
    if (options.signal?.aborted) return;
    await inTransaction(client, async () => {
      const [row] = (await queryObjects(client, text, [condition.id])) as readonly [
        { rows: number; reached: string | null; found: number },
      ];
      // A publish has done away with the condition.
      isDone = row.rows < BATCH || row.found === 0;
      if (row.rows > 0)
        await queryObjects(
          client,
          sql`update ${register} set fill_cursor = $2, rows_done = rows_done + $3 where id = $1`.text,
          [condition.id, row.reached, row.rows],
        );
    });
  }
  await queryObjects(client, sql`analyze ${kept}`.text, []);
  const about = await countKept(run, condition);
  const amount = await amountOf(run, condition, about);
  await change(run, {
    text: `state = 'ready', about = $2, amount = $3, changed_at = now() where id = $1 and state = 'filling'`,
    values: [condition.id, about, amount],
  });
}

/** Changes the register so that every process reads it anew. */
async function change(
  { client, workspace }: Run,
  { text, values }: { readonly text: string; readonly values: readonly unknown[] },
): Promise<void> {
  const register = identifier(workspace.schema, '_kept_condition').text;
  await inTransaction(client, async () => {
    const { epoch } = await lockWorkspace(client, workspace.id);
    await queryObjects(client, `update ${register} set ${text}`, values);
    await tellNodes(client, workspace, epoch + 1);
  });
}

/** Judges the candidates that writers have added. */
async function settle(run: Run): Promise<void> {
  const { client, workspace, options } = run;
  const kept = identifier(workspace.schema, '_kept');
  const judged = new Set<string>();
  while (!options.signal?.aborted) {
    const rows = (await queryObjects(
      client,
      sql`select id, condition from ${kept} where not is_settled order by id limit ${integer(JUDGED)}`.text,
      [],
    )) as readonly { id: number; condition: string }[];
    if (rows.length === 0) break;
    const conditions = new Map((await readConditions(run)).map((each) => [each.id, each]));
    const groups = [...Map.groupBy(rows, ({ condition }) => condition)];
    const depth = Math.max(1, ...groups.map(([id]) => conditions.get(id)?.depth ?? 0));
    if (!(await horizonPasses(run, depth))) break;
    for (const [id, candidates] of groups) {
      judged.add(id);
      const condition = conditions.get(id);
      const ids = candidates.map((each) => each.id);
      if (condition) await judge(run, condition, ids);
      // Left by a writer that knew a condition which has gone since.
      else await queryObjects(client, sql`delete from ${kept} where id = any($1::bigint[])`.text, [ids]);
    }
    if (rows.length < JUDGED && !options.isPatient) break;
  }
  for (const condition of await readConditions(run))
    if (judged.has(condition.id) && condition.state === 'ready') await countAnew(run, condition);
}

/** Of each record one candidate stays, if it meets the condition, and none if it does not. */
async function judge(
  { client, workspace, slots }: Run,
  { id, object_key, template }: ConditionRow,
  candidates: readonly number[],
): Promise<void> {
  const kept = identifier(workspace.schema, '_kept');
  const table = identifier(workspace.schema, object_key);
  const meets = new Sql(filled(template.meets, template, slots));
  // Nobody else changes these rows, so they are where they were found.
  const text = sql`with seen as materialized (
  select distinct record_id from ${kept} where id = any($1::bigint[]) and not is_settled
), met as materialized (
  select t.id from (select t.* from ${table} t where t.id = any(array(select record_id from seen)) offset 0) t where (${meets})
), of_record as materialized (
  select k.ctid as at, k.is_settled, row_number() over (partition by k.record_id order by k.is_settled desc, k.id) as place,
         k.record_id in (select id from met) as meets
    from ${kept} k where k.condition = $2 and k.record_id = any(array(select record_id from seen)) and (k.is_settled or k.id = any($1::bigint[]))
), settled as (
  update ${kept} k set is_settled = true where k.ctid = any(array(select at from of_record where place = 1 and meets and not is_settled))
)
delete from ${kept} k where k.ctid = any(array(select at from of_record where place > 1 or not meets))`;
  await queryObjects(client, text.text, [candidates, id]);
}

/** Waits until whoever writes now has ended, so many times. False: somebody takes longer than the worker waits. */
async function horizonPasses({ client, options }: Run, times: number): Promise<boolean> {
  const until = performance.now() + PATIENCE_MILLISECONDS;
  for (let time = 0; time < times; time++) {
    // An id of our own: whoever writes now has a lesser one. The end of a snapshot does not tell, for that goes no further
    // than the last that has ended.
    const [begun] = (await queryObjects(
      client,
      'select pg_current_xact_id()::text as horizon',
      [],
    )) as readonly [{ horizon: string }];
    for (;;) {
      const [now] = (await queryObjects(
        client,
        'select pg_snapshot_xmin(pg_current_snapshot()) >= $1::xid8 as has_passed',
        [begun.horizon],
      )) as readonly [{ has_passed: boolean }];
      if (now.has_passed) break;
      if (options.signal?.aborted || (!options.isPatient && performance.now() > until)) return false;
      await sleep(PAUSE_MILLISECONDS);
    }
  }
  return true;
}

/** Which way of reading is the better one hangs on how many there are: processes are told when that has changed much. */
async function countAnew(run: Run, condition: ConditionRow): Promise<void> {
  const about = await countKept(run, condition);
  if (Math.abs(about - condition.about) <= condition.about / 5 + FEW / 10) return;
  const amount = await amountOf(run, condition, about);
  const register = identifier(run.workspace.schema, '_kept_condition').text;
  const values = [condition.id, about, amount];
  if (amount === condition.amount)
    await queryObjects(run.client, `update ${register} set about = $2, amount = $3 where id = $1`, values);
  else await change(run, { text: 'about = $2, amount = $3 where id = $1', values });
}

/** How many candidates there are; no further than matters. */
async function countKept({ client, workspace }: Run, { id, object_key }: ConditionRow): Promise<number> {
  const [row] = (await queryObjects(
    client,
    `select count(*)::integer as count from (select from ${identifier(workspace.schema, '_kept').text} where condition = $1
       limit (select greatest(${2 * SOME}, reltuples * ${2 * MOST})::bigint from pg_class where oid = to_regclass(format('%I.%I', $2::text, $3::text)))) k`,
    [id, workspace.schema, object_key],
  )) as readonly [{ count: number }];
  return row.count;
}

async function amountOf(
  { client, workspace }: Run,
  { object_key }: ConditionRow,
  count: number,
): Promise<KeptAmount> {
  if (count <= SOME) return count <= FEW ? 'few' : 'some';
  const [row] = (await queryObjects(
    client,
    `select reltuples::bigint as records from pg_class where oid = to_regclass(format('%I.%I', $1::text, $2::text))`,
    [workspace.schema, object_key],
  )) as readonly [{ records: number }];
  return row.records > 0 && count > row.records * MOST ? 'most' : 'many';
}
