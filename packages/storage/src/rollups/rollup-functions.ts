/**
 * The functions and triggers that keep the roll-ups of a source, as text. The database itself leaves the marks, so
 * that every write does it, whoever writes and whichever model they have pinned.
 *
 *     write of a record that is rolled up ─▶ trigger ─┬▶ a statement by itself: the parent is worked out at once
 *                                                     └▶ marks ─┬▶ few records: at the end of the transaction
 *                                                               └▶ many, or somebody else is at it: by the worker
 *
 * Two that work on the same parent at once would store a wrong value, so each holds the parent's advisory lock until
 * its end, and nobody waits for it: who doesn't get it leaves the mark. Marks go before the values are read, in a
 * statement of its own: what was marked later is marked still.
 */
import type { CompiledField, CompiledObject, FieldPath } from '@trellis/model';
import { sourceInRow, sourceOf } from '../metadata/field-source.ts';
import { formulaOver } from '../metadata/formula-source.ts';
import { ScalarSources } from '../query/sources.ts';
import { identifier, integer, join, Sql, sql, stringLiteral } from '../sql.ts';
import type { Snapshot } from '../storage.ts';
import { sqlTypeOf } from '../system-columns.ts';
import { changeOf, growBody, isGrowing } from './grow-functions.ts';
import { outboxRows } from './rollup-outbox.ts';
import {
  fieldsReadBy,
  type RollupScope,
  type RollupSource,
  rolledUpRows,
  rollupAggregate,
} from './rollup-sql.ts';

/** With more records than this a parent is left to the worker. */
const SMALL_PARENT = 200;
/** A statement that touches more parents than this leaves all of them to the worker. */
const FEW_PARENTS = 20;

/** A place in a template, `{3}`: the column of a lookup, where it is filled, else its value from `data`. */
export interface TemplateColumn {
  readonly alias: string;
  readonly objectKey: string;
  readonly fieldKey: string;
  readonly fallback: string;
}

/** What has places for columns, `{0}`, `{1}`. */
export interface TemplateColumns {
  readonly columns: readonly TemplateColumn[];
}

export interface SourceTemplate extends TemplateColumns {
  /** Bodies of the source's functions. A workspace whose last publish was by an older version has no `single`. */
  readonly sum: string;
  readonly single?: string;
  /** Body of the function that adds what is new; of a source that can't grow, and in older templates, absent. */
  readonly addition?: string;
  /** Statements that leave marks, by table and kind of write. */
  readonly marks: readonly {
    readonly table: string;
    readonly insert: string;
    readonly update: string;
    readonly delete: string;
    /** Of a row before and after, `o` and `n`: whether `update` would leave a mark. */
    readonly changed?: string;
    /** The parent that a row names before and after; absent where it is found behind a junction. */
    readonly parent?: { readonly before: string; readonly after: string };
    /** What a new row comes to, where the source grows. */
    readonly change?: string;
  }[];
  /** Parents of the records `$1` behind a junction. */
  readonly parents: string | undefined;
}

/** Name of the function that works out the given parents. */
export function sumFunction(source: string): string {
  return `_sum_${source}`;
}

/** Name of the function that works out one parent if that is quickly done. */
export function rollFunction(source: string): string {
  return `_roll_${source}`;
}

export function markFunction(tableKey: string): string {
  return `_mark_${tableKey}`;
}

