/**
 * Files: in as multipart, out as streams. Whoever may read a record and a field may read its files. What comes out is
 * never run: it is a download unless it is a picture of a kind that can't carry a script, and no page of ours.
 */
import { Readable } from 'node:stream';
import multipart from '@fastify/multipart';
import type { FileFacts, OpenFile } from '@trellis/engine';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../caller.ts';
import { asCutForm, asFormProblem } from '../form-problem.ts';
import { HttpProblem } from '../http-problem.ts';
import type { Parts } from '../parts.ts';
import { flagParameter, parameter, readParameters } from '../shape.ts';

interface OfFile {
  Params: { object: string; id: string; field: string; file?: string };
}

/** Pictures that browsers draw and never run. */
const INLINE = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']);

export function fileRoutes(app: FastifyInstance, { engine }: Parts): void {
  // Forms are read here alone: as in the doors of imports, a scope of its own keeps them from all others.
  app.register(async (scope) => {
    await scope.register(multipart, { throwFileSizeLimit: false });
    scope.post('/files', receive);
  });

  const receive = async (request: FastifyRequest, reply: FastifyReply) => {
    readParameters(request.query, {});
    const { context } = callerOf(request);
    if (!request.isMultipart()) {
      throw new HttpProblem(
        'unsupported_media_type',
        'Send the file as `multipart/form-data`, in a part of its own with a file name.',
      );
    }
    const part = await request
      .file({ limits: { files: 1, fields: 0, fileSize: engine.files.mostBytes + 1 } })
      .catch((error: unknown) => {
        throw asFormProblem(error);
      });
    if (!part) throw noFile();
    // A form that ends in the midst of the file fails the part's stream.
    const upload = engine.files.upload(context, { name: part.filename ?? '', content: part.file });
    const file = await upload.catch((error: unknown) => {
      throw asCutForm(error);
    });
    reply.code(201);
    return file;
  };

  const sendFile = async (request: FastifyRequest, reply: FastifyReply, open: Promise<OpenFile>) => {
    const { download = false } = readParameters(request.query, {
      download: flagParameter,
      // For addresses in pages, which can send no headers; read where the caller is found.
      workspace: parameter,
    });
    const { file, read } = await open;
    // The content under an id never changes.
    const tag = `"${file.id}"`;
    const isInline = INLINE.has(file.type) && !download;
    reply.headers({
      etag: tag,
      'cache-control': 'private, no-cache',
      'accept-ranges': 'bytes',
      'content-security-policy': "default-src 'none'; sandbox",
      'content-disposition': disposition(isInline ? 'inline' : 'attachment', file.name),
    });
    if (request.headers['if-none-match'] === tag) return reply.code(304).send();
    const range = readRange(request.headers.range, file);
    if (range === 'none') {
      return reply
        .code(416)
        .header('content-range', `bytes */${file.size}`)
        .header('content-length', 0)
        .send();
    }
    const length = range ? range.end - range.start + 1 : file.size;
    if (range) {
      reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${file.size}`);
    }
    reply.header('content-type', withCharset(file.type)).header('content-length', length);
    if (request.method === 'HEAD' || length === 0) return reply.send('');
    return reply.send(Readable.from(await read(range), { objectMode: false }));
  };
  const options = { compress: false, config: { workspaceInQuery: true } } as const;
  const sendOfRecord = (request: FastifyRequest<OfFile>, reply: FastifyReply) =>
    sendFile(request, reply, engine.files.open(callerOf(request).context, request.params));
  app.get<OfFile>('/records/:object/:id/files/:field', options, sendOfRecord);
  app.get<OfFile>('/records/:object/:id/files/:field/:file', options, sendOfRecord);
  app.get<{ Params: { id: string } }>('/files/:id', options, (request, reply) =>
    sendFile(request, reply, engine.files.openById(callerOf(request).context, request.params.id)),
  );
}

/** The one range that is asked for; undefined for the whole, also when several are. */
function readRange(
  header: string | undefined,
  { size }: FileFacts,
): { readonly start: number; readonly end: number } | 'none' | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const isTail = match[1] === '';
  const start = isTail ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const end = isTail || match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  return start > end || start >= size ? 'none' : { start, end };
}

/** `attachment; filename="Angebot.pdf"; filename*=UTF-8''…`, as RFC 6266 has it for names beyond ASCII. */
export function disposition(kind: 'inline' | 'attachment', name: string): string {
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_');
  const exact = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${plain}"; filename*=UTF-8''${exact}`;
}

function withCharset(type: string): string {
  return type.startsWith('text/') || type === 'application/json' ? `${type}; charset=utf-8` : type;
}

function noFile(): HttpProblem {
  const message = 'The request has no part with a file.';
  return new HttpProblem('invalid_input', message, {
    errors: [{ code: 'required', pointer: '', message }],
  });
}
