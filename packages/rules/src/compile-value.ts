/**
 * Makes a function of a value expression. A value is in its canonical form or null; data of another form than the
 * field's type reads as blank, so nothing throws. Conditions inside come from the caller.
 */
import {
  type Call,
  type CompiledField,
  dayOf,
  type Expression,
  type ExpressionContext,
  entryValues,
  type FieldPath,
  type JsonValue,
  type Operand,
  type OperandType,
  partOfEntries,
  roundHalfAwayFromZero,
  todayAt,
} from '@trellis/model';
import { compileRelated } from './compile-related.ts';
import { addToDay, addToMoment, daysBetween, partOfDay, startOf, timeBetween } from './dates.ts';
import { add, divide, multiply, plainText, positiveZero, remainder, subtract } from './decimal.ts';

/** Values of a record by the text of their paths: `amount`, `account.owner.name`. What is absent is blank. */
export type Values = { readonly [path: string]: JsonValue | undefined };

/** All that an expression may look at. */
export interface RuleScope {
  readonly values: Values;
  /** What the record was before the change; undefined when it is new. */
  readonly previous?: Values | undefined;
  readonly context: ExpressionContext;
  /**
   * The records that a question is about, as their values, where they are at hand; `values` are those of the record
   * that is asked about. Without it the answer is looked up among the values, by the text of the path.
   */
  readonly related?: ((path: FieldPath, values: Values) => readonly Values[]) | undefined;
  /** Told of each operation that has no answer for the values it was given, so that its result is blank. */
  readonly onNoAnswer?: ((reason: NoAnswer) => void) | undefined;
}

/** `overflow`: a number from 10^60 on, a day outside the years 1 to 9999. */
export type NoAnswer = 'division_by_zero' | 'overflow';

export type ReadValue = (scope: RuleScope) => JsonValue;
export type ReadCondition = (scope: RuleScope) => boolean;
type CompileCondition = (expression: Expression) => ReadCondition;

export function compileValue(operand: Operand, condition: CompileCondition): ReadValue {
  switch (operand.op) {
    case 'literal': {
      const value = canonical(operand.value, operand.type);
      return () => value;
    }
    case 'field':
      return compileField(operand.path, operand.type, condition);
    case 'previous': {
      const read = compileField(operand.path, operand.type, condition);
      return (scope) => read({ ...scope, values: scope.previous ?? {}, previous: undefined });
    }
    case 'today':
      return ({ context }) => todayAt(context.now, context.timeZone);
    case 'now':
      return ({ context }) => context.now;
    case 'user_id':
      return ({ context }) => context.userId;
    case 'user':
      return operand.property === 'name'
        ? ({ context }) => context.userName || null
        : ({ context }) => context.userEmail || null;
    case 'condition':
      return condition(operand.condition);
    case 'if': {
      const branches = operand.branches.map(({ when, value }) => ({
        when: condition(when),
        value: compileValue(value, condition),
      }));
      const otherwise = compileValue(operand.otherwise, condition);
      const read: ReadValue = (scope) => {
        for (const { when, value } of branches) if (when(scope)) return value(scope);
        return otherwise(scope);
      };
      return operand.type === 'boolean' ? (scope) => read(scope) === true : read;
    }
    case 'call':
      return compileCall(operand, condition);
  }
}

/** The day of a value that is a day or a moment. */
export function compileDay(operand: Operand, condition: CompileCondition): ReadValue {
  const read = compileValue(operand, condition);
  if (operand.type !== 'datetime') return read;
  return (scope) => {
    const value = read(scope);
    return typeof value === 'string' ? dayOf(value, scope.context.timeZone) : null;
  };
}

/** Reads an own field as it counts: blank, or of the field's type. */
export function compileOwnField(field: CompiledField, condition: CompileCondition): ReadValue {
  const type = field.isPolymorphic ? 'reference' : field.type.valueType;
  return compileField({ text: field.name, through: [], field }, type, condition);
}

