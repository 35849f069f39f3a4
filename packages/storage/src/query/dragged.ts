/**
 * Records of the recycle bin that went because another one did: the one that a cascading lookup of theirs points to lies
 * there under the same deletion.
 */
import { type CompiledObject, onDeleteOf } from '@trellis/model';
import { identifier, type Sql, sql } from '../sql.ts';
import { recordsOf } from './as-of.ts';
import { type Sources, seen } from './sources.ts';

/** That no record which the asker sees took the record `t` along; of what they don't see they are told nothing. */
export function wentByThemselves(object: CompiledObject, sources: Sources): readonly Sql[] {
  const { context } = sources;
  const { snapshot, targetConditions } = context;
  const ties = object.ownFields.filter(
    (field) => field.targets.length > 0 && !field.junction && onDeleteOf(field) === 'cascade',
  );
  return ties.flatMap((field) =>
    field.targets.flatMap((name) => {
      const [target, visible] = [snapshot.model.objects.get(name), targetConditions.get(name)];
      if (!target || !visible) return [];
      const id = sources.value({ text: field.name, through: [], field }).sql;
      const isSeen = seen(visible, 'w', target, context);
      return sql`not exists (select 1 from ${recordsOf(snapshot, target)} w where ${identifier('w', 'id')} = ${id} and ${identifier('w', 'deletion_id')} = ${sources.own('deletion_id')} and (${isSeen}))`;
    }),
  );
}
