/** Checks conditions: what is true or false of a record. */
import type { JsonValue } from '../field-type.ts';
import { ALL_PART } from '../field-types/several-text.ts';
import type { CompiledField } from '../model.ts';
import {
  areComparable,
  COMPARISONS,
  describe,
  listOperators,
  type SourceCall,
  TEXT_OPERATORS,
} from './check.ts';
import { ValueCheck } from './check-values.ts';
import {
  ALWAYS,
  type ComparisonOperator,
  type Expression,
  type Operand,
  PERIODS,
  type PeriodName,
} from './expression.ts';
import { VALUE_OPERATORS } from './functions.ts';
import { partFields } from './part-field.ts';
import { RELATED_OPERATORS, TREE_OPERATOR } from './related-field.ts';
import { resolvePath } from './resolve-path.ts';

const ORDERED: readonly string[] = ['number', 'date', 'datetime', 'time', 'text', 'blank'];

export class ConditionCheck extends ValueCheck {
  condition(source: unknown, pointer: string, depth: number): Expression {
    if (this.isTooLarge(pointer, depth)) return ALWAYS;
    if (typeof source === 'boolean') return { op: 'constant', value: source };
    const call = this.call(source, pointer);
    if (!call) return ALWAYS;
    const { operator, args, at } = call;
    if (operator === 'and' || operator === 'or') {
      if (args.length === 0) return { op: 'constant', value: operator === 'and' };
      return { op: operator, args: args.map((arg, index) => this.condition(arg, at(index), depth + 1)) };
    }
    if (operator === '!') {
      if (!this.hasCount(call, 1, pointer)) return ALWAYS;
      return { op: 'not', arg: this.condition(args[0], at(0), depth + 1) };
    }
    if (COMPARISONS.includes(operator))
      return this.#comparison(operator as ComparisonOperator, call, pointer, depth);
    if (TEXT_OPERATORS.includes(operator))
      return this.#textSearch(operator as 'contains', call, pointer, depth);
    if (operator === 'in') return this.#membership(call, pointer, depth);
    if (operator === 'includes_any' || operator === 'includes_all')
      return this.#inclusion(operator, call, pointer, depth);
    if (operator === 'is_blank') {
      if (!this.hasCount(call, 1, pointer)) return ALWAYS;
      const value = this.operand(args[0], at(0), depth + 1);
      return value ? { op: 'is_blank', value } : ALWAYS;
    }
    if ((PERIODS as readonly string[]).includes(operator))
      return this.#period(operator as PeriodName, call, pointer, depth);
    if (operator === '$changed') return this.#changed(call, pointer);
    if (operator === 'var' && this.scope.hasPrevious && args[0] === '$is_new' && args.length === 1)
      return { op: 'is_new' };
    if (operator === 'var' || VALUE_OPERATORS.includes(operator) || isRelatedOperator(operator)) {
      const value = this.operand(source, pointer, depth);
      if (!value) return ALWAYS;
      if (value.op === 'condition') return value.condition;
      if (value.type === 'boolean') return { op: 'is_true', value };
      this.fail(
        'wrong_type',
        pointer,
        `${describe(value)}, which is neither true nor false.`,
        'Compare it with something.',
      );
      return ALWAYS;
    }
    this.fail(
      'wrong_type',
      pointer,
      `\`${operator}\` gives a value, not a condition.`,
      'Compare it with something.',
    );
    return ALWAYS;
  }

