/**
 * Who would gain and who would lose what by a change of permission sets, roles or sharing: every active person is
 * decided on the model as it is and on the model as it would be, and where the two reach other records, these are
 * counted in the database. Reads only, and gives up counting before anybody waits for it.
 */
import { type Access, createAccess, type Organisation } from '@trellis/access';
import {
  allOf,
  type CompiledField,
  type CompiledObject,
  type Expression,
  type FieldRight,
  type Model,
  NEVER,
  OBJECT_ACTIONS,
  type RecordPage,
  type RecordQuery,
} from '@trellis/model';
import type { MembershipRow, Snapshot } from '@trellis/storage';
import { changesAccess } from './check-author.ts';
import type { AccessChange, AccessPlan, Context, ReachChange } from './engine.ts';
import { ownPath } from './own-path.ts';
import type { Parts } from './parts.ts';
import { Pinned } from './pinned.ts';
import type { PlannedChange } from './plan-change.ts';

/** Changes that are told one by one. */
const MAX_CHANGES = 200;
/** Milliseconds after which no more records are counted. */
const MAX_COUNTING = 2_500;
const SAMPLES = 3;
/** Records that are looked through for samples that the asker sees. */
const CANDIDATES = 50;
const REACHES = ['read', 'update', 'delete'] as const;
/** No revision has it: statements on a model that is not published are no use to anybody else. */
let drafts = 0;

/** Undefined when nobody's rights move, or the asker may not know them. */
export async function planAccess(
  parts: Parts,
  context: Context,
  change: PlannedChange,
): Promise<AccessPlan | undefined> {
  const { base, after } = change;
  if (after === undefined || !changesAccess(change)) return undefined;
  const { snapshot } = base;
  const access = await parts.access.of(context, snapshot);
  if (!access.rights.includes('manage_users')) return undefined;
  const asker = new Pinned(context, snapshot, { at: parts.now(), isConfirmed: true, access });
  const organisation = await parts.access.countedOrganisationOf(snapshot);
  const members = await parts.storage.identities.members(snapshot.workspace);
  const worlds = { before: snapshot.model, after, organisation };
  const planned: PlannedAccess[] = [];
  for (const member of members) {
    if (!member.isActive) continue;
    const delegations = await parts.access.delegationsOf(member.userId, snapshot);
    const standsInFor = [...new Set(delegations.map(({ delegator }) => delegator))];
    planned.push(...changesOf({ ...member, standsInFor }, worlds));
  }
  const shown = planned.slice(0, MAX_CHANGES);
  const counter = new Counter(parts, asker, { ...snapshot, revision: --drafts, model: after });
  const changes: AccessChange[] = [];
  for (const { reaches, ...told } of shown)
    changes.push({ ...told, records: await counter.count(told, reaches) });
  return {
    people: new Set(planned.map(({ user }) => user.id)).size,
    changes,
    leftOut: planned.length - shown.length,
  };
}

interface Worlds {
  readonly before: Model;
  readonly after: Model;
  readonly organisation: Organisation;
}

interface Reach {
  readonly action: ReachChange['action'];
  readonly before: Expression;
  readonly after: Expression;
}

type PlannedAccess = Omit<AccessChange, 'records'> & { readonly reaches: readonly Reach[] };

function changesOf(
  member: MembershipRow & { readonly standsInFor: readonly string[] },
  { before, after, organisation }: Worlds,
): PlannedAccess[] {
  const { userId, permissionSets, standsInFor } = member;
  const principal = { kind: 'user', userId, permissionSets, standsInFor } as const;
  const was = createAccess(principal, before, organisation);
  const willBe = createAccess(principal, after, organisation);
  const user = { id: userId, name: member.name };
  const known = new Map([...before.objects.values()].map((object) => [object.key, object]));
  const nothing = { fields: [], recordTypes: { gained: [], lost: [] }, reaches: [] };
  const system = {
    user,
    object: undefined,
    gained: willBe.rights.filter((right) => !was.rights.includes(right)),
    lost: was.rights.filter((right) => !willBe.rights.includes(right)),
    ...nothing,
  };
  const ofObjects = [...after.objects.values()].map((object) => ({
    user,
    object: object.name,
    ...changesOn(was, willBe, { old: known.get(object.key), object }),
  }));
  return [system, ...ofObjects].filter(
    ({ gained, lost, fields, recordTypes, reaches }) =>
      gained.length + lost.length + fields.length + reaches.length > 0 ||
      recordTypes.gained.length + recordTypes.lost.length > 0,
  );
}

function changesOn(
  was: Access,
  willBe: Access,
  { old, object }: { readonly old: CompiledObject | undefined; readonly object: CompiledObject },
): Omit<PlannedAccess, 'user' | 'object'> {
  const could = OBJECT_ACTIONS.filter((action) => old && was.decide(old, action).isAllowed);
  const can = OBJECT_ACTIONS.filter((action) => willBe.decide(object, action).isAllowed);
  const hadType = (name: string) =>
    (old?.recordTypes.some((each) => each.name === name) && old && was.mayUseRecordType(old, name)) ?? false;
  const types = object.recordTypes.map(({ name }) => name);
  return {
    gained: can.filter((action) => !could.includes(action)),
    lost: could.filter((action) => !can.includes(action)),
    fields: fieldChanges(was, willBe, { old, object }),
    recordTypes: {
      gained: types.filter((name) => !hadType(name) && willBe.mayUseRecordType(object, name)),
      lost: types.filter((name) => hadType(name) && !willBe.mayUseRecordType(object, name)),
    },
    reaches: REACHES.flatMap((action) => {
      // A new object has no records, and its table is not made yet.
      if (!old) return [];
      const before = reachOf(was, old, action);
      const after = reachOf(willBe, object, action);
      return isSame(before, after) ? [] : [{ action, before, after }];
    }),
  };
}

