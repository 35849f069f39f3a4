/** Patterns of fields may be as bad as they like: they never stop the process. */
import { describe, expect, it } from 'vitest';
import { guardPattern } from '../src/guarded-pattern.ts';
import { faultsOf, object, openEngine } from './open-engine.ts';

describe('[S2] a pattern that an admin has written', () => {
  it.each([
    ['(a+)+$', `${'a'.repeat(200)}!`],
    ['^(a|aa)+$', `${'a'.repeat(200)}!`],
    ['^([a-z]+ ?)*$', `${'a'.repeat(100)}!`],
    ['^(.*,){1,50}x$', `${','.repeat(100)}!`],
    ['^(a?){40}a{40}$', 'a'.repeat(39)],
    ['^a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?b$', 'a'.repeat(60)],
    ['a*a*a*a*a*a*a*b', 'a'.repeat(255)],
    ['\\s+$', `a${' '.repeat(131_000)}b`],
  ])('is given up when it takes too long: %s', (source, text) => {
    const start = performance.now();
    const pattern = guardPattern(source, 'u');
    for (let index = 0; index < 30; index++) expect(pattern.test(text)).toBe(false);
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it.each([
    ['^[A-Z]{2}(-[0-9]+)*$', 'AB-1234567-1234567-1234567', 'AB-1234567-1234567-1234567-'],
    ['^([a-z]+\\.)+[a-z]+$', 'one.two.three.four.five', 'one.two.three.four.five.'],
    ['^[a-z]+$', 'abc', 'abc1'],
    ['^\\p{L}*$', 'Ä'.repeat(5_000), `${'Ä'.repeat(5_000)}1`],
    ['x+y+', `${'z'.repeat(5_000)}xy`, 'z'.repeat(5_000)],
  ])('says what it always said: %s', (source, good, bad) => {
    const pattern = guardPattern(source, 'u');
    expect([pattern.test(good), pattern.test(bad)]).toEqual([true, false]);
  });

  it('is that of its own field', async () => {
    const open = await openEngine(
      object('coded', {
        slow: { type: 'text', pattern: '^(a+)+$' },
        first: { type: 'text', pattern: '^(b+)+$' },
        second: { type: 'text', pattern: '^(c+)+$', max_length: 40 },
      }),
    );
    const create = (input: object) =>
      open.engine.records.create(open.admin, 'coded', { name: 'x', ...input });
    await create({ slow: 'a'.repeat(30), first: 'b'.repeat(30), second: 'c'.repeat(30) });
    const slow = `${'a'.repeat(60)}!`;
    expect(await faultsOf(create({ slow, first: 'c', second: 'b' }))).toEqual([
      'invalid_format /first',
      'invalid_format /second',
      'invalid_format /slow',
    ]);
    await open.close();
  });
});
