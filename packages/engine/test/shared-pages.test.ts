/**
 * Pages of whoever sees some records by their place and others by shares: those records, in that order, each once,
 * whichever way the page is read. There are more records than a small page has candidates, so that pages are gathered too
 * (packages/storage/src/query/shared-rows.ts).
 */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { UserContext } from '../src/index.ts';
import { type OpenEngine, openEngine } from './open-engine.ts';

const RECORDS = 70;
const STAGES = ['open', 'won'];
let open: OpenEngine;
let viewer: UserContext;
let ownerIds: string[];
let bystander: string;
let turns = 0;

const body = (label: string, more: object) => ({ label, ...more });
const field = (name: string, more: object) => ({
  kind: 'field',
  name: `deal.${name}`,
  body: body(name, more),
});

beforeAll(async () => {
  open = await openEngine([
    { kind: 'object', name: 'deal', body: body('Deal', { plural_label: 'Deals', name_field: 'name' }) },
    field('name', { type: 'text' }),
    field('amount', { type: 'integer', indexed: true }),
    field('stage', { type: 'select', options: STAGES.map((value) => ({ value, label: value })) }),
    { kind: 'role', name: 'above', body: body('Above', {}) },
    { kind: 'role', name: 'below', body: body('Below', { parent: 'above' }) },
    {
      kind: 'sharing_rule',
      name: 'deal.large',
      body: body('Large', {
        when: { '>': [{ var: 'amount' }, 8] },
        share_with: [{ role: 'above' }],
        access: 'read',
      }),
    },
    {
      kind: 'permission_set',
      name: 'reader',
      body: body('Reader', { objects: { deal: { read: true, default_field: 'read' } } }),
    },
  ]);
  const { engine, system, admin } = open;
  const person = async (name: string, role?: string) => {
    const user = await engine.users.create(system, {
      email: `${name}@example.com`,
      name,
      permissionSets: ['reader'],
      passwordHash: null,
    });
    if (role !== undefined) await engine.users.update(system, user.id, { fields: { role } });
    return user.id;
  };
  // The viewer, one below them, and a stranger who owns most.
  ownerIds = [await person('viewer', 'above'), await person('below', 'below'), await person('stranger')];
  bystander = await person('bystander');
  viewer = { ...admin, userId: ownerIds[0]!, permissionSets: ['reader'] };
}, 60_000);
afterAll(() => open?.close());

interface Deal {
  readonly owner: number;
  readonly amount: number | null;
  readonly stage: string;
  readonly isShared: boolean;
}
/** Most belong to a stranger, so that many candidates are looked at for each that is seen. */
const often = <T>(usual: T, ...others: readonly T[]) =>
  fc.oneof(
    { weight: 30, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );
const record: fc.Arbitrary<Deal> = fc.record({
  owner: often(2, 0, 1),
  amount: fc.oneof(fc.option(fc.nat({ max: 8 }), { freq: 4 }), often(0, 9)),
  stage: fc.constantFrom(...STAGES),
  isShared: often(false, true),
});
const SORTS = [['amount'], ['-amount', 'name'], ['-id'], ['stage', '-amount']];

/** Every page of a random organisation beside what the rules say. */
async function walkPages(limits: readonly number[]): Promise<void> {
  const { engine, system } = open;
  const run = async (given: { readonly records: readonly Deal[]; limit: number }) => {
    const { results } = await engine.records.batch(system, 'deal', {
      operation: 'create',
      records: given.records.map(({ owner, amount, stage }, index) => ({
        name: `deal ${index}`,
        amount,
        stage,
        owner_id: ownerIds[owner],
      })),
      allOrNothing: true,
      dryRun: false,
    });
    const facts = given.records.map((each, index) => ({ ...each, id: results[index]!.id! }));
    await share(facts.filter(({ isShared }) => isShared).map(({ id }) => id));
    // How much is shared with somebody is kept with the organisation, and read again when that has changed.
    await engine.users.update(system, bystander, { fields: { role: turns++ % 2 === 0 ? 'below' : null } });
    const seen = facts.filter(({ owner, amount, isShared }) => owner < 2 || isShared || (amount ?? 0) > 8);
    for (const sort of SORTS)
      for (const filter of [undefined, { '==': [{ var: 'stage' }, 'won'] }]) {
        const expected = seen.filter(({ stage }) => !filter || stage === 'won').map(({ id }) => id);
        const ask = async (from: { after?: string; before?: string }) =>
          engine.records.list(viewer, 'deal', {
            filter,
            sort,
            limit: given.limit,
            fields: ['amount'],
            ...from,
          });
        const all = await engine.records.list(viewer, 'deal', { filter, sort, limit: 200, count: 'exact' });
        const whole = all.records.map(({ id }) => String(id));
        expect([sort, whole.toSorted()]).toEqual([sort, expected.toSorted()]);
        expect([sort, all.count]).toEqual([sort, { value: expected.length, kind: 'exact' }]);
        const forwards: string[] = [];
        let page = await ask({});
        for (;;) {
          forwards.push(...page.records.map(({ id }) => String(id)));
          if (page.next === null) break;
          page = await ask({ after: page.next });
        }
        expect([sort, forwards]).toEqual([sort, whole]);
        const backwards = page.records.map(({ id }) => String(id));
        while (page.previous !== null) {
          page = await ask({ before: page.previous });
          backwards.unshift(...page.records.map(({ id }) => String(id)));
        }
        expect([sort, backwards]).toEqual([sort, whole]);
        const capped = await engine.records.list(viewer, 'deal', { filter, limit: 1, count: 'capped' });
        expect(capped.count?.value).toBe(expected.length);
        const {
          rows: [total],
        } = await engine.records.aggregate(viewer, 'deal', {
          filter,
          measures: [{ function: 'count' }, { function: 'sum', field: 'amount' }],
        });
        const amounts = seen.filter(({ id }) => expected.includes(id)).map(({ amount }) => amount ?? 0);
        expect([total!.count, total!.sum_amount ?? 0]).toEqual([
          expected.length,
          amounts.reduce((sum, each) => sum + each, 0),
        ]);
      }
    for (const { id } of facts) await engine.records.delete(system, 'deal', id, { purge: true });
  };
  const world = fc.record({
    records: fc.array(record, { minLength: RECORDS, maxLength: RECORDS }),
    limit: fc.constantFrom(...limits),
  });
  await fc.assert(fc.asyncProperty(world, run), {
    numRuns: Number(process.env.TRELLIS_ACCESS_RUNS ?? 3),
    endOnFailure: true,
  });
}

async function share(records: readonly string[]): Promise<void> {
  const { storage, workspace } = open;
  await storage.transaction(async (transaction) => {
    for (const recordId of records)
      await storage.shares.insert(
        workspace,
        {
          id: randomUUID(),
          objectKey: 'deal',
          recordId,
          grantee: viewer.userId,
          kind: 'user',
          role: null,
          andBelow: false,
          access: 'read',
          expiresAt: null,
          createdAt: new Date().toISOString(),
          createdBy: ownerIds[2]!,
        },
        transaction,
      );
  });
}

it(
  '[R2, R3, M1] pages of own and few shared records are complete and in order, both ways',
  () => walkPages([1, 2, 4]),
  120_000,
);

it('[R2, R3, M1] so they are of who has many shares, whose candidates are looked through first', async () => {
  // Shares of records that are gone: so many that gathering them is put off.
  await share(Array.from({ length: 201 }, () => randomUUID()));
  await walkPages([1]);
}, 120_000);
