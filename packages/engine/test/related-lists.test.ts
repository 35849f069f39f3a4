/** Records with those that point to them: what a page says, against one list for each record. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PresentedRecord } from '../src/index.ts';
import { faultsOf, type OpenEngine, object, openEngine } from './open-engine.ts';

let open: OpenEngine;
let firms: readonly PresentedRecord[];

beforeAll(async () => {
  open = await openEngine([
    ...object('firm', { size: { type: 'integer' } }),
    ...object('person', {
      firm: { type: 'lookup', to: 'firm', reverse_name: 'people' },
      boss: { type: 'lookup', to: 'person', reverse_name: 'reports' },
      age: { type: 'integer', indexed: true },
      code: { type: 'text' },
    }),
    ...object('job', { firm: { type: 'lookup', to: 'firm', reverse_name: 'jobs' } }),
    { kind: 'role', name: 'seller', body: { label: 'Seller' } },
    {
      kind: 'permission_set',
      name: 'seller',
      body: {
        label: 'Seller',
        objects: {
          firm: { read: true, view_all: true, default_field: 'read' },
          person: { read: true, default_field: 'read', fields: { code: 'none' } },
        },
      },
    },
  ]);
  const create = (name: string, records: readonly object[]) =>
    open.engine.records.batch(open.admin, name, {
      operation: 'create',
      records,
      allOrNothing: true,
      dryRun: false,
    });
  await create(
    'firm',
    Array.from({ length: 6 }, (_, index) => ({ name: `Firm ${index}` })),
  );
  firms = (await open.engine.records.list(open.admin, 'firm', { sort: ['name'] })).records;
  await create(
    'person',
    Array.from({ length: 40 }, (_, index) => ({
      name: `Person ${String(index).padStart(2, '0')}`,
      // The last firm has nobody.
      firm: index % 7 === 0 ? null : firms[index % 5]!.id,
      age: index % 4 === 0 ? null : 20 + (index % 6),
      code: `c${index % 3}`,
    })),
  );
});
afterAll(() => open?.close());

const list = (request: object, who = open.admin) => open.engine.records.list(who, 'firm', request);

it('[R11] come beside the page, each as a list of its own would give them', async () => {
  const question = fc.record(
    {
      sort: fc.constantFrom(['name'], ['-age', 'name'], ['age'], ['code', '-age'], ['firm.name', '-name']),
      filter: fc.constantFrom({ '>': [{ var: 'age' }, 22] }, { '==': [{ var: 'code' }, 'c1'] }),
      limit: fc.integer({ min: 1, max: 9 }),
      fields: fc.constantFrom(['name', 'age'], ['name', 'firm.name'], ['code']),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(question, async (asked) => {
      const { records, related } = await list({ sort: ['name'], related: { people: asked } });
      expect(records).toHaveLength(6);
      for (const { id } of records) {
        const filter = { and: [{ '==': [{ var: 'firm' }, id] }, ...(asked.filter ? [asked.filter] : [])] };
        const alone = await open.engine.records.list(open.admin, 'person', { limit: 10, ...asked, filter });
        const told = related!.people![String(id)] ?? { records: [], hasMore: false };
        expect(told).toEqual({ records: alone.records, hasMore: alone.next !== null });
      }
    }),
    { numRuns: 12 },
  );
  const both = await list({ related: { people: { limit: 1 }, jobs: {} } });
  expect(Object.keys(both.related!)).toEqual(['people', 'jobs']);
  expect(both.related!.jobs).toEqual({});
  expect(
    (await list({ filter: { '==': [{ var: 'name' }, 'no'] }, related: { people: {} } })).related,
  ).toEqual({
    people: {},
  });
});

it('[R11] of whom only those are told that the caller sees, by fields that they may read', async () => {
  const user = await open.engine.users.create(open.admin, {
    email: 'sam@example.com',
    name: 'Sam',
    passwordHash: 'x',
    permissionSets: ['seller'],
    fields: { role: 'seller' },
  });
  const sam = { ...open.admin, userId: user.id, permissionSets: ['seller'] };
  const [theirs] = (
    await open.engine.records.list(open.admin, 'person', { filter: { '!=': [{ var: 'firm' }, null] } })
  ).records;
  await open.engine.records.update(open.admin, 'person', String(theirs!.id), { owner_id: user.id });
  const { related } = await list({ related: { people: {} } }, sam);
  const told = Object.values(related!.people!).flatMap((each) => each.records);
  expect(told.map(({ id }) => id)).toEqual([theirs!.id]);
  expect(told[0]).not.toHaveProperty('code');
  expect(await faultsOf(list({ related: { people: { fields: ['code'], sort: ['code'] } } }, sam))).toEqual([
    'unknown_field /related/people/fields/0',
    'unknown_field /related/people/sort/0',
  ]);
  // Of an object that they may not read they do not know that it points here.
  expect(await faultsOf(list({ related: { jobs: {} } }, sam))).toEqual(['unknown_relation /related/jobs']);
});

it('[R11] that can’t be asked for are told with pointers', async () => {
  expect(
    await faultsOf(
      list({
        related: {
          nobody: {},
          people: { limit: 51 },
          jobs: { filter: { '==': [{ var: 'size' }, 1] }, related: {} },
        },
      }),
    ),
  ).toEqual([
    'invalid_limit /related/people/limit',
    'unknown_property /related/jobs',
    'unknown_relation /related/nobody',
  ]);
  expect(
    await faultsOf(list({ limit: 200, related: { people: { limit: 50 }, jobs: { limit: 50 } } })),
  ).toEqual(['too_many_related /related']);
  for (const related of ['people', [], null])
    expect(await faultsOf(list({ related }))).toEqual(['invalid_value /related']);
});
