/**
 * Compiles a list question to a statement, or to two where blanks make a part of their own (see `keyset.ts`). In: a `RecordQuery`, resolved and with access conjoined. Out: text,
 * values and how to read the rows. No part of the text comes from a request: names come from the model, values are
 * parameters; the limit alone is written out, because the planner has to see it.
 */
import {
  type CompiledField,
  type FieldPath,
  type JsonValue,
  parseSearch,
  type RecordQuery,
  sourcePath,
} from '@trellis/model';
import type { DatabaseFeatures } from '../capabilities.ts';
import type { PlanPolicy } from '../connections.ts';
import { isCode } from '../metadata/field-source.ts';
import {
  conjunction,
  identifier,
  integer,
  join,
  placeholder,
  type Sql,
  sql,
  stringLiteral,
  TRUE,
} from '../sql.ts';
import type { Snapshot } from '../storage.ts';
import { recordsOf } from './as-of.ts';
import { wentByThemselves } from './dragged.ts';
import { type CursorPlaces, type OrderKey, type Part, pageParts, type Reading } from './keyset.ts';
import { lowerCondition, requiresValue } from './lower-condition.ts';
import {
  ANY_PLAN,
  equalities,
  PLANNED_EACH_TIME,
  PLANNED_FOR_VALUES,
  PLANNED_ONCE,
  planFor,
  type StatementPlan,
  TriedPlan,
} from './plan-choice.ts';
import { waitingSources } from './rollup-value.ts';
import { searchCondition } from './search-condition.ts';
import { type Condition, Shape, shapeCondition } from './shape.ts';
import {
  firstCandidates,
  gathered,
  isCountedByOnePlan,
  isPlaceServed,
  rowsOfAll,
  seenOfFew,
  splitShared,
  walkShared,
  waysOfPage,
} from './shared-rows.ts';
import { type SharedWalk, WAS_CUT } from './shared-walk.ts';
import { isMoreThanColumn, Sources, seen, type ValueSource } from './sources.ts';
import { type CompiledStatement, finishStatement } from './statement-cache.ts';

/** A question, split into what is compiled and what is given with each execution. */
export interface ShapedQuery {
  readonly key: string;
  readonly values: readonly unknown[];
  readonly condition: Condition;
  readonly search: Condition | undefined;
  readonly targetConditions: ReadonlyMap<string, Condition>;
  /** Of a question about a time: the access predicate, asked of the records of today. */
  readonly seenToday?: Condition | undefined;
  readonly formulas: Shape['formulas'];
  readonly related: Shape['related'];
  readonly cursor: CursorPlaces | undefined;
  readonly flags: readonly Condition[];
  /** Place of the id of the only record that is asked for. */
  readonly id: number | undefined;
  /** Place of the ids of the records that those asked for point to. */
  readonly parents: number | undefined;
}

/** Reads one value of a row: a column, or a key of the whole data in a column. */
export interface Output {
  readonly name: string;
  readonly column: number;
  readonly dataKey: string | undefined;
  /** What an absent value reads as. */
  readonly absent: JsonValue;
}

/** A part of a page, asked for in a way that may be in vain. */
export interface PageStatement extends CompiledStatement {
  /** What does without that way; then the last column is true of the last row where the way was in vain. */
  readonly otherwise?: PageStatement;
  /** The same for texts that few records hold: all of these are gathered and sorted. */
  readonly gathered?: CompiledStatement;
  /** It has found everything all the same. Of others the last row may be one that is not seen. */
  readonly isWhole: boolean;
}

export interface CompiledQuery {
  /** The parts of a page: each is run only when those before have left room. */
  readonly statements: readonly PageStatement[];
  /** The column behind the others that tells whether the way of a part that can be asked for `otherwise` was in vain. */
  readonly vainColumn: number;
  readonly outputs: readonly Output[];
  /** Columns of the sort keys' values. */
  readonly sortColumns: readonly number[];
  /** Where that was asked for: the column with the sources whose roll-ups wait. */
  readonly waitingColumn: number | undefined;
  /** Columns that say whether a record meets the query's flags. */
  readonly flagColumns: readonly number[];
  /** Columns of the keys of `data` that a question about a time asks for besides. */
  readonly keyColumns: readonly number[];
}

