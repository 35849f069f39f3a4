/**
 * Lowers a computed value to SQL. Each part of an expression is written once: what needs a value twice gets it from
 * a subquery, so that the text grows with the expression and not with its depth.
 *
 * Numbers are rounded as `packages/rules` rounds them: 15 significant digits, half away from zero, 60 places; what
 * reaches 10^60 is blank. No data makes a statement fail: what has no answer is null.
 */
import type { DateUnit } from '@trellis/model';
import type { DatabaseFeatures } from '../capabilities.ts';
import { lowered } from '../metadata/field-source.ts';
import { integer, join, placeholder, type Sql, sql, stringLiteral } from '../sql.ts';
import type { SqlType } from '../system-columns.ts';
import type { PathReader } from './lower-condition.ts';
import type { Condition } from './shape.ts';
import type { Value } from './shape-value.ts';

type ComputedCall = Extract<Value, { is: 'call' }>;

export interface ValueLowering {
  readonly reader: PathReader;
  readonly features: DatabaseFeatures;
  condition(condition: Condition): Sql;
}

export function lowerValue(value: Value, lowering: ValueLowering): Sql {
  switch (value.is) {
    case 'field': {
      const source = lowering.reader.value(value.path);
      if (source.type === 'boolean' && source.isNullable) return sql`coalesce(${source.sql}, false)`;
      // One collation for all text that is computed with, or PostgreSQL would not know which to take.
      if (source.type === 'text') return sql`${source.sql} collate "C"`;
      return source.type === 'integer' ? sql`${source.sql}::numeric` : source.sql;
    }
    case 'value':
      return placeholder(value.place, value.type);
    case 'holds':
      return sql`coalesce(${lowering.condition(value.condition)}, false)`;
    case 'choice': {
      const branches = value.branches.map(
        (branch) => sql` when ${lowering.condition(branch.when)} then ${lowerValue(branch.value, lowering)}`,
      );
      const chosen = sql`(case${join(branches, '')} else ${lowerValue(value.otherwise, lowering)} end)`;
      return value.type === 'boolean' ? sql`coalesce(${chosen}, false)` : chosen;
    }
    case 'call':
      return lowerCall(value, lowering);
  }
}

/** A date where the value is a moment: the day that it falls on in the asker's zone. */
export function dayOfValue(value: Value, zone: Sql, lowering: ValueLowering): Sql {
  const lower = lowerValue(value, lowering);
  return value.type === 'timestamptz' ? sql`(${lower} at time zone ${zone})::date` : lower;
}

function lowerCall(call: ComputedCall, lowering: ValueLowering): Sql {
  const args = () => call.args.map((arg) => lowerValue(arg, lowering));
  const first = () => lowerValue(call.args[0]!, lowering);
  switch (call.name) {
    case '+':
    case '*': {
      const sign = call.name === '+' ? sql`+` : sql`*`;
      return args().reduce((left, right) => bounded(sql`${left} ${sign} ${right}`));
    }
    case '-': {
      const [left, right] = args() as [Sql, Sql | undefined];
      return right ? bounded(sql`${left} - ${right}`) : sql`(-(${left}))`;
    }
    case '/': {
      const [left, right] = args() as [Sql, Sql];
      // 100 places before the division make its quotient exact enough to be rounded once.
      return bounded(sql`round(${left}, 100) / nullif(${right}, 0)`);
    }
    case '%': {
      const [left, right] = args() as [Sql, Sql];
      return bounded(sql`mod(${left}, nullif(${right}, 0))`);
    }
    case 'min':
    case 'max':
      return extremeOf(call.name, args(), call.type);
    case 'abs':
      return sql`abs(${first()})`;
    case 'ceil':
      return sql`ceil(${first()})`;
    case 'floor':
      return sql`floor(${first()})`;
    case 'round':
      return sql`round(${first()}, ${integer(call.counts[0] ?? 0)})`;
    case 'coalesce': {
      const chosen = sql`coalesce(${join(args())})`;
      return call.type === 'boolean' ? sql`coalesce(${chosen}, false)` : chosen;
    }
    case 'cat':
      return sql`nullif(concat(${join(call.args.map((arg) => textOf(arg, lowering)))}), '')`;
    case 'lower':
      return sql`nullif(${lowered(first(), lowering.features)} collate "C", '')`;
    case 'upper':
      return lowering.features.hasIcu
        ? sql`nullif(upper(${first()} collate "und-x-icu") collate "C", '')`
        : sql`nullif(upper(${first()}), '')`;
    case 'trim':
      return sql`nullif(btrim(${first()}, ${stringLiteral(WHITE_SPACE)}), '')`;
    case 'length':
      return sql`coalesce(length(${first()}), 0)::numeric`;
    case 'substr':
      return part(first(), call.counts);
    default:
      return lowerDateCall(call, lowering);
  }
}

