/**
 * A value that an expression computes. The type of the result decides how it is compared, summed, shown and held: a
 * compiled formula has one of the types below, made read only. What stands in the registry is the type before its
 * expression is known.
 */
import type { FieldBody } from '@trellis/metadata';
import type { OperandType } from '../expressions/expression.ts';
import type { FieldType } from '../field-type.ts';
import { boolean } from './boolean.ts';
import { currency } from './currency.ts';
import { date } from './date.ts';
import { datetime } from './datetime.ts';
import { decimal } from './decimal.ts';
import { duration } from './duration.ts';
import { email } from './email.ts';
import { integer } from './integer.ts';
import { longText } from './long-text.ts';
import { percent } from './percent.ts';
import { phone } from './phone.ts';
import { rating } from './rating.ts';
import { select } from './select.ts';
import { text } from './text.ts';
import { time } from './time.ts';
import { url } from './url.ts';

type Fault = ReturnType<FieldType['check']>[number];
type DisplayName = NonNullable<FieldBody['display_as']>;

export const formula = {
  ...text,
  name: 'formula',
  label: 'Formula',
  description: 'Computed from other fields, always up to date.',
  category: 'computed',
  icon: 'math-function',
  properties: ['formula', 'display_as', 'scale', 'currency'],
  valueType: 'structure',
  column: undefined,
  isReadOnly: true,
  filterOperators: [],
  aggregates: [],
  isSortable: false,
  isGroupable: false,
  convertsTo: [],
  check: (body) => {
    const faults: Fault[] = [];
    if (body.formula === undefined || body.formula === null) {
      faults.push({
        code: 'required',
        pointer: '/formula',
        message: 'A formula field needs its `formula`, such as `{"*": [{"var": "amount"}, 2]}`.',
      });
    }
    if (body.default !== undefined && body.default !== null) {
      faults.push({
        code: 'property_not_applicable',
        pointer: '/default',
        message: 'A formula always computes its value: it takes no default.',
        hint: 'Leave it out.',
      });
    }
    return faults;
  },
} as const satisfies FieldType;

/** The types as which a result of a value type may be shown; the first is the usual one. */
const DISPLAYS: Readonly<Partial<Record<OperandType, readonly FieldType[]>>> = {
  number: [decimal, integer, currency, percent, duration, rating],
  text: [text, longText, url, email, phone],
  boolean: [boolean],
  date: [date],
  datetime: [datetime],
  time: [time],
  option: [select],
};

/** The names of the types as which a result may be shown; none where no formula can give it. */
export function displaysOf(type: OperandType): readonly string[] {
  return (DISPLAYS[type] ?? []).map(({ name }) => name);
}

/** The read-only type of a formula's result; undefined where the result can't be shown so. */
export function resultType(
  type: OperandType,
  display: DisplayName | undefined,
  maxLength: number,
): FieldType | undefined {
  const shown = DISPLAYS[type]?.find(({ name }, index) => (display ? name === display : index === 0));
  if (!shown) return undefined;
  const isText = type === 'text';
  return {
    ...shown,
    category: 'computed',
    isReadOnly: true,
    convertsTo: [],
    check: formula.check,
    // A long text has no order for its type's sake; what a formula makes is as long as it is.
    ...(isText
      ? { column: text.column, isSortable: true, isGroupable: true, aggregates: text.aggregates }
      : {}),
    // The result is what it is: bounds of the type that shows it say nothing about it.
    valueSchema: (field) =>
      isText
        ? { type: 'string', maxLength }
        : type === 'number'
          ? { type: 'number', maxSignificantDigits: 15 }
          : shown.valueSchema(field),
  };
}
