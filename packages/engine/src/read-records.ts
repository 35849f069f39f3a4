/**
 * Reading records: get, list, aggregate, export. Each is one decision, one resolved query and one statement; what
 * comes back is shaped by the selection alone.
 */
import type { Access } from '@trellis/access';
import { jsonPointer } from '@trellis/metadata';
import {
  type AggregateQuery,
  ALWAYS,
  allOf,
  type CompiledField,
  type CompiledObject,
  type DatePeriod,
  type Expression,
  type FieldPath,
  type GroupKey,
  inputPaths,
  isId,
  type JsonValue,
  type Measure,
  type RecordQuery,
  type RowSlot,
} from '@trellis/model';
import { auditedObjects, type ReadDoor, tellReads } from './audit/record-reads.ts';
import { tell } from './audit/tell.ts';
import {
  buildListQuery,
  pathsOf,
  readFilter,
  readLimit,
  readPath,
  readSearch,
  readSort,
  throwProblems,
} from './build-query.ts';
import { toError, unknownRecord } from './draft.ts';
import { openRows } from './encrypted-values.ts';
import type {
  AggregateRequest,
  InputError,
  ListRequest,
  ListResult,
  PresentedRecord,
  RecordLifecycle,
} from './engine.ts';
import { ExportColumns } from './export/export-columns.ts';
import { ownPath } from './own-path.ts';
import { encodeCursor } from './page-cursor.ts';
import type { Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';
import { select } from './present-record.ts';
import { type RecordRight, rightFlags, rightsOf } from './record-rights.ts';
import { translateError } from './translate-error.ts';

const MAX_GROUPS = 1000;
const DEFAULT_GROUPS = 200;
const MAX_GROUP_KEYS = 20;
const MAX_MEASURES = 100;
/** Fields that an entry of the audit log names. */
const MAX_NAMED = 100;
const PERIODS: readonly DatePeriod[] = ['day', 'week', 'month', 'quarter', 'year'];

/** One live record. Throws `unknown_record` for one that is absent or invisible: the two can't be told apart. */
export async function getRecord(
  parts: Parts,
  pinned: Pinned,
  request: {
    readonly object: string;
    readonly id: string;
    readonly fields: readonly string[] | undefined;
    readonly onStale?: ((fields: readonly string[]) => void) | undefined;
    readonly onRights?: ((rights: readonly RecordRight[]) => void) | undefined;
    /** By which door it leaves; undefined: it is read within another call, which says so itself. */
    readonly door?: ReadDoor;
  },
): Promise<PresentedRecord> {
  const { id, onStale, onRights, door, fields } = request;
  const object = pinned.requireObject(request.object, 'read');
  const { paths, slots } = select(pinned, object, request.fields);
  const row = await readOne(parts, pinned, { object, id, paths, slots, onStale, onRights });
  const recordId = id.toLowerCase();
  if (door) await tellReads(parts, pinned, { object, door, rows: [row], recordId, paths, fields });
  return row;
}

/**
 * The values of a live record by the texts of paths, as an expression reads them: whether the caller may read each
 * field is not asked. Throws `unknown_record` like `getRecord`.
 */
export async function readPaths(
  parts: Parts,
  pinned: Pinned,
  request: { readonly object: string; readonly id: string; readonly paths: readonly FieldPath[] },
): Promise<PresentedRecord> {
  const object = pinned.requireObject(request.object, 'read');
  return readOne(parts, pinned, { object, id: request.id, paths: request.paths, slots: undefined });
}

async function readOne(
  parts: Parts,
  pinned: Pinned,
  request: {
    readonly object: CompiledObject;
    readonly id: string;
    readonly paths: readonly FieldPath[];
    /** Undefined: flat, by the texts of the paths. */
    readonly slots: readonly RowSlot[] | undefined;
    /** Told of fields whose values are about to be worked out again, if there are any. */
    readonly onStale?: ((fields: readonly string[]) => void) | undefined;
    /** Told what the caller may do with the record. */
    readonly onRights?: ((rights: readonly RecordRight[]) => void) | undefined;
  },
): Promise<PresentedRecord> {
  const { object, paths, onStale, onRights } = request;
  const id = request.id.toLowerCase();
  if (!isId(id)) throw toError(unknownRecord());
  const idPath = ownPath(object.fields.get('id')!);
  const visible = pinned.visible(object);
  const isRecord: Expression = {
    op: '==',
    left: { op: 'field', type: 'id', path: idPath },
    right: { op: 'literal', type: 'id', value: id },
  };
  const query: RecordQuery = {
    object,
    fields: paths,
    layout: request.slots,
    filter: allOf(isRecord, visible),
    targetFilters: filtersBehind(pinned, paths, visible),
    search: undefined,
    sort: [{ path: idPath, descending: true }],
    limit: 1,
    after: undefined,
    before: undefined,
    count: 'none',
    deleted: false,
    context: pinned.expressionContext,
    tellsWaiting: onStale !== undefined,
    ...(onRights ? { flags: rightFlags(pinned, object) } : {}),
  };
  const {
    rows: [row],
    waiting = [],
    flags,
  } = await parts.storage.records.query(pinned.snapshot, query);
  if (!row) throw toError(unknownRecord());
  if (waiting.length > 0) {
    const stale = staleFields(paths, waiting);
    if (stale.length > 0) onStale?.(stale);
  }
  onRights?.(rightsOf(flags?.[0]));
  return openRows(parts, pinned, object, [row])[0]!;
}

type TargetFilters = RecordQuery['targetFilters'];
const knownFilters = new WeakMap<Access, WeakMap<readonly FieldPath[], TargetFilters>>();

/** The access predicates behind paths that are asked for again and again, worked out once for each caller's access. */
function filtersBehind(pinned: Pinned, paths: readonly FieldPath[], visible: Expression): TargetFilters {
  const known = knownFilters.get(pinned.access) ?? new WeakMap<readonly FieldPath[], TargetFilters>();
  knownFilters.set(pinned.access, known);
  let filters = known.get(paths);
  if (!filters) {
    filters = pinned.targetFilters(pathsOf(paths, undefined, visible, []));
    known.set(paths, filters);
  }
  return filters;
}

/** Names of those fields of the record itself that are, or are computed from, roll-ups which wait. */
function staleFields(paths: readonly FieldPath[], waiting: readonly CompiledField[]): string[] {
  const keys = new Set(waiting.map((field) => field.key));
  const isStale = (path: FieldPath) =>
    [...inputPaths([path]).values()].some(
      ({ through, field }) => through.length === 0 && field.rollup !== undefined && keys.has(field.key),
    );
  return paths.filter((path) => path.through.length === 0 && isStale(path)).map((path) => path.field.name);
}

export async function listRecords(
  parts: Parts,
  pinned: Pinned,
  name: string,
  request: ListRequest,
): Promise<ListResult> {
  const object = pinned.requireObject(name, 'read');
  const query = buildListQuery(pinned, object, request);
  const page = await parts.storage.records.query(pinned.snapshot, query);
  await tellReads(parts, pinned, {
    object,
    door: request.deleted ? 'bin' : 'list',
    rows: page.rows,
    paths: query.fields,
    fields: request.fields,
    asked: () => pathsOf([], readFilter(pinned, object, request.filter, []), ALWAYS, query.sort),
    ...(request.search === undefined ? {} : { details: { searched: true } }),
  });
  const cursor = (values: readonly JsonValue[] | undefined) =>
    values ? encodeCursor(object.name, query.sort, values) : null;
  return {
    records: openRows(parts, pinned, object, page.rows),
    ...(page.flags
      ? {
          rights: Object.fromEntries(
            page.rows.map((row, index) => [String(row.id), rightsOf(page.flags?.[index])]),
          ),
        }
      : {}),
    next: cursor(page.next),
    previous: cursor(page.previous),
    ...(page.count ? { count: page.count } : {}),
  };
}

export async function aggregateRecords(
  parts: Parts,
  pinned: Pinned,
  name: string,
  request: AggregateRequest,
): ReturnType<RecordLifecycle['aggregate']> {
  const object = pinned.requireObject(name, 'read');
  throwProblems(tooManyOf(request));
  const problems: InputError[] = [];
  const filter = readFilter(pinned, object, request.filter, problems);
  const groupBy = (request.group_by ?? []).flatMap((key, index): GroupKey[] => {
    const pointer = jsonPointer('group_by', index);
    const { field: text, period } =
      typeof key === 'string'
        ? { field: key, period: undefined }
        : (key ?? { field: undefined, period: undefined });
    problems.push(...unknownProperties(key, ['field', 'period'], pointer));
    if (typeof text !== 'string') {
      problems.push({
        code: 'wrong_type',
        pointer,
        message: 'A group is a field, or {"field": …, "period": …}.',
      });
      return [];
    }
    const path = readPath(pinned, object, text, pointer, problems);
    if (!path) return [];
    const { type } = path.field;
    if (!type.isGroupable)
      problems.push({
        code: 'not_groupable',
        pointer,
        message: `\`${text}\` is a ${type.label.toLowerCase()}, which can't be grouped by.`,
      });
    const isMoment = type.valueType === 'date' || type.valueType === 'datetime';
    if (period !== undefined && (!PERIODS.includes(period) || !isMoment)) {
      const message = isMoment
        ? `A period is ${PERIODS.join(', ')}.`
        : `\`${text}\` is no date, so it has no periods.`;
      problems.push({ code: 'invalid_period', pointer: `${pointer}/period`, message });
    }
    return [{ path, period, as: text }];
  });
  const measures = readMeasures(pinned, object, request, problems);
  const names = [...groupBy.map((key) => key.as), ...measures.map((measure) => measure.as)];
  for (const [index, as] of names.entries()) {
    if (names.indexOf(as) === index) continue;
    const pointer =
      index < groupBy.length
        ? jsonPointer('group_by', index)
        : jsonPointer('measures', index - groupBy.length);
    problems.push({ code: 'duplicate_column', pointer, message: `\`${as}\` is asked for twice.` });
  }
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
  const asked = [
    ...groupBy.map((key) => key.path),
    ...measures.flatMap(({ field }) => (field ? [ownPath(field)] : [])),
  ];
  const visible = pinned.visible(object);
  const query: AggregateQuery = {
    object,
    groupBy,
    measures,
    filter: allOf(filter, visible),
    asked: filter ?? ALWAYS,
    targetFilters: pinned.targetFilters(
      pathsOf(
        [
          ...groupBy.map((key) => key.path),
          ...measures.flatMap(({ field }) => (field ? [ownPath(field)] : [])),
        ],
        filter,
        visible,
        [],
      ),
    ),
    sort,
    limit,
    context: pinned.expressionContext,
  };
  const rows = await parts.storage.records.aggregate(pinned.snapshot, query);
  await tellReads(parts, pinned, {
    object,
    door: 'summary',
    asked: () => pathsOf(asked, filter, ALWAYS, []),
    details: { count: rows.length },
  });
  return rows;
}

/** What is longer is not even looked at: naming each fault of it would take minutes. */
function tooManyOf(request: AggregateRequest): InputError[] {
  const limits = {
    group_by: MAX_GROUP_KEYS,
    measures: MAX_MEASURES,
    sort: MAX_GROUP_KEYS + MAX_MEASURES,
  } as const;
  return (Object.keys(limits) as (keyof typeof limits)[])
    .filter((name) => (request[name]?.length ?? 0) > limits[name])
    .map((name) => {
      const message = `\`${name}\` is a list of up to ${limits[name]}.`;
      return { code: 'invalid_value', pointer: jsonPointer(name), message };
    });
}

/** `count` alone when no measure is asked for. */
function readMeasures(
  pinned: Pinned,
  object: RecordQuery['object'],
  request: AggregateRequest,
  problems: InputError[],
): Measure[] {
  const given = request.measures?.length ? request.measures : [{ function: 'count' as const }];
  return given.flatMap((measure, index): Measure[] => {
    const pointer = jsonPointer('measures', index);
    const { function: aggregate, field: name } = measure ?? {};
    problems.push(...unknownProperties(measure, ['function', 'field'], pointer));
    if (typeof aggregate !== 'string') {
      const message = 'A measure is {"function": …, "field": …}, such as {"function": "count"}.';
      problems.push({ code: 'wrong_type', pointer, message });
      return [];
    }
    if (name === undefined) {
      if (aggregate === 'count') return [{ function: aggregate, field: undefined, as: 'count' }];
      problems.push({
        code: 'required',
        pointer: `${pointer}/field`,
        message: `\`${String(aggregate)}\` needs a field.`,
      });
      return [];
    }
    const path = readPath(pinned, object, String(name), `${pointer}/field`, problems);
    if (!path) return [];
    if (path.through.length > 0 || path.field.part) {
      problems.push({
        code: 'not_supported',
        pointer: `${pointer}/field`,
        message: 'A measure is taken of a field of the object itself.',
      });
      return [];
    }
    const field: CompiledField = path.field;
    if (!field.type.aggregates.includes(aggregate)) {
      const hint = `It has ${field.type.aggregates.join(', ')}.`;
      problems.push({
        code: 'invalid_measure',
        pointer: `${pointer}/function`,
        message: `A ${field.type.label.toLowerCase()} has no \`${String(aggregate)}\`.`,
        hint,
      });
      return [];
    }
    return [{ function: aggregate, field, as: `${aggregate}_${field.name}` }];
  });
}

/** What nobody asked for is nothing that may be left out silently. */
function unknownProperties(given: unknown, known: readonly string[], pointer: string): InputError[] {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return [];
  return Object.keys(given)
    .filter((name) => !known.includes(name))
    .map((name) => ({
      code: 'unknown_property',
      pointer: pointer + jsonPointer(name),
      message: 'There is no property of this name.',
      hint: `There are ${known.map((each) => `\`${each}\``).join(', ')}.`,
    }));
}

/** All records of a filter in keyset pages. Needs the right to export. */
export async function exportRecords(
  parts: Parts,
  pinned: Pinned,
  name: string,
  request: {
    readonly filter?: unknown;
    readonly fields?: readonly string[];
    readonly sort?: readonly string[];
    readonly search?: string;
  },
): ReturnType<RecordLifecycle['exportRows']> {
  const object = pinned.requireObject(name, 'export');
  const problems: InputError[] = [];
  const filter = readFilter(pinned, object, request.filter, problems);
  const sort = readSort(pinned, object, request.sort, problems);
  const search = readSearch(request.search, problems);
  throwProblems(problems);
  const selection = select(pinned, object, request.fields);
  const visible = pinned.visible(object);
  const pages = parts.storage.records.stream(pinned.snapshot, {
    object,
    fields: selection.paths,
    layout: selection.slots,
    filter: allOf(filter, visible),
    targetFilters: pinned.targetFilters(pathsOf(selection.paths, filter, visible, sort)),
    search,
    isSearched: pinned.isReadable,
    sort,
    deleted: false,
    context: pinned.expressionContext,
  });
  const columns = new ExportColumns(selection.texts, selection.ends);
  const asked = () => pathsOf([], filter, ALWAYS, sort);
  const askedBy = [...new Set([...asked()].map((path) => path.text))].filter((text) => text !== 'id').sort();
  const details = {
    fields: selection.texts.slice(0, MAX_NAMED),
    asked_by: askedBy,
    ...(search === undefined ? {} : { searched: true }),
  };
  await tell(parts, pinned, [{ action: 'records_exported', object: object.name, details }]);
  const isAudited = auditedObjects(pinned.model).size > 0;
  async function* told() {
    let count = 0;
    for await (const rows of pages) {
      const { paths } = selection;
      if (isAudited) await tellReads(parts, pinned, { object, door: 'export', rows, paths, asked });
      count += rows.length;
      yield openRows(parts, pinned, object, rows);
    }
    const event = { action: 'export_ended', object: object.name, details: { count } } as const;
    await tell(parts, { context: pinned.context, at: parts.now() }, [event]);
  }
  return {
    title: object.pluralLabel,
    fields: selection.texts,
    columns: columns.list,
    pages: translated(told()),
    toCells: (record) => columns.toCells(record),
    toValues: (record) => columns.toValues(record),
  };
}

async function* translated<T>(pages: AsyncIterable<T>): AsyncIterable<T> {
  try {
    yield* pages;
  } catch (error) {
    throw translateError(error);
  }
}
