/**
 * The way of a file into the platform: stored piece by piece, looked at, fitted to its object, and handed to a job.
 * And the rows that the job refused, on their way back to whoever can mend them.
 */

import { nearest } from '@trellis/metadata';
import type { CompiledObject, JsonValue } from '@trellis/model';
import type { Rejection } from '@trellis/storage';
import { v7 as makeId } from 'uuid';
import { tell } from '../audit/tell.ts';
import type { Context, InputError } from '../engine.ts';
import { EngineError } from '../errors.ts';
import { addJob, findOwnJob } from '../jobs/job-lifecycle.ts';
import { currentObjectName, type Names, oldNames } from '../old-names.ts';
import type { Parts } from '../parts.ts';
import type { Pinned } from '../pinned.ts';
import { translateError } from '../translate-error.ts';
import { withPinned } from '../with-pinned.ts';
import { type Encoding, EncodingDetector } from './decode.ts';
import type { ImportInput } from './import-job.ts';
import { ERROR_COLUMN, fieldForColumn, plain, resolveMapping } from './mapping.ts';
import { currentOptions } from './old-mapping.ts';
import { type ImportOptions, readOptions } from './options.ts';
import { detectShape, type FileFormat, readPieces } from './read-file.ts';

/** A file that lies in the database and waits for its job. */
export interface StoredFile {
  readonly id: string;
  readonly name: string | undefined;
  readonly bytes: number;
  readonly encoding: Encoding;
}

/** What the beginning of a file shows, before anything is imported. */
export interface ImportPreview {
  readonly format: FileFormat;
  readonly encoding: Encoding;
  readonly delimiter: string;
  readonly columns: readonly {
    readonly name: string;
    readonly samples: readonly string[];
    /** The field that it seems to be for. */
    readonly suggestion: string | null;
  }[];
}

/** A row that was refused, with its cells under the columns of the file. */
export interface RefusedRows {
  readonly format: FileFormat;
  /** `error` and the columns of the file. It comes first, so that a row with too many cells keeps all of them. */
  readonly columns: readonly string[];
  readonly pages: AsyncIterable<readonly RefusedRow[]>;
}

export interface RefusedRow {
  readonly row: number;
  readonly line: number;
  readonly content: readonly string[] | Readonly<Record<string, JsonValue>>;
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
  discard(context: Context, file: StoredFile): Promise<void>;
  /** Begins the job; resolves with its id. Throws `invalid_input` with all that is wrong with the mapping. */
  begin(context: Context, object: string, file: StoredFile, mapping: unknown): Promise<string>;
  /** Looks at the beginning of a file. */
  preview(
    context: Context,
    object: string,
    head: Uint8Array,
    name: string | undefined,
    mapping: unknown,
  ): Promise<ImportPreview>;
  /** The rows that an import has refused so far. Throws `unknown_job`. */
  refused(context: Context, jobId: string): Promise<RefusedRows>;
}

const PIECE_BYTES = 256 * 1024;
const SAMPLES = 3;
const PAGE = 1000;

