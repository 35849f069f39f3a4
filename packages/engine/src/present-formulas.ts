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

interface SelectedFormulas {
  /** Formulas over the record's own values. */
  readonly own: readonly CompiledField[];
  /** Stored fields that these read. */
  readonly inputs: readonly CompiledField[];
  /** Formulas and related fields that read other records. */
  readonly others: readonly CompiledField[];
}

const known = new WeakMap<Selection, SelectedFormulas>();

function formulasOf(selection: Selection, object: CompiledObject): SelectedFormulas {
  const found = known.get(selection);
  if (found) return found;
  const fields = selection.slots.map(({ out }) => object.fields.get(out)!);
  const isOwn = (field: CompiledField) => field.formula?.facts.readsOthers === false;
  const own = fields.filter(isOwn);
  const inputs = [...inputPaths(own.map(ownPath)).values()].map(({ field }) => field);
  const formulas = {
    own,
    inputs: inputs.filter(({ systemColumn }) => systemColumn === undefined),
    others: fields.filter((field) => (field.formula || field.related) && !isOwn(field)),
  };
  known.set(selection, formulas);
  return formulas;
}

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
  const { own, others, inputs: ownInputs } = formulasOf(selection, object);
  const { record, rollups } = saved;
  const computed = new Map<string, JsonValue>();
  if (own.length + others.length === 0) return computed;
  const values: Record<string, JsonValue> = { ...systemValues(record) };
  // Reading others may take any value of the record's own.
  for (const field of others.length > 0 ? object.ownFields : ownInputs)
    values[field.name] = record.data[field.key] ?? null;
  const isUnknownRollup = ({ through, field }: FieldPath) =>
    through.length === 0 && field.rollup !== undefined && !rollups.has(field.name);
  const context = ruleContext(pinned);
  const compute = ({ name, formula }: CompiledField) =>
    computed.set(name, evaluate(formula!.value, { values, context }));
  own.forEach(compute);
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
