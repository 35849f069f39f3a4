/** Jobs: what became of work that outlives a request, and telling it to stop or to go on. */
import type { Context, Job } from '@trellis/engine';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../caller.ts';
import type { Parts } from '../parts.ts';
import { flag, flagParameter, oneOf, parameter, readBody, readParameters, wholeParameter } from '../shape.ts';
import { sendRefused } from './imports.ts';
import { limitProblem } from './records.ts';

interface OfJob {
  Params: { id: string };
}

const LIST_PARAMETERS = { limit: wholeParameter, before: parameter, all: flagParameter };

export function jobRoutes(app: FastifyInstance, { engine }: Parts): void {
  const { jobs } = engine;

  app.post('/secrets/reseal', { config: { right: 'customise' as const } }, async (request, reply) => {
    readParameters(request.query, {});
    readBody(request.body ?? {}, {});
    const { context } = callerOf(request);
    return reply.code(202).send(await jobs.get(context, await engine.secrets.reseal(context)));
  });

  app.get('/jobs', async (request) => {
    const { limit = 50, before, all = false } = readParameters(request.query, LIST_PARAMETERS);
    if (limit < 1 || limit > 200) throw limitProblem();
    return jobs.list(callerOf(request).context, { limit, before, all });
  });

  app.get<OfJob>('/jobs/:id', async (request, reply) => {
    const { format = 'json' } = readParameters(request.query, { format: oneOf('json', 'csv') });
    const wantsCsv = format === 'csv' || /^text\/csv\b/.test(request.headers.accept ?? '');
    if (wantsCsv) return sendRefused(reply, engine, request, 'csv');
    return jobs.get(callerOf(request).context, request.params.id);
  });

  app.post<OfJob>('/jobs/:id/undo', async (request, reply) => {
    readParameters(request.query, {});
    const { dry_run: dryRun = false } = readBody(request.body ?? {}, { dry_run: flag });
    const { context } = callerOf(request);
    const id = await engine.bulk.undo(context, request.params.id, { dryRun });
    return reply
      .code(202)
      .header('location', `/api/v1/jobs/${id}`)
      .send(await jobs.get(context, id));
  });

  const wish = (name: string, ask: (context: Context, id: string) => Promise<Job>) =>
    app.post<OfJob>(`/jobs/:id/${name}`, async (request) => {
      readParameters(request.query, {});
      readBody(request.body ?? {}, {});
      return ask(callerOf(request).context, request.params.id);
    });
  wish('cancel', jobs.cancel);
  wish('pause', jobs.pause);
  wish('resume', jobs.resume);
}
