/** Gives each request an id, which is in the response, in problems, in the log and in the history of records. */
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** The caller's own `X-Request-Id` when it is sane (it ends up in logs and in the database), else a new one. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[A-Za-z0-9._:-]{4,100}$/.test(given) ? given : randomUUID();
}
