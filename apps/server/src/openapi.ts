/**
 * Describes the API as OpenAPI 3.1, from the current model as one caller may see it: every object with the schema of
 * its records, and the parameters of every door. Pure: the same model gives the same document.
 */

import { canBeShared } from '@trellis/access';
import type { DescribeAccess } from '@trellis/forms';
import { KIND_NAMES } from '@trellis/metadata';
import type { CompiledField, CompiledObject, JsonSchema, Model } from '@trellis/model';
import { bulkPaths, bulkSchemas } from './openapi-bulk.ts';
import { HISTORY_PARAMETERS, historyPaths } from './openapi-history.ts';
import { fixedPaths } from './openapi-paths.ts';
import { reference, sharedParameters, sharedSchemas } from './openapi-schemas.ts';
import { sharePaths } from './openapi-sharing.ts';
import { EXPORT_CONTENT, EXPORT_PARAMETERS, importPaths, transferSchemas } from './openapi-transfer.ts';

export interface ApiDescriptionInput {
  readonly model: Model;
  readonly revision: number;
  /** Of the workspace. */
  readonly label: string;
  readonly access: DescribeAccess;
}

type Operation = Readonly<Record<string, unknown>>;

/** The OpenAPI 3.1 document. */
export function describeApi({ model, revision, label, access }: ApiDescriptionInput): object {
  const objects = [...model.objects.values()].filter((object) => access.rightsOn(object).read);
  const paths: Record<string, Record<string, Operation>> = fixedPaths();
  const schemas: Record<string, unknown> = {
    ...sharedSchemas(),
    ...transferSchemas(),
    ...bulkSchemas(),
    ComponentKind: { type: 'string', enum: KIND_NAMES },
  };
  for (const object of objects) {
    Object.assign(schemas, recordSchemas(object, access));
    Object.assign(paths, recordPaths(object, access));
  }
  return {
    openapi: '3.1.0',
    info: {
      title: `Trellis: ${label}`,
      version: String(revision),
      description: 'Generated from the metadata of this workspace; the version is its metadata revision.',
    },
    servers: [{ url: '/api/v1' }],
    security: [{ session: [] }, { key: [] }],
    tags: objects.map((object) => ({
      name: object.name,
      description: object.body.description ?? object.pluralLabel,
    })),
    paths,
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'An API key, from POST /api-keys.' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'trellis_session',
          description:
            'From POST /auth/login. Requests that change something also need an `Origin` header of this site.',
        },
      },
      parameters: sharedParameters(),
      responses: {
        Problem: {
          description: 'A problem document (RFC 9457).',
          content: { 'application/problem+json': { schema: reference('Problem') } },
        },
      },
      schemas,
    },
  };
}

function json(schema: unknown): object {
  return { content: { 'application/json': { schema } } };
}

const PROBLEM = { $ref: '#/components/responses/Problem' };

/** Responses of an operation: what it gives, and a problem for all else. */
function answers(status: number, description: string, schema?: unknown): object {
  return { [status]: { description, ...(schema === undefined ? {} : json(schema)) }, default: PROBLEM };
}

/** `price_book_entry` → `PriceBookEntry`. Names are unique, hence so are these, but for our own schemas' names. */
function schemaName(object: CompiledObject): string {
  return `Record_${object.name}`;
}

// --- records ------------------------------------------------------------------------------------------------

function recordSchemas(object: CompiledObject, access: DescribeAccess): Record<string, unknown> {
  const readable = [...object.fields.values()].filter((field) => access.canRead(field));
  const writable = readable.filter((field) => field.isWritable && access.canUpdate(field));
  const required = writable.filter((field) => field.isRequired && field.default === undefined);
  const name = schemaName(object);
  return {
    [name]: {
      type: 'object',
      title: object.label,
      ...(object.body.description === undefined ? {} : { description: object.body.description }),
      properties: Object.fromEntries(readable.map((field) => [field.name, outputSchema(field)])),
      required: ['id', 'version'],
    },
    ...(writable.length === 0 || object.isSystem
      ? {}
      : {
          [`${name}_input`]: {
            type: 'object',
            title: `${object.label}, as written`,
            properties: Object.fromEntries(writable.map((field) => [field.name, inputSchema(field)])),
            additionalProperties: false,
            ...(required.length === 0 ? {} : { 'x-required-on-create': required.map((field) => field.name) }),
          },
        }),
  };
}

