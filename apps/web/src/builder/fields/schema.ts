/** Changes of a JSON Schema as its editor makes them. Every function gives a new schema; unknown keywords are kept. */

export interface Schema {
  readonly [keyword: string]: unknown;
}

export const SCHEMA_TYPES = ['string', 'number', 'integer', 'boolean', 'array', 'object'] as const;

/** Keywords that mean something for one type only, and go with it. */
const KEYWORDS_OF_TYPE: Readonly<Record<string, readonly string[]>> = {
  string: ['minLength', 'maxLength', 'pattern', 'enum'],
  number: ['minimum', 'maximum', 'enum'],
  integer: ['minimum', 'maximum', 'enum'],
  boolean: [],
  array: ['minItems', 'maxItems', 'items'],
  object: ['properties', 'required', 'additionalProperties'],
};

const LIMITS = ['minLength', 'maxLength', 'minimum', 'maximum', 'minItems', 'maxItems'] as const;
export type Limit = (typeof LIMITS)[number];

/** The limits that values of a type may have. */
export function limitsOf(type: string): readonly Limit[] {
  return LIMITS.filter((limit) => KEYWORDS_OF_TYPE[type]?.includes(limit));
}

/** Undefined takes the keyword away. */
export function withKeyword(schema: Schema, keyword: string, value: unknown): Schema {
  const { [keyword]: _, ...rest } = schema;
  return value === undefined ? rest : { ...rest, [keyword]: value };
}

/** The schema for another type (undefined: any), without what only the old one had. */
export function withType(schema: Schema, type: string | undefined): Schema {
  const kept = type === undefined ? [] : (KEYWORDS_OF_TYPE[type] ?? []);
  const gone = new Set(
    Object.values(KEYWORDS_OF_TYPE)
      .flat()
      .filter((keyword) => !kept.includes(keyword)),
  );
  const rest = Object.fromEntries(
    Object.entries(schema).filter(([keyword]) => keyword !== 'type' && !gone.has(keyword)),
  );
  return type === undefined ? rest : { type, ...rest };
}

export interface SchemaProperty {
  readonly name: string;
  readonly schema: Schema;
  readonly isRequired: boolean;
}

export function propertiesOf(schema: Schema): readonly SchemaProperty[] {
  const properties = (schema.properties ?? {}) as Readonly<Record<string, Schema>>;
  const required = requiredOf(schema);
  return Object.entries(properties).map(([name, inner]) => ({
    name,
    schema: inner,
    isRequired: required.includes(name),
  }));
}

export function setProperty(schema: Schema, name: string, inner: Schema): Schema {
  const properties = schema.properties as Readonly<Record<string, Schema>> | undefined;
  return { ...schema, properties: { ...properties, [name]: inner } };
}

/** A new property, under a name that is free. */
export function addProperty(schema: Schema): Schema {
  const taken = new Set(propertiesOf(schema).map(({ name }) => name));
  let number = taken.size + 1;
  while (taken.has(`property_${number}`)) number++;
  return setProperty(schema, `property_${number}`, { type: 'string' });
}

export function removeProperty(schema: Schema, name: string): Schema {
  const left = propertiesOf(schema).filter((each) => each.name !== name);
  return withProperties(schema, left);
}

/** In its place, so that the form does not jump. */
export function renameProperty(schema: Schema, from: string, to: string): Schema {
  return withProperties(
    schema,
    propertiesOf(schema).map((each) => (each.name === from ? { ...each, name: to } : each)),
  );
}

export function toggleRequired(schema: Schema, name: string): Schema {
  return withProperties(
    schema,
    propertiesOf(schema).map((each) =>
      each.name === name ? { ...each, isRequired: !each.isRequired } : each,
    ),
  );
}

/** Names that are required without being described stay so. */
function withProperties(schema: Schema, properties: readonly SchemaProperty[]): Schema {
  const described = new Set(propertiesOf(schema).map(({ name }) => name));
  const required = [
    ...requiredOf(schema).filter((name) => !described.has(name)),
    ...properties.filter((each) => each.isRequired).map(({ name }) => name),
  ];
  const entries = properties.map(({ name, schema: inner }) => [name, inner] as const);
  return withKeyword(
    withKeyword(schema, 'properties', entries.length === 0 ? undefined : Object.fromEntries(entries)),
    'required',
    required.length === 0 ? undefined : required,
  );
}

function requiredOf(schema: Schema): readonly string[] {
  return Array.isArray(schema.required) ? (schema.required as readonly string[]) : [];
}
