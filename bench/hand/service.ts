/**
 * The other side of the comparison: a service for deals as an experienced engineer writes it who knows every field
 * in advance. Fastify, `pg`, named statements, compiled validators and serialisers; no metadata, no history, no
 * outbox. It is the limit that Trellis is measured against, so nothing here is slower than it has to be.
 */
import { createHash } from 'node:crypto';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type pg from 'pg';
import { ALL_FIELDS, DEAL_FIELDS, type HandField } from './fields.ts';
import {
  type NamedStatement,
  PAGE_SIZE,
  STATEMENTS,
  updateStatement,
  VIEW_FIELDS,
  WRITTEN,
} from './statements.ts';

type Values = Record<string, unknown>;

declare module 'fastify' {
  interface FastifyRequest {
    person: string;
  }
}

/** Trellis keeps a session in memory for as long. */
const SESSION_MILLISECONDS = 10_000;

const DEFAULTS: Readonly<Values> = {
  forecast_category: 'pipeline',
  priority: 'normal',
  probability: 10,
  stage: 'prospecting',
  type: 'new_customer',
};

const uuidPattern = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';
const datePattern = '^\\d{4}-\\d{2}-\\d{2}$';

export function createService(pool: pg.Pool): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: 10 * 1024 * 1024,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allowUnionTypes: true } },
  });
  const run = async ({ name, text }: NamedStatement, values: unknown[]): Promise<Values[]> =>
    (await pool.query<Values>(name === undefined ? { text, values } : { name, text, values })).rows;

  app.decorateRequest('person', '');
  app.addHook('onRequest', authenticate(run));
  app.setErrorHandler((error: { code?: string; statusCode?: number; message: string }, _request, reply) => {
    const status = statusOf(error);
    return reply
      .code(status)
      .type('application/problem+json')
      .send({ status, detail: status === 500 ? '' : error.message });
  });
  const notFound = (reply: FastifyReply) =>
    reply.code(404).send({ status: 404, detail: 'There is no such deal.' });

  app.get<{ Params: { id: string } }>(
    '/deals/:id',
    { schema: { params: idParameter, response: { 200: recordSchema } } },
    async (request, reply) => {
      const [record] = await run(STATEMENTS.get, [request.params.id]);
      return record ?? notFound(reply);
    },
  );

  app.get<{ Querystring: ListParameters }>(
    '/deals',
    { schema: { response: { 200: pageSchema } } },
    async (request) => {
      const { stage, amount_over, after, count } = request.query;
      const filter = [stage, amount_over];
      const rows =
        after === undefined
          ? run(STATEMENTS.list, filter)
          : run(STATEMENTS.listAfter, [...filter, ...readCursor(after)]);
      // The count needs nothing of the page: the two run side by side.
      const [found, counted] = await Promise.all([
        rows,
        count === undefined ? undefined : run(STATEMENTS.count, [...filter, Number(count) + 1]),
      ]);
      const answer = pageOf(found);
      answer.records.forEach(expandAccount);
      if (counted === undefined) return answer;
      const value = Number(counted[0]?.value);
      const isCapped = value > Number(count);
      return {
        ...answer,
        count: { value: isCapped ? Number(count) : value, kind: isCapped ? 'at_least' : 'exact' },
      };
    },
  );

  app.get<{ Querystring: ListParameters }>(
    '/deals/view',
    { schema: { response: { 200: viewSchema } } },
    async (request) => {
      const answer = pageOf(await run(STATEMENTS.listView, [request.query.stage, request.query.amount_over]));
      answer.records.forEach(expandAccount);
      return answer;
    },
  );

  app.get<{ Querystring: { name: string } }>(
    '/deals/search',
    { schema: { response: { 200: plainPageSchema } } },
    async (request) =>
      pageOf(await run(STATEMENTS.search, [`%${request.query.name.replace(/[\\%_]/g, '\\$&')}%`])),
  );

  app.get('/deals/by-stage', async () => ({ rows: await run(STATEMENTS.aggregate, []) }));

  app.post<{ Body: Values }>(
    '/deals',
    { schema: { body: createSchema, response: { 201: recordSchema } } },
    async (request, reply) => {
      const values = complete(request.body, request.person);
      const [record] = await run(
        STATEMENTS.create,
        WRITTEN.map((name) => values[name] ?? null),
      );
      return reply.code(201).send(record);
    },
  );

  app.post<{ Body: { records: Values[] } }>(
    '/deals/batch',
    { schema: { body: batchSchema } },
    async (request) => {
      const records = request.body.records.map((record) => ({ ...DEFAULTS, ...record }));
      const rows = await run(STATEMENTS.createMany, [JSON.stringify(records), request.person]);
      return {
        results: rows.map((row, index) => ({ index, status: 'created', id: row.id, version: row.version })),
      };
    },
  );

  const updates = new Map<string, NamedStatement>();
  app.patch<{ Params: { id: string }; Body: Values }>(
    '/deals/:id',
    { schema: { params: idParameter, body: updateSchema, response: { 200: recordSchema } } },
    async (request, reply) => {
      const names = Object.keys(request.body);
      const shape = names.join();
      let statement = updates.get(shape);
      if (!statement) {
        statement = updateStatement(names, updates.size);
        updates.set(shape, statement);
      }
      const [record] = await run(statement, [
        request.params.id,
        request.person,
        ...Object.values(request.body),
      ]);
      return record ?? notFound(reply);
    },
  );
  return app;
}

