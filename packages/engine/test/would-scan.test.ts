import { runStatements } from '@trellis/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../src/index.ts';
import { errorOf, type OpenEngine, object, openEngine } from './open-engine.ts';

const LIMIT = 100;
let open: OpenEngine;
/** How large tables are is believed for a few seconds: this one has asked nothing before they were filled. */
let engine: Engine;

beforeAll(async () => {
  open = await openEngine(
    [
      ...object('firm', { region: { type: 'text' }, code: { type: 'text' } }),
      ...object('sale', {
        region: { type: 'text' },
        area: { type: 'text' },
        stage: { type: 'text', indexed: true },
        amount: { type: 'decimal' },
        note: { type: 'long_text' },
        remark: { type: 'text' },
        firm: { type: 'lookup', to: 'firm', reverse_name: 'sales' },
        twice: { type: 'formula', formula: { '*': [{ var: 'amount' }, 2] } },
        ends: { type: 'date_range' },
      }),
      {
        kind: 'view',
        name: 'sale.silent',
        body: { label: 'Silent', columns: ['name'], filter: { is_blank: [{ var: 'remark' }] } },
      },
      { kind: 'role', name: 'seller', body: { label: 'Seller' } },
      {
        kind: 'permission_set',
        name: 'seller',
        body: { label: 'Seller', objects: { sale: { read: true, create: true, default_field: 'read' } } },
      },
      {
        kind: 'sharing_rule',
        name: 'sale.north',
        body: {
          label: 'North',
          when: { '==': [{ var: 'region' }, 'north'] },
          share_with: [{ role: 'seller' }],
          access: 'read',
        },
      },
    ],
    { scanLimit: LIMIT },
  );
  const firm = await open.engine.records.create(open.admin, 'firm', { name: 'Acme', region: 'north' });
  const records = Array.from({ length: 600 }, (_, index) => ({
    name: `Sale ${index}`,
    region: index % 3 === 0 ? 'north' : 'south',
    area: index % 3 === 0 ? 'north' : 'south',
    stage: index < 20 ? 'rare' : 'common',
    amount: index,
    firm: firm.id,
  }));
  await open.engine.records.batch(open.admin, 'sale', {
    operation: 'create',
    records,
    allOrNothing: true,
    dryRun: false,
  });
  await runStatements(open.connectionString, 'analyze');
  engine = await open.openAnother();
});
afterAll(() => open?.close());

const list = (request: object, name = 'sale', who = open.admin) => engine.records.list(who, name, request);
const is = (field: string, value: unknown) => ({ '==': [{ var: field }, value] });
const refusal = async (request: object, name?: string) => {
  const { code, errors, details } = await errorOf(list(request, name));
  return { code, pointers: errors.map(({ pointer }) => pointer), ...details };
};

