import type { RJSFSchema } from '@rjsf/utils';
import { expect, test } from 'vitest';
import { findFormErrors } from './form-validator.ts';

const schema: RJSFSchema = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string', maxLength: 5, pattern: '^[^\\u0000\\p{Cs}]*$' },
    amount: { type: 'number', minimum: 0 },
    stage: { type: 'string', enum: ['a', 'b'], errorMessage: 'No stage.' } as RJSFSchema,
  },
};
const messages = (values: Record<string, unknown>) =>
  findFormErrors(schema, values).map((error) => `${error.property} ${error.message}`);

test('one message per field, blanks counting as absent', () => {
  expect(messages({ name: '', amount: -1, stage: 'c' })).toEqual([
    '.name Required',
    '.amount At least 0.',
    '.stage No stage.',
  ]);
  expect(messages({ name: 'too long', amount: null, stage: '' })).toEqual(['.name At most 5 characters.']);
});

test('what fits has none', () => {
  expect(messages({ name: 'Émile', amount: 0, stage: 'a', unknown: {} })).toEqual([]);
});
