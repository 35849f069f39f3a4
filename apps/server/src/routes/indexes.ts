/** Indexes for administrators: what there is, what would help, building again what failed. */
import type { AdviceResponse, IndexesResponse } from '@trellis/api';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../caller.ts';
import type { Parts } from '../parts.ts';
import { readBody, readParameters } from '../shape.ts';

export function indexRoutes(app: FastifyInstance, { engine }: Parts): void {
  const { metadata } = engine;
  const config = { right: 'customise' as const };

  app.get('/metadata/indexes', { config }, async (request): Promise<IndexesResponse> => {
    readParameters(request.query, {});
    const indexes = await metadata.indexStates(callerOf(request).context);
    return {
      indexes: indexes.map(({ isUnique, lastUsedAt, isRemovable, isUnused, reason, ...rest }) => ({
        ...rest,
        reason: reason?.is ?? null,
        ...(reason?.is === 'view' ? { view: reason.view } : {}),
        ...(reason?.is === 'object' ? { position: reason.position } : {}),
        is_unique: isUnique,
        last_used_at: lastUsedAt,
        is_removable: isRemovable,
        is_unused: isUnused,
      })),
    };
  });

  app.post<{ Params: { object: string } }>(
    '/metadata/indexes/:object/retry',
    { config },
    async (request, reply) => {
      readParameters(request.query, {});
      readBody(request.body ?? {}, {});
      await metadata.retryIndexes(callerOf(request).context, request.params.object);
      return reply.code(202).send();
    },
  );

  app.get('/metadata/advice', { config }, async (request): Promise<AdviceResponse> => {
    readParameters(request.query, {});
    const advice = await metadata.indexAdvice(callerOf(request).context);
    return {
      advice: advice.map(({ meanMilliseconds, mostMilliseconds, lastAt, ...rest }) => ({
        ...rest,
        mean_milliseconds: meanMilliseconds,
        most_milliseconds: mostMilliseconds,
        last_at: lastAt,
      })),
    };
  });

  app.delete<{ Params: { id: string } }>('/metadata/advice/:id', { config }, async (request, reply) => {
    readParameters(request.query, {});
    await metadata.dismissIndexAdvice(callerOf(request).context, request.params.id);
    return reply.code(204).send();
  });
}
