/** What a client needs to draw screens: the caller's apps and objects, each object's fields, layouts and views. */
import { describeObject, describeOwnView, describeWorkspace, withOwnViews } from '@trellis/forms';
import type { CompiledObject } from '@trellis/model';
import type { Snapshot } from '@trellis/storage';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../caller.ts';
import { asDocument, documentOf, sendDocument } from '../model-documents.ts';
import { describeApi } from '../openapi.ts';
import type { Parts } from '../parts.ts';
import { accessKey, accessOf } from '../rights.ts';
import { readParameters } from '../shape.ts';

export function describeRoutes(app: FastifyInstance, { engine }: Parts): void {
  app.get('/describe', async (request, reply) => {
    readParameters(request.query, {});
    const { access, context, rights, workspace } = callerOf(request);
    const { model, revision } = await engine.snapshot(workspace);
    const { name, label, locale, currency, timeZone } = workspace;
    const described = { name, label, time_zone: timeZone, locale, currency };
    const key = `workspace ${revision} ${JSON.stringify(described)} ${accessKey(context)}`;
    const document = documentOf(model, key, () =>
      describeWorkspace(model, { revision, workspace: described, rights }, accessOf(access, model)),
    );
    return sendDocument(request, reply, document);
  });

  app.get<{ Params: { name: string } }>('/describe/:name', async (request, reply) => {
    readParameters(request.query, {});
    const { context, workspace } = callerOf(request);
    const { name } = request.params;
    let snapshot = await engine.snapshot(workspace);
    let { model } = snapshot;
    let access = accessOf(await engine.access(context), model);
    if (!model.objects.has(name) || !access.rightsOn(model.objects.get(name)!).read) {
      // Another node may have published it a moment ago: the engine finds out, or refuses.
      await engine.records.list(context, name, { limit: 1, fields: ['id'] });
      snapshot = await engine.snapshot(workspace);
      ({ model } = snapshot);
      access = accessOf(await engine.access(context), model);
    }
    const object = objectNamed(snapshot, name);
    const own = await engine.ownViews.list(context, object.name);
    if (own.views.length > 0 || own.first !== null) {
      // Nobody else is told the same, so nothing is kept.
      const views = own.views.map((view) => describeOwnView(object, view, access));
      const described = describeObject(model, object, access);
      return sendDocument(request, reply, asDocument(withOwnViews(described, { ...own, views })));
    }
    const document = documentOf(model, `object ${object.name} ${accessKey(context)}`, () =>
      describeObject(model, object, access),
    );
    return sendDocument(request, reply, document);
  });

  app.get('/openapi.json', async (request, reply) => {
    readParameters(request.query, {});
    const { access, context, workspace } = callerOf(request);
    const { model, revision } = await engine.snapshot(workspace);
    const document = documentOf(model, `openapi ${revision} ${accessKey(context)}`, () =>
      describeApi({ model, revision, label: workspace.label, access: accessOf(access, model) }),
    );
    return sendDocument(request, reply, document);
  });
}

/** By its name of today, or by an old one, which the engine has let pass and counted. */
function objectNamed({ model, aliases = [] }: Snapshot, name: string): CompiledObject {
  const key = aliases.find((each) => each.kind === 'object' && each.name === name)?.objectKey;
  return model.objects.get(name) ?? [...model.objects.values()].find((each) => each.key === key)!;
}
