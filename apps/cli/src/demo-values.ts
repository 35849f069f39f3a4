/**
 * The small language in which a demo description says how a field is made from a row: JSON in, JSON value out.
 * A text that begins with `$` is a column of the row; any other scalar means itself; an object is one operator with
 * its options, such as `{"split": "$Headquarters", "by": ", ", "at": 0}`. Nothing here is random or reads the clock:
 * choices are made by a hash of a seed, and "today" is given.
 *
 * Refuses in two ways: a `RowFault` is the data's fault and rejects one row, a `DemoDescriptionError` is the
 * description's fault and stops the load.
 */
import { roundHalfAwayFromZero } from '@trellis/model';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type Row = Readonly<Record<string, Json>>;

/** The row can't be turned into a record; the message says why. */
export class RowFault extends Error {
  override readonly name = 'RowFault';
}

/** The description itself is wrong: an operator or a column that does not exist. */
export class DemoDescriptionError extends Error {
  override readonly name = 'DemoDescriptionError';
}

/** A record that an earlier step made or found, by its natural key. */
export interface LoadedRecord {
  readonly object: string;
  readonly id: string;
}

export interface ValueContext {
  readonly row: Row;
  /** `YYYY-MM-DD`; all relative dates count from here. */
  readonly today: string;
  /** Days to add to the dates of a named shift. */
  readonly shifts: ReadonlyMap<string, number>;
  /** Tables of known values that several fields share, by name. */
  readonly maps: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  /** The record with this key from an earlier step; `skipped` when that optional step could not be run at all. */
  readonly findRecord: (step: string, key: string) => LoadedRecord | 'skipped' | undefined;
}

type Node = Readonly<Record<string, Json>>;
type Operator = (node: Node, context: ValueContext) => Json;

const MS_PER_DAY = 86_400_000;

/** The value that an expression has for a row. Throws `RowFault` or `DemoDescriptionError`. */
export function evaluateValue(expression: Json, context: ValueContext): Json {
  if (typeof expression === 'string') {
    return expression.startsWith('$') ? column(context.row, expression.slice(1)) : expression;
  }
  if (typeof expression !== 'object' || expression === null) return expression;
  if (Array.isArray(expression)) return expression.map((each) => evaluateValue(each, context));
  const node = expression as Node;
  const name = Object.keys(node)[0];
  if (name === undefined || !Object.hasOwn(OPERATORS, name)) {
    throw new DemoDescriptionError(
      `There is no operator \`${name}\`. Operators are ${Object.keys(OPERATORS).join(', ')}.`,
    );
  }
  return OPERATORS[name]!(node, context);
}

/** Whether a condition holds: the value is true, not merely something. */
export function holds(condition: Json, context: ValueContext): boolean {
  return evaluateValue(condition, context) === true;
}

export function isBlank(value: Json | undefined): value is null | undefined | '' {
  return (
    value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
  );
}

/** A whole number from 0 to 2³² − 1 that depends on nothing but the text (FNV-1a, then mixed). */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  // FNV alone leaves neighbouring seeds (order 10248, 10249) in neighbouring buckets.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** `2026-03-01` and −1 give `2026-02-28`. Throws `RowFault` for what is no date. */
export function addDays(date: string, days: number): string {
  return new Date(parseDate(date) + Math.round(days) * MS_PER_DAY).toISOString().slice(0, 10);
}

/** Days from the first date to the second. */
export function daysBetween(from: string, to: string): number {
  return Math.round((parseDate(to) - parseDate(from)) / MS_PER_DAY);
}

/** Rounds half away from zero, free of the noise that binary products carry: 8.45 × 0.1 is 0.845, not 0.8449…. */
export function roundTo(value: number, scale: number): number {
  return roundHalfAwayFromZero(Number(value.toPrecision(15)), scale);
}

/** `Order {order_id} of {company}` filled from the row; blanks leave nothing behind. */
export function fillTemplate(template: string, row: Row): string {
  return template
    .replace(/\{([^{}]+)\}/g, (_, name: string) => {
      const value = column(row, name);
      return isBlank(value) ? '' : String(value);
    })
    .trim();
}

