/** The parts of the OpenAPI document about orders for many records. */
import { MAX_BATCH } from '@trellis/engine';

const text = { type: 'string' };

export function bulkSchemas(): Record<string, unknown> {
  const byField = (description: string) => ({ type: 'object', description, additionalProperties: true });
  return {
    Bulk: {
      type: 'object',
      properties: {
        operation: { type: 'string', enum: ['update', 'delete', 'restore'] },
        ids: {
          type: 'array',
          items: text,
          maxItems: MAX_BATCH,
          description: 'The records, named one by one.',
        },
        all: {
          type: 'boolean',
          description: 'Instead of `ids`: all records that `filter` and `search` find.',
        },
        filter: { description: 'An expression in JSON Logic.' },
        search: text,
        set: byField('Of an update: values by field, null to clear.'),
        add: byField('Of an update: by field with several values, what to add.'),
        remove: byField('Of an update: by field with several values, what to take away.'),
        dry_run: {
          type: 'boolean',
          default: false,
          description: 'Every record is tried and nothing written.',
        },
      },
      required: ['operation'],
      additionalProperties: false,
    },
  };
}

/** The door of one object. */
export function bulkPaths(name: string, pluralLabel: string): Record<string, Record<string, object>> {
  const summary = `Change, delete or restore many ${pluralLabel} by a job`;
  const schema = (reference: string) => ({ schema: { $ref: `#/components/schemas/${reference}` } });
  return {
    [`/records/${name}/bulk`]: {
      post: {
        operationId: `bulk_${name}`,
        tags: [name],
        summary,
        requestBody: { required: true, content: { 'application/json': schema('Bulk') } },
        responses: {
          202: { description: 'The job.', content: { 'application/json': schema('Job') } },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
  };
}
