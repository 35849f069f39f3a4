/** The metadata: listing, planning, publishing, revisions and rollback, for holders of the right `customise`. */
import type { AccessPlanDocument, ColumnsResponse, PlanDocument, RevisionsResponse } from '@trellis/api';
import type { AccessPlan, ChangeRequest, Plan } from '@trellis/engine';
import { isComponentKind, KIND_NAMES, nearest } from '@trellis/metadata';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../caller.ts';
import { HttpProblem } from '../http-problem.ts';
import { asDocument, sendDocument } from '../model-documents.ts';
import type { Parts } from '../parts.ts';
import { toEntry } from '../problem.ts';
import {
  anything,
  flag,
  parameter,
  readBody,
  readParameters,
  requireGiven,
  text,
  whole,
  wholeParameter,
} from '../shape.ts';
import { aliasRoutes, conversionRoutes, toConversionDocument } from './conversions.ts';
import { indexRoutes } from './indexes.ts';
import { limitProblem } from './records.ts';
import { rollupRoutes } from './rollups.ts';
import { sharingStateRoutes } from './sharing-states.ts';

// Components, deletions and renames are the engine's to parse: it reports their faults with pointers.
const CHANGE_SET = {
  components: anything,
  deletions: anything,
  renames: anything,
  expected_revision: whole,
  message: text,
};

export function metadataRoutes(app: FastifyInstance, parts: Parts): void {
  const { engine } = parts;
  aliasRoutes(app, parts);
  conversionRoutes(app, parts);
  rollupRoutes(app, parts);
  sharingStateRoutes(app, parts);
  indexRoutes(app, parts);
  const { metadata } = engine;
  const config = { right: 'customise' as const };

  app.get('/metadata', { config }, async (request, reply) => {
    const { kind } = readParameters(request.query, { kind: parameter });
    if (kind !== undefined && !isComponentKind(kind)) throw unknownKind(kind);
    return sendDocument(request, reply, asDocument(await metadata.list(callerOf(request).context, kind)));
  });

  app.get<{ Params: { kind: string; name: string } }>(
    '/metadata/:kind/:name',
    { config },
    async (request, reply) => {
      readParameters(request.query, {});
      const { kind, name } = request.params;
      const found = isComponentKind(kind)
        ? await metadata.find(callerOf(request).context, kind, name)
        : undefined;
      if (!found) throw new HttpProblem('unknown_component', 'There is no component of this kind and name.');
      return sendDocument(request, reply, asDocument(found));
    },
  );

  app.post('/metadata/plan', { config }, async (request) => {
    const { plan, problems } = await metadata.plan(callerOf(request).context, readChangeSet(request.body));
    return { plan: toPlanDocument(plan), problems: problems.map(toEntry) };
  });

  app.post('/metadata/publish', { config }, async (request) => {
    const { revision, plan, problems } = await metadata.publish(
      callerOf(request).context,
      readChangeSet(request.body),
    );
    return { revision, plan: toPlanDocument(plan), problems: problems.map(toEntry) };
  });

  app.post('/metadata/rollback', { config }, async (request) => {
    const body = readBody(request.body, { revision: whole, dry_run: flag });
    requireGiven(body, 'revision');
    const { context } = callerOf(request);
    if (body.dry_run === true) {
      const { plan, problems } = await metadata.planRollback(context, body.revision);
      return { plan: toPlanDocument(plan), problems: problems.map(toEntry) };
    }
    const { revision, plan } = await metadata.rollback(context, body.revision);
    return { revision, plan: toPlanDocument(plan), problems: [] };
  });

  app.post('/metadata/expression', { config }, async (request) => {
    const body = readBody(request.body, { object: text, expression: anything, text, record: text });
    requireGiven(body, 'object');
    if (body.text === undefined) requireGiven(body, 'expression');
    const { object, expression, text: formula, record } = body;
    const explained = await metadata.checkExpression(callerOf(request).context, {
      object,
      expression,
      text: formula,
      record,
    });
    const problems = explained.problems.map((problem) => ({
      ...toEntry(problem),
      ...(problem.line === undefined ? {} : { line: problem.line, column: problem.column }),
    }));
    return { ...explained, problems };
  });

  app.get('/metadata/revisions', { config }, async (request): Promise<RevisionsResponse> => {
    const { limit = 50 } = readParameters(request.query, { limit: wholeParameter });
    if (limit < 1 || limit > 200) throw limitProblem();
    const revisions = await metadata.revisions(callerOf(request).context, limit);
    return {
      revisions: revisions.map(({ number, author, authorName, at, message, forward }) => ({
        number,
        author: { id: author, name: authorName },
        at,
        message,
        components: [
          ...forward.components.map(({ kind, name }) => ({ kind, name, change: 'write' as const })),
          ...forward.deletions.map(({ kind, name }) => ({ kind, name, change: 'remove' as const })),
          ...forward.renames.map(({ kind, to }) => ({ kind, name: to, change: 'rename' as const })),
        ],
      })),
    };
  });

  app.get('/metadata/columns', { config }, async (request): Promise<ColumnsResponse> => {
    readParameters(request.query, {});
    const columns = await metadata.columnStates(callerOf(request).context);
    return {
      columns: columns.map(({ object, field, state, rowsDone, error }) => ({
        object,
        field,
        state,
        rows_done: rowsDone,
        error,
      })),
    };
  });
}

function readChangeSet(body: unknown): ChangeRequest {
  const {
    components,
    deletions,
    renames,
    expected_revision: expectedRevision,
    message,
  } = readBody(body, CHANGE_SET);
  return { components, deletions, renames, expectedRevision, message };
}

function toPlanDocument(plan: Plan): PlanDocument {
  return {
    revision: plan.revision,
    components: plan.components,
    storage: plan.storage.map(({ kind, object, field, description, isImmediate }) => ({
      kind,
      object,
      ...(field === undefined ? {} : { field }),
      description,
      is_immediate: isImmediate,
    })),
    affected_records: plan.affectedRecords,
    conversions: plan.conversions.map(toConversionDocument),
    duplicates: plan.duplicates,
    misfits: plan.misfits.map(({ isEstimate, ...each }) => ({ ...each, is_estimate: isEstimate })),
    irreversible: plan.irreversible,
    access: plan.access ? toAccessDocument(plan.access) : null,
  };
}

function toAccessDocument({ people, changes, leftOut }: AccessPlan): AccessPlanDocument {
  return {
    people,
    changes: changes.map(({ recordTypes, records, object = null, ...each }) => ({
      ...each,
      object,
      record_types: recordTypes,
      records: records.map(({ count = null, ...reach }) => ({ ...reach, count })),
    })),
    left_out: leftOut,
  };
}

function unknownKind(kind: string): HttpProblem {
  const near = nearest(kind, KIND_NAMES);
  const message = 'There is no such kind of component.';
  const hint = near ? `Did you mean \`${near}\`?` : `Kinds are ${KIND_NAMES.join(', ')}.`;
  return new HttpProblem('invalid_query', message, {
    errors: [{ code: 'unknown_kind', pointer: '/kind', message, hint }],
  });
}
