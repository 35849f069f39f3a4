/**
 * Records: list and query, aggregate, create, get, change, delete, restore, batch, history. All meaning is the
 * engine's; here questions are read and answers are put into HTTP.
 */
import type { Action } from '@trellis/access';
import type { AggregateResponse, BinResponse, PivotResponse } from '@trellis/api';
import type {
  AggregateRequest,
  BatchRequest,
  InputError,
  ListRequest,
  ListResult,
  PivotRequest,
  PresentedRecord,
} from '@trellis/engine';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../caller.ts';
import { HttpProblem } from '../http-problem.ts';
import { readIfMatch } from '../if-match.ts';
import type { Parts } from '../parts.ts';
import {
  anything,
  flag,
  flagParameter,
  jsonParameter,
  list,
  names,
  namesParameter,
  oneOf,
  parameter,
  readBody,
  readParameters,
  readQueryBody,
  requireGiven,
  requireObject,
  text,
  whole,
  wholeParameter,
} from '../shape.ts';

interface OfObject {
  Params: { object: string };
}
interface OfRecord {
  Params: { object: string; id: string };
}

const COUNTS = ['none', 'capped', 'estimate', 'exact'] as const;
const LIST_PARAMETERS = {
  filter: jsonParameter,
  sort: namesParameter,
  fields: namesParameter,
  limit: wholeParameter,
  after: parameter,
  before: parameter,
  count: oneOf(...COUNTS),
  deleted: flagParameter,
  as_of: parameter,
  search: parameter,
  rights: flagParameter,
  related: jsonParameter,
};
const LIST_BODY = {
  filter: anything,
  sort: names,
  fields: names,
  limit: whole,
  after: text,
  before: text,
  count: oneOf(...COUNTS),
  deleted: flag,
  as_of: text,
  search: text,
  rights: flag,
  related: anything,
};
const SEARCH_PARAMETERS = { q: parameter, object: parameter, limit: wholeParameter, after: parameter };
const BIN_PARAMETERS = {
  object: parameter,
  search: parameter,
  mine: flagParameter,
  all: flagParameter,
  limit: wholeParameter,
  after: parameter,
};
const AGGREGATE_BODY = {
  group_by: list,
  measures: list,
  filter: anything,
  sort: names,
  limit: whole,
  time_zone: text,
  labels: flag,
};
const PIVOT_BODY = { rows: list, columns: list, measures: list, filter: anything, time_zone: text };
const BATCH_BODY = {
  operation: oneOf('create', 'update', 'upsert', 'delete'),
  key: text,
  match: anything,
  records: list,
  all_or_nothing: flag,
  dry_run: flag,
  warnings: oneOf('report', 'refuse'),
};
/** Of a save of one record. */
const SAVE_PARAMETERS = { dry_run: flagParameter, warnings: oneOf('report', 'refuse') };

