/** Checks what is asked of related records: `{"some": [{"var": "contacts"}, …]}`, seen from each of them. */
import { describe, type SourceCall } from './check.ts';
import { LiteralCheck } from './check-literals.ts';
import type { Expression, Operand, OperandType } from './expression.ts';
import { type AskingOperator, relatedField, takesValue, variableIn } from './related-field.ts';
import { resolveRelation } from './resolve-relation.ts';

/** How many parts each takes: the records, for those of values a value of theirs, a condition on them. */
const COUNTS: Readonly<Record<AskingOperator, readonly [least: number, most: number]>> = {
  some: [1, 2],
  none: [1, 2],
  all: [2, 2],
  count: [1, 2],
  sum: [2, 3],
  avg: [2, 3],
  min: [2, 3],
  max: [2, 3],
};

export abstract class RelatedCheck extends LiteralCheck {
  abstract condition(source: unknown, pointer: string, depth: number): Expression;
  abstract operand(source: unknown, pointer: string, depth: number): Operand | undefined;

  protected related(
    operator: AskingOperator,
    call: SourceCall,
    pointer: string,
    depth: number,
  ): Operand | undefined {
    const [least, most] = COUNTS[operator];
    if (!this.hasCount(call, least, pointer, most) || this.hasTooManyQuestions(pointer)) return undefined;
    const name = variableIn(call.args[0]);
    if (name === undefined)
      return this.fail(
        'wrong_type',
        call.at(0),
        `\`${operator}\` asks related records, by their name: \`{"var": "contacts"}\`.`,
      );
    const { relation, problem } = resolveRelation(this.scope, name);
    if (problem) {
      this.faults.push({ ...problem, pointer: `${call.at(0)}/var` });
      return undefined;
    }
    const { of, object, via, field } = relation;
    this.mention(`${call.at(0)}/var`, of);
    // At the `var`, not at its text: what is renamed in it is the name of the relation, not that of the field.
    if (via.is === 'lookup') this.mention(call.at(0), { text: name, through: [], field }, true);
    else this.mention(`${call.at(0)}/var`, { text: name, through: [], field }, true);
    const hasValue = takesValue(operator);
    const at = hasValue ? 2 : 1;
    const faultsBefore = this.faults.length;
    const asked = this.within(object, () => ({
      value: hasValue ? this.operand(call.args[1], call.at(1), depth + 1) : undefined,
      condition: at < call.args.length ? this.condition(call.args[at], call.at(at), depth + 1) : undefined,
    }));
    if (this.faults.length > faultsBefore) return undefined;
    const isOrder = operator === 'min' || operator === 'max';
    const types: readonly OperandType[] = isOrder ? ['number', 'date', 'datetime'] : ['number'];
    if (asked.value && !types.includes(asked.value.type))
      return this.fail(
        'wrong_type',
        call.at(1),
        `\`${operator}\` takes a number${isOrder ? ' or a date' : ''}: ${describe(asked.value)}.`,
      );
    const rest = JSON.stringify({ [operator]: [{ var: relation.name }, ...call.args.slice(1)] });
    const question = relatedField(rest, { operator, object: object.name, via, id: of.field, ...asked });
    const prefix = of.text.slice(0, -'id'.length);
    const path = Object.freeze({ text: prefix + rest, through: of.through, field: question });
    return { op: 'field', type: question.type.valueType, path };
  }
}
