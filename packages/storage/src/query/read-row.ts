/**
 * Turns a row into a record for its reader, in one pass. Each record begins as a copy of a template that has all of its
 * properties already: an object that grows by computed names is slow to make, to hold and to serialise (a page of
 * fifty records took twice as long, and its text too).
 */
import type { JsonValue, RecordData, RowSlot } from '@trellis/model';
import type { Row } from '../connections.ts';
import type { Output } from './compile-query.ts';

export interface RowReader {
  readonly template: RecordData;
  readonly cells: readonly Cell[];
}

interface Cell {
  readonly name: string;
  readonly column: number;
  readonly dataKey: string | undefined;
  /** Every object answers to the key: whether it is its own has to be asked. */
  readonly isInherited: boolean;
  /** Given: the value is a lookup, shown as an object with what stands behind it. */
  readonly parts: RowReader | undefined;
}

/** The reader of rows with these outputs: laid out as given, or flat. */
export function rowReader(outputs: readonly Output[], layout: readonly RowSlot[] | undefined): RowReader {
  const bySource = new Map(outputs.map((output) => [output.name, output]));
  const slots = layout ?? outputs.map(({ name }): RowSlot => ({ out: name, source: name, parts: undefined }));
  const pairs = slots.map(({ out, source, parts }): [Cell, JsonValue] => {
    const output = bySource.get(source);
    if (!output) throw new TypeError(`The layout names ${source}, which is not asked for.`);
    const { column, dataKey, absent } = output;
    const isInherited = dataKey !== undefined && dataKey in Object.prototype;
    const cell = { name: out, column, dataKey, isInherited, parts: parts && rowReader(outputs, parts) };
    return [cell, parts ? null : absent];
  });
  const template = Object.fromEntries(pairs.map(([cell, absent]) => [cell.name, absent]));
  // What JSON.parse makes has the compact form, however many properties.
  return { template: JSON.parse(JSON.stringify(template)) as RecordData, cells: pairs.map(([cell]) => cell) };
}

export function readRow(row: Row, { template, cells }: RowReader): { [field: string]: JsonValue } {
  const record: { [field: string]: JsonValue } = { ...template };
  for (const { name, column, dataKey, isInherited, parts } of cells) {
    const cell = row[column] as JsonValue | undefined;
    const value =
      dataKey === undefined
        ? cell
        : isInherited
          ? pick(cell as RecordData, dataKey)
          : (cell as RecordData)[dataKey];
    if (value === null || value === undefined) continue;
    record[name] = parts ? readLookup(value, row, parts) : value;
  }
  return record;
}

/** An invisible target gives its id and blanks. */
function readLookup(value: JsonValue, row: Row, parts: RowReader): JsonValue {
  if (typeof value === 'string') return { id: value, ...readRow(row, parts) };
  const { object, id } = value as { readonly object: string; readonly id: string };
  return { object, id, ...readRow(row, parts) };
}

/** A field may be called `constructor`. */
function pick(data: RecordData, key: string): JsonValue | undefined {
  return Object.hasOwn(data, key) ? data[key] : undefined;
}