interface ListParameters {
  readonly stage: string;
  readonly amount_over: string;
  readonly after?: string;
  /** Counts to this many. */
  readonly count?: string;
}

/** Resolves the session cookie; from memory for ten seconds. */
function authenticate(run: (statement: NamedStatement, values: unknown[]) => Promise<Values[]>) {
  const known = new Map<string, { person: string; until: number }>();
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const token = /(?:^|; )session=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
    if (token === undefined) return reply.code(401).send({ status: 401 });
    let entry = known.get(token);
    if (!entry || entry.until < Date.now()) {
      const hash = createHash('sha256').update(token).digest('hex');
      const [row] = await run(STATEMENTS.session, [hash]);
      if (!row) return reply.code(401).send({ status: 401 });
      entry = { person: String(row.id), until: Date.now() + SESSION_MILLISECONDS };
      known.set(token, entry);
    }
    request.person = entry.person;
  };
}

function complete(body: Values, person: string): Values {
  return {
    ...DEFAULTS,
    owner_id: person,
    record_type: 'new_business',
    ...body,
    created_by: person,
    updated_by: person,
  };
}

function expandAccount(record: Values): void {
  record.account = record.account === null ? null : { id: record.account, name: record.account_name };
}

function pageOf(rows: Values[]) {
  const records = rows.length > PAGE_SIZE ? rows.slice(0, PAGE_SIZE) : rows;
  const last = records.at(-1);
  const next = rows.length > PAGE_SIZE && last ? writeCursor([last.close_date, last.id]) : null;
  return { records, next, previous: null };
}

function writeCursor(values: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

function readCursor(text: string): unknown[] {
  return JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[];
}

function statusOf(error: { code?: string; statusCode?: number }): number {
  if (error.code === '23505') return 409;
  if (error.code?.startsWith('23') || error.code?.startsWith('22')) return 422;
  return error.statusCode ?? 500;
}

const idParameter = { type: 'object', properties: { id: { type: 'string', pattern: uuidPattern } } };

function valueSchema(field: HandField) {
  const empty = field.isRequired ? [] : ['null'];
  switch (field.type) {
    case 'numeric':
      return { type: ['number', ...empty] };
    case 'integer':
      return { type: ['integer', ...empty] };
    case 'uuid':
      return { type: ['string', ...empty], pattern: uuidPattern };
    case 'date':
      return { type: ['string', ...empty], pattern: datePattern };
    default:
      return field.options
        ? { enum: [...field.options, ...(field.isRequired ? [] : [null])] }
        : { type: ['string', ...empty], maxLength: field.maxLength ?? 255 };
  }
}

const writable = {
  type: 'object',
  additionalProperties: false,
  properties: {
    owner_id: { type: 'string', pattern: uuidPattern },
    record_type: { enum: ['new_business', 'partner', 'renewal'] },
    ...Object.fromEntries(DEAL_FIELDS.map((field) => [field.name, valueSchema(field)])),
  },
};
const createSchema = { ...writable, required: ['name'] };
const updateSchema = { ...writable, minProperties: 1 };
const batchSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['records'],
  properties: {
    operation: { const: 'create' },
    all_or_nothing: { type: 'boolean' },
    records: { type: 'array', minItems: 1, maxItems: 10_000, items: createSchema },
  },
};

const wireTypes = { numeric: 'number', integer: 'integer' } as const;
const wire = (field: HandField) => ({
  type: field.type === 'numeric' || field.type === 'integer' ? wireTypes[field.type] : 'string',
  nullable: !field.isRequired,
});
const recordSchema = {
  type: 'object',
  properties: Object.fromEntries(ALL_FIELDS.map((field) => [field.name, wire(field)])),
};
const expandedSchema = {
  type: 'object',
  properties: {
    ...recordSchema.properties,
    account: {
      type: 'object',
      nullable: true,
      properties: { id: { type: 'string' }, name: { type: 'string', nullable: true } },
    },
  },
};
const pageOfSchema = (items: object) => ({
  type: 'object',
  properties: {
    records: { type: 'array', items },
    next: { type: 'string', nullable: true },
    previous: { type: 'string', nullable: true },
    count: { type: 'object', properties: { value: { type: 'integer' }, kind: { type: 'string' } } },
  },
});
const pageSchema = pageOfSchema(expandedSchema);
const viewSchema = pageOfSchema({
  type: 'object',
  properties: Object.fromEntries(
    Object.entries(expandedSchema.properties).filter(([name]) => VIEW_FIELDS.includes(name)),
  ),
});
const plainPageSchema = pageOfSchema(recordSchema);
