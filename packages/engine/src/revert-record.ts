/**
 * Putting a record back to what it was at an instant: what differs from then becomes the input of an ordinary save, with
 * its rights, rules and history. What a caller can't read or write of it stays as it is.
 */
import { jsonPointer, nearest } from '@trellis/metadata';
import type { CompiledField, CompiledObject, JsonValue } from '@trellis/model';
import { getRecordAsOf } from './as-of.ts';
import { throwProblems } from './build-query.ts';
import type { InputError, PresentedRecord, RevertedField } from './engine.ts';
import { EngineError } from './errors.ts';
import type { Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';
import { getRecord } from './read-records.ts';

export interface RevertPlan {
  /** The instant in UTC. */
  readonly at: string;
  readonly input: Readonly<Record<string, JsonValue>>;
  readonly changes: readonly RevertedField[];
  readonly record: PresentedRecord;
}

/** Given by name only: whoever puts a record's values back does not mean to give it away. */
const ONLY_WHEN_NAMED = 'owner_id';

/** What differs between now and then. Throws as reading the record does, now and as of then. */
export async function planRevert(
  parts: Parts,
  pinned: Pinned,
  request: {
    readonly object: CompiledObject;
    readonly id: string;
    readonly asOf: string;
    readonly fields: readonly string[] | undefined;
  },
): Promise<RevertPlan> {
  const { object, id, asOf } = request;
  const decision = pinned.decide(object, 'update');
  const mayChange = (field: CompiledField) =>
    field.isWritable && !field.type.isSecret && pinned.isReadable(field) && decision.canUpdate(field);
  throwProblems(
    (request.fields ?? []).flatMap((name, index) => faultOf(pinned, object, name, index, mayChange)),
  );
  const record = await getRecord(parts, pinned, { object: object.name, id, fields: undefined });
  const then = await getRecordAsOf(parts, pinned, { object: object.name, id, fields: undefined, asOf });
  const asked = [...object.fields.values()].filter((field) =>
    request.fields ? request.fields.includes(field.name) : field.name !== ONLY_WHEN_NAMED && mayChange(field),
  );
  const changes = asked
    .map(({ name }) => ({
      field: name,
      before: record[name] ?? null,
      after: then[name] ?? null,
      errors: [],
    }))
    .filter(({ before, after }) => JSON.stringify(before) !== JSON.stringify(after));
  return {
    at: new Date(asOf).toISOString(),
    input: Object.fromEntries(changes.map((change) => [change.field, change.after])),
    changes,
    record,
  };
}

function faultOf(
  pinned: Pinned,
  object: CompiledObject,
  name: string,
  index: number,
  mayChange: (field: CompiledField) => boolean,
): InputError[] {
  const field = object.fields.get(name);
  const pointer = jsonPointer('fields', index);
  if (field && pinned.isReadable(field)) {
    if (mayChange(field)) return [];
    return [{ code: 'read_only', pointer, message: `${field.label} can't be put back.` }];
  }
  const known = [...object.fields.values()].filter(pinned.isReadable).map((each) => each.name);
  const near = nearest(name, known);
  const message = `${object.label} has no field of this name.`;
  return [
    { code: 'unknown_field', pointer, message, ...(near ? { hint: `Did you mean \`${near}\`?` } : {}) },
  ];
}

/** What a save that is only tried says about each field, in place of refusing. */
export async function tryRevert(
  plan: RevertPlan,
  save: () => Promise<PresentedRecord>,
): Promise<{ readonly record: PresentedRecord; readonly changes: readonly RevertedField[] }> {
  try {
    return { record: await save(), changes: plan.changes };
  } catch (error) {
    if (!(error instanceof EngineError) || !['invalid_input', 'unique_violation'].includes(error.code))
      throw error;
    const errors = error.errors as readonly InputError[];
    const fieldOf = (each: InputError) => each.pointer.split('/')[1] ?? '';
    const known = new Set(plan.changes.map((change) => change.field));
    // What is no fault of one of these fields is the fault of putting back as such.
    if (errors.length === 0 || errors.some((each) => !known.has(fieldOf(each)))) throw error;
    return {
      record: plan.record,
      changes: plan.changes.map((change) => ({
        ...change,
        errors: errors.filter((each) => fieldOf(each) === change.field),
      })),
    };
  }
}
