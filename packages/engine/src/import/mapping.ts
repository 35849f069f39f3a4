/**
 * What an import is asked to do: which column goes into which field, and what to do with the records. Everything that
 * is wrong with it is told at once, with pointers into the mapping, before a job is made.
 */
import { jsonPointer, nearest } from '@trellis/metadata';
import type { CompiledField, CompiledObject, JsonValue } from '@trellis/model';
import { readPath } from '../build-query.ts';
import type { InputError } from '../engine.ts';
import { faultsOfField, faultsOfMatch, type MatchField } from '../match-records.ts';
import type { Names } from '../old-names.ts';
import type { Pinned } from '../pinned.ts';
import { validateValue } from '../validate-value.ts';
import { type CellFormat, formatsFor, toPlainText } from './cell-formats.ts';
import type { ImportOptions } from './options.ts';
import type { FileShape } from './read-file.ts';

/** One column of the file and where it goes. */
export interface ColumnTarget {
  readonly column: string;
  /** Name of a field of the object. */
  readonly field: string;
  /** For lookups: the field of the target object by which it is found; the cell holds its id otherwise. */
  readonly match?: string;
  /** Of `match`: how the text is spelled does not count. */
  readonly folded?: boolean;
  /** For lookups with several targets: which of them is meant. */
  readonly object?: string;
  /** How its dates or numbers are written, where a text alone does not say. */
  readonly format?: CellFormat;
}

/** A mapping that fits the file and the object. */
export interface ResolvedMapping {
  readonly targets: readonly ColumnTarget[];
  /** Columns of the file that are left out. */
  readonly skipped: readonly string[];
  /** The field by which records are found: `id`, or a unique field. Undefined for new records. */
  readonly key: string | undefined;
  /** Instead of `key`: several fields, or one that is not unique. */
  readonly match?: readonly MatchField[] | undefined;
  /** Values of fields in all rows that have none. */
  readonly defaults?: Readonly<Record<string, JsonValue>>;
}

/** The fields by which records are recognised; undefined where all are new. */
export function recognisedBy({ key, match }: ResolvedMapping): readonly MatchField[] | undefined {
  return match ?? (key === undefined ? undefined : [{ field: key }]);
}

/** The column that a file of rejected rows has beside those of the file that was imported. */
export const ERROR_COLUMN = 'error';