export function createImportDesk(parts: Parts): ImportDesk {
  const { jobs } = parts.storage;
  return {
    store: (context, object, bytes, name) =>
      withPinned(parts, context, async (pinned) => {
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
        return { id, name, bytes: size, encoding: detector.end() };
      }),
    discard: (context, file) => jobs.deleteFile(context.workspace, file.id),
    begin: (context, name, file, mapping) =>
      withPinned(parts, context, (pinned) => begin(parts, pinned, { name, file, mapping })),
    preview: (context, name, head, fileName, mapping) =>
      withPinned(parts, context, async (pinned) => {
        const object = requireImportable(parts, pinned, name);
        const { options, errors } = readOptions(mapping);
        throwErrors(errors);
        const old = oldNames(parts, pinned);
        const detector = new EncodingDetector();
        detector.add(head);
        const encoding = options.encoding ?? detector.end(false);
        const { shape, rows } = await detectShape(head, encoding, { ...options, fileName });
        const { format, delimiter, columns } = shape;
        return {
          format,
          encoding,
          delimiter,
          columns: columns.map((column, index) => {
            const values = rows.flatMap(({ content, fault }) =>
              fault === undefined ? [cellOf(content, column, index)] : [],
            );
            return {
              name: column,
              samples: [...new Set(values.filter((value) => value.trim() !== ''))].slice(0, SAMPLES),
              suggestion: suggest(pinned, object, column, old),
            };
          }),
        };
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
        return {
          format: input.shape.format,
          columns: [ERROR_COLUMN, ...input.shape.columns.filter((column) => column !== ERROR_COLUMN)],
          pages: refusedPages(parts, context, job.id, (rejection) =>
            presentRefused(rejection, input, byField),
          ),
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
  const head = await readHead(parts, pinned, file.id);
  const encoding = options.encoding ?? file.encoding;
  const { shape } = await detectShape(head, encoding, { ...options, fileName: file.name });
  const fit = resolveMapping(pinned, object, shape, options, old);
  throwErrors(fit.errors);
  const input: ImportInput = {
    about: {
      object: object.name,
      operation: options.operation,
      key: fit.mapping.key ?? null,
      dry_run: options.dryRun,
      file_name: file.name ?? null,
      file_size: file.bytes,
      format: shape.format,
      encoding,
      delimiter: shape.format === 'csv' ? shape.delimiter : null,
      columns: Object.fromEntries(fit.mapping.targets.map(({ column, field }) => [column, field])),
      skipped_columns: [...fit.mapping.skipped],
    },
    shape,
    mapping: fit.mapping,
    operation: options.operation,
    blank: options.blank,
    decimalComma: options.decimalComma,
    takesOtherNames: options.columns === undefined,
  };
  const request = { id: file.id, kind: 'import', input: input as unknown as JsonValue };
  const { operation, about } = input;
  const details = {
    job: file.id,
    operation,
    file_name: about.file_name!,
    fields: Object.values(about.columns!),
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

async function readHead(parts: Parts, pinned: Pinned, fileId: string): Promise<Uint8Array> {
  for await (const piece of readPieces(parts, pinned.context.workspace, fileId)) return piece;
  return new Uint8Array(0);
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

function cellOf(
  content: readonly string[] | Readonly<Record<string, unknown>>,
  column: string,
  index: number,
): string {
  if (Array.isArray(content)) return content[index] ?? '';
  const value = (content as Readonly<Record<string, unknown>>)[column];
  return value === undefined || value === null
    ? ''
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);
}

/** By name or label; else the field whose words the header is made of, or one that is written nearly so. */
function suggest(
  pinned: Pinned,
  object: CompiledObject,
  column: string,
  old: Names | undefined,
): string | null {
  const exact = fieldForColumn(pinned, object, column, { operation: 'update', key: 'id', old });
  if (exact === 'skip') return null;
  if (exact) return exact.name;
  const writable = [...object.fields.values()].filter(
    (field) => field.isWritable && pinned.isReadable(field),
  );
  const wanted = plain(column);
  if (wanted.length < 3) return null;
  const words = new Map<string, string>();
  for (const field of writable) {
    for (const word of [plain(field.name), plain(field.label)])
      if (!words.has(word)) words.set(word, field.name);
  }
  const withObject = [plain(object.label), plain(object.name)]
    .filter((prefix) => wanted.startsWith(prefix))
    .map((prefix) => words.get(wanted.slice(prefix.length)));
  const isNamed = withObject.find((name) => name !== undefined);
  if (isNamed !== undefined) return isNamed;
  const near = nearest(wanted, words.keys());
  return near === undefined ? null : words.get(near)!;
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
      return column === undefined ? message : `${column}: ${message}`;
    })
    .join(' ');
  const left = shape.columns.indexOf(ERROR_COLUMN);
  const content = Array.isArray(cells) && left >= 0 ? cells.filter((_, index) => index !== left) : cells;
  return { row: number, line, content: content as RefusedRow['content'], errors: found, text };
}
