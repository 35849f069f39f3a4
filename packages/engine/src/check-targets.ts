/**
 * Step 5 of a save, the part that asks the database: whether changed lookups, links and owners point to records that
 * exist, live and are visible to the caller. One statement per target object, however many records are saved.
 */
import { jsonPointer } from '@trellis/metadata';
import { ALWAYS, allOf, type CompiledField, type CompiledObject, type Expression } from '@trellis/model';
import type { Transaction } from '@trellis/storage';
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
  const known = new Map<string, Set<string>>();
  await Promise.all(
    [...idsByObject(mentions)].map(async ([name, ids]) => {
      const object = pinned.model.objects.get(name);
      if (!object) return;
      const visible = options.authority === 'caller' ? pinned.visible(object) : ALWAYS;
      const request = { object, ids: [...ids], visible, context: pinned.expressionContext };
      const found = await parts.storage.records.findTargets(pinned.snapshot, request, options.transaction);
      known.set(name, new Set(found.keys()));
    }),
  );
  const owners = mentions.filter((mention) => mention.field.systemColumn === 'owner_id');
  const active = await findActiveOwners(parts, pinned, owners, options.transaction);
  for (const { draft, field, pointer, id, objects } of mentions) {
    if (!objects.some((name) => known.get(name)?.has(id))) {
      draft.problems.push({
        code: 'unknown_target',
        pointer,
        message: `${field.label} points to a record that is not there.`,
      });
    } else if (field.systemColumn === 'owner_id' && !active.has(id)) {
      draft.problems.push({
        code: 'inactive_owner',
        pointer,
        message: 'An inactive user can not become an owner.',
      });
    }
  }
}

/** Every record that the draft newly points to, values with faults of their own excepted. */
function mentionsOf(pinned: Pinned, draft: Draft): Mention[] {
  const faulty = new Set(draft.problems.map((problem) => problem.pointer));
  const mentions: Mention[] = [];
  for (const [field, { after }] of draft.changes) {
    const pointer = jsonPointer(field.name);
    if (field.targets.length === 0 || after === null || isFaulty(faulty, pointer)) continue;
    if (field.isPolymorphic) {
      const { object, id } = after as { object: string; id: string };
      mentions.push({ draft, field, pointer, id, objects: [object] });
    } else if (field.systemColumn !== 'owner_id' || after !== pinned.actorId) {
      mentions.push({ draft, field, pointer, id: after as string, objects: field.targets });
    }
  }
  for (const [field, ids] of draft.links) {
    const pointer = jsonPointer(field.name);
    if (isFaulty(faulty, pointer)) continue;
    for (const [index, id] of ids.entries()) {
      mentions.push({ draft, field, pointer: `${pointer}/${index}`, id, objects: field.targets });
    }
  }
  return mentions;
}

function isFaulty(pointers: ReadonlySet<string>, pointer: string): boolean {
  return pointers.has(pointer) || [...pointers].some((each) => each.startsWith(`${pointer}/`));
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

/** Those of the owners that are teams or active users. */
async function findActiveOwners(
  parts: Parts,
  pinned: Pinned,
  owners: readonly Mention[],
  transaction: Transaction | undefined,
): Promise<ReadonlySet<string>> {
  const ids = [...new Set(owners.map((owner) => owner.id))];
  const user = pinned.model.objects.get('user');
  const flag = user?.fields.get('active');
  if (ids.length === 0 || !user || !flag) return new Set(ids);
  const inactive: Expression = {
    op: 'not',
    arg: {
      op: 'is_true',
      value: { op: 'field', type: 'boolean', path: { text: 'active', through: [], field: flag } },
    },
  };
  const request = {
    object: user as CompiledObject,
    ids,
    visible: allOf(inactive),
    context: pinned.expressionContext,
  };
  const found = await parts.storage.records.findTargets(pinned.snapshot, request, transaction);
  return new Set(ids.filter((id) => !found.has(id)));
}
