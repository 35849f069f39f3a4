/**
 * Old names of objects and fields, for programs that have not heard of a rename (SPEC P6a). They are translated here,
 * once, before the record lifecycle sees a request; behind this file there are only today's names. A name that
 * something bears today is never an alias. Who may not read a field does not know its old name either.
 */
import type { CompiledObject, JsonValue } from '@trellis/model';
import type { Alias, Snapshot } from '@trellis/storage';
import type { AliasUses } from './alias-uses.ts';
import type { AggregateRequest, Context, ListRequest, PresentedRecord, RecordLifecycle } from './engine.ts';
import type { Parts } from './parts.ts';
import { Pinned } from './pinned.ts';

/** Operators whose second operand speaks of other records. */
const ABOUT_CHILDREN: ReadonlySet<string> = new Set(['some', 'none', 'all', 'count', 'sum', 'avg']);
const MAX_DEPTH = 100;

interface Index {
  readonly objects: ReadonlyMap<string, Alias>;
  /** By object key and old name, with a space between. */
  readonly fields: ReadonlyMap<string, Alias>;
}

const indexes = new WeakMap<Snapshot, Index>();

function indexOf(snapshot: Snapshot): Index {
  let index = indexes.get(snapshot);
  if (!index) {
    const aliases = snapshot.aliases ?? [];
    index = {
      objects: new Map(aliases.filter((each) => each.kind === 'object').map((each) => [each.name, each])),
      fields: new Map(
        aliases
          .filter((each) => each.kind === 'field')
          .map((each) => [`${each.objectKey} ${each.name}`, each]),
      ),
    };
    indexes.set(snapshot, index);
  }
  return index;
}

/** The name that an object has today, where it was called by an old one. */
export function currentObjectName(parts: Parts, pinned: Pinned, name: string): string {
  return pinned.snapshot.aliases?.length ? new Names(pinned, parts.aliasUses).object(name) : name;
}

/** The names of one call. */
class Names {
  readonly #pinned: Pinned;
  readonly #index: Index;
  readonly #uses: AliasUses;

  constructor(pinned: Pinned, uses: AliasUses) {
    this.#pinned = pinned;
    this.#index = indexOf(pinned.snapshot);
    this.#uses = uses;
  }

  #used(alias: Alias, current: string): void {
    const { context, at } = this.#pinned;
    this.#uses.note(context.workspace, alias, at);
    if (context.kind === 'user') context.onAlias?.({ name: alias.name, current, since: alias.createdAt });
  }

  object(name: string): string {
    const { model } = this.#pinned;
    const alias = model.objects.has(name) ? undefined : this.#index.objects.get(name);
    if (!alias) return name;
    for (const object of model.objects.values()) {
      if (object.key !== alias.objectKey || !this.#pinned.decide(object, 'read').isAllowed) continue;
      this.#used(alias, object.name);
      return object.name;
    }
    return name;
  }

  find(name: string): CompiledObject | undefined {
    return this.#pinned.model.objects.get(name);
  }

  field(object: CompiledObject, name: string): string {
    if (object.fields.has(name)) return name;
    const alias = this.#index.fields.get(`${object.key} ${name}`);
    const field = alias && object.ownFields.find((each) => each.key === alias.fieldKey);
    if (!alias || !field || !this.#pinned.isReadable(field)) return name;
    this.#used(alias, field.name);
    return field.name;
  }

  /** A path with each of its names as it is today: `account.town` → `account.city`. */
  path(object: CompiledObject | undefined, text: string): string {
    let current = object;
    const segments: string[] = [];
    for (const segment of text.split('.')) {
      const name = current ? this.field(current, segment) : segment;
      segments.push(name);
      const targets: readonly string[] = current?.fields.get(name)?.targets ?? [];
      current = targets.length === 1 ? this.find(targets[0]!) : undefined;
    }
    return segments.join('.');
  }

  /** A sort key or a name after a sign. */
  signed(object: CompiledObject, text: unknown): string {
    if (typeof text !== 'string') return text as unknown as string;
    const sign = /^[-+]/.exec(text)?.[0] ?? '';
    return sign + this.path(object, text.slice(sign.length));
  }

  filter(object: CompiledObject, source: unknown, depth = 0): unknown {
    if (typeof source !== 'object' || source === null || depth > MAX_DEPTH) return source;
    if (Array.isArray(source)) return source.map((each) => this.filter(object, each, depth + 1));
    return Object.fromEntries(
      Object.entries(source).map(([operator, operand]) => {
        if (operator === 'var') return [operator, this.#variable(object, operand)];
        return [operator, ABOUT_CHILDREN.has(operator) ? operand : this.filter(object, operand, depth + 1)];
      }),
    );
  }

  #variable(object: CompiledObject, operand: unknown): unknown {
    if (typeof operand === 'string' && !operand.startsWith('$')) return this.path(object, operand);
    if (Array.isArray(operand) && typeof operand[0] === 'string' && !operand[0].startsWith('$'))
      return [this.path(object, operand[0]), ...operand.slice(1)];
    return operand;
  }

  /** A record as sent, with today's names; one that is said by both names keeps both, and one of them is unknown. */
  input(object: CompiledObject, record: unknown): unknown {
    if (typeof record !== 'object' || record === null || Array.isArray(record)) return record;
    const given = record as Record<string, unknown>;
    return Object.fromEntries(
      Object.entries(given).map(([name, value]) => {
        const current = this.field(object, name);
        return [current !== name && Object.hasOwn(given, current) ? name : current, value];
      }),
    );
  }
}

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
          const rows = await inner.aggregate(context, current, now);
          if (columns.size === 0) return rows;
          return rows.map((row) => ({
            ...row,
            ...Object.fromEntries([...columns].map(([asked, as]) => [asked, row[as] ?? null])),
          }));
        },
        () => inner.aggregate(context, name, request),
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
    return typeof key?.field === 'string' ? { ...key, field: translate(key.field) } : key;
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
