/**
 * Formula text checked while it is typed, against the draft: the same functions that the server runs when it is
 * published, so that nothing has to be asked and fields of the draft are known.
 */
import {
  checkExpression,
  checkValueExpression,
  type Expression,
  type Model,
  type Operand,
  type OperandType,
  parseFormula,
  printFormula,
  tokenise,
} from '@trellis/model';

export interface FormulaScope {
  readonly model: Model;
  readonly object: string;
  /** A condition is true or false; a value has any type. */
  readonly wants: 'condition' | 'value';
  /** There is a change: `$previous`, `CHANGED` and `$is_new` mean something. */
  readonly hasPrevious: boolean;
}

export interface FormulaProblem {
  readonly message: string;
  readonly line: number;
  readonly column: number;
  /** Offsets into the text, `to` after the last character. */
  readonly from: number;
  readonly to: number;
}

export interface CheckedFormula {
  /** JSON Logic; undefined when the text is blank, or can't be read at all. */
  readonly logic: unknown;
  readonly isReadable: boolean;
  readonly problems: readonly FormulaProblem[];
  readonly type: OperandType | undefined;
  /** What the rules room evaluates; undefined with any problem. */
  readonly meaning: { readonly condition: Expression } | { readonly value: Operand } | undefined;
  /** Paths that it reads, each once. */
  readonly paths: readonly string[];
}

const BLANK: CheckedFormula = {
  logic: undefined,
  isReadable: true,
  problems: [],
  type: undefined,
  meaning: undefined,
  paths: [],
};

export function checkFormula(scope: FormulaScope, text: string): CheckedFormula {
  if (text.trim() === '') return BLANK;
  const parsed = parseFormula(text);
  const place = placer(text);
  if (parsed.expression === undefined)
    return {
      ...BLANK,
      isReadable: false,
      problems: parsed.problems.map((each) => place(sentence(each), each.line, each.column)),
    };
  const checked = checkLogic(scope, parsed.expression);
  const problems = checked.problems.map((each) => {
    const { line, column } = parsed.placeOf(each.pointer);
    return place(sentence(each), line, column);
  });
  return { ...checked, logic: parsed.expression, isReadable: true, problems };
}

/** JSON Logic checked as the place where it stands wants it. */
export function checkLogic(scope: FormulaScope, logic: unknown) {
  const object = scope.model.objects.get(scope.object);
  if (object === undefined) return { problems: [], type: undefined, meaning: undefined, paths: [] };
  const user = ['id', 'name', 'email'] as const;
  const around = { objects: scope.model.objects, object, hasPrevious: scope.hasPrevious, user };
  if (scope.wants === 'condition') {
    const { expression, problems, mentions } = checkExpression(logic, around);
    return {
      problems,
      type: expression && ('boolean' as const),
      meaning: expression && { condition: expression },
      paths: pathsOf(mentions),
    };
  }
  const { value, problems, mentions } = checkValueExpression(logic, around);
  return { problems, type: value?.type, meaning: value && { value }, paths: pathsOf(mentions) };
}

/** Formula text of JSON Logic; blank when there is none. What can't be said as text is not of our language. */
export function textOf(logic: unknown): string {
  return logic === undefined || logic === null ? '' : (printFormula(logic) ?? '');
}

function pathsOf(mentions: readonly { readonly path: { readonly text: string } }[]): readonly string[] {
  return [...new Set(mentions.map((mention) => mention.path.text))];
}

function sentence({
  message,
  hint,
}: {
  readonly message: string;
  readonly hint?: string | undefined;
}): string {
  return hint === undefined ? message : `${message} ${hint}`;
}

/** A problem at line and column, stretched over the token that stands there. */
function placer(text: string) {
  const tokens = tokenise(text);
  const lines = text.split('\n');
  return (message: string, line: number, column: number): FormulaProblem => {
    const before = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    const at = Math.min(before + column - 1, text.length);
    const token = tokens.find((each) => each.kind !== 'end' && each.start <= at && at < each.end);
    // The end of the text has no character of its own: the last one is marked.
    const from = token?.start ?? Math.max(0, at - 1);
    return { message, line, column, from, to: token?.end ?? Math.max(at, from) };
  };
}
