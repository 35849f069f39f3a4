/**
 * Saving records: the order of execution, written once (design brief §5, SPEC S1 to S7). Create, update, upsert,
 * batches and every consequence that the platform writes pass through `executeSave`; one record is a batch of one. It is
 * set-based: N records cost a constant number of statements.
 *
 * Rejects with `EngineError` or `StorageError` only for what concerns the whole request; what is wrong with one record
 * is a `failure` of its item.
 */
import { ALWAYS, type CompiledObject, dayOf, formatAutoNumber, isId, type JsonValue } from '@trellis/model';
import { type Snapshot, StorageError, type Transaction, type WrittenRow } from '@trellis/storage';
import { applyDefaults } from './apply-defaults.ts';
import { checkFiles, claimFiles } from './check-files.ts';
import { checkGrants } from './check-grants.ts';
import { checkRecord } from './check-record.ts';
import { checkRules } from './check-rules.ts';
import { checkTargets, haveTargets, targetsOf } from './check-targets.ts';
import { checkTrees, lockTrees } from './check-trees.ts';
import { checkUnique } from './check-unique.ts';
import { computeDefaults } from './compute-defaults.ts';
import { settleConversions } from './conversions.ts';
import { type Draft, fail, failureOf, isSound, makeDraft, unknownRecord } from './draft.ts';
import { checkEncrypted, openStored, sealValues } from './encrypted-values.ts';
import type { EngineError } from './errors.ts';
import { hideFaults, withoutHidden } from './hide-faults.ts';
import { makeId } from './make-id.ts';
import { isUnguarded, withoutMatched } from './match-records.ts';
import { parseInput } from './parse-input.ts';
import type { Failure, Parts, SavedItem, SavedRecord, SaveOutcome, SaveRequest } from './parts.ts';
import type { Pinned } from './pinned.ts';
import { saveShape } from './save-shape.ts';
import { isMadeMeanwhile, type MeantWave, resolveIds, Waves } from './save-waves.ts';
import { checkSecrets, keepSecrets, sealSecrets } from './secrets.ts';
import { describeStale } from './stale-version.ts';
import { LagSuspected, LostRace, takenErrors, translateError } from './translate-error.ts';
import { requireOwnEyes } from './view-as.ts';
import { checkLinkRights, writeLinks } from './write-links.ts';

const MAX_ATTEMPTS = 3;

/** One row of a batch was refused and can't be told apart from the others. */
export class NeedsSingles extends Error {}
class RolledBack extends Error {}

/** Saves the items; a lost race is run again up to three times, then it is `stale_version`. */
export async function saveRecords(parts: Parts, pinned: Pinned, request: SaveRequest): Promise<SaveOutcome> {
  requireOwnEyes(pinned.context);
  if (request.transaction) return saveInWaves(parts, pinned, request, request.transaction);
  for (let attempt = 1; ; attempt++) {
    try {
      // The first attempt is optimistic; after a lost race the rows are locked, so that it can't be lost again.
      const isOptimistic = attempt === 1 && !needsTransaction(request);
      if (isOptimistic) return await saveInWaves(parts, pinned, request, undefined);
      return await inTransaction(parts, pinned.snapshot, (transaction) =>
        saveInWaves(parts, pinned, request, transaction),
      );
    } catch (error) {
      const isTaken = error instanceof StorageError && error.code === 'unique_violation';
      const isRefused =
        error instanceof StorageError &&
        ['foreign_key_violation', 'value_too_large', 'invalid_value'].includes(error.code);
      if (attempt < MAX_ATTEMPTS && (error instanceof LostRace || (isTaken && mayRepeat(request)))) continue;
      const isBatch = request.items.length > 1;
      if (isBatch && !request.allOrNothing && (isTaken || isRefused || error instanceof NeedsSingles)) {
        return saveOneByOne(parts, pinned, request);
      }
      if (isBatch || !(isTaken || isRefused)) throw error;
      return { items: [refused(pinned, request, error as StorageError)], isWritten: false };
    }
  }
}

