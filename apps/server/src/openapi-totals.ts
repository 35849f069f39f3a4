/** The parts of the OpenAPI document's components that tell of totals and of related records. */
import type { JsonSchema } from '@trellis/model';

const nameList = { type: 'array', items: { type: 'string' } };
const group = {
  anyOf: [
    { type: 'string' },
    {
      type: 'object',
      properties: {
        field: { type: 'string' },
        period: { type: 'string', enum: ['day', 'week', 'month', 'quarter', 'year'] },
        width: { type: 'number', exclusiveMinimum: 0, description: 'Ranges of a number, each so wide.' },
        origin: { type: 'number', description: 'Where a range begins; 0 unless given.' },
        bounds: { type: 'array', items: { type: 'number' }, minItems: 1, maxItems: 100 },
        as: { type: 'string', description: 'Name of the column; the field’s unless given.' },
      },
      required: ['field'],
      additionalProperties: false,
    },
  ],
};
const groups = { type: 'array', items: group, maxItems: 20 };
const measures = {
  type: 'array',
  maxItems: 100,
  items: {
    type: 'object',
    properties: {
      function: { type: 'string', enum: ['count', 'count_distinct', 'sum', 'avg', 'min', 'max'] },
      field: { type: 'string' },
    },
    required: ['function'],
  },
};
const timeZone = {
  type: 'string',
  description: 'Whose periods: an IANA name, or `workspace`; the caller’s unless given.',
};
const totals = { type: 'object', description: 'Values by column.' };
const labels = {
  type: 'object',
  description:
    'What people call options and records, by column, then value. What the caller does not see has none.',
  additionalProperties: { type: 'object', additionalProperties: { type: 'string' } },
};

export const TOTALS_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  AggregateQuery: {
    type: 'object',
    properties: {
      group_by: groups,
      measures,
      filter: {},
      sort: nameList,
      limit: { type: 'integer' },
      time_zone: timeZone,
      labels: { type: 'boolean', default: false },
    },
    additionalProperties: false,
  },
  AggregateRows: {
    type: 'object',
    properties: {
      rows: { type: 'array', items: totals },
      has_more: { type: 'boolean', const: true, description: 'There are more groups than `limit`.' },
      labels,
    },
    required: ['rows'],
  },
  PivotQuery: {
    type: 'object',
    properties: { rows: groups, columns: groups, measures, filter: {}, time_zone: timeZone },
    additionalProperties: false,
  },
  Pivot: {
    type: 'object',
    properties: {
      rows: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            key: totals,
            cells: { type: 'array', items: { anyOf: [totals, { type: 'null' }] } },
            total: totals,
          },
          required: ['key', 'cells', 'total'],
        },
      },
      columns: {
        type: 'array',
        items: {
          type: 'object',
          properties: { key: totals, total: totals },
          required: ['key', 'total'],
        },
      },
      total: totals,
      labels,
    },
    required: ['rows', 'columns', 'total', 'labels'],
  },
};

/** What is asked of records that point to those of a list, by relation. */
export const RELATED_QUERY: JsonSchema = {
  type: 'object',
  maxProperties: 10,
  additionalProperties: {
    type: 'object',
    properties: {
      fields: nameList,
      filter: {},
      sort: nameList,
      limit: { type: 'integer', minimum: 1, maximum: 50, default: 10 },
    },
    additionalProperties: false,
  },
};

/** By relation, then id of the record that they point to. */
export const RELATED_PAGE: JsonSchema = {
  type: 'object',
  description: 'By relation, then id of the record that is pointed to, where `related` was asked for.',
  additionalProperties: {
    type: 'object',
    additionalProperties: {
      type: 'object',
      properties: {
        records: { type: 'array', items: { type: 'object' } },
        has_more: { type: 'boolean' },
      },
      required: ['records', 'has_more'],
    },
  },
};
