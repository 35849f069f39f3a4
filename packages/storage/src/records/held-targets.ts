/**
 * The records that a write newly points to, as a part of the statement that writes: whether they live and the writer
 * sees them is asked, and they are locked as a foreign key would lock them, without a statement of its own. A target
 * that is being deleted at the same time is waited for; where one is missing, nothing is written at all.
 */
import type { CompiledObject, Expression } from '@trellis/model';
import type { DatabaseFeatures } from '../capabilities.ts';
import { lowerCondition } from '../query/lower-condition.ts';
import { type Condition, Shape, shapeCondition } from '../query/shape.ts';
import { Sources } from '../query/sources.ts';
import { conjunction, identifier, join, placeholder, type Sql, sql } from '../sql.ts';
import type { Snapshot, WriteTargets } from '../storage.ts';

/** What a statement takes before it writes, and the conditions under which it writes. */
export interface HeldTargets {
  readonly steps: Sql;
  readonly conditions: readonly Sql[];
  /** The statement is a transaction by itself, of one record, which nobody has locked for it. */
  readonly isAlone?: boolean;
}

export const NOTHING_HELD: HeldTargets = { steps: sql``, conditions: [] };

export interface ShapedTargets {
  readonly key: string;
  /** The statement's own values, with those of the targets behind them. */
  readonly values: readonly unknown[];
  compile(): HeldTargets;
}

/** The targets of a write whose own values stand at the first places. */
export function shapeTargets(
  snapshot: Snapshot,
  own: readonly unknown[],
  { context, targets }: WriteTargets,
  features: DatabaseFeatures,
): ShapedTargets {
  const shape = new Shape(context);
  for (const value of own) shape.value(value, 'text');
  const conditionOf = (expression: Expression) => shapeCondition(expression, shape, context);
  const shaped = targets.map(({ among, ids, isHeld }) => {
    shape.note(isHeld ? 'held' : 'seen');
    const { place } = shape.value([...ids], 'uuid');
    return {
      place,
      isHeld,
      among: among.map(({ object, visible, except }) => {
        shape.note(object.key);
        return { object, visible: conditionOf(visible), except: except && conditionOf(except) };
      }),
    };
  });
  const select = (
    place: number,
    part: { object: CompiledObject; visible: Condition; except: Condition | undefined },
  ): Sql => {
    const sources = new Sources(part.object, {
      snapshot,
      features,
      targetConditions: new Map(),
      formulas: shape.formulas,
      related: shape.related,
    });
    const lower = (condition: Condition) => lowerCondition(condition, sources, features);
    const where = [sql`t.id = any(${placeholder(place, 'uuid[]')})`, sql`t.deleted_at is null`];
    where.push(lower(part.visible));
    if (part.except) where.push(sql`(${lower(part.except)}) is not true`);
    const conditions = conjunction(where);
    return sql`select t.id from ${sources.from()} where ${conditions}`;
  };
  return {
    key: shape.key,
    values: shape.values,
    compile() {
      if (shaped.length === 0) return NOTHING_HELD;
      const named = shaped.map((target, index) => ({ ...target, name: identifier(`held_${index}`) }));
      const steps = named.map(({ name, place, isHeld, among }) => {
        const found = join(
          among.map((part) => select(place, part)),
          ' union all ',
        );
        return sql`${name} as (
  ${found}${isHeld ? sql` order by t.id for key share of t` : sql``}
), `;
      });
      const counts = named.map(
        ({ name, place }) =>
          sql`(select count(*) from ${name}) = cardinality(${placeholder(place, 'uuid[]')})`,
      );
      return { steps: join(steps, ''), conditions: counts };
    },
  };
}
