/**
 * A condition as people build it: questions joined by and/or/not, in groups. It translates to the JSON Logic of the
 * expression language (design brief §3.1) and back; `fromJsonLogic(toJsonLogic(f))` gives the same filter. List
 * filters, view filters, rules and every `…_when` are this one form.
 */
import type { FilterOperator, JsonValue, PeriodName } from '@trellis/model';
import { type FilterRelated, parseComparedRelated, parseRelated, relatedLogic } from './filter-related.ts';

/** An operator as offered to people: those of the field types, their negations, and the periods as one. */
export type FilterVerb =
  | FilterOperator
  | 'not_in'
  | 'not_contains'
  | 'not_includes_any'
  | 'not_is_under'
  | 'is_not_blank'
  | 'is_me'
  | 'is_not_me'
  /** Of a field, where there is a change; and of the record itself: it is new. */
  | 'changed'
  | 'not_changed'
  | 'is_new'
  | 'is_not_new'
  /** Of the record itself: one of several fields has changed. */
  | 'changed_any'
  | 'not_changed_any';

/** The path of a question about the record itself. */
export const IS_NEW_PATH = '$is_new';
/** Before the name of a field: its value before the change. */
export const PREVIOUS_PREFIX = '$previous.';

/** A date that moves with the clock. */
export interface RelativeDate {
  readonly relative: 'today' | 'now';
}
export interface PeriodValue {
  readonly period: PeriodName;
  /** Of `last_n_days` and `next_n_days`. */
  readonly n?: number;
}
/** The value of another field of the same record, or behind its lookups. */
export interface FieldValue {
  readonly field: string;
}
export type FilterValue = JsonValue | RelativeDate | PeriodValue | FieldValue;

export interface FilterCondition {
  readonly kind: 'condition';
  /** `amount` or `account.industry`. */
  readonly path: string;
  readonly verb: FilterVerb;
  readonly value: FilterValue;
}
export interface FilterGroup {
  readonly kind: 'group';
  readonly join: 'and' | 'or';
  /** The group holds when its conditions, joined, do not. */
  readonly isNegated?: boolean;
  readonly items: readonly FilterItem[];
}
/** A part that there are no words for, such as arithmetic: kept as it is, and shown as formula text. */
export interface FilterExpression {
  readonly kind: 'expression';
  readonly logic: unknown;
}
export type FilterItem = FilterCondition | FilterRelated | FilterGroup | FilterExpression;

export const EMPTY_FILTER: FilterGroup = { kind: 'group', join: 'and', items: [] };

/** In the order in which they are offered. */
export const PERIOD_NAMES = [
  'this_week',
  'this_month',
  'this_quarter',
  'this_year',
  'last_week',
  'last_month',
  'last_quarter',
  'last_year',
  'next_week',
  'next_month',
  'next_quarter',
  'next_year',
  'last_n_days',
  'next_n_days',
] as const satisfies readonly PeriodName[];

const COMPARISONS = new Set(['==', '!=', '<', '<=', '>', '>=']);
const SEARCHES = new Set([
  'contains',
  'starts_with',
  'ends_with',
  'includes_any',
  'includes_all',
  'is_under',
]);
const NEGATIONS: Readonly<Record<string, FilterVerb>> = {
  in: 'not_in',
  contains: 'not_contains',
  includes_any: 'not_includes_any',
  is_under: 'not_is_under',
  is_blank: 'is_not_blank',
  changed: 'not_changed',
  changed_any: 'not_changed_any',
  is_new: 'is_not_new',
};
/** Verbs that say all by themselves. */
const COMPLETE: readonly FilterVerb[] = [
  'is_blank',
  'is_not_blank',
  'is_me',
  'is_not_me',
  'changed',
  'not_changed',
  'is_new',
  'is_not_new',
];

/** The filter as JSON Logic; undefined when it says nothing. Conditions that are not finished are left out. */
export function toJsonLogic(filter: FilterItem): unknown {
  if (filter.kind === 'condition') return isFinished(filter) ? conditionLogic(filter) : undefined;
  if (filter.kind === 'expression') return filter.logic;
  if (filter.kind === 'related') return relatedLogic(filter, toJsonLogic(filter.where));
  const parts = filter.items.map(toJsonLogic).filter((part) => part !== undefined);
  if (parts.length === 0) return undefined;
  const joined = parts.length === 1 ? parts[0] : { [filter.join]: parts };
  return filter.isNegated === true ? { '!': [joined] } : joined;
}

/** The filter that a piece of JSON Logic stands for; undefined when people's filters can't say it. */
export function fromJsonLogic(logic: unknown): FilterGroup | undefined {
  return isAlways(logic) ? EMPTY_FILTER : asGroup(parse(logic, false));
}

