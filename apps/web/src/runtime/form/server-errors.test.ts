import { ApiError } from '@trellis/api';
import { expect, test } from 'vitest';
import { serverErrors } from './server-errors.ts';

test('a server that does not answer says nothing about fields', () => {
  expect(serverErrors(new TypeError('Failed to fetch'), ['name'])).toEqual({
    byField: new Map(),
    others: [],
  });
});

test('entries go to the field of their pointer, the rest to the form', () => {
  const error = new ApiError({
    type: 'about:blank',
    title: 'Invalid',
    status: 422,
    code: 'invalid_record',
    detail: '',
    request_id: '',
    errors: [
      { code: 'required', pointer: '/name', message: 'Name is required.' },
      { code: 'too_long', pointer: '/name', message: 'Too long.', hint: 'At most 255.' },
      { code: 'wrong_type', pointer: '/regarding/id', message: 'No id.' },
      { code: 'rule', pointer: '', message: 'A rule.' },
      { code: 'unknown_field', pointer: '/other', message: 'Unknown.' },
    ],
  });
  const { byField, others } = serverErrors(error, ['name', 'regarding']);
  expect(Object.fromEntries(byField)).toEqual({
    name: ['Name is required.', 'Too long. At most 255.'],
    regarding: ['No id.'],
  });
  expect(others.map((entry) => entry.message)).toEqual(['A rule.', 'Unknown.']);
});
