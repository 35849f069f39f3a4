/**
 * Step 5 of a save: whether values that must be unique are free. The unique index has the last word; this is asked
 * beforehand when a batch must tell its rows apart, or when a record has other faults and all are told together. One
 * statement per unique field.
 */
import { jsonPointer } from '@trellis/metadata';
import { ALWAYS, type CompiledField, type CompiledObject, type JsonValue } from '@trellis/model';
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
    const claims = drafts.flatMap((draft) => claimOf(draft, field) ?? []);
    if (claims.length === 0) continue;
    const values = [...new Set(claims.map((claim) => claim.value))];
    const request = { object, field: field.name, values, visible: ALWAYS, context: pinned.expressionContext };
    const holders = await parts.storage.records.findByKey(pinned.snapshot, request, transaction);
    const claimed = new Map<JsonValue, string>();
    for (const { draft, value } of claims) {
      const holder = holders.get(value) ?? claimed.get(value);
      if (holder !== undefined && holder !== draft.id) draft.problems.push(...takenErrors([field.name]));
      // The first sound record of a batch has the value; later ones find it taken, as they would one by one.
      else if (isSound(draft)) claimed.set(value, draft.id);
    }
  }
}

function claimOf(draft: Draft, field: CompiledField): { draft: Draft; value: JsonValue } | undefined {
  const change = draft.changes.get(field);
  if (draft.failure || !change || change.after === null) return undefined;
  const pointer = jsonPointer(field.name);
  if (draft.problems.some((problem) => problem.pointer === pointer)) return undefined;
  return { draft, value: change.after };
}
