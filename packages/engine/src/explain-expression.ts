/**
 * Explains an expression to its editor: as JSON Logic and as formula text, with its type, or with what is wrong and
 * where; and with the value that it has for a record.
 */
import type { Problem } from '@trellis/metadata';
import {
  type CompiledObject,
  checkExpression,
  checkValueExpression,
  inputPaths,
  type JsonValue,
  type Model,
  type Operand,
  parseFormula,
  pathsOfOperand,
  printFormula,
  TITLE_FIELD,
  wholeOf,
} from '@trellis/model';
import { evaluate, type NoAnswer } from '@trellis/rules';
import { tellReads } from './audit/record-reads.ts';
import { EngineError } from './errors.ts';
import type { Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';
import { readPaths } from './read-records.ts';

export interface ExpressionRequest {
  readonly object: string;
  /** JSON Logic; not looked at where there is text. */
  readonly expression?: unknown;
  readonly text?: string | undefined;
  /** Id of a record of the object: the answer has the value that the expression has for it. */
  readonly record?: string | undefined;
}

export interface ExplainedExpression {
  /** Null when the expression can't be written as formula text. */
  readonly text: string | null;
  readonly expression: unknown;
  /** `boolean` for a condition; null when there is a problem. */
  readonly type: string | null;
  readonly problems: readonly PlacedProblem[];
  /** Where a record was given and nothing is wrong; null is blank. */
  readonly value?: JsonValue;
  /** Why a part of the expression is blank for this record. */
  readonly warnings?: readonly ExpressionWarning[];
}

export interface ExpressionWarning {
  readonly code: NoAnswer;
  readonly message: string;
}

/** What is explained, and what of it can be evaluated: a condition as a value of type boolean. */
export interface Explanation {
  readonly explained: ExplainedExpression;
  readonly operand: Operand | undefined;
}

/** A problem that, in formula text, has a place, both from 1. */
export type PlacedProblem = Problem & { readonly line?: number; readonly column?: number };

export function explainExpression(
  model: Model,
  object: CompiledObject,
  { expression, text }: ExpressionRequest,
): Explanation {
  // It is not known where the expression will stand: all that any place allows is understood.
  const user = ['id', 'name', 'email'] as const;
  const scope = { objects: model.objects, object, hasPrevious: true, user };
  if (text !== undefined) {
    const parsed = parseFormula(text);
    if (parsed.problems.length > 0) {
      const problems = parsed.problems.map((problem) => ({ ...problem, pointer: '/text' }));
      return { explained: { text, expression: null, type: null, problems }, operand: undefined };
    }
    const { value, problems } = checkValueExpression(parsed.expression, scope);
    const placed = problems.map((problem) => ({
      ...problem,
      pointer: '/text',
      ...parsed.placeOf(problem.pointer),
    }));
    const explained = { text, expression: parsed.expression, type: value?.type ?? null, problems: placed };
    return { explained, operand: value };
  }
  // Nothing at all is the condition that everything meets.
  const condition = checkExpression(expression, scope);
  const value = condition.expression ? undefined : checkValueExpression(expression, scope);
  const isValue = value?.value !== undefined;
  const explained = {
    text: printFormula(expression) ?? null,
    expression,
    type: condition.expression ? 'boolean' : (value?.value?.type ?? null),
    problems: isValue
      ? []
      : condition.problems.map((problem) => ({ ...problem, pointer: `/expression${problem.pointer}` })),
  };
  const operand: Operand | undefined = condition.expression
    ? { op: 'condition', type: 'boolean', condition: condition.expression }
    : value?.value;
  return { explained, operand };
}

const WARNINGS: Readonly<Record<NoAnswer, string>> = {
  division_by_zero: 'For this record something is divided by zero, which gives blank.',
  overflow: 'For this record a number or date grows beyond what can be held, which gives blank.',
};

/**
 * The value of a checked expression for one record. Throws `unknown_record` where the caller sees none, and `forbidden`
 * where the expression reads a field that they may not read.
 */
export async function previewValue(
  parts: Parts,
  pinned: Pinned,
  { object, operand, id }: { readonly object: string; readonly operand: Operand; readonly id: string },
): Promise<Required<Pick<ExplainedExpression, 'value' | 'warnings'>>> {
  for (const { through, field } of pathsOfOperand(operand)) {
    const read = [...through, wholeOf(field)].filter((each) => each !== TITLE_FIELD);
    if (read.every(pinned.isReadable)) continue;
    throw new EngineError('forbidden', 'The expression reads a field that you may not read.');
  }
  const paths = inputPaths(pathsOfOperand(operand));
  const values = await readPaths(parts, pinned, { object, id, paths: [...paths.values()] });
  const read = { object: pinned.model.objects.get(object)!, recordId: id.toLowerCase(), rows: [values] };
  await tellReads(parts, pinned, { ...read, door: 'preview', paths: [...paths.values()] });
  const reasons = new Set<NoAnswer>();
  const value = evaluate(operand, {
    values,
    // As if it were saved with nothing changed.
    previous: values,
    context: pinned.expressionContext,
    onNoAnswer: (reason) => reasons.add(reason),
  });
  return { value, warnings: [...reasons].map((code) => ({ code, message: WARNINGS[code] })) };
}
