/** The shape of a condition of which a side is computed. Those of plain fields and values are in `shape.ts`. */
import { type ComparisonOperator, type Expression, type JsonValue, spanOf, startOfDay } from '@trellis/model';
import type { Condition, Term } from './shape.ts';
import { isComputed, shapeValue, type Value, type ValueShaper } from './shape-value.ts';

/** A condition on values that are computed: no index serves it. */
export type ComputedCondition =
  | {
      readonly is: 'compare_values';
      readonly operator: ComparisonOperator;
      readonly left: Value;
      readonly right: Value;
      /** Set where a moment meets a day: both are compared as days in this zone. */
      readonly zone: Term | undefined;
    }
  | {
      readonly is: 'value_among';
      readonly value: Value;
      readonly list: Term;
      /** Blank is among the list. */
      readonly hasBlank: boolean;
    }
  | { readonly is: 'value_between'; readonly value: Value; readonly from: Term; readonly until: Term }
  | {
      readonly is: 'text_search';
      readonly operator: 'contains' | 'starts_with' | 'ends_with';
      readonly value: Value;
      readonly text: Value;
    }
  | { readonly is: 'value_blank'; readonly value: Value }
  | { readonly is: 'value_true'; readonly value: Value };

const NEVER: Condition = { is: 'constant', value: false };

/** The condition when one of its sides is computed; undefined when none is. */
export function shapeComputed(expression: Expression, shaper: ValueShaper): Condition | undefined {
  const { shape, context } = shaper;
  switch (expression.op) {
    case 'contains':
    case 'starts_with':
    case 'ends_with': {
      if (!isComputed(expression.value) && !isComputed(expression.text)) return undefined;
      shape.note(`computed ${expression.op}`);
      const value = shapeValue(expression.value, shaper, 'text');
      return {
        is: 'text_search',
        operator: expression.op,
        value,
        text: shapeValue(expression.text, shaper, 'text'),
      };
    }
    case 'in': {
      if (!isComputed(expression.value)) return undefined;
      const given = expression.list.filter((item) => item !== null && item !== '').map(idOf);
      const hasBlank = given.length < expression.list.length;
      if (given.length === 0) {
        const isBlankItself: Expression = { op: 'is_blank', value: expression.value };
        return hasBlank ? shapeComputed(isBlankItself, shaper) : NEVER;
      }
      shape.note(`computed in ${hasBlank}`);
      const value = shapeValue(expression.value, shaper);
      return { is: 'value_among', value, list: shape.value(given, value.type), hasBlank };
    }
    case 'is_blank':
      if (!isComputed(expression.value)) return undefined;
      if (expression.value.type === 'boolean') return NEVER;
      shape.note('computed blank');
      return { is: 'value_blank', value: shapeValue(expression.value, shaper) };
    case 'is_true':
      if (!isComputed(expression.value)) return undefined;
      shape.note('computed true');
      return { is: 'value_true', value: shapeValue(expression.value, shaper) };
    case 'period': {
      if (!isComputed(expression.value)) return undefined;
      shape.note('computed period');
      const span = spanOf(expression.period, expression.n, shape.today(context));
      const value = shapeValue(expression.value, shaper);
      const isInstant = value.type === 'timestamptz';
      const bound = (day: string) =>
        isInstant ? shape.value(startOfDay(day, context.timeZone), 'timestamptz') : shape.value(day, 'date');
      return { is: 'value_between', value, from: bound(span.from), until: bound(span.until) };
    }
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const { op, left, right } = expression;
      if (!isComputed(left) && !isComputed(right)) return undefined;
      shape.note(`computed ${op}`);
      const [first, second] = [
        shapeValue(left, shaper, left.type === 'blank' ? right.type : left.type),
        shapeValue(right, shaper, right.type === 'blank' ? left.type : right.type),
      ];
      const isMixed = first.type !== second.type && [first, second].some(({ type }) => type === 'date');
      const zone = isMixed ? shape.value(context.timeZone, 'text') : undefined;
      return { is: 'compare_values', operator: op, left: first, right: second, zone };
    }
    default:
      return undefined;
  }
}

/** The id in a lookup's value, `{object, id}`; other values as they are. */
function idOf(value: JsonValue): JsonValue {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? ((value as { readonly id?: JsonValue }).id ?? null)
    : value;
}
