/** What is above and below records in a tree: a lookup of an object to itself that forms no rings. */
import type { CompiledField, CompiledObject } from '@trellis/model';
import type { Connections } from '../connections.ts';
import { StorageError } from '../errors.ts';
import { identifier, integer, type Sql, sql } from '../sql.ts';
import type { Snapshot, Transaction, TreeEdges, TreeFaults } from '../storage.ts';
import { pointedId } from './related-records.ts';

/** Rings that were stored before the lookup became a tree have no end: beyond this nobody looks. */
const FURTHEST = 64;

/** Makes whoever else moves records of the tree wait until this transaction has ended. */
export async function lockTree(
  connections: Connections,
  snapshot: Snapshot,
  { object, field }: { readonly object: CompiledObject; readonly field: CompiledField },
  transaction: Transaction,
): Promise<void> {
  await lockByName(connections, `tree ${snapshot.workspace.schema} ${object.key} ${field.key}`, transaction);
}

/** Makes whoever else recognises records of the object in order to write them wait until this transaction has ended. */
export async function lockMatches(
  connections: Connections,
  snapshot: Snapshot,
  object: CompiledObject,
  transaction: Transaction,
): Promise<void> {
  await lockByName(connections, `matches ${snapshot.workspace.schema} ${object.key}`, transaction);
}

async function lockByName(connections: Connections, name: string, transaction: Transaction): Promise<void> {
  const { text } = sql`select pg_advisory_xact_lock(hashtextextended($1, 0))`;
  await connections.read({ text }, [name], transaction);
}

/** One statement upwards and one downwards, however many records are asked about. */
export async function readTree(
  connections: Connections,
  snapshot: Snapshot,
  request: {
    readonly object: CompiledObject;
    readonly field: CompiledField;
    readonly from: readonly string[];
    readonly below: readonly string[];
  },
  transaction: Transaction | undefined,
): Promise<TreeEdges> {
  const { object, field, from, below } = request;
  const table = identifier(snapshot.workspace.schema, object.key);
  const parent = pointedId(snapshot, { object, field });
  const up = sql`with recursive up (id, parent, steps) as (select t.id, ${parent}, 1 from ${table} t where t.id = any($1::uuid[]) union select t.id, ${parent}, up.steps + 1 from ${table} t join up on t.id = up.parent where up.steps < ${integer(FURTHEST)}) select distinct id, parent from up where parent is not null`;
  const rows = await connections.read({ text: up.text }, [[...from]], transaction);
  const parents = new Map(rows as unknown as readonly (readonly [string, string])[]);
  if (below.length === 0) return { parents, heights: new Map() };
  const down = sql`with recursive below (root, id, steps) as (select id, id, 0 from unnest($1::uuid[]) id union all select below.root, t.id, below.steps + 1 from below join ${table} t on ${parent} = below.id where t.deleted_at is null and below.steps < ${integer(FURTHEST)}) select root, max(steps) from below group by root`;
  const found = await connections.read({ text: down.text }, [[...below]], transaction);
  return { parents, heights: new Map(found as unknown as readonly (readonly [string, number])[]) };
}

const SHOWN_IDS = 10;

/**
 * Live records that no tree could hold: those of rings, or below one, and those beyond the levels that a tree has. From
 * the topmost records downwards: whatever is not met stands in a ring. The scan may end in the statement's time: then
 * nobody knows.
 */
export async function inspectTree(
  connections: Connections,
  snapshot: Snapshot,
  request: { readonly object: CompiledObject; readonly field: CompiledField; readonly most: number },
): Promise<TreeFaults | undefined> {
  const { object, field, most } = request;
  const table = identifier(snapshot.workspace.schema, object.key);
  const parent = pointedId(snapshot, { object, field });
  const shown = (which: Sql) =>
    sql`to_jsonb((array_agg(id order by id) filter (where ${which}))[1:${integer(SHOWN_IDS)}])`;
  const [isLost, isDeep] = [sql`level is null`, sql`level > ${integer(most)}`];
  const text = sql`with recursive edge (id, parent) as (
  select t.id, ${parent} from ${table} t where t.deleted_at is null
), met (id, level) as (
  select e.id, 1 from edge e where e.parent is null or not exists (select from edge p where p.id = e.parent)
  union all select e.id, met.level + 1 from edge e join met on e.parent = met.id where met.level < ${integer(FURTHEST)}
), placed as (select e.id, met.level from edge e left join met on met.id = e.id)
select count(*) filter (where ${isLost}), ${shown(isLost)}, count(*) filter (where ${isDeep}), ${shown(isDeep)} from placed`;
  try {
    const [row] = await connections.read({ text: text.text }, []);
    const [lost, lostIds, deep, deepIds] = row as unknown as readonly [
      number,
      readonly string[] | null,
      number,
      readonly string[] | null,
    ];
    return {
      inRings: { records: lost, ids: lostIds ?? [] },
      tooDeep: { records: deep, ids: deepIds ?? [] },
    };
  } catch (error) {
    if (error instanceof StorageError && error.code === 'query_too_slow') return undefined;
    throw error;
  }
}
