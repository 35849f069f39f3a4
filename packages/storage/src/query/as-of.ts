/**
 * The records of an object as a question reads them: its table, or where the question is about a time, what the table
 * held then. That is worked out backwards: from each record as it stands, history takes away whatever happened since. So
 * it needs the history of the time between only, costs little for a record that has not changed, and is not led astray
 * by a field that was renamed.
 */
import type { CompiledObject } from '@trellis/model';
import { identifier, type Sql, sql, stringLiteral } from '../sql.ts';
import type { Snapshot } from '../storage.ts';

/** What stands in `from` before the alias. */
export function recordsOf({ workspace, asOf }: Snapshot, object: CompiledObject): Sql {
  const table = identifier(workspace.schema, object.key);
  if (!asOf) return table;
  const history = identifier(workspace.schema, '_history');
  // Statements about a time are compiled for each question anyway, so the planner may see it and skip old partitions.
  const at = sql`${stringLiteral(asOf.at)}::timestamptz`;
  // A type change moves no version and no time: what it converted is told from the old field's value of then.
  const changes = sql`from ${history} e where r.updated_at > ${at} and e.record_id = r.id and e.source <> 'conversion'`;
  // In the order in which they were written, for a request that began earlier may have written later.
  const since = sql`${changes} and e.id >= first.id`;
  const moves = sql`filter (where e.action in ('delete', 'restore'))`;
  const values = sql`select distinct on (d.key) d.key, d.value->0 as value from (select e.id, e.difference ${since} and e.action = 'update') e cross join lateral jsonb_each(e.difference) d order by d.key, e.id`;
  return sql`(select r.id, coalesce((v.held->>'owner_id')::uuid, r.owner_id) as owner_id,
    case when 'record_type' = any(v.keys) then v.held->>'record_type' else r.record_type end as record_type,
    r.created_at, r.created_by,
    case when first.id is null then r.updated_at else last.at end as updated_at,
    case when first.id is null then r.updated_by else last.actor_id end as updated_by,
    coalesce(m.version - 1, r.version) as version,
    case when m.moved = 'delete' then null when m.moved = 'restore' then ${at} when r.deleted_at > ${at} then null else r.deleted_at end as deleted_at,
    r.deleted_by, r.deletion_id,
    (r.data - coalesce(v.keys, '{}')) || coalesce(v.held, '{}') as data, '{}'::jsonb as derived
  from ${table} r
  left join lateral (select min(e.id) as id ${changes} and e.at > ${at}) first on true
  left join lateral (select array_agg(key) as keys, jsonb_object_agg(key, value) filter (where value <> 'null') as held from (${values}) each) v on true
  left join lateral (select min(e.version) as version, (array_agg(e.action order by e.id) ${moves})[1] as moved ${since}) m on true
  left join lateral (select e.at, e.actor_id ${changes} and e.id < first.id order by e.id desc limit 1) last on true
  where r.created_at <= ${at})`;
}
