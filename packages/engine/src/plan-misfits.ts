/**
 * What is stored and would not be accepted any more after a change: values that are too long, options that are gone,
 * blanks where a value becomes required. Nothing is touched, since only changed values are checked (SPEC S4, S5); but
 * whoever publishes should know what awaits the next person who edits these records. Fields that move to another type
 * are told as conversions.
 */
import { componentId } from '@trellis/metadata';
import type { CompiledField, CompiledObject, JsonValue, Model } from '@trellis/model';
import type { Snapshot } from '@trellis/storage';
import type { Misfit, Plan } from './engine.ts';
import type { Parts } from './parts.ts';
import { validateValue } from './validate-value.ts';

const SHOWN_IDS = 10;

/** A field that stays under its key, as it is and as it shall be. */
interface ChangedField {
  readonly object: CompiledObject;
  readonly before: CompiledField;
  readonly after: CompiledField;
}

/**
 * Exact on small tables, estimated on large ones: one look at a table for what becomes required, and one per field that
 * accepts something else. `planned` says which fields and option sets are written at all.
 */
export async function findMisfits(
  parts: Parts,
  snapshot: Snapshot,
  { after, planned }: { readonly after: Model; readonly planned: Plan['components'] },
): Promise<Misfit[]> {
  const { workspace } = snapshot;
  const misfits: Misfit[] = [];
  const written = new Set(
    planned.filter(({ change }) => change !== 'none' && change !== 'remove').map(componentId),
  );
  const objects = new Map([...snapshot.model.objects.values()].map((object) => [object.key, object]));
  for (const object of after.objects.values()) {
    const old = objects.get(object.key);
    const fields = object.ownFields.filter((field) => isStored(field) && isWritten(object, field, written));
    if (!old || fields.length === 0) continue;
    const known = new Map(old.ownFields.map((field) => [field.key, field]));
    const required = fields.filter((field) => field.isRequired && !known.get(field.key)?.isRequired);
    const blanks = await parts.storage.conversions.blanks(
      workspace,
      object.key,
      required.map((field) => field.key),
    );
    for (const [index, field] of required.entries()) {
      const { records, ids, isEstimate } = blanks[index]!;
      if (records === 0) continue;
      const fault = { code: 'required', option: null, message: `${field.label} has no value.` };
      misfits.push({ object: object.name, field: field.name, ...fault, records, isEstimate, ids });
    }
    for (const field of fields) {
      const before = known.get(field.key);
      // What is sealed is judged when somebody writes it.
      if (!before || field.type.isEncrypted || acceptsSame(before, field)) continue;
      misfits.push(...(await findRefused(parts, snapshot, { object, before, after: field })));
    }
  }
  return misfits;
}

/** Links to many stand in another table, and what is computed is given by nobody. */
function isStored(field: CompiledField): boolean {
  return !field.type.isReadOnly && field.type.category !== 'computed' && field.type.valueType !== 'ids';
}

function isWritten(object: CompiledObject, field: CompiledField, written: ReadonlySet<string>): boolean {
  const { option_set: set } = field.body;
  return (
    written.has(componentId({ kind: 'field', name: `${object.name}.${field.name}` })) ||
    (set !== undefined && written.has(componentId({ kind: 'option_set', name: set })))
  );
}

/** The schema is what a save asks. */
function acceptsSame(before: CompiledField, after: CompiledField): boolean {
  return JSON.stringify(before.type.valueSchema(before)) === JSON.stringify(after.type.valueSchema(after));
}

async function findRefused(
  parts: Parts,
  { workspace }: Snapshot,
  { object, before, after }: ChangedField,
): Promise<Misfit[]> {
  const request = { objectKey: object.key, fieldKey: after.key, which: 'live' as const };
  const { share, rows } = await parts.storage.conversions.sample(workspace, request);
  const found = new Map<string, { readonly fault: Fault; count: number; readonly ids: string[] }>();
  for (const { id, value } of rows) {
    for (const fault of newFaults(value, before, after)) {
      const key = `${fault.code} ${fault.option ?? ''}`;
      const group = found.get(key) ?? { fault, count: 0, ids: [] };
      found.set(key, group);
      group.count++;
      if (group.ids.length < SHOWN_IDS) group.ids.push(id);
    }
  }
  return [...found.values()].map(({ fault, count, ids }) => ({
    object: object.name,
    field: after.name,
    ...fault,
    records: Math.round(count / share),
    isEstimate: share < 1,
    ids,
  }));
}

type Fault = Pick<Misfit, 'code' | 'option' | 'message'>;

/** Faults of a value that it did not have before, each kind once. */
function newFaults(value: JsonValue, before: CompiledField, after: CompiledField): readonly Fault[] {
  const old = new Set(validateValue(value, before).map(({ code }) => code));
  const faults = new Map<string, Fault>();
  for (const { code, message } of validateValue(value, after)) {
    if (code !== 'invalid_option' && !old.has(code)) faults.set(code, { code, option: null, message });
  }
  for (const option of lostOptions(value, before, after)) faults.set(`option ${option.option}`, option);
  return [...faults.values()];
}

/** Options of the value that were offered and are not any more. */
function lostOptions(value: JsonValue, before: CompiledField, after: CompiledField): readonly Fault[] {
  if (before.options.length === 0) return [];
  const chosen = new Set(Array.isArray(value) ? value : [value]);
  return before.options.flatMap(({ value: option, label, isActive }): Fault[] => {
    const now = after.options.find((each) => each.value === option);
    if (!chosen.has(option) || !isActive || now?.isActive) return [];
    const message = now
      ? `${after.label}: the option ${label} is no longer active.`
      : `${after.label}: the option ${label} is removed.`;
    return [{ code: 'invalid_option', option, message }];
  });
}
