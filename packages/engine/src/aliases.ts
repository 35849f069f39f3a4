/**
 * The record lifecycle for programs that have not heard of a rename (SPEC P6a). Old names are translated here, once,
 * before the lifecycle sees a request; behind this file there are only today's names.
 */
import type { CompiledObject, JsonValue } from '@trellis/model';
import type {
  AggregateRequest,
  Context,
  ListRequest,
  PivotRequest,
  PresentedRecord,
  RecordLifecycle,
} from './engine.ts';
import { currentMatch } from './match-records.ts';
import { Names } from './old-names.ts';
import type { Parts } from './parts.ts';
import { Pinned } from './pinned.ts';

/** The old text beside the new one, for those that were asked for by an old one. */
type Renamed = readonly (readonly [asked: string, current: string])[];

function renamed(asked: readonly string[] | undefined, current: readonly string[] | undefined): Renamed {
  return (asked ?? []).flatMap((text, index) => (text === current![index] ? [] : [[text, current![index]!]]));
}

/** The record with the values also under the names that they were asked for by. */
function withOldNames<T extends PresentedRecord>(record: T, names: Renamed): T {
  if (names.length === 0) return record;
  const result: Record<string, JsonValue> = { ...record };
  for (const [asked, current] of names) {
    const [to, from] = [asked.split('.'), current.split('.')];
    let value: JsonValue | undefined = record[from[0]!];
    for (const segment of from.slice(1)) {
      value = (value as { readonly [name: string]: JsonValue } | null | undefined)?.[segment];
    }
    let place: Record<string, JsonValue> = result;
    for (const segment of to.slice(0, -1)) {
      const inner = place[segment];
      const copy = typeof inner === 'object' && inner !== null ? { ...(inner as object) } : {};
      place[segment] = copy as JsonValue;
      place = copy as Record<string, JsonValue>;
    }
    place[to.at(-1)!] = value ?? null;
  }
  return result as T;
}

/** The lifecycle as programs with old names may use it too. Without aliases it costs nothing. */
export function withAliases(parts: Parts, inner: RecordLifecycle): RecordLifecycle {
  async function via<T>(
    context: Context,
    name: string,
    work: (names: Names, object: CompiledObject, current: string) => Promise<T>,
    plain: () => Promise<T>,
  ): Promise<T> {
    const snapshot = await parts.snapshots.get(context.workspace).catch(() => undefined);
    if (!snapshot?.aliases?.length) return plain();
    const access = await parts.access.of(context, snapshot);
    const pinned = new Pinned(context, snapshot, { at: parts.now(), isConfirmed: false, access });
    const names = new Names(pinned, parts.aliasUses);
    const current = names.object(name);
    const object = names.find(current);
    return object ? work(names, object, current) : plain();
  }
  const paths = (names: Names, object: CompiledObject, texts: readonly string[] | undefined) =>
    Array.isArray(texts) ? texts.map((text) => names.signed(object, text)) : texts;
  const query = <Q extends Pick<ListRequest, 'filter' | 'fields' | 'sort'>>(
    names: Names,
    object: CompiledObject,
    request: Q,
  ): Q => ({
    ...request,
    ...(request.filter === undefined ? {} : { filter: names.filter(object, request.filter) }),
    ...(request.fields === undefined ? {} : { fields: paths(names, object, request.fields) }),
    ...(request.sort === undefined ? {} : { sort: paths(names, object, request.sort) }),
  });
  return {
    ...inner,
    get: (context, name, id, fields, options) =>
      via(
        context,
        name,
        async (names, object, current) => {
          const now = paths(names, object, fields);
          return withOldNames(await inner.get(context, current, id, now, options), renamed(fields, now));
        },
        () => inner.get(context, name, id, fields, options),
      ),
    list: (context, name, request) =>
      via(
        context,
        name,
        async (names, object, current) => {
          const now = query(names, object, request);
          const old = renamed(request.fields, now.fields);
          const result = await inner.list(context, current, now);
          return old.length === 0
            ? result
            : { ...result, records: result.records.map((record) => withOldNames(record, old)) };
        },
        () => inner.list(context, name, request),
      ),
    aggregate: (context, name, request) =>
      via(
        context,
        name,
        async (names, object, current) => {
          const { now, columns } = aggregateNow(names, object, request);
          const result = await inner.aggregate(context, current, now);
          if (columns.size === 0) return result;
          const rows = result.rows.map((row) => ({
            ...row,
            ...Object.fromEntries([...columns].map(([asked, as]) => [asked, row[as] ?? null])),
          }));
          return { ...result, rows };
        },
        () => inner.aggregate(context, name, request),
      ),
    pivot: (context, name, request) =>
      via(
        context,
        name,
        (names, object, current) => inner.pivot(context, current, pivotNow(names, object, request)),
        () => inner.pivot(context, name, request),
      ),
    create: (context, name, input, options) =>
      via(
        context,
        name,
        (names, object, current) => inner.create(context, current, names.input(object, input), options),
        () => inner.create(context, name, input, options),
      ),
    update: (context, name, id, input, options) =>
      via(
        context,
        name,
        (names, object, current) => inner.update(context, current, id, names.input(object, input), options),
        () => inner.update(context, name, id, input, options),
      ),
    delete: (context, name, id, options) =>
      via(
        context,
        name,
        (_names, _object, current) => inner.delete(context, current, id, options),
        () => inner.delete(context, name, id, options),
      ),
    restore: (context, name, id) =>
      via(
        context,
        name,
        (_names, _object, current) => inner.restore(context, current, id),
        () => inner.restore(context, name, id),
      ),
    batch: (context, name, request) =>
      via(
        context,
        name,
        (names, object, current) =>
          inner.batch(context, current, {
            ...request,
            ...(request.key === undefined ? {} : { key: names.field(object, request.key) }),
            ...currentMatch(names, object, request.match),
            records: Array.isArray(request.records)
              ? request.records.map((record) => names.input(object, record))
              : request.records,
          }),
        () => inner.batch(context, name, request),
      ),
    history: (context, name, id, page) =>
      via(
        context,
        name,
        (_names, _object, current) => inner.history(context, current, id, page),
        () => inner.history(context, name, id, page),
      ),
    exportRows: (context, name, request) =>
      via(
        context,
        name,
        (names, object, current) => inner.exportRows(context, current, query(names, object, request)),
        () => inner.exportRows(context, name, request),
      ),
  };
}

