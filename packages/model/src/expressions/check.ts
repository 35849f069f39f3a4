/**
 * What every part of the checker stands on: faults with pointers, the count of parts, one operator and its
 * arguments read from JSON.
 */
import { nearest, type Problem } from '@trellis/metadata';
import type { ValueType } from '../field-type.ts';
import type { CompiledField, CompiledObject } from '../model.ts';
import { type Operand, PERIODS } from './expression.ts';
import { VALUE_OPERATORS } from './functions.ts';
import type { FieldPath } from './path.ts';
import { RELATED_OPERATORS, TREE_OPERATOR } from './related-field.ts';
import type { PathScope } from './resolve-path.ts';

/** What an expression may refer to besides the record. */
export interface ExpressionScope extends PathScope {
  /** What is known of the acting user; only the id unless given. */
  readonly user?: readonly UserProperty[];
  /** There is a change: `$previous.*`, `$changed` and `$is_new` mean something. */
  readonly hasPrevious?: boolean;
}
export type UserProperty = 'id' | 'name' | 'email';

export interface Mention {
  readonly pointer: string;
  readonly path: FieldPath;
  /** The path belongs to related records that are asked, not to the record itself. */
  readonly isOfRelated: boolean;
}

/** One operator with its arguments. */
export interface SourceCall {
  readonly operator: string;
  readonly args: readonly unknown[];
  /** Pointer to an argument; an operator may be written with one bare argument. */
  at(index: number): string;
}

type Fault = Omit<Problem, 'severity'>;

export const COMPARISONS: readonly string[] = ['==', '!=', '<', '<=', '>', '>='];
export const TEXT_OPERATORS: readonly string[] = ['contains', 'starts_with', 'ends_with'];
export const OPERATORS: readonly string[] = [
  'var',
  'and',
  'or',
  '!',
  ...COMPARISONS,
  ...TEXT_OPERATORS,
  'in',
  'includes_any',
  'includes_all',
  'is_blank',
  'today',
  'now',
  ...VALUE_OPERATORS,
  ...RELATED_OPERATORS.filter((operator) => !VALUE_OPERATORS.includes(operator)),
  TREE_OPERATOR,
  ...PERIODS,
];
/** Parts of one expression; beyond it a filter is an attack or an accident. */
const MAX_NODES = 2000;
const MAX_DEPTH = 40;
/** Sums, products and the like of one expression: each nests the SQL of those before it, and its parser has an end. */
const MAX_OPERATIONS = 200;
/** Questions to related records: each reads a table of its own. */
const MAX_QUESTIONS = 20;
const MAX_QUESTION_DEPTH = 2;

export class Check {
  readonly faults: Fault[] = [];
  readonly mentions: Mention[] = [];
  #scope: ExpressionScope;
  #nodes = 0;
  #operations = 0;
  #questions = 0;
  #questionDepth = 0;
  #wasTooLarge = false;

  constructor(scope: ExpressionScope) {
    this.#scope = scope;
  }

  protected get scope(): ExpressionScope {
    return this.#scope;
  }

  /** Checks what is asked of records of another object; of them no change is known. */
  protected within<T>(object: CompiledObject, check: () => T): T {
    const around = this.#scope;
    this.#scope = { ...around, object, hasPrevious: false };
    this.#questionDepth++;
    try {
      return check();
    } finally {
      this.#questionDepth--;
      this.#scope = around;
    }
  }

  protected mention(pointer: string, path: FieldPath, isOfRelated = this.#questionDepth > 0): void {
    this.mentions.push({ pointer, path, isOfRelated });
  }

  /** Counts a part, and reports once when there are too many. */
  protected isTooLarge(pointer: string, depth: number): boolean {
    this.#nodes++;
    if (this.#nodes <= MAX_NODES && depth <= MAX_DEPTH) return false;
    return this.#failAsTooLarge(pointer, `At most ${MAX_NODES} parts, ${MAX_DEPTH} deep.`);
  }

  /** Counts sums, products and the like. */
  protected hasTooManyOperations(count: number, pointer: string): boolean {
    this.#operations += count;
    const hint = `At most ${MAX_OPERATIONS} arithmetic operations.`;
    return this.#operations > MAX_OPERATIONS && this.#failAsTooLarge(pointer, hint);
  }

  /** Counts questions to related records. */
  protected hasTooManyQuestions(pointer: string): boolean {
    this.#questions++;
    const isFine = this.#questions <= MAX_QUESTIONS && this.#questionDepth < MAX_QUESTION_DEPTH;
    const hint = `At most ${MAX_QUESTIONS} questions to related records, ${MAX_QUESTION_DEPTH} within each other.`;
    return !isFine && this.#failAsTooLarge(pointer, hint);
  }

  #failAsTooLarge(pointer: string, hint: string): true {
    if (!this.#wasTooLarge) {
      this.#wasTooLarge = true;
      this.fail('expression_too_large', pointer, 'The condition is too large.', hint);
    }
    return true;
  }