/** Beyond this many unpromoted fields reading the whole record costs less than picking them apart in SQL. */
const MAX_PICKED_FIELDS = 12;

/** `shape` is new, and tells afterwards what the values hang on. */
export function shapeQuery(
  snapshot: Snapshot,
  query: RecordQuery,
  shape = new Shape(query.context),
): ShapedQuery {
  const id = query.id === undefined ? undefined : shape.value(query.id, 'uuid').place;
  shape.note(`${snapshot.workspace.id} ${snapshot.revision} ${snapshot.epoch} ${query.object.key}`);
  shape.note(query.deleted ? (query.leavesOutDragged ? 'deleted by themselves' : 'deleted') : 'live');
  const condition = shapeCondition(query.filter, shape, query.context);
  let search: Condition | undefined;
  if (query.search !== undefined && query.search !== '') {
    shape.note('search');
    search = searchCondition(query, parseSearch(query.search), shape);
  }
  const seenToday = query.asOf && shapeCondition(query.asOf.visible, shape, query.context);
  const targetConditions = new Map<string, Condition>();
  for (const [name, filter] of query.targetFilters) {
    shape.note(`target ${name}`);
    targetConditions.set(name, shapeCondition(filter, shape, query.context));
  }
  const asked = askedOf(query.fields);
  shape.note(asked.note);
  for (const path of asked.computed) shape.read(path);
  for (const { path } of query.sort) shape.read(path);
  shape.note(`sort ${query.sort.map((key) => `${key.descending ? '-' : ''}${key.path.text}`).join(' ')}`);
  shape.note(`limit ${query.limit}`);
  let parents: number | undefined;
  if (query.parents) {
    shape.note(`parents ${query.parents.lookup.key}`);
    parents = shape.value([...query.parents.ids], 'uuid').place;
  }
  if (query.tellsWaiting) shape.note('waiting');
  const flags = (query.flags ?? []).map((flag) => {
    shape.note('flag');
    return shapeCondition(flag, shape, query.context);
  });
  const values = query.before ?? query.after;
  const cursor = values && shapeCursor(query, values, shape);
  if (values) shape.note(query.before ? 'before' : 'after');
  const { key, formulas, related } = shape;
  return {
    key,
    values: shape.values,
    condition,
    search,
    targetConditions,
    seenToday,
    formulas,
    related,
    cursor,
    flags,
    id,
    parents,
  };
}

interface Asked {
  readonly note: string;
  /** Those that a formula may be behind, and questions to related records. */
  readonly computed: readonly FieldPath[];
}

/** What a list of fields says of itself; the same selection is asked for again and again. */
const askedBefore = new WeakMap<readonly FieldPath[], Asked>();

function askedOf(fields: readonly FieldPath[]): Asked {
  let asked = askedBefore.get(fields);
  if (!asked) {
    const computed = fields.filter(({ field }) => field.formula || field.related || field.question);
    asked = { note: `fields ${fields.map((path) => path.text).join(' ')}`, computed };
    askedBefore.set(fields, asked);
  }
  return asked;
}

function shapeCursor(query: RecordQuery, values: readonly JsonValue[], shape: Shape): CursorPlaces {
  return query.sort.map((key, index) => {
    const value = values[index] ?? null;
    if (value === null) {
      shape.note('null');
      return null;
    }
    return shape.value(value, isRanked(key.path) ? 'integer' : shape.field(key.path).type);
  });
}

