/**
 * What the model wants of the database: which fields are promoted to columns, which indexes and foreign keys an
 * object's table has. Pure; the plan compares it with what is there.
 *
 * Invariant: no index mentions `data`. One that did would end HOT updates for the whole object.
 */
import { createHash } from 'node:crypto';
import {
  ALL_PART,
  type CompiledField,
  type CompiledObject,
  type Expression,
  type Model,
  type Operand,
  partFields,
} from '@trellis/model';
import type { DatabaseFeatures } from '../capabilities.ts';
import { identifier, join, type Sql, sql } from '../sql.ts';
import { type SqlType, sqlTypeOf } from '../system-columns.ts';
import { foldedKey, isCode, lowered, searchedText, sourceOf, wordsKey, wordsSource } from './field-source.ts';
import { formulaSource } from './formula-source.ts';

/**
 * `code`: text in code point order, for what people never read sorted: values of options, folded text. `entries`: a
 * list of which no two live records share an entry (`unique-entries.ts`).
 */
export type ColumnType = SqlType | 'code' | 'entries';

export interface WantedColumn {
  /** Of a column for searches the key of its field with a mark that no key can hold: `name~folded`, `name~words`. */
  readonly fieldKey: string;
  readonly type: ColumnType;
  /** SQL over the placeholders `{data}` and `{derived}`. */
  readonly source: string;
  readonly isUnique: boolean;
  /** Its source is a formula: a new one means other values, so it gets another slot. */
  readonly isComputed: boolean;
}

export interface WantedIndex {
  readonly name: string;
  readonly kind: 'index' | 'foreign_key';
  /** What follows the name in `create index` or `add constraint`. */
  readonly definition: string;
  readonly isUnique: boolean;
  /** The promoted columns that it needs. */
  readonly columns: readonly string[];
  /** What it begins with, `-` for descending; without what it only includes. */
  readonly keys: readonly string[];
  readonly reason: IndexReason;
}

/** What an index is there for; `used`: views or sharing rules filter or sort by the field. */
export type IndexReason =
  | { readonly is: 'platform' }
  | {
      readonly is: 'lookup' | 'unique' | 'title' | 'indexed' | 'searchable' | 'used';
      readonly field: string;
    }
  | { readonly is: 'view'; readonly view: string }
  /** One of the object's own `indexes`. */
  | { readonly is: 'object'; readonly position: number };

const PLATFORM: IndexReason = { is: 'platform' };
const UNIQUE = { isUnique: true };

/** A B-tree entry holds at most 2,704 bytes; a character takes up to four. */
const MAX_INDEXED_CHARACTERS = 600;

/** Whether the field gets a typed column of its own. */
export function isPromoted(object: CompiledObject, field: CompiledField): boolean {
  if (field.systemColumn !== undefined || field.type.column === undefined) return false;
  if (field.related || field.formula?.isStorable === false) return false;
  if (field.isIndexed || field.isUnique || field.isSearchable || field.key === object.nameField.key)
    return true;
  return (object.body.indexes ?? []).some(
    (index) =>
      index.fields.some((key) => key.replace(/^-/, '') === field.name) ||
      (index.include ?? []).includes(field.name),
  );
}

export function wantedColumns(
  object: CompiledObject,
  { schema, features }: { readonly schema: string; readonly features: DatabaseFeatures },
): readonly WantedColumn[] {
  const promoted = object.ownFields.filter((field) => isPromoted(object, field));
  return [
    ...promoted.map((field) => ({
      fieldKey: field.key,
      type: columnTypeOf(field),
      source: sourceOfColumn(field, features).text,
      isUnique: field.isUnique,
      isComputed: field.formula !== undefined,
    })),
    ...promoted
      .filter((field) => isSearched(object, field) && features.hasTrigram)
      .flatMap((field) => {
        const text = wordsOf(field, features);
        const sources: readonly (readonly [string, Sql])[] = [
          [foldedKey(field.key), lowered(text, features)],
          [wordsKey(field.key), wordsSource(text, field, schema)],
        ];
        return sources.map(([fieldKey, source]) => ({
          fieldKey,
          type: 'code' as const,
          source: source.text,
          isUnique: false,
          isComputed: field.formula !== undefined,
        }));
      }),
  ];
}

