/** The front door of the forms room: from the model to what a screen is made of. */
export { type ConditionContext, isBlank, isMet, pathsInLogic } from './condition.ts';
export { generateLayout } from './default-layout.ts';
export {
  type DescribeAccess,
  type DescribeWorkspaceInput,
  describeObject,
  describeWorkspace,
} from './describe.ts';
export type {
  AppDescription,
  FieldDescription,
  ObjectDescription,
  ObjectRights,
  ObjectSummary,
  OptionDescription,
  RecordTypeDescription,
  RelatedListDescription,
  ViewDescription,
  WorkspaceDescription,
} from './description.ts';
export {
  conditionTree,
  conjoin,
  countConditions,
  EMPTY_FILTER,
  type FieldValue,
  type FilterCondition,
  type FilterExpression,
  type FilterGroup,
  type FilterItem,
  type FilterValue,
  type FilterVerb,
  fromJsonLogic,
  IS_NEW_PATH,
  isFieldValue,
  isFinished,
  isPeriod,
  isRelative,
  PERIOD_NAMES,
  type PeriodValue,
  PREVIOUS_PREFIX,
  type RelativeDate,
  toJsonLogic,
} from './filter.ts';
export {
  type FilterEditor,
  type FilterField,
  type FilterVerbDescription,
  filterFields,
  type VerbLabel,
  verbsOf,
} from './filter-fields.ts';
export {
  changedValues,
  choosableOptions,
  type DefaultsContext,
  type FormFieldUi,
  type FormItem,
  type FormOptions,
  type FormSchema,
  type FormSection,
  findRecordType,
  formSchema,
  initialValues,
  layoutFor,
  wireValue,
  wireValues,
  withOptionsOf,
  withoutBlanks,
  withStepsFrom,
} from './form-schema.ts';
export { formatDate, formatInstant, formatValue, isGrouped, titleOf } from './format.ts';
export {
  availableColumns,
  type ColumnContext,
  isReference,
  type ListColumn,
  listColumns,
  recordFields,
  relationOf,
  resolveColumn,
  titlePath,
} from './list-columns.ts';