/** The statements of one page, with one record more than asked for, to know whether there is a next one. */
export function compileQuery(
  snapshot: Snapshot,
  query: RecordQuery,
  shaped: ShapedQuery,
  features: DatabaseFeatures,
): CompiledQuery {
  const open = () => openSources(snapshot, query, shaped, features);
  const sources = open();
  const columns: Sql[] = [];
  const columnOf = (value: Sql): number => {
    const known = columns.findIndex((column) => column.text === value.text);
    return known >= 0 ? known : columns.push(value) - 1;
  };
  const outputs = compileOutputs(query, sources, columnOf);
  const keys = keysOf(query, sources, features);
  const sortColumns = keys.map((key) => columnOf(key.sql));
  const waitingColumn =
    query.tellsWaiting && query.object.ownFields.some((field) => field.rollup)
      ? columnOf(waitingSources(snapshot))
      : undefined;
  const flagColumns = shaped.flags.map((flag) =>
    columnOf(sql`(${lowerCondition(flag, sources, features)}) is true`),
  );
  const keyColumns = (query.asOf?.keys ?? []).map((key) => columnOf(sql`t.data->${stringLiteral(key)}`));
  const isOne = shaped.id !== undefined;
  const parts = isOne ? [{ condition: TRUE, order: TRUE, keys: [] }] : partsOf(query, shaped, keys);
  const limit = query.limit + 1;
  const plan = planOf(shaped, sources);
  const page = (
    part: Part,
    { prefix = sql``, rows, where }: { prefix?: Sql; rows?: Sql; where: Sql },
    selected: readonly Sql[] = columns,
  ) => {
    const outputColumns = join(selected.map((column, index) => sql`${column} as ${identifier(`o${index}`)}`));
    const text = sql`${prefix}select ${outputColumns} from ${sources.from(rows)} where ${where}${isOne ? sql`` : sql` order by ${part.order} limit ${integer(limit)}`}`;
    return finishStatement(shaped.parents === undefined ? text : ofEach(shaped.parents, text));
  };
  const vainColumn = columns.length;
  const result = { outputs, sortColumns, waitingColumn, flagColumns, keyColumns, vainColumn };
  // One record is found by its id, whoever asks.
  const { parents } = query;
  const split = plan.plans === undefined || parents ? undefined : splitShared(shaped.condition, snapshot);
  const read = (conditions: readonly Condition[], index: number, isSearched = true): Reading => {
    const own = open();
    const ownKeys = keysOf(query, own, features);
    const condition: Condition = { is: 'and', args: conditions };
    const asked = { ...shaped, condition, search: isSearched ? shaped.search : undefined };
    const isBackward = query.before !== undefined;
    return {
      where: compileWhere(query, asked, own, features),
      keys: ownKeys,
      part: partsOf(query, shaped, ownKeys)[index]!,
      from: own.from(),
      isBackward,
    };
  };
  if (!split) {
    const isOfParent = parents
      ? [sql`${sources.value({ text: parents.lookup.name, through: [], field: parents.lookup }).sql} = p.id`]
      : [];
    const where = [...compileWhere(query, shaped, sources, features), ...isOfParent];
    // Of records that live, as they are today: of no others there are indexes of trigrams.
    const isLive = !query.deleted && query.asOf === undefined;
    const isOfText = plan.plans === PLANNED_FOR_VALUES && !parents && isLive && features.hasTrigram;
    const gatheredOf = (part: Part, index: number) => ({
      ...page(part, { rows: gatheredRows(read([shaped.condition], index)), where: TRUE }),
      plan: { ...plan, plans: PLANNED_ONCE },
    });
    const statements = parts.map((part, index) => ({
      ...page(part, { where: conjunction([...where, part.condition]) }),
      plan,
      isWhole: true,
      ...(isOfText && { gathered: gatheredOf(part, index) }),
    }));
    return { ...result, statements };
  }
  const { rest, byPlace } = split;
  const walkOf = walkShared(snapshot, query, split, features);
  const isServed = isPlaceServed(snapshot, query, split, features);
  const table = recordsOf(snapshot, query.object);
  const statements = parts.map((part, index): PageStatement => {
    const ways = waysOfPage(split).map(({ found, verdict }) => ({
      found: read([...rest, found], index),
      verdict: verdict && read([verdict], index, false),
    }));
    const walk = walkOf((conditions, isSearched) => read(conditions, index, isSearched));
    const all = (on: SharedWalk | undefined, selected: readonly Sql[] = columns) => {
      const rows = gathered({ byPlace: read([...rest, byPlace], index), ways, walk: on }, table, limit);
      // How many records somebody sees decides which way is the better one.
      const plans = isServed ? new TriedPlan() : undefined;
      const text = page(part, { ...rows, where: TRUE }, selected);
      return { ...text, plan: planOfBoth(plan, plans), isWhole: true };
    };
    const apart = all(undefined);
    const whole = walk ? { ...all(walk, [...columns, WAS_CUT]), otherwise: apart } : apart;
    if (split.isGatheredAtOnce) return whole;
    const first = firstCandidates(read(rest, index), limit);
    const where = first.where(lowerCondition(seenOfFew(split), sources, features));
    const text = page(part, { rows: first.rows, where }, [...columns, first.isLast]);
    return { ...text, plan, isWhole: false, otherwise: whole };
  });
  return { ...result, statements };
}

