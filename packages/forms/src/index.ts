/** The front door of the forms room: from the model to what a screen is made of. */
export { isBlank } from './blank.ts';
export { generateLayout } from './default-layout.ts';
export {
  type DescribeAccess,
  type DescribeWorkspaceInput,
  describeObject,
  describeWorkspace,
} from './describe.ts';
export type {
  AppDescription,
  FieldConditionsDescription,
  FieldDescription,
  ObjectDescription,
  ObjectRights,
  ObjectSummary,
  OptionDescription,
  RecordTypeDescription,
  RelatedListDescription,
  RulesDescription,
  ViewDescription,
  WorkspaceDescription,
} from './description.ts';
export {
  conjoin,
  countConditions,
  EMPTY_FILTER,
  type FilterCondition,
  type FilterGroup,
  type FilterValue,
  type FilterVerb,
  fromJsonLogic,
  isFinished,
  isPeriod,
  isRelative,
  PERIOD_NAMES,
  type PeriodValue,
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
  type FormRules,
  type FormSchema,
  type FormSection,
  findRecordType,
  formSchema,
  initialValues,
  layoutFor,
  wireValue,
  wireValues,
  withOffered,
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
