/** The value of a roll-up in a query: as it is kept, or worked out while it is not kept for every record yet. */
import type { CompiledField, CompiledObject } from '@trellis/model';
import { sourceInRow, sourceOf } from '../metadata/field-source.ts';
import {
  isRollup,
  type RollupField,
  type RollupScope,
  rolledUpRows,
  rollupAggregate,
  rollupDefault,
  sourcesOf,
} from '../rollups/rollup-sql.ts';
import { identifier, type Sql, sql } from '../sql.ts';
import type { Snapshot } from '../storage.ts';

/** Whether every record has its value. */
export function isKept(snapshot: Snapshot, object: CompiledObject, field: CompiledField): boolean {
  return snapshot.rollups?.get(object.key)?.has(field.key) === true;
}

/**
 * Sources of the record `t` that are marked: their roll-ups are about to change. One look into an index; an aggregate
 * around it would cost as much again.
 */
export function waitingSources({ workspace }: Snapshot): Sql {
  return sql`array(select m.source from ${identifier(workspace.schema, '_rollup_mark')} m where m.record_id = t.id and not m.is_child)`;
}

/** The roll-ups of sources that `waitingSources` gave. */
export function rollupsOfSources(
  { model }: Snapshot,
  object: CompiledObject,
  keys: readonly string[],
): readonly CompiledField[] {
  if (keys.length === 0) return [];
  return sourcesOf(model, object).flatMap((source) => (keys.includes(source.key) ? source.fields : []));
}

/** SQL of a roll-up of the table `alias`, without its promoted column. */
export function rollupValue(
  snapshot: Snapshot,
  object: CompiledObject,
  field: RollupField,
  alias: string,
  scope: RollupScope,
): Sql {
  if (isKept(snapshot, object, field)) return sourceInRow(identifier(alias), sourceOf(field).text);
  const source = sourcesOf(snapshot.model, object).find((each) =>
    each.fields.some(({ key }) => key === field.key),
  );
  if (!source || !isRollup(field)) return sql`null`;
  const inner = `${alias}r`;
  const value = rollupAggregate(field, source, inner, scope);
  const otherwise = rollupDefault(field);
  const asked = otherwise ? sql`coalesce(${value}, ${otherwise})` : value;
  return sql`(select ${asked} ${rolledUpRows(source, inner, identifier(alias, 'id'), scope)})`;
}
