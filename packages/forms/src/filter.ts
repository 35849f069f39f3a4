/**
 * A filter as people build it: conditions joined by and/or, in groups. It translates to the JSON Logic of the
 * expression language (design brief §3.1) and back; `fromJsonLogic(toJsonLogic(f))` gives the same filter.
 */
import type { FilterOperator, JsonValue, PeriodName } from '@trellis/model';

/** An operator as offered to people: those of the field types, their negations, and the periods as one. */
export type FilterVerb =
  | FilterOperator
  | 'not_in'
  | 'not_contains'
  | 'not_includes_any'
  | 'is_not_blank'
  | 'is_me'
  | 'is_not_me';

/** A date that moves with the clock. */
export interface RelativeDate {
  readonly relative: 'today' | 'now';
}
export interface PeriodValue {
  readonly period: PeriodName;
  /** Of `last_n_days` and `next_n_days`. */
  readonly n?: number;
}
export type FilterValue = JsonValue | RelativeDate | PeriodValue;

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
  readonly items: readonly (FilterCondition | FilterGroup)[];
}

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
const SEARCHES = new Set(['contains', 'starts_with', 'ends_with', 'includes_any', 'includes_all']);
const NEGATIONS: Readonly<Record<string, FilterVerb>> = {
  in: 'not_in',
  contains: 'not_contains',
  includes_any: 'not_includes_any',
  is_blank: 'is_not_blank',
};

/** The filter as JSON Logic; undefined when it says nothing. Conditions that are not finished are left out. */
export function toJsonLogic(filter: FilterCondition | FilterGroup): unknown {
  if (filter.kind === 'condition') return isFinished(filter) ? conditionLogic(filter) : undefined;
  const parts = filter.items.map(toJsonLogic).filter((part) => part !== undefined);
  if (parts.length === 0) return undefined;
  return parts.length === 1 ? parts[0] : { [filter.join]: parts };
}

/** The filter that a piece of JSON Logic stands for; undefined when people's filters can't say it. */
export function fromJsonLogic(logic: unknown): FilterGroup | undefined {
  if (logic === undefined || logic === null) return EMPTY_FILTER;
  const parsed = parse(logic);
  if (parsed === undefined) return undefined;
  return parsed.kind === 'group' ? parsed : { kind: 'group', join: 'and', items: [parsed] };
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
  if (verb === 'is_blank' || verb === 'is_not_blank' || verb === 'is_me' || verb === 'is_not_me') return true;
  if (verb === 'period') return isPeriod(value);
  if (Array.isArray(value)) return value.length > 0;
  return value !== null && value !== '';
}

export function isRelative(value: FilterValue): value is RelativeDate {
  return typeof value === 'object' && value !== null && 'relative' in value;
}

export function isPeriod(value: FilterValue): value is PeriodValue {
  return typeof value === 'object' && value !== null && 'period' in value;
}

/** How many finished conditions a filter has, groups included. */
export function countConditions(filter: FilterCondition | FilterGroup): number {
  if (filter.kind === 'condition') return isFinished(filter) ? 1 : 0;
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
    case 'is_blank':
      return { is_blank: [field] };
    case 'is_not_blank':
      return { '!': [{ is_blank: [field] }] };
    case 'is_me':
      return { '==': [field, { var: '$user.id' }] };
    case 'is_not_me':
      return { '!=': [field, { var: '$user.id' }] };
    case 'period':
      if (!isPeriod(value)) return undefined;
      return { [value.period]: value.n === undefined ? [field] : [field, value.n] };
    default:
      return { [verb]: [field, isRelative(value) ? { [value.relative]: [] } : value] };
  }
}

function parse(logic: unknown): FilterCondition | FilterGroup | undefined {
  if (typeof logic !== 'object' || logic === null || Array.isArray(logic)) return undefined;
  const entries = Object.entries(logic);
  const [operator, raw] = entries[0] ?? [];
  if (entries.length !== 1 || operator === undefined) return undefined;
  const args: readonly unknown[] = Array.isArray(raw) ? raw : [raw];
  if (operator === 'and' || operator === 'or') {
    const items = args.map(parse);
    if (!items.every((item) => item !== undefined)) return undefined;
    return { kind: 'group', join: operator, items };
  }
  if (operator === '!') {
    const inner = parse(args[0]);
    if (inner?.kind !== 'condition') return undefined;
    const verb = NEGATIONS[inner.verb];
    return verb === undefined ? undefined : { ...inner, verb };
  }
  const path = pathOf(args[0]);
  if (path === undefined) return undefined;
  const condition = (verb: FilterVerb, value: FilterValue): FilterCondition => ({
    kind: 'condition',
    path,
    verb,
    value,
  });
  if (operator === 'is_blank') return condition('is_blank', null);
  if ((PERIOD_NAMES as readonly string[]).includes(operator)) {
    const period = operator as PeriodName;
    if (args.length === 1) return condition('period', { period });
    return typeof args[1] === 'number' ? condition('period', { period, n: args[1] }) : undefined;
  }
  const value = args[1];
  if (operator === 'in') return isScalarList(value) ? condition('in', value) : undefined;
  if (operator === 'includes_any' || operator === 'includes_all') {
    return isScalarList(value) ? condition(operator, value) : undefined;
  }
  if (!COMPARISONS.has(operator) && !SEARCHES.has(operator)) return undefined;
  const verb = operator as FilterVerb;
  if (value === null || isScalar(value)) return condition(verb, value);
  if (pathOf(value) === '$user.id') {
    return operator === '=='
      ? condition('is_me', null)
      : operator === '!='
        ? condition('is_not_me', null)
        : undefined;
  }
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

function isScalarList(value: unknown): value is (string | number)[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string' || typeof each === 'number');
}
