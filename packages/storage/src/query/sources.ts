/**
 * Where values come from: the record's own table, and tables joined to it along lookups. Turns a path into SQL,
 * from a promoted column where one is ready, else from one `jsonb_to_record` per table, and remembers which joins
 * that takes.
 *
 * A lookup whose target is deleted, or not visible to the asker, gives blank fields: both conditions stand in the
 * join. An object without a target predicate is visible to nobody (deny unless granted).
 */
import {
  ALL_PART,
  type CompiledField,
  type CompiledObject,
  type FieldPath,
  sourcePath,
  titleOf,
} from '@trellis/model';
import type { DatabaseFeatures } from '../capabilities.ts';
import {
  entriesOf,
  foldedKey,
  isCode,
  partSource,
  sourceInRow,
  sourceOf,
  wordsKey,
} from '../metadata/field-source.ts';
import { formulaOver } from '../metadata/formula-source.ts';
import { isRollup, type RollupScope } from '../rollups/rollup-sql.ts';
import { type SharedPlaces, sharesThatCount } from '../sharing/share-store.ts';
import { FALSE, identifier, join, type Sql, sql, stringLiteral } from '../sql.ts';
import type { Snapshot } from '../storage.ts';
import { type SqlType, sqlTypeOf } from '../system-columns.ts';
import { recordsOf } from './as-of.ts';
import { fromLongKey, MAX_IDENTIFIER_BYTES, typeName } from './data-key.ts';
import { lowerCondition, type PathReader, readerOf } from './lower-condition.ts';
import { lowerValue, type ValueLowering } from './lower-value.ts';
import { orAnswerOfNone, type RelatedScope, relatedValue } from './related-value.ts';
import { isKept, rollupValue } from './rollup-value.ts';
import type { Condition, KeptCandidates, Shape } from './shape.ts';
import type { Value } from './shape-value.ts';

export interface SourceContext {
  readonly snapshot: Snapshot;
  readonly features: DatabaseFeatures;
  /** Who may be seen behind a lookup, by object name. */
  readonly targetConditions: ReadonlyMap<string, Condition>;
  /** The shapes of the formulas that are read. */
  readonly formulas: ReadonlyMap<CompiledField, Value>;
  /** The shapes of what is asked of related records. */
  readonly related: Shape['related'];
  /** Of a text that is compiled before it is known which columns there are: the place of a plain field's. */
  readonly place?: (alias: string, object: CompiledObject, field: CompiledField) => Sql | undefined;
}

interface Table {
  readonly alias: string;
  /** Undefined: the principals. */
  readonly object: CompiledObject | undefined;
  readonly joinText: ((isApart: boolean) => Sql) | undefined;
  /** Unpromoted fields that are read from its data, with their types. */
  readonly unpromoted: Map<string, SqlType>;
  readonly joined: Map<string, Table>;
  /** A filter, an order or a group reads it, so that the planner may want to begin there. */
  isAsked: boolean;
}

/**
 * Tables that the planner may put into any order. It looks at every order of up to eight (`join_collapse_limit`), and of more it
 * takes seconds to think, minutes for hundreds, in which nothing stops it. What is beyond is a subselect of its own, by
 * the target's id: one way, found at once.
 */
const MAX_ARRANGED = 8;

/**
 * Who follows a lookup. What a person asks sees visible targets only; a formula reads every live record, so that its
 * value is the same to all who may read it.
 */
type Reader = 'asked' | 'formula';
const EVERYBODY: Condition = { is: 'constant', value: true };
const NOBODY: Condition = { is: 'constant', value: false };

/** A value and what the compiler has to know of it. */
export interface ValueSource {
  readonly sql: Sql;
  readonly type: SqlType;
  /** It can be null: everything but most system columns and promoted booleans. */
  readonly isNullable: boolean;
  /** It is a plain column of the record's own table, so that an index may serve it. */
  readonly isColumn: boolean;
}

