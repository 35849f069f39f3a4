/**
 * The way of a file into the platform: stored piece by piece, looked at, fitted to its object, and handed to a job.
 * And the rows that the job refused, on their way back to whoever can mend them.
 */

import { type CompiledObject, isId, type JsonValue } from '@trellis/model';
import type { Rejection } from '@trellis/storage';
import { v7 as makeId } from 'uuid';
import { tell } from '../audit/tell.ts';
import type { Context, InputError } from '../engine.ts';
import { EngineError } from '../errors.ts';
import { keptContext } from '../jobs/job-context.ts';
import { addJob, findOwnJob } from '../jobs/job-lifecycle.ts';
import { currentObjectName, oldNames } from '../old-names.ts';
import type { Parts } from '../parts.ts';
import type { Pinned } from '../pinned.ts';
import { translateError } from '../translate-error.ts';
import { requireOwnEyes } from '../view-as.ts';
import { withPinned } from '../with-pinned.ts';
import { type Encoding, EncodingDetector } from './decode.ts';
import type { ImportInput } from './import-job.ts';
import { ERROR_COLUMN, resolveMapping } from './mapping.ts';
import { currentOptions } from './old-mapping.ts';
import { type ImportOptions, readOptions } from './options.ts';
import { prepareRows, rowRules } from './prepare-rows.ts';
import { type HeldFile, type ImportPreview, PREVIEW_BYTES, previewFile } from './preview.ts';
import { detectShape, type FileFormat, isArchive, PIECE_BYTES, storedFile } from './read-file.ts';
import { bringsSecrets, openCells, sealDefaults, unsealable } from './sealed-rows.ts';
import type { SheetCell } from './xlsx-book.ts';

/** A file that lies in the database and waits for its job. */
export interface StoredFile {
  readonly id: string;
  readonly name: string | undefined;
  readonly bytes: number;
  readonly encoding: Encoding;
  /** Some of it is no text in its encoding. */
  readonly isMixed: boolean;
  /** It is there for a day, for several jobs; else it is the file of one job, under its id. */
  readonly isKept?: boolean;
}

/** A row that was refused, with its cells under the columns of the file. */
export interface RefusedRows {
  readonly format: FileFormat;
  /** What the file that brought them was called, if it came as one. */
  readonly fileName?: string;
  /** `error` and the columns of the file. It comes first, so that a row with too many cells keeps all of them. */
  readonly columns: readonly string[];
  readonly pages: AsyncIterable<readonly RefusedRow[]>;
}

export interface RefusedRow {
  readonly row: number;
  readonly line: number;
  readonly content: readonly SheetCell[] | Readonly<Record<string, JsonValue>>;
  readonly errors: readonly InputError[];
  /** The errors as one text for people, each with the column that it is about. */
  readonly text: string;
}

export interface ImportDesk {
  /** Stores a file as it comes in, at constant memory. Without a job it is swept away after a day. */
  store(
    context: Context,
    object: string,
    bytes: AsyncIterable<Uint8Array>,
    name?: string,
  ): Promise<StoredFile>;
  /** Stores a file for whoever sent it, to be looked at and imported as often as they like within a day. */
  keep(
    context: Context,
    object: string,
    bytes: AsyncIterable<Uint8Array>,
    name?: string,
  ): Promise<StoredFile>;
  /** A file that the caller has sent for this object. Throws `invalid_input` when it is not there, or not any more. */
  find(context: Context, object: string, id: string): Promise<StoredFile>;
  discard(context: Context, file: StoredFile): Promise<void>;
  /** Begins the job; resolves with its id. Throws `invalid_input` with all that is wrong with the mapping. */
  begin(context: Context, object: string, file: StoredFile, mapping: unknown): Promise<string>;
  /** Takes of a file what a preview looks at: its beginning, or all of a workbook. */
  hold(context: Context, object: string, bytes: AsyncIterable<Uint8Array>, name?: string): Promise<HeldFile>;
  release(context: Context, file: HeldFile): Promise<void>;
  preview(context: Context, object: string, file: HeldFile, mapping: unknown): Promise<ImportPreview>;
  /** The rows that an import has refused so far. Throws `unknown_job`. */
  refused(context: Context, jobId: string): Promise<RefusedRows>;
}

const PAGE = 1000;

