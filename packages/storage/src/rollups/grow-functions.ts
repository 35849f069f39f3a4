/**
 * Roll-ups that grow: what a new record comes to is added to what is kept of its parent, by the statement that creates
 * it, and the records that were there before aren't read again (decision 0046).
 *
 *     insert by itself ─▶ trigger: what is new ─▶ `_grow_…`: the parent's lock, kept + new ─▶ not done: a mark
 *
 * It says the same as working a parent out anew. Whoever changes what is kept holds the parent's advisory lock until
 * their commit, so what is kept tells of all records that are committed but those of writers who left marks; a mark has the
 * parent worked out as a whole, whatever was added meanwhile. Sums are added where that is exact, and only there.
 */
import { scaleOf } from '@trellis/model';
import { identifier, integer, join, Sql, sql, stringLiteral } from '../sql.ts';
import { sqlTypeOf } from '../system-columns.ts';
import { outboxRows } from './rollup-outbox.ts';
import { type RollupField, type RollupScope, type RollupSource, rollupAggregate } from './rollup-sql.ts';

/** Of the fifteen digits of a sum: those that the parts may have after the point, and those that are left to grow into. */
const MOST_PLACES = 6;
const SAFE_DIGITS = 14;

/** Name of the function that adds to what is kept of a parent. */
export function growFunction(source: string): string {
  return `_grow_${source}`;
}

/** Whether every roll-up of the source can be had from what is kept and what is new. */
export function isGrowing({ fields, via }: RollupSource): boolean {
  return via.is === 'lookup' && fields.every(growsAlone);
}

function growsAlone({ rollup: { function: operation, field } }: RollupField): boolean {
  switch (operation) {
    case 'count':
    case 'any':
      return true;
    case 'sum': {
      // Others are rounded in places of their own.
      const isPlain = !(field!.formula ?? field!.rollup ?? field!.related ?? field!.part);
      return isPlain && field!.systemColumn === undefined && scaleOf(field!) <= MOST_PLACES;
    }
    case 'min':
    case 'max':
      return ['numeric', 'date', 'timestamptz'].includes(sqlTypeOf(field!));
    default:
      return false;
  }
}

/**
 * What the rows of a statement, `n` of `fresh`, come to if there is just one of them, else null: a value beside others over
 * the same rows. Read with the very aggregates of the source.
 */
export function changeOf(source: RollupSource, scope: RollupScope): Sql {
  const values = join(
    source.fields.map(
      (field) => sql`${stringLiteral(field.key)}, ${rollupAggregate(field, source, 'n', scope)}`,
    ),
  );
  return sql`case when count(*) = 1 then jsonb_strip_nulls(jsonb_build_object(${values})) end`;
}

/**
 * Adds `change` to what is kept of the record `parent`, and says whether that was done. Small statements one after the
 * other: each is entered in less time than one that does it all, which was half of what a creation spent here.
 */
export function growBody(source: RollupSource, scope: RollupScope): Sql {
  const { schema } = scope.workspace;
  const { object, fields } = source;
  const table = identifier(schema, object.key);
  const keys = join(fields.map((field) => stringLiteral(field.key)));
  const pairs = join(fields.map((field) => sql`${stringLiteral(field.key)}, ${grown(field)}`));
  const exact = fields.filter(({ rollup }) => rollup.function === 'sum').map(isExact);
  const unlessExact =
    exact.length === 0 ? sql`` : sql`\n  if not (${join(exact, ' and ')}) then return false; end if;`;
  return sql`declare
  kept jsonb;
  worth jsonb;
begin
  if change = '{}' then return true; end if;
  if not pg_try_advisory_xact_lock(hashtextextended(parent::text, 0)) then return false; end if;
  select p.derived into kept from ${table} p where p.id = parent for no key update skip locked;
  if not found then return not exists (select from ${table} p where p.id = parent); end if;${unlessExact}
  worth := nullif(coalesce(kept, '{}'::jsonb) - array[${keys}]::text[] || jsonb_strip_nulls(jsonb_build_object(${pairs})), '{}'::jsonb);
  if worth is distinct from kept then
    with changed as (
      update ${table} p set derived = worth where p.id = parent returning p.id, p.version
    )
    ${outboxRows(schema, object.key, sql`select id, version from changed`)};
  end if;
  return true;
end`;
}

/** What is `kept` of a roll-up and what the `change` brings, together; null for what is not kept. */
function grown(field: RollupField): Sql {
  const key = stringLiteral(field.key);
  const [kept, change] = [sql`kept`, sql`change`];
  switch (field.rollup.function) {
    case 'count':
    case 'sum':
      return sql`nullif(${total(field)}, 0)`;
    case 'any':
      return sql`nullif(coalesce((${kept}->${key})::boolean, false) or coalesce((${change}->${key})::boolean, false), false)`;
    default: {
      const type = sqlTypeOf(field.rollup.field!);
      const read = (from: Sql) =>
        type === 'numeric' ? sql`(${from}->${key})::numeric` : sql`(${from}->>${key})::${new Sql(type)}`;
      const extreme = field.rollup.function === 'min' ? sql`least` : sql`greatest`;
      return sql`${extreme}(${read(kept)}, ${read(change)})`;
    }
  }
}

function total(field: RollupField): Sql {
  return sql`trim_scale(${numberIn('kept', field)} + ${numberIn('change', field)})`;
}

/** Neither what is kept nor the new sum can have been rounded: together they are small enough, with few enough places. */
function isExact(field: RollupField): Sql {
  const places = scaleOf(field.rollup.field!);
  // The places of a sum are those of the part that has more.
  const size = sql`(abs(${numberIn('kept', field)}) + abs(${numberIn('change', field)}))`;
  return sql`${size} < ${integer(10 ** (SAFE_DIGITS - places))} and scale(${size}) <= ${integer(places)}`;
}

function numberIn(from: 'kept' | 'change', field: RollupField): Sql {
  return sql`coalesce((${new Sql(from)}->${stringLiteral(field.key)})::numeric, 0)`;
}
