/** Sharing a record by hand, and standing in for somebody. Who may do it is the engine's to decide. */
import type { DelegationResponse, RecordSharingResponse, ShareResponse } from '@trellis/api';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../caller.ts';
import type { Parts } from '../parts.ts';
import { flagParameter, readParameters, requireObject } from '../shape.ts';

interface OfRecord {
  Params: { object: string; id: string };
}
interface OfShare {
  Params: { object: string; id: string; share: string };
}

export function sharingRoutes(app: FastifyInstance, { engine }: Pick<Parts, 'engine'>): void {
  const { shares, delegations } = engine;

  app.get<OfRecord>('/records/:object/:id/shares', async (request): Promise<RecordSharingResponse> => {
    readParameters(request.query, {});
    const { object, id } = request.params;
    return shares.list(callerOf(request).context, object, id);
  });

  app.post<OfRecord>('/records/:object/:id/shares', async (request, reply): Promise<ShareResponse> => {
    readParameters(request.query, {});
    const { object, id } = request.params;
    const share = await shares.add(callerOf(request).context, object, id, requireObject(request.body));
    reply.code(201).header('location', `/api/v1/records/${object}/${id}/shares/${share.id}`);
    return share;
  });

  app.patch<OfShare>('/records/:object/:id/shares/:share', async (request): Promise<ShareResponse> => {
    readParameters(request.query, {});
    const { object, id, share } = request.params;
    return shares.change(callerOf(request).context, object, id, share, requireObject(request.body));
  });

  app.delete<OfShare>('/records/:object/:id/shares/:share', async (request, reply) => {
    readParameters(request.query, {});
    const { object, id, share } = request.params;
    await shares.remove(callerOf(request).context, object, id, share);
    return reply.code(204).send();
  });

  app.get('/delegations', async (request): Promise<{ delegations: readonly DelegationResponse[] }> => {
    const { all = false } = readParameters(request.query, { all: flagParameter });
    return { delegations: await delegations.list(callerOf(request).context, { all }) };
  });

  app.post('/delegations', async (request, reply): Promise<DelegationResponse> => {
    readParameters(request.query, {});
    const delegation = await delegations.create(callerOf(request).context, requireObject(request.body));
    reply.code(201).header('location', `/api/v1/delegations/${delegation.id}`);
    return delegation;
  });

  app.delete<{ Params: { id: string } }>('/delegations/:id', async (request, reply) => {
    readParameters(request.query, {});
    await delegations.end(callerOf(request).context, request.params.id);
    return reply.code(204).send();
  });
}
