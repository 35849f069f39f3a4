/** What a caller is told when the record has moved on since they read it: by whom, when, and which fields. */
import type { CompiledObject } from '@trellis/model';
import type { StoredRecord, Transaction } from '@trellis/storage';
import { fail } from './draft.ts';
import type { Failure, Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';

const MAX_ENTRIES = 50;

/** The names of changed fields are read from history, for a single record and as far as the caller may read them. */
export async function describeStale(
  parts: Parts,
  pinned: Pinned,
  {
    object,
    current,
    version,
    isSingle,
    transaction,
  }: {
    readonly object: CompiledObject;
    readonly current: StoredRecord;
    readonly version: number;
    readonly isSingle: boolean;
    readonly transaction: Transaction | undefined;
  },
): Promise<Failure> {
  const message = `The ${object.label} was changed meanwhile: it is at version ${current.version}, not ${version}.`;
  return fail('stale_version', message, [], {
    current_version: current.version,
    changed_by: current.updatedBy,
    changed_at: current.updatedAt,
    changed_fields: isSingle
      ? await changedFields(parts, pinned, { object, id: current.id, since: version, transaction })
      : [],
  });
}

async function changedFields(
  parts: Parts,
  pinned: Pinned,
  request: {
    readonly object: CompiledObject;
    readonly id: string;
    readonly since: number;
    readonly transaction: Transaction | undefined;
  },
): Promise<string[]> {
  const { object, id, since, transaction } = request;
  if (!object.keepsHistory) return [];
  const page = { limit: MAX_ENTRIES, before: undefined };
  const entries = await parts.storage.records.history(pinned.snapshot, object, id, page, transaction);
  const keys = new Set(
    entries.filter((entry) => entry.version > since).flatMap((entry) => Object.keys(entry.difference)),
  );
  return [...object.fields.values()]
    .filter((field) => keys.has(field.key) && pinned.isReadable(field))
    .map((field) => field.name);
}
