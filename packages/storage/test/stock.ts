/** A stock of items whose fields are promoted while people write: what the tests of promotion share. */
import type { Component } from '@trellis/metadata';
import {
  type Fixture,
  insertRecords,
  object,
  objectNamed,
  origin,
  SYSTEM,
  SYSTEM_OBJECTS,
} from './fixture.ts';

export const STOCK = [
  ...SYSTEM_OBJECTS,
  ...object('shelf', { name: { type: 'text' } }),
  ...object('item', {
    name: { type: 'text' },
    price: { type: 'decimal' },
    code: { type: 'text' },
    flag: { type: 'boolean' },
    due: { type: 'date' },
    seen_at: { type: 'datetime' },
    marks: { type: 'multi_select', options: ['x', 'y'].map((value) => ({ value, label: value })) },
  }),
];
export const PROMOTED: readonly Component[] = [
  { kind: 'field', name: 'item.price', body: { label: 'price', type: 'decimal', indexed: true } },
  { kind: 'field', name: 'item.code', body: { label: 'code', type: 'text', unique: true } },
  { kind: 'field', name: 'item.flag', body: { label: 'flag', type: 'boolean', indexed: true } },
  { kind: 'field', name: 'item.due', body: { label: 'due', type: 'date', indexed: true } },
  { kind: 'field', name: 'item.seen_at', body: { label: 'seen_at', type: 'datetime', indexed: true } },
  { kind: 'field', name: 'item.shelf', body: { label: 'shelf', type: 'lookup', to: 'shelf' } },
  {
    kind: 'field',
    name: 'item.marks',
    body: {
      label: 'marks',
      type: 'multi_select',
      indexed: true,
      options: ['x', 'y'].map((value) => ({ value, label: value })),
    },
  },
];
/** Counts records whose columns do not hold what `data` says. */
export const MISMATCHES = (columns: ReadonlyMap<string, { readonly name: string }>) => {
  const at = (key: string) => columns.get(key)!.name;
  return `select count(*)::int as count from ws_main.item where
    ${at('price')} is distinct from (data->>'price')::numeric
    or ${at('code')} is distinct from data->>'code'
    or ${at('flag')} is distinct from coalesce((data->>'flag')::boolean, false)
    or ${at('due')} is distinct from (data->>'due')::date
    or ${at('seen_at')} is distinct from (data->>'seen_at')::timestamptz
    or to_jsonb(${at('marks')}) is distinct from data->'marks'`;
};

export function item(number: number, code: string): { [key: string]: never } {
  return {
    name: `Item ${number}`,
    price: number / 4,
    code,
    ...(number % 3 === 0 ? { flag: true } : {}),
    ...(number % 5 === 0
      ? {}
      : { due: `2026-0${1 + (number % 9)}-11`, seen_at: `2026-01-0${1 + (number % 9)}T00:00:00.000Z` }),
    ...(number % 2 === 0 ? { marks: ['x'] } : {}),
  } as never;
}

/** Writers that insert, change and delete until told to stop. */
export function startWriters(fixture: Fixture, count: number): { stop(): Promise<number> } {
  let isStopped = false;
  let writes = 0;
  const deal = objectNamed(fixture.snapshot, 'item');
  const work = Array.from({ length: count }, async (_, writer) => {
    for (let round = 0; !isStopped; round++) {
      const [id] = await insertRecords(fixture, 'item', [item(round, `w${writer}-${round}`)]);
      const row = {
        id: id!,
        version: 1,
        ownerId: SYSTEM,
        recordType: null,
        data: item(round + 1, `w${writer}-${round}b`),
      };
      await fixture.storage.records.update(fixture.snapshot, deal, [{ ...row, difference: {} }], origin());
      if (round % 4 === 0) {
        await fixture.storage.records.remove(
          fixture.snapshot,
          deal,
          [{ id: id!, version: 2 }],
          SYSTEM,
          origin(),
        );
      }
      writes += 2;
    }
  });
  return {
    stop: async () => {
      isStopped = true;
      await Promise.all(work);
      return writes;
    },
  };
}

export async function fill(fixture: Fixture, count: number): Promise<void> {
  for (let start = 0; start < count; start += 5_000) {
    await insertRecords(
      fixture,
      'item',
      Array.from({ length: Math.min(5_000, count - start) }, (_, index) =>
        item(start + index, `s-${start + index}`),
      ),
    );
  }
}
