/** Makes a function of a condition. Meaning is two-valued: the function gives true or false, whatever the data. */
import {
  type ComparisonOperator,
  compareCodePoints,
  dayOf,
  type Expression,
  type JsonValue,
  type Operand,
  searchedText,
  spanOf,
} from '@trellis/model';
import {
  compileDay,
  compileOwnField,
  compileValue,
  type ReadCondition,
  type ReadValue,
} from './compile-value.ts';

export function compileCondition(expression: Expression): ReadCondition {
  switch (expression.op) {
    case 'constant': {
      const { value } = expression;
      return () => value;
    }
    case 'and': {
      const args = expression.args.map(compileCondition);
      return (scope) => {
        for (const arg of args) if (!arg(scope)) return false;
        return true;
      };
    }
    case 'or': {
      const args = expression.args.map(compileCondition);
      return (scope) => {
        for (const arg of args) if (arg(scope)) return true;
        return false;
      };
    }
    case 'not': {
      const arg = compileCondition(expression.arg);
      return (scope) => !arg(scope);
    }
    case 'in': {
      const read = reads(expression.value);
      const literals = expression.list.map(idOrSelf);
      const hasBlank = literals.some((item) => item === null || item === '');
      const choices = new Set(literals);
      return (scope) => {
        const value = read(scope);
        return value === null ? hasBlank : choices.has(value);
      };
    }
    case 'contains':
    case 'starts_with':
    case 'ends_with':
      return textSearch(expression.op, readsWords(expression.value), readsWords(expression.text));
    case 'includes_any':
    case 'includes_all': {
      const read = reads(expression.value);
      const { op, list } = expression;
      return (scope) => {
        const value = read(scope);
        const chosen: readonly JsonValue[] = Array.isArray(value) ? (value as readonly JsonValue[]) : [];
        return op === 'includes_any'
          ? list.some((item) => chosen.includes(item))
          : list.every((item) => chosen.includes(item));
      };
    }
    case 'is_blank': {
      const read = reads(expression.value);
      return (scope) => read(scope) === null;
    }
    case 'is_true': {
      const read = reads(expression.value);
      return (scope) => read(scope) === true;
    }
    case 'period': {
      const read = compileDay(expression.value, compileCondition);
      const { period, n } = expression;
      return (scope) => {
        const day = read(scope);
        if (typeof day !== 'string') return false;
        const { now, timeZone } = scope.context;
        const { from, until } = spanOf(period, n, dayOf(now, timeZone));
        return !isBefore(day, from) && isBefore(day, until);
      };
    }
    case 'changed': {
      const fields = expression.fields.map((field) => ({
        field,
        read: compileOwnField(field, compileCondition),
      }));
      return (scope) =>
        fields.some(({ field, read }) => {
          const [now, before] = [read(scope), read({ ...scope, values: scope.previous ?? {} })];
          return now === null || before === null ? now !== before : !field.type.isEqual(now, before);
        });
    }
    case 'as_platform':
    case 'shared':
      throw new TypeError('Access is decided where the records are, not in memory.');
    case 'is_new':
      return ({ previous }) => previous === undefined;
    default:
      return comparison(expression.op, expression.left, expression.right);
  }
}

/** As searches see it: of rich text the words, without its tags. */
function readsWords(operand: Operand): ReadValue {
  const read = reads(operand);
  if (operand.op !== 'field' || operand.path.field.type.column?.isMarkup !== true) return read;
  return (scope) => {
    const value = read(scope);
    return typeof value === 'string' ? searchedText(value) : null;
  };
}

function reads(operand: Operand): ReadValue {
  return compileValue(operand, compileCondition);
}

function comparison(operator: ComparisonOperator, left: Operand, right: Operand): ReadCondition {
  const pair = [left.type, right.type].sort().join(' ');
  const areDays = pair === 'date datetime';
  const [first, second] = areDays
    ? [compileDay(left, compileCondition), compileDay(right, compileCondition)]
    : [reads(left), reads(right)];
  switch (operator) {
    case '==':
      return (scope) => first(scope) === second(scope);
    case '!=':
      return (scope) => first(scope) !== second(scope);
    case '<':
      return ordered(first, second, (order) => order < 0);
    case '<=':
      return ordered(first, second, (order) => order <= 0);
    case '>':
      return ordered(first, second, (order) => order > 0);
    case '>=':
      return ordered(first, second, (order) => order >= 0);
  }
}

/** Numbers by size, all else by code point, which is the order of days and moments too; never with a blank. */
function ordered(left: ReadValue, right: ReadValue, holds: (order: number) => boolean): ReadCondition {
  return (scope) => {
    const [first, second] = [left(scope), right(scope)];
    if (typeof first === 'number' && typeof second === 'number') return holds(first - second);
    if (typeof first !== 'string' || typeof second !== 'string') return false;
    return holds(compareCodePoints(first, second));
  };
}

function textSearch(
  operator: 'contains' | 'starts_with' | 'ends_with',
  value: ReadValue,
  text: ReadValue,
): ReadCondition {
  return (scope) => {
    const [whole, part] = [value(scope), text(scope)];
    if (typeof whole !== 'string' || typeof part !== 'string') return false;
    const [folded, sought] = [whole.toLowerCase(), part.toLowerCase()];
    if (operator === 'contains') return folded.includes(sought);
    return operator === 'starts_with' ? folded.startsWith(sought) : folded.endsWith(sought);
  };
}

/** Bounds may be `-infinity` and `infinity`. */
function isBefore(day: string, bound: string): boolean {
  if (bound.endsWith('infinity')) return bound === 'infinity';
  return day < bound;
}

function idOrSelf(value: JsonValue): JsonValue {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? ((value as { readonly id?: JsonValue }).id ?? null)
    : value;
}