function isSearched(object: CompiledObject, field: CompiledField): boolean {
  const hasWords = sqlTypeOf(field) === 'text' || field.type.column?.entry !== undefined;
  return hasWords && (field.isSearchable || field.key === object.nameField.key);
}

function columnTypeOf(field: CompiledField): ColumnType {
  if (isCode(field)) return 'code';
  return field.isUnique && field.type.column?.entry !== undefined ? 'entries' : sqlTypeOf(field);
}

/** What the search box finds: of several addresses all of them. */
function wordsOf(field: CompiledField, features: DatabaseFeatures): Sql {
  const all = field.type.column?.entry === undefined ? undefined : partFields(field).get(ALL_PART);
  return all ? sourceOf(all) : searchedText(sourceOfColumn(field, features), field);
}

function sourceOfColumn(field: CompiledField, features: DatabaseFeatures): Sql {
  return field.formula ? formulaSource(field, features) : sourceOf(field);
}

/** `c_7` */
export function slotName(number: number): string {
  return `c_${number}`;
}

/** The definition of a promoted column in `create table` and `add column`. */
export function columnDefinition(name: string, type: string, features: DatabaseFeatures): Sql {
  switch (type) {
    case 'text':
      // One collation for people's order; being deterministic it serves equality as well.
      return features.hasIcu
        ? sql`${identifier(name)} text collate "und-x-icu"`
        : sql`${identifier(name)} text`;
    case 'code':
      return sql`${identifier(name)} text collate "C"`;
    case 'boolean':
      return sql`${identifier(name)} boolean not null default false`;
    case 'numeric':
      return sql`${identifier(name)} numeric`;
    case 'date':
      return sql`${identifier(name)} date`;
    case 'timestamptz':
      return sql`${identifier(name)} timestamptz`;
    case 'text[]':
    case 'entries':
      return sql`${identifier(name)} text[]`;
    case 'uuid':
      return sql`${identifier(name)} uuid`;
    case 'jsonb':
      return sql`${identifier(name)} jsonb`;
    default:
      throw new TypeError(`No column can have the type ${type}.`);
  }
}

export interface IndexContext {
  readonly schema: string;
  readonly model: Model;
  readonly features: DatabaseFeatures;
  /** Slot of a field by key; undefined where it has none. */
  readonly slotOf: (fieldKey: string) => string | undefined;
}