function openSources(
  snapshot: Snapshot,
  query: RecordQuery,
  { targetConditions, formulas, related }: ShapedQuery,
  features: DatabaseFeatures,
): Sources {
  return new Sources(query.object, { snapshot, features, targetConditions, formulas, related });
}

function keysOf(query: RecordQuery, sources: Sources, features: DatabaseFeatures): readonly OrderKey[] {
  return query.sort.map((key): OrderKey => {
    const value = sources.value(key.path);
    const { descending } = key;
    if (isRanked(key.path)) {
      return { ...value, sql: rankOf(value, key.path.field), type: 'integer', isColumn: false, descending };
    }
    return { ...value, sql: ordered(value, key.path.field, features), descending };
  });
}

function partsOf(query: RecordQuery, shaped: ShapedQuery, keys: readonly OrderKey[]): readonly Part[] {
  const first = query.sort[0]?.path;
  return pageParts({
    // Of each parent there is one part: few records need no index for their order.
    keys: query.parents ? keys.map((key) => ({ ...key, isColumn: false })) : keys,
    cursor: shaped.cursor,
    isBackward: query.before !== undefined,
    // A value that is no option any more has no place in their order.
    isFirstFilled: first !== undefined && !isRanked(first) && requiresValue(shaped.condition, first),
    // A unique field has its unique index alone, unless it is sorted by within a value of another one.
    isFirstFollowed: !first?.field.isUnique || equalities(shaped.condition).length > 0,
  });
}

/** All records that meet the conditions, in no order: the planner may not bet that some are met early on in that of the page. */
function gatheredRows({ from, where, part }: Reading): Sql {
  return sql`(select t.* from ${from} where ${conjunction([...where, part.condition])} offset 0)`;
}

/** The page of each parent, one parent after the other, with its id behind the columns. */
function ofEach(parents: number, page: Sql): Sql {
  return sql`select x.*, p.id from unnest(${placeholder(parents, 'uuid[]')}) p(id) cross join lateral (${page}) x`;
}

function planOf(shaped: ShapedQuery, sources: Sources): StatementPlan {
  const { condition, search } = shaped;
  if (shaped.id !== undefined) return ANY_PLAN;
  const whole: Condition = search ? { is: 'and', args: [condition, search] } : condition;
  return planFor(whole, (field) => sources.value(field.path).isColumn);
}

/** Of own and shared records together: the plan of the question is not tried. */
function planOfBoth(plan: StatementPlan, plans: PlanPolicy = PLANNED_EACH_TIME): StatementPlan {
  return plan.plans === PLANNED_FOR_VALUES ? plan : { ...plan, plans };
}

/** The count of at most `cap` matching records, or of all of them; with `cap` 0 the plain rows, to be estimated. */
export function compileCount(
  snapshot: Snapshot,
  query: RecordQuery,
  shaped: ShapedQuery,
  options: {
    readonly features: DatabaseFeatures;
    readonly cap: number | undefined;
    readonly isEstimate: boolean;
  },
): CompiledStatement {
  const { features, cap, isEstimate } = options;
  const sources = openSources(snapshot, query, shaped, features);
  const split = isEstimate ? undefined : splitShared(shaped.condition, snapshot);
  const open = () => openSources(snapshot, query, shaped, features);
  const rows =
    split && rowsOfAll(split, { deleted: query.deleted, isCapped: cap !== undefined, open, features });
  const condition: Condition = split ? { is: 'and', args: split.rest } : shaped.condition;
  const where = conjunction(compileWhere(query, { ...shaped, condition }, sources, features));
  const from = sources.from(rows);
  if (isEstimate) return finishStatement(sql`explain (format json) select 1 from ${from} where ${where}`);
  const counted =
    cap === undefined
      ? sql`select count(*) from ${from} where ${where}`
      : sql`select count(*) from (select 1 from ${from} where ${where} limit ${integer(cap)}) counted`;
  const plan = planOf(shaped, sources);
  const plans = split && cap !== undefined && isCountedByOnePlan(split) ? new TriedPlan() : undefined;
  return { ...finishStatement(counted), plan: split ? planOfBoth(plan, plans) : plan };
}