/** The same for any JSON Logic: parts that there are no words for stay as they are, each at its place. */
export function conditionTree(logic: unknown): FilterGroup {
  if (isAlways(logic)) return EMPTY_FILTER;
  return asGroup(parse(logic, true) ?? { kind: 'expression', logic }) ?? EMPTY_FILTER;
}

function isAlways(logic: unknown): boolean {
  if (logic === undefined || logic === null || logic === true) return true;
  return typeof logic === 'object' && !Array.isArray(logic) && Object.keys(logic).length === 0;
}

function asGroup(item: FilterItem | undefined): FilterGroup | undefined {
  if (item === undefined || item.kind === 'group') return item;
  return { kind: 'group', join: 'and', items: [item] };
}

/** Both filters at once; undefined when neither says anything. */
export function conjoin(...logics: readonly unknown[]): unknown {
  const parts = logics.filter((logic) => logic !== undefined && logic !== null);
  return parts.length <= 1 ? parts[0] : { and: parts };
}

/** Whether a condition has all that it needs to be asked. */
export function isFinished(condition: FilterCondition): boolean {
  const { verb, value } = condition;
  if (condition.path === '') return false;
  if (COMPLETE.includes(verb)) return true;
  if (verb === 'period') return isPeriod(value);
  if (isFieldValue(value)) return value.field !== '';
  if (Array.isArray(value)) return value.length > 0;
  return value !== null && value !== '';
}

export function isRelative(value: FilterValue): value is RelativeDate {
  return typeof value === 'object' && value !== null && 'relative' in value;
}

export function isPeriod(value: FilterValue): value is PeriodValue {
  return typeof value === 'object' && value !== null && 'period' in value;
}

export function isFieldValue(value: FilterValue): value is FieldValue {
  return typeof value === 'object' && value !== null && 'field' in value;
}

/** How many finished conditions a filter has, groups included. */
export function countConditions(filter: FilterItem): number {
  if (filter.kind === 'expression') return 1;
  if (filter.kind === 'condition') return isFinished(filter) ? 1 : 0;
  if (filter.kind === 'related') return toJsonLogic(filter) === undefined ? 0 : 1;
  return filter.items.reduce((sum, item) => sum + countConditions(item), 0);
}

function conditionLogic({ path, verb, value }: FilterCondition): unknown {
  const field = { var: path };
  switch (verb) {
    case 'not_in':
      return { '!': [{ in: [field, value] }] };
    case 'not_contains':
      return { '!': [{ contains: [field, value] }] };
    case 'not_includes_any':
      return { '!': [{ includes_any: [field, value] }] };
    case 'not_is_under':
      return { '!': [{ is_under: [field, value] }] };
    case 'is_blank':
      return { is_blank: [field] };
    case 'is_not_blank':
      return { '!': [{ is_blank: [field] }] };
    case 'is_me':
      return { '==': [field, { var: '$user.id' }] };
    case 'is_not_me':
      return { '!=': [field, { var: '$user.id' }] };
    case 'changed':
      return { $changed: [path] };
    case 'not_changed':
      return { '!': [{ $changed: [path] }] };
    case 'changed_any':
      return { $changed: value };
    case 'not_changed_any':
      return { '!': [{ $changed: value }] };
    case 'is_new':
      return field;
    case 'is_not_new':
      return { '!': [field] };
    case 'period':
      if (!isPeriod(value)) return undefined;
      return { [value.period]: value.n === undefined ? [field] : [field, value.n] };
    default:
      return { [verb]: [field, valueLogic(value)] };
  }
}

function valueLogic(value: FilterValue): unknown {
  if (isRelative(value)) return { [value.relative]: [] };
  return isFieldValue(value) ? { var: value.field } : value;
}

