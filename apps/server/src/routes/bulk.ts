/** One order for many records: `POST /records/{object}/bulk` answers with the job that carries it out, or tries it. */
import { BULK_OPERATIONS } from '@trellis/engine';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../caller.ts';
import type { Parts } from '../parts.ts';
import { anything, flag, oneOf, readBody, readParameters } from '../shape.ts';
import { requireObjectRight } from './records.ts';

const BODY = {
  operation: oneOf(...BULK_OPERATIONS),
  ids: anything,
  all: flag,
  filter: anything,
  search: anything,
  set: anything,
  add: anything,
  remove: anything,
  dry_run: flag,
};

export function bulkRoutes(app: FastifyInstance, { engine }: Parts): void {
  app.post<{ Params: { object: string } }>(
    '/records/:object/bulk',
    { onRequest: requireObjectRight(engine, 'read') },
    async (request, reply) => {
      readParameters(request.query, {});
      const { dry_run: dryRun, ...order } = readBody(request.body, BODY);
      const { context } = callerOf(request);
      const id = await engine.bulk.begin(context, request.params.object, { ...order, dryRun });
      const job = await engine.jobs.get(context, id);
      return reply.code(202).header('location', `/api/v1/jobs/${id}`).send(job);
    },
  );
}