/** The order of execution. Runs in the given transaction, or for one record without one. */
async function executeSave(
  parts: Parts,
  pinned: Pinned,
  request: SaveRequest,
  { wave, ids, faults }: MeantWave,
  transaction: Transaction | undefined,
): Promise<SavedItem[]> {
  const { object, authority } = request;
  const { records } = parts.storage;
  const { snapshot } = pinned;
  const isBatch = request.items.length > 1 || transaction !== undefined;
  const { autoNumbers, holdsFiles, trees } = saveShape(object);

  // 1. Read the input by the field types. The model was pinned and the action decided before the body was looked at.
  const drafts = wave.map(({ index, item }) => {
    const id = ids.get(index);
    const isNew = request.operation === 'create' || (request.operation === 'upsert' && id === undefined);
    const given = id === undefined ? item.input : withoutMatched(object, request.match ?? [], item.input);
    const input = parseInput(pinned, given, { object, isNew, isPlatform: authority !== 'caller' });
    return makeDraft(index, item, id ?? item.newId ?? makeId(), isNew, input);
  });
  for (const draft of drafts) {
    const fault = faults.get(draft.index);
    if (fault?.code === 'required') draft.problems.push(fault);
    else if (fault) draft.failure = fail('invalid_input', fault.message, [fault]);
  }
  const hasUnknown = drafts.some((draft) =>
    draft.problems.some((problem) => problem.code === 'unknown_field'),
  );
  if (hasUnknown && !pinned.isConfirmed) throw new LagSuspected();

  // 2. Load what is there, under the caller's predicates: what they can't see is not there. Compare versions.
  if (trees.length > 0) await lockTrees(parts, pinned, object, drafts, transaction);
  if (drafts.some((draft) => !draft.isNew)) await loadCurrent(parts, pinned, request, drafts, transaction);

  // 3. Decide access to the record; rights on fields were decided with the input, the owner with the targets.
  for (const draft of drafts) {
    if (draft.current && !draft.failure && !draft.current.isAllowed && authority === 'caller') {
      draft.failure = fail('forbidden', `You may see this ${object.label}, not change it.`);
    }
    if (!draft.failure) checkLinkRights(pinned, draft, authority);
  }

  // 4. Defaults on creation; the input laid over what is stored. (before_save hooks and formulas come here.)
  for (const draft of drafts) if (!draft.failure) applyDefaults(pinned, object, draft);
  if (object.rules.defaults.length > 0) await computeDefaults(parts, pinned, object, drafts, transaction);
  for (const draft of drafts) keepSecrets(draft);

  // 5. Validate: all problems of all records together. (Validate hooks come here.)
  for (const draft of drafts) if (!draft.failure) checkRecord(object, draft, request.takesBack);
  if (authority === 'caller') await checkGrants(parts, pinned, object, drafts, transaction);
  for (const draft of drafts) {
    checkSecrets(parts, draft);
    checkEncrypted(parts, object, draft);
  }
  // A lone record that has no fault so far leaves its targets to the statement that writes it.
  const areChecked = isBatch || !drafts.every(isSound) || !haveTargets(pinned, drafts);
  if (areChecked) await checkTargets(parts, pinned, drafts, { authority, transaction });
  if (trees.length > 0) await checkTrees(parts, pinned, object, drafts, transaction);
  if (holdsFiles) await checkFiles(parts, pinned, drafts, { object, authority, transaction });
  await checkRules(parts, pinned, request, drafts, transaction);
  // All faults are told together, so those of the targets are looked for after all.
  if (!areChecked && !drafts.every(isSound)) throw new LostRace();
  if (isBatch || drafts.some((draft) => draft.problems.length > 0)) {
    await checkUnique(parts, pinned, object, drafts, transaction);
    if (await isMadeMeanwhile(parts, pinned, request, drafts, transaction)) throw new LostRace();
  }
  if (authority === 'caller') for (const draft of drafts) hideFaults(pinned, object, draft);
  const sound = drafts.filter(isSound);
  if (sound.length < drafts.length && (request.allOrNothing || sound.length === 0)) {
    return drafts.map((draft) => toItem(draft, failureOf(draft), undefined));
  }

  // 6. Write: rows with history and outbox in one statement each for new and changed records, then links.
  const fresh = sound.filter((draft) => draft.isNew);
  const isCreatingFirst = fresh.length > 0 && autoNumbers.length === 0;
  if (!isCreatingFirst) await request.beforeWrite?.();
  if (!request.dryRun && autoNumbers.length > 0) await giveNumbers(parts, pinned, object, fresh, transaction);
  for (const draft of sound) {
    sealSecrets(parts, pinned, object, draft);
    sealValues(parts, pinned, object, draft);
  }
  const inserts = fresh.map(({ id, ownerId, recordType, data }) => ({ id, ownerId, recordType, data }));
  const changed = sound.filter((draft) => !draft.isNew && draft.changes.size > 0);
  const updates = changed.map((draft) => ({
    id: draft.id,
    version: draft.current!.version,
    ownerId: draft.ownerId,
    recordType: draft.recordType,
    data: draft.data,
    difference: differenceOf(draft),
  }));
  const written = new Map<string, WrittenRow>();
  if (inserts.length > 0) {
    const targets = targetsOf(pinned, fresh, { areChecked, authority });
    const beforeCreate = isCreatingFirst ? request.beforeCreate : undefined;
    for (const row of await records.insert(
      snapshot,
      object,
      inserts,
      pinned.origin,
      transaction,
      targets,
      beforeCreate,
    ))
      written.set(row.id, row);
    // A target is not there, or not any more: the next attempt says which.
    if (written.size < inserts.length) throw new LostRace();
  }
  if (isCreatingFirst) await request.beforeWrite?.();
  if (updates.length > 0) {
    const targets = targetsOf(pinned, changed, { areChecked, authority });
    for (const row of await records.update(snapshot, object, updates, pinned.origin, transaction, targets))
      written.set(row.id, row);
    if (updates.some((row) => !written.has(row.id))) throw new LostRace();
  }
  if (holdsFiles) await claimFiles(parts, pinned, object, sound, transaction);
  const linked = sound.filter((draft) => draft.links.size > 0);
  let relinked: ReadonlySet<Draft> = new Set();
  if (linked.length > 0 && transaction) {
    const { changed: withNewLinks, faults } = await writeLinks(parts, pinned, linked, {
      authority,
      transaction,
    });
    if (faults.size > 0 && request.items.length > 1 && !request.allOrNothing) throw new NeedsSingles();
    for (const [draft, errors] of faults) draft.problems.push(...errors);
    relinked = withNewLinks;
  }

  // 7. Hand back what was saved; whoever presents it applies the field mask.
  return drafts.map((draft) => {
    const failure = failureOf(draft);
    return toItem(
      draft,
      failure,
      failure ? undefined : toSaved(pinned, draft, written.get(draft.id)),
      relinked.has(draft),
    );
  });
}

