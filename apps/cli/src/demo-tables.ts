/**
 * The tables of a demo description: CSV files, rows written out, and tables derived from others by joining,
 * filtering, computing columns, grouping and sorting. A table is made when it is first asked for, once.
 *
 * The parts of a derivation are always done in this order, whatever the order they are written in: `join`,
 * `columns`, `where`, `group`, `sort`, `limit`, `number`. Another order is another table derived from this one.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import {
  addDays,
  DemoDescriptionError,
  daysBetween,
  evaluateValue,
  holds,
  isBlank,
  type Json,
  type Row,
  RowFault,
  roundTo,
  type ValueContext,
} from './demo-values.ts';

export interface JoinDescription {
  readonly table: string;
  /** Column of this table → column of the other. */
  readonly on: Readonly<Record<string, string>>;
  /** Put before the names of the other table's columns. */
  readonly prefix: string;
  /** `first`: the first match, or blanks (unless given); `inner`: rows without a match go; `each`: a row per match. */
  readonly match?: 'first' | 'inner' | 'each';
}

export interface TableDescription {
  readonly csv?: string;
  readonly rows?: readonly Row[];
  readonly from?: string;
  readonly join?: readonly JoinDescription[];
  /** Computed in order: a later column may use an earlier one. */
  readonly columns?: Readonly<Record<string, Json>>;
  readonly where?: Json;
  readonly group?: { readonly by: readonly string[]; readonly columns: Readonly<Record<string, Json>> };
  /** Columns, `-` in front for descending; numbers by size. */
  readonly sort?: readonly string[];
  readonly limit?: number;
  /** Adds a column that counts from 1, anew for each combination of the columns in `by`. */
  readonly number?: { readonly column: string; readonly by: readonly string[] };
}

/** `days` brings the newest date of a column close to today: whole weeks, so that weekdays stay. */
export interface ShiftDescription {
  readonly table: string;
  readonly column: string;
}

export interface Tables {
  /** Rows of a table. Throws `DemoDescriptionError` where there is none, or it can't be made. */
  rows(name: string): readonly Row[];
  readonly shifts: ReadonlyMap<string, number>;
}

/** The tables of a description, read from its folder when asked for. */
export function openTables(
  folder: string,
  tables: Readonly<Record<string, TableDescription>>,
  options: {
    readonly today: string;
    readonly shifts: Readonly<Record<string, ShiftDescription>>;
    readonly maps: ValueContext['maps'];
  },
): Tables {
  const made = new Map<string, readonly Row[]>();
  const shifts = new Map<string, number>();
  const making = new Set<string>();
  const contextOf = (row: Row): ValueContext => ({
    row,
    today: options.today,
    shifts,
    maps: options.maps,
    findRecord: () => {
      throw new DemoDescriptionError('A table knows no records: look them up in a step.');
    },
  });

  function rows(name: string): readonly Row[] {
    const known = made.get(name);
    if (known) return known;
    const description = Object.hasOwn(tables, name) ? tables[name]! : undefined;
    if (!description) throw new DemoDescriptionError(`There is no table \`${name}\`.`);
    if (making.has(name)) throw new DemoDescriptionError(`The table \`${name}\` is derived from itself.`);
    making.add(name);
    try {
      const result = derive(description, readSource(description));
      made.set(name, result);
      return result;
    } catch (error) {
      if (error instanceof DemoDescriptionError || error instanceof RowFault) {
        throw new DemoDescriptionError(`Table ${name}: ${error.message}`);
      }
      throw error;
    } finally {
      making.delete(name);
    }
  }

  function readSource(description: TableDescription): readonly Row[] {
    if (description.csv !== undefined) return readCsv(join(folder, description.csv));
    if (description.rows !== undefined) return withAllColumns(description.rows);
    if (description.from !== undefined) return rows(description.from);
    throw new DemoDescriptionError('A table needs `csv`, `rows` or `from`.');
  }

  function derive(description: TableDescription, source: readonly Row[]): readonly Row[] {
    let result = source;
    for (const each of description.join ?? []) result = joinRows(result, rows(each.table), each);
    if (description.columns) {
      const columns = Object.entries(description.columns);
      result = result.map((row) => {
        const wider: Record<string, Json> = { ...row };
        for (const [name, value] of columns) wider[name] = evaluateValue(value, contextOf(wider));
        return wider;
      });
    }
    if (description.where !== undefined) {
      const { where } = description;
      result = result.filter((row) => holds(where, contextOf(row)));
    }
    if (description.group) result = groupRows(result, description.group, contextOf);
    if (description.sort) result = sortRows(result, description.sort);
    if (description.limit !== undefined) result = result.slice(0, description.limit);
    if (description.number) result = numberRows(result, description.number);
    return result;
  }

  for (const [name, shift] of Object.entries(options.shifts)) {
    const newest = rows(shift.table)
      .map((row) => row[shift.column])
      .filter((date): date is string => typeof date === 'string')
      .toSorted()
      .at(-1);
    if (newest === undefined) throw new DemoDescriptionError(`The shift \`${name}\` finds no dates.`);
    shifts.set(name, Math.floor(daysBetween(newest, addDays(options.today, -1)) / 7) * 7);
  }
  return { rows, shifts };
}

