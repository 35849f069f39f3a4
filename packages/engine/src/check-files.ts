/**
 * Files on their way into records. A file belongs to its uploader until a record refers to it, and to that record and
 * field for ever after: step 5 of a save asks whether each file may be referred to and lays what the platform knows
 * of it beside its id; step 6 claims it in the transaction of the write, so that no two records get the same.
 */
import { jsonPointer } from '@trellis/metadata';
import {
  acceptedTypes,
  type CompiledField,
  type CompiledObject,
  type FileValue,
  filesIn,
  isAccepted,
  type JsonValue,
} from '@trellis/model';
import type { FileRow, Transaction } from '@trellis/storage';
import type { Draft } from './draft.ts';
import type { InputError } from './engine.ts';
import type { Authority, Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';
import { saveShape } from './save-shape.ts';
import { LostRace } from './translate-error.ts';

const MEGABYTE = 1024 * 1024;

interface Mention {
  readonly draft: Draft;
  readonly field: CompiledField;
  readonly files: readonly FileValue[];
}

/** Adds the faults of referred files to the drafts, and what is known of the others to their values. */
export async function checkFiles(
  parts: Parts,
  pinned: Pinned,
  drafts: readonly Draft[],
  options: {
    readonly object: CompiledObject;
    readonly authority: Authority;
    readonly transaction: Transaction | undefined;
  },
): Promise<void> {
  if (!saveShape(options.object).holdsFiles) return;
  const mentions = drafts.flatMap(mentionsOf);
  if (mentions.length === 0) return;
  const ids = new Set(mentions.flatMap(({ files }) => files.map((file) => file.id)));
  const rows = await parts.storage.files.find(pinned.context.workspace, [...ids], options.transaction);
  const known = new Map(rows.map((row) => [row.id, row]));
  const taken = new Map<string, Mention>();
  for (const mention of mentions) {
    const { draft, field } = mention;
    const stored = new Map(filesIn(draft.current?.data[field.key]).map((file) => [file.id, file]));
    const isList = Array.isArray(draft.data[field.key]);
    const whole = mention.files.map((file, index): FileValue => {
      const already = stored.get(file.id);
      if (already) return already;
      const pointer = jsonPointer(field.name, ...(isList ? [index] : []));
      const row = known.get(file.id);
      const other = taken.get(file.id);
      if (!row || (other && other !== mention) || !mayRefer(pinned, row, mention, options)) {
        draft.problems.push({
          code: 'unknown_file',
          pointer,
          message: `${field.label} refers to a file that is not there.`,
          hint: 'Send a file to POST /api/v1/files first, and refer to it by the id in the answer.',
        });
        return file;
      }
      taken.set(file.id, mention);
      draft.problems.push(...faultsOf(row, field, pointer));
      return { id: row.id, name: row.name, size: row.size, type: row.type };
    });
    const after = (isList ? whole : (whole[0] ?? null)) as unknown as JsonValue;
    draft.data[field.key] = after;
    const change = draft.changes.get(field);
    if (change) draft.changes.set(field, { before: change.before, after });
  }
}

/** Gives the files that sound drafts newly refer to to their records. Rejects with `LostRace` when one is gone. */
export async function claimFiles(
  parts: Parts,
  pinned: Pinned,
  object: CompiledObject,
  drafts: readonly Draft[],
  transaction: Transaction | undefined,
): Promise<void> {
  if (!saveShape(object).holdsFiles) return;
  const claims = drafts.flatMap((draft) =>
    [...draft.changes].flatMap(([field, { before, after }]) => {
      if (!field.type.holdsFiles) return [];
      const had = new Set(filesIn(before).map((file) => file.id));
      return filesIn(after)
        .filter((file) => !had.has(file.id))
        .map((file) => ({ id: file.id, object: object.key, recordId: draft.id, field: field.key }));
    }),
  );
  if (claims.length === 0) return;
  const { workspace } = pinned.context;
  const rows = await parts.storage.files.find(
    workspace,
    claims.map(({ id }) => id),
    transaction,
  );
  // A file that the record once had is its own already.
  const owned = new Set(rows.filter((row) => row.recordId !== null).map((row) => row.id));
  const fresh = claims.filter(({ id }) => !owned.has(id));
  const claimed = await parts.storage.files.claim(workspace, fresh, transaction);
  const isLost = claims.some(({ id, recordId }) => {
    const row = rows.find((each) => each.id === id);
    return row?.recordId !== null && row?.recordId !== recordId;
  });
  if (isLost || claimed < fresh.length) throw new LostRace();
}

function mentionsOf(draft: Draft): Mention[] {
  if (draft.failure) return [];
  return [...draft.input.values.keys()].flatMap((field) => {
    if (!field.type.holdsFiles) return [];
    const isFaulty = draft.problems.some(({ pointer }) =>
      `${pointer}/`.startsWith(`${jsonPointer(field.name)}/`),
    );
    const files = isFaulty ? [] : filesIn(draft.data[field.key]);
    return files.length === 0 ? [] : [{ draft, field, files }];
  });
}

function mayRefer(
  pinned: Pinned,
  row: FileRow,
  { draft, field }: Mention,
  { object, authority }: { readonly object: CompiledObject; readonly authority: Authority },
): boolean {
  if (row.recordId === null) return authority !== 'caller' || row.createdBy === pinned.actorId;
  return row.recordId === draft.id && row.object === object.key && row.field === field.key;
}

function faultsOf(row: FileRow, field: CompiledField, pointer: string): InputError[] {
  const faults: InputError[] = [];
  const accepted = acceptedTypes(field);
  if (accepted && !isAccepted(row.type, accepted)) {
    faults.push({
      code: 'type_not_allowed',
      pointer,
      message: `${field.label} does not take files of this kind.`,
      hint: `It takes ${accepted.join(', ')}.`,
    });
  }
  const most = field.body.max_size;
  if (most !== undefined && row.size > most * MEGABYTE) {
    faults.push({
      code: 'file_too_large',
      pointer,
      message: `${field.label} takes files of up to ${most} MB.`,
    });
  }
  return faults;
}