/** A table with today's names; what was asked for by an old one keeps it as the name of its column. */
function pivotNow(names: Names, object: CompiledObject, request: PivotRequest): PivotRequest {
  const keys = (given: PivotRequest['rows']) =>
    given?.map((key) => {
      const { field, ...rest } = typeof key === 'string' ? { field: key } : (key ?? { field: undefined });
      if (typeof field !== 'string') return key;
      const current = names.path(object, field);
      return { ...(current !== field && !field.includes('.') ? { as: field } : {}), ...rest, field: current };
    });
  const { rows, columns, measures } = request;
  return {
    ...request,
    ...(request.filter === undefined ? {} : { filter: names.filter(object, request.filter) }),
    ...(Array.isArray(rows) ? { rows: keys(rows) } : {}),
    ...(Array.isArray(columns) ? { columns: keys(columns) } : {}),
    ...(Array.isArray(measures)
      ? {
          measures: measures.map((measure) =>
            typeof measure?.field === 'string'
              ? { ...measure, field: names.path(object, measure.field) }
              : measure,
          ),
        }
      : {}),
  } as PivotRequest;
}

/** An aggregate with today's names, and the columns that were asked for by old ones. */
function aggregateNow(
  names: Names,
  object: CompiledObject,
  request: AggregateRequest,
): { readonly now: AggregateRequest; readonly columns: ReadonlyMap<string, string> } {
  const columns = new Map<string, string>();
  const translate = (text: string, prefix = '') => {
    const current = names.path(object, text);
    if (current !== text) columns.set(prefix + text, prefix + current);
    return current;
  };
  const group_by = request.group_by?.map((key) => {
    if (typeof key === 'string') return translate(key);
    return typeof key?.field === 'string'
      ? { ...key, field: key.as === undefined ? translate(key.field) : names.path(object, key.field) }
      : key;
  });
  const measures = request.measures?.map((measure) =>
    typeof measure?.field === 'string'
      ? { ...measure, field: translate(measure.field, `${measure.function}_`) }
      : measure,
  );
  const sort = request.sort?.map((text) => {
    if (typeof text !== 'string') return text;
    const sign = /^[-+]/.exec(text)?.[0] ?? '';
    const column = text.slice(sign.length);
    return sign + (columns.get(column) ?? column);
  });
  const now = {
    ...request,
    ...(request.filter === undefined ? {} : { filter: names.filter(object, request.filter) }),
    ...(group_by ? { group_by } : {}),
    ...(measures ? { measures } : {}),
    ...(sort ? { sort } : {}),
  };
  return { now, columns };
}
