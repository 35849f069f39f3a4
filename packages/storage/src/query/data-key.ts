/** Values read from `data` by their key, where no column holds them. */
import { identifier, type Sql, sql, stringLiteral } from '../sql.ts';
import type { SqlType } from '../system-columns.ts';

/** Longer names can't be columns of `jsonb_to_record`. */
export const MAX_IDENTIFIER_BYTES = 63;

export function typeName(type: SqlType): Sql {
  return TYPE_NAMES[type];
}
const TYPE_NAMES: Readonly<Record<SqlType, Sql>> = {
  text: sql`text`,
  numeric: sql`numeric`,
  integer: sql`integer`,
  boolean: sql`boolean`,
  date: sql`date`,
  timestamptz: sql`timestamptz`,
  'text[]': sql`text[]`,
  uuid: sql`uuid`,
  jsonb: sql`jsonb`,
};

/** The value under a key that is too long for a column of `jsonb_to_record`. */
export function fromLongKey(alias: string, key: string, type: SqlType): Sql {
  const data = identifier(alias, 'data');
  if (type === 'jsonb') return sql`(${data}->${stringLiteral(key)})`;
  if (type === 'text[]') {
    return sql`(select array_agg(e.value order by e.place) from jsonb_array_elements_text(${data}->${stringLiteral(key)}) with ordinality as e(value, place))`;
  }
  return sql`(${data}->>${stringLiteral(key)})::${typeName(type)}`;
}
