/** The mapping of an import as it is sent: its shape, and reading it. What the names mean is `mapping.ts`'s question. */
import { jsonPointer, nearest } from '@trellis/metadata';
import type { JsonValue } from '@trellis/model';
import type { InputError } from '../engine.ts';
import { type MatchField, readMatch } from '../match-records.ts';
import { CELL_FORMATS, type CellFormat } from './cell-formats.ts';
import { DELIMITERS } from './csv-reader.ts';
import { ENCODINGS, type Encoding } from './decode.ts';
import type { FileFormat } from './read-file.ts';

export interface ImportOptions {
  readonly operation: 'create' | 'update' | 'upsert';
  /** By which records are recognised: a unique field, or `id` for update. */
  readonly key: string | undefined;
  /** Instead of `key`: fields, unique or not, by which records are recognised. */
  readonly match: readonly MatchField[] | undefined;
  /** Header → field. Undefined: by names and labels. Null leaves a column out; so does not being named. */
  readonly columns: Readonly<Record<string, ColumnOption>> | undefined;
  /** What an empty cell does to a record that exists: `keep` leaves the field as it is. */
  readonly blank: 'keep' | 'clear';
  /** Numbers are written 1.234,56. */
  readonly decimalComma: boolean;
  readonly dryRun: boolean;
  /** Of CSV: cells are taken as they stand, an apostrophe before what looks like a formula too. */
  readonly raw: boolean;
  readonly format: FileFormat | undefined;
  readonly delimiter: string | undefined;
  readonly encoding: Encoding | undefined;
  /** Of a workbook: the first that is shown unless given. */
  readonly sheet: string | undefined;
  /** Row of the header, from 1; 0: there is none, and columns are called Column 1, Column 2, … */
  readonly headerRow: number | undefined;
  /** What a field gets where its column has nothing, or where it has no column: a value, or a text as in a cell. */
  readonly defaults: Readonly<Record<string, JsonValue>>;
  /** Of times without a zone; the caller's unless given. */
  readonly timeZone: string | undefined;
  /** Under upsert: what becomes of rows whose record exists. */
  readonly existing: 'update' | 'skip';
}

export type ColumnOption =
  | null
  | string
  | {
      readonly field: string;
      readonly match?: string;
      /** Of `match`: how the text is spelled does not count. */
      readonly folded?: boolean;
      readonly object?: string;
      readonly format?: CellFormat;
    };

/** What stands further down was never meant as a header. */
const MAX_HEADER_ROW = 100;
const OPERATIONS = ['create', 'update', 'upsert'] as const;
const NAMES = [
  'operation',
  'key',
  'match',
  'columns',
  'blank',
  'decimal_comma',
  'dry_run',
  'raw',
  'format',
  'delimiter',
  'encoding',
  'sheet',
  'header_row',
  'defaults',
  'time_zone',
  'existing',
];