/** Rows of a CSV file with a header; empty cells are blank. */
export function readCsv(file: string): Row[] {
  const content = readFileSync(file, 'utf8');
  const records: Record<string, string>[] = parse(content, {
    columns: true,
    bom: true,
    skip_empty_lines: true,
  });
  return records.map((record) =>
    Object.fromEntries(Object.entries(record).map(([name, cell]) => [name, cell === '' ? null : cell])),
  );
}

/** Rows written by hand leave out what is blank; a column that any of them has, all of them have. */
function withAllColumns(rows: readonly Row[]): Row[] {
  const blank = Object.fromEntries(rows.flatMap((row) => Object.keys(row)).map((name) => [name, null]));
  return rows.map((row) => ({ ...blank, ...row }));
}

function joinRows(left: readonly Row[], right: readonly Row[], join: JoinDescription): Row[] {
  const pairs = Object.entries(join.on);
  const keyOf = (row: Row, side: 0 | 1) => JSON.stringify(pairs.map((pair) => row[pair[side]] ?? null));
  for (const [here, there] of pairs) {
    requireColumn(left, here);
    requireColumn(right, there);
  }
  const matches = Map.groupBy(right, (row) => keyOf(row, 1));
  const prefixed = (row: Row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [join.prefix + name, value]));
  const blanks = Object.fromEntries(Object.keys(right[0] ?? {}).map((name) => [join.prefix + name, null]));
  return left.flatMap((row) => {
    const found = pairs.some(([here]) => isBlank(row[here])) ? [] : (matches.get(keyOf(row, 0)) ?? []);
    if (join.match === 'each') return found.map((other) => ({ ...row, ...prefixed(other) }));
    if (found.length === 0) return join.match === 'inner' ? [] : [{ ...row, ...blanks }];
    return [{ ...row, ...prefixed(found[0]!) }];
  });
}

function groupRows(
  rows: readonly Row[],
  group: NonNullable<TableDescription['group']>,
  contextOf: (row: Row) => ValueContext,
): Row[] {
  for (const name of group.by) requireColumn(rows, name);
  const groups = Map.groupBy(rows, (row) => JSON.stringify(group.by.map((name) => row[name])));
  return [...groups.values()].map((members) => {
    const result: Record<string, Json> = {};
    for (const name of group.by) result[name] = members[0]![name]!;
    for (const [name, aggregate] of Object.entries(group.columns)) {
      result[name] = aggregateRows(aggregate, members, contextOf);
    }
    return result;
  });
}

/** `{"sum": V}`, `{"count": true}`, `{"min": V}`, `{"max": V}` or `{"first": V}` over the rows of a group. */
function aggregateRows(aggregate: Json, rows: readonly Row[], contextOf: (row: Row) => ValueContext): Json {
  const [name, expression] = Object.entries(aggregate as Readonly<Record<string, Json>>)[0] ?? ['', null];
  if (name === 'count') return rows.length;
  const values = rows
    .map((row) => evaluateValue(expression, contextOf(row)))
    .filter((value) => !isBlank(value));
  switch (name) {
    case 'sum':
      return roundTo(
        values.reduce<number>((sum, value) => sum + Number(value), 0),
        6,
      );
    case 'first':
      return values[0] ?? null;
    case 'min':
      return values.toSorted(compareValues)[0] ?? null;
    case 'max':
      return values.toSorted(compareValues).at(-1) ?? null;
    default:
      throw new DemoDescriptionError(`There is no aggregate \`${name}\`: sum, count, min, max or first.`);
  }
}

function sortRows(rows: readonly Row[], keys: readonly string[]): Row[] {
  const parsed = keys.map((key) => ({ name: key.replace(/^-/, ''), sign: key.startsWith('-') ? -1 : 1 }));
  for (const key of parsed) requireColumn(rows, key.name);
  return rows.toSorted((left, right) => {
    for (const { name, sign } of parsed) {
      const order = compareValues(left[name]!, right[name]!);
      if (order !== 0) return order * sign;
    }
    return 0;
  });
}

function numberRows(rows: readonly Row[], number: NonNullable<TableDescription['number']>): Row[] {
  const counts = new Map<string, number>();
  return rows.map((row) => {
    const key = JSON.stringify(number.by.map((name) => row[name]));
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return { ...row, [number.column]: count };
  });
}

/** Blanks first; two numbers by size, all else by code point. */
function compareValues(left: Json, right: Json): number {
  if (isBlank(left) || isBlank(right)) return Number(isBlank(right)) - Number(isBlank(left));
  const [a, b] = [Number(left), Number(right)];
  if (!Number.isNaN(a) && !Number.isNaN(b)) return a - b;
  return String(left) < String(right) ? -1 : String(left) > String(right) ? 1 : 0;
}

function requireColumn(rows: readonly Row[], name: string): void {
  const first = rows[0];
  if (first && !Object.hasOwn(first, name)) {
    throw new DemoDescriptionError(
      `There is no column \`${name}\`. Columns are ${Object.keys(first).join(', ')}.`,
    );
  }
}
