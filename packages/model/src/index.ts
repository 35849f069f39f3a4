/** The front door of the model room: what metadata means. */
export {
  type AccessModel,
  type CompiledPermissionSet,
  type CompiledRole,
  type CompiledSharingRule,
  type FieldRight,
  granteeOf,
  NO_ACCESS_MODEL,
  OBJECT_ACTIONS,
  type ObjectAction,
  type ObjectGrant,
  type Organised,
} from './access-model.ts';
export { type CheckedView, checkView, labelsOfView, type ViewSource, withoutParts } from './check-view.ts';
export type { CompileInput } from './compilation.ts';
export { type CompileResult, compile } from './compile.ts';
export {
  type ConversionScope,
  type ConvertedValue,
  canConvert,
  conversionTargets,
  convertValue,
  type FieldRecord,
  fieldOfRecord,
  readsSameValues,
  recordField,
} from './convert-value.ts';
export { addDays, dayOf, instantOf, localTime, type Span, spanOf, startOfDay, todayAt } from './days.ts';
export { type ComponentChange, type Difference, diff, diffBodies, findDependents } from './diff.ts';
export {
  FUNCTION_CATALOGUE,
  type FunctionCategory,
  type FunctionEntry,
  type FunctionParameter,
  type ParameterKind,
} from './expressions/catalogue.ts';
export type { ExpressionScope, UserProperty } from './expressions/check.ts';
export {
  type CheckedExpression,
  type CheckedValue,
  checkExpression,
  checkValueExpression,
} from './expressions/check-expression.ts';
export {
  ALWAYS,
  allOf,
  type Call,
  type CallName,
  type Choice,
  type ComparisonOperator,
  DATE_UNITS,
  type DateUnit,
  type Expression,
  type ExpressionContext,
  NEVER,
  type Operand,
  type OperandType,
  PERIODS,
  type PeriodName,
  type TextOperator,
} from './expressions/expression.ts';
export { pathsOfExpression, pathsOfOperand } from './expressions/expression-paths.ts';
export { type FormulaFacts, factsOf, inputPaths, inputsOfExpression } from './expressions/formula-facts.ts';
export { type Token, tokenise } from './expressions/formula-tokens.ts';
export { FORMULA_FUNCTIONS, type FormulaFunction } from './expressions/functions.ts';
export { type FormulaProblem, type ParsedFormula, parseFormula } from './expressions/parse-formula.ts';
export { partFields, sortedPath, wholeOf } from './expressions/part-field.ts';
export type { FieldPath, SortKey } from './expressions/path.ts';
export { fromPortable, type PortableExpression, toPortable } from './expressions/portable.ts';
export { printFormula } from './expressions/print-formula.ts';
export {
  answerOfNone,
  asksRelated,
  fieldsOfPath,
  objectsOfPath,
  pathsOfQuestion,
  type RelatedOperator,
  type RelatedQuestion,
  variableIn,
} from './expressions/related-field.ts';
export {
  type IsReadable,
  type PathScope,
  type ResolvedPath,
  resolvePath,
} from './expressions/resolve-path.ts';
export { relationsOf, resolveRelation } from './expressions/resolve-relation.ts';
export { fieldsBehind, sourcePath } from './expressions/source-path.ts';
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
export { ADDRESS_PARTS, addressLines, countryName } from './field-types/address-text.ts';
export { formatAutoNumber } from './field-types/auto-number.ts';
export { isCalendarDay } from './field-types/date.ts';
export { formatDuration, parseDuration } from './field-types/duration-text.ts';
export { compareCodePoints, isId, scaleOf } from './field-types/facets.ts';
export { acceptedTypes, isAccepted } from './field-types/file-family.ts';
export { type FileValue, filesIn } from './field-types/file-values.ts';
export { formatCoordinates } from './field-types/geolocation-text.ts';
export { isStorableJson } from './field-types/json-text.ts';
export { formatPersonName, PERSON_NAME_PARTS } from './field-types/person-name-text.ts';
export { ENCRYPTED, FIELD_TYPES, SEVERAL, typeOfBody } from './field-types/registry.ts';
export { plainText, searchedText } from './field-types/rich-text-plain.ts';
export { isSecretKept, SECRET_IS_SET } from './field-types/secret.ts';
export { ALL_PART, entryValues, PRIMARY_PART, partOfEntries, stepInto } from './field-types/several-text.ts';
export { allowedNext } from './field-types/status.ts';
export { isSameJson } from './field-types/structure.ts';
export { formatTime, parseTime } from './field-types/time-text.ts';
export type {
  CompiledApp,
  CompiledField,
  CompiledFormula,
  CompiledLayout,
  CompiledObject,
  CompiledRecordType,
  CompiledRollup,
  CompiledView,
  FieldDefault,
  Junction,
  Model,
  Reference,
  ReverseLookup,
  RollupPath,
} from './model.ts';
export { countSignificantDigits, roundHalfAwayFromZero } from './numbers.ts';
export {
  type CompiledRule,
  type ComputedDefault,
  type Condition,
  type FieldConditions,
  firstOf,
  isOffered,
  type ObjectRules,
  type OptionDependency,
} from './object-rules.ts';
export { type OnDelete, onDeleteOf } from './on-delete.ts';
export { compilePattern, patternsUnderAllOf, type TextPattern } from './patterns.ts';
export {
  type AggregateQuery,
  type ChildPage,
  type CountMode,
  type DatePeriod,
  type GroupKey,
  type Measure,
  type NumberBuckets,
  type OneRecord,
  type RecordCount,
  type RecordData,
  type RecordPage,
  type RecordQuery,
  type RecordQuestion,
  type RecordSearch,
  type RecordSearchPage,
  type RecordTerms,
  type RowSlot,
  SEARCH_RANKS,
  type SearchPlace,
  type SearchRank,
  titleOf,
} from './record-query.ts';
export { retypeBody } from './retype-body.ts';
export { findSimilar, findWords, type TextRange } from './search/find-words.ts';
export { type Folding, foldedForm, foldingOf } from './search/folded-form.ts';
export { parseSearch, type SearchTerm, type SearchText, singleSpaced } from './search/search-text.ts';
export { searchWords } from './search/search-words.ts';
export {
  PRINCIPAL_OBJECTS,
  PRINCIPAL_PATHS,
  RESERVED_FIELD_NAMES,
  SYSTEM_PRINCIPAL_ID,
  systemFields,
  TITLE_FIELD,
} from './system-fields.ts';
export { checkValue, VALUE_KEYWORDS } from './value-schema.ts';
