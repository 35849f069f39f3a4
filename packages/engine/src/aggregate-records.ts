/** Totals: groups of records as a list of rows, or as a table of rows and columns with their totals. */
import { jsonPointer } from '@trellis/metadata';
import {
  type AggregateQuery,
  ALWAYS,
  allOf,
  type CompiledObject,
  type Expression,
  type FieldPath,
  type GroupKey,
  type JsonValue,
  type Measure,
  type RecordData,
} from '@trellis/model';
import { IS_COLUMN_TOTAL, IS_ROW_TOTAL } from '@trellis/storage';
import { tellReads } from './audit/record-reads.ts';
import { pathsOf, readFilter, readLimit, throwProblems } from './build-query.ts';
import type { AggregateRequest, AggregateResult, InputError, PivotRequest, PivotResult } from './engine.ts';
import { EngineError } from './errors.ts';
import { labelGroups } from './group-labels.ts';
import { ownPath } from './own-path.ts';
import type { Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';
import { duplicateColumns, readGroups, readMeasures, readZone, tooManyOf } from './read-groups.ts';

const MAX_GROUPS = 1000;
const DEFAULT_GROUPS = 200;
/** Of a table: what can be looked at, and what is worked out for it. */
const MAX_ROWS = 1000;
const MAX_COLUMNS = 100;
const MAX_CELLS = 20_000;

export async function aggregateRecords(
  parts: Parts,
  pinned: Pinned,
  name: string,
  request: AggregateRequest,
): Promise<AggregateResult> {
  const object = pinned.requireObject(name, 'read');
  throwProblems(tooManyOf({ ...request }, ['group_by', 'measures', 'sort']));
  const problems: InputError[] = [];
  const filter = readFilter(pinned, object, request.filter, problems);
  const groupBy = readGroups(pinned, object, request.group_by, { list: 'group_by', problems });
  const measures = readMeasures(pinned, object, request, problems);
  const timeZone = readZone(pinned, request.time_zone, problems);
  problems.push(
    ...duplicateColumns(
      groupBy.map((key, index) => [key, jsonPointer('group_by', index)]),
      measures,
    ),
  );
  const names = [...groupBy, ...measures].map(({ as }) => as);
  const sort = (request.sort ?? []).flatMap((text, index) => {
    const as = String(text).replace(/^[-+]/, '');
    if (names.includes(as)) return [{ as, descending: String(text).startsWith('-') }];
    const hint = `Columns are ${names.join(', ')}.`;
    problems.push({
      code: 'unknown_column',
      pointer: jsonPointer('sort', index),
      message: `The result has no column \`${as}\`.`,
      hint,
    });
    return [];
  });
  const limit = readLimit(request.limit, { default: DEFAULT_GROUPS, most: MAX_GROUPS }, problems);
  throwProblems(problems);
  const question = { object, filter, groupBy, measures, timeZone };
  const found = await ask(parts, pinned, question, { sort, limit: limit + 1 });
  const rows = found.slice(0, limit);
  return {
    rows,
    hasMore: found.length > limit,
    ...(request.labels ? { labels: await labelGroups(parts, pinned, groupBy, rows) } : {}),
  };
}

/** Throws `invalid_query` with `too_many_groups` for a table that nobody could look at. */
export async function pivotRecords(
  parts: Parts,
  pinned: Pinned,
  name: string,
  request: PivotRequest,
): Promise<PivotResult> {
  const object = pinned.requireObject(name, 'read');
  throwProblems(tooManyOf({ ...request }, ['rows', 'columns', 'measures']));
  const problems: InputError[] = [];
  const filter = readFilter(pinned, object, request.filter, problems);
  const rowKeys = readGroups(pinned, object, request.rows, { list: 'rows', problems });
  const columnKeys = readGroups(pinned, object, request.columns, { list: 'columns', problems });
  const measures = readMeasures(pinned, object, request, problems);
  const timeZone = readZone(pinned, request.time_zone, problems);
  problems.push(
    ...duplicateColumns(
      [
        ...rowKeys.map((key, index) => [key, jsonPointer('rows', index)] as const),
        ...columnKeys.map((key, index) => [key, jsonPointer('columns', index)] as const),
      ],
      measures,
    ),
  );
  throwProblems(problems);
  const groupBy = [...rowKeys, ...columnKeys];
  const question = { object, filter, groupBy, measures, timeZone };
  const found = await ask(parts, pinned, question, {
    sort: groupBy.map(({ as }) => ({ as, descending: false })),
    limit: MAX_CELLS + 1,
    totalsOf: { rowKeys: rowKeys.length },
  });
  if (found.length > MAX_CELLS) throw tooManyGroups('/rows', `A table has at most ${MAX_CELLS} cells.`);
  const table = layOut(found, { rowKeys, columnKeys, measures });
  if (table.columns.length > MAX_COLUMNS)
    throw tooManyGroups('/columns', `A table has at most ${MAX_COLUMNS} columns.`);
  if (table.rows.length > MAX_ROWS) throw tooManyGroups('/rows', `A table has at most ${MAX_ROWS} rows.`);
  return { ...table, labels: await labelGroups(parts, pinned, groupBy, found) };
}

interface Question {
  readonly object: CompiledObject;
  readonly filter: Expression | undefined;
  readonly groupBy: readonly GroupKey[];
  readonly measures: readonly Measure[];
  readonly timeZone: string | undefined;
}

async function ask(
  parts: Parts,
  pinned: Pinned,
  { object, filter, groupBy, measures, timeZone }: Question,
  more: Pick<AggregateQuery, 'sort' | 'limit' | 'totalsOf'>,
): Promise<readonly RecordData[]> {
  const asked: readonly FieldPath[] = [
    ...groupBy.map((key) => key.path),
    ...measures.flatMap(({ field }) => (field ? [ownPath(field)] : [])),
  ];
  const visible = pinned.visible(object);
  const rows = await parts.storage.records.aggregate(pinned.snapshot, {
    object,
    groupBy,
    measures,
    filter: allOf(filter, visible),
    asked: filter ?? ALWAYS,
    targetFilters: pinned.targetFilters(pathsOf(asked, filter, visible, [])),
    timeZone,
    context: pinned.expressionContext,
    ...more,
  });
  await tellReads(parts, pinned, {
    object,
    door: 'summary',
    asked: () => pathsOf(asked, filter, ALWAYS, []),
    details: { count: rows.length },
  });
  return rows;
}

interface TableKeys {
  readonly rowKeys: readonly GroupKey[];
  readonly columnKeys: readonly GroupKey[];
  readonly measures: readonly Measure[];
}

/** Cells in their places. Options stand in their order, everything else as PostgreSQL has sorted it, blanks last. */
function layOut(
  found: readonly RecordData[],
  { rowKeys, columnKeys, measures }: TableKeys,
): Omit<PivotResult, 'labels'> {
  const valuesOf = (row: RecordData) => pick(row, measures);
  const empty = Object.fromEntries(measures.map(({ as }) => [as, as === 'count' ? 0 : null]));
  const totalsOf = (keys: readonly GroupKey[], own: string, other: string) =>
    inOrder(keys, keys.length === 0 ? [] : found.filter((row) => row[own] === true && row[other] !== true));
  const rows = totalsOf(rowKeys, IS_ROW_TOTAL, IS_COLUMN_TOTAL);
  const columns = totalsOf(columnKeys, IS_COLUMN_TOTAL, IS_ROW_TOTAL);
  const cells = new Map(
    found
      .filter((row) => row[IS_ROW_TOTAL] !== true && row[IS_COLUMN_TOTAL] !== true)
      .map((row) => [`${textOf(row, rowKeys)} ${textOf(row, columnKeys)}`, row]),
  );
  const all = found.find((row) => row[IS_ROW_TOTAL] === true && row[IS_COLUMN_TOTAL] === true);
  return {
    rows: rows.map((row) => ({
      key: pick(row, rowKeys),
      cells: columns.map((column) => {
        const cell = cells.get(`${textOf(row, rowKeys)} ${textOf(column, columnKeys)}`);
        return cell ? valuesOf(cell) : null;
      }),
      total: valuesOf(row),
    })),
    columns: columns.map((column) => ({ key: pick(column, columnKeys), total: valuesOf(column) })),
    total: all ? valuesOf(all) : empty,
  };
}

function pick(row: RecordData, columns: readonly { readonly as: string }[]): RecordData {
  return Object.fromEntries(columns.map(({ as }) => [as, row[as] as JsonValue]));
}

function textOf(row: RecordData, keys: readonly GroupKey[]): string {
  return JSON.stringify(keys.map(({ as }) => row[as]));
}

function inOrder(keys: readonly GroupKey[], rows: readonly RecordData[]): readonly RecordData[] {
  const ranks = keys.map(({ path }) => new Map(path.field.options.map(({ value }, index) => [value, index])));
  if (ranks.every(({ size }) => size === 0)) return rows;
  const positions = new Map(rows.map((row, index) => [row, index]));
  // Values of other keys keep the order that they came in.
  const places = keys.map(({ as }, at) => {
    const place = new Map<string, number>();
    for (const row of rows) {
      const text = JSON.stringify(row[as]);
      if (!place.has(text)) place.set(text, ranks[at]!.size + place.size);
    }
    return (row: RecordData) =>
      row[as] === null
        ? Number.POSITIVE_INFINITY
        : (ranks[at]!.get(String(row[as])) ?? place.get(JSON.stringify(row[as]))!);
  });
  return rows.toSorted((left, right) => {
    for (const place of places) {
      const [a, b] = [place(left), place(right)];
      if (a !== b) return a < b ? -1 : 1;
    }
    return positions.get(left)! - positions.get(right)!;
  });
}

function tooManyGroups(pointer: string, message: string): EngineError {
  const hint = 'Group by a longer period or wider ranges, or narrow it by a filter.';
  return new EngineError('invalid_query', message, {
    errors: [{ code: 'too_many_groups', pointer, message, hint }],
  });
}
