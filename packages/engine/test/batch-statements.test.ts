/** What issue 5 asks of batches: ten thousand records a call, for as many statements as ten cost. */
import { countStatements } from '@trellis/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_BATCH } from '../src/index.ts';
import { errorOf, type OpenEngine, object, openEngine } from './open-engine.ts';

let open: OpenEngine;
beforeAll(async () => {
  open = await openEngine([
    ...object('group', {}),
    ...object('item', {
      code: { type: 'text', unique: true },
      number: { type: 'integer', unique: true },
      amount: { type: 'integer', max: 100 },
      group: { type: 'lookup', to: 'group' },
      serial: { type: 'auto_number', format: '{00000}' },
    }),
    {
      kind: 'rule',
      name: 'item.not_thirteen',
      body: { label: 'Not 13', invalid_when: { '==': [{ var: 'amount' }, 13] }, message: 'Not 13.' },
    },
  ]);
});
afterAll(() => open.close());

const batch = (request: object) =>
  open.engine.records.batch(open.admin, 'item', {
    operation: 'create',
    records: [],
    allOrNothing: false,
    dryRun: false,
    ...request,
  });
const many = async () =>
  (await open.engine.records.list(open.admin, 'item', { limit: 1, count: 'exact' })).count?.value;

describe('a batch', () => {
  it('[S14] of thousands takes as many statements as one of ten', { timeout: 60_000 }, async () => {
    const group = await open.engine.records.create(open.admin, 'group', { name: 'G' });
    const made = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) => ({
        name: `I${from + index}`,
        code: `C${from + index}`,
        number: from + index,
        amount: 1,
        group: group.id,
      }));
    // Statements that are prepared once are behind us then.
    const warm = (await batch({ records: made(0, 10) })).results.map(({ id }) => ({ id, amount: 2 }));
    await batch({ operation: 'update', records: warm });
    const cost: Record<string, number[]> = { create: [], update: [], upsert: [], delete: [] };
    for (const [from, count] of [
      [100, 10],
      [1000, 3000],
    ] as const) {
      let ids: (string | null)[] = [];
      const run = async (operation: string, request: object, status: string) => {
        cost[operation]!.push(
          await countStatements(async () => {
            const { results } = await batch({ operation, ...request });
            expect(new Set(results.map((each) => each.status))).toEqual(new Set([status]));
            ids = results.map(({ id }) => id);
          }),
        );
      };
      await run('create', { records: made(from, count) }, 'created');
      await run('update', { records: ids.map((id) => ({ id, amount: 3 })) }, 'updated');
      const rows = made(from, count).map(({ number }) => ({ number, amount: 4 }));
      await run('upsert', { key: 'number', records: rows }, 'updated');
      await run('delete', { records: ids }, 'deleted');
    }
    for (const [small, large] of Object.values(cost)) expect(large).toBeLessThanOrEqual(small!);
  });

  it(`takes ${MAX_BATCH.toLocaleString('en')} records and no more`, { timeout: 60_000 }, async () => {
    const records = Array.from({ length: MAX_BATCH }, (_, index) => ({ name: `T${index}` }));
    const { results } = await batch({ records, dryRun: true });
    expect(results).toHaveLength(MAX_BATCH);
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['created']));
    expect((await errorOf(batch({ records: [...records, {}] }))).code).toBe('invalid_input');
  });

  it.each([
    ['create', (id: string) => [{ name: 'a', amount: 1 }, { id }]],
    [
      'update',
      (id: string) => [
        { id, amount: 5 },
        { id, amount: 13 },
      ],
    ],
    [
      'upsert',
      () => [
        { code: 'KEEP', amount: 6 },
        { code: 'NEW', name: 'n', amount: 13 },
      ],
    ],
    ['delete', (id: string) => [{ id }, { id: '0198c0de-0000-7000-8000-0000000000ff' }]],
  ] as const)(
    '[S15] [S16] of %s writes all or nothing, and nothing when it is tried',
    async (operation, of) => {
      const { records } = await open.engine.records.list(open.admin, 'item', {
        filter: { '==': [{ var: 'code' }, 'KEEP'] },
      });
      const kept =
        records[0] ??
        (await open.engine.records.create(open.admin, 'item', { name: 'Keep', code: 'KEEP', amount: 1 }));
      const [before, count] = [await get(String(kept.id)), await many()];
      const request = {
        operation,
        records: of(String(kept.id)),
        ...(operation === 'upsert' ? { key: 'code' } : {}),
      };
      const refused = await batch({ ...request, allOrNothing: true });
      expect(refused.isWritten).toBe(false);
      expect(refused.results.map(({ status }) => status)).toEqual(['not_done', 'failed']);
      const tried = await batch({ ...request, dryRun: true });
      expect(tried.isWritten).toBe(false);
      expect(tried.results.map(({ status }) => status === 'failed')).toEqual([false, true]);
      expect([await get(String(kept.id)), await many()]).toEqual([before, count]);
    },
  );
});

function get(id: string) {
  return open.engine.records.get(open.admin, 'item', id);
}
