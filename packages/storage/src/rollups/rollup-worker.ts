/**
 * Works out what the writers have left: the parents that are marked, many marks of one parent at once, and every
 * record of a roll-up that is new or has changed. Any number of processes may be at it: each parent is held by an
 * advisory lock that nobody waits for.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { type Connections, type OpenTransaction, queryObjects } from '../connections.ts';
import { CHANNEL, lockWorkspace } from '../metadata/publish.ts';
import { identifier, sql } from '../sql.ts';
import type { RollupState, Workspace } from '../storage.ts';
import { sumFunction } from './rollup-functions.ts';
import { outboxRows } from './rollup-outbox.ts';
import { filled, readTemplate, readySlots } from './rollup-registers.ts';

const MARKS_AT_ONCE = 500;
const PARENTS_AT_ONCE = 500;
/** How long a parent that somebody else holds is left alone. */
const PAUSE_MILLISECONDS = 30;

export interface WorkOptions {
  readonly signal?: AbortSignal | undefined;
  /** Until nothing is left, waiting for parents that others hold; else until nothing more can be done at once. */
  readonly isPatient: boolean;
}

/** Works on the marks there are. */
export async function drainMarks(
  connections: Connections,
  workspace: Workspace,
  { signal, isPatient }: WorkOptions,
): Promise<void> {
  let held = new Set<string>();
  while (!signal?.aborted) {
    const seen = await connections.transaction((transaction) => drainSome(transaction, workspace, [...held]));
    for (const id of seen.held) held.add(id);
    if (seen.marks > 0) continue;
    if (held.size === 0) return;
    held = new Set();
    if (!isPatient && !(await hasMarks(connections, workspace))) return;
    await sleep(PAUSE_MILLISECONDS);
  }
}

export async function hasMarks(connections: Connections, workspace: Workspace): Promise<boolean> {
  const rows = await connections.readRows(
    `select from ${identifier(workspace.schema, '_rollup_mark').text} limit 1`,
  );
  return rows.length > 0;
}

interface MarkGroup {
  readonly source: string;
  readonly is_child: boolean;
  readonly ids: readonly string[];
}

/** One transaction's worth of marks. `held`: parents that somebody else is at. */
async function drainSome(
  { client }: OpenTransaction,
  workspace: Workspace,
  held: readonly string[],
): Promise<{ readonly marks: number; readonly held: readonly string[] }> {
  const marks = identifier(workspace.schema, '_rollup_mark').text;
  const groups = (await queryObjects(
    client,
    `select source, is_child, array_agg(distinct record_id order by record_id) as ids
       from (select source, is_child, record_id from ${marks} where record_id <> all($1::uuid[]) order by id limit ${MARKS_AT_ONCE}) m
      group by source, is_child`,
    [held],
  )) as readonly MarkGroup[];
  const stillHeld: string[] = [];
  for (const { source, is_child, ids } of groups) {
    if (is_child) await markParents(client, workspace, source, ids);
    else stillHeld.push(...(await workOut(client, workspace, { source, ids, isMarked: true })));
  }
  return { marks: groups.length, held: stillHeld };
}

/** Records behind a junction: their marks become marks of their parents, found now that the change is committed. */
async function markParents(
  client: pg.ClientBase,
  { schema }: Workspace,
  source: string,
  ids: readonly string[],
): Promise<void> {
  const marks = identifier(schema, '_rollup_mark').text;
  await queryObjects(client, `delete from ${marks} where is_child and source = $1 and record_id = any($2)`, [
    source,
    ids,
  ]);
  const template = await readTemplate(client, schema, source);
  if (template?.parents === undefined) return;
  const parents = filled(template.parents, template, await readySlots(client, schema));
  await queryObjects(
    client,
    `insert into ${marks} (source, record_id) select $2, id from (${parents}) each where id is not null order by id`,
    [ids, source],
  );
}

/**
 * Works out the parents, in statements of their own: the locks first, then the marks, then the values, so that the
 * values are read after all that was marked. Returns those that somebody else holds; their marks stay.
 */
