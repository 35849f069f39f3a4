/**
 * Step 5 of a save: whether values that must be unique are free. The unique index has the last word; this is asked
 * beforehand when a batch must tell its rows apart, or when a record has other faults and all are told together. One
 * statement per unique field.
 */
import { jsonPointer } from '@trellis/metadata';
import { ALWAYS, type CompiledField, type CompiledObject, entryValues, type JsonValue } from '@trellis/model';
import type { Transaction } from '@trellis/storage';
import { type Draft, isSound } from './draft.ts';
import type { Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';
import { takenErrors } from './translate-error.ts';

export async function checkUnique(
  parts: Parts,
  pinned: Pinned,
  object: CompiledObject,
  drafts: readonly Draft[],
  transaction: Transaction | undefined,
): Promise<void> {
  for (const field of object.ownFields) {
    if (!field.isUnique) continue;
    const claims = drafts.flatMap((draft) => claimsOf(draft, field));
    if (claims.length === 0) continue;
    const values = [...new Set(claims.map((claim) => claim.value))];
    const request = { object, field: field.name, values, visible: ALWAYS, context: pinned.expressionContext };
    const holders = await parts.storage.records.findByKey(pinned.snapshot, request, transaction);
    const claimed = new Map<JsonValue, string>();
    for (const { draft, value, place } of claims) {
      const holder = holders.get(value) ?? claimed.get(value);
      if (holder !== undefined && holder !== draft.id) draft.problems.push(...takenErrors([place]));
      // The first sound record of a batch has the value; later ones find it taken, as they would one by one.
      else if (isSound(draft)) claimed.set(value, draft.id);
    }
  }
}

interface Claim {
  readonly draft: Draft;
  readonly value: JsonValue;
  /** From the record: `email`, or `emails/1/value` of the second of several. */
  readonly place: string;
}

/** What a draft wants to have for itself: its new value, or of a list each entry that it did not have. */
function claimsOf(draft: Draft, field: CompiledField): readonly Claim[] {
  const change = draft.changes.get(field);
  if (draft.failure || !change || change.after === null) return [];
  const pointer = jsonPointer(field.name);
  if (
    draft.problems.some((problem) => problem.pointer === pointer || problem.pointer.startsWith(`${pointer}/`))
  )
    return [];
  if (field.type.column?.entry === undefined) return [{ draft, value: change.after, place: field.name }];
  const had = new Set(entryValues(change.before));
  return entryValues(change.after).flatMap((value, index) =>
    had.has(value) ? [] : [{ draft, value, place: `${field.name}/${index}/value` }],
  );
}

/** By what a record is looked for: its value, or of several addresses the primary one, whoever has it in any place. */
export function keyOf(canonical: unknown): string | number | null {
  const value = Array.isArray(canonical) ? entryValues(canonical)[0] : canonical;
  return typeof value === 'string' || typeof value === 'number' ? value : null;
}
