/** The columns of an export, and what a record holds under each of them. */
import type { CompiledField, JsonValue } from '@trellis/model';
import { stepInto } from '@trellis/model';
import type { PresentedRecord } from '../engine.ts';

/** What the cells of a column are to a spreadsheet. `percent` in points, `duration` in seconds. */
export type CellKind = 'text' | 'number' | 'percent' | 'duration' | 'date' | 'datetime' | 'boolean';

/** Dates and instants are texts as the API has them; blank is null. */
export type CellValue = string | number | boolean | null;

export interface ExportColumn {
  /** A field's name or a path: `account.name`. */
  readonly name: string;
  readonly kind: CellKind;
}

/** Columns of an export with what reads them from a record. */
export class ExportColumns {
  readonly list: readonly ExportColumn[];
  readonly #read: readonly { readonly segments: readonly string[]; readonly field: CompiledField }[];

  constructor(names: readonly string[], fields: readonly CompiledField[]) {
    this.list = names.map((name, index) => ({ name, kind: kindOf(fields[index]!) }));
    this.#read = names.map((name, index) => ({ segments: name.split('.'), field: fields[index]! }));
  }

  /** Texts from which `parseText` of each type gets the same values back. */
  toCells(record: PresentedRecord): readonly string[] {
    return this.#read.map(({ segments, field }) => {
      const value = valueAt(record, segments);
      return value === null ? '' : toText(value, field);
    });
  }

  /** Values as a spreadsheet holds them: numbers and checkboxes by themselves, all else as text. */
  toValues(record: PresentedRecord): readonly CellValue[] {
    return this.#read.map(({ segments, field }, index) => {
      const value = valueAt(record, segments);
      const { kind } = this.list[index]!;
      if (value === null || (kind !== 'text' && typeof value !== 'object')) return value as CellValue;
      return toText(value, field);
    });
  }
}

function valueAt(record: PresentedRecord, segments: readonly string[]): JsonValue {
  let value: JsonValue | undefined = record as JsonValue;
  for (const segment of segments) {
    if (typeof value !== 'object' || value === null) return null;
    value = stepInto(value, segment) as JsonValue | undefined;
  }
  return value ?? null;
}

function toText(value: JsonValue, field: CompiledField): string {
  // A plain lookup beside an expansion of it was given as the expanded object.
  const isExpanded =
    field.targets.length > 0 && !field.isPolymorphic && typeof value === 'object' && !Array.isArray(value);
  return field.type.toText(isExpanded ? (value as { id: string }).id : value, field);
}

function kindOf({ type }: CompiledField): CellKind {
  const { valueType, name } = type;
  if (valueType === 'number') return name === 'percent' || name === 'duration' ? name : 'number';
  return valueType === 'date' || valueType === 'datetime' || valueType === 'boolean' ? valueType : 'text';
}
