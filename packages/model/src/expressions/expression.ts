/**
 * An expression after type checking: every path resolved to fields, every literal in the canonical form of the
 * type it meets. `checkExpression` makes it from JSON Logic; storage lowers it to SQL. An unchecked expression has
 * no type of its own and is never executed.
 *
 * Meaning is two-valued (design brief §3.1): a comparison with a blank is false, `==` and `!=` treat blank as a
 * value, `not` turns false into true. Where a date meets a datetime it stands for the first instant of that day in
 * the context's time zone.
 *
 * There are two forms: a condition (`Expression`), and a value (`Operand`). Each may stand inside the other: a
 * condition as a value of type boolean, a boolean value as the condition `is_true`.
 */
import type { JsonValue, ValueType } from '../field-type.ts';
import type { CompiledField } from '../model.ts';
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

/** Units that dates are counted in; the last three need a time. */
export const DATE_UNITS = ['day', 'week', 'month', 'quarter', 'year', 'hour', 'minute', 'second'] as const;
export type DateUnit = (typeof DATE_UNITS)[number];
/** Units that `start_of` knows. */
export const CALENDAR_UNITS = ['day', 'week', 'month', 'quarter', 'year'] as const;

/** What a value may be made with; `if` is a form of its own. */
export const CALL_NAMES = [
  '+',
  '-',
  '*',
  '/',
  '%',
  'min',
  'max',
  'abs',
  'round',
  'ceil',
  'floor',
  'cat',
  'lower',
  'upper',
  'trim',
  'length',
  'substr',
  'coalesce',
  'date_add',
  'date_diff',
  'year',
  'month',
  'day',
  'weekday',
  'start_of',
] as const;
export type CallName = (typeof CALL_NAMES)[number];

/** The type of a value; `blank` is the type of what can only be blank. */
export type OperandType = ValueType | 'blank';

export type Operand =
  | { readonly op: 'literal'; readonly type: OperandType; readonly value: JsonValue }
  | { readonly op: 'field'; readonly type: ValueType; readonly path: FieldPath }
  | { readonly op: 'today'; readonly type: 'date' }
  | { readonly op: 'now'; readonly type: 'datetime' }
  | { readonly op: 'user_id'; readonly type: 'id' }
  | { readonly op: 'user'; readonly type: 'text'; readonly property: 'name' | 'email' }
  /** What an own field was before the change; blank for a new record. */
  | { readonly op: 'previous'; readonly type: ValueType; readonly path: FieldPath }
  | Call
  | Choice
  | { readonly op: 'condition'; readonly type: 'boolean'; readonly condition: Expression };

export interface Call {
  readonly op: 'call';
  readonly type: OperandType;
  readonly name: CallName;
  readonly args: readonly Operand[];
  /** Of the date functions. */
  readonly unit: DateUnit | undefined;
  /** Whole numbers that are written out: the places of `round`, start and count of `substr`. */
  readonly counts: readonly number[];
}

/** `if`: the value of the first branch whose condition holds. */
export interface Choice {
  readonly op: 'if';
  readonly type: OperandType;
  readonly branches: readonly { readonly when: Expression; readonly value: Operand }[];
  readonly otherwise: Operand;
}

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
    }
  /** One of the fields differs from what it was before the change. */
  | { readonly op: 'changed'; readonly fields: readonly CompiledField[] }
  | { readonly op: 'is_new' }
  /**
   * As the platform sees it: the paths of `arg` are read whatever the asker may see. With `through`, a lookup of the
   * record, `arg` is about the record that it points to. Access predicates are made of it, and nothing that people write.
   */
  | {
      readonly op: 'as_platform';
      readonly through: CompiledField | undefined;
      readonly arg: Expression;
      /** `arg` is the condition of a sharing rule, as the model has it: storage may keep candidates for it. */
      readonly isRule?: boolean;
    }
  /**
   * The record is shared by hand with one of the grantees, as `granteeOf` writes them, and still is at the instant of
   * the question. Access predicates are made of it, too, and nothing that people write.
   */
  | {
      readonly op: 'shared';
      /** `read`: at least that. */
      readonly access: 'read' | 'update';
      readonly grantees: readonly string[];
      /** How many shares there were of late, where that is known: which way of reading is the better one hangs on it. */
      readonly about?: number | undefined;
    };

/** What an expression may refer to besides the record: who asks and when. Given to storage with each query. */
export interface ExpressionContext {
  /** Id of the user who asks. */
  readonly userId: string;
  /** The instant of the request, RFC 3339 UTC. */
  readonly now: string;
  /** IANA zone that decides what "today" and "this month" are. */
  readonly timeZone: string;
  /** The workspace's zone, in which formulas read moments as days, whoever asks; `timeZone` unless given. */
  readonly sharedTimeZone?: string | undefined;
  /** Blank where they are not given. */
  readonly userName?: string | undefined;
  readonly userEmail?: string | undefined;
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
