import { expect, test } from 'vitest';
import { nextSort } from './sort-keys.ts';

test('a click goes round: ascending, descending, none', () => {
  expect(nextSort(['-close_date'], 'name', false)).toEqual(['name']);
  expect(nextSort(['name'], 'name', false)).toEqual(['-name']);
  expect(nextSort(['-name'], 'name', false)).toEqual([]);
});

test('shift keeps the other keys in their places', () => {
  expect(nextSort(['stage'], 'amount', true)).toEqual(['stage', 'amount']);
  expect(nextSort(['stage', 'amount'], 'stage', true)).toEqual(['-stage', 'amount']);
  expect(nextSort(['-stage', 'amount'], 'stage', true)).toEqual(['amount']);
});