async function workOut(
  client: pg.ClientBase,
  { schema }: Workspace,
  request: { readonly source: string; readonly ids: readonly string[]; readonly isMarked: boolean },
): Promise<readonly string[]> {
  const { source, ids, isMarked } = request;
  const marks = identifier(schema, '_rollup_mark').text;
  const locked = (await queryObjects(
    client,
    `select id from (select id from unnest($1::uuid[]) id order by id) each where pg_try_advisory_xact_lock(hashtextextended(id::text, 0))`,
    [ids],
  )) as readonly { id: string }[];
  const free = new Set(locked.map(({ id }) => id));
  const held = ids.filter((id) => !free.has(id));
  const template = await readTemplate(client, schema, source);
  if (isMarked || template === undefined) {
    await queryObjects(
      client,
      `delete from ${marks} where source = $1 and not is_child and record_id = any($2)`,
      [source, template ? [...free] : ids],
    );
  }
  if (template === undefined) return [];
  if (isMarked) await tellWatchers(client, schema, { source, ids: [...free] });
  const [row] = (await queryObjects(
    client,
    sql`select ${identifier(schema, sumFunction(source))}($1) as undone`.text,
    [[...free]],
  )) as readonly [{ undone: readonly string[] }];
  const undone = [...row.undone, ...(isMarked ? [] : held)];
  if (undone.length > 0) {
    await queryObjects(client, `insert into ${marks} (source, record_id) select $1, unnest($2::uuid[])`, [
      source,
      undone,
    ]);
  }
  return [...held, ...row.undone];
}

/** A row of the outbox for each parent: who watches is told with the commit that the record reads otherwise. */
async function tellWatchers(
  client: pg.ClientBase,
  schema: string,
  about: { readonly source: string; readonly ids: readonly string[] },
): Promise<void> {
  const [source] = (await queryObjects(
    client,
    `select object_key from ${identifier(schema, '_rollup_source').text} where key = $1`,
    [about.source],
  )) as readonly { object_key: string }[];
  if (!source) return;
  const rows = sql`select id, version from ${identifier(schema, source.object_key)} where id = any($1::uuid[])`;
  await queryObjects(client, outboxRows(schema, source.object_key, rows).text, [about.ids]);
}

/** Works out every record of roll-ups that are new or have changed; by one process at a time, from where it stopped. */
export async function recompute(
  connections: Connections,
  workspace: Workspace,
  options: WorkOptions,
): Promise<void> {
  if (!(await hasWaiting(connections, workspace))) return;
  await connections.dedicated(async (client) => {
    const endEarly = () => void client.end().catch(() => undefined);
    options.signal?.addEventListener('abort', endEarly);
    try {
      if (!(await takeLock(client, workspace, options))) return;
      for (;;) {
        const [next] = await waitingObjects(client, workspace);
        if (next === undefined || options.signal?.aborted) return;
        await recomputeObject(connections, client, workspace, next, options);
      }
    } finally {
      options.signal?.removeEventListener('abort', endEarly);
    }
  });
}

export async function hasWaiting(connections: Connections, workspace: Workspace): Promise<boolean> {
  const rows = await connections.readRows(
    `select from ${identifier(workspace.schema, '_rollup').text} where state <> 'ready' limit 1`,
  );
  return rows.length > 0;
}

async function takeLock(client: pg.Client, workspace: Workspace, options: WorkOptions): Promise<boolean> {
  for (;;) {
    const [row] = await queryObjects(client, 'select pg_try_advisory_lock(hashtextextended($1, 0)) as got', [
      `trellis rollups ${workspace.id}`,
    ]);
    if ((row as { got: boolean }).got) return true;
    if (!options.isPatient || options.signal?.aborted) return false;
    await sleep(PAUSE_MILLISECONDS);
  }
}

async function waitingObjects(client: pg.ClientBase, { schema }: Workspace): Promise<readonly string[]> {
  // What is rolled up comes before what it is rolled up into, or each parent would be worked out twice: by age.
  const rows = await queryObjects(
    client,
    `select object_key from ${identifier(schema, '_rollup').text} where state <> 'ready' group by object_key order by min(changed_at), object_key`,
    [],
  );
  return (rows as readonly { object_key: string }[]).map(({ object_key }) => object_key);
}