/** A formula of the record itself is evaluated; one of another record was computed with what is known of that. */
function compileField(path: FieldPath, type: OperandType, condition: CompileCondition): ReadValue {
  const { text } = path;
  const { formula, question: related } = path.field;
  if (related)
    return compileRelated(path, { condition, value: (operand) => compileValue(operand, condition) });
  if (formula && path.through.length === 0) {
    const read = compileValue(formula.value, condition);
    if (!formula.facts.dependsOnAsker && !formula.facts.dependsOnZone) return read;
    return (scope) => read({ ...scope, context: inSharedZone(scope.context) });
  }
  if (path.field.part) {
    const read = readerOf(type);
    const find = finderOf(path);
    return ({ values }) => read(find(values));
  }
  // The types of most comparisons, read without a detour.
  if (type === 'number') {
    return ({ values }) => {
      const value = values[text];
      return typeof value === 'number' && Number.isFinite(value) ? positiveZero(value) : null;
    };
  }
  const read = readerOf(type);
  return ({ values }) => read(values[text]);
}

/** What is shared reads moments as days in the workspace's zone, whoever asks. */
function inSharedZone(context: ExpressionContext): ExpressionContext {
  const { sharedTimeZone, timeZone } = context;
  return sharedTimeZone === undefined || sharedTimeZone === timeZone
    ? context
    : { ...context, timeZone: sharedTimeZone };
}

/** Finds the value of a path; that of a part lies in its whole. */
function finderOf({ text, field }: FieldPath): (values: Values) => JsonValue | undefined {
  const { part } = field;
  if (!part) return (values) => values[text];
  const whole = text.slice(0, -part.name.length - 1);
  return (values) => {
    // Of a record behind a lookup the part itself may have been asked for.
    const given = values[text];
    if (given !== undefined) return given;
    const value = values[whole];
    if (Array.isArray(value)) return partOfEntries(value, part.name);
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part.name)) return undefined;
    return (value as { readonly [name: string]: JsonValue })[part.name];
  };
}

function readerOf(type: OperandType): (value: JsonValue | undefined) => JsonValue {
  return (value) => canonical(value, type);
}

/** Moments have years of four digits: those beyond have no day in a time zone. */
const MOMENT = /^\d{4}-\d\d-\d\dT/;

function canonical(value: JsonValue | undefined, type: OperandType): JsonValue {
  switch (type) {
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? positiveZero(value) : null;
    case 'boolean':
      return value === true;
    case 'texts': {
      const entries = entryValues(value);
      return entries.length > 0 ? entries : null;
    }
    case 'options':
    case 'ids':
      return Array.isArray(value) && value.length > 0 ? (value as JsonValue) : null;
    case 'structure':
      return value ?? null;
    case 'date':
    case 'time':
      return typeof value === 'string' && value !== '' ? value : null;
    case 'datetime': {
      if (typeof value !== 'string' || !MOMENT.test(value) || Number.isNaN(Date.parse(value))) return null;
      return value;
    }
    case 'id':
    case 'reference': {
      const id =
        typeof value === 'object' && value !== null ? (value as { readonly id?: JsonValue }).id : value;
      return typeof id === 'string' && id !== '' ? id : null;
    }
    case 'text':
    case 'option':
      return typeof value === 'string' && value !== '' ? value : null;
    case 'blank':
      return null;
  }
}

function compileCall(call: Call, condition: CompileCondition): ReadValue {
  const args = call.args.map((arg) => compileValue(arg, condition));
  const [first, second] = args as [ReadValue, ReadValue];
  switch (call.name) {
    case '+':
      return folded(args, add);
    case '*':
      return folded(args, multiply);
    case '-':
      return args.length === 1 ? ofNumber(first, (value) => positiveZero(-value)) : folded(args, subtract);
    case '/':
      return folded(args, divide, true);
    case '%':
      return folded(args, remainder, true);
    case 'abs':
      return ofNumber(first, Math.abs);
    case 'ceil':
      return ofNumber(first, (value) => positiveZero(Math.ceil(value)));
    case 'floor':
      return ofNumber(first, Math.floor);
    case 'round': {
      const places = call.counts[0] ?? 0;
      return ofNumber(first, (value) => roundHalfAwayFromZero(value, places));
    }
    case 'min':
      return extreme(args, (value, least) => value < least);
    case 'max':
      return extreme(args, (value, most) => value > most);
    case 'coalesce':
      return (scope) => {
        for (const arg of args) {
          const value = arg(scope);
          if (value !== null) return value;
        }
        return call.type === 'boolean' ? false : null;
      };
    case 'cat':
      return (scope) => orBlank(args.map((arg) => textOf(arg(scope))).join(''));
    case 'lower':
      return ofText(first, (text) => text.toLowerCase());
    case 'upper':
      return ofText(first, (text) => text.toUpperCase());
    case 'trim':
      return ofText(first, (text) => text.trim());
    case 'length':
      return (scope) => [...textOf(first(scope))].length;
    case 'substr': {
      const [start = 0, count] = call.counts;
      return ofText(first, (text) => partOf(text, start, count));
    }
    default:
      return compileDateCall(call, first, second, condition);
  }
}

