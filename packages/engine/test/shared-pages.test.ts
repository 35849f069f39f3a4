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
let ownerIds: string[];
const accountIds: string[] = [];
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
    {
      kind: 'object',
      name: 'deal',
      body: body('Deal', {
        plural_label: 'Deals',
        name_field: 'name',
        indexes: [{ fields: ['stage', '-amount'] }, { fields: ['-day', '-created_at'] }],
      }),
    },
    field('day', { type: 'date', required: true }),
    field('name', { type: 'text' }),
    field('amount', { type: 'integer', indexed: true }),
    field('stage', { type: 'select', options: STAGES.map((value) => ({ value, label: value })) }),
    {
      kind: 'object',
      name: 'account',
      body: body('Account', { plural_label: 'Accounts', name_field: 'name' }),
    },
    { kind: 'field', name: 'account.name', body: body('Name', { type: 'text' }) },
    field('account', { type: 'lookup', to: 'account' }),
    {
      kind: 'object',
      name: 'line',
      body: body('Line', { plural_label: 'Lines', name_field: 'name', sharing: 'parent' }),
    },
    { kind: 'field', name: 'line.name', body: body('Name', { type: 'text' }) },
    { kind: 'field', name: 'line.deal', body: body('Deal', { type: 'lookup', to: 'deal', parent: true }) },
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
      kind: 'sharing_rule',
      name: 'deal.important',
      body: body('Important', {
        when: { '==': [{ var: 'account.name' }, 'Important'] },
        share_with: [{ role: 'above' }],
        access: 'read',
      }),
    },
    {
      kind: 'permission_set',
      name: 'reader',
      body: body('Reader', {
        objects: {
          deal: { read: true, default_field: 'read' },
          line: { read: true, default_field: 'read' },
        },
      }),
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
  // Who looks on from above, one below them, a stranger who owns most, and a seller with a role of their own.
  ownerIds = [
    await person('viewer', 'above'),
    await person('below', 'below'),
    await person('stranger'),
    await person('seller'),
  ];
  bystander = await person('bystander');
  for (const name of ['Important', 'Small'])
    accountIds.push(String((await engine.records.create(system, 'account', { name })).id));
  const asUser = (index: number): UserContext => ({
    ...admin,
    userId: ownerIds[index]!,
    permissionSets: ['reader'],
  });
  // From above: their own, those below, what rules share, and what is shared with them.
  above = {
    context: asUser(0),
    owners: often(2, 0, 1),
    shares: often(false, true),
    sees: ({ owner, account, amount }) => owner < 2 || account === 0 || (amount ?? 0) > 8,
  };
  const sees = ({ owner }: Deal) => owner === 3;
  seller = {
    context: asUser(3),
    owners: fc.constantFrom(2, 2, 3),
    shares: fc.constantFrom(false, false, false, true),
    sees,
  };
  beginner = {
    context: asUser(3),
    owners: fc.nat({ max: 7 }).map((n) => (n === 0 ? 3 : 2)),
    shares: often(false, true),
    sees,
  };
}, 60_000);
afterAll(() => open?.close());

/** Somebody as whom pages are read, in which organisations, and what they see without shares. */
interface Viewer {
  readonly context: UserContext;
  readonly owners: fc.Arbitrary<number>;
  readonly shares: fc.Arbitrary<boolean>;
  readonly sees: (deal: Deal) => boolean;
}
let above: Viewer;
let seller: Viewer;
/** Has few of their own, so that it is far from one to the next, and hardly any shares. */
let beginner: Viewer;