async function loadCurrent(
  parts: Parts,
  pinned: Pinned,
  request: SaveRequest,
  drafts: readonly Draft[],
  transaction: Transaction | undefined,
): Promise<void> {
  const existing = drafts.filter((draft) => !draft.isNew);
  const { object, authority } = request;
  const ids = [...new Set(existing.map((draft) => draft.id).filter(isId))];
  const loaded =
    ids.length === 0
      ? []
      : await parts.storage.records.loadForWrite(
          pinned.snapshot,
          {
            object,
            ids,
            visible: authority === 'caller' ? pinned.visible(object) : ALWAYS,
            allowed: authority === 'caller' ? pinned.decide(object, 'update').predicate : ALWAYS,
            deleted: 'live',
            context: pinned.expressionContext,
          },
          transaction,
        );
  const byId = new Map(loaded.map((record) => [record.id, record]));
  for (const draft of existing) {
    const stored = byId.get(draft.id);
    if (stored) {
      const scope = { snapshot: pinned.snapshot, transaction };
      const { record, settled } = await settleConversions(parts, scope, object, stored);
      Object.assign(draft, { current: openStored(parts, pinned, object, record), settled });
    }
    if (!draft.current) draft.failure = unknownRecord();
    else if (draft.item.version !== undefined && draft.item.version !== draft.current.version) {
      draft.failure = await describeStale(parts, pinned, {
        object,
        current: draft.current,
        version: draft.item.version,
        isSingle: request.items.length === 1,
        transaction,
      });
    }
  }
}

/** Auto-numbers, taken last so that a refused record takes none. */
async function giveNumbers(
  parts: Parts,
  pinned: Pinned,
  object: CompiledObject,
  drafts: readonly Draft[],
  transaction: Transaction | undefined,
): Promise<void> {
  if (drafts.length === 0) return;
  for (const field of saveShape(object).autoNumbers) {
    const numbers = await parts.storage.records.nextNumbers(
      pinned.snapshot,
      object,
      field.name,
      drafts.length,
      transaction,
    );
    const day = dayOf(pinned.at, pinned.snapshot.workspace.timeZone);
    for (const [index, draft] of drafts.entries()) {
      draft.data[field.key] = formatAutoNumber(field.body.format ?? '{0}', numbers[index]!, day);
    }
  }
}

function differenceOf(draft: Draft): Record<string, readonly [JsonValue, JsonValue]> {
  const difference: Record<string, readonly [JsonValue, JsonValue]> = {};
  for (const [field, { before, after }] of draft.changes) difference[field.key] = [before, after];
  for (const key of draft.settled) difference[key] = [null, draft.data[key] ?? null];
  return difference;
}

function toSaved(pinned: Pinned, draft: Draft, row: WrittenRow | undefined): SavedRecord {
  const { current, id, ownerId, recordType, data } = draft;
  const isTouched = row !== undefined;
  return {
    id,
    version: row?.version ?? current!.version,
    ownerId,
    recordType,
    createdAt: current?.createdAt ?? row!.createdAt,
    createdBy: current?.createdBy ?? pinned.actorId,
    updatedAt: row?.updatedAt ?? current!.updatedAt,
    updatedBy: isTouched ? pinned.actorId : current!.updatedBy,
    data,
    derived: current?.derived ?? {},
    links: new Map([...draft.links].map(([field, ids]) => [field.name, ids])),
    isNew: draft.isNew,
  };
}