export class Sources {
  readonly #context: SourceContext;
  readonly #root: Table;
  readonly #reader: Reader;
  /** The records are those of a question that is answered for each record by itself. */
  readonly #isWithin: boolean;
  #aliases = 0;
  #isShowing = false;

  /** `as`: of related records, under which alias and for whom they are read. */
  constructor(
    object: CompiledObject,
    context: SourceContext,
    as?: { readonly alias: string; readonly reader: Reader; readonly isWithin: boolean },
  ) {
    const { alias, reader, isWithin } = as ?? { alias: 't', reader: 'asked', isWithin: false };
    this.#context = context;
    this.#reader = reader;
    this.#isWithin = isWithin;
    this.#root = {
      alias,
      object,
      joinText: undefined,
      unpromoted: new Map(),
      joined: new Map(),
      isAsked: true,
    };
  }

  get context(): SourceContext {
    return this.#context;
  }

  /** A system column of the record itself. */
  own(column: string): Sql {
    return identifier(this.#root.alias, column);
  }

  /** The value of a path, as it is compared and ordered: the id of a polymorphic lookup. */
  value(path: FieldPath): ValueSource {
    return this.#read(this.#root, path, this.#reader);
  }

  folded(asked: FieldPath): Sql | undefined {
    return this.#kept(asked, foldedKey);
  }

  words(asked: FieldPath): Sql | undefined {
    return this.#kept(asked, wordsKey);
  }

  /** A column that keeps the value in another form. */
  #kept(asked: FieldPath, keyOf: (key: string) => string): Sql | undefined {
    const path = sourcePath(asked);
    const end = this.#follow(this.#root, path, this.#reader);
    if (end.is === 'title' || !end.table.object) return undefined;
    const { part } = path.field;
    const key = part?.name === ALL_PART ? part.of.key : path.field.key;
    const column = this.#context.snapshot.columns.get(end.table.object.key)?.get(keyOf(key));
    return column?.isReady ? identifier(end.table.alias, column.name) : undefined;
  }

  asPlatform(through: CompiledField | undefined, lower: (reader: PathReader) => Sql): Sql {
    const { alias, object } = this.#root;
    return new ScalarSources(alias, object!, this.#context).asPlatform(through, lower);
  }

  shared(places: SharedPlaces): Sql {
    const { alias, object } = this.#root;
    return new ScalarSources(alias, object!, this.#context).shared(places);
  }

  kept(candidates: KeptCandidates): Sql {
    const { alias, object } = this.#root;
    return new ScalarSources(alias, object!, this.#context).kept(candidates);
  }

  /** The value of a path as it is shown: `{object, id}` of a polymorphic lookup, all ids of a multi-lookup. */
  output(asked: FieldPath): ValueSource {
    this.#isShowing = true;
    const shown = this.#output(asked);
    this.#isShowing = false;
    return shown;
  }

  #output(asked: FieldPath): ValueSource {
    const path = sourcePath(asked);
    const { field } = path;
    if (field.question) return this.value(path);
    const end = this.#follow(this.#root, path, this.#reader);
    if (end.is === 'title') return this.#title(end.sql);
    if (field.junction) return this.#junction(end.table, field);
    if (field.type.isSecret) {
      // Not even its sealed form leaves the database.
      const value = this.#field(end.table, field);
      return { ...value, sql: sql`(case when ${value.sql} is not null then '{"is_set": true}'::jsonb end)` };
    }
    if (!isMoreThanColumn(field)) return this.#field(end.table, field);
    return {
      sql: this.#fromData(end.table, field.key, 'jsonb'),
      type: 'jsonb',
      isNullable: true,
      isColumn: false,
    };
  }

  /** Whether a field of the record itself is read from elsewhere than its data. */
  isPromoted(field: CompiledField): boolean {
    if (field.rollup || field.related || field.question) return true;
    return field.systemColumn !== undefined || this.#column(this.#root.object!, field) !== undefined;
  }

  /** `from`, with the joins that the values asked for so far need; of a query's rows in place of the whole table. */
  from(rows?: Sql): Sql {
    const table = rows ?? recordsOf(this.#context.snapshot, this.#root.object!);
    return sql`${table} ${identifier(this.#root.alias)}${this.#joins(this.#root, this.#arranged())}`;
  }

  #read(start: Table, asked: FieldPath, reader: Reader): ValueSource {
    const path = sourcePath(asked);
    const end = this.#follow(start, path, reader);
    if (end.is === 'title') return this.#title(end.sql);
    const { question: related } = path.field;
    if (!related) return this.#field(end.table, path.field);
    return relatedValue(
      path.field,
      related,
      end.table.alias,
      relatedScope(this.#context, reader, this.#isWithin),
    );
  }

  #follow(
    start: Table,
    path: FieldPath,
    reader: Reader,
  ): { is: 'field'; table: Table } | { is: 'title'; sql: Sql } {
    let table = start;
    for (const hop of path.through) {
      if (hop.isPolymorphic) return { is: 'title', sql: this.#polymorphicTitle(table, hop, reader) };
      table = this.#target(table, hop, reader);
      if (!table.object) return { is: 'title', sql: identifier(table.alias, 'name') };
    }
    return { is: 'field', table };
  }

  #target(table: Table, hop: CompiledField, reader: Reader): Table {
    const joinKey = reader === 'formula' ? `${hop.key}~formula` : hop.key;
    const known = table.joined.get(joinKey);
    if (known) {
      known.isAsked ||= !this.#isShowing;
      return known;
    }
    const alias = `${this.#root.alias}${++this.#aliases}`;
    const isPrincipal = hop.systemColumn !== undefined;
    const { snapshot, targetConditions } = this.#context;
    const object = isPrincipal ? undefined : snapshot.model.objects.get(hop.targets[0] ?? '');
    const value = this.#field(table, hop).sql;
    const { schema } = snapshot.workspace;
    const isAsked = !this.#isShowing;
    const joinText = (isApart: boolean) => {
      const joinOf = (target: Sql, on: Sql) =>
        isApart
          ? sql` left join lateral (select * from ${target} where ${on} offset 0) ${identifier(alias)} on true`
          : sql` left join ${target} on ${on}`;
      const onId = sql`${identifier(alias, 'id')} = ${value}`;
      if (!object) return joinOf(sql`${identifier(schema, '_principal')} ${identifier(alias)}`, onId);
      const condition = reader === 'formula' ? EVERYBODY : (targetConditions.get(object.name) ?? NOBODY);
      const visible = seen(condition, alias, object, this.#context);
      const isVisible = visible.text === 'true' ? sql`` : sql` and (${visible})`;
      const isLive = sql` and ${identifier(alias, 'deleted_at')} is null`;
      const target = sql`${recordsOf(snapshot, object)} ${identifier(alias)}`;
      return joinOf(target, sql`${onId}${isLive}${isVisible}`);
    };
    const joined: Table = { alias, object, joinText, unpromoted: new Map(), joined: new Map(), isAsked };
    table.joined.set(joinKey, joined);
    return joined;
  }

  /** Which tables the planner may arrange: all of a few, of many those that the question reads, where they are few. */
  #arranged(): (table: Table) => boolean {
    const all = [...tablesBehind(this.#root)];
    if (all.length <= MAX_ARRANGED) return () => true;
    const asked = all.filter(({ isAsked }) => isAsked).length;
    return ({ isAsked }) => isAsked && asked <= MAX_ARRANGED;
  }

  #joins(table: Table, isArranged: (table: Table) => boolean): Sql {
    const fields = [...table.unpromoted].map(([key, type]) => sql`${identifier(key)} ${typeName(type)}`);
    const record =
      fields.length === 0
        ? sql``
        : sql` left join lateral jsonb_to_record(${identifier(table.alias, 'data')}) as ${identifier(`${table.alias}d`)}(${join(fields)}) on true`;
    const others = [...table.joined.values()]
      // What is arranged stands together, at the beginning.
      .toSorted((left, right) => Number(isArranged(right)) - Number(isArranged(left)))
      .map((each) => sql`${each.joinText!(!isArranged(each))}${this.#joins(each, isArranged)}`);
    return sql`${record}${join(others, '')}`;
  }

  #field(table: Table, field: CompiledField): ValueSource {
    const isRoot = table === this.#root;
    if (field.part) {
      const inWhole = partSource(field, this.#field(table, field.part.of).sql);
      return { sql: inWhole, type: sqlTypeOf(field), isNullable: true, isColumn: false };
    }
    if (field.systemColumn !== undefined) {
      const type = sqlTypeOf(field);
      const isNullable = !isRoot || ['record_type', 'deleted_at', 'deleted_by'].includes(field.systemColumn);
      return { sql: identifier(table.alias, field.systemColumn), type, isNullable, isColumn: isRoot };
    }
    const type = field.isPolymorphic ? 'uuid' : sqlTypeOf(field);
    const column = this.#column(table.object!, field);
    if (isRollup(field) && (column === undefined || !isKept(this.#context.snapshot, table.object!, field))) {
      const { snapshot } = this.#context;
      const value = rollupValue(snapshot, table.object!, field, table.alias, rollupScope(this.#context));
      // Behind no record there is nothing to count.
      const isThere = sql`${identifier(table.alias, 'id')} is not null`;
      const ofRecord = isRoot ? value : sql`(case when ${isThere} then ${value} end)`;
      return { sql: ofRecord, type, isNullable: true, isColumn: false };
    }
    if (column !== undefined) {
      const isNullable = !isRoot || type !== 'boolean';
      return { sql: identifier(table.alias, column), type, isNullable, isColumn: isRoot };
    }
    if (field.formula) return this.#formula(table, field);
    const place = this.#context.place?.(table.alias, table.object!, field);
    if (place) return { sql: place, type, isNullable: true, isColumn: false };
    if (field.isPolymorphic) {
      const reference = this.#fromData(table, field.key, 'jsonb');
      return { sql: sql`(${reference}->>'id')::uuid`, type, isNullable: true, isColumn: false };
    }
    const { entry } = field.type.column ?? {};
    if (entry !== undefined) {
      const list = entriesOf(this.#fromData(table, field.key, 'jsonb'), entry);
      return { sql: list, type, isNullable: true, isColumn: false };
    }
    const value = this.#fromData(table, field.key, type);
    if (type !== 'boolean') return { sql: value, type, isNullable: true, isColumn: false };
    // Absent reads as false where there is a record, as in a promoted column; behind no record it is blank.
    const filled = sql`coalesce(${value}, false)`;
    if (isRoot) return { sql: filled, type, isNullable: false, isColumn: false };
    const isThere = sql`${identifier(table.alias, 'id')} is not null`;
    return { sql: sql`(case when ${isThere} then ${filled} end)`, type, isNullable: true, isColumn: false };
  }

  /** What a formula reads starts at the table that it stands in; of a record that is not there it is blank. */
  #formula(table: Table, field: CompiledField): ValueSource {
    const read = (path: FieldPath): ValueSource => this.#read(table, path, 'formula');
    const value = lowerFormula(field, readerOf(read), this.#context);
    if (table === this.#root) return value;
    const isThere = sql`${identifier(table.alias, 'id')} is not null`;
    return { ...value, sql: sql`(case when ${isThere} then ${value.sql} end)`, isNullable: true };
  }

  #column(object: CompiledObject, field: CompiledField): string | undefined {
    const column = this.#context.snapshot.columns.get(object.key)?.get(field.key);
    return column?.isReady ? column.name : undefined;
  }

  #fromData(table: Table, key: string, type: SqlType): Sql {
    if (Buffer.byteLength(key) > MAX_IDENTIFIER_BYTES) return fromLongKey(table.alias, key, type);
    // One field may be asked for as a reference and by its id: both read the same JSON.
    if (table.unpromoted.get(key) !== 'jsonb') table.unpromoted.set(key, type);
    return identifier(`${table.alias}d`, key);
  }

  #title(title: Sql): ValueSource {
    return { sql: title, type: 'text', isNullable: true, isColumn: false };
  }

  /** The title of whichever record a polymorphic lookup points to; only the branch of its object is read. */
  #polymorphicTitle(table: Table, hop: CompiledField, reader: Reader): Sql {
    const reference = this.#fromData(table, hop.key, 'jsonb');
    const { snapshot, targetConditions } = this.#context;
    const branches = hop.targets.flatMap((name) => {
      const object = snapshot.model.objects.get(name);
      const condition =
        reader === 'formula'
          ? EVERYBODY
          : (targetConditions.get(titleOf(name)) ?? targetConditions.get(name));
      if (!object || !condition) return [];
      const alias = `${this.#root.alias}${++this.#aliases}`;
      const scalar = new ScalarSources(alias, object, this.#context);
      const visible = seen(condition, alias, object, this.#context);
      const title = scalar.value({ text: object.nameField.name, through: [], field: object.nameField }).sql;
      const target = sql`${recordsOf(snapshot, object)} ${identifier(alias)}`;
      return [
        sql` when ${stringLiteral(name)} then (select ${title} from ${target} where ${identifier(alias, 'id')} = (${reference}->>'id')::uuid and ${identifier(alias, 'deleted_at')} is null and (${visible}))`,
      ];
    });
    if (branches.length === 0) return sql`null::text`;
    return sql`(case ${reference}->>'object'${join(branches, '')} end)`;
  }

  /** Ids that a multi-lookup holds: the far ends of the junction's live rows that the caller sees, oldest first. */
  #junction(table: Table, field: CompiledField): ValueSource {
    const { snapshot, targetConditions } = this.#context;
    const object = snapshot.model.objects.get(field.junction!.object);
    const [near, far] = [field.junction!.near, field.junction!.far].map((name) => object?.fields.get(name));
    if (!object || !near || !far)
      return { sql: sql`null::uuid[]`, type: 'jsonb', isNullable: true, isColumn: false };
    const alias = `${this.#root.alias}${++this.#aliases}`;
    const scalar = new ScalarSources(alias, object, this.#context);
    const at = (end: CompiledField) => scalar.value({ text: end.name, through: [], field: end }).sql;
    const condition = seen(targetConditions.get(object.name) ?? NOBODY, alias, object, this.#context);
    const isVisible = condition.text === 'true' ? sql`` : sql` and (${condition})`;
    const ids = sql`(select array_agg(${at(far)} order by ${identifier(alias, 'created_at')}, ${identifier(alias, 'id')}) from ${recordsOf(snapshot, object)} ${identifier(alias)} where ${at(near)} = ${identifier(table.alias, 'id')} and ${identifier(alias, 'deleted_at')} is null and ${at(far)} is not null${isVisible})`;
    return { sql: ids, type: 'jsonb', isNullable: true, isColumn: false };
  }
}

function* tablesBehind(table: Table): Generator<Table> {
  for (const each of table.joined.values()) {
    yield each;
    yield* tablesBehind(each);
  }
}

/** The value of a formula, where no column holds it. Its text is in the collation that the column would have. */
function lowerFormula(field: CompiledField, reader: PathReader, context: SourceContext): ValueSource {
  const { features, formulas } = context;
  const shape = formulas.get(field);
  if (!shape)
    throw new TypeError(`The formula ${field.object}.${field.name} was not shaped with the question.`);
  const lowering: ValueLowering = {
    reader,
    features,
    condition: (condition) => lowerCondition(condition, reader, features),
  };
  const value = lowerValue(shape, lowering);
  const type = sqlTypeOf(field);
  const isPeoplesText = type === 'text' && !isCode(field) && features.hasIcu;
  return {
    sql: isPeoplesText ? sql`(${value} collate "und-x-icu")` : sql`(${value})`,
    type,
    isNullable: type !== 'boolean',
    isColumn: false,
  };
}

/** Values inside a join's own condition, where nothing more can be joined: paths become scalar subqueries. */
export class ScalarSources {
  readonly #alias: string;
  readonly #object: CompiledObject;
  readonly #context: SourceContext;

  constructor(alias: string, object: CompiledObject, context: SourceContext) {
    this.#alias = alias;
    this.#object = object;
    this.#context = context;
  }

  value(asked: FieldPath): ValueSource {
    const path = sourcePath(asked);
    const value = this.#read(this.#alias, this.#object, path.through, path.field);
    return {
      sql: path.field.question ? orAnswerOfNone(value, path.field.question) : value,
      type: typeOf(path),
      isNullable: true,
      isColumn: false,
    };
  }

  folded(): undefined {
    return undefined;
  }

  words(): undefined {
    return undefined;
  }

  /** Scalar subqueries see every live record already; a parent in the bin still decides about its children there. */
  asPlatform(through: CompiledField | undefined, lower: (reader: PathReader) => Sql): Sql {
    if (!through) return lower(this);
    const { snapshot } = this.#context;
    const target = snapshot.model.objects.get(through.targets[0] ?? '');
    if (!target) return FALSE;
    const inner = `${this.#alias}p`;
    const value = this.#field(this.#alias, this.#object, through);
    const condition = lower(new ScalarSources(inner, target, this.#context));
    return sql`exists (select 1 from ${recordsOf(snapshot, target)} ${identifier(inner)} where ${identifier(inner, 'id')} = ${value} and (${condition}))`;
  }

  /**
   * `exists`, so that PostgreSQL may look for one record's share or gather all shares of the asker, whichever is less. It
   * does not know of how many records it will be asked: `offset 0` leaves it the former alone, and `in` the latter. By an
   * array the records themselves are found, by one plan for whoever asks.
   */
  shared(places: SharedPlaces): Sql {
    const shares = sharesThatCount(this.#context.snapshot.workspace.schema, this.#object.key, places);
    const record = identifier(this.#alias, 'id');
    if (places.order === 'at_once') return sql`(${record} in (select s.record_id from ${shares} offset 0))`;
    if (places.order === 'by_id') return sql`${record} = any(array(select s.record_id from ${shares}))`;
    const apart = places.order === 'by_record' ? sql` offset 0` : sql``;
    return sql`exists (select 1 from ${shares} and s.record_id = ${record}${apart})`;
  }

  /** Few are fetched by their ids in one go; of more PostgreSQL knows best how they and the table are joined. */
  kept({ id, areFew }: KeptCandidates): Sql {
    const kept = identifier(this.#context.snapshot.workspace.schema, '_kept');
    const candidates = sql`select k.record_id from ${kept} k where k.condition = ${stringLiteral(id)}`;
    const record = identifier(this.#alias, 'id');
    return areFew ? sql`${record} = any(array(${candidates}))` : sql`${record} in (${candidates})`;
  }

  #read(alias: string, object: CompiledObject, through: readonly CompiledField[], field: CompiledField): Sql {
    const [hop, ...rest] = through;
    if (!hop && field.question)
      return relatedValue(field, field.question, alias, relatedScope(this.#context, 'formula', true)).sql;
    if (!hop) return this.#field(alias, object, field);
    const { snapshot } = this.#context;
    const inner = `${alias}s`;
    const value = this.#field(alias, object, hop);
    if (hop.systemColumn !== undefined) {
      return sql`(select ${identifier(inner, 'name')} from ${identifier(snapshot.workspace.schema, '_principal')} ${identifier(inner)} where ${identifier(inner, 'id')} = ${value})`;
    }
    const target = hop.isPolymorphic ? undefined : snapshot.model.objects.get(hop.targets[0] ?? '');
    if (!target) return sql`null::text`;
    return sql`(select ${this.#read(inner, target, rest, field)} from ${recordsOf(snapshot, target)} ${identifier(inner)} where ${identifier(inner, 'id')} = ${value} and ${identifier(inner, 'deleted_at')} is null)`;
  }

  #field(alias: string, object: CompiledObject, field: CompiledField): Sql {
    if (field.systemColumn !== undefined) return identifier(alias, field.systemColumn);
    const { snapshot } = this.#context;
    if (isRollup(field) && !isKept(snapshot, object, field))
      return rollupValue(snapshot, object, field, alias, rollupScope(this.#context));
    const column = snapshot.columns.get(object.key)?.get(field.key);
    if (column?.isReady) return identifier(alias, column.name);
    if (field.formula) {
      const read = (path: FieldPath) => new ScalarSources(alias, object, this.#context).value(path);
      // What a roll-up reads of its records is no part of the question, and has no parameters.
      if (!this.#context.formulas.has(field))
        return formulaOver(field, this.#context.features, (path) => read(path).sql);
      return lowerFormula(field, readerOf(read), this.#context).sql;
    }
    return (
      this.#context.place?.(alias, object, field) ?? sourceInRow(identifier(alias), sourceOf(field).text)
    );
  }
}

/**
 * Whether the record of a table meets a predicate of access. Rights are those of today, also where a query looks at the
 * values of then: they are asked of the record as it stands now.
 */
export function seen(
  condition: Condition,
  alias: string,
  object: CompiledObject,
  context: SourceContext,
): Sql {
  const { snapshot, features } = context;
  const { asOf } = snapshot;
  if (!asOf || condition.is === 'constant')
    return lowerCondition(condition, new ScalarSources(alias, object, context), features);
  const today = `${alias}n`;
  const reader = new ScalarSources(today, object, { ...context, snapshot: asOf.today });
  const isSeen = lowerCondition(condition, reader, features);
  return sql`exists (select 1 from ${recordsOf(asOf.today, object)} ${identifier(today)} where ${identifier(today, 'id')} = ${identifier(alias, 'id')} and (${isSeen}))`;
}

/** Whether a promoted column holds less than the value: the id of `{object, id}`, the addresses without their labels. */
export function isMoreThanColumn(field: CompiledField): boolean {
  return (field.isPolymorphic && field.systemColumn === undefined) || field.type.column?.entry !== undefined;
}

/** How related records are read: as any other table, by whoever asks. */
function relatedScope(context: SourceContext, reader: Reader, isWithin: boolean): RelatedScope {
  return {
    context,
    visibleTo: reader === 'asked' ? 'asker' : 'platform',
    isWithin,
    seen: (condition, object, alias) => seen(condition, alias, object, context),
    open: (object, alias, isApart) => new Sources(object, context, { alias, reader, isWithin: isApart }),
    scalar: (object, alias) => new ScalarSources(alias, object, context),
  };
}

/** How a query reads the records of a roll-up that it works out itself: as any other table. */
function rollupScope(context: SourceContext): RollupScope {
  const { snapshot, features } = context;
  const tableOf = (alias: string, object: CompiledObject) => new ScalarSources(alias, object, context);
  return {
    workspace: snapshot.workspace,
    features,
    recordsOf: (object) => recordsOf(snapshot, object),
    readerOf: tableOf,
    lookupOf: (alias, object, lookup) =>
      tableOf(alias, object).value({ text: lookup.name, through: [], field: lookup }).sql,
  };
}

function typeOf(path: FieldPath): SqlType {
  return path.field.isPolymorphic ? 'uuid' : sqlTypeOf(path.field);
}