interface Deal {
  readonly owner: number;
  readonly amount: number | null;
  readonly day: string;
  readonly stage: string;
  readonly isShared: boolean;
  /** A rule shares those of the first account. */
  readonly account: number;
}
/** Most belong to a stranger, so that many candidates are looked at for each that is seen. */
const often = <T>(usual: T, ...others: readonly T[]) =>
  fc.oneof(
    { weight: 30, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );
const recordOf = ({ owners, shares }: Viewer): fc.Arbitrary<Deal> =>
  fc.record({
    owner: owners,
    amount: fc.oneof(fc.option(fc.nat({ max: 8 }), { freq: 4 }), often(0, 9)),
    day: fc.nat({ max: 9 }).map((day) => `2026-11-1${day}`),
    stage: fc.constantFrom(...STAGES),
    isShared: shares,
    account: often(1, 0),
  });
/** In the order of an index, either way, with blanks and many alike. */
const WALKED = [['amount'], ['-amount'], ['-day', '-created_at']];
const SORTS = [['amount'], ['-amount', 'name'], ['-id'], ['stage', '-amount']];

/** Every page of a random organisation beside what the rules say. */
async function walkPages(viewer: Viewer, limits: readonly number[], sorts = SORTS): Promise<void> {
  const { engine, system } = open;
  const run = async (given: { readonly records: readonly Deal[]; limit: number }) => {
    const { results } = await engine.records.batch(system, 'deal', {
      operation: 'create',
      records: given.records.map(({ owner, amount, day, stage, account }, index) => ({
        name: `deal ${index}`,
        amount,
        day,
        stage,
        owner_id: ownerIds[owner],
        account: accountIds[account],
      })),
      allOrNothing: true,
      dryRun: false,
    });
    const facts = given.records.map((each, index) => ({ ...each, id: results[index]!.id! }));
    await share(
      viewer,
      facts.filter(({ isShared }) => isShared).map(({ id }) => id),
    );
    // How much is shared with somebody is kept with the organisation, and read again when that has changed.
    await engine.users.update(system, bystander, { fields: { role: turns++ % 2 === 0 ? 'below' : null } });
    const seen = facts.filter((deal) => deal.isShared || viewer.sees(deal));
    await checkLines(viewer, facts, new Set(seen.map(({ id }) => id)), given.limit);
    for (const sort of sorts)
      for (const filter of [undefined, { '==': [{ var: 'stage' }, 'won'] }]) {
        const expected = seen.filter(({ stage }) => !filter || stage === 'won').map(({ id }) => id);
        const ask = async (from: { after?: string; before?: string }) =>
          engine.records.list(viewer.context, 'deal', {
            filter,
            sort,
            limit: given.limit,
            fields: ['amount'],
            ...from,
          });
        const all = await engine.records.list(viewer.context, 'deal', {
          filter,
          sort,
          limit: 200,
          count: 'exact',
        });
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
        // Ways that were in vain are left out when the same is asked again.
        for (let again = 0; again < 3; again++) {
          const { records } = await ask({});
          expect(records.map((record) => record.id)).toEqual(whole.slice(0, given.limit));
        }
        const capped = await engine.records.list(viewer.context, 'deal', {
          filter,
          limit: 1,
          count: 'capped',
        });
        expect(capped.count?.value).toBe(expected.length);
        const {
          rows: [total],
        } = await engine.records.aggregate(viewer.context, 'deal', {
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
    records: fc.array(recordOf(viewer), { minLength: RECORDS, maxLength: RECORDS }),
    limit: fc.constantFrom(...limits),
  });
  await fc.assert(fc.asyncProperty(world, run), {
    numRuns: Number(process.env.TRELLIS_ACCESS_RUNS ?? 3),
    endOnFailure: true,
  });
}

/** A record that goes with its parent is on the pages of whoever sees the parent. */
async function checkLines(
  viewer: Viewer,
  deals: readonly { readonly id: string }[],
  seen: ReadonlySet<string>,
  limit: number,
): Promise<void> {
  const { engine, system } = open;
  const { results } = await engine.records.batch(system, 'line', {
    operation: 'create',
    records: deals.map(({ id }) => ({ name: 'line', deal: id })),
    allOrNothing: true,
    dryRun: false,
  });
  const expected = results.map(({ id }) => id!).filter((_id, index) => seen.has(deals[index]!.id));
  const listed: string[] = [];
  for (let after: string | undefined; ; ) {
    const page = await engine.records.list(viewer.context, 'line', {
      sort: ['-id'],
      limit: limit * 5,
      count: 'exact',
      ...(after === undefined ? {} : { after }),
    });
    expect(page.count?.value).toBe(expected.length);
    listed.push(...page.records.map(({ id }) => String(id)));
    if (page.next === null) break;
    after = page.next;
  }
  expect(listed).toEqual(expected.toSorted().toReversed());
}

async function share(
  viewer: Viewer,
  records: readonly string[],
  expiresAt: string | null = null,
): Promise<void> {
  const { storage, workspace } = open;
  await storage.transaction(async (transaction) => {
    for (const recordId of records)
      await storage.shares.insert(
        workspace,
        {
          id: randomUUID(),
          objectKey: 'deal',
          recordId,
          grantee: viewer.context.userId,
          kind: 'user',
          role: null,
          andBelow: false,
          access: 'read',
          expiresAt,
          createdAt: new Date().toISOString(),
          createdBy: ownerIds[2]!,
        },
        transaction,
      );
  });
}

/** Shares of records that are gone: so many that not all are gathered at once. */
const gone = () => Array.from({ length: 201 }, () => randomUUID());

it(
  '[R2, R3, M1] pages of own and few shared records are complete and in order, both ways',
  () => walkPages(above, [1, 2, 4]),
  120_000,
);

it('[R2, R3, M1] so they are of who has many shares, whose candidates are looked through first', async () => {
  await share(above, gone());
  await walkPages(above, [1]);
}, 120_000);

it('[R2, M1, M3] so they are where what is shared is looked for on the way to the last own record, and that is too far', async () => {
  // Shares that have ended are known to be there, and make nothing worth a longer way.
  await share(beginner, gone(), '2026-01-01T00:00:00Z');
  await walkPages(beginner, [1, 2], WALKED);
}, 120_000);

it('[R2, M1] and where it is met on that way', async () => {
  await share(seller, gone());
  await walkPages(seller, [1, 7], WALKED);
}, 120_000);
