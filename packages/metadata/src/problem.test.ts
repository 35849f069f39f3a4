import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasErrors, jsonPointer, nearest } from './problem.ts';

describe('nearest', () => {
  const words = ['industry', 'amount', 'account', 'stage', 'close_date', 'id'];
  it.each([
    ['industri', 'industry'],
    ['amuont', 'amount'],
    ['accuont', 'account'],
    ['closedate', 'close_date'],
    ['Stage', 'stage'],
    ['di', 'id'],
    ['revenue', undefined],
    ['', undefined],
    ['x', undefined],
    ['stage_of_the_deal', undefined],
  ])('%s → %s', (word, expected) => {
    expect(nearest(word, words)).toBe(expected);
  });

  it('has something in common with the word', () => {
    expect(nearest('=', ['!', '<', '=='])).toBe('==');
  });

  it('finds a word with one letter changed, left out or put in, and a word itself', () => {
    const word = fc.stringMatching(/^[a-z]{4,12}$/);
    fc.assert(
      fc.property(word, fc.nat(), fc.constantFrom('change', 'leave off', 'put in'), (text, place, way) => {
        const at = place % text.length;
        const rest = text.slice(at + (way === 'put in' ? 0 : 1));
        const typed = text.slice(0, at) + (way === 'leave off' ? '' : 'Z') + rest;
        expect(nearest(typed, [text])).toBe(text);
        expect(nearest(text, ['zzzz', text])).toBe(text);
      }),
    );
  });
});

it('jsonPointer escapes what RFC 6901 says', () => {
  expect(jsonPointer('a/b', 'c~d', 0, '~1')).toBe('/a~1b/c~0d/0/~01');
  expect(jsonPointer()).toBe('');
});

it('a warning is no error', () => {
  const problem = { code: 'x', pointer: '', message: '' };
  expect(
    [[], [{ ...problem, severity: 'warning' as const }], [{ ...problem, severity: 'error' as const }]].map(
      hasErrors,
    ),
  ).toEqual([false, false, true]);
});