export function createImportDesk(parts: Parts): ImportDesk {
  const { jobs } = parts.storage;
  const store: ImportDesk['store'] = (context, object, bytes, name) =>
    withPinned(parts, context, async (pinned) => {
      requireOwnEyes(context);
      requireImportable(parts, pinned, object);
      const id = makeId();
      const detector = new EncodingDetector();
      let number = 0;
      let size = 0;
      try {
        for await (const piece of inPieces(bytes)) {
          detector.add(piece);
          size += piece.length;
          await jobs.writeFile(context.workspace, id, number++, piece);
        }
      } catch (error) {
        await jobs.deleteFile(context.workspace, id).catch(() => undefined);
        throw error;
      }
      return { id, name, bytes: size, ...detector.end() };
    });
  return {
    store,
    async keep(context, object, bytes, name) {
      const file = await store(context, object, bytes, name);
      const { id, encoding, isMixed } = file;
      const objectKey = await withPinned(
        parts,
        context,
        async (pinned) => requireImportable(parts, pinned, object).key,
      );
      const { actorId } = keptContext(context);
      const upload = { id, actorId, objectKey, name: name ?? null, bytes: file.bytes, encoding, isMixed };
      await jobs.keepUpload(context.workspace, upload);
      return { ...file, isKept: true };
    },
    find: (context, name, id) =>
      withPinned(parts, context, async (pinned) => {
        const object = requireImportable(parts, pinned, name);
        const { actorId } = keptContext(context);
        const found = isId(id) ? await jobs.findUpload(context.workspace, id, actorId) : undefined;
        if (found?.objectKey !== object.key) {
          const message = 'There is no such file, or not any more: they are kept for a day.';
          throwErrors([{ code: 'unknown_upload', pointer: '/file_id', message }]);
        }
        const { bytes, encoding, isMixed } = found!;
        const file = { id: found!.id, name: found!.name ?? undefined, bytes, isMixed, isKept: true };
        return { ...file, encoding: encoding as Encoding };
      }),
    async discard(context, file) {
      if (!file.isKept) await jobs.deleteFile(context.workspace, file.id);
    },
    begin: (context, name, file, mapping) =>
      withPinned(parts, context, (pinned) => begin(parts, pinned, { name, file, mapping })),
    async hold(context, object, bytes, name) {
      const held: Uint8Array[] = [];
      let size = 0;
      const pieces = bytes[Symbol.asyncIterator]();
      while (size < PREVIEW_BYTES) {
        const next = await pieces.next();
        if (next.done) break;
        held.push(next.value);
        size += next.value.length;
      }
      const head = Buffer.concat(held);
      if (!isArchive(head)) return { name, head: head.subarray(0, PREVIEW_BYTES), stored: undefined };
      // The table of contents of an archive stands at its end.
      const all = (async function* () {
        yield head;
        for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value;
      })();
      return { name, head, stored: await store(context, object, all, name) };
    },
    async release(context, { stored }) {
      if (stored && !stored.isKept) await jobs.deleteFile(context.workspace, stored.id);
    },
    preview: (context, name, held, mapping) =>
      withPinned(parts, context, async (pinned) => {
        const object = requireImportable(parts, pinned, name);
        const { options, errors } = readOptions(mapping);
        throwErrors(errors);
        return previewFile(parts, pinned, { object, held, options });
      }),
    async refused(context, jobId) {
      try {
        const job = await findOwnJob(parts, context, jobId);
        const input = job.input as unknown as ImportInput;
        if (job.kind !== 'import')
          throw new EngineError('unknown_job', 'This job refuses no rows: it is no import.');
        const event = { action: 'import_refused_read', object: input.about.object } as const;
        const details = { job: job.id };
        await tell(parts, { context, at: parts.now() }, [{ ...event, details }]);
        const byField = new Map(input.mapping.targets.map(({ field, column }) => [field, column]));
        const { file_name: fileName } = input.about;
        return {
          format: input.shape.format,
          ...(typeof fileName === 'string' ? { fileName } : {}),
          columns: [ERROR_COLUMN, ...input.shape.columns.filter((column) => column !== ERROR_COLUMN)],
          pages: refusedPages(parts, context, job.id, (rejection) => {
            // A record of other imports may call a value of its own `sealed`.
            if (!input.bringsSecrets) return presentRefused(rejection, input, byField);
            const ofJob = { workspaceId: context.workspace.id, jobId: job.id };
            const cells = openCells(parts.secrets, ofJob, rejection.number, rejection.cells);
            return presentRefused({ ...rejection, cells }, input, byField);
          }),
        };
      } catch (error) {
        throw translateError(error);
      }
    },
  };
}

