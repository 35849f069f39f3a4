/**
 * What is asked of the records that point to a record, as a value of that record: "has it an open task", "the sum of
 * its won deals". A question is a field made on the spot, as a part of a structured value is: checker, filters and
 * comparisons treat it as any field of its type, and whoever reads its value finds it by `related`.
 */
import { boolean } from '../field-types/boolean.ts';
import { currency } from '../field-types/currency.ts';
import { date } from '../field-types/date.ts';
import { datetime } from '../field-types/datetime.ts';
import { decimal } from '../field-types/decimal.ts';
import type { CompiledField, RollupPath } from '../model.ts';
import type { Expression, Operand } from './expression.ts';
import { pathsOfExpression, pathsOfOperand } from './expression-paths.ts';
import type { FieldPath } from './path.ts';
import { sourcePath } from './source-path.ts';

/**
 * Whether some, none or all of the records meet a condition; how many do; sum, mean, least and greatest of a value over
 * them. `min` and `max` are functions of values too: `asksRelated` tells the two apart.
 */
export const RELATED_OPERATORS = ['some', 'none', 'all', 'count', 'sum', 'avg', 'min', 'max'] as const;
export type AskingOperator = (typeof RELATED_OPERATORS)[number];
/** Whether the record is another one, or stands below it in the tree of their object: a question of the same kind. */
export const TREE_OPERATOR = 'is_under';
export type RelatedOperator = AskingOperator | typeof TREE_OPERATOR;

const OF_VALUES: ReadonlySet<string> = new Set<RelatedOperator>(['sum', 'avg', 'min', 'max']);

/** Whether the operator works on a value of each record. */
export function takesValue(operator: RelatedOperator): boolean {
  return OF_VALUES.has(operator);
}

/** Whether an operator with these parts asks related records: `min` and `max` do where the first part names some. */
export function asksRelated(
  operator: string,
  args: readonly unknown[],
  isRelation: (name: string) => boolean,
): operator is AskingOperator {
  if (operator !== 'min' && operator !== 'max')
    return (RELATED_OPERATORS as readonly string[]).includes(operator);
  const name = variableIn(args[0]);
  return name !== undefined && isRelation(name);
}

/** The name in `{"var": "contacts"}`. */
export function variableIn(source: unknown): string | undefined {
  if (typeof source !== 'object' || source === null || Object.keys(source).length !== 1) return undefined;
  const given = (source as { readonly var?: unknown }).var;
  const name: unknown = Array.isArray(given) && given.length === 1 ? given[0] : given;
  return typeof name === 'string' && name !== '' && !name.startsWith('$') ? name : undefined;
}

export interface RelatedQuestion {
  readonly operator: RelatedOperator;
  /** API name of the object of the records. */
  readonly object: string;
  /** How they are tied to the record that is asked about. */
  readonly via: RollupPath;
  /** The id of the record that is asked about. */
  readonly id: CompiledField;
  /** Seen from a related record; of those that take one. Of `is_under` the id of the record above, written out. */
  readonly value: Operand | undefined;
  /** Seen from a related record; all records unless given. */
  readonly condition: Expression | undefined;
}

/** A field for the question. `name` says all of it, so that two questions of one name have one answer. */
export function relatedField(name: string, question: RelatedQuestion): CompiledField {
  const { operator, id, value } = question;
  const summed = value?.op === 'field' ? value.path.field : undefined;
  const isMoney = summed?.type.name === 'currency';
  const isYesOrNo = operator === 'some' || operator === 'none' || operator === 'all';
  const ofDays = value?.type === 'date' ? date : value?.type === 'datetime' ? datetime : undefined;
  const type = isYesOrNo || operator === TREE_OPERATOR ? boolean : (ofDays ?? (isMoney ? currency : decimal));
  return Object.freeze({
    ...id,
    name,
    // No key of a field has a brace: nothing that is kept by key is mistaken for a question.
    key: name,
    label: operator,
    type,
    body: { label: operator, type: type.name, ...(isMoney ? { currency: summed.body.currency } : {}) },
    systemColumn: undefined,
    isRequired: false,
    isUnique: false,
    isIndexed: false,
    isSearchable: false,
    isWritable: false,
    default: undefined,
    question,
  });
}

/** The value where there are no records. */
export function answerOfNone({ operator }: RelatedQuestion): boolean | number | null {
  if (operator === 'count' || operator === 'sum') return 0;
  return takesValue(operator) ? null : operator === 'none';
}

/** What a question reads, seen from a related record. */
export function* pathsOfQuestion({ value, condition }: RelatedQuestion): Generator<FieldPath> {
  if (value) yield* pathsOfOperand(value);
  if (condition) yield* pathsOfExpression(condition);
}

/** Every field that reading a path takes: lookups, the field or its whole, and those of related records. */
export function* fieldsOfPath({ through, field }: FieldPath): Generator<CompiledField> {
  yield* through;
  const { question: related } = field;
  if (!related) {
    yield field.part?.of ?? field;
    return;
  }
  const { via } = related;
  if (via.is === 'lookup') yield via.lookup;
  else yield* [via.near, via.far];
  for (const path of pathsOfQuestion(related)) yield* fieldsOfPath(path);
}

/** API names of the objects whose records a path leads to, or through a junction's; some may come twice. */
export function* objectsOfPath(path: FieldPath): Generator<string> {
  const { through, field } = sourcePath(path);
  for (const lookup of through) yield* lookup.targets;
  if (field.junction) yield field.junction.object;
  if (!field.question) return;
  const { object, via } = field.question;
  yield object;
  if (via.is === 'junction') yield via.object;
  for (const path of pathsOfQuestion(field.question)) yield* objectsOfPath(path);
}
