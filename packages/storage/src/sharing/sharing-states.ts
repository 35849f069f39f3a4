/** How records are found that meet the conditions of sharing rules, and how far what is kept of them is: for administrators. */
import type { CompiledObject, CompiledSharingRule } from '@trellis/model';
import type { Connections } from '../connections.ts';
import { identifier } from '../sql.ts';
import type { SharingConditionState, Snapshot } from '../storage.ts';
import { type KeptCondition, wayOf } from './kept-conditions.ts';
import type { KeptAmount } from './kept-registers.ts';

/** Counting stops here: more tells no more. */
const MOST_COUNTED = 10_000;

interface KeptRow {
  readonly id: string;
  readonly objectKey: string;
  readonly state: 'waiting' | 'filling' | 'ready' | 'dropping';
  readonly rowsDone: number;
  readonly rowsTotal: number;
  readonly candidates: number;
  readonly amount: KeptAmount;
}

export async function sharingStates(
  connections: Connections,
  snapshot: Snapshot,
): Promise<readonly SharingConditionState[]> {
  const { model } = snapshot;
  const { schema } = snapshot.workspace;
  const rows = await connections.readRows<KeptRow>(
    `select id, object_key as "objectKey", state, rows_done as "rowsDone", amount,
            (select count(*)::integer from (select distinct record_id from ${identifier(schema, '_kept').text} k
               where k.condition = c.id limit ${MOST_COUNTED + 1}) each) as candidates,
            greatest(rows_done, coalesce((select reltuples::bigint from pg_class where oid = to_regclass(format('%I.%I', $1::text, object_key))), 0)) as "rowsTotal"
       from ${identifier(schema, '_kept_condition').text} c order by object_key, changed_at, id`,
    [schema],
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  const states: SharingConditionState[] = [];
  for (const [name, rules] of model.access.sharingRules) {
    const object = model.objects.get(name)!;
    const kept = new Map<string, { condition: KeptCondition; rules: CompiledSharingRule[] }>();
    for (const rule of rules) {
      if (!rule.when) continue;
      const way = wayOf(rule.when, object, model);
      if (way.is === 'kept') {
        const { condition } = way;
        const known = kept.get(condition.id);
        if (known) known.rules.push(rule);
        else kept.set(condition.id, { condition, rules: [rule] });
      } else {
        const because = way.is === 'asked' ? way.because : undefined;
        states.push({ object, rules: [rule], way: way.is, because, kept: undefined });
      }
    }
    for (const { condition, rules } of kept.values())
      states.push(keptState(snapshot, { object, rules, condition, row: byId.get(condition.id) }));
  }
  const objects = new Map([...model.objects.values()].map((object) => [object.key, object]));
  for (const row of rows) {
    const object = objects.get(row.objectKey);
    if (row.state === 'dropping' && object)
      states.push({ object, rules: [], way: 'kept', because: undefined, kept: progressOf(row) });
  }
  return states;
}

/** As a question takes it: see `keptWay` of the shared rows. */
function keptState(
  { rollups }: Snapshot,
  about: {
    readonly object: CompiledObject;
    readonly rules: readonly CompiledSharingRule[];
    readonly condition: KeptCondition;
    readonly row: KeptRow | undefined;
  },
): SharingConditionState {
  const { object, rules, condition, row } = about;
  const areKept = condition.rollups.every(
    ({ objectKey, fieldKey }) => rollups?.get(objectKey)?.has(fieldKey) === true,
  );
  const because =
    row?.state !== 'ready' ? 'filling' : !areKept ? 'rollups' : row.amount === 'most' ? 'most' : undefined;
  return {
    object,
    rules,
    way: because === undefined ? 'kept' : 'asked',
    because,
    // Not registered yet: an older version has published, and it is about to be made anew.
    kept: row ? progressOf(row) : { state: 'waiting', rowsDone: 0, rowsTotal: 0, candidates: 0 },
  };
}

function progressOf({ state, rowsDone, rowsTotal, candidates }: KeptRow): SharingConditionState['kept'] {
  return { state, rowsDone, rowsTotal, candidates };
}
