/**
 * Type-checks JSON Logic against the model: unknown in, `Expression` or problems out, each problem with a JSON
 * pointer to the part at fault and an explanation in the words of the model. This is the condition part of the
 * language (filters of lists and views); formulas extend it.
 */
import { nearest, type Problem } from '@trellis/metadata';
import type { JsonValue, ValueType } from '../field-type.ts';
import { isCalendarDay } from '../field-types/date.ts';
import { datetime } from '../field-types/datetime.ts';
import { time } from '../field-types/time.ts';
import type { CompiledField } from '../model.ts';
import {
  ALWAYS,
  type ComparisonOperator,
  type Expression,
  type Operand,
  PERIODS,
  type PeriodName,
} from './expression.ts';
import type { FieldPath } from './path.ts';
import { type PathScope, resolvePath } from './resolve-path.ts';

const COMPARISONS: readonly string[] = ['==', '!=', '<', '<=', '>', '>='];
const TEXT_OPERATORS: readonly string[] = ['contains', 'starts_with', 'ends_with'];
const OPERATORS: readonly string[] = [
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
  ...PERIODS,
];
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** A NUL, or half of a surrogate pair: PostgreSQL takes neither. */
const UNSTORABLE = /[\0\p{Cs}]/u;
/** Parts of one expression; beyond it a filter is an attack or an accident. */
const MAX_NODES = 2000;
const MAX_DEPTH = 40;

type Fault = Omit<Problem, 'severity'>;

export interface CheckedExpression {
  /** Undefined when there is any problem. */
  readonly expression: Expression | undefined;
  readonly problems: readonly Problem[];
  /** Every path that it mentions, with the pointer to its text. */
  readonly mentions: readonly { readonly pointer: string; readonly path: FieldPath }[];
}

/** Checks a condition. Blank (`null`, `undefined`, `{}`) and `true` are the condition that everything meets. */
export function checkExpression(source: unknown, scope: PathScope): CheckedExpression {
  if (source === undefined || source === null || isEmptyObject(source))
    return { expression: ALWAYS, problems: [], mentions: [] };
  const checker = new Checker(scope);
  const expression = checker.condition(source, '', 0);
  const problems = checker.faults.map((fault): Problem => ({ ...fault, severity: 'error' }));
  return {
    expression: problems.length > 0 ? undefined : expression,
    problems,
    mentions: checker.mentions,
  };
}

class Checker {
  readonly faults: Fault[] = [];
  readonly mentions: { readonly pointer: string; readonly path: FieldPath }[] = [];
  readonly #scope: PathScope;
  #nodes = 0;
  #wasTooLarge = false;

  constructor(scope: PathScope) {
    this.#scope = scope;
  }

  condition(source: unknown, pointer: string, depth: number): Expression {
    if (this.#isTooLarge(pointer, depth)) return ALWAYS;
    if (typeof source === 'boolean') return { op: 'constant', value: source };
    const call = this.#call(source, pointer);
    if (!call) return ALWAYS;
    const { operator, args, at } = call;
    if (operator === 'and' || operator === 'or') {
      if (args.length === 0) return { op: 'constant', value: operator === 'and' };
      return { op: operator, args: args.map((arg, index) => this.condition(arg, at(index), depth + 1)) };
    }
    if (operator === '!') {
      if (!this.#hasCount(call, 1, pointer)) return ALWAYS;
      return { op: 'not', arg: this.condition(args[0], at(0), depth + 1) };
    }
    if (isOneOf(COMPARISONS, operator))
      return this.#comparison(operator as ComparisonOperator, call, pointer);
    if (isOneOf(TEXT_OPERATORS, operator)) return this.#textSearch(operator as 'contains', call, pointer);
    if (operator === 'in') return this.#membership(call, pointer);
    if (operator === 'includes_any' || operator === 'includes_all')
      return this.#inclusion(operator, call, pointer);
    if (operator === 'is_blank') {
      if (!this.#hasCount(call, 1, pointer)) return ALWAYS;
      const value = this.operand(args[0], at(0));
      return value ? { op: 'is_blank', value } : ALWAYS;
    }
    if (isOneOf(PERIODS, operator)) return this.#period(operator as PeriodName, call, pointer);
    if (operator === 'var') {
      const value = this.operand(source, pointer);
      if (!value) return ALWAYS;
      if (value.type === 'boolean') return { op: 'is_true', value };
      this.#fail(
        'wrong_type',
        pointer,
        `${this.#describe(value)}, which is neither true nor false.`,
        'Compare it with something.',
      );
      return ALWAYS;
    }
    this.#fail(
      'wrong_type',
      pointer,
      `\`${operator}\` gives a value, not a condition.`,
      'Compare it with something.',
    );
    return ALWAYS;
  }

  /** Counts a part, and reports once when there are too many. */
  #isTooLarge(pointer: string, depth: number): boolean {
    this.#nodes++;
    if (this.#nodes <= MAX_NODES && depth <= MAX_DEPTH) return false;
    if (!this.#wasTooLarge) {
      this.#wasTooLarge = true;
      this.#fail(
        'expression_too_large',
        pointer,
        'The condition is too large.',
        `At most ${MAX_NODES} parts, ${MAX_DEPTH} deep.`,
      );
    }
    return true;
  }

