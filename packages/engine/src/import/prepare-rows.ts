/**
 * Turns rows of a file into the items of a save: cells are read by the types of their fields, and lookups that are
 * named by a field of their target are looked up, a whole group of rows with one statement per column.
 */
import { jsonPointer } from '@trellis/metadata';
import type { CompiledField, CompiledObject, JsonValue } from '@trellis/model';
import { keyOf } from '../check-unique.ts';
import type { InputError } from '../engine.ts';
import { CUT_MARK } from '../export/xlsx-writer.ts';
import type { Parts, SaveItem } from '../parts.ts';
import type { Pinned } from '../pinned.ts';
import type { ColumnTarget, ResolvedMapping } from './mapping.ts';
import type { FileRow, FileShape } from './read-file.ts';
import { isStorable } from './storable.ts';
import type { SheetCell } from './xlsx-book.ts';

/** A row with its number in the file, from 1. */
export interface NumberedRow extends FileRow {
  readonly number: number;
}

export interface PreparedRow {
  readonly row: NumberedRow;
  readonly item: SaveItem | undefined;
  /** What is wrong with the row by itself; it is not saved then. */
  readonly errors: readonly InputError[];
}

export interface RowRules {
  readonly object: CompiledObject;
  readonly shape: FileShape;
  readonly mapping: ResolvedMapping;
  readonly operation: 'create' | 'update' | 'upsert';
  readonly blank: 'keep' | 'clear';
  readonly decimalComma: boolean;
  /** NDJSON without `columns`: names that the header sample did not show go to the fields of the same name. */
  readonly takesOtherNames: boolean;
}

interface Wanted {
  readonly target: ColumnTarget;
  readonly field: CompiledField;
  /** The field by which the lookup's target is found, and its object. */
  readonly match: { readonly object: CompiledObject; readonly field: CompiledField } | undefined;
  readonly index: number;
}

const CUT = 'The text was cut when it was exported: it is whole in an export as CSV.';

/** A value that is still to be looked up. */
class Sought {
  readonly value: JsonValue;
  constructor(value: JsonValue) {
    this.value = value;
  }
}

export async function prepareRows(
  parts: Parts,
  pinned: Pinned,
  rows: readonly NumberedRow[],
  rules: RowRules,
): Promise<readonly PreparedRow[]> {
  const { mapping, operation, object } = rules;
  const wanted = mapping.targets.map((target): Wanted => {
    const field = object.fields.get(target.field)!;
    const matched =
      target.match === undefined ? undefined : pinned.model.objects.get(target.object ?? field.targets[0]!);
    const by = matched?.fields.get(target.match!);
    return {
      target,
      field,
      match: matched && by ? { object: matched, field: by } : undefined,
      index: rules.shape.columns.indexOf(target.column),
    };
  });
  const read = rows.map((row) => readRow(row, wanted, rules));
  for (const each of wanted) if (each.match) await resolve(parts, pinned, each, read);
  const ids =
    operation === 'update' && mapping.key !== 'id'
      ? await findIds(parts, pinned, object, mapping.key!, read)
      : undefined;
  return read.map(({ row, values, errors }): PreparedRow => {
    if (errors.length > 0) return { row, item: undefined, errors };
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
  for (const each of wanted) {
    const { field, target, match, index } = each;
    if (!isCells && !Object.hasOwn(members, target.column)) continue;
    const given = isCells ? cells[index]! : members[target.column]!;
    if (typeof given === 'string' ? given.trim() === '' : given === null) {
      // A key that is blank is missing; of all else a blank of a file says nothing unless it is asked to.
      if (rules.blank === 'clear') values[field.name] = null;
      continue;
    }
    if (typeof given === 'string' && given.endsWith(CUT_MARK)) {
      // What an export cut is no news for the record that it came from.
      if (rules.operation !== 'create') continue;
      errors.push({ code: 'invalid_value', pointer: jsonPointer(field.name), message: CUT });
      continue;
    }
    const type = match?.field ?? field;
    // Refused here for every type, and before a key or a matched title is looked for in the database.
    if (!isStorable(given)) {
      const message = 'The value holds a character that no record can hold.';
      errors.push({ code: 'invalid_value', pointer: jsonPointer(field.name), message });
      continue;
    }
    if (!isCells && !match) {
      values[field.name] = withoutExpansion(given, field);
      continue;
    }
    const text =
      rules.decimalComma && type.type.valueType === 'number' && typeof given === 'string'
        ? withPoint(given)
        : String(given);
    const parsed = type.type.parseText(text, type);
    if ('problem' in parsed) {
      errors.push({ code: 'invalid_value', pointer: jsonPointer(field.name), message: parsed.problem });
    } else {
      values[field.name] = match
        ? new Sought(keyOf(type.type.canonicalise(parsed.value, type)))
        : parsed.value;
    }
  }
  if (!isCells && rules.takesOtherNames) {
    const known = new Set([...wanted.map(({ target }) => target.column), ...rules.mapping.skipped]);
    for (const [name, value] of Object.entries(members)) if (!known.has(name)) values[name] = value;
  }
  return { row, values, errors };
}

/** What an export gives of a lookup whose target's fields were asked for too is the target: its id is meant. */
function withoutExpansion(given: JsonValue, field: CompiledField): JsonValue {
  if (field.targets.length === 0 || typeof given !== 'object' || given === null) return given;
  const { object = null, id } = given as { readonly object?: JsonValue; readonly id?: JsonValue };
  if (typeof id !== 'string') return given;
  return field.isPolymorphic ? { object, id } : id;
}

/** `1.234,56` → `1234.56`. */
function withPoint(text: string): string {
  return text.replaceAll('.', '').replace(',', '.');
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
    if (value instanceof Sought) sought.add(value.value);
  }
  const found = await parts.storage.records.findMatches(pinned.snapshot, {
    object,
    field: by.name,
    values: [...sought],
    visible: pinned.visible(object),
    context: pinned.expressionContext,
  });
  for (const { values, errors } of rows) {
    const value = values[field.name];
    if (!(value instanceof Sought)) continue;
    const hit = found.get(value.value);
    if (hit?.count === 1) {
      values[field.name] = field.isPolymorphic ? { object: object.name, id: hit.id } : hit.id;
      continue;
    }
    const pointer = jsonPointer(field.name);
    errors.push(
      hit
        ? {
            code: 'ambiguous_target',
            pointer,
            message: `Several ${object.pluralLabel} have this ${by.label}.`,
          }
        : { code: 'unknown_target', pointer, message: `There is no ${object.label} with this ${by.label}.` },
    );
    delete values[field.name];
  }
}

/** Records to change, by a unique field. */
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
