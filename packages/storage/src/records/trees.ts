/** What is above and below records in a tree: a lookup of an object to itself that forms no rings. */
import type { CompiledField, CompiledObject } from '@trellis/model';
import type { Connections } from '../connections.ts';
import { identifier, integer, sql } from '../sql.ts';
import type { Snapshot, Transaction, TreeEdges } from '../storage.ts';
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
  const { text } = sql`select pg_advisory_xact_lock(hashtextextended($1, 0))`;
  const key = `tree ${snapshot.workspace.schema} ${object.key} ${field.key}`;
  await connections.read({ text }, [key], transaction);
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