  operand(source: unknown, pointer: string): Operand | undefined {
    if (this.#isTooLarge(pointer, 0)) return undefined;
    if (source === null) return { op: 'literal', type: 'blank', value: null };
    if (typeof source === 'string' && !UNSTORABLE.test(source))
      return { op: 'literal', type: source === '' ? 'blank' : 'text', value: source === '' ? null : source };
    if (typeof source === 'string') {
      this.#fail('invalid_value', pointer, 'The text holds a character that no record can hold.');
      return undefined;
    }
    if (typeof source === 'number') return { op: 'literal', type: 'number', value: source };
    if (typeof source === 'boolean') return { op: 'literal', type: 'boolean', value: source };
    if (isReference(source))
      return { op: 'literal', type: 'reference', value: { object: source.object, id: source.id } };
    const call = this.#call(source, pointer);
    if (!call) return undefined;
    if (call.operator === 'today' || call.operator === 'now') {
      if (call.args.some((arg) => arg !== null)) {
        this.#fail(
          'wrong_type',
          pointer,
          `\`${call.operator}\` takes nothing: write \`{"${call.operator}": []}\`.`,
        );
        return undefined;
      }
      return call.operator === 'today' ? { op: 'today', type: 'date' } : { op: 'now', type: 'datetime' };
    }
    if (call.operator === 'var') return this.#variable(call, pointer);
    this.#fail(
      'not_supported',
      pointer,
      `\`${call.operator}\` can not stand inside a comparison here.`,
      'Compare a field with a value, another field, today or now.',
    );
    return undefined;
  }

  #variable(call: Call, pointer: string): Operand | undefined {
    const name = call.args[0];
    if (call.args.length !== 1 || typeof name !== 'string' || name === '') {
      this.#fail('wrong_type', pointer, '`var` takes the name of one field.');
      return undefined;
    }
    if (name === '$user.id') return { op: 'user_id', type: 'id' };
    if (name.startsWith('$')) {
      this.#fail('unknown_field', call.at(0), `There is no \`${name}\` here.`, 'Known is `$user.id`.');
      return undefined;
    }
    const { path, problem } = resolvePath(this.#scope, name);
    if (problem) {
      this.faults.push({ ...problem, pointer: call.at(0) });
      return undefined;
    }
    const { type } = path.field;
    if (type.filterOperators.length === 0) {
      this.#fail('not_supported', call.at(0), `\`${name}\` can not be filtered by.`);
      return undefined;
    }
    this.mentions.push({ pointer: call.at(0), path });
    return { op: 'field', type: path.field.isPolymorphic ? 'reference' : type.valueType, path };
  }

  #comparison(op: ComparisonOperator, call: Call, pointer: string): Expression {
    if (!this.#hasCount(call, 2, pointer)) return ALWAYS;
    const left = this.operand(call.args[0], call.at(0));
    const right = this.operand(call.args[1], call.at(1));
    if (!left || !right) return ALWAYS;
    const typedLeft = this.#adapt(left, right, call.at(0));
    const typedRight = this.#adapt(right, left, call.at(1));
    if (!typedLeft || !typedRight) return ALWAYS;
    for (const side of [typedLeft, typedRight]) {
      if (side.op === 'field' && !side.path.field.type.filterOperators.includes(op)) {
        this.#fail(
          'wrong_type',
          pointer,
          `\`${op}\` does not apply: ${this.#describe(side)}.`,
          `It can be asked ${listOperators(side.path.field)}.`,
        );
        return ALWAYS;
      }
    }
    if (!areComparable(typedLeft.type, typedRight.type)) {
      this.#fail(
        'wrong_type',
        pointer,
        `${this.#describe(typedLeft)}, and ${this.#describe(typedRight)}: they can not be compared.`,
      );
      return ALWAYS;
    }
    const isOrdering = op !== '==' && op !== '!=';
    if (isOrdering && !['number', 'date', 'datetime', 'time', 'text', 'blank'].includes(typedLeft.type)) {
      this.#fail(
        'wrong_type',
        pointer,
        `\`${op}\` needs an order, and ${this.#describe(typedLeft)} has none.`,
      );
      return ALWAYS;
    }
    return { op, left: typedLeft, right: typedRight };
  }

  /** A literal takes the type that it meets: date, datetime, option, id. Other operands stay as they are. */
  #adapt(operand: Operand, other: Operand, pointer: string): Operand | undefined {
    if (operand.op !== 'literal' || operand.type === 'blank') return operand;
    const target: ValueType | 'blank' = other.type;
    const field = other.op === 'field' ? other.path.field : undefined;
    const value = operand.value;
    if (operand.type === 'reference') return this.#adaptReference(operand, other, field, pointer);
    if (target === operand.type && target !== 'text') return operand;
    if (typeof value === 'string') return this.#adaptText(value, target, field, pointer);
    if (target === 'blank' || areComparable(operand.type, target)) return operand;
    this.#fail(
      'wrong_type',
      pointer,
      `${other.op === 'field' ? `${this.#describe(other)}; ` : ''}the value given is no ${nameOf(target)}.`,
      this.#suggest(field),
    );
    return undefined;
  }

  /** `{object, id}` as given: of an object that the field can point to, with an id that is one. */
  #adaptReference(
    operand: Operand & { op: 'literal' },
    other: Operand,
    field: CompiledField | undefined,
    pointer: string,
  ): Operand | undefined {
    const given = operand.value as { readonly object: string; readonly id: string };
    const id = given.id.toLowerCase();
    if (!ID.test(id)) {
      this.#fail('wrong_type', `${pointer}/id`, 'The value given is no id.');
      return undefined;
    }
    if (field && field.targets.length > 0 && !field.targets.includes(given.object)) {
      this.#fail(
        'wrong_type',
        `${pointer}/object`,
        `\`${field.name}\` does not point to the object given.`,
        `It points to ${field.targets.join(', ')}.`,
      );
      return undefined;
    }
    if (other.type === 'id') return { op: 'literal', type: 'id', value: id };
    return { op: 'literal', type: 'reference', value: { object: given.object, id } };
  }

  #adaptText(
    value: string,
    target: ValueType | 'blank',
    field: CompiledField | undefined,
    pointer: string,
  ): Operand | undefined {
    switch (target) {
      case 'text':
      case 'blank':
        return textLiteral(field ? field.type.canonicalise(value, field) : value);
      case 'date':
        if (isCalendarDay(value)) return { op: 'literal', type: 'date', value };
        break;
      case 'datetime': {
        if (isCalendarDay(value)) return { op: 'literal', type: 'date', value };
        const parsed = datetime.parseText(value);
        if ('value' in parsed) return { op: 'literal', type: 'datetime', value: parsed.value };
        break;
      }
      case 'time': {
        const parsed = time.parseText(value);
        if ('value' in parsed) return { op: 'literal', type: 'time', value: parsed.value };
        break;
      }
      case 'texts':
        return textLiteral(field ? canonicalEntry(field, value) : value);
      case 'option':
      case 'options':
        if (
          !field ||
          field.options.some((option) => option.value === value) ||
          field.name === 'record_type'
        ) {
          return { op: 'literal', type: 'option', value };
        }
        break;
      case 'id':
        if (ID.test(value.toLowerCase())) return { op: 'literal', type: 'id', value: value.toLowerCase() };
        break;
      case 'reference':
        // A polymorphic lookup can be compared with an id alone: ids are unique across objects.
        if (ID.test(value.toLowerCase())) return { op: 'literal', type: 'id', value: value.toLowerCase() };
        break;
      default:
        break;
    }
    const subject = field ? `\`${field.name}\` is a ${nameOf(target)}; ` : '';
    this.#fail(
      'wrong_type',
      pointer,
      `${subject}the value given is ${target === 'option' || target === 'options' ? 'none of its options' : `no ${nameOf(target)}`}.`,
      this.#suggest(field),
    );
    return undefined;
  }

  #textSearch(op: 'contains' | 'starts_with' | 'ends_with', call: Call, pointer: string): Expression {
    if (!this.#hasCount(call, 2, pointer)) return ALWAYS;
    const value = this.operand(call.args[0], call.at(0));
    const text = this.operand(call.args[1], call.at(1));
    if (!value || !text) return ALWAYS;
    for (const [side, index] of [
      [value, 0],
      [text, 1],
    ] as const) {
      if (side.type !== 'text' && side.type !== 'blank') {
        this.#fail('wrong_type', call.at(index), `\`${op}\` looks at text: ${this.#describe(side)}.`);
        return ALWAYS;
      }
    }
    if (text.op !== 'literal' || typeof text.value !== 'string') return { op, value, text };
    return { op, value, text: { ...text, value: text.value.normalize('NFC') } };
  }

  #membership(call: Call, pointer: string): Expression {
    if (!this.#hasCount(call, 2, pointer)) return ALWAYS;
    const value = this.operand(call.args[0], call.at(0));
    const list = call.args[1];
    if (!Array.isArray(list)) {
      this.#fail(
        'wrong_type',
        call.at(1),
        '`in` needs a list of values: `{"in": [{"var": "stage"}, ["won", "lost"]]}`.',
      );
      return ALWAYS;
    }
    if (!value) return ALWAYS;
    if (value.op === 'field' && !value.path.field.type.filterOperators.includes('in')) {
      this.#fail(
        'wrong_type',
        pointer,
        `\`in\` does not apply: ${this.#describe(value)}.`,
        `It can be asked ${listOperators(value.path.field)}.`,
      );
      return ALWAYS;
    }
    const values: JsonValue[] = [];
    for (const [index, item] of list.entries()) {
      const at = `${call.at(1)}/${index}`;
      const literal = this.operand(item, at);
      if (literal && literal.op !== 'literal') this.#fail('wrong_type', at, 'The list may hold values only.');
      const typed = literal?.op === 'literal' ? this.#adapt(literal, value, at) : undefined;
      if (typed?.op !== 'literal') continue;
      if (typed.type === 'date' && value.type === 'datetime') {
        this.#fail('wrong_type', at, 'The list needs moments with a time, such as 2026-03-31T14:30:00Z.');
        continue;
      }
      values.push(typed.value);
    }
    return { op: 'in', value, list: values };
  }

  #inclusion(op: 'includes_any' | 'includes_all', call: Call, pointer: string): Expression {
    if (!this.#hasCount(call, 2, pointer)) return ALWAYS;
    const value = this.operand(call.args[0], call.at(0));
    if (!value) return ALWAYS;
    if (value.type !== 'options' && value.type !== 'texts') {
      this.#fail('wrong_type', call.at(0), `\`${op}\` looks at a list: ${this.#describe(value)}.`);
      return ALWAYS;
    }
    const given = call.args[1];
    const items: unknown[] = Array.isArray(given) ? given : [given];
    const at = (index: number) => (Array.isArray(given) ? `${call.at(1)}/${index}` : call.at(1));
    const list: string[] = [];
    for (const [index, item] of items.entries()) {
      if (typeof item !== 'string') {
        this.#fail('wrong_type', at(index), 'Options are given as text.');
        continue;
      }
      const typed = this.#adapt({ op: 'literal', type: 'text', value: item }, value, at(index));
      if (typed?.op === 'literal' && typeof typed.value === 'string') list.push(typed.value);
    }
    return { op, value, list };
  }

  #period(period: PeriodName, call: Call, pointer: string): Expression {
    const needsCount = period === 'last_n_days' || period === 'next_n_days';
    if (!this.#hasCount(call, needsCount ? 2 : 1, pointer)) return ALWAYS;
    const value = this.operand(call.args[0], call.at(0));
    if (!value) return ALWAYS;
    if (value.type !== 'date' && value.type !== 'datetime') {
      this.#fail('wrong_type', call.at(0), `\`${period}\` looks at a date: ${this.#describe(value)}.`);
      return ALWAYS;
    }
    if (!needsCount) return { op: 'period', value, period, n: undefined };
    const n = call.args[1];
    if (typeof n !== 'number' || !Number.isInteger(n) || n < 1 || n > 36_500) {
      this.#fail('wrong_type', call.at(1), `\`${period}\` needs a whole number of days from 1 to 36500.`);
      return ALWAYS;
    }
    return { op: 'period', value, period, n };
  }

  #call(source: unknown, pointer: string): Call | undefined {
    if (typeof source !== 'object' || source === null || Array.isArray(source)) {
      this.#fail(
        'wrong_type',
        pointer,
        'A condition is an object with one operator, such as `{"==": [{"var": "stage"}, "won"]}`.',
      );
      return undefined;
    }
    const keys = Object.keys(source);
    const [operator] = keys;
    if (keys.length !== 1 || operator === undefined) {
      this.#fail(
        'wrong_type',
        pointer,
        `One operator is expected, not ${keys.length}.`,
        'Join several with `and` or `or`.',
      );
      return undefined;
    }
    const at = `${pointer}/${operator.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (!OPERATORS.includes(operator)) {
      const near = nearest(operator, OPERATORS);
      this.#fail(
        'unknown_operator',
        at,
        `There is no operator \`${operator}\`.`,
        near ? `Did you mean \`${near}\`?` : `Operators are ${OPERATORS.join(', ')}.`,
      );
      return undefined;
    }
    const given = (source as Record<string, unknown>)[operator];
    const isList = Array.isArray(given);
    return { operator, args: isList ? given : [given], at: (index) => (isList ? `${at}/${index}` : at) };
  }

  #hasCount(call: Call, count: number, pointer: string): boolean {
    if (call.args.length === count) return true;
    this.#fail(
      'wrong_type',
      pointer,
      `\`${call.operator}\` takes ${count} ${count === 1 ? 'part' : 'parts'}, not ${call.args.length}.`,
    );
    return false;
  }

  #describe(operand: Operand): string {
    if (operand.op === 'field') return `\`${operand.path.text}\` is ${withArticle(nameOf(operand.type))}`;
    if (operand.op === 'literal')
      return `${operand.type === 'blank' ? 'blank' : withArticle(nameOf(operand.type))} is given`;
    return `\`${operand.op === 'user_id' ? '$user.id' : operand.op}\` is ${withArticle(nameOf(operand.type))}`;
  }

  #suggest(field: CompiledField | undefined): string | undefined {
    if (!field || field.options.length === 0) return undefined;
    const shown = field.options.slice(0, 12).map((option) => option.value);
    return `Options are ${shown.join(', ')}${field.options.length > shown.length ? ', …' : ''}.`;
  }

  #fail(code: string, pointer: string, message: string, hint?: string): void {
    this.faults.push({ code, pointer, message, ...(hint === undefined ? {} : { hint }) });
  }
}