const OPERATORS: Readonly<Record<string, Operator>> = {
  constant: (node) => node.constant!,
  column: (node, context) => column(context.row, text(node.column)),
  template: (node, context) => fillTemplate(text(node.template), context.row) || null,
  /**
   * `{"map": V, "to": {…}, "otherwise": V}`, `to` being a table or the name of a shared one. Blank stays blank.
   * Without `otherwise`, a value that isn't in the table rejects the row.
   */
  map: (node, context) => {
    const value = evaluateValue(node.map!, context);
    const key = isBlank(value) ? '' : String(value);
    const table = typeof node.to === 'string' ? context.maps[node.to] : (node.to as Node);
    if (!table) throw new DemoDescriptionError(`There is no map \`${text(node.to)}\`.`);
    if (Object.hasOwn(table, key)) return evaluateValue(table[key]!, context);
    if (key === '') return null;
    if (Object.hasOwn(node, 'otherwise')) return evaluateValue(node.otherwise!, context);
    throw new RowFault(`\`${key}\` is not in the table of known values.`);
  },
  /** The id of the record that an earlier step has under this key. */
  lookup: (node, context) => findRecord(node, text(node.lookup), context)?.id ?? null,
  /** The same as `{object, id}`, for lookups that may point to several objects. */
  reference: (node, context) => {
    const record = findRecord(node, text(node.reference), context);
    return record === undefined ? null : { object: record.object, id: record.id };
  },
  number: (node, context) => optional(node.number, context, (value) => toNumber(value)),
  boolean: (node, context) => {
    const value = evaluateValue(node.boolean!, context);
    return ['true', '1', 'yes', 'y', 'x'].includes(String(value).toLowerCase());
  },
  /** `{"date": V, "shift": name}`: the date, moved by the days of a named shift. */
  date: (node, context) =>
    optional(node.date, context, (value) => {
      const days = node.shift === undefined ? 0 : context.shifts.get(text(node.shift));
      if (days === undefined) throw new DemoDescriptionError(`There is no shift \`${text(node.shift)}\`.`);
      return addDays(String(value), days);
    }),
  /** A date so many days from today; negative is past. */
  from_today: (node, context) => addDays(context.today, toNumber(evaluateValue(node.from_today!, context))),
  add_days: (node, context) =>
    optional(node.add_days, context, (value) =>
      addDays(String(value), toNumber(evaluateValue(node.days!, context))),
    ),
  /** `{"instant": date, "time": "09:30"}` */
  instant: (node, context) =>
    optional(node.instant, context, (value) => {
      parseDate(String(value));
      return `${String(value)}T${text(evaluateValue(node.time!, context))}:00.000Z`;
    }),
  earliest: (node, context) => extreme(node.earliest, context, (left, right) => left < right),
  latest: (node, context) => extreme(node.latest, context, (left, right) => left > right),
  split: (node, context) =>
    optional(node.split, context, (value) => {
      const parts = String(value)
        .split(text(node.by))
        .map((part) => part.trim());
      const from = Number(node.at ?? 0);
      if (node.rest === true) return parts.slice(from).join(text(node.by)) || null;
      return parts.at(from) || null;
    }),
  join: (node, context) => {
    const parts = list(node.join).map((each) => evaluateValue(each, context));
    return parts.filter((part) => !isBlank(part)).join(node.by === undefined ? ' ' : text(node.by)) || null;
  },
  /** The first run of digits: `1881 (1999)` is 1881. */
  first_number: (node, context) =>
    optional(node.first_number, context, (value) => {
      const digits = /\d+/.exec(String(value))?.[0];
      return digits === undefined ? null : Number(digits);
    }),
  replace: (node, context) =>
    optional(
      node.replace,
      context,
      (value) =>
        String(value)
          .replace(new RegExp(text(node.pattern), 'gu'), text(node.with))
          .trim() || null,
    ),
  lower: (node, context) => optional(node.lower, context, (value) => String(value).toLowerCase()),
  /** Plain ASCII for addresses: `Königlich Essen` is `koniglich-essen`. */
  slug: (node, context) =>
    optional(node.slug, context, (value) => slug(String(value), node.by === undefined ? '-' : text(node.by))),
  pad: (node, context) =>
    optional(node.pad, context, (value) => String(value).padStart(Number(node.length), '0')),
  list: (node, context) => {
    const values = list(node.list).map((each) => evaluateValue(each, context));
    return [...new Set(values.filter((value) => !isBlank(value)))];
  },
  first_of: (node, context) => {
    for (const each of list(node.first_of)) {
      const value = evaluateValue(each, context);
      if (!isBlank(value)) return value;
    }
    return null;
  },
  add: (node, context) => arithmetic(node.add, context, (left, right) => left + right),
  subtract: (node, context) => arithmetic(node.subtract, context, (left, right) => left - right),
  multiply: (node, context) => arithmetic(node.multiply, context, (left, right) => left * right),
  round: (node, context) =>
    optional(node.round, context, (value) => roundTo(toNumber(value), Number(node.scale ?? 0))),
  /** One of several, always the same one for a seed: `{"pick": […], "weights": […], "seed": "{order_id} stage"}`. */
  pick: (node, context) => {
    const choices = list(node.pick);
    const weights = node.weights === undefined ? choices.map(() => 1) : list(node.weights).map(Number);
    if (weights.length !== choices.length || choices.length === 0) {
      throw new DemoDescriptionError('`pick` needs choices, and as many weights where there are any.');
    }
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    let rest = hashText(seed(node, context)) % total;
    const index = weights.findIndex((weight) => {
      rest -= weight;
      return rest < 0;
    });
    return evaluateValue(choices[index]!, context);
  },
  /** A whole number from low to high, both included, by hash. */
  between: (node, context) => {
    const [low, high] = list(node.between).map(Number) as [number, number];
    return low + (hashText(seed(node, context)) % (high - low + 1));
  },
  /** True for so many in a hundred seeds. */
  chance: (node, context) => hashText(seed(node, context)) % 100 < Number(node.chance),
  if: (node, context) =>
    evaluateValue(holds(node.if!, context) ? (node.use ?? null) : (node.else ?? null), context),
  equals: (node, context) => {
    const [left, right] = list(node.equals).map((each) => evaluateValue(each, context));
    return isBlank(left) ? isBlank(right) : !isBlank(right) && String(left) === String(right);
  },
  in: (node, context) => {
    const [value, values] = list(node.in);
    return list(values)
      .map(String)
      .includes(String(evaluateValue(value!, context)));
  },
  matches: (node, context) => {
    const value = evaluateValue(node.matches!, context);
    return !isBlank(value) && new RegExp(text(node.pattern), 'u').test(String(value));
  },
  blank: (node, context) => isBlank(evaluateValue(node.blank!, context)),
  less: (node, context) => {
    const [left, right] = list(node.less).map((each) => evaluateValue(each, context));
    return !isBlank(left) && !isBlank(right) && toNumber(left!) < toNumber(right!);
  },
  before: (node, context) => {
    const [left, right] = list(node.before).map((each) => evaluateValue(each, context));
    return !isBlank(left) && !isBlank(right) && String(left) < String(right);
  },
  not: (node, context) => !holds(node.not!, context),
  all: (node, context) => list(node.all).every((each) => holds(each, context)),
  any: (node, context) => list(node.any).some((each) => holds(each, context)),
};

