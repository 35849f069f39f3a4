/** What a cell of a file means for the field that its column goes into. */
import type { CompiledField, CompiledObject, JsonValue } from '@trellis/model';
import { keyOf } from '../check-unique.ts';
import type { Pinned } from '../pinned.ts';
import { validateValue } from '../validate-value.ts';
import { type CellFormat, toPlainText } from './cell-formats.ts';
import type { ColumnTarget, ResolvedMapping } from './mapping.ts';
import type { FileShape } from './read-file.ts';
import { isStorable } from './storable.ts';

export interface MatchOfTarget {
  readonly object: CompiledObject;
  readonly field: CompiledField;
  readonly folded: boolean;
}

/** A column with all that is to be known for reading its cells. */
export interface Wanted {
  readonly target: ColumnTarget;
  readonly field: CompiledField;
  /** The field by which the lookup's target is found, and its object. */
  readonly match: MatchOfTarget | undefined;
  readonly index: number;
}

export interface CellRules {
  readonly decimalComma: boolean;
  /** Of times without a zone. */
  readonly timeZone: string;
}

/**
 * A record that is still to be looked up, by what one or several columns say of it; or the records of a lookup to many,
 * each by one value.
 */
export class Sought {
  readonly terms: readonly { readonly by: MatchOfTarget; readonly values: readonly JsonValue[] }[];
  constructor(terms: Sought['terms']) {
    this.terms = terms;
  }
}

export type ReadCell = { readonly value: JsonValue | Sought } | { readonly problem: string };

export function wantedColumns(
  pinned: Pinned,
  object: CompiledObject,
  { shape, mapping }: { readonly shape: FileShape; readonly mapping: Pick<ResolvedMapping, 'targets'> },
): readonly Wanted[] {
  return mapping.targets.map((target): Wanted => {
    const field = object.fields.get(target.field)!;
    const matched =
      target.match === undefined ? undefined : pinned.model.objects.get(target.object ?? field.targets[0]!);
    const by = matched?.fields.get(target.match!);
    return {
      target,
      field,
      match: matched && by ? { object: matched, field: by, folded: target.folded ?? false } : undefined,
      index: shape.columns.indexOf(target.column),
    };
  });
}

export function isBlank(given: JsonValue): boolean {
  return typeof given === 'string' ? given.trim() === '' : given === null;
}

/** Reads what is not blank: a cell as text, or a member of a line of NDJSON. */
export function readCell(
  given: JsonValue,
  { field, match, target }: Wanted,
  { isCell, rules }: { readonly isCell: boolean; readonly rules: CellRules },
): ReadCell {
  // Refused here for every type, and before a key or a matched title is looked for in the database.
  if (!isStorable(given)) return { problem: 'The value holds a character that no record can hold.' };
  if (match) return readMatch(given, field, match, target.format, rules);
  if (!isCell) return { value: withoutExpansion(given, field) };
  return readText(given, field, target.format, rules);
}

function readText(
  given: JsonValue,
  field: CompiledField,
  format: CellFormat | undefined,
  { decimalComma, timeZone }: CellRules,
): { readonly value: JsonValue } | { readonly problem: string } {
  const { type } = field;
  if (typeof given !== 'string') return type.parseText(String(given), field);
  const usual = decimalComma && type.valueType === 'number' ? 'comma' : undefined;
  return type.parseText(toPlainText(given, field, { format: format ?? usual, timeZone }), field);
}

/** What a lookup's cell says of its targets. One to many has several, between semicolons or on lines of their own. */
function readMatch(
  given: JsonValue,
  field: CompiledField,
  match: MatchOfTarget,
  format: CellFormat | undefined,
  rules: CellRules,
): ReadCell {
  const { field: by } = match;
  const isMany = field.type.valueType === 'ids';
  const texts = !isMany
    ? [given]
    : Array.isArray(given)
      ? given
      : String(given)
          .split(/[;\n]/)
          .filter((text) => text.trim() !== '');
  const values: JsonValue[] = [];
  for (const text of texts) {
    const parsed = readText(typeof text === 'number' ? text : String(text), by, format, rules);
    if ('problem' in parsed) return parsed;
    const value = by.type.canonicalise(parsed.value, by);
    // What no record can have is found nowhere.
    values.push(validateValue(value, by).length === 0 ? keyOf(value) : null);
  }
  return { value: new Sought([{ by: match, values }]) };
}

/** What an export gives of a lookup whose target's fields were asked for too is the target: its id is meant. */
function withoutExpansion(given: JsonValue, field: CompiledField): JsonValue {
  if (field.targets.length === 0 || typeof given !== 'object' || given === null) return given;
  const { object = null, id } = given as { readonly object?: JsonValue; readonly id?: JsonValue };
  if (typeof id !== 'string') return given;
  return field.isPolymorphic ? { object, id } : id;
}
