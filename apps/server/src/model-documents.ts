/**
 * Documents that follow from the model and the caller's rights alone (descriptions, the OpenAPI document): made once,
 * kept as text for as long as the model lives, and answered with 304 to whoever has them already.
 */
import { createHash } from 'node:crypto';
import type { Model } from '@trellis/model';
import type { FastifyReply, FastifyRequest } from 'fastify';

interface Document {
  readonly text: string;
  readonly etag: string;
}

const kept = new WeakMap<Model, Map<string, Document>>();
const MAX_PER_MODEL = 2000;

/** The document of this key, made when it is not there yet. */
export function documentOf(model: Model, key: string, make: () => unknown): Document {
  let documents = kept.get(model);
  if (!documents) {
    documents = new Map();
    kept.set(model, documents);
  }
  let document = documents.get(key);
  if (!document) {
    document = asDocument(make());
    if (documents.size >= MAX_PER_MODEL) documents.delete(documents.keys().next().value!);
    documents.set(key, document);
  }
  return document;
}

export function asDocument(value: unknown): Document {
  const text = JSON.stringify(value);
  return { text, etag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"` };
}

/** Sends the document, or 304 when `If-None-Match` names it. Browsers keep it, but ask each time. */
export function sendDocument(request: FastifyRequest, reply: FastifyReply, document: Document): FastifyReply {
  reply.header('etag', document.etag).header('cache-control', 'private, no-cache');
  const had = request.headers['if-none-match']?.split(',').map((each) => each.trim().replace(/^W\//, ''));
  if (had?.includes(document.etag) || had?.includes('*')) return reply.code(304).send();
  return reply.type('application/json; charset=utf-8').send(document.text);
}
