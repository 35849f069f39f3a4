/** Views that people keep for themselves. Whose they are and what is left of them is the engine's to say. */
import type { OwnViewResponse, OwnViewsResponse } from '@trellis/api';
import type { OwnView } from '@trellis/engine';
import { describeOwnView } from '@trellis/forms';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Caller, callerOf } from '../caller.ts';
import type { Parts } from '../parts.ts';
import { accessOf } from '../rights.ts';
import { invalidInput, readBody, readParameters, requireObject, text } from '../shape.ts';

interface OfObject {
  Params: { object: string };
}
interface OfView {
  Params: { object: string; id: string };
}

export function ownViewRoutes(app: FastifyInstance, { engine }: Pick<Parts, 'engine'>): void {
  const { ownViews } = engine;

  app.get<OfObject>('/views/:object', async (request): Promise<OwnViewsResponse> => {
    readParameters(request.query, {});
    const { views, first } = await ownViews.list(callerOf(request).context, request.params.object);
    const present = await presenter(request);
    return { views: views.map(present), default: first };
  });

  app.post<OfObject>('/views/:object', async (request, reply): Promise<OwnViewResponse> => {
    readParameters(request.query, {});
    const { object } = request.params;
    const view = await ownViews.add(callerOf(request).context, object, requireObject(request.body));
    reply.code(201).header('location', `/api/v1/views/${object}/${view.id}`);
    return (await presenter(request))(view);
  });

  app.put<OfObject>('/views/:object/default', async (request, reply) => {
    readParameters(request.query, {});
    const body = requireObject(request.body);
    const { view = null } = readBody(body, { view: text });
    if (!Object.hasOwn(body, 'view'))
      throw invalidInput([
        {
          code: 'required',
          pointer: '/view',
          message: '`view` is required: the name of a view or the id of one of your own, or null.',
        },
      ]);
    await ownViews.setFirst(callerOf(request).context, request.params.object, view);
    return reply.code(204).send();
  });

  app.get<OfView>('/views/:object/:id', async (request): Promise<OwnViewResponse> => {
    readParameters(request.query, {});
    const { object, id } = request.params;
    const view = await ownViews.get(callerOf(request).context, object, id);
    return (await presenter(request))(view);
  });

  app.patch<OfView>('/views/:object/:id', async (request): Promise<OwnViewResponse> => {
    readParameters(request.query, {});
    const { object, id } = request.params;
    const change = requireObject(request.body);
    const view = await ownViews.change(callerOf(request).context, object, id, change);
    return (await presenter(request))(view);
  });

  app.delete<OfView>('/views/:object/:id', async (request, reply) => {
    readParameters(request.query, {});
    const { object, id } = request.params;
    await ownViews.remove(callerOf(request).context, object, id);
    return reply.code(204).send();
  });

  app.post<OfView>('/views/:object/:id/restore', async (request): Promise<OwnViewResponse> => {
    readParameters(request.query, {});
    const { object, id } = request.params;
    const view = await ownViews.restore(callerOf(request).context, object, id);
    return (await presenter(request))(view);
  });

  /** Shows own views as the caller may see their object. */
  async function presenter(request: FastifyRequest): Promise<(view: OwnView) => OwnViewResponse> {
    const { context, workspace }: Caller = callerOf(request);
    const { model } = await engine.snapshot(workspace);
    const access = accessOf(await engine.access(context), model);
    return (view) => describeOwnView(view.object, view, access);
  }
}
