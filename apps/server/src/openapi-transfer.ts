/** The parts of the OpenAPI document about jobs and imports that are the same for every workspace. */
const text = { type: 'string' };
const instant = { type: 'string', format: 'date-time' };
const maybe = (schema: { readonly type: string }) => ({ ...schema, type: [schema.type, 'null'] });

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
        created_by: { type: 'object', properties: { id: text, name: maybe(text) } },
        created_at: instant,
        started_at: maybe(instant),
        updated_at: instant,
        ended_at: maybe(instant),
      },
      required: ['id', 'kind', 'state', 'progress', 'counts'],
    },
  };
}
