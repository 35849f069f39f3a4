/**
 * Turns rows of a file into the items of a save: cells are read by the types of their fields, and lookups that are
 * named by a field of their target are looked up, a whole group of rows with one statement per column.
 */
import { jsonPointer } from '@trellis/metadata';
import type { CompiledObject, JsonValue } from '@trellis/model';
import { keyOf } from '../check-unique.ts';
import type { InputError } from '../engine.ts';
import { CUT_MARK } from '../export/xlsx-writer.ts';
import type { Parts, SaveItem } from '../parts.ts';
import type { Pinned } from '../pinned.ts';
import type { ResolvedMapping } from './mapping.ts';
import { type CellRules, isBlank, readCell, Sought, type Wanted, wantedColumns } from './read-cell.ts';
import type { FileRow, FileShape } from './read-file.ts';
import type { SheetCell } from './xlsx-book.ts';

/** A row with its number in the file, from 1. */
export interface NumberedRow extends FileRow {
  readonly number: number;
}

/** With neither item nor errors, its record exists and is left alone. */
export interface PreparedRow {
  readonly row: NumberedRow;
  readonly item: SaveItem | undefined;
  /** What is wrong with the row by itself; it is not saved then. */
  readonly errors: readonly InputError[];
}

export interface RowRules extends CellRules {
  readonly object: CompiledObject;
  readonly shape: FileShape;
  readonly mapping: ResolvedMapping;
  readonly operation: 'create' | 'update' | 'upsert';
  readonly blank: 'keep' | 'clear';
  /** Under upsert: what becomes of rows whose record exists. */
  readonly existing?: 'update' | 'skip';
  /** NDJSON without `columns`: names that the header sample did not show go to the fields of the same name. */
  readonly takesOtherNames: boolean;
}

const CUT = 'The text was cut when it was exported: it is whole in an export as CSV.';

export async function prepareRows(
  parts: Parts,
  pinned: Pinned,
  rows: readonly NumberedRow[],
  rules: RowRules,
): Promise<readonly PreparedRow[]> {
  const { mapping, operation, object } = rules;
  const wanted = wantedColumns(pinned, object, rules);
  const read = rows.map((row) => readRow(row, wanted, rules));
  for (const each of wanted) if (each.match) await resolve(parts, pinned, each, read);
  const isSkipping = operation === 'upsert' && rules.existing === 'skip';
  const ids =
    isSkipping || (operation === 'update' && mapping.key !== 'id')
      ? await findIds(parts, pinned, object, mapping.key!, read)
      : undefined;
  const met = new Set<JsonValue>();
  return read.map(({ row, values, errors }): PreparedRow => {
    if (errors.length > 0) return { row, item: undefined, errors };
    if (isSkipping) {
      const key = keyOf(values[mapping.key!]);
      // The first of several rows with one key makes the record, the others find it.
      const isThere = key !== null && (ids!.has(key) || met.has(key));
      if (isThere) return { row, item: undefined, errors };
      met.add(key);
    }
    if (operation !== 'update')
      return { row, item: { input: values, id: undefined, version: undefined }, errors };
    const { [mapping.key!]: key, ...input } = values;
    const id = ids ? ids.get(keyOf(key)) : typeof key === 'string' ? key : undefined;
    if (id !== undefined) return { row, item: { input, id, version: undefined }, errors };
    const message =
      key === undefined || key === null
        ? 'The row does not say which record it means.'
        : 'There is no such record.';
    return {
      row,
      item: undefined,
      errors: [{ code: 'unknown_record', pointer: jsonPointer(mapping.key!), message }],
    };
  });
}

interface ReadRow {
  readonly row: NumberedRow;
  readonly values: Record<string, JsonValue | Sought>;
  readonly errors: InputError[];
}

