/**
 * Files into the platform: `POST /records/{object}/import` takes a file of any size up to the limit, streams it into
 * the database and answers with the job that imports it; `…/import/preview` looks at the beginning of one; `…/import/files`
 * keeps one for both, so that it is sent once.
 */
import multipart, { type Multipart } from '@fastify/multipart';
import {
  type CellValue,
  guardText,
  type HeldFile,
  type RefusedRow,
  type RefusedRows,
  type StoredFile,
  writeXlsx,
} from '@trellis/engine';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../caller.ts';
import { asFormProblem } from '../form-problem.ts';
import { HttpProblem } from '../http-problem.ts';
import { parseJson } from '../json-body.ts';
import type { Parts } from '../parts.ts';
import { oneOf, readParameters } from '../shape.ts';
import { requireObjectRight } from './records.ts';
import { csvLine, type FileFormat, sendFile, sendStream } from './transfer.ts';

interface OfObject {
  Params: { object: string };
}
interface OfJob {
  Params: { id: string };
}

const MEGABYTE = 1024 * 1024;

export function importRoutes(api: FastifyInstance, { engine, settings }: Parts): void {
  const onRequest = requireObjectRight(engine, 'import');
  const limit = settings.importLimitMegabytes;

  // In a scope of its own: no other door takes forms.
  void api.register(async (app) => {
    await app.register(multipart, {
      limits: { fileSize: limit * MEGABYTE, files: 1, fields: 4, parts: 5, fieldSize: MEGABYTE },
      throwFileSizeLimit: false,
    });

    app.post<OfObject>('/records/:object/import', { onRequest }, async (request, reply) => {
      readParameters(request.query, {});
      const { context } = callerOf(request);
      const { object } = request.params;
      let file: StoredFile | undefined;
      try {
        const form = await readForm(request, async (part) => {
          const stored = await engine.imports.store(context, object, undestroyed(part), part.filename);
          file = stored;
          if (!part.file.truncated) return;
          throw tooLarge(limit);
        });
        if (form.fileId !== undefined) file = await engine.imports.find(context, object, form.fileId);
        if (!file) throw missing('file', 'The part `file` with the file to import is missing.');
        const id = await engine.imports.begin(context, object, file, form.mapping);
        const job = await engine.jobs.get(context, id);
        return reply.code(202).header('location', `/api/v1/jobs/${id}`).send(job);
      } catch (error) {
        // What is left of it goes with the housekeeping of a day, if it can't be taken away now.
        if (file)
          await engine.imports
            .discard(context, file)
            .catch((fault: unknown) => request.log.warn({ err: fault }, 'A refused file was not deleted.'));
        throw error;
      }
    });

    app.post<OfObject>('/records/:object/import/files', { onRequest }, async (request, reply) => {
      readParameters(request.query, {});
      const { context } = callerOf(request);
      const { object } = request.params;
      let file: StoredFile | undefined;
      await readForm(request, async (part) => {
        const bytes = whole(part, tooLarge(limit));
        file = await engine.imports.keep(context, object, bytes, part.filename);
      });
      if (!file) throw missing('file', 'The part `file` with the file is missing.');
      const { id, name = null, bytes } = file;
      return reply.code(201).send({ id, name, bytes });
    });

    app.post<OfObject>('/records/:object/import/preview', { onRequest }, async (request) => {
      readParameters(request.query, {});
      const { context } = callerOf(request);
      const { object } = request.params;
      let held: HeldFile | undefined;
      try {
        const form = await readForm(request, async (part) => {
          held = await engine.imports.hold(context, object, undestroyed(part), part.filename);
        });
        if (form.fileId !== undefined) {
          const stored = await engine.imports.find(context, object, form.fileId);
          held = { name: stored.name, head: new Uint8Array(), stored };
        }
        if (!held) throw missing('file', 'The part `file` with the beginning of the file is missing.');
        return await engine.imports.preview(context, object, held, form.mapping);
      } finally {
        if (held) await engine.imports.release(context, held);
      }
    });
  });

  api.get<OfJob>('/jobs/:id/errors', { exposeHeadRoute: false }, async (request, reply) => {
    const { format } = readParameters(request.query, { format: oneOf('csv', 'ndjson', 'xlsx') });
    return sendRefused(reply, engine, request, format);
  });
}

/** The rows that an import refused, ready to be mended and imported again; of another job, its records. */
export async function sendRefused(
  reply: FastifyReply,
  engine: Parts['engine'],
  request: FastifyRequest<OfJob>,
  format: FileFormat | undefined,
): Promise<FastifyReply> {
  const { id } = request.params;
  const { context } = callerOf(request);
  const refused = (await engine.bulk.refused(context, id)) ?? (await engine.imports.refused(context, id));
  const wanted = format ?? refused.format;
  const name = `rejected-${plainName(refused.fileName) || id.slice(-8)}.${wanted}`;
  if (wanted !== 'xlsx') return sendFile(reply, name, wanted, lines(refused, wanted));
  const columns = refused.columns.map((column) => ({ name: column, kind: 'text' as const }));
  const pages = cellPages(refused);
  return sendStream(reply, name, wanted, await writeXlsx({ sheetName: 'Rejected', columns, pages }));
}