/** Fits the options to the file. The right to the operation has been decided. */
export function resolveMapping(
  pinned: Pinned,
  object: CompiledObject,
  shape: FileShape,
  options: ImportOptions,
  old?: Names,
): { readonly mapping: ResolvedMapping; readonly errors: readonly InputError[] } {
  const errors: InputError[] = [];
  const add = (code: string, pointer: string, message: string, hint?: string) =>
    errors.push({ code, pointer, message, ...(hint === undefined ? {} : { hint }) });

  const firstOf = new Map<string, number>();
  for (const [index, name] of shape.columns.entries()) if (!firstOf.has(name)) firstOf.set(name, index);
  const twice = shape.columns.filter((name, index) => firstOf.get(name) !== index);
  for (const name of new Set(twice)) {
    const message = 'The file has two columns of the same name. Give each its own.';
    add('duplicate_column', jsonPointer('columns', name), message);
  }
  if (shape.columns.length === 0)
    add('required', '', 'The file is empty: it needs a header with the names of its columns.');

  const given = options.operation === 'create' ? undefined : options.match;
  const unique = given && options.key === undefined ? uniqueAmong(object, given) : undefined;
  const match = unique ? undefined : given;
  const key =
    options.operation === 'create' || match
      ? undefined
      : (unique ?? options.key ?? (options.operation === 'update' ? 'id' : undefined));
  const keys = match?.map(({ field }) => field) ?? (key === undefined ? [] : [key]);
  const targets: ColumnTarget[] = [];
  const skipped: string[] = [];
  if (options.columns === undefined) {
    for (const column of new Set(shape.columns)) {
      const found = fieldForColumn(pinned, object, column, { operation: options.operation, keys, old });
      if (found === 'skip') skipped.push(column);
      else if (found) targets.push({ column, field: found.name });
      else {
        const near = nearest(
          column.toLowerCase(),
          [...object.fields.values()].filter(pinned.isReadable).map((field) => field.name),
        );
        const message = `No field of ${object.label} has the name or label of this column.`;
        const hint = near
          ? `Did you mean \`${near}\`? Otherwise say in \`columns\` where it goes.`
          : 'Say in `columns` where it goes; null leaves it out.';
        add('unknown_column', jsonPointer('columns', column), message, hint);
      }
    }
  } else {
    for (const [column, target] of Object.entries(options.columns)) {
      const pointer = jsonPointer('columns', column);
      if (!shape.columns.includes(column) && shape.format === 'csv') {
        const near = nearest(column, shape.columns);
        add(
          'unknown_column',
          pointer,
          'The file has no column of this name.',
          near && `Did you mean \`${near}\`?`,
        );
        continue;
      }
      if (target === null) continue;
      const given = typeof target === 'string' ? { field: target } : target;
      const field = object.fields.get(given.field);
      if (!field || !pinned.isReadable(field)) {
        const near = nearest(
          given.field,
          [...object.fields.values()].filter(pinned.isReadable).map((each) => each.name),
        );
        add(
          'unknown_field',
          pointer,
          `${object.label} has no such field.`,
          near && `Did you mean \`${near}\`?`,
        );
        continue;
      }
      if (!isTakeable(field, options.operation, keys)) {
        add('read_only', pointer, `${field.label} is kept by the platform and can't be imported.`);
        continue;
      }
      errors.push(...matchErrors(pinned, field, given, pointer));
      if (
        given.format !== undefined &&
        given.match === undefined &&
        !formatsFor(field).includes(given.format)
      ) {
        const formats = formatsFor(field).join(', ');
        const hint = formats === '' ? undefined : `It has ${formats}.`;
        add('not_supported', `${pointer}/format`, `${field.label} has no such format.`, hint);
      }
      const [only] = field.targets;
      // A lookup with one target says which it means.
      const isPlain = given.match === undefined || field.isPolymorphic || only === undefined;
      targets.push({ column, ...given, ...(isPlain ? {} : { object: only }) });
    }
    for (const column of shape.columns)
      if (!targets.some((target) => target.column === column)) skipped.push(column);
  }

  const seen = new Map<string, ColumnTarget>();
  for (const target of targets) {
    const other = seen.get(target.field);
    if (other && !mayShare(object, other, target)) {
      const pointer = jsonPointer('columns', target.column);
      add('duplicate_field', pointer, 'Another column goes into the same field.');
    }
    seen.set(target.field, target);
  }
  if (targets.length === 0 && errors.length === 0 && shape.format === 'csv') {
    add('required', '/columns', 'None of the columns goes into a field.');
  }
  if (match) {
    if (options.key !== undefined)
      add('invalid_value', '/match', 'Records are recognised by `key` or by `match`, not by both.');
    errors.push(...faultsOfMatch(pinned, object, match));
    for (const [index, { field }] of match.entries()) {
      const isThere = seen.has(field) || Object.hasOwn(options.defaults, field);
      if (isThere || targets.length === 0) continue;
      add(
        'required',
        jsonPointer('match', index),
        `No column goes into \`${field}\`, by which records are recognised.`,
      );
    }
  } else checkKey(object, pinned, options, key, seen, add);
  const defaults = readDefaults(pinned, object, { options, key }, add);
  return { mapping: { targets, skipped, key, match, defaults }, errors };
}

/** A single unique field as it stands is a key: its index keeps writers apart. */
function uniqueAmong(object: CompiledObject, match: readonly MatchField[]): string | undefined {
  const [first] = match;
  const isKey = match.length === 1 && !first!.folded && object.fields.get(first!.field)?.isUnique === true;
  return isKey ? first!.field : undefined;
}

/** Values for all rows, in canonical form; texts are read as those of cells. */
function readDefaults(
  pinned: Pinned,
  object: CompiledObject,
  { options, key }: { readonly options: ImportOptions; readonly key: string | undefined },
  add: (code: string, pointer: string, message: string, hint?: string) => void,
): Readonly<Record<string, JsonValue>> {
  const defaults: Record<string, JsonValue> = {};
  for (const [name, given] of Object.entries(options.defaults)) {
    const pointer = jsonPointer('defaults', name);
    const field = object.fields.get(name);
    if (!field || !pinned.isReadable(field)) {
      add('unknown_field', pointer, `${object.label} has no such field.`);
    } else if (!field.isWritable || name === key) {
      add('read_only', pointer, `${field.label} can't have the same value in all rows.`);
    } else {
      const { timeZone } = pinned.expressionContext;
      const parsed =
        typeof given === 'string'
          ? field.type.parseText(toPlainText(given, field, { format: undefined, timeZone }), field)
          : { value: field.type.canonicalise(given, field) as JsonValue };
      if ('problem' in parsed) add('invalid_value', pointer, parsed.problem);
      else {
        for (const { code, pointer: within, message } of validateValue(parsed.value, field)) {
          add(code, `/defaults${within}`, message);
        }
        if (parsed.value !== null) defaults[name] = parsed.value;
      }
    }
  }
  return defaults;
}