export function sourceTemplate(
  source: RollupSource,
  context: Pick<Snapshot, 'workspace' | 'model'> & { readonly features: RollupScope['features'] },
): SourceTemplate {
  const columns: TemplateColumn[] = [];
  const { workspace, features } = context;
  // Written to read from `data`: which columns are there changes, and a place takes the column where there is one.
  const bare = {
    ...context,
    revision: 0,
    epoch: 0,
    columns: new Map(),
    rollups: keptEverywhere(context.model),
  };
  const place = (alias: string, object: CompiledObject, field: CompiledField, fallback: string): Sql => {
    columns.push({ alias, objectKey: object.key, fieldKey: field.key, fallback });
    return new Sql(`{${columns.length - 1}}`);
  };
  const scope: RollupScope = {
    workspace,
    features,
    readerOf: (alias, object) => {
      const reader = new ScalarSources(alias, object, {
        snapshot: bare,
        features,
        targetConditions: new Map(),
        formulas: new Map(),
        related: new Map(),
      });
      return {
        value(path) {
          const value = reader.value(path);
          if (!isPlain(path)) return value;
          const column = place(alias, object, path.field, value.sql.text);
          // Whatever order the column has of its own, texts compare as those of `data` do.
          return { ...value, sql: value.type === 'text' ? sql`(${column} collate "default")` : column };
        },
        folded: () => undefined,
        words: () => undefined,
        asPlatform: (through, lower) => reader.asPlatform(through, lower),
        shared: (places) => reader.shared(places),
        kept: (candidates) => reader.kept(candidates),
      };
    },
    lookupOf: (alias, object, lookup) => place(alias, object, lookup, idIn(identifier(alias), lookup).text),
  };
  return {
    sum: sumBody(source, scope).text,
    single: rollBody(source, scope).text,
    ...(isGrowing(source) ? { addition: growBody(source, scope).text } : {}),
    marks: marksOf(source, scope),
    parents: parentsOf(source, scope)?.text,
    columns,
  };
}

/** Whether a column of the field would hold exactly what `data` does. */
function isPlain({ through, field }: FieldPath): boolean {
  const isComputed = field.formula ?? field.related ?? field.rollup ?? field.question ?? field.junction;
  const isWhole = field.part === undefined && field.systemColumn === undefined && !field.isPolymorphic;
  return through.length === 0 && isComputed === undefined && isWhole && field.type.valueType !== 'boolean';
}

/** Roll-ups over roll-ups read what is kept: the mark follows when it has been worked out. */
export function keptEverywhere(model: Snapshot['model']): NonNullable<Snapshot['rollups']> {
  return new Map(
    [...model.objects.values()].map((object) => [
      object.key,
      new Set(object.ownFields.filter((field) => field.rollup).map((field) => field.key)),
    ]),
  );
}

/** The id in a lookup of a row, from its data. */
function idIn(row: Sql, lookup: CompiledField): Sql {
  return sql`${sourceInRow(row, sourceOf(lookup).text)}`;
}

/** What a source's roll-ups come to: their values in a row, and those as they shall be kept beside the record's others. */
function valuesOf(source: RollupSource, scope: RollupScope) {
  const { fields } = source;
  const aggregates = join(
    fields.map(
      (field, index) => sql`${rollupAggregate(field, source, 'c', scope)} as ${identifier(`a${index}`)}`,
    ),
  );
  const pairs = join(
    fields.map((field, index) => sql`${stringLiteral(field.key)}, a.${identifier(`a${index}`)}`),
  );
  const keys = join(fields.map((field) => stringLiteral(field.key)));
  return {
    aggregates,
    keys,
    values: sql`jsonb_strip_nulls(jsonb_build_object(${pairs}))`,
    kept: sql`nullif(coalesce(p.derived, '{}'::jsonb) - array[${keys}]::text[] || f.v, '{}'::jsonb)`,
  };
}

/** Works out `ids` and gives those whose record somebody else holds at the moment. */
function sumBody(source: RollupSource, scope: RollupScope): Sql {
  const table = identifier(scope.workspace.schema, source.object.key);
  const { aggregates, values, kept } = valuesOf(source, scope);
  return sql`declare
  undone uuid[];
begin
  with fresh as materialized (
    select p.id, ${values} as v
    from ${table} p left join lateral (select ${aggregates} ${rolledUpRows(source, 'c', sql`p.id`, scope)}) a on true
    where p.id = any(ids)
  ), different as materialized (
    select p.id from ${table} p join fresh f on f.id = p.id where p.derived is distinct from ${kept}
  ), free as materialized (
    select p.id from ${table} p where p.id in (select id from different) order by p.id for no key update skip locked
  ), changed as (
    update ${table} p set derived = ${kept} from fresh f where f.id = p.id and p.id in (select id from free) returning p.id
  )
  select array_agg(id) into undone from different where id not in (select id from changed);
  return coalesce(undone, '{}');
end`;
}

