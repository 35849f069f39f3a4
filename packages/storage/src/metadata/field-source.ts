/**
 * How the value of a field is read from a record's `data`, and how its text is searched: what the trigger, the filling
 * and the queries have in common.
 */
import { type CompiledField, PRIMARY_PART } from '@trellis/model';
import type { DatabaseFeatures } from '../capabilities.ts';
import { identifier, Sql, sql, stringLiteral } from '../sql.ts';
import { sqlTypeOf } from '../system-columns.ts';

/**
 * Text that is searched is kept a second time without its case: lowering a value by ICU takes some microseconds,
 * which a search would spend on every candidate, and statistics on the column let the planner choose well.
 */
export function foldedKey(fieldKey: string): string {
  return `${fieldKey}~folded`;
}

/** Under it stands what `searchWords` makes of a text that it changes: of one that is not ASCII, in the main. */
export function wordsKey(fieldKey: string): string {
  return `${fieldKey}~words`;
}

/**
 * The searched form of a text (migration 0014) where its folded one does not serve: of what is more than ASCII, of a
 * telephone number that has more than digits, of a number with zeros before it; else null, and the index has no entry.
 */
export function wordsSource(text: Sql, field: CompiledField, schema: string): Sql {
  const words = (of: Sql) => sql`${identifier(schema, '_search_words')}(${of})`;
  const isBeyond = sql`octet_length(${text}) > length(${text})`;
  switch (field.type.column?.searchedAs) {
    case 'digits':
      // Several stand on lines of their own.
      return sql`case when ${text} ~ '[^+0-9]' then ' ' || translate(regexp_replace(${text}, E'[^0-9\\n]+', '', 'g'), E'\\n', ' ') end`;
    case 'number':
      return sql`case when ${isBeyond} or ${text} ~ '(^|[^0-9])0' then ${words(sql`regexp_replace(${text}, '(^|[^0-9])0+([0-9])', '\\1\\2', 'g')`)} end`;
    default:
      return sql`case when ${isBeyond} then ${words(text)} end`;
  }
}

/** Values of options and times of day are compared by code point: their order for programs, and far cheaper than people's. */
export function isCode(field: CompiledField): boolean {
  const { valueType } = field.type;
  return (valueType === 'option' || valueType === 'time') && field.systemColumn === undefined;
}

/** The stored source with `data` in place of its placeholder. */
export function sourceOver(data: Sql, source: string): Sql {
  return new Sql(source.replaceAll('{data}', data.text));
}

/** The stored source with the columns of a row in place of its placeholders. */
export function sourceInRow(row: Sql, source: string): Sql {
  return sourceOver(sql`${row}.data`, source.replaceAll('{derived}', `${row.text}.derived`));
}

/** The value of a field computed from `{data}`: used by the trigger and by the filling alike. */
export function sourceOf(field: CompiledField): Sql {
  // A part lies in its whole as a field lies in `data`.
  if (field.part) return partSource(field, sourceOf(field.part.of));
  if (field.rollup) return rollupSource(field, field.rollup.function);
  const key = stringLiteral(field.key);
  const data = dataPlaceholder;
  switch (sqlTypeOf(field)) {
    case 'numeric':
      return sql`(${data}->${key})::numeric`;
    case 'boolean':
      // Never null: absent reads as false, in filters and in the order alike.
      return sql`coalesce((${data}->${key})::boolean, false)`;
    case 'date':
      return sql`(${data}->>${key})::date`;
    case 'timestamptz':
      return sql`(${data}->>${key})::timestamptz`;
    case 'text[]':
      if (field.type.column?.entry !== undefined)
        return entriesOf(sql`${data}->${key}`, field.type.column.entry);
      return sql`(select array_agg(e.value order by e.place) from jsonb_array_elements_text(${data}->${key}) with ordinality as e(value, place))`;
    case 'uuid':
      return field.isPolymorphic ? sql`(${data}->${key}->>'id')::uuid` : sql`(${data}->>${key})::uuid`;
    case 'jsonb':
      return sql`(${data}->${key})`;
    default:
      return sql`(${data}->>${key})`;
  }
}

/** The value of a part in the value of its whole: of several addresses the first, or all on lines of their own. */
export function partSource(field: CompiledField, whole: Sql): Sql {
  const { of, name } = field.part!;
  if (of.type.column?.entry === undefined) {
    return sourceOver(whole, sourceOf({ ...field, key: name, part: undefined }).text);
  }
  return name === PRIMARY_PART ? sql`(${whole})[1]` : sql`array_to_string(${whole}, E'\\n')`;
}

/** Of a list of objects in JSON one property of each, in order; null of an empty one. */
export function entriesOf(list: Sql, entry: string): Sql {
  return sql`(select array_agg(e.value->>${stringLiteral(entry)} order by e.place) from jsonb_array_elements(${list}) with ordinality as e(value, place))`;
}

/** A roll-up as it is kept: counts and sums of nothing are 0, and not kept at all. */
function rollupSource(
  field: CompiledField,
  operation: NonNullable<CompiledField['rollup']>['function'],
): Sql {
  const key = stringLiteral(field.key);
  const type = sqlTypeOf(field);
  if (type === 'numeric') {
    const value = sql`({derived}->${key})::numeric`;
    return operation === 'count' || operation === 'sum' ? sql`coalesce(${value}, 0)` : value;
  }
  const text = sql`{derived}->>${key}`;
  if (type === 'boolean') return sql`coalesce((${text})::boolean, false)`;
  return type === 'date'
    ? sql`(${text})::date`
    : type === 'timestamptz'
      ? sql`(${text})::timestamptz`
      : sql`(${text})`;
}

const dataPlaceholder = identifierPlaceholder();
function identifierPlaceholder(): Sql {
  return sql`{data}`;
}

/** The words of a value, as searches see them: without the tags of rich text. */
export function searchedText(value: Sql, field: CompiledField): Sql {
  if (field.type.column?.isMarkup !== true) return value;
  const spaced = sql`regexp_replace(${value}, '</(p|li|h[1-4]|tr|blockquote|pre)>|<br ?/?>', ' ', 'g')`;
  const bare = sql`regexp_replace(${spaced}, '<[^<>]*>', '', 'g')`;
  return sql`replace(replace(replace(replace(${bare}, '&lt;', '<'), '&gt;', '>'), '&quot;', '"'), '&amp;', '&')`;
}

/** Ignores case as `toLowerCase` does: text search and its index must use the same words. */
export function lowered(text: Sql, features: DatabaseFeatures): Sql {
  return features.hasIcu ? sql`lower(${text} collate "und-x-icu")` : sql`lower(${text})`;
}
