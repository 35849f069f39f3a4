/**
 * Records that a sharing rule had opened to somebody and that a change has closed to them again. Who saw a record before
 * a change is asked in memory: of the rules that look at nothing but the record itself, on what it was, as the outbox has
 * it: from what it is now, back over each change since, those included that are not read yet. A rule that reads other
 * records, and a record that goes with its parent, can't be asked so.
 */
import { type Access, rulesOn } from '@trellis/access';
import {
  ALWAYS,
  type CompiledObject,
  type Expression,
  inputsOfExpression,
  type JsonValue,
  type Model,
  type RecordData,
} from '@trellis/model';
import { holds } from '@trellis/rules';
import type { StoredRecord } from '@trellis/storage';
import type { FeedChange } from './engine.ts';
import type { Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';
import { ruleContext } from './rule-values.ts';

const keysOfRules = new WeakMap<Model, readonly string[]>();

/** Keys of all values that decide over what sharing rules open; none where there are no rules. */
export function ruleKeys(model: Model): readonly string[] {
  let keys = keysOfRules.get(model);
  if (!keys) {
    const rules = [...model.access.sharingRules.values()].flat();
    const read = rules.flatMap(({ when }) => (when && looksAtItself(when) ? inputsOfExpression(when) : []));
    const owner = rules.some(({ ownedBy }) => ownedBy) ? ['owner_id'] : [];
    keys = [...new Set([...read.map(({ field }) => field.key), ...owner])];
    keysOfRules.set(model, keys);
  }
  return keys;
}

/**
 * The changes, of those of one object that the caller does not see any more (`unseen`), by which they lost sight of the
 * record. `changes` are all that were read together: whoever is asked about them, the records are loaded once.
 */
export async function sightLost(
  parts: Parts,
  pinned: Pinned,
  object: CompiledObject,
  { unseen, changes }: { readonly unseen: readonly FeedChange[]; readonly changes: readonly FeedChange[] },
): Promise<readonly FeedChange[]> {
  const moved = unseen.filter(isMoved);
  const rules = moved.length === 0 ? [] : await rulesFor(parts, pinned, object);
  if (rules.length === 0) return [];
  const context = ruleContext(pinned);
  const byId = Map.groupBy(moved, ({ id }) => id);
  const lost: FeedChange[] = [];
  for (const { record, updates } of await pastOf(parts, pinned, object, changes)) {
    const asked = new Map(byId.get(record.id)?.map((change) => [change.version, change]));
    if (asked.size === 0) continue;
    let data = dataOf(record);
    // From what it is now back to what it was before the first of the changes.
    for (const { version, before } of updates) {
      data = { ...data, ...before };
      const change = asked.get(version);
      if (!change) continue;
      const values = Object.fromEntries(
        [...object.fields.values()].map((field) => [field.name, data[field.key] ?? null]),
      );
      if (rules.some((rule) => holds(rule, { values, context }))) lost.push(change);
    }
  }
  return lost;
}

function isMoved({ action, before }: FeedChange): boolean {
  return action === 'update' && before !== null;
}

/** A record as it is, and the updates that led there, the last one first: back to the first that is asked about. */
interface Past {
  readonly record: StoredRecord;
  readonly updates: readonly { readonly version: number; readonly before: RecordData | null }[];
}

/** By the list of changes and the object: what of them may have left somebody's sight. */
const pasts = new WeakMap<readonly FeedChange[], Map<CompiledObject, Promise<readonly Past[]>>>();

/** Not for the caller: what they are told is the id of a record that they had. */
function pastOf(
  parts: Parts,
  pinned: Pinned,
  object: CompiledObject,
  changes: readonly FeedChange[],
): Promise<readonly Past[]> {
  const byObject = pasts.get(changes) ?? new Map<CompiledObject, Promise<readonly Past[]>>();
  pasts.set(changes, byObject);
  const past = byObject.get(object) ?? readPast(parts, pinned, object, changes);
  byObject.set(object, past);
  return past;
}

async function readPast(
  { storage }: Parts,
  pinned: Pinned,
  object: CompiledObject,
  changes: readonly FeedChange[],
): Promise<readonly Past[]> {
  const ofObject = changes.filter((change) => change.object === object.name);
  const moved = ofObject.filter(isMoved);
  const records = await storage.records.loadForWrite(pinned.snapshot, {
    object,
    ids: [...new Set(moved.map(({ id }) => id))],
    visible: ALWAYS,
    allowed: ALWAYS,
    deleted: 'both',
    context: pinned.expressionContext,
  });
  const known = Map.groupBy(ofObject, ({ id }) => id);
  // Changes are read in the order of transactions, up to the first that is open: others of the record may be there already.
  const open = records.filter(({ id, version }) => {
    const versions = new Set(known.get(id)!.map((change) => change.version));
    const first = Math.min(
      ...known
        .get(id)!
        .filter(isMoved)
        .map((change) => change.version),
    );
    for (let each = first; each <= version; each++) if (!versions.has(each)) return true;
    return false;
  });
  const later =
    open.length === 0
      ? []
      : await storage.outbox.later(pinned.snapshot.workspace, {
          entry: moved
            .map(({ entry }) => entry)
            .reduce((least, each) => (BigInt(each) < BigInt(least) ? each : least)),
          objectKey: object.key,
          recordIds: open.map(({ id }) => id),
          keys: ruleKeys(pinned.model),
        });
  const unread = Map.groupBy(later, ({ recordId }) => recordId);
  return records.map((record) => {
    const all = [...known.get(record.id)!.filter(isMoved), ...(unread.get(record.id) ?? [])];
    const byVersion = new Map(all.map(({ version, before }) => [version, { version, before }]));
    const updates = [...byVersion.values()]
      .filter(({ version }) => version <= record.version)
      .sort((left, right) => right.version - left.version);
    return { record, updates };
  });
}

/** Conditions of the rules that share with the caller and can be asked in memory. */
async function rulesFor(
  parts: Parts,
  { access, model, snapshot }: Pinned,
  object: CompiledObject,
): Promise<readonly Expression[]> {
  if (!model.access.sharingRules.get(object.name)?.some((rule) => isFor(access, rule))) return [];
  return rulesOn(object, model, await parts.access.organisationOf(snapshot))
    .filter((rule) => isFor(access, rule) && looksAtItself(rule.predicate))
    .map(({ predicate }) => predicate);
}

function isFor(
  access: Access,
  { shareWith }: { readonly shareWith: readonly Parameters<Access['isMeant']>[0][] },
) {
  return shareWith.some((who) => access.isMeant(who));
}

/** Whether all that a condition reads lies in the record, and in what the outbox tells of its changes. */
function looksAtItself(expression: Expression): boolean {
  if (expression.op === 'as_platform' || expression.op === 'shared') return false;
  return inputsOfExpression(expression).every(
    ({ through, field }) =>
      through.length === 0 && !field.rollup && !field.related && !field.question && !field.junction,
  );
}

function dataOf(record: StoredRecord): Readonly<Record<string, JsonValue>> {
  const { id, ownerId, recordType, createdAt, createdBy, updatedAt, updatedBy, version, data } = record;
  return {
    ...data,
    id,
    owner_id: ownerId,
    record_type: recordType,
    created_at: createdAt,
    created_by: createdBy,
    updated_at: updatedAt,
    updated_by: updatedBy,
    version,
  };
}