export function recordRoutes(app: FastifyInstance, { engine }: Parts): void {
  const { records } = engine;

  const requireRight = (action: Action) => requireObjectRight(engine, action);

  app.get<OfObject>('/records/:object', async (request) => {
    const query = readParameters(request.query, LIST_PARAMETERS) as ListRequest;
    return sentList(await records.list(callerOf(request).context, request.params.object, query));
  });

  app.post<OfObject>('/records/:object/query', { onRequest: requireRight('read') }, async (request) => {
    readParameters(request.query, {});
    // The engine checks what stands in `related`, with pointers.
    const query = readQueryBody(request.body, LIST_BODY) as ListRequest;
    return sentList(await records.list(callerOf(request).context, request.params.object, query));
  });

  app.post<OfObject>('/records/:object/aggregate', { onRequest: requireRight('read') }, async (request) => {
    readParameters(request.query, {});
    // The engine checks each entry, with pointers.
    const query = readQueryBody(request.body, AGGREGATE_BODY) as AggregateRequest;
    const { hasMore, ...result } = await records.aggregate(
      callerOf(request).context,
      request.params.object,
      query,
    );
    return { ...result, ...(hasMore && { has_more: true }) } satisfies AggregateResponse;
  });

  app.post<OfObject>('/records/:object/pivot', { onRequest: requireRight('read') }, async (request) => {
    readParameters(request.query, {});
    const query = readQueryBody(request.body, PIVOT_BODY) as PivotRequest;
    const table = await records.pivot(callerOf(request).context, request.params.object, query);
    return table satisfies PivotResponse;
  });

  app.post<OfObject>('/records/:object', { onRequest: requireRight('create') }, async (request, reply) => {
    const { dry_run: dryRun = false, warnings } = readParameters(request.query, SAVE_PARAMETERS);
    const { object } = request.params;
    const record = await records.create(callerOf(request).context, object, requireObject(request.body), {
      dryRun,
      warnings,
      onWarnings: (found) => tellWarnings(reply, found),
    });
    if (dryRun) return record;
    reply.code(201).header('location', `/api/v1/records/${object}/${String(record.id)}`);
    return withVersion(reply, record);
  });

  app.get<OfRecord>('/records/:object/:id', async (request, reply) => {
    const {
      fields,
      rights,
      as_of: asOf,
    } = readParameters(request.query, {
      fields: namesParameter,
      rights: flagParameter,
      as_of: parameter,
    });
    const { object, id } = request.params;
    const record = await records.get(callerOf(request).context, object, id, fields, {
      onStale: (stale) => reply.header('trellis-stale', stale.join(',')),
      onRights: rights ? (given) => reply.header('trellis-rights', given.join(', ')) : undefined,
      asOf,
    });
    // A version of then is none to build a change on.
    return asOf === undefined ? withVersion(reply, record) : record;
  });

  app.patch<OfRecord>(
    '/records/:object/:id',
    { onRequest: requireRight('update') },
    async (request, reply) => {
      const { dry_run: dryRun = false, warnings } = readParameters(request.query, SAVE_PARAMETERS);
      const version = readIfMatch(request.headers['if-match']);
      const { object, id } = request.params;
      const input = requireObject(request.body);
      return withVersion(
        reply,
        await records.update(callerOf(request).context, object, id, input, {
          version,
          dryRun,
          warnings,
          onWarnings: (found) => tellWarnings(reply, found),
        }),
      );
    },
  );

  app.delete<OfRecord>('/records/:object/:id', async (request, reply) => {
    const { purge = false } = readParameters(request.query, { purge: flagParameter });
    const version = readIfMatch(request.headers['if-match']);
    const { object, id } = request.params;
    await records.delete(callerOf(request).context, object, id, { version, purge });
    return reply.code(204).send();
  });

  app.post<OfRecord>('/records/:object/:id/restore', async (request, reply) => {
    readParameters(request.query, {});
    readBody(request.body ?? {}, {});
    const { object, id } = request.params;
    return withVersion(reply, await records.restore(callerOf(request).context, object, id));
  });

  app.post<OfRecord>(
    '/records/:object/:id/revert',
    { onRequest: requireRight('update') },
    async (request, reply) => {
      const { dry_run: dryRun = false, warnings } = readParameters(request.query, SAVE_PARAMETERS);
      const version = readIfMatch(request.headers['if-match']);
      const body = readBody(request.body, { as_of: text, fields: names });
      requireGiven(body, 'as_of');
      const { object, id } = request.params;
      const asked = { asOf: body.as_of, fields: body.fields, version, dryRun, warnings };
      const onWarnings = (found: readonly InputError[]) => tellWarnings(reply, found);
      const done = await records.revert(callerOf(request).context, object, id, { ...asked, onWarnings });
      withVersion(reply, done.record);
      return done;
    },
  );

  app.post<OfObject>(
    '/records/:object/purge',
    { onRequest: requireRight('delete') },
    async (request, reply) => {
      readParameters(request.query, {});
      const { ids, older_than_days: olderThanDays } = readBody(request.body, {
        ids: names,
        older_than_days: whole,
      });
      const { context } = callerOf(request);
      const id = await engine.retention.purge(context, request.params.object, { ids, olderThanDays });
      return reply
        .code(202)
        .header('location', `/api/v1/jobs/${id}`)
        .send(await engine.jobs.get(context, id));
    },
  );

  app.post<OfObject>('/records/:object/batch', { onRequest: requireRight('read') }, async (request) => {
    readParameters(request.query, {});
    const body = readBody(request.body, BATCH_BODY);
    requireGiven(body, 'operation', 'records');
    const batch: BatchRequest = {
      operation: body.operation,
      ...(body.key === undefined ? {} : { key: body.key }),
      match: body.match,
      records: body.records,
      allOrNothing: body.all_or_nothing ?? false,
      dryRun: body.dry_run ?? false,
      warnings: body.warnings,
    };
    const { results, isWritten } = await records.batch(
      callerOf(request).context,
      request.params.object,
      batch,
    );
    const failed = results.filter((result) => result.status === 'failed');
    if (!batch.allOrNothing || isWritten || failed.length === 0) return { results };
    throw new HttpProblem('batch_failed', `${failed.length} of ${results.length} records have faults.`, {
      errors: failed.flatMap((result) =>
        (result.errors ?? []).map((error) => ({
          ...error,
          pointer: `/records/${result.index}${error.pointer}`,
        })),
      ),
      details: { results },
    });
  });

  app.get<OfRecord>('/records/:object/:id/history', async (request) => {
    const { limit = 50, ...page } = readParameters(request.query, {
      limit: wholeParameter,
      before: parameter,
      field: parameter,
      actions: namesParameter,
    });
    if (limit < 1 || limit > 200) throw limitProblem();
    const { object, id } = request.params;
    const found = await records.history(callerOf(request).context, object, id, { limit, ...page });
    return { entries: found.entries, next: found.next, begins_at: found.beginsAt };
  });

  app.get<OfRecord>('/records/:object/:id/ancestors', async (request) => {
    const { field = '' } = readParameters(request.query, { field: parameter });
    const { object, id } = request.params;
    const found = await records.ancestors(callerOf(request).context, object, id, field);
    return { records: found.records, is_whole: found.isWhole };
  });

  app.get('/bin', async (request) => {
    const query = readParameters(request.query, BIN_PARAMETERS);
    return (await records.bin(callerOf(request).context, query)) satisfies BinResponse;
  });

  app.get('/search', async (request) => {
    const { q = '', ...page } = readParameters(request.query, SEARCH_PARAMETERS);
    return records.search(callerOf(request).context, { text: q, ...page });
  });
}

