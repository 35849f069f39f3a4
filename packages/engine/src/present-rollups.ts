/**
 * Roll-ups of a record that was just saved. A save changes none of its record's own roll-ups, unless it wrote links or
 * they are still worked out by reads: then they are read.
 */
import type { CompiledField, CompiledObject, JsonValue } from '@trellis/model';
import { EngineError } from './errors.ts';
import type { Parts, SavedRecord } from './parts.ts';
import type { Pinned } from './pinned.ts';
import { getRecord } from './read-records.ts';

/** Values of the given roll-ups, by the field's name. */
export async function savedRollups(
  parts: Parts,
  pinned: Pinned,
  object: CompiledObject,
  about: { readonly record: SavedRecord; readonly fields: readonly CompiledField[] },
): Promise<ReadonlyMap<string, JsonValue>> {
  const { record } = about;
  const fields = about.fields.filter((field) => field.rollup);
  const kept = pinned.snapshot.rollups?.get(object.key);
  const isKnown = record.links.size === 0 && fields.every((field) => kept?.has(field.key));
  if (fields.length > 0 && !isKnown) {
    try {
      const names = fields.map((field) => field.name);
      const read = await getRecord(parts, pinned, { object: object.name, id: record.id, fields: names });
      return new Map(names.map((name) => [name, read[name] ?? null]));
    } catch (error) {
      // Of a dry run nothing is there to be read, and its links roll up nothing.
      if (!(error instanceof EngineError && error.code === 'unknown_record')) throw error;
    }
  }
  return new Map(fields.map((field) => [field.name, keptRollup(field, record.derived[field.key])]));
}

/** A roll-up's value from what is kept of it: nothing is kept of 0 and false. */
export function keptRollup({ type, rollup }: CompiledField, value: JsonValue | undefined): JsonValue {
  if (value === undefined || value === null) {
    if (type.valueType === 'boolean') return false;
    return rollup!.function === 'count' || rollup!.function === 'sum' ? 0 : null;
  }
  return type.valueType === 'datetime' ? new Date(String(value)).toISOString() : value;
}