/** An entry of a list as its field would keep it. */
function canonicalEntry(field: CompiledField, value: string): unknown {
  const list = field.type.canonicalise([value], field);
  return Array.isArray(list) ? list[0] : null;
}

/** Text that is blank in its field's canonical form is blank, like every blank. */
function textLiteral(value: unknown): Operand {
  return typeof value === 'string' && value !== ''
    ? { op: 'literal', type: 'text', value }
    : { op: 'literal', type: 'blank', value: null };
}

interface Call {
  readonly operator: string;
  readonly args: readonly unknown[];
  /** Pointer to an argument; an operator may be written with one bare argument. */
  at(index: number): string;
}

function areComparable(left: ValueType | 'blank', right: ValueType | 'blank'): boolean {
  if (left === right || left === 'blank' || right === 'blank') return true;
  const pair = [left, right].sort().join(' ');
  return pair === 'date datetime' || pair === 'id reference';
}

function isReference(source: unknown): source is { object: string; id: string } {
  if (typeof source !== 'object' || source === null || Array.isArray(source)) return false;
  const { object, id } = source as { object?: unknown; id?: unknown };
  return Object.keys(source).length === 2 && typeof object === 'string' && typeof id === 'string';
}

function isEmptyObject(source: unknown): boolean {
  return (
    typeof source === 'object' &&
    source !== null &&
    !Array.isArray(source) &&
    Object.keys(source).length === 0
  );
}

function isOneOf(list: readonly string[], operator: string): boolean {
  return list.includes(operator);
}

function listOperators(field: CompiledField): string {
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

function nameOf(type: ValueType | 'blank'): string {
  return TYPE_NAMES[type];
}

function withArticle(noun: string): string {
  return noun === 'text' ? noun : `a ${noun}`;
}
