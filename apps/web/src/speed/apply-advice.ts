/** Does what the advisor proposes: publishes the fields with their property, or the object with one more index. */
import type { IndexAdviceResponse } from '@trellis/api';
import { client, invalidateMetadata, queryClient } from '../api.ts';

export const ADVICE_KEY = ['metadata', 'advice'] as const;

export async function applyAdvice(advice: IndexAdviceResponse, message: string): Promise<void> {
  const { object, fields, together } = advice;
  const kind = together === null ? 'field' : 'object';
  const { components, revision } = await client.metadata(kind);
  const bodyOf = (name: string) => {
    const found = components.find((each) => each.name === name);
    return (found?.body ?? {}) as Readonly<Record<string, unknown>>;
  };
  const changed =
    together === null
      ? fields.map(({ object: of, field, property }) => {
          const name = `${of}.${field}`;
          return { kind, name, body: { ...bodyOf(name), [property]: true } };
        })
      : [{ kind, name: object, body: withIndex(bodyOf(object), together) }];
  await client.publish({ components: changed, expected_revision: revision, message });
  await Promise.all([invalidateMetadata(), queryClient.invalidateQueries({ queryKey: ADVICE_KEY })]);
}

function withIndex(body: Readonly<Record<string, unknown>>, fields: readonly string[]) {
  const indexes = Array.isArray(body.indexes) ? (body.indexes as readonly unknown[]) : [];
  return { ...body, indexes: [...indexes, { fields }] };
}