function toItem(
  draft: Draft,
  failure: Failure | undefined,
  record: SavedRecord | undefined,
  isRelinked = false,
): SavedItem {
  const { index, isNew, id, changes, warnings } = draft;
  const knownId = isNew ? null : isId(id) ? id : null;
  if (failure) return { index, status: 'failed', id: knownId, record: undefined, failure };
  if (!record) return { index, status: 'not_done', id: knownId, record, failure };
  const status = isNew ? 'created' : changes.size > 0 || isRelinked ? 'updated' : 'unchanged';
  return { index, status, id: record.id, record, failure, ...(warnings.length > 0 ? { warnings } : {}) };
}

// --- around the order of execution: waves, attempts, transactions ---------------------------------------------

async function saveInWaves(
  parts: Parts,
  pinned: Pinned,
  request: SaveRequest,
  transaction: Transaction | undefined,
): Promise<SaveOutcome> {
  const results: SavedItem[] = [];
  let hasFailed = false;
  const waves = new Waves(request);
  for (let wave = waves.next(); wave; wave = waves.next()) {
    if (hasFailed && request.allOrNothing) {
      for (const { index, item } of wave)
        results.push({
          index,
          status: 'not_done',
          id: item.id ?? null,
          record: undefined,
          failure: undefined,
        });
      continue;
    }
    const meant = await resolveIds(parts, pinned, request, wave, transaction);
    waves.putOff(meant.later);
    const items = await executeSave(parts, pinned, request, meant, transaction);
    hasFailed ||= items.some((item) => item.failure);
    results.push(...items);
  }
  results.sort((left, right) => left.index - right.index);
  if (hasFailed && request.allOrNothing) {
    const items = results.map(
      (item): SavedItem => (item.failure ? item : { ...item, status: 'not_done', record: undefined }),
    );
    return { items, isWritten: false };
  }
  return { items: results, isWritten: !request.dryRun };
}

function needsTransaction({ items, dryRun, object, operation, match = [] }: SaveRequest): boolean {
  if (items.length > 1 || dryRun) return true;
  if (operation === 'upsert' && isUnguarded(object, match)) return true;
  const [input] = items.map((item) => item.input);
  if (typeof input !== 'object' || input === null) return false;
  return Object.keys(input).some((name) => {
    const field = object.fields.get(name);
    return field?.type.valueType === 'ids' || field?.type.holdsFiles === true || field?.body.tree === true;
  });
}

/** A violation may come from a record that was committed a moment ago: the next attempt sees it and can name the row. */
function mayRepeat(request: SaveRequest): boolean {
  return request.items.length > 1 || request.operation === 'upsert';
}

/** Commits only what is to stay: a dry run and a refused batch leave nothing. */
async function inTransaction(
  parts: Parts,
  { workspace }: Snapshot,
  work: (transaction: Transaction) => Promise<SaveOutcome>,
): Promise<SaveOutcome> {
  let outcome: SaveOutcome | undefined;
  try {
    await parts.storage.transaction(
      async (transaction) => {
        outcome = await work(transaction);
        const isRefused = outcome.items.every((item) => item.failure);
        if (!outcome.isWritten || isRefused) throw new RolledBack();
      },
      { workspace },
    );
  } catch (error) {
    if (!(error instanceof RolledBack)) throw error;
  }
  return outcome!;
}

/** The fallback for a batch in which the database refused a row without saying which. */
async function saveOneByOne(parts: Parts, pinned: Pinned, request: SaveRequest): Promise<SaveOutcome> {
  const items: SavedItem[] = [];
  for (const [index, item] of request.items.entries()) {
    const outcome = await saveRecords(parts, pinned, { ...request, items: [item] });
    items.push({ ...outcome.items[0]!, index });
  }
  return { items, isWritten: !request.dryRun };
}

/** The only item of a request, refused by the database. */
function refused(pinned: Pinned, request: SaveRequest, error: StorageError): SavedItem {
  const id = request.items[0]?.id ?? null;
  const translated = translateError(error) as EngineError;
  const errors =
    error.code === 'unique_violation' ? takenErrors(error.fields) : (translated.errors as Failure['errors']);
  return {
    index: 0,
    status: 'failed',
    id,
    record: undefined,
    failure: fail(
      translated.code,
      translated.message,
      request.authority === 'caller' ? withoutHidden(pinned, request.object, errors) : errors,
    ),
  };
}
