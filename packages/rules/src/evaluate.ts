/**
 * Evaluates checked expressions on a record in memory. An expression is turned into functions once and kept as long
 * as the expression itself lives, which is as long as its model.
 */
import type { Expression, JsonValue, Operand } from '@trellis/model';
import { compileCondition } from './compile-condition.ts';
import { compileValue, type ReadCondition, type ReadValue, type RuleScope } from './compile-value.ts';

const conditions = new WeakMap<Expression, ReadCondition>();
const values = new WeakMap<Operand, ReadValue>();

/** Whether the condition holds. Never throws on data: what has the wrong form is blank. */
export function holds(expression: Expression, scope: RuleScope): boolean {
  let condition = conditions.get(expression);
  if (!condition) {
    condition = compileCondition(expression);
    conditions.set(expression, condition);
  }
  return condition(scope);
}

/** The value, in canonical form; null when it is blank. A link's value is its id. */
export function evaluate(operand: Operand, scope: RuleScope): JsonValue {
  let value = values.get(operand);
  if (!value) {
    value = compileValue(operand, compileCondition);
    values.set(operand, value);
  }
  return value(scope);
}
