import { afterAll, beforeAll, expect, it } from 'vitest';
import { faultsOf, type OpenEngine, openEngine } from './open-engine.ts';

const field = (name: string, type: string, more: object = {}) => ({
  kind: 'field',
  name,
  body: { label: name.split('.')[1], type, ...more },
});
const SCHEMA = [
  { kind: 'object', name: 'firm', body: { label: 'Firm', plural_label: 'Firms', name_field: 'name' } },
  field('firm.name', 'text', { required: true }),
  field('firm.seat', 'address', { indexed: false }),
  field('firm.head', 'person_name'),
  field('firm.term', 'date_range'),
  field('firm.group', 'lookup', { to: 'firm' }),
  {
    kind: 'view',
    name: 'firm.by_city',
    body: {
      label: 'By city',
      columns: ['name', 'seat.city'],
      sort: ['seat.city'],
      filter: { '!': { is_blank: { var: 'seat.city' } } },
    },
  },
];

let open: OpenEngine;
beforeAll(async () => {
  open = await openEngine(SCHEMA);
  const { records } = open.engine;
  const group = await records.create(open.admin, 'firm', {
    name: 'Group',
    seat: { city: 'Berlin', country: 'DE' },
    term: { start: '2026-01-01', end: '2026-12-31' },
  });
  await records.create(open.admin, 'firm', {
    name: 'North',
    group: group.id,
    seat: { city: 'Aachen', country: 'DE' },
    head: { first: 'Ada', last: 'Birch' },
  });
  await records.create(open.admin, 'firm', { name: 'West', group: group.id, seat: { country: 'GB' } });
});
afterAll(() => open?.close());

const names = async (request: object) => {
  const { records } = await open.engine.records.list(open.admin, 'firm', { sort: ['name'], ...request });
  return records.map((each) => each.name);
};

it('filters by a part, also behind a lookup', async () => {
  expect(await names({ filter: { '==': [{ var: 'seat.city' }, 'Berlin'] } })).toEqual(['Group']);
  expect(await names({ filter: { starts_with: [{ var: 'head.last' }, 'bi'] } })).toEqual(['North']);
  expect(await names({ filter: { '==': [{ var: 'group.seat.city' }, 'Berlin'] } })).toEqual([
    'North',
    'West',
  ]);
  expect(await names({ filter: { '>=': [{ var: 'term.end' }, '2026-06-01'] } })).toEqual(['Group']);
});

it('a value without the part is blank there', async () => {
  expect(await names({ filter: { is_blank: { var: 'seat.city' } } })).toEqual(['West']);
});

it('sorts by a part, page by page', async () => {
  const first = await open.engine.records.list(open.admin, 'firm', { sort: ['seat.city'], limit: 1 });
  const second = await open.engine.records.list(open.admin, 'firm', {
    sort: ['seat.city'],
    limit: 2,
    after: first.next!,
  });
  expect([...first.records, ...second.records].map((each) => each.name)).toEqual(['North', 'Group', 'West']);
});

it('groups by a part', async () => {
  const { rows } = await open.engine.records.aggregate(open.admin, 'firm', { group_by: ['seat.country'] });
  expect(rows).toContainEqual({ 'seat.country': 'DE', count: 2 });
});

it('gives a part within its whole, in records and in an export', async () => {
  const { records } = await open.engine.records.list(open.admin, 'firm', {
    fields: ['seat.city', 'group.seat.city'],
    sort: ['name'],
  });
  expect(records[1]).toMatchObject({
    seat: { city: 'Aachen' },
    group: { seat: { city: 'Berlin', country: 'DE' } },
  });
  const rows = await open.engine.records.exportRows(open.admin, 'firm', {
    fields: ['name', 'seat.city'],
    sort: ['name'],
  });
  const cells: (readonly string[])[] = [];
  for await (const page of rows.pages) cells.push(...page.map((each) => rows.toCells(each)));
  expect(cells).toEqual([
    ['Group', 'Berlin'],
    ['North', 'Aachen'],
    ['West', ''],
  ]);
});

it('a part that is not there is unknown, and a part is no field of a record', async () => {
  const filter = { is_blank: { var: 'seat.citty' } };
  expect(await faultsOf(open.engine.records.list(open.admin, 'firm', { filter }))).toEqual([
    'unknown_field /filter/is_blank/var',
  ]);
  expect(
    await faultsOf(open.engine.records.create(open.admin, 'firm', { name: 'x', 'seat.city': 'y' })),
  ).toEqual(['unknown_field /seat.city']);
});

it('a rename of the field follows into the parts that views mention', async () => {
  await open.engine.metadata.publish(open.system, {
    renames: [{ kind: 'field', from: 'firm.seat', to: 'firm.office' }],
  });
  const view = await open.engine.metadata.find(open.system, 'view', 'firm.by_city');
  expect(view?.body).toMatchObject({ columns: ['name', 'office.city'], sort: ['office.city'] });
  expect(await names({ filter: { '==': [{ var: 'office.city' }, 'Aachen'] } })).toEqual(['North']);
});