/** All indexes and foreign keys of an object's table beyond its primary key. */
export function wantedIndexes(object: CompiledObject, context: IndexContext): readonly WantedIndex[] {
  const table = identifier(context.schema, object.key);
  const wanted = new Map<string, WantedIndex>();
  const add = (
    kind: WantedIndex['kind'],
    definition: Sql,
    columns: readonly string[],
    reason: IndexReason,
    {
      isUnique = false,
      keys = columns,
    }: { readonly isUnique?: boolean; readonly keys?: readonly string[] } = {},
  ) => {
    const text = definition.text;
    const name = nameOf(object.key, `${isUnique ? 'unique ' : ''}${text}`);
    // What two want is there for the first of them.
    if (wanted.has(name)) return;
    wanted.set(name, {
      name,
      kind,
      keys,
      reason,
      definition: text,
      isUnique,
      columns: columns.filter((column) => /^c_\d+$/.test(column)),
    });
  };
  const addLive = (columns: readonly string[], reason: IndexReason, include: readonly string[] = []) => {
    const covered =
      include.length === 0 ? sql`` : sql` include (${join(include.map((name) => identifier(name)))})`;
    const keys = join(columns.map((column) => directed(column)));
    const plain = [...columns, ...include].map((column) => column.replace(/^-/, ''));
    add('index', sql`on ${table} (${keys})${covered} where deleted_at is null`, plain, reason, {
      keys: columns,
    });
  };

  const defaultView = [...object.views.values()].find((view) => view.isDefault);
  const viewSort = defaultView?.sort.find((key) => key.path.through.length === 0 && !key.path.field.part);
  const sortColumn = viewSort && columnOf(viewSort.path.field, context);
  addLive(['created_at', 'id'], PLATFORM);
  addLive(['owner_id', sortColumn ?? 'created_at', 'id'], PLATFORM);
  add('index', sql`on ${table} (deleted_at, id) where deleted_at is not null`, [], PLATFORM);
  add('index', sql`on ${table} (deletion_id) where deletion_id is not null`, [], PLATFORM);

  for (const field of object.ownFields) {
    const column = isPromoted(object, field) ? context.slotOf(field.key) : undefined;
    if (column === undefined) continue;
    const name = identifier(column);
    const target =
      field.targets.length === 1 && !field.isPolymorphic
        ? context.model.objects.get(field.targets[0]!)
        : undefined;
    if (target) {
      add(
        'foreign_key',
        sql`foreign key (${name}) references ${identifier(context.schema, target.key)} (id)`,
        [column],
        { is: 'lookup', field: field.name },
      );
    }
    if (hasUniqueIndex(field)) {
      add('index', uniqueDefinition(table, column), [column], { is: 'unique', field: field.name }, UNIQUE);
    }
    const type = sqlTypeOf(field);
    if (type === 'text[]') {
      add(
        'index',
        sql`on ${table} using gin (${name}) where deleted_at is null`,
        [column],
        reasonOf(object, field),
      );
    } else if (field.isIndexed || field.key === object.nameField.key) {
      // Values shared by many records keep the small deduplicated index; the others get `id`, for paging.
      const isChoice = type === 'uuid' || type === 'boolean' || field.options.length > 0;
      if (isBlankEnough(object, field)) {
        const where = sql`${name} is null and deleted_at is null`;
        add('index', sql`on ${table} (id) where ${where}`, [column], reasonOf(object, field));
      } else if (isShort(field) && !hasUniqueIndex(field))
        addLive(isChoice ? [column] : [column, 'id'], reasonOf(object, field));
    }
    const operators = identifier(context.features.trigramSchema ?? 'public', 'gin_trgm_ops');
    const folded = context.slotOf(foldedKey(field.key));
    for (const searched of [folded, context.slotOf(wordsKey(field.key))]) {
      if (searched === undefined) continue;
      const column = identifier(searched);
      // An index keeps an entry for each null too.
      const where = sql`deleted_at is null and ${column} is not null`;
      const definition = sql`on ${table} using gin (${column} ${operators}) where ${where}`;
      add('index', definition, [searched], { is: 'searchable', field: field.name });
    }
  }

  for (const [position, index] of (object.body.indexes ?? []).entries()) {
    const columns = index.fields.flatMap((key) => {
      const column = namedColumn(object, key.replace(/^-/, ''), context);
      return column === undefined ? [] : [key.startsWith('-') ? `-${column}` : column];
    });
    const include = (index.include ?? []).flatMap((name) => namedColumn(object, name, context) ?? []);
    if (columns.length < index.fields.length || include.length < (index.include ?? []).length) continue;
    // `id` last makes the order total. It runs the way of the last field, so that one scan serves a page.
    const last = columns.at(-1);
    if (last === undefined) continue;
    const isTotal = columns.some((column) => column.replace(/^-/, '') === 'id');
    addLive(
      isTotal || include.length > 0 ? columns : [...columns, last.startsWith('-') ? '-id' : 'id'],
      { is: 'object', position },
      include,
    );
  }
  for (const { name, columns } of viewIndexes(object, context, [...wanted.values()]))
    addLive([...columns, 'id'], { is: 'view', view: name });
  return [...wanted.values()];
}

/** Every index makes writing slower: views get no more than this, the default view first. */
const MAX_VIEW_INDEXES = 3;

/**
 * Composites of what published views are filtered by for equality and sorted by: one for each field of equality, unless
 * something begins with the same columns already.
 */
