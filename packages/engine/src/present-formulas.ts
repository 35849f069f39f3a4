/**
 * The formulas and related fields of a record just saved. What the record itself tells is evaluated in memory, which gives what storage
 * would; what reads other records costs a statement, one for all of it.
 */
import type { CompiledField, CompiledObject, JsonValue } from '@trellis/model';
import { evaluate } from '@trellis/rules';
import { EngineError } from './errors.ts';
import { ownPath } from './own-path.ts';
import type { Parts, SavedRecord } from './parts.ts';
import type { Pinned } from './pinned.ts';
import { type Selection, systemValues } from './present-record.ts';
import { readPaths } from './read-records.ts';

/** The value of each formula and related field of the selection, by field name. */
export async function computeFormulas(
  parts: Parts,
  pinned: Pinned,
  selection: Selection,
  object: CompiledObject,
  record: SavedRecord,
): Promise<ReadonlyMap<string, JsonValue>> {
  const formulas = selection.slots
    .map(({ out }) => object.fields.get(out)!)
    .filter((field) => field.formula || field.related);
  const computed = new Map<string, JsonValue>();
  if (formulas.length === 0) return computed;
  const values: Record<string, JsonValue> = { ...systemValues(record) };
  for (const field of object.ownFields) values[field.name] = record.data[field.key] ?? null;
  const isOwn = (field: CompiledField) => field.formula?.facts.readsOthers === false;
  const own = formulas.filter(isOwn);
  const others = formulas.filter((field) => !isOwn(field));
  for (const { name, formula } of own)
    computed.set(name, evaluate(formula!.value, { values, context: pinned.expressionContext }));
  if (others.length === 0) return computed;
  const paths = others.map(ownPath);
  try {
    const found = await readPaths(parts, pinned, { object: object.name, id: record.id, paths });
    for (const { name } of others) computed.set(name, found[name] ?? null);
  } catch (error) {
    // A dry run has left nothing to be read, and a change may have taken the record out of the caller's sight.
    if (!(error instanceof EngineError) || error.code !== 'unknown_record') throw error;
  }
  return computed;
}