function lowerDateCall(call: ComputedCall, lowering: ValueLowering): Sql {
  const zone = call.zone?.is === 'value' ? placeholder(call.zone.place, call.zone.type) : sql`'UTC'`;
  const day = (index: number) => dayOfValue(call.args[index]!, zone, lowering);
  switch (call.name) {
    case 'year':
      return sql`extract(year from ${day(0)})`;
    case 'month':
      return sql`extract(month from ${day(0)})`;
    case 'day':
      return sql`extract(day from ${day(0)})`;
    case 'weekday':
      return sql`extract(isodow from ${day(0)})`;
    case 'start_of':
      return call.unit === 'day'
        ? day(0)
        : sql`date_trunc(${stringLiteral(call.unit ?? 'day')}, ${day(0)}::timestamp)::date`;
    case 'date_add':
      return addToDate(call, zone, lowering);
    default:
      return difference(call, zone, lowering);
  }
}

/** What SQL counts as one of a unit, and how many of them are more than all years. */
const STEPS: Readonly<Record<DateUnit, { readonly step: string; readonly most: number }>> = {
  day: { step: '1 day', most: 4_000_000 },
  week: { step: '7 days', most: 600_000 },
  month: { step: '1 month', most: 130_000 },
  quarter: { step: '3 months', most: 45_000 },
  year: { step: '1 year', most: 11_000 },
  hour: { step: '1 hour', most: 100_000_000 },
  minute: { step: '1 minute', most: 6_000_000_000 },
  second: { step: '1 second', most: 360_000_000_000 },
};

function addToDate(call: ComputedCall, zone: Sql, lowering: ValueLowering): Sql {
  const [start, count] = call.args as [Value, Value];
  const { step, most: largest } = STEPS[call.unit ?? 'day'];
  const whole = within(sql`trunc(${lowerValue(count, lowering)})`, integer(-largest), integer(largest));
  const span = sql`${whole}::double precision * interval ${stringLiteral(step)}`;
  const from = lowerValue(start, lowering);
  // PostgreSQL knows no year before -4713, and a step back may pass it: all of it happens 8,000 years later, which
  // are twenty whole cycles of the calendar, and what is left within bounds comes back.
  if (start.type !== 'timestamptz') {
    const moved = sql`(${from} + ${CYCLES} + ${span})::date`;
    return sql`(${within(moved, sql`date '0001-12-31 BC' + ${CYCLES}`, sql`date '10000-01-01' + ${CYCLES}`)} - ${CYCLES})`;
  }
  const least = sql`timestamptz '0001-12-31 23:59:59.999999+00 BC'`;
  const most = sql`timestamptz '10000-01-01 00:00:00+00'`;
  if (['hour', 'minute', 'second'].includes(call.unit ?? 'day')) {
    const shift = sql`${CYCLES} * interval '24 hours'`;
    const moved = sql`${from} + ${shift} + ${span}`;
    return sql`(${within(moved, sql`${least} + ${shift}`, sql`${most} + ${shift}`)} - ${shift})`;
  }
  const shift = sql`${CYCLES} * interval '1 day'`;
  const moved = within(
    sql`(${from} at time zone ${zone}) + ${shift} + ${span}`,
    sql`timestamp '0001-12-29 BC' + ${shift}`,
    sql`timestamp '10000-01-03' + ${shift}`,
  );
  return within(sql`((${moved} - ${shift}) at time zone ${zone})`, least, most);
}

