/**
 * Compiles a question for totals: groups by field or by period, measures over the records of each group. Numerics
 * come back as numbers; an average is rounded to the 15 digits that a number is promised to keep.
 */
import type { AggregateQuery, DatePeriod, GroupKey, JsonValue, Measure, NumberBuckets } from '@trellis/model';
import type { DatabaseFeatures } from '../capabilities.ts';
import type { Row } from '../connections.ts';
import { conjunction, identifier, integer, join, placeholder, type Sql, sql } from '../sql.ts';
import type { Snapshot } from '../storage.ts';
import { lowerCondition } from './lower-condition.ts';
import { PLANNED_EACH_TIME } from './plan-choice.ts';
import { type Condition, Shape, shapeCondition, type Term } from './shape.ts';
import { rowsOfAll, splitShared } from './shared-rows.ts';
import { Sources, type ValueSource } from './sources.ts';
import { type CompiledStatement, finishStatement } from './statement-cache.ts';

export interface ShapedAggregate {
  readonly key: string;
  readonly values: readonly unknown[];
  readonly condition: Condition;
  readonly targetConditions: ReadonlyMap<string, Condition>;
  readonly formulas: Shape['formulas'];
  readonly related: Shape['related'];
  readonly zone: Place;
  /** Of each group key the places of its buckets' numbers: width and origin, or the bounds. */
  readonly buckets: readonly (readonly Place[])[];
}
type Place = Extract<Term, { is: 'value' }>;

export interface CompiledAggregate {
  readonly statement: CompiledStatement;
  readonly names: readonly string[];
  /** Columns that hold numbers to be rounded. */
  readonly rounded: ReadonlySet<number>;
}

/** Beside the values of a row of a query with totals: the keys that it is not grouped by. */
export const IS_ROW_TOTAL = '~is_row_total';
export const IS_COLUMN_TOTAL = '~is_column_total';

