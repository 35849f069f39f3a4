/**
 * The shape of a computed value: calls, choices, conditions as values. What is written out or known of the asker
 * becomes a parameter. Conditions inside are shaped by the caller, who knows both.
 */
import type {
  Call,
  CallName,
  DateUnit,
  Expression,
  ExpressionContext,
  Operand,
  OperandType,
} from '@trellis/model';
import type { SqlType } from '../system-columns.ts';
import type { Condition, Shape, Term } from './shape.ts';

export type Value =
  | Term
  | {
      readonly is: 'call';
      readonly name: CallName;
      readonly args: readonly Value[];
      readonly type: SqlType;
      readonly unit: DateUnit | undefined;
      readonly counts: readonly number[];
      /** The asker's time zone, where instants are read as days. */
      readonly zone: Term | undefined;
    }
  | {
      readonly is: 'choice';
      readonly branches: readonly { readonly when: Condition; readonly value: Value }[];
      readonly otherwise: Value;
      readonly type: SqlType;
    }
  | { readonly is: 'holds'; readonly condition: Condition; readonly type: 'boolean' };

export interface ValueShaper {
  readonly shape: Shape;
  readonly context: ExpressionContext;
  condition(expression: Expression): Condition;
  /** The value of what is no field and not computed; null when blank. */
  constant(operand: Operand): unknown;
}

/** Functions that look at the day of an instant. */
const DAY_CALLS: readonly CallName[] = [
  'date_add',
  'date_diff',
  'year',
  'month',
  'day',
  'weekday',
  'start_of',
];

/** Whether the operand has to be computed in SQL. */
export function isComputed(operand: Operand): boolean {
  return operand.op === 'call' || operand.op === 'if' || operand.op === 'condition';
}

/** The shape of a value; `wanted` is the type that a blank takes. */
export function shapeValue(operand: Operand, shaper: ValueShaper, wanted: OperandType = operand.type): Value {
  const { shape, context } = shaper;
  switch (operand.op) {
    case 'field':
      return shape.field(operand.path);
    case 'call': {
      shape.note(`${operand.name} ${operand.unit ?? ''} ${operand.counts.join(' ')}(`);
      // A blank beside a moment is a moment: `cat` and the date functions take each part for itself.
      const isMixed = operand.name === 'cat' || DAY_CALLS.includes(operand.name);
      const type = operand.type === 'blank' ? wanted : operand.type;
      const ofNumbers = ['+', '-', '*', '/', '%', 'abs', 'round', 'ceil', 'floor'].includes(operand.name);
      const args = operand.args.map((arg, index) => {
        if (isMixed) return shapeValue(arg, shaper, wantedBy(operand.name, index, arg.type));
        return shapeValue(arg, shaper, ofNumbers ? 'number' : operand.name === 'length' ? 'text' : type);
      });
      const zone = readsDays(operand, args) ? shape.value(context.timeZone, 'text') : undefined;
      shape.note(')');
      const { name, unit, counts } = operand;
      return { is: 'call', name, args, type: sqlTypeOfOperand(type), unit, counts, zone };
    }
    case 'if': {
      shape.note('if(');
      const type = operand.type === 'blank' ? wanted : operand.type;
      const branches = operand.branches.map(({ when, value }) => ({
        when: shaper.condition(when),
        value: shapeValue(value, shaper, type),
      }));
      const otherwise = shapeValue(operand.otherwise, shaper, type);
      shape.note(')');
      return { is: 'choice', branches, otherwise, type: sqlTypeOfOperand(type) };
    }
    case 'condition':
      shape.note('holds(');
      return { is: 'holds', condition: shaper.condition(operand.condition), type: 'boolean' };
    default: {
      const type = operand.type === 'blank' ? wanted : operand.type;
      return shape.value(shaper.constant(operand), sqlTypeOfOperand(type));
    }
  }
}

/** Whether the call reads a moment as a day. */
function readsDays({ name, unit }: Call, args: readonly Value[]): boolean {
  const isElapsed = unit === 'hour' || unit === 'minute' || unit === 'second';
  return DAY_CALLS.includes(name) && !isElapsed && args.some(({ type }) => type === 'timestamptz');
}

/** The type of a blank argument of a function that takes several types. */
function wantedBy(name: CallName, index: number, type: OperandType): OperandType {
  if (type !== 'blank') return type;
  if (name === 'cat') return 'text';
  return name === 'date_add' && index === 1 ? 'number' : 'date';
}

/** How a computed value is held in SQL. */
export function sqlTypeOfOperand(type: OperandType): SqlType {
  return SQL_TYPES[type];
}
const SQL_TYPES: Readonly<Record<OperandType, SqlType>> = {
  text: 'text',
  option: 'text',
  blank: 'text',
  number: 'numeric',
  boolean: 'boolean',
  date: 'date',
  datetime: 'timestamptz',
  time: 'text',
  id: 'uuid',
  reference: 'uuid',
  options: 'text[]',
  texts: 'text[]',
  structure: 'jsonb',
  ids: 'jsonb',
};