/** Reads what was sent; of what is faulty the fallback is given, and told. */
export function readOptions(given: unknown): {
  readonly options: ImportOptions;
  readonly errors: readonly InputError[];
} {
  const errors: InputError[] = [];
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
  if (!isObject && given !== undefined) {
    errors.push({ code: 'wrong_type', pointer: '', message: 'The mapping is a JSON object.' });
  }
  const source = (isObject ? given : {}) as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(source)) {
    if (NAMES.includes(name)) continue;
    const near = nearest(name, NAMES);
    errors.push({
      code: 'unknown_property',
      pointer: jsonPointer(name),
      message: 'There is no property of this name.',
      hint: near ? `Did you mean \`${near}\`?` : `There are ${NAMES.join(', ')}.`,
    });
  }
  function read<T>(name: string, fallback: T, isFine: (value: unknown) => value is T, what: string): T {
    const value = source[name];
    if (value === undefined || value === null) return fallback;
    if (isFine(value)) return value;
    errors.push({ code: 'invalid_value', pointer: jsonPointer(name), message: `\`${name}\` is ${what}.` });
    return fallback;
  }
  const oneOf =
    <T extends string>(values: readonly T[]) =>
    (value: unknown): value is T =>
      values.includes(value as T);
  const optional =
    <T extends string>(values: readonly T[]) =>
    (value: unknown): value is T | undefined =>
      values.includes(value as T);
  const isFlag = (value: unknown): value is boolean => typeof value === 'boolean';
  const isRow = (value: unknown): value is number | undefined =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_HEADER_ROW;
  const isText = (value: unknown): value is string | undefined => typeof value === 'string';
  const { match, errors: matchErrors } = readMatch(source.match);
  errors.push(...matchErrors);
  return {
    options: {
      operation: read('operation', 'create', oneOf(OPERATIONS), 'create, update or upsert'),
      key: read<string | undefined>('key', undefined, isText, 'the name of a field'),
      match,
      columns: readColumns(source.columns, errors),
      blank: read('blank', 'keep', oneOf(['keep', 'clear'] as const), 'keep or clear'),
      decimalComma: read('decimal_comma', false, isFlag, 'true or false'),
      dryRun: read('dry_run', false, isFlag, 'true or false'),
      raw: read('raw', false, isFlag, 'true or false'),
      format: read<FileFormat | undefined>(
        'format',
        undefined,
        optional(['csv', 'ndjson', 'xlsx'] as const),
        'csv, ndjson or xlsx',
      ),
      delimiter: read<string | undefined>(
        'delimiter',
        undefined,
        optional(DELIMITERS),
        'one of , ; | and the tab',
      ),
      encoding: read<Encoding | undefined>(
        'encoding',
        undefined,
        optional(ENCODINGS),
        `one of ${ENCODINGS.join(', ')}`,
      ),
      sheet: read<string | undefined>('sheet', undefined, isText, 'the name of a sheet'),
      defaults: readDefaults(source.defaults, errors),
      timeZone: read<string | undefined>(
        'time_zone',
        undefined,
        isZone,
        'a time zone, such as Europe/Berlin',
      ),
      existing: read('existing', 'update', oneOf(['update', 'skip'] as const), 'update or skip'),
      headerRow: read<number | undefined>('header_row', undefined, isRow, 'the number of a row, or 0'),
    },
    errors,
  };
}

function readColumns(given: unknown, errors: InputError[]): ImportOptions['columns'] {
  if (given === undefined || given === null) return undefined;
  if (typeof given !== 'object' || Array.isArray(given)) {
    const message = '`columns` is an object: the name of a column → the name of a field.';
    errors.push({ code: 'wrong_type', pointer: '/columns', message });
    return undefined;
  }
  const columns: Record<string, ColumnOption> = Object.create(null);
  for (const [column, target] of Object.entries(given)) {
    if (target === null || typeof target === 'string' || isTarget(target))
      columns[column] = target as ColumnOption;
    else {
      const message = `A column goes into a field, into {"field"} with "match" (and "folded") of a lookup or "format" (${CELL_FORMATS.join(', ')}), or nowhere: null.`;
      errors.push({ code: 'wrong_type', pointer: jsonPointer('columns', column), message });
    }
  }
  return columns;
}

function readDefaults(given: unknown, errors: InputError[]): ImportOptions['defaults'] {
  if (given === undefined || given === null) return {};
  if (typeof given === 'object' && !Array.isArray(given)) return given as ImportOptions['defaults'];
  const message = '`defaults` is an object: the name of a field → its value in all rows that have none.';
  errors.push({ code: 'wrong_type', pointer: '/defaults', message });
  return {};
}

function isZone(value: unknown): value is string | undefined {
  try {
    new Intl.DateTimeFormat('en', { timeZone: value as string });
    return typeof value === 'string';
  } catch {
    return false;
  }
}

function isTarget(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('field' in value)) return false;
  return Object.entries(value).every(([name, each]) =>
    name === 'format'
      ? CELL_FORMATS.includes(each as CellFormat)
      : name === 'folded'
        ? typeof each === 'boolean'
        : ['field', 'match', 'object'].includes(name) && typeof each === 'string',
  );
}