/** Days of 8,000 years. */
const CYCLES = integer(20 * 146_097);

function difference(call: ComputedCall, zone: Sql, lowering: ValueLowering): Sql {
  const [from, until] = call.args as [Value, Value];
  const unit = call.unit ?? 'day';
  if (unit === 'hour' || unit === 'minute' || unit === 'second') {
    const seconds = integer({ hour: 3600, minute: 60, second: 1 }[unit]);
    return sql`trunc(extract(epoch from ${lowerValue(until, lowering)} - ${lowerValue(from, lowering)}) / ${seconds})`;
  }
  const [first, last] = [dayOfValue(from, zone, lowering), dayOfValue(until, zone, lowering)];
  if (unit === 'day') return sql`(${last} - ${first})::numeric`;
  if (unit === 'week') return sql`trunc((${last} - ${first})::numeric / 7)`;
  const months = integer({ month: 1, quarter: 3, year: 12 }[unit]);
  return sql`(select trunc((extract(year from span) * 12 + extract(month from span)) / ${months}) from (select age(${last}::timestamp, ${first}::timestamp) as span offset 0) as each)`;
}

/** The value as a part of a text; blanks are left out by `concat`. */
function textOf(value: Value, lowering: ValueLowering): Sql {
  const lower = lowerValue(value, lowering);
  switch (value.type) {
    case 'numeric':
      return sql`trim_scale(${lower})::text`;
    case 'timestamptz':
      return sql`to_char(${lower} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
    case 'date':
      return sql`to_char(${lower}, 'YYYY-MM-DD')`;
    default:
      return lower;
  }
}

/** `substr`: counted from 0, from the end when negative; a negative count leaves off as many. */
function part(text: Sql, counts: readonly number[]): Sql {
  const [start = 0, count] = counts;
  // `right` with a negative count leaves off as many at the beginning, `left` at the end.
  const cut = start === 0 ? text : sql`right(${text}, ${integer(-start)})`;
  return sql`nullif(${count === undefined ? cut : sql`left(${cut}, ${integer(count)})`}, '')`;
}

/** Null from a bound on, and beyond: a value that no field can hold. */
function within(value: Sql, least: Sql, most: Sql): Sql {
  return sql`nullif(nullif(least(greatest(${value}, ${least}), ${most}), ${least}), ${most})`;
}

/** Rounded to 15 significant digits and to 60 places, null from 10^60 on. */
export function bounded(value: Sql): Sql {
  const rounded = sql`round(to_char(${value}, '9.99999999999999EEEE')::numeric, 60)`;
  return sql`trim_scale(${within(rounded, sql`-1e60::numeric`, sql`1e60::numeric`)})`;
}

/** What JavaScript's `trim` takes off. */
const WHITE_SPACE =
  '\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff';

/** What `min` and `max` of two values are in SQL. These give null where one of the two is null. */
const EXTREMES: Partial<Readonly<Record<SqlType, { readonly min: Sql; readonly max: Sql }>>> = {
  numeric: { min: sql`pg_catalog.numeric_smaller`, max: sql`pg_catalog.numeric_larger` },
  date: { min: sql`pg_catalog.date_smaller`, max: sql`pg_catalog.date_larger` },
  timestamptz: { min: sql`pg_catalog.timestamptz_smaller`, max: sql`pg_catalog.timestamptz_larger` },
};

/** Blank where one of them is. Each value is written, and worked out, once: `least` and `greatest` pass over nulls. */
function extremeOf(name: 'min' | 'max', values: readonly Sql[], type: SqlType): Sql {
  const extreme = EXTREMES[type]?.[name];
  // Values of no other type have an order: these are all blank.
  if (!extreme) return sql`null::text`;
  return values.reduce((left, right) => sql`${extreme}(${left}, ${right})`);
}