/** The name of a file without its ending, of characters that any header and any folder takes. */
function plainName(name: string | undefined): string {
  const plain = (name ?? '').replace(/\.[^.]*$/, '').normalize('NFKD');
  return plain
    .replaceAll(/[^\w .-]/g, '')
    .trim()
    .slice(0, 60);
}

/** Rows as a sheet has them: what is wrong, and the cells as they came. */
async function* cellPages({
  columns,
  pages,
}: RefusedRows): AsyncGenerator<readonly (readonly CellValue[])[]> {
  const named = columns.slice(1);
  for await (const page of pages) {
    yield page.map(({ content, text }) => [
      text,
      // What stood beyond the last column has no place in a sheet of such columns; the text tells of it.
      ...(isCells(content)
        ? content.slice(0, named.length)
        : named.map((column) => cellText(content[column]))),
    ]);
  }
}

function isCells(content: RefusedRow['content']): content is readonly (string | number | boolean)[] {
  return Array.isArray(content);
}

async function* lines(refused: RefusedRows, format: 'csv' | 'ndjson'): AsyncGenerator<string> {
  const [, ...columns] = refused.columns;
  if (format === 'csv') yield csvLine(refused.columns.map(guardText));
  for await (const page of refused.pages) {
    yield page
      .map(({ content, text }) => {
        if (format === 'ndjson') {
          const record = isCells(content) ? { cells: content } : content;
          return `${JSON.stringify({ error: text, ...record })}\n`;
        }
        const cells = isCells(content)
          ? content.map(String)
          : columns.map((column) => cellText(content[column]));
        const missing = Array.from({ length: Math.max(0, columns.length - cells.length) }, () => '');
        return csvLine([text, ...cells, ...missing].map(guardText));
      })
      .join('');
  }
}

function cellText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

type FilePart = Extract<Multipart, { type: 'file' }>;

/** The bytes of a file. Who stops reading leaves the rest to be passed over, or the connection would stand still. */
function undestroyed(part: FilePart): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => part.file.iterator({ destroyOnReturn: false }) };
}

/** The bytes of a file, which end with a problem where there are too many: nothing of it is kept then. */
async function* whole(part: FilePart, problem: HttpProblem): AsyncGenerator<Uint8Array> {
  yield* undestroyed(part);
  if (part.file.truncated) throw problem;
}

function tooLarge(limit: number): HttpProblem {
  return new HttpProblem('body_too_large', `A file has at most ${limit} MB (TRELLIS_IMPORT_LIMIT_MB).`);
}

/** Reads a form: `mapping` as JSON, and the file as it comes in, whichever of them is first. */
async function readForm(
  request: FastifyRequest,
  takeFile: (part: FilePart) => Promise<void>,
): Promise<{ readonly mapping: unknown; readonly fileId: string | undefined }> {
  if (!request.isMultipart()) {
    const message = 'Send a form: `Content-Type: multipart/form-data` with the parts `mapping` and `file`.';
    throw new HttpProblem('unsupported_media_type', message);
  }
  let mapping: unknown;
  let fileId: string | undefined;
  // A client sends all of its form before it looks for an answer: a fault is told once the rest has passed by.
  let fault: { readonly error: unknown } | undefined;
  try {
    for await (const part of request.parts()) {
      try {
        if (part.type === 'file' && part.fieldname === 'file' && !fault) {
          request.raw.once('close', () => {
            // Whoever sends it has gone: what is waited for will never come.
            if (!request.raw.complete) part.file.destroy(new Error('The upload was broken off.'));
          });
          await takeFile(part);
        } else if (part.type === 'field' && part.fieldname === 'mapping') {
          mapping = part.value === '' ? undefined : parseJson(String(part.value), '/mapping');
        } else if (part.type === 'field' && part.fieldname === 'file_id') {
          fileId = String(part.value);
        } else if (!fault) throw unknownPart(part.fieldname);
      } catch (error) {
        fault ??= { error };
      }
      if (part.type === 'file') part.file.resume();
    }
  } catch (error) {
    fault ??= { error };
  }
  if (fault) throw asFormProblem(fault.error);
  return { mapping, fileId };
}

function missing(name: string, message: string): HttpProblem {
  const errors = [{ code: 'required', pointer: `/${name}`, message }];
  return new HttpProblem('invalid_input', message, { errors });
}

function unknownPart(name: string): HttpProblem {
  const message = 'The form has the parts `mapping` and `file`, or `file_id`, and no other.';
  const errors = [{ code: 'unknown_property', pointer: `/${name.slice(0, 100)}`, message }];
  return new HttpProblem('invalid_input', message, { errors });
}
