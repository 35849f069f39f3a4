import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSecretBox } from './secret-box.ts';

const [first, second] = [randomBytes(32), randomBytes(32)];

it('opens what it sealed, whatever the text and the place', () => {
  const box = createSecretBox([first]);
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, place) => {
      expect(box.open(box.seal(text, place), place)).toBe(text);
    }),
  );
});

it('lets keys follow one another, and re-seals with the first', () => {
  const old = createSecretBox([first]);
  const ring = createSecretBox([second, first]);
  const sealed = old.seal('text ✓', 'a/b');
  expect(ring.open(sealed, 'a/b')).toBe('text ✓');
  expect([old.isCurrent(sealed), ring.isCurrent(sealed)]).toEqual([true, false]);
  const resealed = ring.reseal(sealed, 'a/b');
  expect(ring.isCurrent(resealed)).toBe(true);
  expect(resealed.startsWith(ring.currentPrefix)).toBe(true);
  expect(createSecretBox([second]).open(resealed, 'a/b')).toBe('text ✓');
  expect(ring.reseal(resealed, 'a/b')).toBe(resealed);
  expect(() => createSecretBox([second]).open(sealed, 'a/b')).toThrow('key');
  expect(() => ring.reseal(sealed, 'a/c')).toThrow();
  expect(ring.keyNames).toHaveLength(2);
  expect(ring.keyNames[1]).toBe(old.keyNames[0]);
  expect(createSecretBox([first, first]).keyNames).toHaveLength(1);
});

it('opens nothing that was moved, altered or cut off at any place', () => {
  const box = createSecretBox([first]);
  const sealed = box.seal('text', 'a/b');
  expect(() => box.open(sealed, 'a/c')).toThrow();
  const [version, name, nonce, content] = sealed.split('.') as [string, string, string, string];
  const bytes = Buffer.from(content, 'base64url');
  for (let index = 0; index < bytes.length; index += 1) {
    const altered = Buffer.from(bytes);
    altered[index]! ^= 1;
    expect(() => box.open([version, name, nonce, altered.toString('base64url')].join('.'), 'a/b')).toThrow();
    const cut = bytes.subarray(0, index).toString('base64url');
    expect(() => box.open([version, name, nonce, cut].join('.'), 'a/b')).toThrow();
    const tail = bytes.subarray(index + 1).toString('base64url');
    expect(() => box.open([version, name, nonce, tail].join('.'), 'a/b')).toThrow();
  }
  for (const nonsense of ['', 'v1', 'v2.a.b.c', sealed.replace('v1', 'v2'), `${version}.${name}..`]) {
    expect(() => box.open(nonsense, 'a/b')).toThrow();
  }
  expect(box.seal('text', 'a')).not.toBe(box.seal('text', 'a'));
  expect(() => createSecretBox([randomBytes(16)])).toThrow(TypeError);
});
