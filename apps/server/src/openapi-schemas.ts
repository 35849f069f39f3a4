/** The part of the OpenAPI document's components that is the same for every workspace and object. */
import type { JsonSchema } from '@trellis/model';
import { RELATED_PAGE, RELATED_QUERY, TOTALS_SCHEMAS } from './openapi-totals.ts';
import { MATCH } from './openapi-transfer.ts';

const texts = (...names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, { type: 'string' }]));
const actions = { enum: ['create', 'update', 'delete', 'restore'] };

/** An entry of a record's history. */
const historyEntry = {
  type: 'object',
  properties: {
    ...texts('id', 'source'),
    at: { type: 'string', format: 'date-time' },
    actor: {
      type: 'object',
      properties: { id: { type: 'string' }, name: { type: ['string', 'null'] } },
      required: ['id', 'name'],
    },
    action: actions,
    version: { type: 'integer' },
    cause: {
      description: 'What it follows from; null where somebody made it by hand. The nearest stands first.',
      type: ['object', 'null'],
      properties: {
        job: { type: ['string', 'null'] },
        as_of: { type: ['string', 'null'], format: 'date-time' },
        chain: {
          type: 'array',
          items: {
            type: 'object',
            properties: { ...texts('object', 'id'), action: actions, name: { type: ['string', 'null'] } },
            required: ['action', 'object', 'id', 'name'],
          },
        },
      },
      required: ['job', 'as_of', 'chain'],
    },
    changes: {
      type: 'array',
      items: {
        type: 'object',
        properties: { field: { type: 'string' }, before: {}, after: {} },
        required: ['field', 'before', 'after'],
      },
    },
  },
  required: ['id', 'at', 'actor', 'action', 'source', 'version', 'cause', 'changes'],
};

export function reference(schema: string): JsonSchema {
  return { $ref: `#/components/schemas/${schema}` };
}

/** Parameters that the doors of every object take. */
export function sharedParameters(): object {
  const query = (name: string, description: string, schema: unknown) => ({
    name,
    in: 'query',
    description,
    schema,
  });
  const texts = { style: 'form', explode: false };
  return {
    Id: {
      name: 'id',
      in: 'path',
      required: true,
      description: 'Id of the record.',
      schema: { type: 'string' },
    },
    IfMatch: {
      name: 'If-Match',
      in: 'header',
      description: 'Version that the change was made on; another one is refused with 409.',
      schema: { type: 'string' },
    },
    Filter: {
      name: 'filter',
      in: 'query',
      description: 'An expression in JSON Logic.',
      content: { 'application/json': { schema: {} } },
    },
    Related: {
      name: 'related',
      in: 'query',
      description: 'Records that point to those of the list, by relation.',
      content: { 'application/json': { schema: RELATED_QUERY } },
    },
    Sort: {
      ...query(
        'sort',
        'Fields or paths; `-` in front means descending. Newest first unless given.',
        nameList,
      ),
      ...texts,
    },
    Fields: {
      ...query('fields', 'Fields or paths such as `account.name`. All readable ones unless given.', nameList),
      ...texts,
    },
    Limit: query('limit', 'Records per page.', { type: 'integer', minimum: 1, maximum: 200, default: 50 }),
    After: query('after', 'Cursor: `next` of the page before.', { type: 'string' }),
    Before: query('before', 'Cursor: `previous` of the page after.', { type: 'string' }),
    Count: query('count', 'Whether and how exactly to count.', counts),
    Deleted: query('deleted', 'The recycle bin instead of the live records.', {
      type: 'boolean',
      default: false,
    }),
    AsOf: query(
      'as_of',
      'An instant: what there was then, with its values of then, under your rights of today.',
      {
        type: 'string',
        format: 'date-time',
      },
    ),
    Search: query('search', 'Text to look for in the searchable fields.', { type: 'string' }),
    Rights: query('rights', 'Tell what you may do with each record; of one record, in `Trellis-Rights`.', {
      type: 'boolean',
      default: false,
    }),
    Warnings: query('warnings', 'What rules of severity `warning` do: be told, or stop the save.', {
      type: 'string',
      enum: ['report', 'refuse'],
      default: 'report',
    }),
    DryRun: query('dry_run', 'Do everything but write.', { type: 'boolean', default: false }),
    Purge: query('purge', 'Erase a deleted record for good.', { type: 'boolean', default: false }),
    Format: query('format', 'Kind of file.', {
      type: 'string',
      enum: ['csv', 'ndjson', 'xlsx'],
      default: 'csv',
    }),
  };
}

