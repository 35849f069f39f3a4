/**
 * What the reference of expressions shows: formulas over one record, by function or sign. Their values are computed
 * when the page is written, so that an example can't be wrong.
 */
export const EXAMPLE_FIELDS = {
  name: { type: 'text' },
  amount: { type: 'currency', currency: 'EUR' },
  discount: { type: 'percent' },
  stage: {
    type: 'select',
    options: [
      { value: 'open', label: 'Open' },
      { value: 'won', label: 'Won' },
    ],
  },
  topics: {
    type: 'multi_select',
    options: [
      { value: 'price', label: 'Price' },
      { value: 'delivery', label: 'Delivery' },
    ],
  },
  is_urgent: { type: 'boolean' },
  close_date: { type: 'date' },
  called_at: { type: 'datetime' },
  reference: { type: 'text' },
  part_of: { type: 'lookup', to: 'deal', tree: true, reverse_name: 'parts' },
} as const;

/** The record that the examples are about; `reference` is blank. */
export const EXAMPLE_RECORD = {
  name: 'Größe Ltd',
  amount: 1250.5,
  discount: 10,
  stage: 'won',
  topics: ['price'],
  is_urgent: true,
  close_date: '2026-01-31',
  called_at: '2026-03-28T23:30:00.000Z',
  reference: null,
  part_of: '0198c0de-0000-7000-8000-00000000000b',
} as const;

/** What it is part of, and what that is part of. */
export const EXAMPLE_ABOVE = [
  { id: '0198c0de-0000-7000-8000-00000000000b' },
  { id: '0198c0de-0000-7000-8000-00000000000a' },
] as const;

/** Records that point to it by their lookup `deal`, seen from it as `tasks`. */
export const EXAMPLE_RELATED_FIELDS = {
  name: { type: 'text' },
  deal: { type: 'lookup', to: 'deal', reverse_name: 'tasks' },
  is_done: { type: 'boolean' },
  due: { type: 'date' },
  priority: {
    type: 'select',
    options: [
      { value: 'high', label: 'High' },
      { value: 'low', label: 'Low' },
    ],
  },
  hours: { type: 'decimal' },
} as const;

export const EXAMPLE_TASKS = [
  { is_done: true, due: '2026-01-20', priority: 'low', hours: 1.5 },
  { is_done: false, due: '2026-03-01', priority: 'high', hours: 4 },
  { is_done: false, due: '2026-04-15', priority: 'low', hours: null },
] as const;

/** Noon of this day, in Berlin. */
export const EXAMPLE_CONTEXT = {
  userId: '0198c0de-0000-7000-8000-000000000001',
  now: '2026-03-29T10:00:00.000Z',
  timeZone: 'Europe/Berlin',
} as const;

