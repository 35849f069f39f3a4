/** Pages where an order has gaps: options that are gone, and values that most records have not. */
import type { Component } from '@trellis/metadata';
import type { RecordPage } from '@trellis/model';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compileQuery, shapeQuery } from '../src/query/compile-query.ts';
import { valuesFor } from '../src/query/statement-cache.ts';
import {
  ask,
  type Fixture,
  insertRecords,
  openFixture,
  publishComponents,
  queryOf,
  SALES,
} from './fixture.ts';

const FEATURES = {
  serverVersion: 180_000,
  hasTrigram: true,
  hasIcu: true,
  trigramSchema: 'public',
  warnings: [],
};

let fixture: Fixture;
beforeEach(async () => {
  fixture = await openFixture();
});
afterEach(() => fixture?.close());

test('paging by an option gives also what has one that is no more', async () => {
  const names = ['won', 'lost', 'won', 'new', 'lost'];
  await insertRecords(
    fixture,
    'deal',
    names.map((stage, index) => ({ name: `${stage} ${index}`, stage })),
  );
  const [stage] = SALES.filter(({ name }) => name === 'deal.stage');
  const options = ['new', 'won'].map((value) => ({ value, label: value }));
  fixture.snapshot = await publishComponents(fixture.storage, fixture.workspace, [
    { ...stage, body: { ...stage!.body, options } } as Component,
  ]);
  const filter = { '!=': [{ var: 'stage' }, null] };
  const paged = async (sort: string) => {
    const found: unknown[] = [];
    for (let after: RecordPage['next'], isLast = false; !isLast; ) {
      const page = await ask(fixture, 'deal', { filter, sort: [sort], fields: ['name'], limit: 1, after });
      found.push(...page.rows.map(({ name }) => name));
      [after, isLast] = [page.next, page.next === undefined];
    }
    return found;
  };
  expect(await paged('stage')).toEqual(['new 3', 'won 0', 'won 2', 'lost 1', 'lost 4']);
  expect(await paged('-stage')).toEqual(['won 0', 'won 2', 'new 3', 'lost 1', 'lost 4']);
});

test('paging by a unique field that most have not does not look at all of those', async () => {
  await insertRecords(fixture, 'deal', [{ name: 'One', code: 'a' }]);
  await fixture.admin.query(
    `insert into ws_main.deal (id, owner_id, created_at, created_by, updated_at, updated_by, data)
       select gen_random_uuid(), owner_id, created_at, created_by, updated_at, updated_by, '{"name": "Some"}'
         from ws_main.deal, generate_series(1, 3000);
     analyze ws_main.deal`,
  );
  for (const sort of ['code', '-code']) {
    const query = queryOf(fixture.snapshot, 'deal', { fields: ['name'], sort: [sort], limit: 20 });
    const shaped = shapeQuery(fixture.snapshot, query);
    const { statements } = compileQuery(fixture.snapshot, query, shaped, FEATURES);
    expect(statements).toHaveLength(2);
    const { rows } = await fixture.admin.query(
      `explain (analyze, format json) ${statements[1]!.text}`,
      valuesFor(statements[1]!, shaped.values) as unknown[],
    );
    const mostRows = (plan: { 'Actual Rows': number; Plans?: never[] }): number =>
      Math.max(plan['Actual Rows'], ...(plan.Plans ?? []).map(mostRows));
    expect(mostRows(rows[0]['QUERY PLAN'][0].Plan)).toBeLessThan(100);
  }
});
