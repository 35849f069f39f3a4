/** The audit log: searched, taken away as a file, and verified, by holders of the right `view_audit`. */
import type { AuditEntryResponse, AuditPerson, AuditResponse, AuditVerdictResponse } from '@trellis/api';
import { type AuditQuery, guardText } from '@trellis/engine';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../caller.ts';
import type { Parts } from '../parts.ts';
import { namesParameter, oneOf, parameter, readParameters, wholeParameter } from '../shape.ts';
import { csvLine, sendFile } from './transfer.ts';

type Entry = Awaited<ReturnType<Parts['engine']['audit']['list']>>['entries'][number];

const QUERY = {
  actor: parameter,
  action: namesParameter,
  outcome: oneOf('done', 'refused'),
  object: parameter,
  record: parameter,
  from: parameter,
  until: parameter,
};

export function auditRoutes(app: FastifyInstance, { engine }: Parts): void {
  const { audit } = engine;
  const config = { right: 'view_audit' as const };

  app.get('/audit', { config }, async (request): Promise<AuditResponse> => {
    const {
      limit = 50,
      after,
      ...asked
    } = readParameters(request.query, {
      ...QUERY,
      limit: wholeParameter,
      after: parameter,
    });
    const found = await audit.list(callerOf(request).context, toQuery(asked), { limit, after });
    return { entries: found.entries.map(toResponse), next: found.next };
  });

  app.get('/audit/export', { config, exposeHeadRoute: false }, async (request, reply) => {
    const { format = 'csv', ...asked } = readParameters(request.query, {
      ...QUERY,
      format: oneOf('csv', 'ndjson'),
    });
    const pages = await audit.export(callerOf(request).context, toQuery(asked), format);
    const write =
      format === 'csv'
        ? (entry: AuditEntryResponse) => csvLine(COLUMNS.map((column) => guardText(cellOf(entry[column]))))
        : (entry: AuditEntryResponse) => `${JSON.stringify(entry)}\n`;
    async function* lines() {
      if (format === 'csv') yield csvLine(COLUMNS);
      for await (const page of pages) yield page.map((entry) => write(toResponse(entry))).join('');
    }
    const day = new Date().toISOString().slice(0, 10);
    return sendFile(reply, `audit-${day}.${format}`, format, lines());
  });

  app.get('/audit/verify', { config }, async (request): Promise<AuditVerdictResponse> => {
    const { head: noted } = readParameters(request.query, { head: parameter });
    const verdict = await audit.verify(callerOf(request).context, noted);
    const { isIntact, fault, head, forgotten, checked, unsealed } = verdict;
    return {
      is_intact: isIntact,
      fault: fault && { code: fault.code, number: fault.number, id: fault.entryId },
      head,
      forgotten,
      checked,
      unsealed,
    };
  });
}

/** Of the file as CSV; an NDJSON has the same names. */
const COLUMNS: readonly (keyof AuditEntryResponse)[] = [
  'number',
  'at',
  'actor',
  'as',
  'action',
  'outcome',
  'object',
  'record',
  'records',
  'revision',
  'source',
  'address',
  'user_agent',
  'request_id',
  'details',
  'id',
  'hash',
];

function cellOf(value: AuditEntryResponse[keyof AuditEntryResponse]): string {
  if (value === null) return '';
  if (typeof value !== 'object') return String(value);
  if ('name' in value && 'id' in value) return String(value.name ?? value.id);
  return JSON.stringify(value);
}

function toQuery({
  action: actions,
  ...rest
}: Omit<AuditQuery, 'actions'> & { readonly action?: readonly string[] | undefined }): AuditQuery {
  return { ...rest, actions };
}

function toResponse(entry: Entry): AuditEntryResponse {
  const person = (id: string | null, name: string | null): AuditPerson | null =>
    id === null ? null : { id, name };
  return {
    id: entry.id,
    number: entry.number,
    hash: entry.hash,
    at: entry.at,
    actor: person(entry.actorId, entry.actorName),
    as: person(entry.asId, entry.asName),
    action: entry.action,
    outcome: entry.outcome,
    object: entry.object,
    record: entry.recordId,
    records: entry.recordIds,
    revision: entry.revision,
    source: entry.source,
    request_id: entry.requestId,
    address: entry.address,
    user_agent: entry.userAgent,
    details: entry.details,
  };
}
