/** Why someone may or may not do something: the reasons that the access room gives for its own decisions. */
import type { ExplainResponse } from '@trellis/api';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../caller.ts';
import type { Parts } from '../parts.ts';
import { oneOf, parameter, readParameters, requireGiven } from '../shape.ts';

const PARAMETERS = {
  user: parameter,
  object: parameter,
  record: parameter,
  field: parameter,
  action: oneOf('create', 'read', 'update', 'delete', 'import', 'export'),
};

export function accessRoutes(app: FastifyInstance, { engine }: Parts): void {
  app.get('/access/explain', async (request): Promise<ExplainResponse> => {
    const query = readParameters(request.query, PARAMETERS);
    requireGiven(query, 'object');
    const { isAllowed, reasons } = await engine.explainAccess(callerOf(request).context, {
      ...query,
      object: query.object,
      action: query.action ?? 'read',
    });
    return { is_allowed: isAllowed, reasons };
  });
}
