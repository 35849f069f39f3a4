/** What can be told of a value expression without a record: what it depends on, how large it is, how long its text. */
import type { CompiledField } from '../model.ts';
import type { Expression, Operand } from './expression.ts';
import { pathsOfExpression, pathsOfOperand } from './expression-paths.ts';
import type { FieldPath } from './path.ts';
import { pathsOfQuestion } from './related-field.ts';
import { sourcePath } from './source-path.ts';

export interface FormulaFacts {
  /** It reads the clock, or who asks. */
  readonly dependsOnAsker: boolean;
  /** It reads a moment as a day, which depends on the time zone. */
  readonly dependsOnZone: boolean;
  /** It reads fields of other records: through lookups, rolled up, or of related records. */
  readonly readsOthers: boolean;
  /** It reads what the platform keeps of the record: owner, times, version. */
  readonly readsSystem: boolean;
  /** Parts of the expression, those of the formulas that it reads included. */
  readonly size: number;
  /** Sums, products and the like among them. */
  readonly operations: number;
  /** Levels, one within the other. */
  readonly depth: number;
  /** Lookups on the longest way to a value, through formulas of other objects too. */
  readonly hops: number;
  /** The most characters that its text can have; 0 for other types. */
  readonly maxLength: number;
}

const ELAPSED: readonly unknown[] = ['hour', 'minute', 'second'];

export function factsOf(operand: Operand): FormulaFacts {
  const paths = [...pathsOfOperand(operand)].flatMap(withRelated).map(sourcePath);
  const inner = paths.flatMap(({ field }) => (field.formula ? [field.formula.facts] : []));
  const found = [...partsOf(operand, 1)];
  const parts = found.map(({ part }) => part);
  const isOfAsker = inner.some((each) => each.dependsOnAsker);
  const isOfZone = inner.some((each) => each.dependsOnZone);
  return {
    dependsOnAsker: isOfAsker || parts.some(readsAsker),
    dependsOnZone: isOfZone || parts.some(readsZone),
    readsOthers:
      paths.some(({ through, field }) => through.length > 0 || field.rollup || field.question) ||
      inner.some((each) => each.readsOthers),
    readsSystem:
      paths.some(({ field }) => field.systemColumn !== undefined) || inner.some((each) => each.readsSystem),
    size: inner.reduce((sum, { size }) => sum + size, parts.length),
    operations: inner.reduce(
      (sum, { operations }) => sum + operations,
      parts.reduce((sum, part) => sum + operationsOf(part), 0),
    ),
    depth: found.reduce((most, { part, depth }) => {
      const formula = part.op === 'field' ? sourcePath(part.path).field.formula : undefined;
      return Math.max(most, depth + (formula?.facts.depth ?? 0));
    }, 0),
    hops: paths.reduce((most, path) => Math.max(most, hopsOf(path)), 0),
    maxLength: lengthOf(operand),
  };
}

/** A path, and those that lead on from related records that it asks. */
function withRelated(path: FieldPath): readonly FieldPath[] {
  const { question: related } = path.field;
  return related ? [path, ...[...pathsOfQuestion(related)].flatMap(withRelated)] : [path];
}

/** Related records are one step away. */
function hopsOf({ through, field }: FieldPath): number {
  const { question: related, formula } = field;
  const onward = related ? [...pathsOfQuestion(related)].map((path) => 1 + hopsOf(path)) : [];
  return through.length + Math.max(formula?.facts.hops ?? 0, related ? 1 : 0, ...onward);
}

/** Whether the value can be kept in a column: it changes only when a field of the record itself is written. */
export function isStorable(facts: FormulaFacts): boolean {
  return !facts.dependsOnAsker && !facts.dependsOnZone && !facts.readsOthers && !facts.readsSystem;
}

/**
 * Why the value of a field can't be told from the row of its record alone, its own roll-ups included, if it can't: the
 * end of a sentence. What rolls it up would not hear of a change.
 */
export function whyNotOfRecord(field: CompiledField): string | undefined {
  const { formula } = field;
  if (formula?.facts.dependsOnAsker) return 'depends on the day or on who asks';
  if (formula?.facts.dependsOnZone) return 'reads a moment as a day, which depends on the time zone';
  const own: FieldPath = { text: field.name, through: [], field };
  const isElsewhere = [...inputPaths([own]).values()].some(
    (path) => path.field.question !== undefined || sourcePath(path).through.length > 0,
  );
  return isElsewhere ? 'reads other records' : undefined;
}