  #comparison(op: ComparisonOperator, call: SourceCall, pointer: string, depth: number): Expression {
    if (!this.hasCount(call, 2, pointer)) return ALWAYS;
    const left = this.operand(call.args[0], call.at(0), depth + 1);
    const right = this.operand(call.args[1], call.at(1), depth + 1);
    if (!left || !right) return ALWAYS;
    const typedLeft = this.adapt(left, right, call.at(0));
    const typedRight = this.adapt(right, left, call.at(1));
    if (!typedLeft || !typedRight) return ALWAYS;
    for (const side of [typedLeft, typedRight]) {
      if (isField(side) && !side.path.field.type.filterOperators.includes(op)) {
        this.fail(
          'wrong_type',
          pointer,
          `\`${op}\` does not apply: ${describe(side)}.`,
          `It can be asked ${listOperators(side.path.field)}.`,
        );
        return ALWAYS;
      }
    }
    if (!areComparable(typedLeft, typedRight)) {
      this.fail(
        'wrong_type',
        pointer,
        `${describe(typedLeft)}, and ${describe(typedRight)}: they can not be compared.`,
      );
      return ALWAYS;
    }
    const isOrdering = op !== '==' && op !== '!=';
    if (isOrdering && !ORDERED.includes(typedLeft.type)) {
      this.fail('wrong_type', pointer, `\`${op}\` needs an order, and ${describe(typedLeft)} has none.`);
      return ALWAYS;
    }
    return { op, left: typedLeft, right: typedRight };
  }

  #textSearch(
    op: 'contains' | 'starts_with' | 'ends_with',
    call: SourceCall,
    pointer: string,
    depth: number,
  ): Expression {
    if (!this.hasCount(call, 2, pointer)) return ALWAYS;
    const given = this.operand(call.args[0], call.at(0), depth + 1);
    const text = this.operand(call.args[1], call.at(1), depth + 1);
    const value = given && op === 'contains' ? asOneText(given) : given;
    if (!value || !text) return ALWAYS;
    for (const [side, index] of [
      [value, 0],
      [text, 1],
    ] as const) {
      if (side.type !== 'text' && side.type !== 'blank') {
        this.fail('wrong_type', call.at(index), `\`${op}\` looks at text: ${describe(side)}.`);
        return ALWAYS;
      }
    }
    if (text.op !== 'literal' || typeof text.value !== 'string') return { op, value, text };
    return { op, value, text: { ...text, value: text.value.normalize('NFC') } };
  }

  #membership(call: SourceCall, pointer: string, depth: number): Expression {
    if (!this.hasCount(call, 2, pointer)) return ALWAYS;
    const value = this.operand(call.args[0], call.at(0), depth + 1);
    const list = call.args[1];
    if (!Array.isArray(list)) {
      this.fail(
        'wrong_type',
        call.at(1),
        '`in` needs a list of values: `{"in": [{"var": "stage"}, ["won", "lost"]]}`.',
      );
      return ALWAYS;
    }
    if (!value) return ALWAYS;
    if (isField(value) && !value.path.field.type.filterOperators.includes('in')) {
      this.fail(
        'wrong_type',
        pointer,
        `\`in\` does not apply: ${describe(value)}.`,
        `It can be asked ${listOperators(value.path.field)}.`,
      );
      return ALWAYS;
    }
    const values: JsonValue[] = [];
    for (const [index, item] of list.entries()) {
      const at = `${call.at(1)}/${index}`;
      const literal = this.operand(item, at, depth + 1);
      if (literal && literal.op !== 'literal') this.fail('wrong_type', at, 'The list may hold values only.');
      const typed = literal?.op === 'literal' ? this.adapt(literal, value, at) : undefined;
      if (typed?.op !== 'literal') continue;
      if (typed.type === 'date' && value.type === 'datetime') {
        this.fail('wrong_type', at, 'The list needs moments with a time, such as 2026-03-31T14:30:00Z.');
        continue;
      }
      values.push(typed.value);
    }
    return { op: 'in', value, list: values };
  }

  #inclusion(
    op: 'includes_any' | 'includes_all',
    call: SourceCall,
    pointer: string,
    depth: number,
  ): Expression {
    if (!this.hasCount(call, 2, pointer)) return ALWAYS;
    const value = this.operand(call.args[0], call.at(0), depth + 1);
    if (!value) return ALWAYS;
    if (value.type !== 'options' && value.type !== 'texts') {
      this.fail('wrong_type', call.at(0), `\`${op}\` looks at a list: ${describe(value)}.`);
      return ALWAYS;
    }
    const given = call.args[1];
    const items: unknown[] = Array.isArray(given) ? given : [given];
    const at = (index: number) => (Array.isArray(given) ? `${call.at(1)}/${index}` : call.at(1));
    const list: string[] = [];
    for (const [index, item] of items.entries()) {
      if (typeof item !== 'string') {
        this.fail('wrong_type', at(index), 'Options are given as text.');
        continue;
      }
      const typed = this.adapt({ op: 'literal', type: 'text', value: item }, value, at(index));
      if (typed?.op === 'literal' && typeof typed.value === 'string') list.push(typed.value);
    }
    return { op, value, list };
  }

  #period(period: PeriodName, call: SourceCall, pointer: string, depth: number): Expression {
    const needsCount = period === 'last_n_days' || period === 'next_n_days';
    if (!this.hasCount(call, needsCount ? 2 : 1, pointer)) return ALWAYS;
    const value = this.operand(call.args[0], call.at(0), depth + 1);
    if (!value) return ALWAYS;
    if (value.type !== 'date' && value.type !== 'datetime') {
      this.fail('wrong_type', call.at(0), `\`${period}\` looks at a date: ${describe(value)}.`);
      return ALWAYS;
    }
    if (!needsCount) return { op: 'period', value, period, n: undefined };
    const n = call.args[1];
    if (typeof n !== 'number' || !Number.isInteger(n) || n < 1 || n > 36_500) {
      this.fail('wrong_type', call.at(1), `\`${period}\` needs a whole number of days from 1 to 36500.`);
      return ALWAYS;
    }
    return { op: 'period', value, period, n };
  }

  #changed(call: SourceCall, pointer: string): Expression {
    if (!this.hasCount(call, 1, pointer, Number.POSITIVE_INFINITY)) return ALWAYS;
    const fields: CompiledField[] = [];
    for (const [index, name] of call.args.entries()) {
      if (typeof name !== 'string' || name.includes('.')) {
        this.fail('wrong_type', call.at(index), '`$changed` takes names of fields of the record itself.');
        continue;
      }
      const { path, problem } = resolvePath(this.scope, name);
      if (problem) {
        this.faults.push({ ...problem, pointer: call.at(index) });
        continue;
      }
      this.mention(call.at(index), path);
      fields.push(path.field);
    }
    return { op: 'changed', fields };
  }
}

function isRelatedOperator(operator: string): boolean {
  return operator === TREE_OPERATOR || (RELATED_OPERATORS as readonly string[]).includes(operator);
}

/** What is sought in several addresses is sought in all of them as one text. */
function asOneText(operand: Operand): Operand {
  if (!isField(operand) || !operand.path.field.type.filterOperators.includes('contains')) return operand;
  const all = operand.type === 'texts' ? partFields(operand.path.field).get(ALL_PART) : undefined;
  if (!all) return operand;
  return {
    ...operand,
    type: 'text',
    path: { ...operand.path, text: `${operand.path.text}.${ALL_PART}`, field: all },
  };
}

function isField(operand: Operand): operand is Extract<Operand, { op: 'field' | 'previous' }> {
  return operand.op === 'field' || operand.op === 'previous';
}
