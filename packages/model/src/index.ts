/** The front door of the model room: what metadata means. */
export { type CompileInput, type CompileResult, compile } from './compile.ts';
export { type ComponentChange, type Difference, diff, diffBodies, findDependents } from './diff.ts';
export { type CheckedExpression, checkExpression } from './expressions/check-expression.ts';
export {
  ALWAYS,
  allOf,
  type ComparisonOperator,
  type Expression,
  type ExpressionContext,
  NEVER,
  type Operand,
  PERIODS,
  type PeriodName,
  type TextOperator,
} from './expressions/expression.ts';
export type { FieldPath, SortKey } from './expressions/path.ts';
export {
  type IsReadable,
  type PathScope,
  type ResolvedPath,
  resolvePath,
} from './expressions/resolve-path.ts';
export type {
  AggregateFunction,
  ColumnFacet,
  CompiledOption,
  Display,
  FieldType,
  FilterOperator,
  JsonSchema,
  JsonValue,
  ParsedText,
  ValueType,
} from './field-type.ts';
export { formatAutoNumber } from './field-types/auto-number.ts';
export { isCalendarDay } from './field-types/date.ts';
export { compareCodePoints, scaleOf } from './field-types/facets.ts';
export { FIELD_TYPES } from './field-types/registry.ts';
export type {
  CompiledApp,
  CompiledField,
  CompiledLayout,
  CompiledObject,
  CompiledRecordType,
  CompiledView,
  FieldDefault,
  Junction,
  Model,
  Reference,
  ReverseLookup,
} from './model.ts';
export { countSignificantDigits, roundHalfAwayFromZero } from './numbers.ts';
export type {
  AggregateQuery,
  CountMode,
  DatePeriod,
  GroupKey,
  Measure,
  RecordData,
  RecordPage,
  RecordQuery,
  RowSlot,
} from './record-query.ts';
export {
  PRINCIPAL_OBJECTS,
  PRINCIPAL_PATHS,
  RESERVED_FIELD_NAMES,
  SYSTEM_PRINCIPAL_ID,
  systemFields,
  TITLE_FIELD,
} from './system-fields.ts';
export { checkValue } from './value-schema.ts';