  protected call(source: unknown, pointer: string): SourceCall | undefined {
    if (typeof source !== 'object' || source === null || Array.isArray(source)) {
      this.fail(
        'wrong_type',
        pointer,
        'A condition is an object with one operator, such as `{"==": [{"var": "stage"}, "won"]}`.',
      );
      return undefined;
    }
    const keys = Object.keys(source);
    const [operator] = keys;
    if (keys.length !== 1 || operator === undefined) {
      this.fail(
        'wrong_type',
        pointer,
        `One operator is expected, not ${keys.length}.`,
        'Join several with `and` or `or`.',
      );
      return undefined;
    }
    const at = `${pointer}/${operator.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const known = this.scope.hasPrevious ? [...OPERATORS, '$changed'] : OPERATORS;
    if (!known.includes(operator)) {
      const near = nearest(operator, known);
      this.fail(
        'unknown_operator',
        at,
        `There is no operator \`${operator}\`${operator === '$changed' ? ' here' : ''}.`,
        near ? `Did you mean \`${near}\`?` : `Operators are ${known.join(', ')}.`,
      );
      return undefined;
    }
    const given = (source as Record<string, unknown>)[operator];
    const isList = Array.isArray(given);
    return { operator, args: isList ? given : [given], at: (index) => (isList ? `${at}/${index}` : at) };
  }

  /** Whether a call has as many parts as its operator takes. */
  protected hasCount(call: SourceCall, least: number, pointer: string, most = least): boolean {
    if (call.args.length >= least && call.args.length <= most) return true;
    const wanted =
      most === least ? `${least}` : Number.isFinite(most) ? `${least} to ${most}` : `${least} or more`;
    this.fail(
      'wrong_type',
      pointer,
      `\`${call.operator}\` takes ${wanted} ${wanted === '1' ? 'part' : 'parts'}, not ${call.args.length}.`,
    );
    return false;
  }

  protected fail(code: string, pointer: string, message: string, hint?: string): undefined {
    this.faults.push({ code, pointer, message, ...(hint === undefined ? {} : { hint }) });
    return undefined;
  }
}

/** `` `amount` is a number `` */
export function describe(operand: Operand): string {
  const noun = withArticle(nameOf(operand.type));
  switch (operand.op) {
    case 'field': {
      const { question: related } = operand.path.field;
      return related ? `\`${related.operator}\` gives ${noun}` : `\`${operand.path.text}\` is ${noun}`;
    }
    case 'previous':
      return `\`$previous.${operand.path.text}\` is ${noun}`;
    case 'literal':
      return `${operand.type === 'blank' ? 'blank' : noun} is given`;
    case 'user_id':
      return `\`$user.id\` is ${noun}`;
    case 'user':
      return `\`$user.${operand.property}\` is ${noun}`;
    case 'call':
      return `\`${operand.name}\` gives ${noun}`;
    case 'condition':
      return `a condition gives ${noun}`;
    default:
      return `\`${operand.op}\` ${operand.op === 'if' ? 'gives' : 'is'} ${noun}`;
  }
}

export function listOperators(field: CompiledField): string {
  return field.type.filterOperators
    .map((operator) => (operator === 'period' ? 'a period' : `\`${operator}\``))
    .join(', ');
}

const TYPE_NAMES: Readonly<Record<ValueType | 'blank', string>> = {
  text: 'text',
  number: 'number',
  boolean: 'checkbox',
  date: 'date',
  datetime: 'date and time',
  time: 'time of day',
  option: 'select',
  options: 'multi-select',
  texts: 'list of texts',
  structure: 'value of several parts',
  id: 'link to a record',
  ids: 'list of links',
  reference: 'link to a record',
  blank: 'blank',
};

export function nameOf(type: ValueType | 'blank'): string {
  return TYPE_NAMES[type];
}

export function withArticle(noun: string): string {
  return noun === 'text' || noun === 'blank' ? noun : `a ${noun}`;
}

/** Whether two values can stand on the sides of a comparison. */
export function areComparable(left: Operand, right: Operand): boolean {
  if (left.type === right.type || left.type === 'blank' || right.type === 'blank') return true;
  const pair = [left.type, right.type].sort().join(' ');
  if (pair === 'option text') return [left, right].some(({ op }) => op === 'call' || op === 'if');
  return pair === 'date datetime' || pair === 'id reference';
}