/**
 * The paths behind some paths, formulas of the record itself resolved to what they read, each once: what has to be
 * known of a record to evaluate in memory. A formula behind a lookup stays a path: storage computes it.
 */
export function inputPaths(paths: Iterable<FieldPath>): ReadonlyMap<string, FieldPath> {
  const found = new Map<string, FieldPath>();
  const add = (path: FieldPath) => {
    if (found.has(path.text)) return;
    const own = path.through.length === 0 ? path.field.formula : undefined;
    const { part } = path.field;
    // A part lies in its whole.
    if (part) return add({ ...path, text: path.text.slice(0, -part.name.length - 1), field: part.of });
    if (own) for (const each of pathsOfOperand(own.value)) add(each);
    else found.set(path.text, path);
  };
  for (const path of paths) add(path);
  return found;
}

/** The paths that a condition needs in memory. */
export function inputsOfExpression(expression: Expression): readonly FieldPath[] {
  return [...inputPaths(pathsOfExpression(expression)).values()];
}

type Part = Operand | Expression;

interface PlacedPart {
  readonly part: Part;
  readonly depth: number;
}

function* partsOf(part: Part, depth: number): Generator<PlacedPart> {
  yield { part, depth };
  for (const inner of innerParts(part)) yield* partsOf(inner, depth + 1);
}

function innerParts(part: Part): readonly Part[] {
  switch (part.op) {
    case 'field': {
      const { question: related } = part.path.field;
      return [related?.value, related?.condition].filter((each) => each !== undefined);
    }
    case 'call':
    case 'and':
    case 'or':
      return part.args;
    case 'if':
      return [...part.branches.flatMap(({ when, value }) => [when, value]), part.otherwise];
    case 'condition':
      return [part.condition];
    case 'not':
      return [part.arg];
    case 'in':
    case 'includes_any':
    case 'includes_all':
    case 'is_blank':
    case 'is_true':
    case 'period':
      return [part.value];
    case 'contains':
    case 'starts_with':
    case 'ends_with':
      return [part.value, part.text];
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return [part.left, part.right];
    default:
      return [];
  }
}

function operationsOf(part: Part): number {
  return part.op === 'call' && ['+', '-', '*', '/', '%'].includes(part.name) ? part.args.length - 1 : 0;
}

function readsAsker(part: Part): boolean {
  return ['today', 'now', 'user_id', 'user', 'period'].includes(part.op);
}

function readsZone(part: Part): boolean {
  switch (part.op) {
    case 'call':
      return (
        (part.name !== 'cat' &&
          part.unit !== undefined &&
          !ELAPSED.includes(part.unit) &&
          part.args.some(({ type }) => type === 'datetime')) ||
        (['year', 'month', 'day', 'weekday'].includes(part.name) && part.args[0]?.type === 'datetime')
      );
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return [part.left.type, part.right.type].sort().join(' ') === 'date datetime';
    case 'in':
      return part.value.type === 'datetime';
    default:
      return false;
  }
}

/** Most characters of a number, a day or a moment as `cat` writes them. */
const LONGEST_SCALAR = 64;

function lengthOf(operand: Operand): number {
  switch (operand.op) {
    case 'literal':
      return typeof operand.value === 'string' ? operand.value.length : LONGEST_SCALAR;
    case 'field':
    case 'previous':
      return lengthOfField(operand.path.field);
    case 'if':
      return Math.max(lengthOf(operand.otherwise), ...operand.branches.map(({ value }) => lengthOf(value)));
    case 'call': {
      const lengths = operand.args.map(lengthOf);
      if (operand.name === 'cat') return lengths.reduce((sum, length) => sum + length, 0);
      // A letter of two bytes may become three of them, ΐ; lengths count four bytes a letter.
      if (operand.name === 'upper' || operand.name === 'lower') return Math.ceil(1.5 * lengths[0]!);
      const [, count] = operand.counts;
      if (operand.name === 'substr' && count !== undefined && count >= 0) return Math.min(count, lengths[0]!);
      return Math.max(...lengths);
    }
    default:
      return LONGEST_SCALAR;
  }
}

function lengthOfField(field: CompiledField): number {
  if (field.type.valueType === 'option') return 255;
  if (field.type.valueType !== 'text') return LONGEST_SCALAR;
  if (field.systemColumn !== undefined) return 255;
  const { maxLength } = field.type.valueSchema(field) as { maxLength?: unknown };
  return typeof maxLength === 'number' ? maxLength : 255;
}
