/** Anything that JSON can say, with nulls inside kept; optionally held to a schema. */
import type { FieldBody } from '@trellis/metadata';
import type { FieldType, JsonSchema, JsonValue } from '../field-type.ts';
import { isStorableJson } from './json-text.ts';
import { structureFamily } from './structure.ts';

type Fault = ReturnType<FieldType['check']>[number];

const TYPES = ['string', 'number', 'integer', 'boolean', 'array', 'object', 'null'];
const WHOLE_NUMBERS = ['minLength', 'maxLength', 'minItems', 'maxItems'];
/** Keywords that all validators of the platform read alike; `$ref` and its kin could also lead outside. */
const KEYWORDS = [
  ...['type', 'title', 'description', 'enum', 'pattern', 'minimum', 'maximum'],
  ...['items', 'properties', 'required', 'additionalProperties', ...WHOLE_NUMBERS],
];
const MOST_LEVELS = 20;

export const json = {
  ...structureFamily,
  name: 'json',
  label: 'JSON',
  description: 'Data of any shape, for programs; held to a JSON Schema if you give one.',
  category: 'text',
  icon: 'braces',
  properties: ['json_schema'],
  widget: 'json',
  convertsTo: ['long_text'],
  check: ({ json_schema: schema }: FieldBody) =>
    schema === undefined ? [] : checkSchema(schema, '/json_schema', 0),
  valueSchema: ({ body }) => ({
    ...(body.json_schema === undefined ? {} : (markPatterns(body.json_schema as JsonSchema) as JsonSchema)),
    storableJson: true,
    ...(body.json_schema === undefined ? { errorMessage: 'This is not valid JSON, or too much of it.' } : {}),
  }),
  canonicalise: (value) => {
    if (value === '' || (Array.isArray(value) && value.length === 0)) return null;
    return isStorableJson(value) ? withoutMinusZero(value as JsonValue) : value;
  },
  parseText: (text, field) => {
    if (text.trim() === '') return { value: null };
    try {
      const value: unknown = JSON.parse(text);
      if (!isStorableJson(value)) return { problem: 'This is JSON that can not be kept.' };
      return { value: field.type.canonicalise(value, field) as JsonValue };
    } catch {
      return { problem: 'This is not JSON.' };
    }
  },
  toText: (value) => JSON.stringify(value),
  display: (value) => JSON.stringify(value),
  sample: (random) => ({ count: Math.floor(random() * 100), tags: ['a', null], note: null }),
} as const satisfies FieldType;

/** The schema with its patterns under `allOf`, where those of admins stand (`patterns.ts`). */
function markPatterns(schema: JsonSchema): JsonSchema {
  const { pattern, ...rest } = schema;
  const { items, properties } = rest as { items?: JsonSchema; properties?: Record<string, JsonSchema> };
  return {
    ...rest,
    ...(pattern === undefined ? {} : { allOf: [{ pattern }] }),
    ...(items === undefined ? {} : { items: markPatterns(items) }),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, each]) => [name, markPatterns(each)]),
          ),
        }),
  };
}

/** JSON has a minus zero; a value has not. */
function withoutMinusZero(value: JsonValue): JsonValue {
  if (value === 0) return 0;
  if (Array.isArray(value)) return value.map(withoutMinusZero);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutMinusZero(each)]));
}

function checkSchema(schema: unknown, pointer: string, depth: number): readonly Fault[] {
  const refuse = (at: string, message: string, code = 'invalid_value'): readonly Fault[] => [
    { code, pointer: at, message },
  ];
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema))
    return refuse(pointer, 'A schema is an object.');
  if (depth > MOST_LEVELS) return refuse(pointer, `A schema has at most ${MOST_LEVELS} levels.`);
  return Object.entries(schema).flatMap(([keyword, value]): readonly Fault[] => {
    const at = `${pointer}/${keyword.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (!KEYWORDS.includes(keyword))
      return refuse(
        at,
        `The keyword \`${keyword}\` is not understood here. Known are ${KEYWORDS.join(', ')}.`,
      );
    if (keyword === 'type')
      return TYPES.includes(value as string) ? [] : refuse(at, `A type is one of ${TYPES.join(', ')}.`);
    if (keyword === 'enum') {
      const isScalar = (each: unknown) => each === null || typeof each !== 'object';
      return Array.isArray(value) && value.length > 0 && value.every(isScalar)
        ? []
        : refuse(at, '`enum` is a list of texts, numbers, true, false or null.');
    }
    if (keyword === 'pattern') {
      return typeof value === 'string' ? [] : refuse(at, 'A pattern is a text.');
    }
    if (keyword === 'minimum' || keyword === 'maximum')
      return Number.isFinite(value) ? [] : refuse(at, `\`${keyword}\` is a number.`);
    if (WHOLE_NUMBERS.includes(keyword))
      return Number.isInteger(value) && (value as number) >= 0
        ? []
        : refuse(at, `\`${keyword}\` is a whole number of at least 0.`);
    if (keyword === 'title' || keyword === 'description')
      return typeof value === 'string' ? [] : refuse(at, `\`${keyword}\` is a text.`);
    if (keyword === 'additionalProperties')
      return typeof value === 'boolean' ? [] : refuse(at, '`additionalProperties` is true or false.');
    if (keyword === 'items') return checkSchema(value, at, depth + 1);
    // A name that every object has would seem to be there when it is not.
    const isName = (name: unknown) => typeof name === 'string' && !(name in {});
    if (keyword === 'required')
      return Array.isArray(value) && new Set(value).size === value.length && value.every(isName)
        ? []
        : refuse(at, '`required` is a list of names, none twice.');
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return refuse(at, '`properties` is an object of schemas.');
    return Object.entries(value).flatMap(([name, each]) =>
      isName(name)
        ? checkSchema(each, `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, depth + 1)
        : refuse(at, `A property can not be called \`${name}\`.`),
    );
  });
}