/**
 * Works out one parent, if few records belong to it and nobody else is at it, and says whether that was done. Whoever
 * changes `derived` holds the parent's advisory lock, so what is read here is there still when it is written. A parent
 * that was marked loses its marks before the values are read, and gets one back when it can't be done now.
 */
function rollBody(source: RollupSource, scope: RollupScope): Sql {
  const { schema } = scope.workspace;
  const table = identifier(schema, source.object.key);
  const marks = identifier(schema, '_rollup_mark');
  const key = stringLiteral(source.key);
  const rows = rolledUpRows(source, 'c', sql`parent`, scope);
  const { aggregates, values, keys } = valuesOf(source, scope);
  // Behind a junction two writers may each not see the other's half: there the mark stays for the worker, too.
  const staysMarked = source.via.is !== 'lookup';
  const take = sql`delete from ${marks} m where m.record_id = parent and m.source = ${key} and not m.is_child`;
  const giveBack = sql`insert into ${marks} (source, record_id) values (${key}, parent)`;
  const ifMarked = (statement: Sql) =>
    staysMarked ? sql`` : sql`\n  if is_marked then ${statement}; end if;`;
  return sql`declare
  records integer;
  worth jsonb;
  kept jsonb;
begin
  if not pg_try_advisory_xact_lock(hashtextextended(parent::text, 0)) then return false; end if;${ifMarked(take)}
  select a.records, ${values}, (select p.derived from ${table} p where p.id = parent) into records, worth, kept
    from (select count(*) as records, ${aggregates} from (select c.* ${rows} limit ${integer(SMALL_PARENT + 1)}) c) a;
  if records <= ${integer(SMALL_PARENT)} then
    worth := nullif(coalesce(kept, '{}'::jsonb) - array[${keys}]::text[] || worth, '{}'::jsonb);
    if worth is not distinct from kept then return true; end if;
    with changed as (
      update ${table} p set derived = worth
        where p.id = (select free.id from ${table} free where free.id = parent for no key update skip locked) returning p.id, p.version
    )
    ${outboxRows(schema, source.object.key, sql`select id, version from changed`)};
    if found then return true; end if;
  end if;${ifMarked(giveBack)}
  return false;
end`;
}

function marksOf(source: RollupSource, scope: RollupScope): SourceTemplate['marks'] {
  const { child, junction, via } = source;
  const read = fieldsReadBy(source);
  const isLive = (row: string) => sql`${identifier(row)}.deleted_at is null`;
  const parents = (rows: Sql) => markParents(source, rows, scope);
  if (via.is === 'lookup' || !junction) {
    const { lookup } = via as Extract<typeof via, { is: 'lookup' }>;
    const tie = tieMarks(child, lookup, read, { parents, isAtOnce: true });
    return [isGrowing(source) ? { ...tie, change: changeOf(source, scope).text } : tie];
  }
  const changed = differs(read);
  const linked = rowsOfChanged(source, sql`n`, changed, scope);
  const { schema } = scope.workspace;
  const childMarks = (rows: Sql) =>
    sql`insert into ${identifier(schema, '_rollup_mark')} (source, record_id, is_child) select ${stringLiteral(source.key)}, id, true from (${rows}) each;`;
  const behind = {
    table: child.key,
    insert: '',
    update: sql`${childMarks(sql`select n.id from stale o join fresh n on n.id = o.id where ${changed}`)}
    ${parents(linked)}`.text,
    delete: childMarks(sql`select o.id from stale o where ${isLive('o')}`).text,
    changed: changed.text,
  };
  return [tieMarks(junction, via.near, new Set([via.far]), { parents, isAtOnce: false }), behind];
}