async function begin(
  parts: Parts,
  pinned: Pinned,
  { name, file, mapping }: { readonly name: string; readonly file: StoredFile; readonly mapping: unknown },
): Promise<string> {
  const object = requireImportable(parts, pinned, name);
  const { options: given, errors } = readOptions(mapping);
  throwErrors(errors);
  const old = oldNames(parts, pinned);
  const options = old ? currentOptions(old, object, given) : given;
  requireRights(pinned, object, options.operation);
  const encoding = options.encoding ?? file.encoding;
  const source = storedFile(parts, pinned.context.workspace, file.id, file.bytes);
  const { shape, rows } = await detectShape(source, encoding, {
    ...options,
    fileName: file.name,
    // An encoding that was named is the sender's word.
    isMixed: options.encoding === undefined && file.isMixed,
  });
  const fit = resolveMapping(pinned, object, shape, options, old);
  throwErrors([...fit.errors, ...unsealable(parts.secrets, object, fit.mapping)]);
  // What no index would serve is refused before there is a job.
  const numbered = rows.map((row, index) => ({ ...row, number: index + 1 }));
  const rules = rowRules(pinned, object, { options, shape, mapping: fit.mapping });
  await prepareRows(parts, pinned, numbered, rules);
  const id = file.isKept ? makeId() : file.id;
  const ofJob = { workspaceId: pinned.context.workspace.id, jobId: id };
  const input: ImportInput = {
    about: {
      object: object.name,
      operation: options.operation,
      key: fit.mapping.key ?? null,
      match: (fit.mapping.match as JsonValue | undefined) ?? null,
      dry_run: options.dryRun,
      existing: options.operation === 'upsert' ? options.existing : null,
      file_name: file.name ?? null,
      file_size: file.bytes,
      format: shape.format,
      encoding,
      delimiter: shape.format === 'csv' ? shape.delimiter : null,
      columns: Object.fromEntries(fit.mapping.targets.map(({ column, field }) => [column, field])),
      skipped_columns: [...fit.mapping.skipped],
      defaults: Object.keys(fit.mapping.defaults ?? {}),
    },
    shape,
    mapping: fit.mapping,
    operation: options.operation,
    blank: options.blank,
    decimalComma: options.decimalComma,
    takesOtherNames: rules.takesOtherNames,
    timeZone: options.timeZone ?? pinned.expressionContext.timeZone,
    existing: options.existing,
    ...(file.isKept ? { file: file.id } : {}),
    ...(bringsSecrets(rules) ? { bringsSecrets: true } : {}),
    ...sealDefaults(parts.secrets, ofJob, { object, mapping: fit.mapping }),
  };
  const request = { id, kind: 'import', input: input as unknown as JsonValue };
  const { operation, about } = input;
  const details = {
    job: id,
    operation,
    file_name: about.file_name!,
    fields: [
      ...new Set([
        ...fit.mapping.targets.map(({ field }) => field),
        ...Object.keys(fit.mapping.defaults ?? {}),
      ]),
    ],
  };
  return parts.storage.transaction(async (transaction) => {
    const event = { action: 'records_imported', object: object.name, details } as const;
    await tell(parts, pinned, [event], transaction);
    return addJob(parts, pinned.context, request, transaction);
  });
}

/** The object, for someone who may import it. Those of the platform are written through doors of their own. */
function requireImportable(parts: Parts, pinned: Pinned, name: string): CompiledObject {
  const object = pinned.requireObject(currentObjectName(parts, pinned, name), 'import');
  if (object.isSystem) {
    throw new EngineError(
      'system_object',
      `${object.pluralLabel} are kept by the platform and can't be imported.`,
    );
  }
  return object;
}

function requireRights(pinned: Pinned, object: CompiledObject, operation: ImportOptions['operation']): void {
  if (operation !== 'update') pinned.requireObject(object.name, 'create');
  if (operation !== 'create') pinned.requireObject(object.name, 'update');
}

function throwErrors(errors: readonly InputError[]): void {
  if (errors.length === 0) return;
  const message = errors.length === 1 ? errors[0]!.message : `The mapping has ${errors.length} faults.`;
  throw new EngineError('invalid_input', message, { errors });
}

/** Pieces of one size, whatever the network brings. */
async function* inPieces(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let size = 0;
  for await (const part of bytes) {
    held.push(part);
    size += part.length;
    if (size < PIECE_BYTES) continue;
    const all = Buffer.concat(held);
    let at = 0;
    for (; at + PIECE_BYTES <= all.length; at += PIECE_BYTES) yield all.subarray(at, at + PIECE_BYTES);
    held = [all.subarray(at)];
    size = all.length - at;
  }
  if (size > 0) yield Buffer.concat(held);
}

async function* refusedPages(
  parts: Parts,
  context: Context,
  jobId: string,
  presentRow: (rejection: Rejection) => RefusedRow,
): AsyncGenerator<readonly RefusedRow[]> {
  for (let after = 0; ; ) {
    const page = await parts.storage.jobs.rejections(context.workspace, jobId, { after, limit: PAGE });
    if (page.length === 0) return;
    yield page.map(presentRow);
    after = page.at(-1)!.number;
  }
}

function presentRefused(
  { number, line, cells, errors }: Rejection,
  { shape }: ImportInput,
  byField: ReadonlyMap<string, string>,
): RefusedRow {
  const found = errors as unknown as readonly InputError[];
  const text = found
    .map(({ pointer, message }) => {
      const field = pointer.split('/')[1];
      const column = field === undefined ? undefined : (byField.get(field) ?? field);
      // Most messages begin with the label, and most columns are called so.
      return column === undefined || message.startsWith(column) ? message : `${column}: ${message}`;
    })
    .join(' ');
  const left = shape.columns.indexOf(ERROR_COLUMN);
  const content = Array.isArray(cells) && left >= 0 ? cells.filter((_, index) => index !== left) : cells;
  return { row: number, line, content: content as RefusedRow['content'], errors: found, text };
}
