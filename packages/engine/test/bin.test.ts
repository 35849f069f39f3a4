/** The recycle bin over all objects: what is listed, in which order, with what went along, and for whom. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BinRequest, UserContext } from '../src/index.ts';
import { faultsOf, type OpenEngine, object, openEngine } from './open-engine.ts';

let open: OpenEngine;
/** Sees all memos, and of firms only their own. */
let clerk: UserContext;

beforeAll(async () => {
  const whole = { read: true, create: true, update: true, delete: true, default_field: 'update' };
  open = await openEngine([
    ...object('firm', { topics: { type: 'multi_lookup', to: 'topic', through: 'interest' } }),
    ...object('topic', {}, { recycle_bin: { keep_days: 7 } }),
    ...object(
      'interest',
      {
        name: { type: 'auto_number', format: 'I-{0000}' },
        firm: { type: 'lookup', to: 'firm', parent: true },
        topic: { type: 'lookup', to: 'topic', required: true, on_delete: 'cascade' },
      },
      { sharing: 'parent' },
    ),
    ...object('site', { firm: { type: 'lookup', to: 'firm', parent: true } }, { sharing: 'parent' }),
    ...object('visit', { site: { type: 'lookup', to: 'site', parent: true } }, { sharing: 'parent' }),
    ...object('memo', { firm: { type: 'lookup', to: ['firm', 'topic'], on_delete: 'cascade' } }),
    {
      kind: 'permission_set',
      name: 'clerk',
      body: {
        label: 'Clerk',
        objects: {
          firm: whole,
          site: whole,
          visit: whole,
          memo: { ...whole, view_all: true },
        },
      },
    },
  ]);
  const user = await open.engine.users.create(open.system, {
    email: 'clerk@example.com',
    name: 'Clerk',
    permissionSets: ['clerk'],
    passwordHash: null,
  });
  clerk = { ...open.admin, userId: user.id, permissionSets: ['clerk'] };
}, 60_000);
afterAll(() => open?.close());

const make = async (name: string, input: object, as = open.admin) =>
  String((await open.engine.records.create(as, name, input)).id);
const remove = (name: string, id: string, as = open.admin) => open.engine.records.delete(as, name, id);
const bin = (request: BinRequest = {}, as = open.admin) => open.engine.records.bin(as, request);
const named = async (request: BinRequest = {}, as = open.admin) =>
  (await bin(request, as)).entries.map(({ object: of, name, company }) => `${of} ${name} +${company.value}`);
const purgeAll = async () => {
  for (const entry of (await bin({ limit: 100 })).entries)
    await open.engine.records.delete(open.admin, entry.object, entry.id, { purge: true });
};

it('[D11] lists what went last first, of all objects, and what went along under what took it', async () => {
  const firm = await make('firm', { name: 'Acme', topics: [await make('topic', { name: 'Steel' })] });
  const site = await make('site', { name: 'North', firm });
  await make('visit', { name: 'Monday', site });
  await make('memo', { name: 'About it', firm: { object: 'firm', id: firm } });
  const topic = await make('topic', { name: 'Old' });
  await remove('topic', topic);
  await remove('firm', firm);
  expect(await named()).toEqual(['firm Acme +3', 'topic Old +0']);
  const [first, second] = (await bin()).entries;
  expect(first).toMatchObject({
    id: firm,
    deleted_by: { name: 'Ada' },
    erased_at: null,
    company: { kind: 'exact' },
    went_with: null,
    rights: ['delete'],
  });
  expect(Date.parse(second!.erased_at!) - Date.parse(second!.deleted_at)).toBe(7 * 86_400_000);
  expect((await bin()).objects).toEqual(['firm', 'topic']);
  // All of it, and each says what took it along; links stand there only when they are asked for.
  const all = (await bin({ all: true })).entries;
  expect(all.map((each) => [each.name, each.went_with?.name ?? null]).sort()).toEqual([
    ['About it', 'Acme'],
    ['Acme', null],
    ['Monday', 'Acme'],
    ['North', 'Acme'],
    ['Old', null],
  ]);
  expect(await named({ all: true, object: 'visit' })).toEqual(['visit Monday +3']);
  expect(await named({ all: true, object: 'interest' })).toEqual(['interest I-0001 +4']);
  expect(await named({ search: 'acm' })).toEqual(['firm Acme +3']);
  expect(await named({ search: 'monday' })).toEqual([]);
  expect(await named({ search: 'monday', all: true })).toEqual(['visit Monday +3']);
  await open.engine.records.restore(open.admin, 'firm', firm);
  expect(await named()).toEqual(['topic Old +0']);
  await purgeAll();
  expect(await bin()).toEqual({ entries: [], objects: [], incomplete: [], next: null });
});

