import type { ApiRecord } from '@trellis/api';
import { describe, expect, it } from 'vitest';
import { isBehind, mentions, type Pages, patched } from './patch-pages.ts';

const record = (id: string, name: string, account?: object) =>
  ({ id, name, version: 1, ...(account && { account }) }) as unknown as ApiRecord;
const pages = (...records: readonly (readonly ApiRecord[])[]): Pages => ({
  pages: records.map((each, index) => ({
    records: each,
    next: null,
    previous: null,
    ...(index === 0 && { count: { value: 9, kind: 'exact' as const } }),
  })),
  pageParams: records.map(() => null),
});

describe('what has changed of a list', () => {
  it('is known by the records and by what they show of others', () => {
    const rows = pages([record('a', 'A', { id: 'x', name: 'X' })], [record('b', 'B')]);
    expect(['a', 'b', 'x', 'X', 'y'].map((id) => mentions(rows, new Set([id])))).toEqual([
      true,
      true,
      true,
      // Nobody's id, but a value: reading a row for nothing is no harm.
      true,
      false,
    ]);
  });

  it('concerns a record where it is newer than what was read, or something of others', () => {
    const read = { record: { ...record('a', 'A', { id: 'x', name: 'X' }), version: 7 }, rights: {} };
    const isNews = (data: unknown, changes: Record<string, number>) =>
      isBehind(data, 'a', { version: changes.a, ids: new Set(Object.keys(changes)) });
    expect([{ a: 7 }, { a: 6 }, { y: 1 }, {}].map((changes) => isNews(read, changes))).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect([{ a: 7.5 }, { a: 8 }, { a: 7, x: 1 }, { x: 1 }].every((changes) => isNews(read, changes))).toBe(
      true,
    );
    expect([isNews(undefined, { a: 1 }), isNews({ records: [] }, { a: 1 })]).toEqual([true, true]);
    expect([isNews({ version: 3 }, { a: 3 }), isNews({ version: 3 }, { a: 4 })]).toEqual([false, true]);
  });

  it('is put in its place, and all else stays the same object', () => {
    const before = pages([record('a', 'A'), record('b', 'B')], [record('c', 'C'), record('d', 'D')], []);
    const after = patched(before, {
      isStale: new Set(['b', 'c']),
      read: new Map([['b', record('b', 'New')]]),
      count: { value: 8, kind: 'exact' },
    });
    expect(after.pages.map((page) => page.records.map(({ name }) => name))).toEqual([
      ['A', 'New'],
      ['D'],
      [],
    ]);
    expect(after.pages[0]!.count).toEqual({ value: 8, kind: 'exact' });
    expect(after.pages[0]!.records[0]).toBe(before.pages[0]!.records[0]);
    expect(after.pages[2]).toBe(before.pages[2]);
    expect(after.pageParams).toBe(before.pageParams);
  });
});
