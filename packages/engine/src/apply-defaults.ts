/**
 * Step 4 of a save: makes the record as it shall be. A new record gets its record type, its owner and the defaults of
 * fields that the input does not name; a change is laid over what is stored. A field that is named and blank stays
 * blank: defaults fill in for silence only.
 */
import { type CompiledField, type CompiledObject, dayOf, type JsonValue } from '@trellis/model';
import type { Draft } from './draft.ts';
import type { Pinned } from './pinned.ts';
import { saveShape } from './save-shape.ts';

/** Fills `ownerId`, `recordType`, `data`, `changes` and `links` of a draft. */
export function applyDefaults(pinned: Pinned, object: CompiledObject, draft: Draft): void {
  const given = draft.input.values;
  const { current } = draft;
  const owner = object.fields.get('owner_id')!;
  const type = object.fields.get('record_type')!;
  draft.ownerId = current?.ownerId ?? defaultOwner(pinned, object, draft);
  draft.recordType = current
    ? current.recordType
    : given.has(type)
      ? null
      : defaultRecordType(pinned, object);
  draft.data = current ? { ...current.data } : {};
  draft.changes = new Map();
  draft.links = new Map();
  for (const [field, value] of given) {
    if (field === owner) {
      change(draft, field, draft.ownerId, value as JsonValue);
      if (typeof value === 'string') draft.ownerId = value;
    } else if (field === type) {
      change(draft, field, draft.recordType, value as JsonValue);
      draft.recordType = typeof value === 'string' ? value : null;
    } else if (field.type.valueType === 'ids') {
      draft.links.set(field, value as readonly string[]);
    } else {
      setValue(draft, field, value as JsonValue);
    }
  }
  if (draft.isNew) fillBlanks(pinned, object, draft);
}

function fillBlanks(pinned: Pinned, object: CompiledObject, draft: Draft): void {
  const options = object.recordTypes.find((each) => each.name === draft.recordType)?.body.options;
  for (const field of saveShape(object).withDefaults) {
    if (draft.input.values.has(field)) continue;
    const ofType = options?.[field.name];
    const value = ofType?.default ?? defaultOf(pinned, field);
    if (value === undefined) continue;
    if (ofType && typeof value === 'string' && !ofType.values.includes(value)) continue;
    setValue(draft, field, value);
  }
}

/** Gives a field its value, and notes the change. */
export function setValue(draft: Draft, field: CompiledField, value: JsonValue): void {
  const before = draft.data[field.key] ?? null;
  if (value === null) delete draft.data[field.key];
  else draft.data[field.key] = value;
  change(draft, field, before, value);
}

function change(draft: Draft, field: CompiledField, before: JsonValue, after: JsonValue): void {
  if (before === after || (before === null && after === null)) return;
  // A new record's own value is always looked at, even one that reads like blank (an unticked checkbox).
  if (draft.current && isSameValue(field, before, after)) return;
  draft.changes.set(field, { before, after });
}

/** What is stored has passed its type; what comes in may be anything, so only a like shape is compared by the type. */
export function isSameValue(field: CompiledField, before: JsonValue, after: JsonValue): boolean {
  if (after !== null && before !== null && typeof before !== typeof after) return false;
  if (Array.isArray(before) !== Array.isArray(after) && before !== null && after !== null) return false;
  if (after !== null && before === null && field.type.valueType !== 'boolean') return false;
  if (field.type.valueType === 'boolean' && after !== null && typeof after !== 'boolean') return false;
  return field.type.isEqual(before, after);
}

/** The acting user; what the platform makes belongs to the platform. A user record belongs to itself. */
function defaultOwner(pinned: Pinned, object: CompiledObject, draft: Draft): string {
  return object.name === 'user' && object.isSystem ? draft.id : pinned.actorId;
}

/** The default one, or for a caller who was not granted it the first that they were. */
function defaultRecordType(pinned: Pinned, object: CompiledObject): string | null {
  const usual = object.recordTypes.find((each) => each.isDefault && each.isActive);
  if (!usual || pinned.access.mayUseRecordType(object, usual.name)) return usual?.name ?? null;
  const granted = object.recordTypes.find(
    (each) => each.isActive && pinned.access.mayUseRecordType(object, each.name),
  );
  return granted?.name ?? usual.name;
}

function defaultOf(pinned: Pinned, field: CompiledField): JsonValue | undefined {
  const given = field.default;
  if (!given) return undefined;
  switch (given.kind) {
    case 'value':
      return given.value;
    case 'today':
      return dayOf(pinned.at, pinned.snapshot.workspace.timeZone);
    case 'now':
      return pinned.at;
    case 'user':
      return pinned.context.kind === 'user' ? pinned.context.userId : undefined;
    case 'computed':
      return undefined;
  }
}
