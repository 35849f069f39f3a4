/**
 * An expression after type checking: every path resolved to fields, every literal in the canonical form of the
 * type it meets. `checkExpression` makes it from JSON Logic; storage lowers it to SQL. An unchecked expression has
 * no type of its own and is never executed.
 *
 * Meaning is two-valued (design brief §3.1): a comparison with a blank is false, `==` and `!=` treat blank as a
 * value, `not` turns false into true. Where a date meets a datetime it stands for the first instant of that day in
 * the context's time zone.
 */
import type { JsonValue, ValueType } from '../field-type.ts';
import type { FieldPath } from './path.ts';

export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type TextOperator = 'contains' | 'starts_with' | 'ends_with';

/** Spans of days relative to today. `n` is the count of `last_n_days` (today and the n-1 days before) and `next_n_days`. */
export const PERIODS = [
  'this_week',
  'last_week',
  'next_week',
  'this_month',
  'last_month',
  'next_month',
  'this_quarter',
  'last_quarter',
  'next_quarter',
  'this_year',
  'last_year',
  'next_year',
  'last_n_days',
  'next_n_days',
] as const;
export type PeriodName = (typeof PERIODS)[number];

export type Operand =
  | { readonly op: 'literal'; readonly type: ValueType | 'blank'; readonly value: JsonValue }
  | { readonly op: 'field'; readonly type: ValueType; readonly path: FieldPath }
  | { readonly op: 'today'; readonly type: 'date' }
  | { readonly op: 'now'; readonly type: 'datetime' }
  | { readonly op: 'user_id'; readonly type: 'id' };

export type Expression =
  | { readonly op: 'constant'; readonly value: boolean }
  | { readonly op: 'and' | 'or'; readonly args: readonly Expression[] }
  | { readonly op: 'not'; readonly arg: Expression }
  | { readonly op: ComparisonOperator; readonly left: Operand; readonly right: Operand }
  | { readonly op: 'in'; readonly value: Operand; readonly list: readonly JsonValue[] }
  | { readonly op: TextOperator; readonly value: Operand; readonly text: Operand }
  | {
      readonly op: 'includes_any' | 'includes_all';
      readonly value: Operand;
      readonly list: readonly string[];
    }
  | { readonly op: 'is_blank'; readonly value: Operand }
  | { readonly op: 'is_true'; readonly value: Operand }
  | {
      readonly op: 'period';
      readonly value: Operand;
      readonly period: PeriodName;
      readonly n: number | undefined;
    };

/** What an expression may refer to besides the record: who asks and when. Given to storage with each query. */
export interface ExpressionContext {
  /** Id of the user who asks. */
  readonly userId: string;
  /** The instant of the request, RFC 3339 UTC. */
  readonly now: string;
  /** IANA zone that decides what "today" and "this month" are. */
  readonly timeZone: string;
}

export const ALWAYS: Expression = { op: 'constant', value: true };
export const NEVER: Expression = { op: 'constant', value: false };

/** The conjunction of what is given, without the parts that say nothing. */
export function allOf(...expressions: readonly (Expression | undefined)[]): Expression {
  const args = expressions.filter(
    (each): each is Expression => each !== undefined && !(each.op === 'constant' && each.value),
  );
  if (args.some((each) => each.op === 'constant')) return NEVER;
  if (args.length === 0) return ALWAYS;
  return args.length === 1 ? args[0]! : { op: 'and', args };
}
