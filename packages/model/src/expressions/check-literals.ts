/** Literals take the type that they meet: a date beside a date, an option beside a select. */
import type { ValueType } from '../field-type.ts';
import { isCalendarDay } from '../field-types/date.ts';
import { datetime } from '../field-types/datetime.ts';
import { isId } from '../field-types/facets.ts';
import { entryValues } from '../field-types/several-text.ts';
import { time } from '../field-types/time.ts';
import type { CompiledField } from '../model.ts';
import { areComparable, Check, describe, nameOf } from './check.ts';
import type { Operand } from './expression.ts';

export class LiteralCheck extends Check {
  /** A literal takes the type that it meets: date, datetime, option, id. Other operands stay as they are. */
  protected adapt(operand: Operand, other: Operand, pointer: string): Operand | undefined {
    if (operand.op !== 'literal' || operand.type === 'blank') return operand;
    const target: ValueType | 'blank' = other.type;
    const field = other.op === 'field' || other.op === 'previous' ? other.path.field : undefined;
    const value = operand.value;
    if (operand.type === 'reference') return this.#reference(operand, other, field, pointer);
    if (target === operand.type && target !== 'text') return operand;
    if (typeof value === 'string') return this.#text(value, target, field, pointer);
    if (target === 'blank' || areComparable(operand, other)) return operand;
    this.fail(
      'wrong_type',
      pointer,
      `${field ? `${describe(other)}; ` : ''}the value given is no ${nameOf(target)}.`,
      this.#suggest(field),
    );
    return undefined;
  }

  /** `{object, id}` as given: of an object that the field can point to, with an id that is one. */
  #reference(
    operand: Operand & { op: 'literal' },
    other: Operand,
    field: CompiledField | undefined,
    pointer: string,
  ): Operand | undefined {
    const given = operand.value as { readonly object: string; readonly id: string };
    const id = given.id.toLowerCase();
    if (!isId(id)) {
      this.fail('wrong_type', `${pointer}/id`, 'The value given is no id.');
      return undefined;
    }
    if (field && field.targets.length > 0 && !field.targets.includes(given.object)) {
      this.fail(
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

  #text(
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
        if (isId(value.toLowerCase())) return { op: 'literal', type: 'id', value: value.toLowerCase() };
        break;
      case 'reference':
        // A polymorphic lookup can be compared with an id alone: ids are unique across objects.
        if (isId(value.toLowerCase())) return { op: 'literal', type: 'id', value: value.toLowerCase() };
        break;
      default:
        break;
    }
    const subject = field ? `\`${field.name}\` is a ${nameOf(target)}; ` : '';
    this.fail(
      'wrong_type',
      pointer,
      `${subject}the value given is ${target === 'option' || target === 'options' ? 'none of its options' : `no ${nameOf(target)}`}.`,
      this.#suggest(field),
    );
    return undefined;
  }

  #suggest(field: CompiledField | undefined): string | undefined {
    if (!field || field.options.length === 0) return undefined;
    const shown = field.options.slice(0, 12).map((option) => option.value);
    return `Options are ${shown.join(', ')}${field.options.length > shown.length ? ', …' : ''}.`;
  }
}

/** An entry of a list as its field would keep it. */
function canonicalEntry(field: CompiledField, value: string): unknown {
  const list = field.type.canonicalise([value], field);
  return entryValues(list)[0] ?? null;
}

/** Text that is blank in its field's canonical form is blank, like every blank. */
function textLiteral(value: unknown): Operand {
  return typeof value === 'string' && value !== ''
    ? { op: 'literal', type: 'text', value }
    : { op: 'literal', type: 'blank', value: null };
}
