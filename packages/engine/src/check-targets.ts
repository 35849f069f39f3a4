/**
 * Step 5 of a save, the part that asks the database: whether changed lookups, links and owners point to records that
 * exist, live and are visible to the caller. One statement, however many records are saved and objects are meant.
 */
import { jsonPointer } from '@trellis/metadata';
import {
  ALWAYS,
  type CompiledField,
  type CompiledObject,
  type Expression,
  type JsonValue,
  NEVER,
} from '@trellis/model';
import type { TargetQuestion, Transaction, WriteTargets } from '@trellis/storage';
import type { Draft } from './draft.ts';
import type { Authority, Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';

interface Mention {
  readonly draft: Draft;
  readonly field: CompiledField;
  readonly pointer: string;
  readonly id: string;
  /** Objects that it may be in: the first that has it. */
  readonly objects: readonly string[];
}

export async function checkTargets(
  parts: Parts,
  pinned: Pinned,
  drafts: readonly Draft[],
  options: { readonly authority: Authority; readonly transaction: Transaction | undefined },
): Promise<void> {
  const mentions = drafts.flatMap((draft) => (draft.failure ? [] : mentionsOf(pinned, draft)));
  if (mentions.length === 0) return;
  const asked = [...idsByObject(mentions)].flatMap(([name, ids]) => {
    const object = pinned.model.objects.get(name);
    return object ? [{ name, object, ids: [...ids] }] : [];
  });
  const questions = asked.map(({ object, ids }): TargetQuestion => {
    const visible = options.authority === 'caller' ? pinned.visible(object) : ALWAYS;
    return { object, ids, visible, flag: isInactive(object) };
  });
  const request = { questions, context: pinned.expressionContext };
  const found = await parts.storage.records.checkTargets(pinned.snapshot, request, options.transaction);
  const known = new Map(asked.map(({ name }, index) => [name, found[index]!]));
  for (const { draft, field, pointer, id, objects } of mentions) {
    if (!objects.some((name) => known.get(name)?.has(id))) {
      draft.problems.push({
        code: 'unknown_target',
        pointer,
        message: `${field.label} points to a record that is not there.`,
      });
    } else if (field.systemColumn === 'owner_id' && known.get('user')?.get(id)) {
      draft.problems.push({
        code: 'inactive_owner',
        pointer,
        message: 'An inactive user can not become an owner.',
      });
    }
  }
}

/** Whether any of the drafts, which have no faults, newly points to a record. */
export function haveTargets(pinned: Pinned, drafts: readonly Draft[]): boolean {
  return drafts.some((draft) => {
    if (draft.links.size > 0) return true;
    for (const [field, { after }] of draft.changes) if (isMention(pinned, field, after)) return true;
    return false;
  });
}

/**
 * The records that sound drafts newly point to, for the write to hold on to. Unless they were checked before, the write
 * itself asks whether they are there for the caller, and writes nothing otherwise.
 */
export function targetsOf(
  pinned: Pinned,
  drafts: readonly Draft[],
  options: { readonly areChecked: boolean; readonly authority: Authority },
): WriteTargets | undefined {
  const { areChecked, authority } = options;
  const mentions = drafts
    .flatMap((draft) => mentionsOf(pinned, draft, { withLinks: false }))
    .filter(({ field }) => !areChecked || field.systemColumn === undefined);
  if (mentions.length === 0) return undefined;
  const isOwner = ({ field }: Mention) => field.systemColumn !== undefined;
  const among = (name: string) => {
    const object = pinned.model.objects.get(name);
    if (!object) return [];
    const visible = areChecked || authority !== 'caller' ? ALWAYS : pinned.visible(object);
    return [{ object, visible }];
  };
  const held = [...idsByObject(mentions.filter((mention) => !isOwner(mention)))]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, ids]) => ({ ids: [...ids], among: among(name), isHeld: true }));
  // Owners can't be deleted, and there are two kinds of them.
  const owners = mentions.filter(isOwner);
  const seen = [...new Set(owners.map(({ objects }) => objects))].map((objects) => ({
    ids: [...new Set(owners.map(({ id }) => id))],
    among: objects
      .flatMap(among)
      .map(({ object, visible }) => ({ object, visible, except: isInactive(object) })),
    isHeld: false,
  }));
  return { targets: [...held, ...seen], context: pinned.expressionContext };
}

/** Whether a changed value points to a record that has to be looked for: the acting user is there. */
function isMention(pinned: Pinned, field: CompiledField, after: JsonValue): boolean {
  return (
    field.targets.length > 0 &&
    after !== null &&
    (field.systemColumn !== 'owner_id' || after !== pinned.actorId)
  );
}

/** Every record that the draft newly points to, values with faults of their own excepted. */
function mentionsOf(pinned: Pinned, draft: Draft, { withLinks = true } = {}): Mention[] {
  const faulty = draft.problems.map((problem) => problem.pointer);
  const mentions: Mention[] = [];
  for (const [field, { after }] of draft.changes) {
    if (!isMention(pinned, field, after)) continue;
    const pointer = jsonPointer(field.name);
    if (isFaulty(faulty, pointer)) continue;
    if (field.isPolymorphic) {
      const { object, id } = after as { object: string; id: string };
      mentions.push({ draft, field, pointer, id, objects: [object] });
    } else {
      mentions.push({ draft, field, pointer, id: after as string, objects: field.targets });
    }
  }
  for (const [field, ids] of withLinks ? draft.links : []) {
    const pointer = jsonPointer(field.name);
    if (isFaulty(faulty, pointer)) continue;
    for (const [index, id] of ids.entries()) {
      mentions.push({ draft, field, pointer: `${pointer}/${index}`, id, objects: field.targets });
    }
  }
  return mentions;
}

function isFaulty(pointers: readonly string[], pointer: string): boolean {
  return pointers.some((each) => each === pointer || each.startsWith(`${pointer}/`));
}

function idsByObject(mentions: readonly Mention[]): ReadonlyMap<string, ReadonlySet<string>> {
  const result = new Map<string, Set<string>>();
  for (const { objects, id } of mentions) {
    for (const name of objects) {
      const ids = result.get(name) ?? new Set();
      result.set(name, ids.add(id));
    }
  }
  return result;
}

/** Users who have left own nothing more; the condition is false for all other objects. */
function isInactive(object: CompiledObject): Expression {
  const flag = object.name === 'user' ? object.fields.get('active') : undefined;
  if (!flag) return NEVER;
  const path = { text: 'active', through: [], field: flag };
  return { op: 'not', arg: { op: 'is_true', value: { op: 'field', type: 'boolean', path } } };
}