/** Options stand in an order that an admin gave them: lists sort by it, as people expect of stages and priorities. */
function isRanked({ field }: FieldPath): boolean {
  return field.type.valueType === 'option' && field.options.length > 0;
}

/** The position of an option among its field's; blank for a value that is no option any more. */
function rankOf(value: ValueSource, field: CompiledField): Sql {
  const options = field.options.map((option) => stringLiteral(option.value));
  return sql`array_position(array[${join(options)}]::text[], ${value.sql})`;
}

/** Columns of the record have their collation; what comes from elsewhere is given the same one. */
function ordered(value: ValueSource, field: CompiledField, features: DatabaseFeatures): Sql {
  if (value.type !== 'text' || value.isColumn) return value.sql;
  if (isCode(field)) return sql`${value.sql} collate "C"`;
  return features.hasIcu ? sql`${value.sql} collate "und-x-icu"` : value.sql;
}

function compileWhere(
  query: RecordQuery,
  shaped: ShapedQuery,
  sources: Sources,
  features: DatabaseFeatures,
): readonly Sql[] {
  const isDeleted = query.deleted ? sql`t.deleted_at is not null` : sql`t.deleted_at is null`;
  const conditions = [shaped.condition, ...(shaped.search ? [shaped.search] : [])];
  return [
    isDeleted,
    ...(shaped.id === undefined ? [] : [sql`t.id = ${placeholder(shaped.id, 'uuid')}`]),
    ...(query.leavesOutDragged ? wentByThemselves(query.object, sources) : []),
    ...(shaped.seenToday ? [seen(shaped.seenToday, 't', query.object, sources.context)] : []),
    ...conditions.map((condition) => lowerCondition(condition, sources, features)),
  ];
}

/** Whether the value lies in `data` under the field's key. */
function isInData(field: CompiledField): boolean {
  return (
    field.systemColumn === undefined &&
    !field.junction &&
    !field.part &&
    !field.formula &&
    !field.rollup &&
    !field.related &&
    !field.question
  );
}

function compileOutputs(
  query: RecordQuery,
  sources: Sources,
  columnOf: (value: Sql) => number,
): readonly Output[] {
  const paths = new Map<string, FieldPath>();
  for (const name of ['id', 'version']) {
    const field = query.object.fields.get(name);
    if (field) paths.set(name, { text: name, through: [], field });
  }
  for (const path of query.fields) paths.set(path.text, path);
  const own = [...paths.values()].filter(
    (path) =>
      path.through.length === 0 &&
      path.field.type.column !== undefined &&
      !path.field.formula &&
      !path.field.related &&
      !path.field.question,
  );
  const picked = own.filter((path) => !sources.isPromoted(path.field) || isMoreThanColumn(path.field));
  const isWhole =
    picked.length > 0 &&
    (picked.length > MAX_PICKED_FIELDS || own.length * 2 >= query.object.ownFields.length);
  return [...paths.values()].map((path): Output => {
    const { field } = path;
    const isOwn = sourcePath(path).through.length === 0;
    const isBoolean = isOwn && field.type.valueType === 'boolean';
    const absent = isBoolean ? false : field.junction ? [] : null;
    const fromData = isWhole && path.through.length === 0 && isInData(field) && !field.type.isSecret;
    return {
      name: path.text,
      column: columnOf(fromData ? sources.own('data') : sources.output(path).sql),
      dataKey: fromData ? field.key : undefined,
      absent,
    };
  });
}
