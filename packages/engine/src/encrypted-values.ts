/**
 * Texts that are sealed where they are stored: opened for whoever may read their field, on the way out of a query and
 * before a save builds on them, and sealed again before the write. A value from before its field was encrypted lies
 * there as a plain text until it is written, or the job of `reseal.ts` has come by.
 */
import { jsonPointer } from '@trellis/metadata';
import type { CompiledField, CompiledObject, JsonValue } from '@trellis/model';
import type { StoredRecord } from '@trellis/storage';
import type { Draft } from './draft.ts';
import type { PresentedRecord } from './engine.ts';
import type { Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';

const fieldsOf = new WeakMap<CompiledObject, readonly CompiledField[]>();

/** The encrypted fields of an object; nearly always none. */
export function encryptedFields(object: CompiledObject): readonly CompiledField[] {
  let fields = fieldsOf.get(object);
  if (!fields) {
    fields = object.ownFields.filter((field) => field.type.isEncrypted);
    fieldsOf.set(object, fields);
  }
  return fields;
}

/** What a sealed text is bound to: moved elsewhere, it does not open. */
export function placeOfValue(
  workspaceId: string,
  object: CompiledObject,
  id: string,
  field: CompiledField,
): string {
  return [workspaceId, object.key, id, field.key].join('/');
}

export function sealedIn(value: unknown): string | undefined {
  const sealed = (value as { readonly sealed?: unknown } | null | undefined)?.sealed;
  return typeof sealed === 'string' ? sealed : undefined;
}

/** The text of a stored value. One whose key is gone is blank, and the log says so: the rest of the record is readable. */
export function openValue(
  parts: Parts,
  pinned: Pinned,
  at: { readonly object: CompiledObject; readonly id: string; readonly field: CompiledField },
  value: JsonValue,
): JsonValue {
  const sealed = sealedIn(value);
  if (sealed === undefined) return value;
  try {
    if (!parts.secrets) throw new Error('There is no key to open encrypted values with.');
    return parts.secrets.open(sealed, placeOfValue(pinned.context.workspace.id, at.object, at.id, at.field));
  } catch (error) {
    const about = { object: at.object.name, field: at.field.name, record: at.id, error: String(error) };
    parts.log.warn('An encrypted value could not be opened.', about);
    return null;
  }
}

/** Rows of a query, as they are laid out for a reader, with their encrypted values opened. */
export function openRows<T extends PresentedRecord>(
  parts: Parts,
  pinned: Pinned,
  object: CompiledObject,
  rows: readonly T[],
): readonly T[] {
  const fields = encryptedFields(object);
  if (fields.length === 0) return rows;
  return rows.map((row) => {
    const opened: Record<string, JsonValue> = { ...row };
    for (const field of fields) {
      const value = row[field.name];
      const at = { object, id: String(row.id), field };
      if (value !== undefined && value !== null) opened[field.name] = openValue(parts, pinned, at, value);
    }
    return opened as T;
  });
}

/** A stored record as a save builds on it. A value that can't be opened stays as it is, and is not lost by the save. */
export function openStored(
  parts: Parts,
  pinned: Pinned,
  object: CompiledObject,
  record: StoredRecord,
): StoredRecord {
  const fields = encryptedFields(object);
  if (fields.length === 0) return record;
  const data: Record<string, JsonValue> = { ...record.data };
  for (const field of fields) {
    const value = data[field.key];
    if (value === undefined || value === null) continue;
    const opened = openValue(parts, pinned, { object, id: record.id, field }, value);
    if (opened !== null) data[field.key] = opened;
  }
  return { ...record, data };
}

/** Step 5: an encrypted value can be kept only where there is a key. */
export function checkEncrypted(parts: Parts, object: CompiledObject, draft: Draft): void {
  if (parts.secrets) return;
  for (const field of encryptedFields(object)) {
    if ((draft.changes.get(field)?.after ?? null) === null) continue;
    draft.problems.push({
      code: 'no_secret_key',
      pointer: jsonPointer(field.name),
      message: 'This installation has no key to keep encrypted values with.',
      hint: 'Set TRELLIS_SECRET_KEY.',
    });
  }
}

/** Step 6: before the write all encrypted values are sealed, in what is written and in what history keeps of it. */
export function sealValues(parts: Parts, pinned: Pinned, object: CompiledObject, draft: Draft): void {
  for (const field of encryptedFields(object)) {
    const stored = draft.data[field.key];
    const place = placeOfValue(pinned.context.workspace.id, object, draft.id, field);
    const seal = (value: JsonValue): JsonValue =>
      typeof value === 'string' && parts.secrets ? { sealed: parts.secrets.seal(value, place) } : value;
    if (stored !== undefined) draft.data[field.key] = seal(stored);
    const change = draft.changes.get(field);
    if (change) {
      const after = draft.data[field.key] ?? null;
      draft.changes.set(field, { before: seal(change.before), after });
    }
  }
}
