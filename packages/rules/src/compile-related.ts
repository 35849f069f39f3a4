/**
 * Makes a function of what is asked of related records. In memory they are seldom at hand: then the answer, worked
 * out by storage, stands among the values of the record under the text of its path.
 */
import { answerOfNone, type Expression, type FieldPath, type JsonValue, type Operand } from '@trellis/model';
import type { ReadCondition, ReadValue, RuleScope } from './compile-value.ts';
import { sumOf } from './decimal.ts';

interface Compilers {
  condition(expression: Expression): ReadCondition;
  value(operand: Operand): ReadValue;
}

export function compileRelated(path: FieldPath, compile: Compilers): ReadValue {
  const question = path.field.question!;
  const { operator } = question;
  const none = answerOfNone(question);
  const meets = question.condition ? compile.condition(question.condition) : () => true;
  const read = question.value && compile.value(question.value);
  const isOfType = isOfTypeOf(path.field);
  return (scope) => {
    const records = scope.related?.(path, scope.values);
    if (!records) {
      const answer = scope.values[path.text];
      return isOfType(answer) ? answer : none;
    }
    const scopes = records.map((values): RuleScope => ({ ...scope, values, previous: undefined }));
    switch (operator) {
      case 'some':
        return scopes.some(meets);
      case 'none':
        return !scopes.some(meets);
      case 'all':
        return scopes.length > 0 && scopes.every(meets);
      case 'is_under': {
        // The records are the one that is asked about and those above it.
        const above = read!(scope);
        return scopes.some(({ values }) => values.id === above);
      }
      case 'count':
        return scopes.filter(meets).length;
      case 'min':
      case 'max':
        return extremeOf(operator, scopes.filter(meets).map(read!));
      default: {
        const numbers = scopes.filter(meets).map(read!).filter(isNumber);
        return operator === 'sum' ? sumOf(numbers) : meanOf(numbers);
      }
    }
  };
}

/** Of an answer that storage has worked out, anything else than its type is none. */
function isOfTypeOf({ type }: FieldPath['field']): (value: unknown) => value is JsonValue {
  const wanted = type.valueType === 'boolean' || type.valueType === 'number' ? type.valueType : 'string';
  return (value): value is JsonValue => typeof value === wanted;
}

/** Days and moments of one form are in order as text is. */
function extremeOf(operator: 'min' | 'max', values: readonly JsonValue[]): JsonValue {
  const isBetter = (left: number | string, right: number | string) =>
    operator === 'min' ? left < right : left > right;
  return values.reduce<number | string | null>((best, value) => {
    if (typeof value !== 'number' && typeof value !== 'string') return best;
    return best === null || isBetter(value, best) ? value : best;
  }, null);
}

function isNumber(value: JsonValue): value is number {
  return typeof value === 'number';
}

function meanOf(numbers: readonly number[]): number | null {
  return numbers.length === 0 ? null : sumOf(numbers, numbers.length);
}
