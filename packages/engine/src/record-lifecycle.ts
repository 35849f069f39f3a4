/**
 * The record lifecycle as the face has it: each call is pinned, decided and handed to the read or the write path.
 * Rights come first, before the body is looked at.
 */
import type { CompiledObject } from '@trellis/model';
import { aggregateRecords, pivotRecords } from './aggregate-records.ts';
import { getRecordAsOf, listRecordsAsOf } from './as-of.ts';
import { tellReads } from './audit/record-reads.ts';
import { readBin } from './bin/read-bin.ts';
import { deleteRecords } from './delete-record.ts';
import { toError } from './draft.ts';
import { openRows } from './encrypted-values.ts';
import type {
  BatchRequest,
  BatchResult,
  InputError,
  PresentedRecord,
  RecordLifecycle,
  SaveOptions,
} from './engine.ts';
import { EngineError } from './errors.ts';
import { faultsOfMatch, type MatchField, readMatch } from './match-records.ts';
import type { DeleteRequest, Parts, SavedItem, SaveItem, SaveRequest } from './parts.ts';
import type { Pinned } from './pinned.ts';
import { computeFormulas } from './present-formulas.ts';
import { readHistory } from './present-history.ts';
import { presentSaved, select } from './present-record.ts';
import { savedRollups } from './present-rollups.ts';
import { readAncestors } from './read-ancestors.ts';
import { exportRecords, getRecord, listRecords } from './read-records.ts';
import { purgeRecord, restoreRecord } from './restore-record.ts';
import { planRevert, tryRevert } from './revert-record.ts';
import { saveRecords } from './save-record.ts';
import { searchRecords } from './search/search-records.ts';
import { withPinned } from './with-pinned.ts';
import { loadLinks } from './write-links.ts';

/** Records in one batch; more is an import. */
export const MAX_BATCH = 10_000;

export function createRecordLifecycle(parts: Parts): RecordLifecycle {
  return {
    get: (context, object, id, fields, options = {}) =>
      withPinned(parts, context, (pinned) => {
        const { asOf } = options;
        return asOf === undefined
          ? getRecord(parts, pinned, { object, id, fields, door: 'record', ...options })
          : getRecordAsOf(parts, pinned, { object, id, fields, asOf });
      }),
    list: (context, object, request) =>
      withPinned(parts, context, (pinned) => {
        const { as_of: asOf } = request;
        return asOf === undefined
          ? listRecords(parts, pinned, object, request)
          : listRecordsAsOf(parts, pinned, object, { ...request, as_of: asOf });
      }),
    aggregate: (context, object, request) =>
      withPinned(parts, context, (pinned) => aggregateRecords(parts, pinned, object, request)),
    pivot: (context, object, request) =>
      withPinned(parts, context, (pinned) => pivotRecords(parts, pinned, object, request)),
    create: (context, name, input, options = {}) =>
      withPinned(parts, context, async (pinned) => {
        const object = requireWritable(pinned, name, ['create']);
        const item = { input, id: undefined, version: undefined };
        return saveOne(parts, pinned, {
          object,
          operation: 'create',
          items: [item],
          ...options,
        });
      }),
    update: (context, name, id, input, options = {}) =>
      withPinned(parts, context, async (pinned) => {
        const object = requireWritable(pinned, name, ['update']);
        const item = { input, id: id.toLowerCase(), version: options.version };
        return saveOne(parts, pinned, {
          object,
          operation: 'update',
          items: [item],
          ...options,
        });
      }),
    delete: (context, name, id, options = {}) =>
      withPinned(parts, context, async (pinned) => {
        const object = requireWritable(pinned, name, ['delete']);
        const { version } = options;
        if (options.purge) return purgeRecord(parts, pinned, { object, id: id.toLowerCase(), version });
        const request = {
          object,
          items: [{ id, version }],
          allOrNothing: true,
          dryRun: false,
          authority: 'caller' as const,
        };
        const failure = (await deleteRecords(parts, pinned, request)).items[0]?.failure;
        if (failure) throw toError(failure);
      }),
    restore: (context, name, id) =>
      withPinned(parts, context, async (pinned) => {
        const object = requireWritable(pinned, name, ['delete']);
        await restoreRecord(parts, pinned, object, id.toLowerCase());
        return getRecord(parts, pinned, { object: name, id, fields: undefined, door: 'save' });
      }),
    revert: (context, name, id, request) =>
      withPinned(parts, context, async (pinned) => {
        const object = requireWritable(pinned, name, ['update']);
        const { asOf, fields, version, ...options } = request;
        const plan = await planRevert(parts, pinned, { object, id: id.toLowerCase(), asOf, fields });
        const item = { input: plan.input, id: id.toLowerCase(), version };
        const save = () =>
          saveOne(parts, pinned.backTo(plan.at), { object, operation: 'update', items: [item], ...options });
        return options.dryRun ? tryRevert(plan, save) : { record: await save(), changes: plan.changes };
      }),
    batch: (context, name, request) =>
      withPinned(parts, context, (pinned) => runBatch(parts, pinned, name, request)),
    ancestors: (context, object, id, field) =>
      withPinned(parts, context, (pinned) =>
        readAncestors(parts, pinned, { object, id: id.toLowerCase(), field }),
      ),
    history: (context, object, id, page) =>
      withPinned(parts, context, (pinned) =>
        readHistory(parts, pinned, { before: undefined, ...page, object, id }),
      ),
    bin: (context, request) => withPinned(parts, context, (pinned) => readBin(parts, pinned, request)),
    search: (context, request) =>
      withPinned(parts, context, (pinned) => searchRecords(parts, pinned, request)),
    exportRows: (context, object, request) =>
      withPinned(parts, context, async (pinned) => exportRecords(parts, pinned, object, request)),
  };
}