async function recomputeObject(
  connections: Connections,
  client: pg.ClientBase,
  workspace: Workspace,
  objectKey: string,
  options: WorkOptions,
): Promise<void> {
  const { schema } = workspace;
  const register = identifier(schema, '_rollup').text;
  const table = identifier(schema, objectKey).text;
  // Fields that come while others are under way begin anew together with them: their cursor is the least.
  await queryObjects(
    client,
    `update ${register} set state = 'computing' where object_key = $1 and state = 'waiting'`,
    [objectKey],
  );
  for (let isDone = false; !isDone; ) {
    if (options.signal?.aborted) return;
    isDone = await connections.transaction(async ({ client: inside }) => {
      const rows = (await queryObjects(
        inside,
        `select field_key, source, fill_cursor as cursor from ${register} where object_key = $1 and state = 'computing'`,
        [objectKey],
      )) as readonly { field_key: string; source: string; cursor: string | null }[];
      if (rows.length === 0) return true;
      const cursor = rows.some((row) => row.cursor === null)
        ? null
        : rows.map((row) => row.cursor!).sort()[0]!;
      const batch = (await queryObjects(
        inside,
        `select id from ${table} where $1::uuid is null or id > $1::uuid order by id limit ${PARENTS_AT_ONCE}`,
        [cursor],
      )) as readonly { id: string }[];
      const ids = batch.map(({ id }) => id);
      if (ids.length > 0) {
        for (const source of new Set(rows.map((row) => row.source)))
          await workOut(inside, workspace, { source, ids, isMarked: false });
        await queryObjects(
          inside,
          `update ${register} set fill_cursor = $2, rows_done = rows_done + $3
            where object_key = $1 and state = 'computing' and field_key = any($4)`,
          [objectKey, ids.at(-1), ids.length, rows.map((row) => row.field_key)],
        );
      }
      return ids.length < PARENTS_AT_ONCE;
    });
  }
  await awaitMarks(connections, workspace, objectKey, options);
  if (options.signal?.aborted) return;
  await connections.transaction(async ({ client: inside }) => {
    const { epoch } = await lockWorkspace(inside, workspace.id);
    await queryObjects(
      inside,
      `update ${register} set state = 'ready', changed_at = now() where object_key = $1 and state = 'computing'`,
      [objectKey],
    );
    await tellNodes(inside, workspace, epoch + 1);
  });
}

/** From here on every process reads the register anew. */
export async function tellNodes(client: pg.ClientBase, workspace: Workspace, epoch: number): Promise<void> {
  await queryObjects(client, 'update platform.workspace set epoch = $2 where id = $1', [workspace.id, epoch]);
  await queryObjects(client, 'select pg_notify($1, $2)', [CHANNEL, workspace.name]);
}

/** Has a roll-up worked out anew for every record, as if it were new. False: there is no such roll-up. */
export async function requestRecompute(
  connections: Connections,
  workspace: Workspace,
  field: { readonly objectKey: string; readonly fieldKey: string },
): Promise<boolean> {
  return connections.transaction(async ({ client }) => {
    const { epoch } = await lockWorkspace(client, workspace.id);
    const found = await queryObjects(
      client,
      `update ${identifier(workspace.schema, '_rollup').text}
          set state = 'waiting', fill_cursor = null, rows_done = 0, changed_at = now()
        where object_key = $1 and field_key = $2 returning 1`,
      [field.objectKey, field.fieldKey],
    );
    if (found.length > 0) await tellNodes(client, workspace, epoch + 1);
    return found.length > 0;
  });
}

/** Parents that somebody else held during the recomputation are marked: until these have been worked out it is not done. */
async function awaitMarks(
  connections: Connections,
  workspace: Workspace,
  objectKey: string,
  options: WorkOptions,
): Promise<void> {
  const { schema } = workspace;
  const marks = identifier(schema, '_rollup_mark').text;
  const [last] = await connections.readRows<{ id: number | null }>(`select max(id) as id from ${marks}`);
  if (last?.id === null || last === undefined) return;
  const left = () =>
    connections.readRows(
      `select from ${marks} where id <= $2 and source in (select source from ${identifier(schema, '_rollup').text} where object_key = $1 and state = 'computing') limit 1`,
      [objectKey, last.id],
    );
  while (!options.signal?.aborted && (await left()).length > 0) {
    await drainMarks(connections, workspace, { ...options, isPatient: false });
    await sleep(PAUSE_MILLISECONDS);
  }
}

/** How far each roll-up is: for administrators. */
export async function rollupStates(
  connections: Connections,
  { schema }: Workspace,
): Promise<readonly RollupState[]> {
  return connections.readRows<RollupState>(
    `select r.object_key as object, r.field_key as field, r.state, r.rows_done as "rowsDone",
            greatest(r.rows_done, coalesce((select reltuples::bigint from pg_class where oid = to_regclass(format('%I.%I', $1::text, r.object_key))), 0)) as "rowsTotal",
            (select count(*)::int from (select distinct record_id from ${identifier(schema, '_rollup_mark').text} m where m.source = r.source limit 10001) each) as pending
       from ${identifier(schema, '_rollup').text} r order by r.object_key, r.field_key`,
    [schema],
  );
}