/** By name of the function, or by sign. */
export const EXPRESSION_EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  '=': ['stage = "won"', 'reference = ""'],
  '<>': ['reference <> "A"', 'stage <> "won"'],
  '<': ['amount < 2000', 'reference < "z"'],
  '<=': ['close_date <= "2026-01-31"'],
  '>': ['called_at > close_date'],
  '>=': ['discount >= 10.5'],
  '&': ['name & " " & amount', 'reference & ""'],
  '+': ['amount + 0.1 + 0.2', 'amount + LENGTH(reference)'],
  '-': ['100 - discount', '-amount'],
  '*': ['amount * (100 - discount) / 100'],
  '/': ['1 / 3', '1 / 0'],
  '%': ['-7.5 % 2'],
  IF: ['IF(amount > 1000, "Large", "Small")', 'IF(stage = "open", 1, is_urgent, 2, 3)'],
  AND: ['AND(is_urgent, stage = "won")'],
  OR: ['OR(amount > 9999, is_urgent)'],
  NOT: ['NOT(is_urgent)'],
  IN: ['IN(stage, "open", "won")'],
  CONTAINS: ['CONTAINS(name, "GRÖSSE")', 'CONTAINS(name, "größe")'],
  STARTS_WITH: ['STARTS_WITH(name, "gr")'],
  ENDS_WITH: ['ENDS_WITH(name, "LTD")'],
  INCLUDES_ANY: ['INCLUDES_ANY(topics, "price", "delivery")'],
  INCLUDES_ALL: ['INCLUDES_ALL(topics, "price", "delivery")'],
  IS_BLANK: ['IS_BLANK(reference)', 'IS_BLANK(is_urgent)'],
  COALESCE: ['COALESCE(reference, name)'],
  MIN: ['MIN(amount, 1000)', 'MIN(tasks, due, NOT is_done)'],
  MAX: ['MAX(amount, 1000)', 'MAX(close_date, TODAY())', 'MAX(tasks, hours)', 'MAX(tasks, due, hours > 99)'],
  ABS: ['ABS(-2.5)'],
  ROUND: ['ROUND(1.005, 2)', 'ROUND(-2.5)', 'ROUND(1250, -2)'],
  CEIL: ['CEIL(-1.5)'],
  FLOOR: ['FLOOR(-1.5)'],
  CAT: ['CAT(name, ": ", close_date)'],
  LOWER: ['LOWER(name)'],
  UPPER: ['UPPER(name)'],
  TRIM: ['TRIM("  a b ")'],
  LENGTH: ['LENGTH(name)', 'LENGTH(reference)'],
  SUBSTR: ['SUBSTR(name, 0, 5)', 'SUBSTR(name, -3)'],
  TODAY: ['TODAY()'],
  NOW: ['NOW()'],
  DATE_ADD: ['DATE_ADD(close_date, 1, "month")', 'DATE_ADD(called_at, 1, "day")'],
  DATE_DIFF: ['DATE_DIFF(close_date, TODAY(), "day")', 'DATE_DIFF(close_date, TODAY(), "month")'],
  YEAR: ['YEAR(close_date)'],
  MONTH: ['MONTH(called_at)'],
  DAY: ['DAY(called_at)'],
  WEEKDAY: ['WEEKDAY(close_date)'],
  START_OF: ['START_OF(close_date, "quarter")', 'START_OF(called_at, "week")'],
  THIS_WEEK: ['THIS_WEEK(called_at)'],
  LAST_WEEK: ['LAST_WEEK(called_at)'],
  NEXT_WEEK: ['NEXT_WEEK(TODAY())'],
  THIS_MONTH: ['THIS_MONTH(called_at)'],
  LAST_MONTH: ['LAST_MONTH(close_date)'],
  NEXT_MONTH: ['NEXT_MONTH(DATE_ADD(TODAY(), 3, "day"))'],
  THIS_QUARTER: ['THIS_QUARTER(close_date)'],
  LAST_QUARTER: ['LAST_QUARTER(close_date)'],
  NEXT_QUARTER: ['NEXT_QUARTER(close_date)'],
  THIS_YEAR: ['THIS_YEAR(close_date)'],
  LAST_YEAR: ['LAST_YEAR(close_date)'],
  NEXT_YEAR: ['NEXT_YEAR(close_date)'],
  LAST_N_DAYS: ['LAST_N_DAYS(close_date, 60)'],
  NEXT_N_DAYS: ['NEXT_N_DAYS(TODAY(), 1)'],
  SOME: ['SOME(tasks, is_done)', 'SOME(tasks, due < TODAY() AND NOT is_done)', 'SOME(tasks)'],
  NONE: ['NONE(tasks, priority = "high")', 'NONE(tasks, hours > 10)'],
  ALL: ['ALL(tasks, is_done)', 'ALL(tasks, hours > 0)'],
  IS_UNDER: ['IS_UNDER(part_of, "0198c0de-0000-7000-8000-00000000000a")'],
  COUNT: ['COUNT(tasks)', 'COUNT(tasks, NOT is_done)'],
  SUM: ['SUM(tasks, hours)', 'SUM(tasks, hours * 80, is_done)', 'SUM(tasks, hours, hours > 99)'],
  AVG: ['AVG(tasks, hours)', 'AVG(tasks, hours, hours > 99)'],
  CHANGED: ['CHANGED(stage)'],
};

/** Formulas with a fault, for the page to show what is said. */
export const FAULTY_EXAMPLES: readonly string[] = [
  'amount > stage',
  'IF(amount > 1000, "Large", 5',
  'amunt * 2',
  'ROUND(name)',
  'stage = "wno"',
  'close_date = "2026-02-31"',
  'SUM(task, hours)',
  'SUM(tasks, priority)',
  'MAX(tasks, priority)',
  'COUNT(tasks, hourz > 1)',
  'tasks > 1',
];