/** A value or null; a lookup whose fields were asked for comes as an object with them. */
function outputSchema(field: CompiledField): JsonSchema {
  const value = describeValue(field);
  const isExpandable = field.targets.length > 0 && !field.isPolymorphic && field.type.column !== undefined;
  const branches = isExpandable
    ? [value, { type: 'object', properties: { id: { type: 'string' } } }]
    : [value];
  return {
    ...titles(field),
    anyOf: [...branches, { type: 'null' }],
    ...(field.isWritable ? {} : { readOnly: true }),
  };
}

function inputSchema(field: CompiledField): JsonSchema {
  return { ...titles(field), anyOf: [describeValue(field), { type: 'null' }] };
}

function titles(field: CompiledField): JsonSchema {
  const description = field.body.help ?? field.body.description;
  return { title: field.label, ...(description === undefined ? {} : { description }) };
}

/** The type's own schema, without the keyword that carries our validators' sentences. */
function describeValue(field: CompiledField): JsonSchema {
  return withoutMessages(field.type.valueSchema(field)) as JsonSchema;
}

function withoutMessages(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutMessages);
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(([keyword]) => keyword !== 'errorMessage');
  return Object.fromEntries(kept.map(([keyword, value]) => [keyword, withoutMessages(value)]));
}

const ANCESTORS = {
  type: 'object',
  properties: {
    records: {
      type: 'array',
      items: {
        type: 'object',
        properties: { id: { type: 'string', format: 'uuid' }, name: { type: ['string', 'null'] } },
        required: ['id', 'name'],
      },
    },
    is_whole: {
      type: 'boolean',
      description: 'False where it goes on above a record that one does not see.',
    },
  },
  required: ['records', 'is_whole'],
};

