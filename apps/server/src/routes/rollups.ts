/** Roll-ups for administrators: how far each is, and working one out anew. */
import type { RollupsResponse } from '@trellis/api';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../caller.ts';
import type { Parts } from '../parts.ts';
import { readBody, readParameters } from '../shape.ts';

export function rollupRoutes(app: FastifyInstance, { engine }: Parts): void {
  const { metadata } = engine;
  const config = { right: 'customise' as const };

  app.get('/metadata/rollups', { config }, async (request): Promise<RollupsResponse> => {
    readParameters(request.query, {});
    const states = await metadata.rollupStates(callerOf(request).context);
    return {
      rollups: states.map(({ object, field, state, rowsDone, rowsTotal, pending }) => ({
        object,
        field,
        state,
        rows_done: rowsDone,
        rows_total: rowsTotal,
        pending,
      })),
    };
  });

  app.post<{ Params: { object: string; field: string } }>(
    '/metadata/rollups/:object/:field/recalculate',
    { config },
    async (request, reply) => {
      readParameters(request.query, {});
      readBody(request.body ?? {}, {});
      const { object, field } = request.params;
      await metadata.recomputeRollup(callerOf(request).context, object, field);
      return reply.code(202).send();
    },
  );
}