function compileDateCall(
  call: Call,
  first: ReadValue,
  second: ReadValue,
  condition: CompileCondition,
): ReadValue {
  const unit = call.unit ?? 'day';
  const day = (index: number) => compileDay(call.args[index]!, condition);
  switch (call.name) {
    case 'date_add': {
      const isMoment = call.args[0]?.type === 'datetime';
      return (scope) => {
        const [start, count] = [first(scope), second(scope)];
        if (typeof start !== 'string' || typeof count !== 'number') return null;
        const moved = isMoment
          ? addToMoment(start, count, unit, scope.context.timeZone)
          : addToDay(start, count, unit);
        if (moved === null) scope.onNoAnswer?.('overflow');
        return moved;
      };
    }
    case 'date_diff': {
      const isTime = unit === 'hour' || unit === 'minute' || unit === 'second';
      const [from, until] = isTime ? [first, second] : [day(0), day(1)];
      return (scope) => {
        const [start, end] = [from(scope), until(scope)];
        if (typeof start !== 'string' || typeof end !== 'string') return null;
        return isTime ? timeBetween(start, end, unit) : daysBetween(start, end, unit);
      };
    }
    case 'start_of':
      return ofDay(day(0), (value) => startOf(value, unit));
    case 'year':
    case 'month':
    case 'day':
    case 'weekday': {
      const part = call.name;
      return ofDay(day(0), (value) => partOfDay(value, part));
    }
    default:
      return () => null;
  }
}

function folded(
  args: readonly ReadValue[],
  combine: (left: number, right: number) => number | null,
  isQuotient = false,
): ReadValue {
  const [first, second, ...rest] = args as [ReadValue, ReadValue, ...ReadValue[]];
  return (scope) => {
    const [left, right] = [first(scope), second(scope)];
    if (typeof left !== 'number' || typeof right !== 'number') return null;
    let result = combine(left, right);
    for (const arg of rest) {
      const value = arg(scope);
      if (typeof value !== 'number') return null;
      if (result !== null) result = combine(result, value);
    }
    if (result === null) scope.onNoAnswer?.(right === 0 && isQuotient ? 'division_by_zero' : 'overflow');
    return result;
  };
}

function extreme(
  args: readonly ReadValue[],
  isBetter: (value: string | number, best: string | number) => boolean,
): ReadValue {
  return (scope) => {
    let best: string | number | undefined;
    for (const arg of args) {
      const value = arg(scope);
      if (typeof value !== 'number' && typeof value !== 'string') return null;
      if (best === undefined || isBetter(value, best)) best = value;
    }
    return best ?? null;
  };
}

function ofNumber(read: ReadValue, change: (value: number) => number): ReadValue {
  return (scope) => {
    const value = read(scope);
    return typeof value === 'number' ? change(value) : null;
  };
}

function ofText(read: ReadValue, change: (text: string) => string): ReadValue {
  return (scope) => {
    const value = read(scope);
    return typeof value === 'string' ? orBlank(change(value)) : null;
  };
}

function ofDay(read: ReadValue, change: (day: string) => JsonValue): ReadValue {
  return (scope) => {
    const value = read(scope);
    return typeof value === 'string' ? change(value) : null;
  };
}

function textOf(value: JsonValue): string {
  if (typeof value === 'number') return plainText(value);
  return typeof value === 'string' ? value : '';
}

function orBlank(text: string): string | null {
  return text === '' ? null : text;
}

/** Characters are code points. */
function partOf(text: string, start: number, count: number | undefined): string {
  const characters = [...text].slice(start);
  return (count === undefined ? characters : characters.slice(0, count)).join('');
}
