/**
 * What the types of files have in common. Input means a file by its id, alone or as `{id, …}` the way it was read;
 * the facts beside it (name, size, type) are the server's, which lays them beside the id when a record is saved.
 */
import type { FieldBody } from '@trellis/metadata';
import type { FieldType, JsonSchema, JsonValue } from '../field-type.ts';
import { ID_PATTERN, isId, sampleId } from './facets.ts';
import type { FileValue } from './file-values.ts';
import { structureFamily } from './structure.ts';

type Fault = ReturnType<FieldType['check']>[number];

/** Media types as `accept` names them: one of them, or all of a family. */
const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/(\*|[a-z0-9][a-z0-9!#$&^_.+-]{0,126})$/;
/** What every browser shows in a page. */
export const SHOWN_IMAGES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif'];

export const fileFamily = {
  ...structureFamily,
  category: 'text',
  holdsFiles: true,
  properties: ['accept', 'max_size'],
  convertsTo: [],
  canonicalise: readFile,
  toText: (value: JsonValue) => idOf(value),
  display: (value: JsonValue) => nameOf(value),
  isEqual: (left: JsonValue, right: JsonValue) => idOf(left) === idOf(right),
  mask: () => '•••',
  sample: (random: () => number) => ({ id: sampleId(random) }),
  parseText: (text: string) => {
    const id = text.trim().toLowerCase();
    if (id === '') return { value: null };
    return isId(id) ? { value: { id } } : { problem: 'This is not the id of a file.' };
  },
} as const satisfies Partial<FieldType>;

export const FILE_SCHEMA: JsonSchema = {
  type: 'object',
  properties: {
    id: { type: 'string', pattern: ID_PATTERN, errorMessage: 'This is not the id of a file.' },
    name: { type: 'string', description: 'Kept by the server.' },
    size: { type: 'integer', minimum: 0, description: 'Bytes; kept by the server.' },
    type: { type: 'string', description: 'Media type, found by the server in the content.' },
  },
  required: ['id'],
  additionalProperties: false,
};

/** The file that input means, by its id alone; what means none is left for the schema to refuse. */
export function readFile(value: unknown): unknown {
  if (typeof value === 'string') return value.trim() === '' ? null : { id: value.trim().toLowerCase() };
  const { id } = (value ?? {}) as { readonly id?: unknown };
  return typeof id === 'string' && !Array.isArray(value) ? { id: id.trim().toLowerCase() } : value;
}

export function idOf(value: JsonValue): string {
  return (value as { readonly id?: string } | null)?.id ?? '';
}

export function nameOf(value: JsonValue): string {
  const file = value as unknown as FileValue;
  return file.name ?? file.id;
}

/** Media types that the field takes: its own, those of its type, or any (undefined). */
export function acceptedTypes(field: {
  readonly type: { readonly name: string };
  readonly body: Pick<FieldBody, 'accept'>;
}): readonly string[] | undefined {
  return field.body.accept ?? (field.type.name === 'image' ? SHOWN_IMAGES : undefined);
}

/** Whether one of the accepted types, such as `image/*`, is that of the file. */
export function isAccepted(type: string, accepted: readonly string[]): boolean {
  return accepted.some((each) => (each.endsWith('/*') ? type.startsWith(each.slice(0, -1)) : type === each));
}

/** Faults of `accept`, and of properties that mean nothing on files. */
export function checkFileBody(body: FieldBody, most?: readonly string[]): readonly Fault[] {
  const faults: Fault[] = [];
  for (const [index, type] of (body.accept ?? []).entries()) {
    if (!MEDIA_TYPE.test(type)) {
      faults.push({
        code: 'invalid_value',
        pointer: `/accept/${index}`,
        message: `\`${type}\` is no media type.`,
        hint: 'Write `application/pdf`, or `image/*` for a family.',
      });
    } else if (most && !most.includes(type)) {
      faults.push({
        code: 'invalid_value',
        pointer: `/accept/${index}`,
        message: `An image field does not take \`${type}\`: not every browser shows it.`,
        hint: `It takes ${most.join(', ')}. Use the type file for others.`,
      });
    }
  }
  if (body.default !== undefined) {
    faults.push({
      code: 'property_not_applicable',
      pointer: '/default',
      message: 'A file belongs to one record: it can be no default.',
    });
  }
  return faults;
}