describe('[R9] what would look at too many records', () => {
  it('is refused at once, naming the field and what helps', async () => {
    const { code, errors, details, message } = await errorOf(list({ filter: is('area', 'north') }));
    expect(code).toBe('would_scan');
    expect(details).toEqual({
      suggestions: [{ object: 'sale', field: 'area', label: 'Area', remedy: 'indexed' }],
      records: expect.any(Number),
    });
    expect(details.records).toBeGreaterThan(400);
    expect(message).toMatch(/^No index serves `area`, so about \d+ records/);
    expect(errors).toEqual([
      expect.objectContaining({
        code: 'would_scan',
        pointer: '/filter',
        hint: expect.stringContaining('`indexed: true`'),
      }),
    ]);
  });

  it('whichever part of the question needs it', async () => {
    expect(await refusal({ sort: ['-amount'] })).toMatchObject({ code: 'would_scan', pointers: ['/sort'] });
    expect(await refusal({ filter: { or: [is('stage', 'rare'), is('area', 'north')] } })).toMatchObject({
      code: 'would_scan',
    });
    expect(await refusal({ filter: { contains: [{ var: 'stage' }, 'rar'] } })).toMatchObject({
      suggestions: [expect.objectContaining({ field: 'stage', remedy: 'searchable' })],
    });
    expect(await refusal({ filter: { '>': [{ var: 'twice' }, 10] } })).toMatchObject({
      suggestions: [expect.objectContaining({ field: 'twice', remedy: 'indexed' })],
    });
    expect(await refusal({ filter: { '>': [{ var: 'ends.end' }, '2026-01-01'] } })).toMatchObject({
      suggestions: [expect.objectContaining({ remedy: null })],
    });
    const totals = engine.records.aggregate(open.admin, 'sale', { group_by: ['area'] });
    expect(await errorOf(totals)).toMatchObject({ code: 'would_scan' });
    const sum = { measures: [{ function: 'sum' as const, field: 'amount' }] };
    expect(await errorOf(engine.records.aggregate(open.admin, 'sale', sum))).toMatchObject({
      code: 'would_scan',
    });
    const exported = engine.records.exportRows(open.admin, 'sale', { sort: ['amount'] });
    const read = async () => {
      for await (const _page of (await exported).pages) break;
    };
    expect(await errorOf(read())).toMatchObject({ code: 'would_scan' });
  });

  it('also where an index has no more than the blank ones of a field', async () => {
    const isBlank = { is_blank: [{ var: 'remark' }] };
    expect((await list({ filter: isBlank, limit: 1 })).records).toHaveLength(1);
    expect((await list({ filter: { or: [isBlank, is('stage', 'rare')] }, limit: 1 })).records).toHaveLength(
      1,
    );
    for (const request of [
      { filter: is('remark', 'late') },
      { filter: { '!': isBlank } },
      { sort: ['-remark'] },
    ]) {
      expect(await refusal(request)).toMatchObject({
        code: 'would_scan',
        suggestions: [expect.objectContaining({ field: 'remark', remedy: 'indexed' })],
      });
    }
    expect((await list({ filter: is('stage', 'rare'), sort: ['remark'] })).records).toHaveLength(20);
    const advice = await engine.metadata.indexAdvice(open.admin);
    const advised = advice.flatMap(({ fields }) => fields.map(({ field }) => field));
    expect(advised).toContain('remark');
  });

  it('is answered where columns leave few records over, and where the object behind a lookup is small', async () => {
    const narrow = { and: [is('stage', 'rare'), is('area', 'north')] };
    expect((await list({ filter: narrow, count: 'exact' })).count).toEqual({ value: 7, kind: 'exact' });
    expect((await list({ filter: is('stage', 'rare'), sort: ['-amount'] })).records).toHaveLength(20);
    expect((await list({ filter: is('firm.region', 'north'), limit: 1 })).records).toHaveLength(1);
    expect((await list({ filter: is('region', 'north') }, 'firm')).records).toHaveLength(1);
    expect((await list({ filter: is('area', 'north'), deleted: true })).records).toHaveLength(0);
    const rare = { filter: is('stage', 'rare'), group_by: ['area'] };
    expect((await engine.records.aggregate(open.admin, 'sale', rare)).rows).toHaveLength(2);
    const all = engine.records.aggregate(open.admin, 'sale', { group_by: ['stage'] });
    expect((await all).rows).toHaveLength(2);
  });

  it('is never what somebody may see: a sharing rule on such a field refuses nothing', async () => {
    const user = await engine.users.create(open.admin, {
      email: 'sam@example.com',
      name: 'Sam',
      passwordHash: 'x',
      permissionSets: ['seller'],
      fields: { role: 'seller' },
    });
    const sam = { ...open.admin, userId: user.id, permissionSets: ['seller'] };
    expect((await list({ limit: 200, count: 'capped' }, 'sale', sam)).count).toEqual({
      value: 200,
      kind: 'exact',
    });
    const { code, details } = await errorOf(list({ filter: is('area', 'north') }, 'sale', sam));
    expect(code).toBe('would_scan');
    // How many records there are is for who sees all of them.
    expect(details).not.toHaveProperty('records');
  });

  it('is answered once the field has its index', async () => {
    const before = await engine.metadata.find(open.admin, 'field', 'sale.area');
    const components = [
      { kind: 'field', name: 'sale.area', body: { ...(before!.body as object), indexed: true } },
    ];
    await engine.metadata.publish(open.admin, { components });
    expect(await refusal({ filter: is('area', 'north') })).toMatchObject({
      code: 'would_scan',
      suggestions: [expect.objectContaining({ remedy: 'building' })],
    });
    await open.storage.drainPromotions(open.workspace);
    await expect
      .poll(async () => (await list({ filter: is('area', 'north') }).catch(() => undefined))?.records.length)
      .toBe(50);
  });
});