function viewIndexes(
  object: CompiledObject,
  context: IndexContext,
  others: readonly WantedIndex[],
): readonly { readonly name: string; readonly columns: readonly [string, string] }[] {
  const found = new Map<string, { readonly name: string; readonly columns: readonly [string, string] }>();
  const views = [...object.views.values()].toSorted((a, b) => Number(b.isDefault) - Number(a.isDefault));
  for (const { name, filter, sort } of views) {
    const equalField = filter && firstEquality(filter);
    const equal = equalField && columnOf(equalField, context);
    const key = sort[0]?.path;
    const sorted =
      key && key.through.length === 0 && !key.field.part ? columnOf(key.field, context) : undefined;
    if (!equal || !sorted || equal === sorted || equal === 'id' || found.has(equal)) continue;
    if (sortedByRank(key!.field)) continue;
    const isThere = others.some(
      ({ keys }) => keys[0]?.replace(/^-/, '') === equal && keys[1]?.replace(/^-/, '') === sorted,
    );
    if (!isThere) found.set(equal, { name, columns: [equal, sorted] });
  }
  return [...found.values()].slice(0, MAX_VIEW_INDEXES);
}

/** Options are sorted by their position, which no index has. */
function sortedByRank(field: CompiledField): boolean {
  return field.type.valueType === 'option' && field.options.length > 0;
}

/** Whose wish the index of a field is. */
function reasonOf(object: CompiledObject, field: CompiledField): IndexReason {
  if (field.key === object.nameField.key) return { is: 'title', field: field.name };
  if (field.isUnique) return { is: 'unique', field: field.name };
  if (field.targets.length > 0) return { is: 'lookup', field: field.name };
  if (field.body.indexed === true) return { is: 'indexed', field: field.name };
  return { is: field.isSearchable ? 'searchable' : 'used', field: field.name };
}

/** Name of the index that keeps a field unique, to find the field when it refuses a value. */
export function uniqueIndexName(schema: string, objectKey: string, column: string): string {
  return nameOf(objectKey, `unique ${uniqueDefinition(identifier(schema, objectKey), column).text}`);
}

function uniqueDefinition(table: Sql, column: string): Sql {
  return sql`on ${table} (${identifier(column)}) where deleted_at is null`;
}

/** Whether the column itself is unique; of several addresses it is each one (`unique-entries.ts`). */
function hasUniqueIndex(field: CompiledField): boolean {
  return field.isUnique && field.type.column?.entry === undefined;
}

/**
 * Whether an index of the blank ones is enough: nobody asks more, and the order of free texts is the dearest to keep and
 * the least asked for.
 */
export function isBlankEnough(object: CompiledObject, field: CompiledField): boolean {
  const isText = sqlTypeOf(field) === 'text' && field.options.length === 0;
  return field.isIndexedForBlank === true && isText && field.key !== object.nameField.key;
}

/** Whether a B-tree can hold every value of the field. */
function isShort(field: CompiledField): boolean {
  if (sqlTypeOf(field) !== 'text' || field.isUnique || field.options.length > 0) return true;
  const { maxLength } = field.type.valueSchema(field) as { maxLength?: unknown };
  return typeof maxLength !== 'number' || maxLength <= MAX_INDEXED_CHARACTERS;
}

function columnOf(field: CompiledField, context: IndexContext): string | undefined {
  return field.systemColumn ?? context.slotOf(field.key);
}

function namedColumn(object: CompiledObject, name: string, context: IndexContext): string | undefined {
  const field = object.fields.get(name);
  return field && columnOf(field, context);
}

/** `-c_7` → `"c_7" desc`. Nulls stand where PostgreSQL puts them: queries ask for them apart. */
function directed(column: string): Sql {
  return column.startsWith('-') ? sql`${identifier(column.slice(1))} desc` : identifier(column);
}

/** The first own field that the filter compares with a value for equality, on the top level. */
function firstEquality(filter: Expression): CompiledField | undefined {
  const conditions = filter.op === 'and' ? filter.args : [filter];
  const isFixed = (operand: Operand) =>
    (operand.op === 'literal' && operand.value !== null) || operand.op === 'user_id';
  for (const condition of conditions) {
    const operand =
      condition.op === '==' && isFixed(condition.right)
        ? condition.left
        : condition.op === 'in' && condition.list.length === 1
          ? condition.value
          : undefined;
    if (operand?.op === 'field' && operand.path.through.length === 0 && !operand.path.field.part)
      return operand.path.field;
  }
  return undefined;
}

/** Names say the object for people and hash the definition, so that a changed definition is another index. */
function nameOf(objectKey: string, definition: string): string {
  const digest = createHash('sha256').update(definition).digest('hex').slice(0, 12);
  return `_${objectKey.slice(0, 40)}_${digest}`;
}