function readRow(row: NumberedRow, wanted: readonly Wanted[], rules: RowRules): ReadRow {
  const values: Record<string, JsonValue | Sought> = Object.create(null);
  const errors: InputError[] = [];
  const { content, fault } = row;
  if (fault !== undefined) {
    errors.push({ code: 'unreadable_row', pointer: '', message: fault });
    return { row, values, errors };
  }
  const isCells = Array.isArray(content);
  const cells = content as readonly SheetCell[];
  const members = content as Readonly<Record<string, JsonValue>>;
  const { defaults = {} } = rules.mapping;
  for (const each of wanted) {
    const { field, target, index } = each;
    if (!isCells && !Object.hasOwn(members, target.column)) continue;
    const given = isCells ? cells[index]! : members[target.column]!;
    if (isBlank(given)) {
      // A key that is blank is missing; of all else a blank of a file says nothing unless it is asked to.
      if (rules.blank === 'clear') values[field.name] = null;
      continue;
    }
    const isCut = typeof given === 'string' && given.endsWith(CUT_MARK);
    // What an export cut is no news for the record that it came from.
    if (isCut && rules.operation !== 'create') continue;
    const found = isCut ? { problem: CUT } : readCell(given, each, { isCell: isCells, rules });
    if ('problem' in found) {
      errors.push({ code: 'invalid_value', pointer: jsonPointer(field.name), message: found.problem });
    } else values[field.name] = found.value;
  }
  for (const [name, value] of Object.entries(defaults)) values[name] ??= value;
  if (!isCells && rules.takesOtherNames) {
    const known = new Set([...wanted.map(({ target }) => target.column), ...rules.mapping.skipped]);
    for (const [name, value] of Object.entries(members)) if (!known.has(name)) values[name] = value;
  }
  return { row, values, errors };
}

async function resolve(
  parts: Parts,
  pinned: Pinned,
  { field, match }: Wanted,
  rows: readonly ReadRow[],
): Promise<void> {
  const { object, field: by } = match!;
  const sought = new Set<JsonValue>();
  for (const { values } of rows) {
    const value = values[field.name];
    if (value instanceof Sought) for (const each of value.values) sought.add(each);
  }
  const found = await parts.storage.records.findMatches(pinned.snapshot, {
    object,
    field: by.name,
    values: [...sought],
    visible: pinned.visible(object),
    context: pinned.expressionContext,
  });
  const pointer = jsonPointer(field.name);
  for (const { values, errors } of rows) {
    const value = values[field.name];
    if (!(value instanceof Sought)) continue;
    const hits = value.values.map((each) => found.get(each));
    if (hits.every((hit) => hit?.count === 1)) {
      const ids = hits.map((hit) => hit!.id);
      values[field.name] =
        field.type.valueType === 'ids'
          ? [...new Set(ids)]
          : field.isPolymorphic
            ? { object: object.name, id: ids[0]! }
            : ids[0]!;
      continue;
    }
    const isMissing = hits.some((hit) => hit === undefined);
    const message = isMissing
      ? `There is no ${object.label} with this ${by.label}.`
      : `Several ${object.pluralLabel} have this ${by.label}.`;
    errors.push({ code: isMissing ? 'unknown_target' : 'ambiguous_target', pointer, message });
    delete values[field.name];
  }
}

/** Records to change, or that are there already, by a unique field. */
async function findIds(
  parts: Parts,
  pinned: Pinned,
  object: CompiledObject,
  key: string,
  rows: readonly ReadRow[],
): Promise<ReadonlyMap<JsonValue, string>> {
  const field = object.fields.get(key)!;
  const values = new Set<JsonValue>();
  for (const row of rows) {
    const value = row.values[key];
    if (value === undefined || value === null || value instanceof Sought) continue;
    const canonical = field.type.canonicalise(value, field) as JsonValue;
    row.values[key] = canonical;
    const sought = keyOf(canonical);
    if (sought !== null) values.add(sought);
  }
  return parts.storage.records.findByKey(pinned.snapshot, {
    object,
    field: key,
    values: [...values],
    visible: pinned.visible(object),
    context: pinned.expressionContext,
  });
}
