/** Walks an expression for the fields that it reads: for access predicates, masks and "what depends on this". */
import type { Expression, Operand } from './expression.ts';
import type { FieldPath } from './path.ts';

/** Every path that a condition reads, in the order in which it mentions them. */
export function* pathsOfExpression(expression: Expression): Generator<FieldPath> {
  switch (expression.op) {
    case 'constant':
    case 'is_new':
    case 'shared':
      return;
    case 'and':
    case 'or':
      for (const arg of expression.args) yield* pathsOfExpression(arg);
      return;
    case 'not':
      yield* pathsOfExpression(expression.arg);
      return;
    case 'as_platform':
      // What it reads is not read for the asker.
      return;
    case 'in':
    case 'includes_any':
    case 'includes_all':
    case 'is_blank':
    case 'is_true':
    case 'period':
      yield* pathsOfOperand(expression.value);
      return;
    case 'contains':
    case 'starts_with':
    case 'ends_with':
      yield* pathsOfOperand(expression.value);
      yield* pathsOfOperand(expression.text);
      return;
    case 'changed':
      for (const field of expression.fields) yield { text: field.name, through: [], field };
      return;
    default:
      yield* pathsOfOperand(expression.left);
      yield* pathsOfOperand(expression.right);
  }
}

/** Every path that a value is made of. */
export function* pathsOfOperand(operand: Operand): Generator<FieldPath> {
  switch (operand.op) {
    case 'field':
    case 'previous':
      yield operand.path;
      return;
    case 'call':
      for (const arg of operand.args) yield* pathsOfOperand(arg);
      return;
    case 'if':
      for (const { when, value } of operand.branches) {
        yield* pathsOfExpression(when);
        yield* pathsOfOperand(value);
      }
      yield* pathsOfOperand(operand.otherwise);
      return;
    case 'condition':
      yield* pathsOfExpression(operand.condition);
      return;
    default:
      return;
  }
}
