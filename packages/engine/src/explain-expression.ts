/**
 * Explains an expression to its editor: as JSON Logic and as formula text, with its type, or with what is wrong and
 * where.
 */
import type { Problem } from '@trellis/metadata';
import {
  type CompiledObject,
  checkExpression,
  checkValueExpression,
  type Model,
  parseFormula,
  printFormula,
} from '@trellis/model';

export interface ExpressionRequest {
  readonly object: string;
  /** JSON Logic; not looked at where there is text. */
  readonly expression?: unknown;
  readonly text?: string | undefined;
}

export interface ExplainedExpression {
  /** Null when the expression can't be written as formula text. */
  readonly text: string | null;
  readonly expression: unknown;
  /** `boolean` for a condition; null when there is a problem. */
  readonly type: string | null;
  readonly problems: readonly PlacedProblem[];
}

/** A problem that, in formula text, has a place, both from 1. */
export type PlacedProblem = Problem & { readonly line?: number; readonly column?: number };

export function explainExpression(
  model: Model,
  object: CompiledObject,
  { expression, text }: ExpressionRequest,
): ExplainedExpression {
  const scope = { objects: model.objects, object };
  if (text !== undefined) {
    const parsed = parseFormula(text);
    if (parsed.problems.length > 0) {
      const problems = parsed.problems.map((problem) => ({ ...problem, pointer: '/text' }));
      return { text, expression: null, type: null, problems };
    }
    const { value, problems } = checkValueExpression(parsed.expression, scope);
    const placed = problems.map((problem) => ({
      ...problem,
      pointer: '/text',
      ...parsed.placeOf(problem.pointer),
    }));
    return { text, expression: parsed.expression, type: value?.type ?? null, problems: placed };
  }
  // Nothing at all is the condition that everything meets.
  const condition = checkExpression(expression, scope);
  const value = condition.expression ? undefined : checkValueExpression(expression, scope);
  const isValue = value?.value !== undefined;
  return {
    text: printFormula(expression) ?? null,
    expression,
    type: condition.expression ? 'boolean' : (value?.value?.type ?? null),
    problems: isValue
      ? []
      : condition.problems.map((problem) => ({ ...problem, pointer: `/expression${problem.pointer}` })),
  };
}