/** With `keepsRest`, parts without words are kept instead of making the whole unsayable. */
function parse(logic: unknown, keepsRest: boolean): FilterItem | undefined {
  if (typeof logic !== 'object' || logic === null || Array.isArray(logic)) return undefined;
  const entries = Object.entries(logic);
  const [operator, raw] = entries[0] ?? [];
  if (entries.length !== 1 || operator === undefined) return undefined;
  const args: readonly unknown[] = Array.isArray(raw) ? raw : [raw];
  if (operator === 'and' || operator === 'or') {
    if (args.length === 0) return undefined;
    const items = args.map((arg) => parse(arg, keepsRest) ?? rest(arg, keepsRest));
    if (!items.every((item) => item !== undefined)) return undefined;
    return { kind: 'group', join: operator, items };
  }
  if (operator === '!') return args.length === 1 ? parseNegation(args[0], keepsRest) : undefined;
  if (operator === '$changed') {
    if (args.length === 0 || !args.every((arg) => typeof arg === 'string')) return undefined;
    const [path = ''] = args;
    return args.length === 1
      ? { kind: 'condition', path, verb: 'changed', value: null }
      : { kind: 'condition', path: IS_NEW_PATH, verb: 'changed_any', value: [...args] };
  }
  if (operator === 'var') {
    const path = pathOf(logic);
    if (path === undefined || args.length !== 1) return undefined;
    if (path === IS_NEW_PATH) return { kind: 'condition', path, verb: 'is_new', value: null };
    // A checkbox by itself is the question whether it is ticked.
    return path.startsWith('$user.') ? undefined : { kind: 'condition', path, verb: '==', value: true };
  }
  const parseWhere = (where: unknown) =>
    isAlways(where)
      ? EMPTY_FILTER
      : asGroup(parse(where, keepsRest) ?? (keepsRest ? { kind: 'expression', logic: where } : undefined));
  return (
    parseQuestion(operator, args) ??
    parseRelated(operator, args, parseWhere) ??
    parseComparedRelated(operator, args, parseWhere)
  );
}

function rest(logic: unknown, isKept: boolean): FilterExpression | undefined {
  return isKept ? { kind: 'expression', logic } : undefined;
}

function parseNegation(logic: unknown, keepsRest: boolean): FilterItem | undefined {
  const inner = parse(logic, keepsRest);
  if (inner === undefined) return undefined;
  const verb = inner.kind === 'condition' ? NEGATIONS[inner.verb] : undefined;
  if (inner.kind === 'condition' && verb !== undefined) return { ...inner, verb };
  if (inner.kind === 'group' && inner.isNegated !== true) return { ...inner, isNegated: true };
  return { kind: 'group', join: 'and', isNegated: true, items: [inner] };
}

/** A field, what is asked of it, and what it is compared with. */
function parseQuestion(operator: string, args: readonly unknown[]): FilterCondition | undefined {
  const path = pathOf(args[0]);
  if (path === undefined || (path.startsWith('$') && !path.startsWith(PREVIOUS_PREFIX))) return undefined;
  const condition = (verb: FilterVerb, value: FilterValue): FilterCondition => ({
    kind: 'condition',
    path,
    verb,
    value,
  });
  if (operator === 'is_blank') return args.length === 1 ? condition('is_blank', null) : undefined;
  if ((PERIOD_NAMES as readonly string[]).includes(operator)) {
    const period = operator as PeriodName;
    if (args.length === 1) return condition('period', { period });
    return typeof args[1] === 'number' ? condition('period', { period, n: args[1] }) : undefined;
  }
  const value = args[1];
  if (args.length !== 2) return undefined;
  if (operator === 'in') return isScalarList(value) ? condition('in', value) : undefined;
  if (operator === 'includes_any' || operator === 'includes_all') {
    return isScalarList(value) ? condition(operator, value) : undefined;
  }
  if (!COMPARISONS.has(operator) && !SEARCHES.has(operator)) return undefined;
  const verb = operator as FilterVerb;
  // Compared with blank: the same question as whether it is blank.
  if (value === null || value === '') {
    if (operator === '==') return condition('is_blank', null);
    return operator === '!=' ? condition('is_not_blank', null) : undefined;
  }
  if (isScalar(value) || isReference(value)) return condition(verb, value);
  const other = pathOf(value);
  if (other === '$user.id') {
    if (operator === '==') return condition('is_me', null);
    return operator === '!=' ? condition('is_not_me', null) : undefined;
  }
  const isField = other !== undefined && (!other.startsWith('$') || other.startsWith(PREVIOUS_PREFIX));
  if (isField) return condition(verb, { field: other });
  if (isEmptyCall(value, 'today')) return condition(verb, { relative: 'today' });
  if (isEmptyCall(value, 'now')) return condition(verb, { relative: 'now' });
  return undefined;
}

function pathOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('var' in value)) return undefined;
  const path: unknown = Array.isArray(value.var) ? value.var[0] : value.var;
  return typeof path === 'string' ? path : undefined;
}

function isEmptyCall(value: unknown, name: string): boolean {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return false;
  const args: unknown = (value as Record<string, unknown>)[name];
  return Array.isArray(args) && args.length === 0;
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** `{object, id}`: the value of a lookup with several targets. */
function isReference(value: unknown): value is { readonly object: string; readonly id: string } {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 2) return false;
  return (
    'object' in value && typeof value.object === 'string' && 'id' in value && typeof value.id === 'string'
  );
}

function isScalarList(value: unknown): value is (string | number)[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string' || typeof each === 'number');
}
