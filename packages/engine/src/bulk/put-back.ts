/**
 * What of one record can be put back to what it was before a job: field by field. A field goes back only while it holds
 * what the job has written; whatever it holds otherwise is somebody's later word.
 */
import { jsonPointer } from '@trellis/metadata';
import type { CompiledField, CompiledObject, JsonValue } from '@trellis/model';
import type { CausedChange, StoredRecord } from '@trellis/storage';
import { isSameValue } from '../apply-defaults.ts';
import { openStored, openValue } from '../encrypted-values.ts';
import type { InputError } from '../engine.ts';
import type { Parts } from '../parts.ts';
import type { Pinned } from '../pinned.ts';

export interface PutBack {
  /** What to save: values of before, by field name. Empty: there is nothing to do. */
  readonly input: Readonly<Record<string, JsonValue>>;
  /** Fields that stay as they are, and why. */
  readonly kept: readonly InputError[];
  /** The caller may not change one of the fields: nothing of the record is put back. */
  readonly isForbidden: boolean;
}

export function planPutBack(
  parts: Parts,
  pinned: Pinned,
  object: CompiledObject,
  { record: stored, change }: { readonly record: StoredRecord; readonly change: CausedChange },
): PutBack {
  const record = openStored(parts, pinned, object, stored);
  const byKey = fieldsByKey(object);
  const decision = pinned.decide(object, 'update');
  const input: Record<string, JsonValue> = {};
  const kept: InputError[] = [];
  let isForbidden = false;
  for (const [key, sealed] of change.differences) {
    const field = byKey.get(key);
    if (!field?.isWritable) {
      kept.push({
        code: 'field_gone',
        pointer: '',
        message: 'A field that was changed is not there any more, or is of another type.',
      });
      continue;
    }
    if (!pinned.isReadable(field) || !decision.canUpdate(field)) {
      isForbidden = true;
      continue;
    }
    const keep = (code: string, message: string) =>
      kept.push({ code, pointer: jsonPointer(field.name), message });
    if (field.type.isSecret) {
      keep('secret', `${field.label} is kept secret: what it was before is not known.`);
      continue;
    }
    const at = { object, id: record.id, field };
    const open = (value: JsonValue) => (field.type.isEncrypted ? openValue(parts, pinned, at, value) : value);
    const [before, after] = [open(sealed[0]), open(sealed[1])];
    const current = storedValue(record, field);
    if (isSame(field, current, before)) continue;
    if (isSame(field, current, after)) input[field.name] = before;
    else keep('edited_since', `${field.label} was changed since: it stays as it is.`);
  }
  return { input, kept, isForbidden };
}

function storedValue(record: StoredRecord, field: CompiledField): JsonValue {
  if (field.systemColumn === undefined) return record.data[field.key] ?? null;
  return field.name === 'owner_id' ? record.ownerId : record.recordType;
}

function isSame(field: CompiledField, left: JsonValue, right: JsonValue): boolean {
  return left === right || isSameValue(field, left, right);
}

const keyed = new WeakMap<CompiledObject, ReadonlyMap<string, CompiledField>>();

function fieldsByKey(object: CompiledObject): ReadonlyMap<string, CompiledField> {
  let fields = keyed.get(object);
  if (!fields) {
    fields = new Map([...object.fields.values()].map((field) => [field.key, field]));
    keyed.set(object, fields);
  }
  return fields;
}
