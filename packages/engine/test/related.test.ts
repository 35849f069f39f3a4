/** Related fields through the face: what their path shows, in every answer, under the rights of who asks. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { faultsOf, type OpenEngine, object, openEngine } from './open-engine.ts';

const v = (name: string) => ({ var: name });
const SIZES = [
  { value: 'small', label: 'Small' },
  { value: 'large', label: 'Large' },
];
const SCHEMA = [
  ...object('country', { code: { type: 'text' } }),
  ...object('firm', {
    size: { type: 'select', options: SIZES },
    revenue: { type: 'currency', currency: 'EUR' },
    is_partner: { type: 'boolean' },
    home: { type: 'address' },
    country: { type: 'lookup', to: 'country' },
    country_code: { type: 'related', related: 'country.code' },
    grade: { type: 'formula', formula: { if: [{ '>': [v('revenue'), 50] }, 'good', 'poor'] } },
    deals: { type: 'rollup', rollup: { object: 'deal', via: 'firm', function: 'count' } },
  }),
  ...object('deal', {
    firm: { type: 'lookup', to: 'firm' },
    firm_size: { type: 'related', related: 'firm.size' },
    firm_revenue: { type: 'related', related: 'firm.revenue' },
    firm_is_partner: { type: 'related', related: 'firm.is_partner' },
    firm_home: { type: 'related', related: 'firm.home' },
    firm_city: { type: 'related', related: 'firm.home.city' },
    firm_country: { type: 'related', related: 'firm.country' },
    firm_country_code: { type: 'related', related: 'firm.country_code' },
    firm_owner: { type: 'related', related: 'firm.owner_id' },
    firm_grade: { type: 'related', related: 'firm.grade' },
    firm_deals: { type: 'related', related: 'firm.deals' },
    label: { type: 'formula', formula: { cat: [v('name'), ' ', v('firm_country_code')] } },
    note: { type: 'text' },
  }),
  {
    kind: 'rule',
    name: 'deal.note_of_large',
    body: {
      label: 'Large firms need a note',
      invalid_when: { and: [{ '==': [v('firm_size'), 'large'] }, { is_blank: [v('note')] }] },
      message: 'Write a note for large firms.',
      fields: ['note'],
    },
  },
];

let open: OpenEngine;
let ids: { readonly country: string; readonly small: string; readonly large: string };
beforeAll(async () => {
  open = await openEngine(SCHEMA);
  const make = async (of: string, input: object) =>
    String((await open.engine.records.create(open.admin, of, input)).id);
  const country = await make('country', { name: 'Germany', code: 'DE' });
  ids = {
    country,
    small: await make('firm', { name: 'North', size: 'small', revenue: 10, home: { city: 'Ulm' } }),
    large: await make('firm', { name: 'South', size: 'large', revenue: 70, is_partner: true, country }),
  };
});
afterAll(() => open?.close());

const list = (request: object) => open.engine.records.list(open.admin, 'deal', request);

it('are in the answer to a write as in every later one, typed as what they show', async () => {
  const made = await open.engine.records.create(open.admin, 'deal', {
    name: 'Mill',
    firm: ids.large,
    note: 'x',
  });
  expect(made).toMatchObject({
    firm_size: 'large',
    firm_revenue: 70,
    firm_is_partner: true,
    firm_home: null,
    firm_city: null,
    firm_country: ids.country,
    firm_country_code: 'DE',
    firm_owner: open.admin.userId,
    firm_grade: 'good',
    firm_deals: 1,
    label: 'Mill DE',
  });
  const got = await open.engine.records.get(open.admin, 'deal', String(made.id));
  expect(got).toEqual(made);
  const moved = await open.engine.records.update(open.admin, 'deal', String(made.id), { firm: ids.small });
  expect(moved).toMatchObject({
    firm_size: 'small',
    firm_is_partner: false,
    firm_home: { city: 'Ulm' },
    firm_city: 'Ulm',
    label: 'Mill ',
  });
  const bare = await open.engine.records.update(open.admin, 'deal', String(made.id), { firm: null });
  expect(bare).toMatchObject({ firm_size: null, firm_is_partner: null, firm_home: null, firm_deals: null });
});

it('filter, sort, group, sum and lead on, as the path does', async () => {
  await open.engine.records.create(open.admin, 'deal', { name: 'A', firm: ids.small });
  await open.engine.records.create(open.admin, 'deal', { name: 'B', firm: ids.large, note: 'y' });
  const names = async (filter: object, sort = ['name']) =>
    (await list({ filter: { and: [filter, { in: [v('name'), ['A', 'B']] }] }, sort })).records.map(
      ({ name }) => name,
    );
  expect(await names({ '==': [v('firm_size'), 'large'] })).toEqual(['B']);
  expect(await names({ '==': [v('firm_is_partner'), true] })).toEqual(['B']);
  expect(await names({ '==': [v('firm_grade'), 'good'] })).toEqual(['B']);
  expect(await names({ contains: [v('firm_city'), 'ul'] })).toEqual(['A']);
  expect(await names({ contains: [v('firm_home.city'), 'ul'] })).toEqual(['A']);
  expect(await names({ '==': [v('firm_country'), ids.country] })).toEqual(['B']);
  expect(await names({ '==': [v('firm_country.code'), 'DE'] })).toEqual(['B']);
  expect(await names({ '==': [v('firm.country_code'), 'DE'] })).toEqual(['B']);
  expect(await names(true as never, ['-firm_revenue'])).toEqual(['B', 'A']);
  const page = await list({
    filter: { '==': [v('name'), 'B'] },
    fields: ['firm_country.name', 'firm_owner.name', 'firm_country_code'],
  });
  expect(page.records[0]).toMatchObject({
    firm_country: { id: ids.country, name: 'Germany' },
    firm_owner: { name: 'Ada' },
    firm_country_code: 'DE',
  });
  const { rows: grouped } = await open.engine.records.aggregate(open.admin, 'deal', {
    filter: { in: [v('name'), ['A', 'B']] },
    group_by: ['firm_size'],
    measures: [{ function: 'sum', field: 'firm_revenue' }],
    sort: ['-firm_size'],
  });
  expect(grouped).toMatchObject([
    { firm_size: 'small', sum_firm_revenue: 10 },
    { firm_size: 'large', sum_firm_revenue: 70 },
  ]);
});

it('pages by what they show, each record once', async () => {
  const seen: unknown[] = [];
  let after: string | undefined;
  do {
    const page = await list({ sort: ['firm_country_code', '-firm_deals'], limit: 1, after });
    seen.push(...page.records.map(({ id }) => id));
    after = page.next ?? undefined;
  } while (after !== undefined);
  const all = await list({ limit: 200 });
  expect(seen.toSorted()).toEqual(all.records.map(({ id }) => id).toSorted());
});

it('are unknown to who may not read what they show', async () => {
  const keyed = {
    ...open.admin,
    scope: { access: 'read', objects: ['deal'], metadata: false, users: false },
  } as const;
  const { id } = await open.engine.records.create(open.admin, 'deal', { name: 'K', firm: ids.small });
  const got = await open.engine.records.get(keyed, 'deal', String(id));
  expect(got).toMatchObject({ name: 'K', firm: ids.small });
  expect(Object.keys(got).filter((name) => name.startsWith('firm_'))).toEqual([]);
  for (const request of [
    { filter: { '==': [v('firm_size'), 'small'] } },
    { sort: ['firm_revenue'] },
    { fields: ['firm_city'] },
  ]) {
    const faults = await faultsOf(open.engine.records.list(keyed, 'deal', request));
    expect(faults.every((fault) => fault.startsWith('unknown_field'))).toBe(true);
  }
});

it('are read by rules, and never written', async () => {
  const refused = open.engine.records.create(open.admin, 'deal', { name: 'C', firm: ids.large });
  expect(await faultsOf(refused)).toEqual(['rule_violation /note']);
  const written = open.engine.records.create(open.admin, 'deal', { name: 'C', firm_size: 'small' });
  expect(await faultsOf(written)).toEqual(['read_only /firm_size']);
});

it('[S21] are shown by a dry run as the save itself shows them, also of a new record', async () => {
  const { records } = open.engine;
  const shown = (record: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(
      Object.entries(record).filter(([name]) => name.startsWith('firm_') || name === 'label'),
    );
  const input = { name: 'Try', firm: ids.large, note: 'Large indeed' };
  const tried = await records.create(open.admin, 'deal', input, { dryRun: true });
  const made = await records.create(open.admin, 'deal', input);
  expect(shown(tried)).toEqual({ ...shown(made), firm_deals: Number(made.firm_deals) - 1 });
  expect(tried.firm_size).toBe('large');
  const change = { firm: ids.small };
  const changed = await records.update(open.admin, 'deal', String(made.id), change, { dryRun: true });
  expect(changed).toMatchObject({ firm_size: 'small', firm_city: 'Ulm', firm_grade: 'poor' });
  const moved = shown(await records.update(open.admin, 'deal', String(made.id), change));
  expect(shown(changed)).toEqual({ ...moved, firm_deals: Number(moved.firm_deals) - 1 });
  const none = await records.update(open.admin, 'deal', String(made.id), { firm: null }, { dryRun: true });
  expect(none).toMatchObject({ firm_size: null, firm_city: null, firm_country: null });
});

it('show nothing of a record in the recycle bin', async () => {
  const { id: firm } = await open.engine.records.create(open.admin, 'firm', { name: 'Gone', size: 'small' });
  const { id } = await open.engine.records.create(open.admin, 'deal', { name: 'D', firm });
  expect(await open.engine.records.get(open.admin, 'deal', String(id), ['firm_size'])).toMatchObject({
    firm_size: 'small',
  });
  await open.engine.records.delete(open.admin, 'firm', String(firm));
  expect(await open.engine.records.get(open.admin, 'deal', String(id), ['firm_size'])).toMatchObject({
    firm_size: null,
  });
});

it('follow a rename, and hold on to what they show', async () => {
  const { engine, system } = open;
  await engine.metadata.publish(system, {
    renames: [{ kind: 'field', from: 'firm.size', to: 'firm.scale' }],
  });
  const page = await list({ filter: { '==': [v('firm_size'), 'small'] }, limit: 1 });
  expect(page.records).toHaveLength(1);
  const refused = engine.metadata.publish(system, { deletions: [{ kind: 'field', name: 'firm.scale' }] });
  expect(await faultsOf(refused)).toContain('unknown_field /body/related');
});