/** Fields of an object that is read before and after: others come and go with it. */
function fieldChanges(
  was: Access,
  willBe: Access,
  { old, object }: { readonly old: CompiledObject | undefined; readonly object: CompiledObject },
): AccessChange['fields'] {
  if (!old || !was.decide(old, 'read').isAllowed || !willBe.decide(object, 'read').isAllowed) return [];
  const known = new Map(old.ownFields.map((field) => [field.key, field]));
  return object.ownFields.flatMap((field) => {
    const oldField = known.get(field.key);
    const before = oldField ? rightOn(was, old, oldField) : 'none';
    const after = rightOn(willBe, object, field);
    return before === after ? [] : [{ field: field.name, before, after }];
  });
}

function rightOn(
  access: Access,
  object: CompiledObject,
  field: CompiledObject['ownFields'][number],
): FieldRight {
  if (!access.decide(object, 'read').canRead(field)) return 'none';
  const writes = (['create', 'update'] as const).some((action) =>
    access.decide(object, action).canUpdate(field),
  );
  return writes ? 'update' : 'read';
}

function reachOf(access: Access, object: CompiledObject, action: ReachChange['action']): Expression {
  const decision = access.decide(object, action);
  return decision.isAllowed ? decision.predicate : NEVER;
}

/** Whether two predicates say the same in the same words, on models that may be two. */
function isSame(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (isField(left) && isField(right)) {
    // A question to related records is made on the spot: whoever asks the same twice has two of them.
    return !left.question && !right.question && left.object === right.object && left.key === right.key;
  }
  const [ours, theirs] = [Object.entries(left), right as Readonly<Record<string, unknown>>];
  return (
    ours.length === Object.keys(theirs).length && ours.every(([name, value]) => isSame(value, theirs[name]))
  );
}

/** A compiled field leads to the whole model: what it is called is enough. */
function isField(value: object): value is CompiledField {
  return 'key' in value && 'object' in value && 'targets' in value;
}

/** Counts what two predicates differ by, on a model that is not published. */
class Counter {
  readonly #parts: Parts;
  readonly #asker: Pinned;
  readonly #draft: Snapshot;
  readonly #until = performance.now() + MAX_COUNTING;

  constructor(parts: Parts, asker: Pinned, draft: Snapshot) {
    this.#parts = parts;
    this.#asker = asker;
    this.#draft = draft;
  }

  /** What the reaches of a person differ by, with conditions on the asker read as that person. */
  async count(
    { user, object: name }: Pick<AccessChange, 'user' | 'object'>,
    reaches: readonly Reach[],
  ): Promise<ReachChange[]> {
    const object = name === undefined ? undefined : this.#draft.model.objects.get(name);
    const changes: ReachChange[] = [];
    for (const { action, before, after } of object ? reaches : []) {
      const directions = [
        { direction: 'gained', filter: allOf(after, { op: 'not', arg: before }) },
        { direction: 'lost', filter: allOf(before, { op: 'not', arg: after }) },
      ] as const;
      for (const { direction, filter } of directions) {
        const found = await this.#find(object!, filter, user.id);
        if (found.count?.value !== 0) changes.push({ action, direction, ...found });
      }
    }
    return changes;
  }

  async #find(
    object: CompiledObject,
    filter: Expression,
    userId: string,
  ): Promise<Pick<ReachChange, 'count' | 'samples'>> {
    if (performance.now() > this.#until) return { count: undefined, samples: [] };
    const { timeZone } = this.#draft.workspace;
    const context = {
      ...this.#asker.expressionContext,
      userId,
      timeZone,
      userName: undefined,
      userEmail: undefined,
    };
    try {
      const { rows, count } = await this.#query(this.#draft, { object, filter, context, limit: CANDIDATES });
      const { value, kind } = count!;
      return {
        count: { value, kind: kind === 'exact' ? 'exact' : 'at_least' },
        samples: await this.#samples(
          object,
          rows.map((row) => String(row.id)),
        ),
      };
    } catch (error) {
      // A count that takes too long is not worth a plan.
      this.#parts.log.warn('counting what a change of access does failed', {
        object: object.name,
        error: error instanceof Error ? error.message : String(error),
      });
      return { count: undefined, samples: [] };
    }
  }

  /** Those of the records that the asker sees as things are now. */
  async #samples(object: CompiledObject, ids: readonly string[]): Promise<ReachChange['samples']> {
    const old = [...this.#asker.model.objects.values()].find((each) => each.key === object.key)!;
    if (ids.length === 0) return [];
    const among: Expression = {
      op: 'in',
      value: { op: 'field', type: 'id', path: ownPath(old.fields.get('id')!) },
      list: ids,
    };
    const { rows } = await this.#query(this.#asker.snapshot, {
      object: old,
      filter: allOf(among, this.#asker.visible(old)),
      context: this.#asker.expressionContext,
      limit: SAMPLES,
    });
    const isTitled = this.#asker.isReadable(old.nameField);
    return rows.map((row) => ({
      id: String(row.id),
      title: isTitled ? ((row[old.nameField.name] as string | null) ?? null) : null,
    }));
  }

  #query(
    snapshot: Snapshot,
    question: Pick<RecordQuery, 'object' | 'filter' | 'context' | 'limit'>,
  ): Promise<RecordPage> {
    const { object } = question;
    const id = ownPath(object.fields.get('id')!);
    return this.#parts.storage.records.query(snapshot, {
      ...question,
      fields: [id, ownPath(object.nameField)],
      targetFilters: new Map(),
      search: undefined,
      sort: [{ path: id, descending: true }],
      after: undefined,
      before: undefined,
      count: 'capped',
      deleted: false,
    });
  }
}