/**
 * A hook that refuses a missing right before the body is read (design brief §7). Objects that the caller may not even
 * read, or that this node does not know yet, are the engine's to answer.
 */
export function requireObjectRight(engine: Parts['engine'], action: Action) {
  return async (request: FastifyRequest): Promise<void> => {
    const { access, workspace } = callerOf(request);
    const model = await engine.model(workspace);
    const object = model.objects.get((request.params as OfObject['Params']).object);
    const may = (asked: Action) => object !== undefined && access.decide(object, asked).isAllowed;
    if (object && may('read') && !may(action)) {
      throw new HttpProblem('forbidden', `This needs the right to ${action} records of \`${object.name}\`.`);
    }
  };
}

/** A list as it is sent; the related records of each say whether there are more. */
function sentList({ related, ...list }: ListResult) {
  if (!related) return list;
  const sent = Object.entries(related).map(([name, byId]) => {
    const lists = Object.entries(byId).map(([id, { records, hasMore }]) => [
      id,
      { records, has_more: hasMore },
    ]);
    return [name, Object.fromEntries(lists)];
  });
  return { ...list, related: Object.fromEntries(sent) };
}

/** Names the rules that warned, as a list; their messages are theirs who ask with `warnings=refuse` or by a batch. */
function tellWarnings(reply: FastifyReply, warnings: readonly InputError[]): void {
  reply.header('trellis-warnings', [...new Set(warnings.flatMap(({ rule }) => rule ?? []))].join(', '));
}

/** Gives the version along as `ETag`, ready to be sent back as `If-Match`. */
function withVersion(reply: FastifyReply, record: PresentedRecord): PresentedRecord {
  reply.header('etag', `"${String(record.version)}"`);
  return record;
}

export function limitProblem(): HttpProblem {
  const message = '`limit` must be a whole number from 1 to 200.';
  return new HttpProblem('invalid_query', message, {
    errors: [{ code: 'out_of_range', pointer: '/limit', message }],
  });
}
