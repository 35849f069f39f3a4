/**
 * Keeps tree lookups free of rings and within their depth. Who moves a record holds the tree's lock from before the
 * records are loaded until the end of the transaction, so that two moves can't close a ring between them. However many
 * records are saved, a tree costs one statement upwards and one downwards.
 */
import { jsonPointer } from '@trellis/metadata';
import type { CompiledField, CompiledObject } from '@trellis/model';
import type { Transaction } from '@trellis/storage';
import { type Draft, isSound } from './draft.ts';
import type { Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';
import { saveShape } from './save-shape.ts';

/** Levels of a tree, the topmost included. */
export const MAX_TREE_LEVELS = 20;

/** Before anything is loaded: rows first and the lock afterwards could wait for each other. */
export async function lockTrees(
  parts: Parts,
  pinned: Pinned,
  object: CompiledObject,
  drafts: readonly Draft[],
  transaction: Transaction | undefined,
): Promise<void> {
  if (!transaction) return;
  const moved = treesOf(object).filter((field) =>
    drafts.some((draft) => (draft.input.values.get(field) ?? null) !== null),
  );
  for (const field of moved.toSorted((left, right) => (left.key < right.key ? -1 : 1)))
    await parts.storage.records.lockTree(pinned.snapshot, { object, field }, transaction);
}

/** Adds `tree_cycle` and `tree_too_deep`. Records of a batch are placed one after the other, as single saves would. */
export async function checkTrees(
  parts: Parts,
  pinned: Pinned,
  object: CompiledObject,
  drafts: readonly Draft[],
  transaction: Transaction | undefined,
): Promise<void> {
  for (const field of treesOf(object)) {
    const moved = drafts.filter((draft) => isSound(draft) && draft.changes.has(field));
    const placed = moved.filter((draft) => parentOf(draft, field) !== null);
    if (placed.length === 0) continue;
    const from = new Set(moved.flatMap((draft) => [draft.id, parentOf(draft, field) ?? draft.id]));
    const below = placed.filter((draft) => !draft.isNew).map((draft) => draft.id);
    const request = { object, field, from: [...from], below };
    const stored = await parts.storage.records.readTree(pinned.snapshot, request, transaction);
    const parents = new Map(stored.parents);
    // What a batch takes away below a record still counts until it is stored: a height errs on the high side only.
    const heights = new Map(stored.heights);
    for (const draft of moved) {
      const parent = parentOf(draft, field);
      const fault = parent === null ? undefined : faultOf(field, parents, heights, draft.id, parent);
      if (fault) draft.problems.push({ ...fault, pointer: jsonPointer(field.name) });
      else if (parent === null) parents.delete(draft.id);
      else place(parents, heights, draft.id, parent);
    }
  }
}

/** Before a restore loads anything: what comes back with a record is not known yet, so it waits for every tree. */
export async function lockAllTrees(parts: Parts, pinned: Pinned, transaction: Transaction): Promise<void> {
  const trees = [...pinned.model.objects.values()].flatMap((object) =>
    treesOf(object).map((field) => ({ object, field })),
  );
  const keyOf = ({ object, field }: (typeof trees)[number]) => `${object.key} ${field.key}`;
  for (const tree of trees.toSorted((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1)))
    await parts.storage.records.lockTree(pinned.snapshot, tree, transaction);
}

/**
 * Whether records that have just come back fit into their trees, which may have grown or turned meanwhile. The first
 * fault, with the field.
 */
export async function findRestoredFault(
  parts: Parts,
  pinned: Pinned,
  object: CompiledObject,
  ids: readonly string[],
  transaction: Transaction,
): Promise<{ readonly code: string; readonly field: CompiledField } | undefined> {
  for (const field of treesOf(object)) {
    const request = { object, field, from: ids, below: ids };
    const { parents, heights } = await parts.storage.records.readTree(pinned.snapshot, request, transaction);
    for (const id of ids) {
      const above = ancestorsOf(parents, id);
      if (parents.has(above.at(-1)!)) return { code: 'tree_cycle', field };
      if (above.length + (heights.get(id) ?? 0) > MAX_TREE_LEVELS) return { code: 'tree_too_deep', field };
    }
  }
  return undefined;
}

export function treesOf(object: CompiledObject): readonly CompiledField[] {
  return saveShape(object).trees;
}

function parentOf(draft: Draft, field: CompiledField): string | null {
  return (draft.changes.get(field)?.after ?? null) as string | null;
}

function faultOf(
  field: CompiledField,
  parents: ReadonlyMap<string, string>,
  heights: ReadonlyMap<string, number>,
  id: string,
  parent: string,
): { readonly code: string; readonly message: string; readonly hint?: string } | undefined {
  const above = ancestorsOf(parents, parent);
  if (above.includes(id))
    return {
      code: 'tree_cycle',
      message: `${field.label} can not be the record itself or one below it.`,
      hint: 'Choose a record that is not below this one, or move that one first.',
    };
  if (above.length + 1 + (heights.get(id) ?? 0) <= MAX_TREE_LEVELS) return undefined;
  return {
    code: 'tree_too_deep',
    message: `With this ${field.label} the tree would have more than ${MAX_TREE_LEVELS} levels.`,
    hint: 'Choose a record further up.',
  };
}

function place(parents: Map<string, string>, heights: Map<string, number>, id: string, parent: string): void {
  parents.set(id, parent);
  const height = heights.get(id) ?? 0;
  for (const [steps, each] of ancestorsOf(parents, parent).entries())
    heights.set(each, Math.max(heights.get(each) ?? 0, height + steps + 1));
}

/** The record and all above it, nearest first; of a ring each record once. */
export function ancestorsOf(parents: ReadonlyMap<string, string>, id: string): string[] {
  const chain = new Set<string>();
  for (let each: string | undefined = id; each !== undefined && !chain.has(each); each = parents.get(each))
    chain.add(each);
  return [...chain];
}
