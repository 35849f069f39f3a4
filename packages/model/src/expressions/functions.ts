/**
 * The functions of the language as data: how each is called in JSON Logic and in formula text, what it takes and
 * what it says. Parser, printer, completion and reference documentation read this one table.
 */
import { CALL_NAMES, PERIODS } from './expression.ts';

export interface FormulaFunction {
  /** The operator in JSON Logic. */
  readonly operator: string;
  /** The name in formula text, upper case. */
  readonly name: string;
  /** `ROUND(number, places)` */
  readonly signature: string;
  readonly help: string;
}

function define(operator: string, parameters: string, help: string): FormulaFunction {
  const name = operator.replace('$', '').toUpperCase();
  return { operator, name, signature: `${name}(${parameters})`, help };
}

/** All functions that formula text knows, operators with a sign of their own excepted. */
export const FORMULA_FUNCTIONS: readonly FormulaFunction[] = [
  define(
    'if',
    'condition, value, …, otherwise',
    'The value of the first condition that holds, else the last.',
  ),
  define('and', 'condition, …', 'True when all conditions hold.'),
  define('or', 'condition, …', 'True when at least one condition holds.'),
  { operator: '!', name: 'NOT', signature: 'NOT(condition)', help: 'True when the condition does not hold.' },
  define('in', 'value, choice, …', 'True when the value is one of the choices.'),
  define('contains', 'text, part', 'True when the text holds the part; case is ignored.'),
  define('starts_with', 'text, part', 'True when the text begins with the part; case is ignored.'),
  define('ends_with', 'text, part', 'True when the text ends with the part; case is ignored.'),
  define('includes_any', 'field, option, …', 'True when one of the options is chosen.'),
  define('includes_all', 'field, option, …', 'True when all of the options are chosen.'),
  define('is_blank', 'value', 'True when there is no value.'),
  define('coalesce', 'value, …', 'The first value that is not blank.'),
  define(
    'min',
    'value, …',
    'The least of the values; blank when one of them is. Over related records: `MIN(records, value, condition)`.',
  ),
  define(
    'max',
    'value, …',
    'The greatest of the values; blank when one of them is. Over related records: `MAX(records, value, condition)`.',
  ),
  define('abs', 'number', 'The number without its sign.'),
  define(
    'round',
    'number, places',
    'Rounded, half away from zero, to places after the point (0 unless given).',
  ),
  define('ceil', 'number', 'The next whole number, upwards.'),
  define('floor', 'number', 'The next whole number, downwards.'),
  define('cat', 'value, …', 'The values joined to one text, as `&` does.'),
  define('lower', 'text', 'In lower case.'),
  define('upper', 'text', 'In upper case.'),
  define('trim', 'text', 'Without white space at both ends.'),
  define('length', 'text', 'The number of characters; 0 when blank.'),
  define(
    'substr',
    'text, start, count',
    'A part of the text. Start counts from 0, or from the end when negative; a negative count leaves off as many.',
  ),
  define('today', '', 'The day that it is.'),
  define('now', '', 'The moment that it is.'),
  define(
    'date_add',
    'date, count, unit',
    'The date, moved by so many days, weeks, months, quarters, years, …',
  ),
  define('date_diff', 'from, until, unit', 'Whole days, weeks, months, … between two dates.'),
  define('year', 'date', 'The year of a date.'),
  define('month', 'date', 'The month of a date, 1 to 12.'),
  define('day', 'date', 'The day of the month, 1 to 31.'),
  define('weekday', 'date', 'The day of the week, 1 (Monday) to 7 (Sunday).'),
  define('start_of', 'date, unit', 'The first day of the week, month, quarter or year of a date.'),
  ...PERIODS.map((period) =>
    period.includes('_n_')
      ? define(period, 'date, days', 'True when the date is among so many days, today included.')
      : define(period, 'date', `True when the date is in ${period.replace('_', ' ')}.`),
  ),
  define(
    'some',
    'records, condition',
    'True when at least one related record meets the condition, or is there at all.',
  ),
  define('none', 'records, condition', 'True when no related record meets the condition, or none is there.'),
  define(
    'all',
    'records, condition',
    'True when there are related records and all of them meet the condition.',
  ),
  define('count', 'records, condition', 'How many related records there are, or meet the condition.'),
  define(
    'sum',
    'records, value, condition',
    'The sum of a value over related records, those that meet the condition. Blank values count for nothing.',
  ),
  define(
    'avg',
    'records, value, condition',
    'The mean of a value over related records; blank when none of them has one.',
  ),
  define(
    'is_under',
    'link, record',
    'True when the record that is linked is the one given, or stands below it in its tree. Asked of the tree itself: what is below; of the id: the one at the top too.',
  ),
  define('$changed', 'field, …', 'True when one of the fields is not what it was before the change.'),
];

/** Signs of formula text and their operators, tightest last. All bind to the left. */
export const BINARY_SIGNS: readonly (readonly { readonly sign: string; readonly operator: string }[])[] = [
  [
    { sign: '=', operator: '==' },
    { sign: '<>', operator: '!=' },
    { sign: '<=', operator: '<=' },
    { sign: '>=', operator: '>=' },
    { sign: '<', operator: '<' },
    { sign: '>', operator: '>' },
  ],
  [{ sign: '&', operator: 'cat' }],
  [
    { sign: '+', operator: '+' },
    { sign: '-', operator: '-' },
  ],
  [
    { sign: '*', operator: '*' },
    { sign: '/', operator: '/' },
    { sign: '%', operator: '%' },
  ],
];

/** Operators that give a value rather than a condition. */
export const VALUE_OPERATORS: readonly string[] = ['if', ...CALL_NAMES];
