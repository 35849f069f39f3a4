/**
 * Roll-ups as SQL. Those of one object over the same records are a source: they are worked out together, in one scan
 * of those records. Reads use the same pieces as the functions that keep the values, so both say the same.
 */
import { createHash } from 'node:crypto';
import type {
  CompiledField,
  CompiledObject,
  CompiledRollup,
  ExpressionContext,
  Model,
  RollupPath,
} from '@trellis/model';
import { inputPaths, pathsOfExpression } from '@trellis/model';
import type { DatabaseFeatures } from '../capabilities.ts';
import { writtenOut } from '../metadata/formula-source.ts';
import { lowerCondition, type PathReader } from '../query/lower-condition.ts';
import { bounded } from '../query/lower-value.ts';
import { Shape, shapeCondition } from '../query/shape.ts';
import { identifier, type Sql, sql } from '../sql.ts';
import type { Workspace } from '../storage.ts';
import { SYSTEM_PRINCIPAL_ID, sqlTypeOf } from '../system-columns.ts';

export interface RollupSource {
  /** Digest of object, records and way: a part of the names of its functions. */
  readonly key: string;
  /** The object that has the roll-ups. */
  readonly object: CompiledObject;
  readonly child: CompiledObject;
  readonly via: RollupPath;
  /** The junction's object. */
  readonly junction: CompiledObject | undefined;
  readonly fields: readonly RollupField[];
}

export interface RollupField extends CompiledField {
  readonly rollup: CompiledRollup;
}

/** What reading the SQL of a roll-up takes besides the model. */
export interface RollupScope {
  readonly workspace: Workspace;
  readonly features: DatabaseFeatures;
  /** The records of an object; its table unless given. */
  readonly recordsOf?: (object: CompiledObject) => Sql;
  /** Reads fields of the records that are rolled up, under an alias. */
  readerOf(alias: string, object: CompiledObject): PathReader;
  /** The id that a lookup of a table holds, best from its indexed column. */
  lookupOf(alias: string, object: CompiledObject, lookup: CompiledField): Sql;
}

/** All sources of a model. */
export function rollupSources(model: Model): readonly RollupSource[] {
  return [...model.objects.values()].flatMap((object) => sourcesOf(model, object));
}

export function sourcesOf(model: Model, object: CompiledObject): readonly RollupSource[] {
  const sources = new Map<string, RollupSource & { fields: RollupField[] }>();
  for (const field of object.ownFields) {
    if (!isRollup(field)) continue;
    const { via } = field.rollup;
    const child = model.objects.get(field.rollup.object)!;
    const junction = via.is === 'junction' ? model.objects.get(via.object) : undefined;
    const way = via.is === 'lookup' ? via.lookup.key : `${junction!.key} ${via.near.key} ${via.far.key}`;
    const key = createHash('sha256').update(`${object.key} ${child.key} ${way}`).digest('hex').slice(0, 16);
    const source = sources.get(key) ?? { key, object, child, via, junction, fields: [] };
    sources.set(key, source);
    source.fields.push(field);
  }
  return [...sources.values()];
}

export function isRollup(field: CompiledField): field is RollupField {
  return field.rollup !== undefined;
}

/** `from … where …` of the live records, as `alias`, that belong to the record with the id. */
export function rolledUpRows(source: RollupSource, alias: string, id: Sql, scope: RollupScope): Sql {
  const { schema } = scope.workspace;
  const { child, via, junction } = source;
  const records = scope.recordsOf ?? ((object: CompiledObject) => identifier(schema, object.key));
  const table = sql`${records(child)} ${identifier(alias)}`;
  const isLive = sql`${identifier(alias, 'deleted_at')} is null`;
  if (via.is === 'lookup' || !junction) {
    const lookup = (via as Extract<RollupPath, { is: 'lookup' }>).lookup;
    return sql`from ${table} where ${scope.lookupOf(alias, child, lookup)} = ${id} and ${isLive}`;
  }
  const link = `${alias}j`;
  const [near, far] = [via.near, via.far].map((end) => scope.lookupOf(link, junction, end)) as [Sql, Sql];
  const linked = sql`select ${far} from ${records(junction)} ${identifier(link)} where ${near} = ${id} and ${identifier(link, 'deleted_at')} is null`;
  return sql`from ${table} where ${identifier(alias, 'id')} in (${linked}) and ${isLive}`;
}

/**
 * The roll-up over the rows of `alias`, null for what is not kept: 0 of a count or sum, false. `all` over no record
 * is false, as `all` of JSON Logic is.
 */
export function rollupAggregate(
  field: RollupField,
  source: RollupSource,
  alias: string,
  scope: RollupScope,
): Sql {
  const { rollup } = field;
  const reader = scope.readerOf(alias, source.child);
  const meets = rollup.filter && conditionOf(rollup.filter, reader, scope);
  const value =
    rollup.field && reader.value({ text: rollup.field.name, through: [], field: rollup.field }).sql;
  const filtered = (aggregate: Sql) => (meets ? sql`${aggregate} filter (where ${meets})` : aggregate);
  switch (rollup.function) {
    case 'count':
      return sql`nullif(${filtered(sql`count(*)`)}, 0)`;
    case 'sum':
      return sql`nullif(${bounded(filtered(sql`sum(${value!})`))}, 0)`;
    case 'avg':
      return bounded(filtered(sql`avg(${value!})`));
    case 'min':
    case 'max': {
      const ordered = sqlTypeOf(rollup.field!) === 'text' ? sql`${value!} collate "C"` : value!;
      return filtered(rollup.function === 'min' ? sql`min(${ordered})` : sql`max(${ordered})`);
    }
    case 'any':
      return sql`nullif(${value ? filtered(sql`bool_or(${value})`) : sql`bool_or(${meets!})`}, false)`;
    case 'all':
      return value
        ? sql`nullif(${filtered(sql`bool_and(coalesce(${value}, false))`)}, false)`
        : sql`nullif(bool_and(coalesce(${meets!}, false)), false)`;
  }
}

/** What reads as the roll-up where nothing is kept. */
export function rollupDefault(field: RollupField): Sql | undefined {
  switch (field.rollup.function) {
    case 'count':
    case 'sum':
      return sql`0::numeric`;
    case 'any':
    case 'all':
      return sql`false`;
    default:
      return undefined;
  }
}

/** What a roll-up reads of each record: the fields themselves, a formula for what it reads. */
export function fieldsReadBy({ fields }: Pick<RollupSource, 'fields'>): ReadonlySet<CompiledField> {
  const paths = fields.flatMap(({ rollup: { field, filter } }) => [
    ...(field ? [{ text: field.name, through: [], field }] : []),
    ...(filter ? pathsOfExpression(filter) : []),
  ]);
  return new Set([...inputPaths(paths).values()].map((path) => path.field));
}

/** The condition with its values written out: functions have no parameters for them. */
function conditionOf(
  filter: NonNullable<CompiledRollup['filter']>,
  reader: PathReader,
  scope: RollupScope,
): Sql {
  const context: ExpressionContext = {
    userId: SYSTEM_PRINCIPAL_ID,
    // Neither is asked for: a filter that depends on them is refused by the model.
    now: '2000-01-01T00:00:00.000Z',
    timeZone: scope.workspace.timeZone,
  };
  const shape = new Shape(context);
  const condition = shapeCondition(filter, shape, context);
  return writtenOut(lowerCondition(condition, reader, scope.features), shape.values);
}
