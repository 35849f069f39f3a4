/**
 * The formulas and related fields of a record just saved. What the record itself tells is evaluated in memory, which
 * gives what storage would; what reads other records costs a statement, one for all of it.
 */
import {
  type CompiledField,
  type CompiledObject,
  type FieldPath,
  inputPaths,
  type JsonValue,
} from '@trellis/model';
import { evaluate } from '@trellis/rules';
import { EngineError } from './errors.ts';
import { ownPath } from './own-path.ts';
import type { Parts, SavedRecord } from './parts.ts';
import type { Pinned } from './pinned.ts';
import { type Selection, systemValues } from './present-record.ts';
import { readPaths } from './read-records.ts';
import { fillPaths, ruleContext } from './rule-values.ts';

/** The value of each formula and related field of the selection, by field name. */
export async function computeFormulas(
  parts: Parts,
  pinned: Pinned,
  selection: Selection,
  object: CompiledObject,
  saved: {
    readonly record: SavedRecord;
    /** Values of readable roll-ups. */
    readonly rollups: ReadonlyMap<string, JsonValue>;
    readonly isWritten: boolean;
  },
): Promise<ReadonlyMap<string, JsonValue>> {
  const formulas = selection.slots
    .map(({ out }) => object.fields.get(out)!)
    .filter((field) => field.formula || field.related);
  const { record, rollups } = saved;
  const computed = new Map<string, JsonValue>();
  if (formulas.length === 0) return computed;
  const values: Record<string, JsonValue> = { ...systemValues(record) };
  for (const field of object.ownFields) values[field.name] = record.data[field.key] ?? null;
  const isUnknownRollup = ({ through, field }: FieldPath) =>
    through.length === 0 && field.rollup !== undefined && !rollups.has(field.name);
  const compute = ({ name, formula }: CompiledField) =>
    computed.set(name, evaluate(formula!.value, { values, context: ruleContext(pinned) }));
  const isOwn = (field: CompiledField) => field.formula?.facts.readsOthers === false;
  const others = formulas.filter((field) => !isOwn(field));
  formulas.filter(isOwn).forEach(compute);
  if (others.length === 0) return computed;
  if (!saved.isWritten) {
    // Nothing is there to be read, or the record as it was: what is read of others is laid beside it.
    const shown = others.filter((field) => field.related);
    const seen = { ...values };
    await fillPaths(parts, pinned, [seen], shown.map(ownPath), undefined, 'caller');
    for (const { name } of shown) computed.set(name, seen[name] ?? null);
    const open = others.filter((field) => field.formula);
    const inputs = open.map((field) => [...inputPaths([ownPath(field)]).values()]);
    for (const [name, value] of rollups) values[name] = value;
    await fillPaths(parts, pinned, [values], inputs.flat(), undefined);
    for (const [index, field] of open.entries()) if (!inputs[index]!.some(isUnknownRollup)) compute(field);
    return computed;
  }
  const paths = others.map(ownPath);
  try {
    const found = await readPaths(parts, pinned, { object: object.name, id: record.id, paths });
    for (const { name } of others) computed.set(name, found[name] ?? null);
  } catch (error) {
    // The change may have taken the record out of the caller's sight.
    if (!(error instanceof EngineError) || error.code !== 'unknown_record') throw error;
  }
  return computed;
}
