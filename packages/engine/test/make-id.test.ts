/** Ids of records. */
import { expect, test } from 'vitest';
import { makeId } from '../src/make-id.ts';

test('ids are version 7, each once, in the order in which they are made, and tell the time', () => {
  const before = Date.now();
  const ids = Array.from({ length: 20_000 }, makeId);
  const after = Date.now();
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.toSorted()).toEqual(ids);
  for (const id of ids) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const milliseconds = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
    expect(milliseconds).toBeGreaterThanOrEqual(before);
    expect(milliseconds).toBeLessThanOrEqual(after);
  }
  // What follows the time and the count is random: no bytes are used twice.
  expect(new Set(ids.map((id) => id.slice(-8))).size).toBeGreaterThan(ids.length - 10);
});
