/**
 * Compiles a question for totals: groups by field or by period, measures over the records of each group. Numerics
 * come back as numbers; an average is rounded to the 15 digits that a number is promised to keep.
 */
import type { AggregateQuery, DatePeriod, JsonValue, Measure } from '@trellis/model';
import type { DatabaseFeatures } from '../capabilities.ts';
import type { Row } from '../connections.ts';
import { conjunction, identifier, integer, join, placeholder, type Sql, sql } from '../sql.ts';
import type { Snapshot } from '../storage.ts';
import { lowerCondition } from './lower-condition.ts';
import { PLANNED_EACH_TIME } from './plan-choice.ts';
import { type Condition, Shape, shapeCondition, type Term } from './shape.ts';
import { rowsOfBoth, splitShared } from './shared-rows.ts';
import { Sources, type ValueSource } from './sources.ts';
import { type CompiledStatement, finishStatement } from './statement-cache.ts';

export interface ShapedAggregate {
  readonly key: string;
  readonly values: readonly unknown[];
  readonly condition: Condition;
  readonly targetConditions: ReadonlyMap<string, Condition>;
  readonly formulas: Shape['formulas'];
  readonly related: Shape['related'];
  readonly zone: Extract<Term, { is: 'value' }>;
}

export interface CompiledAggregate {
  readonly statement: CompiledStatement;
  readonly names: readonly string[];
  /** Columns that hold numbers to be rounded. */
  readonly rounded: ReadonlySet<number>;
}

export function shapeAggregate(snapshot: Snapshot, query: AggregateQuery): ShapedAggregate {
  const shape = new Shape(query.context);
  shape.note(`${snapshot.workspace.id} ${snapshot.revision} ${snapshot.epoch} ${query.object.key} aggregate`);
  const condition = shapeCondition(query.filter, shape, query.context);
  const targetConditions = new Map<string, Condition>();
  for (const [name, filter] of query.targetFilters) {
    shape.note(`target ${name}`);
    targetConditions.set(name, shapeCondition(filter, shape, query.context));
  }
  const zone = shape.value(query.context.timeZone, 'text');
  for (const group of query.groupBy) {
    shape.note(`group ${group.path.text} ${group.period} ${group.as}`);
    shape.read(group.path);
  }
  for (const measure of query.measures) {
    shape.note(`measure ${measure.function} ${measure.field?.name} ${measure.as}`);
    if (measure.field) shape.read({ text: measure.field.name, through: [], field: measure.field });
  }
  shape.note(
    `sort ${query.sort.map((key) => `${key.descending ? '-' : ''}${key.as}`).join(' ')} ${query.limit}`,
  );
  const { key, values, formulas, related } = shape;
  return { key, values, condition, targetConditions, formulas, related, zone };
}

export function compileAggregate(
  snapshot: Snapshot,
  query: AggregateQuery,
  shaped: ShapedAggregate,
  features: DatabaseFeatures,
): CompiledAggregate {
  const { targetConditions, formulas, related } = shaped;
  const open = () => new Sources(query.object, { snapshot, features, targetConditions, formulas, related });
  const sources = open();
  const split = splitShared(shaped.condition);
  const rows = split && rowsOfBoth(split, { deleted: false, open, features });
  const zone = placeholder(shaped.zone.place, 'text');
  const groups = query.groupBy.map((group) => groupOf(sources.value(group.path), group.period, zone));
  const measures = query.measures.map((measure) => measureOf(measure, sources));
  const asked: Condition = split ? { is: 'and', args: split.rest } : shaped.condition;
  const condition = lowerCondition(asked, sources, features);
  const names = [...query.groupBy.map((group) => group.as), ...query.measures.map((measure) => measure.as)];
  const selected = [...groups, ...measures].map(
    (value, index) => sql`${value} as ${identifier(`o${index}`)}`,
  );
  const where = conjunction([sql`t.deleted_at is null`, condition]);
  const grouping =
    groups.length === 0 ? sql`` : sql` group by ${join(groups.map((_, index) => integer(index + 1)))}`;
  const order = query.sort.flatMap(({ as, descending }) => {
    const index = names.indexOf(as);
    return index < 0 ? [] : [sql`${integer(index + 1)}${descending ? sql` desc` : sql``} nulls last`];
  });
  const sorting = order.length === 0 ? sql`` : sql` order by ${join(order)}`;
  const rounded = new Set(
    query.measures.flatMap((measure, index) => (measure.function === 'avg' ? [groups.length + index] : [])),
  );
  const from = sources.from(rows);
  return {
    statement: {
      ...finishStatement(
        sql`select ${join(selected)} from ${from} where ${where}${grouping}${sorting} limit ${integer(query.limit)}`,
      ),
      plan: { plans: PLANNED_EACH_TIME, isNameable: true },
    },
    names,
    rounded,
  };
}

export function readAggregateRow(row: Row, compiled: CompiledAggregate): { [name: string]: JsonValue } {
  const result: { [name: string]: JsonValue } = {};
  for (const [index, name] of compiled.names.entries()) {
    const value = row[index] as JsonValue;
    result[name] =
      compiled.rounded.has(index) && typeof value === 'number'
        ? Number(value.toPrecision(15))
        : (value ?? null);
  }
  return result;
}

function groupOf(value: ValueSource, period: DatePeriod | undefined, zone: Sql): Sql {
  if (period === undefined) return value.sql;
  const local =
    value.type === 'timestamptz' ? sql`${value.sql} at time zone ${zone}` : sql`${value.sql}::timestamp`;
  return sql`date_trunc(${PERIODS[period]}, ${local})::date`;
}
const PERIODS: Readonly<Record<DatePeriod, Sql>> = {
  day: sql`'day'`,
  week: sql`'week'`,
  month: sql`'month'`,
  quarter: sql`'quarter'`,
  year: sql`'year'`,
};

function measureOf(measure: Measure, sources: Sources): Sql {
  if (!measure.field) return sql`count(*)`;
  const { field } = measure;
  const value = sources.value({ text: field.name, through: [], field }).sql;
  switch (measure.function) {
    case 'count':
      return sql`count(${value})`;
    case 'count_distinct':
      return sql`count(distinct ${value})`;
    case 'sum':
      return sql`sum(${value})`;
    case 'avg':
      return sql`avg(${value})`;
    case 'min':
      return sql`min(${value})`;
    case 'max':
      return sql`max(${value})`;
  }
}
