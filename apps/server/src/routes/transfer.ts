/** Records out of the platform as files, streamed at constant memory. The way in is `imports.ts`. */
import { Readable } from 'node:stream';
import { guardText, type PresentedRecord, writeXlsx } from '@trellis/engine';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { callerOf } from '../caller.ts';
import type { Parts } from '../parts.ts';
import { flagParameter, jsonParameter, namesParameter, oneOf, parameter, readParameters } from '../shape.ts';

/** What of an export or a list of refused rows may be a file's form. */
export type FileFormat = 'csv' | 'ndjson' | 'xlsx';

const TYPES: Readonly<Record<FileFormat, string>> = {
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

export function transferRoutes(app: FastifyInstance, { engine }: Parts): void {
  const parameters = {
    format: oneOf('csv', 'ndjson', 'xlsx'),
    filter: jsonParameter,
    fields: namesParameter,
    sort: namesParameter,
    search: parameter,
    raw: flagParameter,
  };

  app.get<{ Params: { object: string } }>(
    '/records/:object/export',
    { exposeHeadRoute: false },
    async (request, reply) => {
      const { format = 'csv', raw = false, ...query } = readParameters(request.query, parameters);
      const { object } = request.params;
      const rows = await engine.records.exportRows(callerOf(request).context, object, query);
      // The first page is read before the answer begins, so that a fault in the query is still a problem document.
      const pages = await begun(rows.pages);
      const name = `${object}-${new Date().toISOString().slice(0, 10)}.${format}`;
      if (format === 'xlsx') {
        const values = mapped(pages, (page) => page.map(rows.toValues));
        const content = { sheetName: rows.title, columns: rows.columns, pages: values };
        return sendStream(reply, name, format, await writeXlsx(content));
      }
      if (format === 'ndjson') {
        const lines = mapped(pages, (page) => page.map((record) => `${JSON.stringify(record)}\n`).join(''));
        return sendFile(reply, name, format, lines);
      }
      const isGuarded = rows.columns.map(({ kind }) => kind === 'text' && !raw);
      const write = (record: PresentedRecord) =>
        csvLine(rows.toCells(record).map((cell, index) => (isGuarded[index] ? guardText(cell) : cell)));
      const lines = mapped(pages, (page) => page.map(write).join(''));
      return sendFile(reply, name, format, withHeader(csvLine(rows.fields), lines));
    },
  );
}

/** The same pages, the first of them read already. */
async function begun<T>(pages: AsyncIterable<T>): Promise<AsyncIterable<T>> {
  const iterator = pages[Symbol.asyncIterator]();
  const first = await iterator.next();
  async function* all() {
    try {
      for (let page = first; !page.done; page = await iterator.next()) yield page.value;
    } finally {
      await iterator.return?.();
    }
  }
  return all();
}

async function* mapped<T, R>(pages: AsyncIterable<T>, change: (page: T) => R): AsyncGenerator<R> {
  for await (const page of pages) yield change(page);
}

async function* withHeader(header: string, lines: AsyncIterable<string>): AsyncGenerator<string> {
  yield header;
  yield* lines;
}

/** Sends lines as a file to be saved. */
export function sendFile(
  reply: FastifyReply,
  name: string,
  format: 'csv' | 'ndjson',
  lines: AsyncIterable<string>,
): FastifyReply {
  // An empty chunk would end the stream early, as the first page of nothing does.
  return sendStream(reply, name, format, Readable.from(nonEmpty(lines), { objectMode: false }));
}

export function sendStream(
  reply: FastifyReply,
  name: string,
  format: FileFormat,
  bytes: Readable,
): FastifyReply {
  reply.type(TYPES[format]).header('content-disposition', `attachment; filename="${name}"`);
  return reply.send(bytes);
}

async function* nonEmpty(chunks: AsyncIterable<string>): AsyncIterable<string> {
  for await (const chunk of chunks) if (chunk !== '') yield chunk;
}

/** A line of RFC 4180. Texts that look like formulas are guarded by whoever knows which cells are texts. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\r\n`;
}
