/**
 * Checks canonical values against the schemas of their field types with compiled validators, and says what is wrong
 * in a sentence for a person. Validators are compiled at first use and kept by the text of their schema, so that a
 * publish compiles only what it changed and equal fields share one.
 */
import { jsonPointer } from '@trellis/metadata';
import type { CompiledField } from '@trellis/model';
import type { ErrorObject } from 'ajv';
import type { InputError } from './engine.ts';
import { Validators } from './validators.ts';

const validators = new Validators();
const SOUND: readonly InputError[] = [];

/** All faults of one value, pointers from the record: `/amount`, `/tags/2`. Blank is always valid. */
export function validateValue(value: unknown, field: CompiledField): readonly InputError[] {
  if (value === null) return SOUND;
  const validate = validators.of(field);
  if (validate(value)) return SOUND;
  const errors = new Map<string, InputError>();
  for (const error of validate.errors ?? []) {
    if (error.keyword === 'allOf') continue;
    const pointer = jsonPointer(field.name) + error.instancePath;
    if (!errors.has(pointer)) errors.set(pointer, { pointer, ...describeFault(error, field) });
  }
  return [...errors.values()];
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

function describeFault(error: ErrorObject, field: CompiledField): Omit<InputError, 'pointer'> {
  const { label } = field;
  const params = error.params as Record<string, unknown>;
  const own = (error.parentSchema as { errorMessage?: unknown } | undefined)?.errorMessage;
  const isChoice = error.keyword === 'enum' || error.keyword === 'not';
  if (isChoice && field.options.length > 0) {
    return { code: 'invalid_option', message: `${label} has no such option.`, ...optionHint(field) };
  }
  switch (error.keyword) {
    case 'type':
      return {
        code: 'wrong_type',
        message: `${label} must be ${TYPE_NAMES[String(params.type)] ?? String(params.type)}.`,
      };
    case 'minLength':
      return {
        code: 'too_short',
        message: `${label} must have at least ${String(params.limit)} characters.`,
      };
    case 'maxLength':
      return { code: 'too_long', message: `${label} may have at most ${String(params.limit)} characters.` };
    case 'minimum':
      return { code: 'too_small', message: `${label} must be at least ${String(params.limit)}.` };
    case 'maximum':
      return { code: 'too_large', message: `${label} must be at most ${String(params.limit)}.` };
    case 'maxSignificantDigits':
      return {
        code: 'too_many_digits',
        message: `${label} may have at most ${String(error.schema)} significant digits.`,
      };
    case 'maxItems':
      return {
        code: 'too_many_items',
        message: `${label} may have at most ${String(params.limit)} entries.`,
      };
    case 'minItems':
      return { code: 'too_few_items', message: `${label} needs at least ${String(params.limit)} entries.` };
    case 'uniqueItems':
      return { code: 'duplicate_item', message: `${label} has an entry twice.` };
    case 'required':
      return { code: 'required', message: `${label} needs \`${String(params.missingProperty)}\`.` };
    case 'additionalProperties':
      return {
        code: 'unknown_property',
        message: `${label} has no property \`${String(params.additionalProperty)}\`.`,
      };
    case 'enum':
    case 'not':
      return field.targets.length > 0
        ? {
            code: 'invalid_target',
            message: `${label} can't point to such an object.`,
            hint: `It may point to ${field.targets.join(', ')}.`,
          }
        : {
            code: 'invalid_option',
            message: typeof own === 'string' ? `${label}: ${own}` : `${label} has no such option.`,
          };
    case 'pattern':
    case 'format':
      return {
        code: 'invalid_format',
        message: typeof own === 'string' ? `${label}: ${own}` : patternMessage(field, error),
      };
    default:
      return {
        code: 'invalid_value',
        message: `${label}: ${typeof own === 'string' ? own : 'this is not valid.'}`,
      };
  }
}

function patternMessage(field: CompiledField, error: ErrorObject): string {
  const isOwnPattern =
    field.body.pattern !== undefined && (error.params as { pattern?: string }).pattern === field.body.pattern;
  return isOwnPattern
    ? `${field.label} does not have the form that is asked for: ${field.body.pattern}`
    : `${field.label} is not well formed.`;
}

function optionHint(field: CompiledField): { hint?: string } {
  const offered = field.options.filter((option) => option.isActive).map((option) => option.value);
  if (offered.length === 0) return {};
  const shown = offered.slice(0, 12);
  return { hint: `Options are ${shown.join(', ')}${offered.length > shown.length ? ', …' : ''}.` };
}
