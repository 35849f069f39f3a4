/**
 * A formula of one record as SQL with every literal written out, for what has no parameters: the trigger and the
 * filling of a promoted column, and the functions that keep roll-ups. It is the lowering that queries use, so that a
 * kept value is the one that a query would compute.
 */
import type { CompiledField, ExpressionContext, FieldPath } from '@trellis/model';
import type { DatabaseFeatures } from '../capabilities.ts';
import { lowerCondition, readerOf } from '../query/lower-condition.ts';
import { lowerValue, type ValueLowering } from '../query/lower-value.ts';
import { Shape } from '../query/shape.ts';
import { Sql, sql } from '../sql.ts';
import { sqlTypeOf } from '../system-columns.ts';
import { sourceOf } from './field-source.ts';

/** A formula that a column keeps reads neither clock nor user nor zone. */
const NOBODY: ExpressionContext = { userId: '', now: '', timeZone: 'UTC' };

/** The source of a promoted column, over `{data}`. */
export function formulaSource(field: CompiledField, features: DatabaseFeatures): Sql {
  return formulaOver(field, features, (path) => sourceOf(path.field));
}

/**
 * The formula over what `leaf` gives of the fields that it reads, formulas among them resolved. It must depend on
 * neither clock nor user nor time zone.
 */
export function formulaOver(
  field: CompiledField,
  features: DatabaseFeatures,
  leaf: (path: FieldPath) => Sql,
): Sql {
  const { facts } = field.formula!;
  if (facts.dependsOnAsker || facts.dependsOnZone)
    throw new TypeError(`The formula ${field.object}.${field.name} depends on who asks.`);
  const shape = new Shape(NOBODY);
  shape.read({ text: field.name, through: [], field });
  const reader = readerOf((path) => ({
    sql: path.field.formula ? sourceOfFormula(path.field) : leaf(path),
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
  const source = writtenOut(sourceOfFormula(field), shape.values);
  return sqlTypeOf(field) === 'boolean' ? sql`coalesce(${source}, false)` : source;
}

/** The text with its values in place of `$1::numeric`: where no parameter can be given. */
export function writtenOut(statement: Sql, values: readonly unknown[]): Sql {
  // The text has no other `$`: names of fields have none, and what was written out before has them escaped.
  return new Sql(
    statement.text.replaceAll(/\$(\d+)/g, (_match, place: string) => literal(values[Number(place) - 1])),
  );
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return `array[${value.map(literal).join(', ')}]`;
  const text = String(value);
  if (text.includes('\0')) throw new TypeError('A string must not hold a NUL.');
  if (!/[\\{$]/.test(text)) return `'${text.replaceAll("'", "''")}'`;
  // Braces mark places in a template, `{data}`, and a dollar those of values.
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "''")
    .replaceAll('{', '\\x7b')
    .replaceAll('$', '\\x24');
  return `E'${escaped}'`;
}
