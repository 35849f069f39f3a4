import { describe, expect, it } from 'vitest';
import { checkPassword, hashPassword, needsRehash, verifyPassword } from './password.ts';

describe('the password policy', () => {
  it.each([
    ['eleven char', 'at least 12'],
    ['', 'at least 12'],
    ['x'.repeat(1025), 'at most 1,024'],
    // Eleven people, 22 code units.
    ['😀'.repeat(11), 'at least 12'],
  ])('refuses %j', (password, message) => {
    expect(checkPassword(password)).toContain(message);
  });

  it.each([
    'kzqwvmtrnplx',
    'correct horse battery',
    '紙石鋏月火水木金土日春夏',
    'seven green bicycles'.repeat(60).slice(0, 1024),
  ])('takes %j without asking for kinds of characters', (password) =>
    expect(checkPassword(password)).toBeUndefined(),
  );
});

describe('hashing', () => {
  it('makes argon2id hashes with a salt, and verifies them', async () => {
    const [first, second] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')]);
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(first).not.toBe(second);
    expect(await verifyPassword('correct horse', first)).toBe(true);
    expect(await verifyPassword('Correct horse', first)).toBe(false);
    expect(needsRehash(first)).toBe(false);
    expect(needsRehash(first.replace('m=19456', 'm=4096'))).toBe(true);
  });

  it('takes the composed and the decomposed letter for the same', async () => {
    const hash = await hashPassword('Zu\u0308rich Zu\u0308rich');
    expect(await verifyPassword('Z\u00fcrich Z\u00fcrich', hash)).toBe(true);
  });

  it('does the same work for an account that does not exist', async () => {
    const hash = await hashPassword('correct horse battery');
    await verifyPassword('warm up', undefined);
    const measure = async (work: () => Promise<unknown>) => {
      const times: number[] = [];
      for (let round = 0; round < 7; round += 1) {
        const start = performance.now();
        await work();
        times.push(performance.now() - start);
      }
      return times.sort((left, right) => left - right)[3]!;
    };
    const known = await measure(() => verifyPassword('wrong password', hash));
    const unknown = await measure(() => verifyPassword('wrong password', undefined));
    expect(unknown / known).toBeGreaterThan(0.4);
    expect(unknown / known).toBeLessThan(2.5);
  });

  it('never hashes a book', async () => {
    expect(await verifyPassword('x'.repeat(1025), await hashPassword('x'))).toBe(false);
  });
});
