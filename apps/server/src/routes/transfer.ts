/** Records out of the platform as files, streamed at constant memory. The way in is `imports.ts`. */
import { Readable } from 'node:stream';
import type { PresentedRecord } from '@trellis/engine';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { callerOf } from '../caller.ts';
import type { Parts } from '../parts.ts';
import { jsonParameter, namesParameter, oneOf, readParameters } from '../shape.ts';

export function transferRoutes(app: FastifyInstance, { engine }: Parts): void {
  const parameters = {
    format: oneOf('csv', 'ndjson'),
    filter: jsonParameter,
    fields: namesParameter,
    sort: namesParameter,
  };

  app.get<{ Params: { object: string } }>(
    '/records/:object/export',
    { exposeHeadRoute: false },
    async (request, reply) => {
      const { format = 'csv', ...query } = readParameters(request.query, parameters);
      const { object } = request.params;
      const rows = await engine.records.exportRows(callerOf(request).context, object, query);
      // The first page is read before the answer begins, so that a fault in the query is still a problem document.
      const pages = rows.pages[Symbol.asyncIterator]();
      const first = await pages.next();
      const write =
        format === 'csv'
          ? (record: PresentedRecord) => csvLine(rows.toCells(record))
          : (record: PresentedRecord) => `${JSON.stringify(record)}\n`;
      async function* lines() {
        try {
          if (format === 'csv') yield csvLine(rows.fields);
          for (let page = first; !page.done; page = await pages.next()) yield page.value.map(write).join('');
        } finally {
          await pages.return?.();
        }
      }
      const day = new Date().toISOString().slice(0, 10);
      return sendFile(reply, `${object}-${day}.${format}`, format, lines());
    },
  );
}

/** Sends lines as a file to be saved. */
export function sendFile(
  reply: FastifyReply,
  name: string,
  format: 'csv' | 'ndjson',
  lines: AsyncIterable<string>,
): FastifyReply {
  const type =
    format === 'csv' ? 'text/csv; charset=utf-8; header=present' : 'application/x-ndjson; charset=utf-8';
  reply.type(type).header('content-disposition', `attachment; filename="${name}"`);
  // An empty chunk would end the stream early, as the first page of nothing does.
  return reply.send(Readable.from(nonEmpty(lines), { objectMode: false }));
}

async function* nonEmpty(chunks: AsyncIterable<string>): AsyncIterable<string> {
  for await (const chunk of chunks) if (chunk !== '') yield chunk;
}

/** A line of RFC 4180. Texts go out as they are: what is exported can be imported again. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\r\n`;
}