const nameList = { type: 'array', items: { type: 'string' } };
const counts = { type: 'string', enum: ['none', 'capped', 'estimate', 'exact'], default: 'none' };
const nullableText = { type: ['string', 'null'] };

/** Bodies and answers that are the same for every object. */
export function sharedSchemas(): Record<string, unknown> {
  const entry = {
    type: 'object',
    properties: {
      code: { type: 'string' },
      pointer: { type: 'string', description: 'JSON pointer into what was sent.' },
      message: { type: 'string' },
      hint: { type: 'string' },
      severity: { type: 'string', enum: ['error', 'warning'] },
      rule: { type: 'string', description: 'The rule that found it: `deal.amount_when_won`.' },
    },
    required: ['code', 'pointer', 'message'],
  };
  return {
    Problem: {
      type: 'object',
      properties: {
        type: { type: 'string' },
        title: { type: 'string' },
        status: { type: 'integer' },
        code: { type: 'string' },
        detail: { type: 'string' },
        errors: { type: 'array', items: reference('ProblemEntry') },
        request_id: { type: 'string' },
      },
      required: ['type', 'title', 'status', 'code', 'detail', 'errors', 'request_id'],
    },
    ProblemEntry: entry,
    Page: {
      type: 'object',
      properties: {
        next: { ...nullableText, description: 'Cursor of the next page.' },
        previous: nullableText,
        rights: {
          type: 'object',
          description: 'By id what you may do with the record, where `rights` was asked for.',
          additionalProperties: {
            type: 'array',
            items: { type: 'string', enum: ['update', 'delete', 'transfer', 'share'] },
          },
        },
        count: {
          type: 'object',
          properties: {
            value: { type: 'integer' },
            kind: { type: 'string', enum: ['exact', 'estimate', 'at_least'] },
            reason: { const: 'too_slow', description: 'Counting on would have taken too long.' },
          },
        },
        related: RELATED_PAGE,
      },
    },
    ListQuery: {
      type: 'object',
      properties: {
        filter: { description: 'An expression in JSON Logic.' },
        sort: nameList,
        fields: nameList,
        limit: { type: 'integer', minimum: 1, maximum: 200 },
        after: { type: 'string' },
        before: { type: 'string' },
        count: counts,
        deleted: { type: 'boolean' },
        as_of: { type: 'string', format: 'date-time' },
        search: { type: 'string' },
        rights: { type: 'boolean' },
        related: RELATED_QUERY,
      },
      additionalProperties: false,
    },
    ...TOTALS_SCHEMAS,
    Batch: {
      type: 'object',
      properties: {
        operation: { type: 'string', enum: ['create', 'update', 'upsert', 'delete'] },
        key: { type: 'string', description: 'For upsert: a unique field.' },
        match: MATCH,
        records: { type: 'array', items: { type: 'object' } },
        all_or_nothing: { type: 'boolean', default: false },
        dry_run: { type: 'boolean', default: false },
        warnings: { type: 'string', enum: ['report', 'refuse'], default: 'report' },
      },
      required: ['operation', 'records'],
      additionalProperties: false,
    },
    BatchResults: {
      type: 'object',
      properties: {
        results: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              index: { type: 'integer' },
              status: {
                type: 'string',
                enum: ['created', 'updated', 'deleted', 'unchanged', 'failed', 'not_done'],
              },
              id: nullableText,
              version: { type: ['integer', 'null'] },
              errors: { type: 'array', items: reference('ProblemEntry') },
              warnings: { type: 'array', items: reference('ProblemEntry') },
            },
            required: ['index', 'status', 'id', 'version'],
          },
        },
      },
      required: ['results'],
    },
    History: {
      type: 'object',
      properties: {
        entries: { type: 'array', items: historyEntry },
        next: nullableText,
        begins_at: {
          description: 'Since when it is whole, where the record is older than what is kept.',
          ...nullableText,
        },
      },
      required: ['entries', 'next', 'begins_at'],
    },
  };
}