function checkKey(
  object: CompiledObject,
  pinned: Pinned,
  { operation }: ImportOptions,
  key: string | undefined,
  mapped: ReadonlyMap<string, ColumnTarget>,
  add: (code: string, pointer: string, message: string, hint?: string) => void,
): void {
  if (operation === 'create') return;
  const unique = object.ownFields
    .filter((field) => field.isUnique && pinned.isReadable(field))
    .map((field) => field.name);
  const candidates = operation === 'update' ? ['id', ...unique] : unique;
  if (key === undefined || !candidates.includes(key)) {
    const hint =
      candidates.length > 0 ? `There are ${candidates.join(', ')}.` : `${object.label} has no unique field.`;
    add('invalid_value', '/key', '`key` is a unique field by which records are recognised.', hint);
  } else if (mapped.size > 0 && !mapped.has(key)) {
    add('required', '/columns', `No column goes into \`${key}\`, by which records are recognised.`);
  }
}

function matchErrors(
  pinned: Pinned,
  field: CompiledField,
  { match, object, folded }: Pick<ColumnTarget, 'match' | 'object' | 'folded'>,
  pointer: string,
): InputError[] {
  if (match === undefined && object === undefined && folded === undefined) return [];
  if (field.targets.length === 0) {
    const message = `${field.label} is no lookup: \`match\` says nothing about it.`;
    return [{ code: 'not_supported', pointer: `${pointer}/match`, message }];
  }
  const name = object ?? (field.targets.length === 1 ? field.targets[0] : undefined);
  const target =
    name !== undefined && field.targets.includes(name) ? pinned.model.objects.get(name) : undefined;
  if (!target || !pinned.decide(target, 'read').isAllowed) {
    const message = `${field.label} points to several objects: \`object\` says which is meant.`;
    return [
      {
        code: 'invalid_target',
        pointer: `${pointer}/object`,
        message,
        hint: `One of ${field.targets.join(', ')}.`,
      },
    ];
  }
  if (match === undefined) {
    return [
      { code: 'required', pointer: `${pointer}/match`, message: '`match` names a field of the target.' },
    ];
  }
  return [
    ...faultsOfField(pinned, target, {
      name: match,
      folded: folded ?? false,
      pointer: `${pointer}/match`,
    }),
  ];
}

/** Two columns may say together which record a lookup means: the company's name and its town. */
function mayShare(object: CompiledObject, one: ColumnTarget, other: ColumnTarget): boolean {
  const isOne = object.fields.get(one.field)?.type.valueType !== 'ids';
  return isOne && one.match !== undefined && other.match !== undefined && one.object === other.object;
}

/**
 * The field whose name or label a column has, or once had. `skip`: one that the platform keeps, or the errors of an
 * earlier import.
 */
export function fieldForColumn(
  pinned: Pinned,
  object: CompiledObject,
  column: string,
  about: {
    readonly operation: ImportOptions['operation'];
    readonly keys: readonly string[];
    readonly old: Names | undefined;
  },
): CompiledField | 'skip' | undefined {
  const readable = [...object.fields.values()].filter(pinned.isReadable);
  const wanted = plain(column);
  const found =
    readable.find((field) => field.name === column) ??
    readable.find((field) => plain(field.name) === wanted) ??
    readable.find((field) => plain(field.label) === wanted) ??
    (about.old && object.fields.get(about.old.field(object, column)));
  if (!found) return column === ERROR_COLUMN || isPath(pinned, object, column) ? 'skip' : undefined;
  return isTakeable(found, about.operation, about.keys) ? found : 'skip';
}

/** A path, as an export has it beside the fields themselves: `account.name`, `address.city`. */
function isPath(pinned: Pinned, object: CompiledObject, column: string): boolean {
  return column.includes('.') && readPath(pinned, object, column, '', []) !== undefined;
}

/** `Close date` and `close_date` are the same word. */
export function plain(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[\p{M}\s_\-.:/()]+/gu, '');
}

function isTakeable(
  field: CompiledField,
  operation: ImportOptions['operation'],
  keys: readonly string[],
): boolean {
  // What a record is only recognised by need not be written: its id, its number.
  return field.isWritable || (operation === 'update' && keys.includes(field.name));
}
