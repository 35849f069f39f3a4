/**
 * Questions to related records, as people build them: whether any, none or all of them meet a condition, how many do,
 * or what they come to. Conditions within are seen from a related record, and may ask related records in turn.
 */
import type { ObjectDescription } from './description.ts';
import type { FilterGroup } from './filter.ts';

/** The first three are answered by yes or no, the others by a number. */
export const RELATED_FUNCTIONS = ['some', 'none', 'all', 'count', 'sum', 'avg'] as const;
export type RelatedFunction = (typeof RELATED_FUNCTIONS)[number];

export const RELATED_COMPARISONS = ['>=', '<=', '>', '<', '==', '!='] as const;
export type RelatedComparison = (typeof RELATED_COMPARISONS)[number];

export interface FilterRelated {
  readonly kind: 'related';
  /** The name of the records, `contacts`, or behind lookups `account.contacts`. */
  readonly path: string;
  readonly function: RelatedFunction;
  /** What is added up, seen from a related record; of `sum` and `avg`. */
  readonly field?: string;
  /** Of a number; `value` is null until it is given. */
  readonly comparison?: RelatedComparison;
  readonly value?: number | null;
  /** The records that count; without conditions all of them. */
  readonly where: FilterGroup;
}

/** Records that point to those of an object, or are linked with them. */
export interface Relation {
  readonly name: string;
  readonly label: string;
  readonly object: string;
}

/** What records of an object may be asked about, as far as the caller may know. */
export function relationsOf(description: ObjectDescription): readonly Relation[] {
  return [
    ...description.related_lists.map(({ name, label, object }) => ({ name, label, object })),
    ...description.fields.flatMap(({ name, label, value_type: type, targets }) =>
      type === 'ids' && targets[0] !== undefined ? [{ name, label, object: targets[0] }] : [],
    ),
  ];
}

export function comparesNumber(name: RelatedFunction): boolean {
  return name === 'count' || addsUp(name);
}

/** Whether the function takes a field of the related records. */
export function addsUp(name: RelatedFunction): boolean {
  return name === 'sum' || name === 'avg';
}

/** The question as JSON Logic, given that of its condition; undefined while something is missing. */
export function relatedLogic(question: FilterRelated, condition: unknown): unknown {
  const { function: name, path, field, comparison, value } = question;
  if (path === '') return undefined;
  if (name === 'all' && condition === undefined) return undefined;
  if (addsUp(name) && (field === undefined || field === '')) return undefined;
  const call = {
    [name]: [
      { var: path },
      ...(addsUp(name) ? [{ var: field }] : []),
      ...(condition === undefined ? [] : [condition]),
    ],
  };
  if (!comparesNumber(name)) return call;
  if (comparison === undefined || typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  return { [comparison]: [call, value] };
}

/** A question that is answered by yes or no. `parseWhere` reads the condition within; undefined: no words for it. */
export function parseRelated(
  operator: string,
  args: readonly unknown[],
  parseWhere: (logic: unknown) => FilterGroup | undefined,
): FilterRelated | undefined {
  const question = parseCall(operator, args, parseWhere);
  return question === undefined || comparesNumber(question.function) ? undefined : question;
}

/** A number of related records, compared with one. */
export function parseComparedRelated(
  operator: string,
  [left, value, ...more]: readonly unknown[],
  parseWhere: (logic: unknown) => FilterGroup | undefined,
): FilterRelated | undefined {
  const comparison = RELATED_COMPARISONS.find((each) => each === operator);
  if (comparison === undefined || typeof value !== 'number' || more.length > 0) return undefined;
  if (typeof left !== 'object' || left === null || Array.isArray(left)) return undefined;
  const [[name, raw] = ['', undefined], ...others] = Object.entries(left);
  if (others.length > 0) return undefined;
  const question = parseCall(name, Array.isArray(raw) ? raw : [raw], parseWhere);
  return question !== undefined && comparesNumber(question.function)
    ? { ...question, comparison, value }
    : undefined;
}

function parseCall(
  operator: string,
  args: readonly unknown[],
  parseWhere: (logic: unknown) => FilterGroup | undefined,
): FilterRelated | undefined {
  const name = RELATED_FUNCTIONS.find((each) => each === operator);
  if (name === undefined) return undefined;
  const path = variableIn(args[0]);
  const field = addsUp(name) ? variableIn(args[1]) : undefined;
  if (path === undefined || (addsUp(name) && field === undefined)) return undefined;
  const at = addsUp(name) ? 2 : 1;
  if (args.length > at + 1 || (name === 'all' && args.length === at)) return undefined;
  const where = parseWhere(args[at]);
  if (where === undefined) return undefined;
  return { kind: 'related', path, function: name, ...(field === undefined ? {} : { field }), where };
}

function variableIn(source: unknown): string | undefined {
  if (typeof source !== 'object' || source === null || Object.keys(source).length !== 1) return undefined;
  const given: unknown = 'var' in source ? source.var : undefined;
  const name: unknown = Array.isArray(given) && given.length === 1 ? given[0] : given;
  return typeof name === 'string' && name !== '' && !name.startsWith('$') ? name : undefined;
}
