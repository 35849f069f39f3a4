/** The doors that take changes back and erase what was deleted, in the OpenAPI document. */
import type { CompiledObject, JsonSchema } from '@trellis/model';
import { reference } from './openapi-schemas.ts';

const parameter = (name: string) => ({ $ref: `#/components/parameters/${name}` });
const answer = (status: number, description: string, schema: unknown) => ({
  responses: {
    [status]: { description, content: { 'application/json': { schema } } },
    default: { $ref: '#/components/responses/Problem' },
  },
});
const body = (schema: unknown) => ({
  requestBody: { required: true, content: { 'application/json': { schema } } },
});
const texts = { type: 'array', items: { type: 'string' } };

const title = { description: 'The value of the name field.' };
const place = { object: { type: 'string' }, id: { type: 'string', format: 'uuid' }, name: title };
const instant = { type: 'string', format: 'date-time' };

/** Answer of `GET /bin`. */
export const BIN_ANSWER = {
  type: 'object',
  properties: {
    entries: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          ...place,
          deleted_at: instant,
          deleted_by: { type: 'object', properties: { id: { type: 'string' }, name: { type: 'string' } } },
          erased_at: { ...instant, type: ['string', 'null'] },
          company: {
            type: 'object',
            properties: { value: { type: 'integer' }, kind: { type: 'string', enum: ['exact', 'at_least'] } },
          },
          went_with: { type: ['object', 'null'], properties: place },
          rights: texts,
        },
      },
    },
    objects: texts,
    incomplete: texts,
    next: { type: ['string', 'null'] },
  },
};

/** Of a record's history. */
export const HISTORY_PARAMETERS = [
  { name: 'field', in: 'query', description: 'Only what changed this field.', schema: { type: 'string' } },
  {
    name: 'actions',
    in: 'query',
    description: 'Only changes of these kinds.',
    schema: { type: 'array', items: { enum: ['create', 'update', 'delete', 'restore'] } },
    style: 'form',
    explode: false,
  },
];

export function historyPaths(
  { name, label, pluralLabel, isSystem }: CompiledObject,
  rights: { readonly update: boolean; readonly delete: boolean },
  record: JsonSchema,
): Record<string, object> {
  if (isSystem) return {};
  const tags = [name];
  const change = {
    type: 'object',
    properties: { field: { type: 'string' }, before: {}, after: {}, errors: { type: 'array', items: {} } },
    required: ['field', 'before', 'after', 'errors'],
  };
  const revert = {
    operationId: `revert_${name}`,
    tags,
    summary: `Put one ${label} back to what it was at an instant`,
    parameters: ['Id', 'DryRun', 'Warnings', 'IfMatch'].map(parameter),
    ...body({
      type: 'object',
      properties: { as_of: { type: 'string', format: 'date-time' }, fields: texts },
      required: ['as_of'],
      additionalProperties: false,
    }),
    ...answer(200, 'The record, and what is put back.', {
      type: 'object',
      properties: { record, changes: { type: 'array', items: change } },
      required: ['record', 'changes'],
    }),
  };
  const purge = {
    operationId: `purge_${name}`,
    tags,
    summary: `Erase ${pluralLabel} of the recycle bin for good, in the background`,
    ...body({
      type: 'object',
      properties: { ids: texts, older_than_days: { type: 'integer', minimum: 0, maximum: 36_500 } },
      additionalProperties: false,
    }),
    ...answer(202, 'The job.', reference('Job')),
  };
  return {
    ...(rights.update ? { [`/records/${name}/{id}/revert`]: { post: revert } } : {}),
    ...(rights.delete ? { [`/records/${name}/purge`]: { post: purge } } : {}),
  };
}
