/**
 * Compiled validators by the text of their schema. What Ajv has compiled stays with the instance that compiled it,
 * whatever is removed from its cache: a process that lives through many publishes would keep the schemas of all of
 * them. So an instance compiles a few and is left behind, to go with the last of its validators.
 */
import {
  type CompiledField,
  compilePattern,
  countSignificantDigits,
  type JsonSchema,
  patternsUnderAllOf,
  VALUE_KEYWORDS,
} from '@trellis/model';
import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import { LRUCache } from 'lru-cache';

const MAX_VALIDATORS = 5000;
/** What one validator that is in use keeps alive beside itself; an instance costs as much as three schemas. */
const SCHEMAS_OF_AN_INSTANCE = 25;

export class Validators {
  readonly #bySchema: LRUCache<string, ValidateFunction>;
  readonly #byField = new WeakMap<CompiledField, ValidateFunction>();
  #compiler = createCompiler();
  #compiled = 0;

  constructor(max = MAX_VALIDATORS) {
    this.#bySchema = new LRUCache({ max });
  }

  /** Compiled at the first use; equal fields share one. */
  of(field: CompiledField): ValidateFunction {
    const known = this.#byField.get(field);
    if (known) return known;
    const schema = withoutEmptyEnums(field.type.valueSchema(field));
    const text = JSON.stringify(schema);
    const validate = this.#bySchema.get(text) ?? this.#compile(schema);
    this.#bySchema.set(text, validate);
    this.#byField.set(field, validate);
    return validate;
  }

  #compile(schema: JsonSchema): ValidateFunction {
    if (++this.#compiled % SCHEMAS_OF_AN_INSTANCE === 0) this.#compiler = createCompiler();
    return this.#compiler(schema);
  }
}

function createCompiler(): (schema: JsonSchema) => ValidateFunction {
  /** Patterns of admins in the schema that is being compiled; those of the types are known to be harmless. */
  let givenPatterns: ReadonlySet<string> = new Set();
  const regExp = (source: string, flags: string) =>
    givenPatterns.has(source) ? compilePattern(source) : new RegExp(source, flags);
  const ajv = new Ajv({
    // The text by which standalone code would make it; none is written here.
    code: { regExp: Object.assign(regExp, { code: 'regExp' }) },
    allErrors: true,
    strict: false,
    strictNumbers: true,
    verbose: true,
    validateSchema: false,
  });
  // The package is CommonJS: its function is the default export's `default`.
  (formats as unknown as { default: (instance: Ajv, names: string[]) => void }).default(ajv, [
    'date',
    'date-time',
  ]);
  ajv.addKeyword({
    keyword: 'maxSignificantDigits',
    type: 'number',
    validate: (most: number, value: number) => countSignificantDigits(value) <= most,
  });
  for (const [keyword, holds] of VALUE_KEYWORDS)
    ajv.addKeyword({ keyword, validate: (_: unknown, value: unknown) => holds(value) });
  return (schema) => {
    givenPatterns = new Set(allGivenPatterns(schema));
    return ajv.compile(schema);
  };
}

function* allGivenPatterns(schema: unknown): Generator<string> {
  if (typeof schema !== 'object' || schema === null) return;
  if (!Array.isArray(schema)) yield* patternsUnderAllOf(schema as JsonSchema);
  for (const part of Object.values(schema)) yield* allGivenPatterns(part);
}

/** A select whose options are all inactive accepts nothing; JSON Schema has no empty `enum` to say so. */
function withoutEmptyEnums(schema: JsonSchema): JsonSchema {
  const items = schema.items as JsonSchema | undefined;
  const { enum: values, ...rest } = schema;
  const isEmpty = Array.isArray(values) && values.length === 0;
  return {
    ...(isEmpty ? { ...rest, not: {} } : schema),
    ...(items ? { items: withoutEmptyEnums(items) } : {}),
  };
}