/** The object for a write through /records; objects of the platform are written through their own doors. */
function requireWritable(
  pinned: Pinned,
  name: string,
  actions: readonly ('create' | 'update' | 'delete')[],
): CompiledObject {
  let object: CompiledObject | undefined;
  for (const action of actions) object = pinned.requireObject(name, action);
  if (object!.isSystem) {
    throw new EngineError(
      'system_object',
      `${object!.pluralLabel} are kept by the platform: use /users to write them.`,
    );
  }
  return object!;
}

async function saveOne(
  parts: Parts,
  pinned: Pinned,
  request: Pick<SaveRequest, 'object' | 'operation' | 'items'> & SaveOptions,
): Promise<PresentedRecord> {
  const { object, operation, items, warnings, dryRun = false } = request;
  const outcome = await saveRecords(parts, pinned, {
    object,
    operation,
    items,
    warnings,
    dryRun,
    allOrNothing: false,
    authority: 'caller',
  });
  const [saved] = outcome.items;
  const record = await presentSavedItem(parts, pinned, object, {
    item: saved!,
    isWritten: outcome.isWritten,
  });
  if (saved?.warnings) request.onWarnings?.(saved.warnings);
  // A change shows the whole record, also to who has changed nothing.
  if (operation !== 'create')
    await tellReads(parts, pinned, { object, door: 'save', rows: [record], recordId: String(record.id) });
  return record;
}

/** The saved record as its reader sees it, or the error of a failure. */
export async function presentSavedItem(
  parts: Parts,
  pinned: Pinned,
  object: CompiledObject,
  { item, isWritten }: { readonly item: SavedItem; readonly isWritten: boolean },
): Promise<PresentedRecord> {
  const { record, failure } = item;
  if (failure) throw toError(failure);
  if (!record) throw new Error('A saved item has a record or a failure.');
  const selection = select(pinned, object, undefined);
  const links = new Map<string, readonly string[]>();
  for (const field of record.isNew ? [] : selection.fields) {
    if (!field.junction || record.links.has(field.name)) continue;
    const loaded = await loadLinks(parts, pinned, field, { ids: [record.id] });
    links.set(
      field.name,
      (loaded.get(record.id) ?? []).map((link) => link.far),
    );
  }
  const rollups = await savedRollups(parts, pinned, object, { record, fields: selection.fields });
  const formulas = await computeFormulas(parts, pinned, selection, object, {
    record,
    rollups,
    isWritten,
  });
  const presented = presentSaved(selection, object, record, { links, formulas, rollups });
  return openRows(parts, pinned, object, [presented])[0]!;
}

async function runBatch(
  parts: Parts,
  pinned: Pinned,
  name: string,
  request: BatchRequest,
): ReturnType<RecordLifecycle['batch']> {
  const { operation, allOrNothing, dryRun, warnings } = request;
  const actions = (
    { create: ['create'], update: ['update'], upsert: ['create', 'update'], delete: ['delete'] } as const
  )[operation];
  if (!actions) throw invalid('/operation', '`operation` is create, update, upsert or delete.');
  const object = requireWritable(pinned, name, actions);
  const { records } = request;
  if (!Array.isArray(records)) throw invalid('/records', '`records` is a list.');
  if (records.length > MAX_BATCH)
    throw invalid('/records', `A batch has at most ${MAX_BATCH} records, not ${records.length}.`);
  const match = operation === 'upsert' ? requireMatch(pinned, object, request) : undefined;
  if (records.length === 0) return { results: [], isWritten: !dryRun };

  // What names no record fails by itself; where all or nothing is asked for, the others are then only tried.
  const addressed = records.map((record) => readAddress(record, operation));
  const sound = [...addressed.entries()].filter(([, { fault }]) => !fault);
  const isSpoilt = allOrNothing && sound.length < addressed.length;
  const items = sound.map(([, { item }]) => item);
  const run = {
    object,
    match,
    items,
    allOrNothing,
    dryRun: dryRun || isSpoilt,
    authority: 'caller',
    warnings,
  } as const;
  const outcome =
    items.length === 0
      ? { results: [], isWritten: false }
      : operation === 'delete'
        ? await deleteBatch(parts, pinned, run)
        : await saveBatch(parts, pinned, { ...run, operation });
  const results = addressed.map(
    ({ fault }, index): BatchResult => ({
      index,
      status: 'failed',
      id: null,
      version: null,
      ...(fault ? { errors: [fault] } : {}),
    }),
  );
  for (const result of outcome.results) {
    const [index] = sound[result.index]!;
    const isLeftOut = isSpoilt && result.status !== 'failed';
    results[index] = { ...result, index, ...(isLeftOut ? { status: 'not_done', version: null } : {}) };
  }
  return { results, isWritten: outcome.isWritten && !isSpoilt };
}

