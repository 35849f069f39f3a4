import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { returnPath } from './return-path.ts';

const ORIGIN = 'https://crm.example.com';

describe('the way back from sign-in', () => {
  it.each([
    '/',
    '/o/deal',
    '/o/deal?view=all&q=a%20b#x',
    '/setup/people',
    '/o/deal/1?next=https://evil.example',
  ])('leads to %s', (path) => expect(returnPath(path, ORIGIN)).toBe(path));

  it.each([
    undefined,
    '',
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '\\/evil.example',
    '/\t/evil.example',
    '/\n//evil.example',
    '/x/..//evil.example',
    '/./\\evil.example',
    'javascript:alert(1)',
    ' /o/deal',
    '/login',
    '/login?next=/o/deal',
    'https:/evil.example',
    '///evil.example',
  ])('leads home instead of to %j', (path) => expect(returnPath(path, ORIGIN)).toBe('/'));

  it('never leaves the application, whatever is said', () => {
    const piece = fc.constantFrom(
      '/',
      '\\',
      '.',
      '..',
      ':',
      '@',
      '?',
      '#',
      '%2f',
      '%5c',
      '\t',
      'evil.example',
      'https:',
      'o',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const path = returnPath(pieces.join(''), ORIGIN);
        expect(path).toMatch(/^\//);
        expect(new URL(path, ORIGIN).origin).toBe(ORIGIN);
      }),
    );
  });
});
