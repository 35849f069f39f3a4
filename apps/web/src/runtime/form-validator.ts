/**
 * Validation for rjsf that interprets schemas instead of compiling them to code: the usual validator needs
 * `unsafe-eval`, which our content security policy forbids, and then fails silently. Messages are the field types'
 * own (`errorMessage`) where they have one.
 */
import { type Schema, Validator } from '@cfworker/json-schema';
import type { RJSFSchema, RJSFValidationError, ValidatorType } from '@rjsf/utils';
import { toErrorSchema } from '@rjsf/utils';
import { type FieldDescription, wireValues, withoutBlanks } from '@trellis/forms';
import { isStorableJson, type JsonSchema } from '@trellis/model';
import { i18next } from '../i18n.ts';
import { meetsPatterns } from './patterns.ts';

/** Values of a form: as on the wire, but lookups may be expanded so that their titles are at hand. */
export type FormData = Record<string, unknown>;

/** One problem per field, in the order of the schema. */
export function findFormErrors(schema: RJSFSchema, values: FormData): RJSFValidationError[] {
  const data = withoutBlanks(values);
  const errors: RJSFValidationError[] = [];
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (!(name in data)) {
      if (schema.required?.includes(name))
        errors.push(problemOf(name, 'required', i18next.t('form.required')));
      continue;
    }
    if (typeof property !== 'object') continue;
    // An admin's patterns stand under `allOf`, and have an engine of their own.
    const { allOf: _, ...own } = property;
    const result = new Validator(own as Schema, '2020-12', false).validate(data[name]);
    // Its own keyword: text that is no JSON stays in the form as a value that no JSON can be.
    const isKept =
      (property as { storableJson?: boolean }).storableJson !== true || isStorableJson(data[name]);
    if (result.valid && isKept && meetsPatterns(property as JsonSchema, data[name])) continue;
    const keyword = result.errors.at(-1)?.keyword;
    const message: unknown = (property as { errorMessage?: unknown }).errorMessage;
    errors.push(
      problemOf(
        name,
        keyword ?? 'invalid',
        typeof message === 'string' ? message : explain(property, keyword),
      ),
    );
  }
  return errors;
}

/** A validator for forms of these fields. */
export function createFormValidator(
  fields: readonly FieldDescription[],
): ValidatorType<FormData, RJSFSchema> {
  return {
    validateFormData(formData, schema) {
      const errors = findFormErrors(schema, wireValues(fields, formData ?? {}));
      return { errors, errorSchema: toErrorSchema<FormData>(errors) };
    },
    isValid: (schema, formData) => new Validator(schema as Schema, '2020-12').validate(formData).valid,
    rawValidation: () => ({ errors: [] }),
  };
}

function problemOf(name: string, keyword: string, message: string): RJSFValidationError {
  return { name: keyword, property: `.${name}`, message, stack: message };
}

function explain(schema: object, keyword: string | undefined): string {
  const limit = String(keyword === undefined ? '' : (schema as Readonly<Record<string, unknown>>)[keyword]);
  switch (keyword) {
    case 'maxLength':
      return i18next.t('form.maxLength', { limit });
    case 'minLength':
      return i18next.t('form.minLength', { limit });
    case 'minimum':
      return i18next.t('form.minimum', { limit });
    case 'maximum':
      return i18next.t('form.maximum', { limit });
    case 'enum':
      return i18next.t('form.enum');
    default:
      return i18next.t('form.invalid');
  }
}
