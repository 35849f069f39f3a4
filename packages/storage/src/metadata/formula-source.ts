/**
 * The source of a promoted formula: its SQL over `{data}`, with every literal written out, for the trigger and the
 * filling. It is the lowering that queries use, so that a kept value is the one that a query would compute.
 */
import type { CompiledField, ExpressionContext } from '@trellis/model';
import type { DatabaseFeatures } from '../capabilities.ts';
import { lowerCondition, readerOf } from '../query/lower-condition.ts';
import { lowerValue, type ValueLowering } from '../query/lower-value.ts';
import { Shape } from '../query/shape.ts';
import { Sql, sql, stringLiteral } from '../sql.ts';
import { sqlTypeOf } from '../system-columns.ts';
import { sourceOf } from './field-source.ts';

/** A formula that a column keeps reads neither clock nor user nor zone. */
const NOBODY: ExpressionContext = { userId: '', now: '', timeZone: 'UTC' };

export function formulaSource(field: CompiledField, features: DatabaseFeatures): Sql {
  const shape = new Shape(NOBODY);
  shape.read({ text: field.name, through: [], field });
  const reader = readerOf((path) => ({
    sql: path.field.formula ? sourceOfFormula(path.field) : sourceOf(path.field),
    type: sqlTypeOf(path.field),
    isNullable: true,
    isColumn: false,
  }));
  const lowering: ValueLowering = {
    reader,
    features,
    condition: (condition) => lowerCondition(condition, reader, features),
  };
  const sourceOfFormula = (each: CompiledField) => sql`(${lowerValue(shape.formulas.get(each)!, lowering)})`;
  const { text } = sourceOfFormula(field);
  // The text has no other `$`: names of fields have none, and what an admin wrote is among the values.
  const source = text.replaceAll(/\$(\d+)(?:::([a-z]+)(\[\])?)?/g, (_match, place, type, isList) => {
    const value = shape.values[Number(place) - 1];
    const cast = type === undefined ? '' : `::${type}${isList ?? ''}`;
    return Array.isArray(value)
      ? `array[${value.map(writeOut).join(', ')}]${cast}`
      : `${writeOut(value)}${cast}`;
  });
  return new Sql(sqlTypeOf(field) === 'boolean' ? `coalesce(${source}, false)` : source);
}

/** A value in SQL. A text that holds the placeholder `{data}` must not read as it. */
function writeOut(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  const { text } = stringLiteral(String(value));
  if (!text.includes('{data}')) return text;
  const body = text.trimStart();
  const escaped = body.startsWith('E') ? body.slice(2, -1) : body.slice(1, -1);
  return ` E'${escaped.replaceAll('{data}', '\\x7bdata}')}'`;
}
