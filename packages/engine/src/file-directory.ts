/**
 * Files in and out. In: anyone in the workspace may send a file, which is theirs until a record refers to it. Out:
 * whoever may read the record and the field may read its files, those of earlier values too, as the history names
 * them. The content lies in the file store; what is known of it in the workspace.
 */
import { cleanName, FileMissing, type FileStore, FileTooLarge, receiveFile } from '@trellis/files';
import { type CompiledField, type CompiledObject, type FileValue, filesIn, isId } from '@trellis/model';
import type { FileRow, Workspace } from '@trellis/storage';
import { v7 as makeId } from 'uuid';
import type { FileDirectory, OpenFile } from './engine.ts';
import { EngineError } from './errors.ts';
import type { Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';
import { getRecord } from './read-records.ts';
import { requireOwnEyes } from './view-as.ts';
import { withPinned } from './with-pinned.ts';

/** How long an upload waits for a record that refers to it. */
const UNCLAIMED_MILLISECONDS = 24 * 60 * 60 * 1000;

export interface FileSettings {
  readonly store: FileStore;
  /** The most bytes of one file. */
  readonly mostBytes: number;
  /** The most uploads of one person that no record refers to; a thousand, and forty of the largest, unless given. */
  readonly mostWaiting?: { readonly files: number; readonly bytes: number };
}

const MOST_WAITING_FILES = 1000;
const MOST_WAITING_OF_THE_LARGEST = 40;

export function createFileDirectory(parts: Parts, settings: FileSettings): FileDirectory {
  const { store, mostBytes } = settings;
  const mostWaiting = settings.mostWaiting ?? {
    files: MOST_WAITING_FILES,
    bytes: MOST_WAITING_OF_THE_LARGEST * mostBytes,
  };
  const keyOf = (workspace: Workspace, id: string) => `${workspace.schema}/${id}`;
  const { files } = parts.storage;
  const opened = (workspace: Workspace, row: FileRow): OpenFile => ({
    file: factsOf(row),
    read: (range) => readContent(parts, store, keyOf(workspace, row.id), range),
  });
  return {
    mostBytes,
    upload: (context, { name: given, content }) =>
      withPinned(parts, context, async (pinned) => {
        requireOwnEyes(context);
        const { workspace } = context;
        const [id, name] = [makeId(), cleanName(given)];
        const expiresAt = new Date(Date.parse(pinned.at) + UNCLAIMED_MILLISECONDS).toISOString();
        const waiting = await files.waiting(workspace, pinned.actorId);
        if (waiting.files >= mostWaiting.files || waiting.bytes >= mostWaiting.bytes) throw tooManyUploads();
        // The row comes first: whatever happens to the content, the sweeper knows of it.
        await files.insert(workspace, { id, name, createdBy: pinned.actorId, expiresAt });
        const key = keyOf(workspace, id);
        try {
          const received = await receiveFile(store, { key, name, mostBytes }, content);
          await files.complete(workspace, id, received);
          return { id, name, ...received };
        } catch (error) {
          await store.remove(key).catch(() => undefined);
          if (error instanceof FileTooLarge) throw tooLarge(mostBytes);
          throw error;
        }
      }),
    open: (context, request) =>
      withPinned(parts, context, async (pinned) => {
        const { workspace } = context;
        const field = await requireFileField(parts, pinned, request);
        const wanted = request.file?.toLowerCase() ?? field.current[0]?.id;
        const [row] = wanted !== undefined && isId(wanted) ? await files.find(workspace, [wanted]) : [];
        if (row?.recordId !== field.recordId || !isOf(row, field)) throw unknownFile();
        return opened(workspace, row);
      }),
    openById: (context, given) =>
      withPinned(parts, context, async (pinned) => {
        const { workspace } = context;
        const id = given.toLowerCase();
        const [row] = isId(id) ? await files.find(workspace, [id]) : [];
        if (!row) throw unknownFile();
        if (row.recordId === null) {
          if (row.createdBy !== pinned.actorId) throw unknownFile();
          return opened(workspace, row);
        }
        const object = [...pinned.model.objects.values()].find((each) => each.key === row.object);
        const field = object?.ownFields.find((each) => each.key === row.field);
        if (!object || !field) throw unknownFile();
        const request = { object: object.name, id: row.recordId, field: field.name };
        await requireFileField(parts, pinned, request);
        return opened(workspace, row);
      }),
    async sweep(workspace) {
      const count = await files.sweep(workspace, (id) => store.remove(keyOf(workspace, id)));
      if (count > 0) parts.log.info('Files that nothing refers to were removed.', { count });
      return count;
    },
  };
}

interface FileField {
  readonly recordId: string;
  readonly object: CompiledObject;
  readonly field: CompiledField;
  readonly current: readonly FileValue[];
}

/** The field of files on a record, when the caller may read both. Throws `unknown_object` or `unknown_record`. */
async function requireFileField(
  parts: Parts,
  pinned: Pinned,
  request: { readonly object: string; readonly id: string; readonly field: string },
): Promise<FileField> {
  const object = pinned.requireObject(request.object, 'read');
  const field = object.fields.get(request.field);
  if (!field?.type.holdsFiles || !pinned.isReadable(field)) throw unknownFile();
  const record = await getRecord(parts, pinned, { ...request, fields: [field.name], door: 'file' });
  return { recordId: String(record.id), object, field, current: filesIn(record[field.name]) };
}

function isOf(row: FileRow, { object, field }: FileField): boolean {
  return row.object === object.key && row.field === field.key;
}

async function readContent(
  parts: Parts,
  store: FileStore,
  key: string,
  range: { readonly start: number; readonly end: number } | undefined,
): Promise<AsyncIterable<Uint8Array>> {
  try {
    return await store.read(key, range);
  } catch (error) {
    if (!(error instanceof FileMissing)) throw error;
    parts.log.warn('The content of a file is not in the file store.', { key });
    throw unknownFile();
  }
}

function factsOf({ id, name, size, type }: FileRow): Required<FileValue> {
  return { id, name, size, type };
}

function unknownFile(): EngineError {
  return new EngineError('unknown_record', 'There is no such file.', {
    errors: [{ code: 'unknown_file', pointer: '', message: 'There is no such file.' }],
  });
}

function tooLarge(mostBytes: number): EngineError {
  const message = `A file has at most ${Math.floor(mostBytes / (1024 * 1024))} MB.`;
  return new EngineError('file_too_large', message, {
    errors: [{ code: 'file_too_large', pointer: '', message }],
  });
}

function tooManyUploads(): EngineError {
  const message = 'Too many of your uploads are waiting for a record that refers to them.';
  const hint =
    'Save the records that they are for, or wait: an upload that nobody refers to goes after a day.';
  return new EngineError('too_many_uploads', message, {
    errors: [{ code: 'too_many_uploads', pointer: '', message, hint }],
  });
}
