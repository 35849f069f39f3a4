/** Checks values: fields, literals, context, calls. Conditions, which may stand inside, come from the subclass. */
import { countSignificantDigits } from '../numbers.ts';
import { COMPARISONS, describe, nameOf, type SourceCall, TEXT_OPERATORS } from './check.ts';
import { TreeCheck } from './check-tree.ts';
import {
  CALENDAR_UNITS,
  type Call,
  type CallName,
  DATE_UNITS,
  type DateUnit,
  type Expression,
  type Operand,
  type OperandType,
  PERIODS,
} from './expression.ts';
import { asksRelated, TREE_OPERATOR } from './related-field.ts';
import { resolvePath } from './resolve-path.ts';
import { isRelation } from './resolve-relation.ts';

const CONDITION_OPERATORS: readonly string[] = [
  'and',
  'or',
  '!',
  ...COMPARISONS,
  ...TEXT_OPERATORS,
  'in',
  'includes_any',
  'includes_all',
  'is_blank',
  '$changed',
  ...PERIODS,
];
/** Types that can be read as text: joined, measured, cut. */
const TEXT_LIKE: readonly OperandType[] = ['text', 'option', 'blank'];
const JOINABLE: readonly OperandType[] = ['text', 'option', 'number', 'date', 'datetime', 'blank'];
/** Types that a computed value can have. */
const SCALARS: readonly OperandType[] = [
  'text',
  'number',
  'boolean',
  'date',
  'datetime',
  'option',
  'id',
  'reference',
  'blank',
];
/** A NUL, or half of a surrogate pair: PostgreSQL takes neither. */
const UNSTORABLE = /[\0\p{Cs}]/u;
const MANY = Number.POSITIVE_INFINITY;
/** How many parts each call takes. */
const COUNTS: Readonly<Record<CallName, readonly [least: number, most: number]>> = {
  '+': [2, MANY],
  '-': [1, 2],
  '*': [2, MANY],
  '/': [2, 2],
  '%': [2, 2],
  min: [1, MANY],
  max: [1, MANY],
  abs: [1, 1],
  round: [1, 2],
  ceil: [1, 1],
  floor: [1, 1],
  cat: [1, MANY],
  lower: [1, 1],
  upper: [1, 1],
  trim: [1, 1],
  length: [1, 1],
  substr: [2, 3],
  coalesce: [1, MANY],
  date_add: [3, 3],
  date_diff: [3, 3],
  year: [1, 1],
  month: [1, 1],
  day: [1, 1],
  weekday: [1, 1],
  start_of: [2, 2],
};

export abstract class ValueCheck extends TreeCheck {
  operand(source: unknown, pointer: string, depth: number): Operand | undefined {
    if (this.isTooLarge(pointer, depth)) return undefined;
    if (source === null) return { op: 'literal', type: 'blank', value: null };
    if (typeof source === 'string' && UNSTORABLE.test(source))
      return this.fail('invalid_value', pointer, 'The text holds a character that no record can hold.');
    if (typeof source === 'string')
      return { op: 'literal', type: source === '' ? 'blank' : 'text', value: source === '' ? null : source };
    if (typeof source === 'number') {
      if (!Number.isFinite(source)) return this.fail('wrong_type', pointer, 'This number is too large.');
      if (countSignificantDigits(source) > 15)
        return this.fail('wrong_type', pointer, 'A number has at most 15 significant digits.');
      return { op: 'literal', type: 'number', value: source };
    }
    if (typeof source === 'boolean') return { op: 'literal', type: 'boolean', value: source };
    if (isReference(source))
      return { op: 'literal', type: 'reference', value: { object: source.object, id: source.id } };
    const call = this.call(source, pointer);
    if (!call) return undefined;
    const { operator } = call;
    if (operator === 'today' || operator === 'now') {
      if (call.args.some((arg) => arg !== null))
        return this.fail(
          'wrong_type',
          pointer,
          `\`${operator}\` takes nothing: write \`{"${operator}": []}\`.`,
        );
      return operator === 'today' ? { op: 'today', type: 'date' } : { op: 'now', type: 'datetime' };
    }
    if (operator === 'var') return this.#variable(call, pointer);
    if (operator === 'if') return this.#choice(call, pointer, depth);
    if (asksRelated(operator, call.args, (name) => isRelation(this.scope, name)))
      return this.related(operator, call, pointer, depth);
    if (operator === TREE_OPERATOR) return this.under(call, pointer, depth);
    if (CONDITION_OPERATORS.includes(operator))
      return { op: 'condition', type: 'boolean', condition: this.condition(source, pointer, depth) };
    return this.#call(operator as CallName, call, pointer, depth);
  }

