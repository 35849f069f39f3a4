/** The history of a record, under the names that its fields have today and without those that the caller can't read. */
import { jsonPointer } from '@trellis/metadata';
import { type CompiledObject, isId, type JsonValue, NEVER, SECRET_IS_SET } from '@trellis/model';
import type { StoredRecord } from '@trellis/storage';
import { tellReads } from './audit/record-reads.ts';
import { readLimit, throwProblems } from './build-query.ts';
import { toError, unknownRecord } from './draft.ts';
import { encryptedFields, openValue } from './encrypted-values.ts';
import type { InputError, RecordLifecycle } from './engine.ts';
import { invalidCursor } from './errors.ts';
import type { Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';
import { presentCauses } from './present-causes.ts';

const ENTRY_ID = /^\d{1,18}$/;
const ACTIONS: readonly string[] = ['create', 'update', 'delete', 'restore'];
const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

/** Entries newest first, of a live or deleted record that the caller sees. */
export async function readHistory(
  parts: Parts,
  pinned: Pinned,
  request: {
    readonly object: string;
    readonly id: string;
    readonly limit: number | undefined;
    readonly before: string | undefined;
    readonly field?: string | undefined;
    readonly actions?: readonly string[] | undefined;
  },
): ReturnType<RecordLifecycle['history']> {
  const object = pinned.requireObject(request.object, 'read');
  const problems: InputError[] = [];
  const limit = readLimit(request.limit, { default: DEFAULT_LIMIT, most: MAX_LIMIT }, problems);
  const field = request.field === undefined ? undefined : object.fields.get(request.field);
  if (request.field !== undefined && !(field && pinned.isReadable(field)))
    problems.push({
      code: 'unknown_field',
      pointer: jsonPointer('field'),
      message: `${object.label} has no field of this name.`,
    });
  const unknown = (request.actions ?? []).filter((action) => !ACTIONS.includes(action));
  if (unknown.length > 0)
    problems.push({
      code: 'invalid_value',
      pointer: jsonPointer('actions'),
      message: `\`actions\` are ${ACTIONS.join(', ')}.`,
    });
  throwProblems(problems);
  if (request.before !== undefined && !ENTRY_ID.test(request.before))
    throw invalidCursor('/before', 'This is no entry of a history.');
  const id = request.id.toLowerCase();
  if (!isId(id)) throw toError(unknownRecord());
  const [record] = await parts.storage.records.loadForWrite(pinned.snapshot, {
    object,
    ids: [id],
    visible: pinned.visible(object),
    allowed: NEVER,
    deleted: 'both',
    context: pinned.expressionContext,
  });
  if (!record) throw toError(unknownRecord());
  const page = { limit: limit + 1, before: request.before, fieldKey: field?.key, actions: request.actions };
  const found = await parts.storage.records.history(pinned.snapshot, object, id, page);
  const entries = found.slice(0, limit);
  await tellReads(parts, pinned, { object, door: 'history', recordId: id });
  const readable = new Map(
    [...object.fields.values()].filter(pinned.isReadable).map((field) => [field.key, field.name]),
  );
  const secrets = new Set(object.ownFields.filter((field) => field.type.isSecret).map((field) => field.key));
  const sealed = new Map(encryptedFields(object).map((field) => [field.key, field]));
  const told = (key: string, value: JsonValue) => {
    const field = sealed.get(key);
    if (field && value !== null) return openValue(parts, pinned, { object, id, field }, value);
    return secrets.has(key) && value !== null ? SECRET_IS_SET : value;
  };
  const causes = await presentCauses(parts, pinned, entries);
  return {
    entries: entries.map(({ id: entryId, at, actorId, actorName, action, source, version, difference }) => ({
      id: entryId,
      at,
      actor: { id: actorId, name: actorName },
      action,
      source,
      version,
      cause: causes.get(entryId) ?? null,
      changes: Object.entries(difference).flatMap(([key, [before, after]]) => {
        const field = readable.get(key);
        return field === undefined ? [] : [{ field, before: told(key, before), after: told(key, after) }];
      }),
    })),
    next: found.length > limit ? entries.at(-1)!.id : null,
    beginsAt: await beginOf(parts, pinned, object, record),
  };
}

/** Since when the record's history is whole, where its beginning is not kept; null where all of it is. */
async function beginOf(
  parts: Parts,
  pinned: Pinned,
  object: CompiledObject,
  { createdAt }: Pick<StoredRecord, 'createdAt'>,
): Promise<string | null> {
  const since = await parts.storage.records.historySince(pinned.snapshot, object);
  return since !== undefined && createdAt < since ? since : null;
}