it('[D11] tells nobody of what they do not see', async () => {
  const theirs = await make('firm', { name: 'Secret' });
  const memo = await make('memo', { name: 'Public', firm: { object: 'firm', id: theirs } });
  await remove('firm', theirs);
  const mine = await make('firm', { name: 'Mine' }, clerk);
  await make('memo', { name: 'Mine too', firm: { object: 'firm', id: mine } }, clerk);
  await remove('firm', mine, clerk);
  expect(await named({}, clerk)).toEqual(['firm Mine +1', 'memo Public +0']);
  const [, stray] = (await bin({ all: true }, clerk)).entries.filter(({ name }) => name !== 'Mine too');
  expect(stray).toMatchObject({ id: memo, went_with: null, rights: [] });
  expect(await named({ mine: true }, clerk)).toEqual(['firm Mine +1']);
  expect(await named({}, open.nobody)).toEqual([]);
  expect(await faultsOf(bin({ object: 'topic' }, clerk))).toEqual(['unknown_object ']);
  await purgeAll();
});

it('[D6] [D9] a record brings back and erases nothing above it that the caller may not delete', async () => {
  const { records, shares } = open.engine;
  const firm = await make('firm', { name: 'Secret' });
  const site = await make('site', { name: 'North', firm });
  await make('visit', { name: 'Monday', site });
  const ofClerk = { owner_id: clerk.userId, firm: { object: 'firm', id: firm } };
  const [one, two] = [
    await make('memo', { name: 'One', ...ofClerk }),
    await make('memo', { name: 'Two', ...ofClerk }),
  ];
  await remove('firm', firm);
  const [first] = (await bin({}, clerk)).entries;
  expect(first).toMatchObject({ company: { value: 0 }, rights: ['delete'], went_with: null });
  // It stands for itself, as in the list: the lookup to what stays in the bin is cleared.
  await records.restore(clerk, 'memo', one);
  expect((await records.get(clerk, 'memo', one)).firm).toBe(null);
  await records.delete(clerk, 'memo', two, { purge: true });
  expect(await named()).toEqual(['firm Secret +2']);
  // Who may change a firm may delete its sites, and not the firm with its other sites.
  await records.restore(open.admin, 'firm', firm);
  await shares.add(open.admin, 'firm', firm, { with: { user: clerk.userId }, access: 'update' });
  await remove('firm', firm);
  expect(await named({ object: 'site', all: true }, clerk)).toEqual(['site North +1']);
  expect(await faultsOf(records.restore(clerk, 'site', site))).toEqual(['deleted_parent /firm']);
  await records.delete(clerk, 'site', site, { purge: true });
  expect(await named()).toEqual(['firm Secret +0']);
  // Who may delete all of it brings all of it back by any of it.
  await purgeAll();
  const own = await make('firm', { name: 'Own' }, clerk);
  const below = await make('site', { name: 'South', firm: own }, clerk);
  await remove('firm', own, clerk);
  expect(await named({ object: 'site', all: true }, clerk)).toEqual(['site South +1']);
  await records.restore(clerk, 'site', below);
  expect(await named()).toEqual([]);
});

it('[D11] pages by keyset through every record once, whatever went at the same moment', async () => {
  const ids: string[] = [];
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom('firm', 'topic', 'memo'), fc.nat({ max: 3 })), {
        minLength: 4,
        maxLength: 9,
      }),
      fc.integer({ min: 1, max: 4 }),
      async (deletions, limit) => {
        for (const [of, more] of deletions) {
          const batch = [];
          for (let each = 0; each <= more; each++) batch.push({ id: await make(of, { name: `${of}` }) });
          ids.push(...batch.map(({ id }) => id));
          await open.engine.records.batch(open.admin, of, {
            operation: 'delete',
            records: batch,
            allOrNothing: true,
            dryRun: false,
          });
        }
        const whole = (await bin({ limit: 100 })).entries.map(({ id }) => id);
        const paged: string[] = [];
        for (let after: string | undefined | null; after !== null; ) {
          const page = await bin({ limit, after });
          paged.push(...page.entries.map(({ id }) => id));
          after = page.next;
        }
        expect(paged).toEqual(whole);
        expect([...whole].sort()).toEqual([...ids].sort());
        await purgeAll();
        ids.length = 0;
      },
    ),
    { numRuns: 2 },
  );
});

it('refuses what is no page of this list', async () => {
  for (const name of ['a', 'b']) await remove('topic', await make('topic', { name }));
  const { next } = await bin({ limit: 1 });
  expect(await faultsOf(bin({ limit: 0 }))).toEqual(['invalid_limit /limit']);
  expect(await faultsOf(bin({ after: 'nonsense' }))).toEqual(['invalid_cursor /after']);
  expect(await faultsOf(bin({ after: next!, object: 'topic' }))).toEqual(['invalid_cursor /after']);
  expect(await faultsOf(bin({ search: 'a\0' }))).toEqual(['invalid_value /search']);
});
