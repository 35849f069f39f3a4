/**
 * What a caller may give a record that is no field of its own: a record type that they were granted, and another
 * owner, which only the owner, those above, and holders of `modify_all` may do (design brief §6).
 */
import type { CompiledObject } from '@trellis/model';
import type { Transaction } from '@trellis/storage';
import type { Draft } from './draft.ts';
import type { Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';

/** Adds a problem to each draft that goes beyond what the caller was granted. One statement, when owners change. */
export async function checkGrants(
  parts: Parts,
  pinned: Pinned,
  object: CompiledObject,
  drafts: readonly Draft[],
  transaction: Transaction | undefined,
): Promise<void> {
  const open = drafts.filter((draft) => !draft.failure);
  for (const draft of open) checkRecordType(pinned, object, draft);
  const given = open.filter(({ current, ownerId }) => current && ownerId !== current.ownerId);
  if (given.length === 0) return;
  const loaded = await parts.storage.records.loadForWrite(
    pinned.snapshot,
    {
      object,
      ids: [...new Set(given.map((draft) => draft.id))],
      visible: pinned.visible(object),
      allowed: pinned.access.transferable(object),
      deleted: 'live',
      context: pinned.expressionContext,
    },
    transaction,
  );
  const allowed = new Set(loaded.filter((record) => record.isAllowed).map((record) => record.id));
  for (const draft of given) {
    if (allowed.has(draft.id)) continue;
    draft.problems.push({
      code: 'read_only',
      pointer: '/owner_id',
      message: `You may change this ${object.label}, not give it to somebody else.`,
    });
  }
}

function checkRecordType(pinned: Pinned, object: CompiledObject, draft: Draft): void {
  const { current, recordType } = draft;
  if (recordType === null || recordType === current?.recordType) return;
  // An unknown one is told as such, with the other options.
  if (!object.recordTypes.some((each) => each.name === recordType)) return;
  if (pinned.access.mayUseRecordType(object, recordType)) return;
  draft.problems.push({
    code: 'invalid_option',
    pointer: '/record_type',
    message: `You were not granted this record type of ${object.label}.`,
  });
}