function column(row: Row, name: string): Json {
  if (!Object.hasOwn(row, name)) {
    throw new DemoDescriptionError(
      `There is no column \`${name}\`. Columns are ${Object.keys(row).join(', ')}.`,
    );
  }
  return row[name]!;
}

function findRecord(node: Node, step: string, context: ValueContext): LoadedRecord | undefined {
  const key = evaluateValue(node.key!, context);
  if (isBlank(key)) return undefined;
  const found = context.findRecord(step, String(key));
  if (found === 'skipped') return undefined;
  if (found === undefined && node.missing !== 'blank') {
    throw new RowFault(`It needs \`${String(key)}\` of the step \`${step}\`, which is not there.`);
  }
  return found;
}

function optional(
  expression: Json | undefined,
  context: ValueContext,
  change: (value: Exclude<Json, null>) => Json,
): Json {
  const value = evaluateValue(expression ?? null, context);
  return isBlank(value) ? null : change(value as Exclude<Json, null>);
}

function arithmetic(
  operands: Json | undefined,
  context: ValueContext,
  combine: (left: number, right: number) => number,
): Json {
  const values = list(operands).map((each) => evaluateValue(each, context));
  if (values.some((value) => isBlank(value))) return null;
  return values.map((value) => toNumber(value)).reduce(combine);
}

function extreme(
  operands: Json | undefined,
  context: ValueContext,
  wins: (left: string, right: string) => boolean,
): Json {
  const dates = list(operands)
    .map((each) => evaluateValue(each, context))
    .filter((value) => !isBlank(value))
    .map(String);
  return dates.length === 0 ? null : dates.reduce((best, date) => (wins(date, best) ? date : best));
}

function seed(node: Node, context: ValueContext): string {
  if (node.seed === undefined) throw new DemoDescriptionError('A choice by hash needs a `seed`.');
  return fillTemplate(text(node.seed), context.row);
}

function list(value: Json | undefined): readonly Json[] {
  if (Array.isArray(value)) return value;
  throw new DemoDescriptionError(`Expected a list, not ${JSON.stringify(value)}.`);
}

function text(value: Json | undefined): string {
  if (typeof value === 'string') return value;
  throw new DemoDescriptionError(`Expected a text, not ${JSON.stringify(value)}.`);
}

function toNumber(value: Json): number {
  const number = typeof value === 'number' ? value : Number(String(value).trim());
  if (isBlank(value) || !Number.isFinite(number)) throw new RowFault(`\`${String(value)}\` is not a number.`);
  return number;
}

function parseDate(date: string): number {
  const parsed = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(parsed)) throw new RowFault(`\`${date}\` is not a date such as 2026-01-31.`);
  return parsed;
}

/** Letters that carry no accent to strip and yet are none of ASCII's. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  ø: 'o',
  æ: 'ae',
  œ: 'oe',
  ł: 'l',
  đ: 'd',
  þ: 'th',
};

function slug(value: string, separator: string): string | null {
  const plain = value
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[ßøæœłđþ]/g, (letter) => LETTERS[letter]!);
  return plain.match(/[a-z0-9]+/g)?.join(separator) ?? null;
}
