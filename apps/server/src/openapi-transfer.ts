/** The parts of the OpenAPI document about jobs and imports that are the same for every workspace. */
const text = { type: 'string' };
const instant = { type: 'string', format: 'date-time' };
const maybe = (schema: { readonly type: string }) => ({ ...schema, type: [schema.type, 'null'] });

const FOLDED = { type: 'boolean', default: false, description: 'Case, accents and signs do not count.' };

/** Fields by which records are recognised, of an import and of a batch. */
export const MATCH = {
  type: 'array',
  description: 'Instead of `key`: fields, unique or not, that a record must share to be recognised.',
  minItems: 1,
  maxItems: 5,
  items: {
    anyOf: [
      text,
      {
        type: 'object',
        properties: { field: text, folded: FOLDED },
        required: ['field'],
        additionalProperties: false,
      },
    ],
  },
};

export function transferSchemas(): Record<string, unknown> {
  return {
    Job: {
      type: 'object',
      properties: {
        id: text,
        kind: text,
        state: { type: 'string', enum: ['queued', 'running', 'paused', 'done', 'failed', 'cancelled'] },
        progress: {
          type: 'object',
          properties: { done: { type: 'integer' }, total: maybe({ type: 'integer' }) },
        },
        counts: { type: 'object', additionalProperties: { type: 'integer' } },
        message: { ...maybe(text), description: 'A sentence for people, such as why it failed.' },
        about: { description: 'What was asked for.' },
        result: {},
        wish: { description: 'Asked for and not yet obeyed: `pause` or `cancel`.', ...maybe(text) },
        can_undo: {
          type: 'boolean',
          description: 'It is over, has changed records, and is not undone: `/undo` takes it back.',
        },
        undone_by: {
          description: 'The job that undoes this one, or has done so.',
          type: ['object', 'null'],
          properties: { id: text, state: text },
        },
        undoes: { ...maybe(text), description: 'The job that this one undoes.' },
        created_by: { type: 'object', properties: { id: text, name: maybe(text) } },
        created_at: instant,
        started_at: maybe(instant),
        updated_at: instant,
        ended_at: maybe(instant),
      },
      required: ['id', 'kind', 'state', 'progress', 'counts'],
    },
    ImportMapping: {
      type: 'object',
      properties: {
        operation: { type: 'string', enum: ['create', 'update', 'upsert'], default: 'create' },
        key: { ...text, description: 'Unique field by which records are recognised; for update also `id`.' },
        match: MATCH,
        columns: {
          type: 'object',
          description: 'Header → field. Unless given, headers are names or labels of fields.',
          additionalProperties: {
            anyOf: [
              text,
              { type: 'null' },
              {
                type: 'object',
                properties: {
                  field: text,
                  match: { ...text, description: 'Of a lookup: the field by which its target is found.' },
                  folded: FOLDED,
                  object: text,
                  format: { type: 'string', enum: ['ymd', 'dmy', 'mdy', 'point', 'comma'] },
                },
                required: ['field'],
                additionalProperties: false,
              },
            ],
          },
        },
        blank: { type: 'string', enum: ['keep', 'clear'], default: 'keep' },
        decimal_comma: { type: 'boolean', default: false },
        dry_run: { type: 'boolean', default: false },
        raw: {
          type: 'boolean',
          default: false,
          description: 'CSV: an apostrophe before what looks like a formula stays.',
        },
        format: { type: 'string', enum: ['csv', 'ndjson', 'xlsx'] },
        delimiter: { type: 'string', enum: [',', ';', '\t', '|'] },
        encoding: { ...text, description: 'Such as `utf-8` or `windows-1252`; found out unless given.' },
        defaults: {
          type: 'object',
          description: 'Field → its value in all rows that have none; texts are read as those of cells.',
          additionalProperties: true,
        },
        time_zone: { ...text, description: 'Of times without a zone; the caller’s unless given.' },
        existing: {
          type: 'string',
          enum: ['update', 'skip'],
          default: 'update',
          description: 'Under upsert: what becomes of rows whose record exists.',
        },
        sheet: { ...text, description: 'Of a workbook: the first that is shown unless given.' },
        header_row: {
          type: 'integer',
          minimum: 0,
          description: 'Row of the header; 0: there is none, and columns are called Column 1, Column 2, …',
        },
      },
      additionalProperties: false,
    },
    ImportFile: {
      type: 'object',
      properties: { id: text, name: maybe(text), bytes: { type: 'integer' } },
    },
    ImportPreview: {
      type: 'object',
      properties: {
        format: text,
        encoding: text,
        delimiter: text,
        sheets: { type: 'array', items: text },
        sheet: maybe(text),
        header_row: { type: 'integer' },
        columns: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              name: text,
              samples: { type: 'array', items: text },
              suggestion: maybe(text),
              formats: { type: 'object', properties: { date: maybe(text), number: maybe(text) } },
              read: {
                description: 'How the samples are understood, where the mapping gives the column a field.',
              },
            },
          },
        },
        matches: {
          description: 'For how many of the first 1,000 rows one record, none or several are recognised.',
          type: ['object', 'null'],
          properties: Object.fromEntries(
            ['rows', 'one', 'none', 'several', 'unclear'].map((name) => [name, { type: 'integer' }]),
          ),
        },
      },
    },
  };
}

/** Of an export, beside those of a list. */
export const EXPORT_PARAMETERS: readonly object[] = [
  { name: 'search', in: 'query', description: 'What searchable fields contain.', schema: text },
  {
    name: 'raw',
    in: 'query',
    description: 'CSV: no apostrophe before texts that a spreadsheet would run as formulas.',
    schema: { type: 'boolean', default: false },
  },
];

export const EXPORT_CONTENT = {
  'text/csv': { schema: text },
  'application/x-ndjson': { schema: text },
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': {
    schema: { type: 'string', format: 'binary' },
  },
};

/** The doors for importing one object. */
export function importPaths(name: string, pluralLabel: string): Record<string, Record<string, object>> {
  const problem = { $ref: '#/components/responses/Problem' };
  const schema = (reference: string) => ({ $ref: `#/components/schemas/${reference}` });
  const requestBody = {
    required: true,
    content: {
      'multipart/form-data': {
        schema: {
          type: 'object',
          properties: {
            mapping: schema('ImportMapping'),
            file: { type: 'string', format: 'binary' },
            file_id: { ...text, description: 'Instead of `file`: one that is kept.' },
          },
        },
        encoding: { mapping: { contentType: 'application/json' } },
      },
    },
  };
  const door = (operationId: string, summary: string, status: number, answer: string) => ({
    post: {
      operationId,
      tags: [name],
      summary,
      requestBody,
      responses: {
        [status]: { description: summary, content: { 'application/json': { schema: schema(answer) } } },
        default: problem,
      },
    },
  });
  return {
    [`/records/${name}/import`]: door(`import_${name}`, `Import ${pluralLabel} from a file`, 202, 'Job'),
    [`/records/${name}/import/files`]: door(
      `keep_import_file_${name}`,
      'Keep a file for a day, to be looked at and imported',
      201,
      'ImportFile',
    ),
    [`/records/${name}/import/preview`]: door(
      `preview_import_${name}`,
      'Look at the beginning of a file',
      200,
      'ImportPreview',
    ),
  };
}