type BatchOutcome = Awaited<ReturnType<RecordLifecycle['batch']>>;

async function deleteBatch(
  parts: Parts,
  pinned: Pinned,
  request: Omit<DeleteRequest, 'items'> & { readonly items: readonly SaveItem[] },
): Promise<BatchOutcome> {
  const items = request.items.map(({ id, version }) => ({ id: id!, version }));
  const outcome = await deleteRecords(parts, pinned, { ...request, items });
  const results = outcome.items.map(
    ({ index, status, id, version, failure }): BatchResult => ({
      index,
      status,
      id,
      version,
      ...(failure ? { errors: failure.errors } : {}),
    }),
  );
  return { results, isWritten: outcome.isWritten };
}

async function saveBatch(parts: Parts, pinned: Pinned, request: SaveRequest): Promise<BatchOutcome> {
  const outcome = await saveRecords(parts, pinned, request);
  const results = outcome.items.map((item) => toResult(item, request.dryRun));
  return { results, isWritten: outcome.isWritten };
}

function toResult({ index, status, id, record, failure, warnings }: SavedItem, dryRun: boolean): BatchResult {
  // The id of a record that a dry run would have made means nothing.
  const shownId = dryRun && status === 'created' ? null : id;
  return {
    index,
    status,
    id: shownId,
    version: record?.version ?? null,
    ...(failure ? { errors: failure.errors } : {}),
    ...(warnings ? { warnings } : {}),
  };
}

/** The fields by which an upsert recognises records. */
function requireMatch(
  pinned: Pinned,
  object: CompiledObject,
  { key, match: given }: BatchRequest,
): readonly MatchField[] {
  const { match, errors } = readMatch(given);
  if (errors.length > 0) throw invalid(errors[0]!.pointer, errors[0]!.message);
  if (match && key !== undefined) throw invalid('/match', 'An upsert has `key` or `match`, not both.');
  if (match) {
    const faults = faultsOfMatch(pinned, object, match);
    if (faults.length > 0) throw new EngineError('invalid_input', faults[0]!.message, { errors: faults });
    return match;
  }
  const field = key === undefined ? undefined : object.fields.get(key);
  if (field?.isUnique && field.systemColumn === undefined && pinned.isReadable(field))
    return [{ field: field.name }];
  const candidates = object.ownFields
    .filter((each) => each.isUnique && pinned.isReadable(each))
    .map((each) => each.name);
  const hint =
    candidates.length > 0
      ? `Unique fields are ${candidates.join(', ')}.`
      : `${object.label} has no unique field.`;
  throw invalid(
    '/key',
    'An upsert needs `key`, a unique field by which records are recognised, or `match`.',
    hint,
  );
}

/** Takes `id` and `version` out of a record of an update or delete; a fault points into the record. */
function readAddress(
  record: unknown,
  operation: BatchRequest['operation'],
): { readonly item: SaveItem; readonly fault?: InputError } {
  if (operation === 'create' || operation === 'upsert')
    return { item: { input: record, id: undefined, version: undefined } };
  const failed = (code: string, pointer: string, message: string) => ({
    item: NOTHING,
    fault: { code, pointer, message },
  });
  // A deletion may name a record by its id alone.
  const given: unknown = operation === 'delete' && typeof record === 'string' ? { id: record } : record;
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return failed('wrong_type', '', 'A record is an object with its `id`.');
  const { id, version, ...input } = given as Record<string, unknown>;
  if (typeof id !== 'string') return failed('required', '/id', '`id` says which record is meant.');
  if (version !== undefined && !Number.isInteger(version))
    return failed('wrong_type', '/version', '`version` is a whole number.');
  return { item: { input, id: id.toLowerCase(), version: version as number | undefined } };
}

const NOTHING: SaveItem = { input: {}, id: '', version: undefined };

function invalid(pointer: string, message: string, hint?: string): EngineError {
  return new EngineError('invalid_input', message, {
    errors: [{ code: 'invalid_value', pointer, message, ...(hint === undefined ? {} : { hint }) }],
  });
}

/** The save and delete paths, as the parts carry them. */
export const WRITE_PATHS: Parts['write'] = { save: saveRecords, delete: deleteRecords };
