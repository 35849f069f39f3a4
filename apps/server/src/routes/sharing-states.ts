/** How records are found that meet the conditions of sharing rules, for administrators. */
import type { SharingStatesResponse } from '@trellis/api';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../caller.ts';
import type { Parts } from '../parts.ts';
import { readParameters } from '../shape.ts';

export function sharingStateRoutes(app: FastifyInstance, { engine }: Parts): void {
  const config = { right: 'customise' as const };

  app.get('/metadata/sharing', { config }, async (request): Promise<SharingStatesResponse> => {
    readParameters(request.query, {});
    const states = await engine.metadata.sharingStates(callerOf(request).context);
    return {
      conditions: states.map(({ object, rules, way, because = null, kept }) => ({
        object: object.name,
        rules: rules.map(({ name, label }) => ({ name, label })),
        way,
        because,
        kept: kept
          ? {
              state: kept.state,
              rows_done: kept.rowsDone,
              rows_total: kept.rowsTotal,
              candidates: kept.candidates,
            }
          : null,
      })),
    };
  });
}