/** Marks for a table whose rows name the parent themselves. */
function tieMarks(
  table: CompiledObject,
  lookup: CompiledField,
  read: ReadonlySet<CompiledField>,
  { parents, isAtOnce }: { readonly parents: (rows: Sql) => Sql; readonly isAtOnce: boolean },
): SourceTemplate['marks'][number] {
  const [before, after] = [idIn(sql`o`, lookup), idIn(sql`n`, lookup)];
  const changed = differs(new Set([lookup, ...read]));
  return {
    table: table.key,
    insert: parents(sql`select ${after} from fresh n where n.deleted_at is null`).text,
    update: parents(
      sql`select ids.id from stale o join fresh n on n.id = o.id cross join lateral (values (${before}), (${after})) ids(id) where ${changed}`,
    ).text,
    delete: parents(sql`select ${before} from stale o where o.deleted_at is null`).text,
    changed: changed.text,
    ...(isAtOnce ? { parent: { before: before.text, after: after.text } } : {}),
  };
}

/** Whether anything that a roll-up reads differs between the row as it was, `o`, and as it is, `n`. */
function differs(read: ReadonlySet<CompiledField>): Sql {
  const parts = new Set([...read].map((field) => readPart(field)));
  const row = (alias: string) =>
    join([
      sql`${identifier(alias)}.deleted_at is null`,
      ...[...parts].map((part) => new Sql(`${alias}.${part}`)),
    ]);
  return sql`(o.deleted_at is null or n.deleted_at is null) and (${row('o')}) is distinct from (${row('n')})`;
}

/** The part of a row that holds the field's value. */
export function readPart(field: CompiledField): string {
  if (field.systemColumn !== undefined) return identifier(field.systemColumn).text;
  if (field.rollup) return `derived->${stringLiteral(field.key).text}`;
  return `data->${stringLiteral(field.key).text}`;
}

function rowsOfChanged(source: RollupSource, row: Sql, changed: Sql, scope: RollupScope): Sql {
  const via = source.via as Extract<RollupSource['via'], { is: 'junction' }>;
  const junction = source.junction!;
  const [near, far] = [via.near, via.far].map((end) => scope.lookupOf('j', junction, end)) as [Sql, Sql];
  return sql`select ${near} from stale o join fresh n on n.id = o.id join ${identifier(scope.workspace.schema, junction.key)} j on ${far} = ${row}.id and j.deleted_at is null where ${changed}`;
}

/** Leaves marks for the parents that a query gives. */
function markParents(source: RollupSource, rows: Sql, scope: RollupScope): Sql {
  const marks = identifier(scope.workspace.schema, '_rollup_mark');
  return sql`insert into ${marks} (source, record_id, is_inline) select ${stringLiteral(source.key)}, id, count(*) over () <= ${integer(FEW_PARENTS)} from (select distinct id from (${rows}) ids(id) where id is not null order by id) each;`;
}

function parentsOf(source: RollupSource, scope: RollupScope): Sql | undefined {
  const { via, junction } = source;
  if (via.is === 'lookup' || !junction) return undefined;
  const [near, far] = [via.near, via.far].map((end) => scope.lookupOf('j', junction, end)) as [Sql, Sql];
  return sql`select distinct ${near} as id from ${identifier(scope.workspace.schema, junction.key)} j where ${far} = any($1::uuid[]) and j.deleted_at is null and ${near} is not null`;
}

/** What decides the value of one roll-up: when it changes, every record is worked out anew. */
export function rollupDefinition(
  source: RollupSource,
  field: RollupSource['fields'][number],
  features: RollupScope['features'],
): string {
  const { rollup } = field;
  const leaf = ({ field: each }: FieldPath) =>
    each.systemColumn === undefined ? sourceOf(each) : identifier(each.systemColumn);
  const read = (each: CompiledField) => [
    each.part ? `${each.part.of.key}.${each.part.name}` : each.key,
    each.rollup ? 'rollup' : each.formula ? formulaOver(each, features, leaf).text : null,
  ];
  return JSON.stringify(
    [
      source.key,
      rollup.function,
      rollup.field ? [...read(rollup.field), sqlTypeOf(rollup.field)] : null,
      rollup.filter ?? null,
    ],
    (key, value: unknown) =>
      key === 'path' ? read((value as { readonly field: CompiledField }).field) : value,
  );
}