  #variable(call: SourceCall, pointer: string): Operand | undefined {
    const name = call.args[0];
    if (call.args.length !== 1 || typeof name !== 'string' || name === '')
      return this.fail('wrong_type', pointer, '`var` takes the name of one field.');
    const user = this.scope.user ?? ['id'];
    if (name === '$user.id') return { op: 'user_id', type: 'id' };
    for (const property of ['name', 'email'] as const) {
      if (name === `$user.${property}` && user.includes(property))
        return { op: 'user', type: 'text', property };
    }
    if (name === '$is_new' && this.scope.hasPrevious)
      return { op: 'condition', type: 'boolean', condition: { op: 'is_new' } };
    const isPrevious = name.startsWith('$previous.') && this.scope.hasPrevious === true;
    if (name.startsWith('$') && !isPrevious) {
      const known = [
        ...user.map((property) => `\`$user.${property}\``),
        ...(this.scope.hasPrevious ? ['`$previous.…`', '`$is_new`'] : []),
      ];
      return this.fail(
        'unknown_field',
        call.at(0),
        `There is no \`${name}\` here.`,
        `Known is ${known.join(', ')}.`,
      );
    }
    const { path, problem } = resolvePath(this.scope, isPrevious ? name.slice('$previous.'.length) : name);
    if (problem) {
      const hint =
        'Related records are asked with `some`, `none`, `all`, `count`, `sum`, `avg`, `min` or `max`.';
      const asked = isRelation(this.scope, name) ? { ...problem, hint } : problem;
      this.faults.push({ ...asked, pointer: call.at(0) });
      return undefined;
    }
    if (isPrevious && path.through.length > 0)
      return this.fail(
        'not_supported',
        call.at(0),
        '`$previous` knows the fields of the record itself only.',
      );
    const { type } = path.field;
    if (type.isEncrypted)
      return this.fail(
        'not_supported',
        call.at(0),
        `\`${name}\` is kept encrypted, so no filter, formula or rule can read it.`,
      );
    if (type.filterOperators.length === 0)
      return this.fail('not_supported', call.at(0), `\`${name}\` can not be filtered by.`);
    this.mention(call.at(0), path);
    const valueType = path.field.isPolymorphic ? 'reference' : type.valueType;
    return isPrevious ? { op: 'previous', type: valueType, path } : { op: 'field', type: valueType, path };
  }

  #choice(call: SourceCall, pointer: string, depth: number): Operand | undefined {
    if (!this.hasCount(call, 2, pointer, MANY)) return undefined;
    const { args, at } = call;
    const places: number[] = [];
    const conditions: Expression[] = [];
    for (let index = 0; index + 1 < args.length; index += 2) {
      conditions.push(this.condition(args[index], at(index), depth + 1));
      places.push(index + 1);
    }
    const hasElse = args.length % 2 === 1;
    if (hasElse) places.push(args.length - 1);
    const values = this.#unified(
      places.map((index) => [args[index], at(index)] as const),
      'if',
      depth,
    );
    if (!values) return undefined;
    const branches = conditions.map((when, index) => ({ when, value: values.operands[index]! }));
    const otherwise: Operand = hasElse
      ? values.operands.at(-1)!
      : { op: 'literal', type: 'blank', value: null };
    return { op: 'if', type: values.type, branches, otherwise };
  }

  #call(name: CallName, call: SourceCall, pointer: string, depth: number): Operand | undefined {
    const [least, most] = COUNTS[name];
    if (!this.hasCount(call, least, pointer, most)) return undefined;
    const make = (
      type: OperandType,
      args: readonly (Operand | undefined)[],
      more: Partial<Pick<Call, 'unit' | 'counts'>> = {},
    ): Operand | undefined => {
      if (!args.every((arg) => arg !== undefined)) return undefined;
      return { op: 'call', type, name, args, unit: more.unit, counts: more.counts ?? [] };
    };
    const arg = (index: number, types: readonly OperandType[], noun: string) =>
      this.#argument(call, index, types, noun, depth);
    const all = (types: readonly OperandType[], noun: string) =>
      call.args.map((_, index) => arg(index, types, noun));
    switch (name) {
      case '+':
      case '-':
      case '*':
      case '/':
      case '%':
        if (this.hasTooManyOperations(call.args.length - 1, pointer)) return undefined;
        return make('number', all(['number', 'blank'], 'numbers'));
      case 'abs':
      case 'ceil':
      case 'floor':
        return make('number', all(['number', 'blank'], 'numbers'));
      case 'round':
        return make('number', [arg(0, ['number', 'blank'], 'a number')], {
          counts: this.#whole(call, 1, 15),
        });
      case 'min':
      case 'max':
      case 'coalesce': {
        const values = this.#unified(
          call.args.map((each, index) => [each, call.at(index)] as const),
          name,
          depth,
        );
        const isOrdered = !values || ['number', 'date', 'datetime', 'blank'].includes(values.type);
        if (name !== 'coalesce' && !isOrdered)
          return this.fail(
            'wrong_type',
            pointer,
            `\`${name}\` compares numbers or dates, not a ${nameOf(values.type)}.`,
          );
        return values && make(values.type, values.operands);
      }
      case 'cat':
        return make('text', all(JOINABLE, 'text, numbers and dates'));
      case 'lower':
      case 'upper':
      case 'trim':
        return make('text', all(TEXT_LIKE, 'text'));
      case 'length':
        return make('number', all(TEXT_LIKE, 'text'));
      case 'substr': {
        const counts = [1, 2].flatMap((index) => this.#whole(call, index, 1_000_000));
        return make('text', [arg(0, TEXT_LIKE, 'text')], { counts });
      }
      default:
        return this.#dateCall(name, call, make, depth);
    }
  }

  #dateCall(
    name: 'date_add' | 'date_diff' | 'year' | 'month' | 'day' | 'weekday' | 'start_of',
    call: SourceCall,
    make: (
      type: OperandType,
      args: readonly (Operand | undefined)[],
      more?: Partial<Pick<Call, 'unit' | 'counts'>>,
    ) => Operand | undefined,
    depth: number,
  ): Operand | undefined {
    const date = (index: number) => {
      const given = this.#argument(call, index, ['date', 'datetime', 'text', 'blank'], 'a date', depth);
      if (given?.type !== 'text') return given;
      const isLiteral = given.op === 'literal' && typeof given.value === 'string';
      const wanted: Operand = {
        op: isLiteral && String(given.value).includes(':') ? 'now' : 'today',
        type: isLiteral && String(given.value).includes(':') ? 'datetime' : 'date',
      } as Operand;
      if (isLiteral) return this.adapt(given, wanted, call.at(index));
      return this.fail('wrong_type', call.at(index), `\`${name}\` takes a date: ${describe(given)}.`);
    };
    if (name === 'date_add') {
      const start = date(0);
      const count = this.#argument(call, 1, ['number', 'blank'], 'a number', depth);
      const unit = this.#unit(call, 2, start?.type === 'datetime' ? DATE_UNITS : CALENDAR_UNITS);
      return unit && make(start?.type ?? 'date', [start, count], { unit });
    }
    if (name === 'date_diff') {
      const [from, until] = [date(0), date(1)];
      const areMoments = from?.type === 'datetime' && until?.type === 'datetime';
      const unit = this.#unit(call, 2, areMoments ? DATE_UNITS : CALENDAR_UNITS);
      return unit && make('number', [from, until], { unit });
    }
    if (name === 'start_of') {
      const unit = this.#unit(call, 1, CALENDAR_UNITS);
      return unit && make('date', [date(0)], { unit });
    }
    return make('number', [date(0)]);
  }

  #argument(
    call: SourceCall,
    index: number,
    types: readonly OperandType[],
    noun: string,
    depth: number,
  ): Operand | undefined {
    const operand = this.operand(call.args[index], call.at(index), depth + 1);
    if (!operand || types.includes(operand.type)) return operand;
    return this.fail(
      'wrong_type',
      call.at(index),
      `\`${call.operator}\` takes ${noun}: ${describe(operand)}.`,
    );
  }

  /** Values that end up as one: all of one type, literals adapted to it. */
  #unified(
    sources: readonly (readonly [source: unknown, pointer: string])[],
    operator: string,
    depth: number,
  ): { readonly type: OperandType; readonly operands: readonly Operand[] } | undefined {
    const operands = sources.map(([source, pointer]) => this.operand(source, pointer, depth + 1));
    const known = operands.filter((operand) => operand !== undefined);
    if (known.length < operands.length) return undefined;
    // Text beside an option is text, unless it is written out and may be an option itself.
    const model =
      known.find((operand) => operand.type !== 'blank' && operand.op !== 'literal') ??
      known.find((operand) => operand.type !== 'blank');
    if (!model) return { type: 'blank', operands: known };
    const isText = model.type === 'option' || model.type === 'text';
    const unified: Operand[] = [];
    for (const [index, operand] of known.entries()) {
      const [, pointer] = sources[index]!;
      const adapted =
        operand === model || (isText && TEXT_LIKE.includes(operand.type))
          ? operand
          : this.adapt(operand, model, pointer);
      if (!adapted) return undefined;
      const fits = adapted.type === 'blank' || typeFamily(adapted.type) === typeFamily(model.type);
      if (!fits || !SCALARS.includes(adapted.type))
        return this.fail(
          'wrong_type',
          pointer,
          operand === model
            ? `\`${operator}\` can not give a ${nameOf(model.type)}.`
            : `\`${operator}\` gives one type: ${describe(model)}, and ${describe(operand)}.`,
        );
      unified.push(adapted);
    }
    const areOptions = unified.every(({ type }) => type === 'option' || type === 'blank');
    const type = isText ? (areOptions ? 'option' : 'text') : model.type === 'reference' ? 'id' : model.type;
    return { type, operands: unified };
  }

  /** A whole number that is written out; none when the part is left out. */
  #whole(call: SourceCall, index: number, most: number): number[] {
    if (index >= call.args.length) return [];
    const given = call.args[index];
    if (typeof given === 'number' && Number.isInteger(given) && Math.abs(given) <= most) return [given];
    this.fail(
      'wrong_type',
      call.at(index),
      `\`${call.operator}\` takes a whole number here, written out, from -${most} to ${most}.`,
    );
    return [];
  }

  #unit<Unit extends DateUnit>(call: SourceCall, index: number, units: readonly Unit[]): Unit | undefined {
    const given = call.args[index];
    const unit = units.find((each) => each === given);
    if (unit !== undefined) return unit;
    return this.fail(
      'wrong_type',
      call.at(index),
      `\`${call.operator}\` takes a unit here, written as text.`,
      `Units are ${units.join(', ')}.`,
    );
  }
}

/** Types that may stand for each other in one value. */
function typeFamily(type: OperandType): string {
  if (type === 'option') return 'text';
  return type === 'reference' ? 'id' : type;
}

function isReference(source: unknown): source is { object: string; id: string } {
  if (typeof source !== 'object' || source === null || Array.isArray(source)) return false;
  const { object, id } = source as { object?: unknown; id?: unknown };
  return Object.keys(source).length === 2 && typeof object === 'string' && typeof id === 'string';
}
