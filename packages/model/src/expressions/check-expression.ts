/**
 * Type-checks JSON Logic against the model: unknown in, `Expression` or `Operand` or problems out, each problem
 * with a JSON pointer to the part at fault and an explanation in the words of the model. Conditions and values are
 * one language: what gives true or false is a condition.
 */
import type { Problem } from '@trellis/metadata';
import type { ExpressionScope, Mention } from './check.ts';
import { ConditionCheck } from './check-conditions.ts';
import { ALWAYS, type Expression, type Operand } from './expression.ts';

export interface CheckedExpression {
  /** Undefined when there is any problem. */
  readonly expression: Expression | undefined;
  readonly problems: readonly Problem[];
  /** Every path that it mentions, with the pointer to its text. */
  readonly mentions: readonly Mention[];
}

export interface CheckedValue {
  /** Undefined when there is any problem. */
  readonly value: Operand | undefined;
  readonly problems: readonly Problem[];
  readonly mentions: readonly Mention[];
}

/** Checks a condition. Blank (`null`, `undefined`, `{}`) and `true` are the condition that everything meets. */
export function checkExpression(source: unknown, scope: ExpressionScope): CheckedExpression {
  if (source === undefined || source === null || isEmptyObject(source))
    return { expression: ALWAYS, problems: [], mentions: [] };
  const check = new ConditionCheck(scope);
  const expression = check.condition(source, '', 0);
  const problems = problemsOf(check);
  return { expression: problems.length > 0 ? undefined : expression, problems, mentions: check.mentions };
}

/** Checks a value of any type: a formula, a default. */
export function checkValueExpression(source: unknown, scope: ExpressionScope): CheckedValue {
  const check = new ConditionCheck(scope);
  const value = check.operand(source ?? null, '', 0);
  const problems = problemsOf(check);
  return { value: problems.length > 0 ? undefined : value, problems, mentions: check.mentions };
}

function problemsOf(check: ConditionCheck): Problem[] {
  return check.faults.map((fault) => ({ ...fault, severity: 'error' }));
}

function isEmptyObject(source: unknown): boolean {
  return (
    typeof source === 'object' &&
    source !== null &&
    !Array.isArray(source) &&
    Object.keys(source).length === 0
  );
}