function recordPaths(
  object: CompiledObject,
  access: DescribeAccess,
): Record<string, Record<string, Operation>> {
  const { read, export: exports, import: imports, ...writing } = access.rightsOn(object);
  // System objects are written through doors of their own.
  const rights = object.isSystem ? { create: false, update: false, delete: false } : writing;
  const { name } = object;
  const record = reference(schemaName(object));
  const input = reference(`${schemaName(object)}_input`);
  const tags = [name];
  const trees = [...object.fields.values()]
    .filter((field) => field.body.tree === true && access.canRead(field))
    .map((field) => field.name);
  const body = (schema: unknown) => ({ requestBody: { required: true, ...json(schema) } });
  const one = `/records/${name}/{id}`;
  const id = parameter('Id');
  const page = {
    type: 'object',
    properties: { records: { type: 'array', items: record } },
    allOf: [reference('Page')],
    required: ['records', 'next', 'previous'],
  };
  const paths: Record<string, Record<string, Operation>> = {
    [`/records/${name}`]: {
      get: {
        operationId: `list_${name}`,
        tags,
        summary: `List ${object.pluralLabel}`,
        parameters: [
          'Filter',
          'Sort',
          'Fields',
          'Limit',
          'After',
          'Before',
          'Count',
          'Deleted',
          'AsOf',
          'Search',
          'Rights',
          'Related',
        ].map(parameter),
        responses: answers(200, 'One page.', page),
      },
    },
    [`/records/${name}/query`]: {
      post: {
        operationId: `query_${name}`,
        tags,
        summary: `List ${object.pluralLabel}, with the question in the body`,
        ...body(reference('ListQuery')),
        responses: answers(200, 'One page.', page),
      },
    },
    [`/records/${name}/aggregate`]: {
      post: {
        operationId: `aggregate_${name}`,
        tags,
        summary: `Group ${object.pluralLabel} and measure the groups`,
        ...body(reference('AggregateQuery')),
        responses: answers(200, 'One row per group.', reference('AggregateRows')),
      },
    },
    [`/records/${name}/pivot`]: {
      post: {
        operationId: `pivot_${name}`,
        tags,
        summary: `A table of totals of ${object.pluralLabel}, with rows, columns and their totals`,
        ...body(reference('PivotQuery')),
        responses: answers(200, 'The table.', reference('Pivot')),
      },
    },
    [one]: {
      parameters: [id] as unknown as Operation,
      get: {
        operationId: `get_${name}`,
        tags,
        summary: `Get one ${object.label}`,
        parameters: [parameter('Fields'), parameter('Rights'), parameter('AsOf')],
        responses: answers(200, 'The record.', record),
      },
    },
    ...(trees.length === 0
      ? {}
      : {
          [`${one}/ancestors`]: {
            get: {
              operationId: `ancestors_${name}`,
              tags,
              summary: 'What stands above it in a tree, the topmost first',
              parameters: [
                id,
                { name: 'field', in: 'query', required: true, schema: { type: 'string', enum: trees } },
              ],
              responses: answers(200, 'The path down to it.', ANCESTORS),
            },
          },
        }),
    [`${one}/history`]: {
      get: {
        operationId: `history_${name}`,
        tags,
        summary: 'What has changed, newest first',
        parameters: [id, parameter('Limit'), parameter('Before'), ...HISTORY_PARAMETERS],
        responses: answers(200, 'Changes.', reference('History')),
      },
    },
  };
  if (rights.create) {
    paths[`/records/${name}`]!.post = {
      operationId: `create_${name}`,
      tags,
      summary: `Create one ${object.label}`,
      parameters: [parameter('DryRun'), parameter('Warnings')],
      ...body(input),
      responses: answers(201, 'The record as it was created.', record),
    };
    paths[`/records/${name}/batch`] = {
      post: {
        operationId: `batch_${name}`,
        tags,
        summary: `Write many ${object.pluralLabel}`,
        ...body(reference('Batch')),
        responses: answers(200, 'A result for each, in order.', reference('BatchResults')),
      },
    };
  }
  if (rights.update) {
    paths[one]!.patch = {
      operationId: `update_${name}`,
      tags,
      summary: `Change one ${object.label}: given fields are replaced, null clears`,
      parameters: [parameter('IfMatch'), parameter('DryRun'), parameter('Warnings')],
      ...body(input),
      responses: answers(200, 'The record as it is now.', record),
    };
  }
  if (rights.delete) {
    paths[one]!.delete = {
      operationId: `delete_${name}`,
      tags,
      summary: `Move one ${object.label} to the recycle bin`,
      parameters: [parameter('IfMatch'), parameter('Purge')],
      responses: answers(204, 'Gone.'),
    };
    paths[`${one}/restore`] = {
      post: {
        operationId: `restore_${name}`,
        tags,
        summary: `Take one ${object.label} out of the recycle bin`,
        parameters: [id],
        responses: answers(200, 'The record as it is again.', record),
      },
    };
  }
  Object.assign(paths, historyPaths(object, rights, record));
  if (!object.isSystem && (rights.update || rights.delete))
    Object.assign(paths, bulkPaths(name, object.pluralLabel));
  if (read && canBeShared(object)) Object.assign(paths, sharePaths(name, object.label));
  if (imports && !object.isSystem && (rights.create || rights.update)) {
    Object.assign(paths, importPaths(name, object.pluralLabel));
  }
  if (read && exports) {
    paths[`/records/${name}/export`] = {
      get: {
        operationId: `export_${name}`,
        tags,
        summary: `All ${object.pluralLabel} that fit, as a file`,
        parameters: [...['Format', 'Filter', 'Sort', 'Fields'].map(parameter), ...EXPORT_PARAMETERS],
        responses: {
          200: {
            description: 'The file.',
            content: EXPORT_CONTENT,
          },
          default: PROBLEM,
        },
      },
    };
  }
  return paths;
}

function parameter(name: string): object {
  return { $ref: `#/components/parameters/${name}` };
}