export function shapeAggregate(snapshot: Snapshot, query: AggregateQuery): ShapedAggregate {
  const shape = new Shape(query.context);
  shape.note(`${snapshot.workspace.id} ${snapshot.revision} ${snapshot.epoch} ${query.object.key} aggregate`);
  const condition = shapeCondition(query.filter, shape, query.context);
  const targetConditions = new Map<string, Condition>();
  for (const [name, filter] of query.targetFilters) {
    shape.note(`target ${name}`);
    targetConditions.set(name, shapeCondition(filter, shape, query.context));
  }
  const zone = shape.value(query.timeZone ?? query.context.timeZone, 'text');
  for (const group of query.groupBy) {
    shape.note(
      `group ${group.path.text} ${group.period} ${group.buckets?.is} ${numbersOf(group.buckets).length} ${group.as}`,
    );
    shape.read(group.path);
  }
  const buckets = query.groupBy.map((group) =>
    numbersOf(group.buckets).map((number) => shape.value(number, 'numeric')),
  );
  for (const measure of query.measures) {
    shape.note(`measure ${measure.function} ${measure.field?.name} ${measure.as}`);
    if (measure.field) shape.read({ text: measure.field.name, through: [], field: measure.field });
  }
  if (query.totalsOf) shape.note(`totals ${query.totalsOf.rowKeys}`);
  shape.note(
    `sort ${query.sort.map((key) => `${key.descending ? '-' : ''}${key.as}`).join(' ')} ${query.limit}`,
  );
  const { key, values, formulas, related } = shape;
  return { key, values, condition, targetConditions, formulas, related, zone, buckets };
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
  const split = splitShared(shaped.condition, snapshot);
  const rows = split && rowsOfAll(split, { deleted: false, isCapped: false, open, features });
  const zone = placeholder(shaped.zone.place, 'text');
  const groups = query.groupBy.map((group, index) => {
    const value = sources.value(group.path);
    const places = shaped.buckets[index]!.map(({ place }) => placeholder(place, 'numeric'));
    return group.buckets ? bucketOf(value.sql, group.buckets, places) : groupOf(value, group.period, zone);
  });
  const measures = query.measures.map((measure) => measureOf(measure, sources));
  const asked: Condition = split ? { is: 'and', args: split.rest } : shaped.condition;
  const condition = lowerCondition(asked, sources, features);
  const totals = query.totalsOf && groupingSets(groups, query.totalsOf.rowKeys);
  const names = [
    ...query.groupBy.map((group) => group.as),
    ...query.measures.map((measure) => measure.as),
    ...(totals ? [IS_ROW_TOTAL, IS_COLUMN_TOTAL] : []),
  ];
  const selected = [...groups, ...measures, ...(totals?.flags ?? [])].map(
    (value, index) => sql`${value} as ${identifier(`o${index}`)}`,
  );
  const where = conjunction([sql`t.deleted_at is null`, condition]);
  const grouping =
    groups.length === 0
      ? sql``
      : sql` group by ${totals?.sets ?? join(groups.map((_, index) => integer(index + 1)))}`;
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

export function readAggregateRow(
  row: Row,
  compiled: CompiledAggregate,
  { groupBy }: AggregateQuery,
): { [name: string]: JsonValue } {
  const result: { [name: string]: JsonValue } = {};
  for (const [index, name] of compiled.names.entries()) {
    const value = row[index] as JsonValue;
    const buckets = (groupBy[index] as GroupKey | undefined)?.buckets;
    if (buckets && typeof value === 'number') {
      result[name] = rangeOf(value, buckets);
      continue;
    }
    result[name] =
      compiled.rounded.has(index) && typeof value === 'number'
        ? Number(value.toPrecision(15))
        : (value ?? null);
  }
  return result;
}

/**
 * The groups themselves and the totals of rows, of columns and of all. `grouping` takes the expressions that are grouped
 * by, and finds them by what they say.
 */
function groupingSets(
  groups: readonly Sql[],
  rowKeys: number,
): { readonly sets: Sql; readonly flags: readonly Sql[] } {
  const numbers = groups.map((_, index) => integer(index + 1));
  const [rows, columns] = [numbers.slice(0, rowKeys), numbers.slice(rowKeys)];
  const sets = [numbers, ...(columns.length > 0 ? [rows] : []), ...(rows.length > 0 ? [columns] : []), []];
  const set = (keys: readonly Sql[]) => sql`(${join(keys)})`;
  const unique = new Map(sets.map((keys) => [set(keys).text, set(keys)]));
  // Of no key every record is one group: nothing is left out of it.
  const isLeftOut = (key: Sql | undefined) => (key ? sql`grouping(${key}) = 1` : sql`true`);
  return {
    sets: sql`grouping sets (${join([...unique.values()])})`,
    flags: [isLeftOut(groups[rowKeys]), isLeftOut(rowKeys > 0 ? groups[0] : undefined)],
  };
}

/** Numbers that the buckets of a key are made of. */
function numbersOf(buckets: NumberBuckets | undefined): readonly number[] {
  if (!buckets) return [];
  return buckets.is === 'width' ? [buckets.width, buckets.origin] : buckets.bounds;
}

/** The number of a bucket: from the origin on, or of the bounds that are not above the value. */
function bucketOf(value: Sql, buckets: NumberBuckets, places: readonly Sql[]): Sql {
  if (buckets.is === 'width') return sql`floor((${value} - ${places[1]!}) / ${places[0]!})`;
  return sql`width_bucket(${value}, array[${join(places)}])`;
}

/** `{from, until}` of a bucket by its number. */
function rangeOf(number: number, buckets: NumberBuckets): JsonValue {
  if (buckets.is === 'bounds')
    return { from: buckets.bounds[number - 1] ?? null, until: buckets.bounds[number] ?? null };
  const bound = (index: number) => Number((buckets.origin + index * buckets.width).toPrecision(15));
  return { from: bound(number), until: bound(number + 1) };
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
