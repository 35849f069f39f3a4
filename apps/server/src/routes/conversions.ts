/** What changes of metadata leave behind: values that did not convert, and old names. */
import { Readable } from 'node:stream';
import type { AliasesResponse, ConversionsResponse, KeptValuesResponse, PlanDocument } from '@trellis/api';
import { type ConversionPlan, guardText, invalidCursor, type KeptValues } from '@trellis/engine';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../caller.ts';
import { HttpProblem } from '../http-problem.ts';
import type { Parts } from '../parts.ts';
import { oneOf, parameter, readParameters, wholeParameter } from '../shape.ts';
import { limitProblem } from './records.ts';
import { csvLine } from './transfer.ts';

const MOST = 200;
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function conversionRoutes(app: FastifyInstance, { engine }: Parts): void {
  const { metadata } = engine;
  const config = { right: 'customise' as const };

  app.get('/metadata/conversions', { config }, async (request): Promise<ConversionsResponse> => {
    readParameters(request.query, {});
    const conversions = await metadata.conversions(callerOf(request).context);
    return {
      conversions: conversions.map(({ createdAt, ...each }) => ({ ...each, created_at: createdAt })),
    };
  });

  app.get<{ Params: { id: string } }>(
    '/metadata/conversions/:id/values',
    { config, exposeHeadRoute: false },
    async (request, reply): Promise<KeptValuesResponse | unknown> => {
      const parameters = { limit: wholeParameter, after: parameter, format: oneOf('json', 'csv') };
      const { limit = 50, after, format = 'json' } = readParameters(request.query, parameters);
      if (limit < 1 || limit > MOST) throw limitProblem();
      const { context } = callerOf(request);
      const id = readNumber(request.params.id);
      if (after !== undefined && !ID.test(after))
        throw invalidCursor('/after', '`after` is the `next` of the page before.');
      if (format === 'json') return toDocument(await metadata.keptValues(context, id, { limit, after }));
      // The first page is read before the answer begins, so that a fault is still a problem document.
      const first = await metadata.keptValues(context, id, { limit: MOST });
      async function* lines() {
        yield csvLine(['id', 'value', 'reason', 'is_deleted']);
        for (let page = first; ; ) {
          const cells = page.values.map((each) => [
            each.record,
            guardText(each.text),
            each.reason,
            String(each.isDeleted),
          ]);
          if (cells.length > 0) yield cells.map(csvLine).join('');
          if (page.next === null) return;
          page = await metadata.keptValues(context, id, { limit: MOST, after: page.next });
        }
      }
      reply.type('text/csv; charset=utf-8; header=present');
      reply.header('content-disposition', `attachment; filename="kept-values-${id}.csv"`);
      return reply.send(Readable.from(lines(), { objectMode: false }));
    },
  );

  app.delete<{ Params: { id: string } }>('/metadata/conversions/:id', { config }, async (request, reply) => {
    const { purge } = readParameters(request.query, { purge: oneOf('true', 'false') });
    const id = readNumber(request.params.id);
    const { context } = callerOf(request);
    await (purge === 'true'
      ? metadata.purgeConversion(context, id)
      : metadata.dismissConversion(context, id));
    return reply.code(204).send();
  });
}

export function aliasRoutes(app: FastifyInstance, { engine }: Parts): void {
  const { metadata } = engine;
  const config = { right: 'customise' as const };

  app.get('/metadata/aliases', { config }, async (request): Promise<AliasesResponse> => {
    readParameters(request.query, {});
    const aliases = await metadata.aliases(callerOf(request).context);
    return {
      aliases: aliases.map(({ lastUsedAt, createdAt, ...each }) => ({
        ...each,
        last_used_at: lastUsedAt,
        created_at: createdAt,
      })),
    };
  });

  app.delete<{ Params: { kind: string; name: string } }>(
    '/metadata/aliases/:kind/:name',
    { config },
    async (request, reply) => {
      readParameters(request.query, {});
      const { kind, name } = request.params;
      await metadata.removeAlias(callerOf(request).context, kind, name);
      return reply.code(204).send();
    },
  );
}

export function toConversionDocument(plan: ConversionPlan): PlanDocument['conversions'][number] {
  const { isEstimate, lossySamples, keptSamples, ...rest } = plan;
  return { ...rest, is_estimate: isEstimate, lossy_samples: lossySamples, kept_samples: keptSamples };
}

function toDocument({ values, next }: KeptValues): KeptValuesResponse {
  return { values: values.map(({ isDeleted, ...each }) => ({ ...each, is_deleted: isDeleted })), next };
}

function readNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new HttpProblem('unknown_component', 'There is no such type change.');
}
