/**
 * What an editor says about each function of the language beyond its name: the kinds of its arguments, the type of its
 * result, and an example that a test evaluates.
 */
import type { JsonValue } from '../field-type.ts';
import { FORMULA_FUNCTIONS, type FormulaFunction } from './functions.ts';

/** What an argument may be. `whole` and `unit` are written out; `field` and `records` are names, `choice` a value of the field before. */
export type ParameterKind =
  | 'condition'
  | 'value'
  | 'number'
  | 'text'
  | 'date'
  | 'whole'
  | 'unit'
  | 'field'
  | 'records'
  | 'choice';

export interface FunctionParameter {
  readonly name: string;
  readonly kind: ParameterKind;
  readonly isOptional: boolean;
  /** It and what follows it up to the last one may be given again. */
  readonly isRepeated: boolean;
}

export type FunctionCategory = 'logic' | 'number' | 'text' | 'date' | 'period' | 'list' | 'change';

export interface FunctionEntry extends FormulaFunction {
  readonly category: FunctionCategory;
  readonly parameters: readonly FunctionParameter[];
  /** `same`: the type of its values. */
  readonly result: 'boolean' | 'number' | 'text' | 'date' | 'datetime' | 'same';
  /** Formula text, with its value where that doesn't hang on a record or the clock. */
  readonly example: { readonly formula: string; readonly value?: JsonValue };
}

type Details = Pick<FunctionEntry, 'category' | 'parameters' | 'result' | 'example'>;

/** `number:number places:whole?`; `…` after a kind: may be given again. */
function details(
  category: FunctionCategory,
  parameters: string,
  result: FunctionEntry['result'],
  formula: string,
  value?: JsonValue,
): Details {
  return {
    category,
    parameters: parameters
      .split(' ')
      .filter((each) => each !== '')
      .map((each) => {
        const [name = '', kind = ''] = each.split(':');
        return {
          name,
          kind: kind.replace(/[?…]/g, '') as ParameterKind,
          isOptional: kind.includes('?'),
          isRepeated: kind.includes('…'),
        };
      }),
    result,
    example: { formula, ...(value === undefined ? {} : { value }) },
  };
}

const DETAILS: Readonly<Record<string, Details>> = {
  if: details(
    'logic',
    'condition:condition… value:value… otherwise:value?',
    'same',
    'IF(3 > 2, "more", "less")',
    'more',
  ),
  and: details('logic', 'condition:condition…', 'boolean', 'AND(1 < 2, 2 < 3)', true),
  or: details('logic', 'condition:condition…', 'boolean', 'OR(1 > 2, 2 < 3)', true),
  '!': details('logic', 'condition:condition', 'boolean', 'NOT(1 > 2)', true),
  in: details('logic', 'value:value choice:choice…', 'boolean', 'IN("b", "a", "b")', true),
  is_blank: details('logic', 'value:value', 'boolean', 'IS_BLANK("")', true),
  coalesce: details('logic', 'value:value…', 'same', 'COALESCE(NULL, 7)', 7),
  contains: details('text', 'text:text part:text', 'boolean', 'CONTAINS("Northwind", "WIND")', true),
  starts_with: details('text', 'text:text part:text', 'boolean', 'STARTS_WITH("Northwind", "north")', true),
  ends_with: details('text', 'text:text part:text', 'boolean', 'ENDS_WITH("Northwind", "south")', false),
  cat: details('text', 'value:value…', 'text', 'CAT("A-", 12)', 'A-12'),
  lower: details('text', 'text:text', 'text', 'LOWER("Éclair")', 'éclair'),
  upper: details('text', 'text:text', 'text', 'UPPER("straw")', 'STRAW'),
  trim: details('text', 'text:text', 'text', 'TRIM("  spaced  ")', 'spaced'),
  length: details('text', 'text:text', 'number', 'LENGTH("seven")', 5),
  substr: details('text', 'text:text start:whole count:whole?', 'text', 'SUBSTR("Northwind", 5)', 'wind'),
  min: details('number', 'value:value…', 'same', 'MIN(3, 1, 2)', 1),
  max: details('number', 'value:value…', 'same', 'MAX(3, 1, 2)', 3),
  abs: details('number', 'number:number', 'number', 'ABS(-4)', 4),
  round: details('number', 'number:number places:whole?', 'number', 'ROUND(2.345, 2)', 2.35),
  ceil: details('number', 'number:number', 'number', 'CEIL(2.1)', 3),
  floor: details('number', 'number:number', 'number', 'FLOOR(2.9)', 2),
  today: details('date', '', 'date', 'TODAY()'),
  now: details('date', '', 'datetime', 'NOW()'),
  date_add: details(
    'date',
    'date:date count:number unit:unit',
    'date',
    'DATE_ADD("2026-01-31", 1, "month")',
    '2026-02-28',
  ),
  date_diff: details(
    'date',
    'from:date until:date unit:unit',
    'number',
    'DATE_DIFF("2026-01-01", "2026-03-01", "day")',
    59,
  ),
  year: details('date', 'date:date', 'number', 'YEAR("2026-11-22")', 2026),
  month: details('date', 'date:date', 'number', 'MONTH("2026-11-22")', 11),
  day: details('date', 'date:date', 'number', 'DAY("2026-11-22")', 22),
  weekday: details('date', 'date:date', 'number', 'WEEKDAY("2026-11-22")', 7),
  start_of: details('date', 'date:date unit:unit', 'date', 'START_OF("2026-11-22", "quarter")', '2026-10-01'),
  includes_any: details(
    'list',
    'field:field option:choice…',
    'boolean',
    'INCLUDES_ANY(interests, "golf", "chess")',
  ),
  includes_all: details(
    'list',
    'field:field option:choice…',
    'boolean',
    'INCLUDES_ALL(interests, "golf", "chess")',
  ),
  some: details('list', 'records:records condition:condition?', 'boolean', 'SOME(contacts, is_active)'),
  none: details('list', 'records:records condition:condition?', 'boolean', 'NONE(tasks, due < TODAY())'),
  all: details('list', 'records:records condition:condition', 'boolean', 'ALL(lines, is_shipped)'),
  count: details('list', 'records:records condition:condition?', 'number', 'COUNT(deals, stage = "won")'),
  sum: details(
    'list',
    'records:records value:number condition:condition?',
    'number',
    'SUM(deals, amount, stage = "won")',
  ),
  avg: details('list', 'records:records value:number condition:condition?', 'number', 'AVG(deals, amount)'),
  is_under: details(
    'list',
    'link:field record:choice',
    'boolean',
    'IS_UNDER(account, "0198c0de-0000-7000-8000-000000000001")',
  ),
  $changed: details('change', 'field:field…', 'boolean', 'CHANGED(stage, amount)'),
};

/** All functions, in the order in which they are explained. */
export const FUNCTION_CATALOGUE: readonly FunctionEntry[] = FORMULA_FUNCTIONS.map((each) => {
  const known = DETAILS[each.operator];
  if (known) return { ...each, ...known };
  const takesDays = each.signature.includes('days');
  return {
    ...each,
    ...details(
      'period',
      `date:date${takesDays ? ' days:whole' : ''}`,
      'boolean',
      `${each.name}(close_date${takesDays ? ', 30' : ''})`,
    ),
  };
});
