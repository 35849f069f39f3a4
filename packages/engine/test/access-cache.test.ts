/** What other processes know of rights is never older than what is committed, whoever died on the way. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEngine, type Engine, type UserContext } from '../src/index.ts';
import { type OpenEngine, openEngine, readStandardPackage } from './open-engine.ts';

const part = (kind: string, name: string, body: object) => ({ kind, name, body });
let open: OpenEngine;
/** Its process dies whenever it has committed. */
let dying: Engine;
let other: Engine;

beforeAll(async () => {
  open = await openEngine([
    part('role', 'chief', { label: 'Chief' }),
    part('role', 'seller', { label: 'Seller', parent: 'chief' }),
    part('object', 'sale', { label: 'Sale', plural_label: 'Sales', name_field: 'name' }),
    part('field', 'sale.name', { label: 'Name', type: 'text' }),
    part('permission_set', 'trader', {
      label: 'Trader',
      objects: { sale: { create: true, read: true, update: true, default_field: 'update' } },
    }),
  ]);
  const { storage } = open;
  dying = createEngine({
    storage: {
      ...storage,
      transaction: async (...work) => {
        await storage.transaction(...work);
        throw new Error('The process has died.');
      },
    },
    systemPackage: readStandardPackage('system'),
  });
  other = await open.openAnother();
});
afterAll(async () => {
  await dying?.close();
  await open?.close();
});

async function person(name: string, role?: string): Promise<UserContext> {
  const { engine, system, admin } = open;
  const user = await engine.users.create(system, {
    email: `${name}@example.com`,
    name,
    permissionSets: ['trader'],
    passwordHash: null,
    ...(role === undefined ? {} : { fields: { role } }),
  });
  return { ...admin, userId: user.id, permissionSets: ['trader'] };
}

it('hears of roles, teams, delegations and shares with the commit that changes them', async () => {
  const { engine, system, admin } = open;
  const [chief, seller, friend] = [
    await person('chief', 'chief'),
    await person('seller', 'seller'),
    await person('friend'),
  ];
  const sale = await engine.records.create(seller, 'sale', { name: 'S' });
  const seen = async (who: UserContext) =>
    (await other.records.list(who, 'sale', {})).records.map(({ id }) => id).includes(sale.id);
  const dies = async (work: Promise<unknown>) => {
    await expect(work).rejects.toThrow('The process has died.');
  };
  await expect.poll(() => seen(chief)).toBe(true);
  await dies(dying.users.update(system, chief.userId, { fields: { role: null } }));
  await expect.poll(() => seen(chief)).toBe(false);

  expect(await seen(friend)).toBe(false);
  const ends_at = new Date(Date.now() + 3_600_000).toISOString();
  await dies(dying.delegations.create(admin, { delegator: seller.userId, delegate: friend.userId, ends_at }));
  await expect.poll(() => seen(friend)).toBe(true);
  const [{ id }] = (await engine.delegations.list(admin, { all: true })) as unknown as [{ id: string }];
  await dies(dying.delegations.end(admin, id));
  await expect.poll(() => seen(friend)).toBe(false);

  await dies(
    dying.shares.add(admin, 'sale', String(sale.id), { with: { user: friend.userId }, access: 'read' }),
  );
  await expect.poll(() => seen(friend)).toBe(true);

  const made = await person('made');
  const owned = await engine.records.create(seller, 'sale', { name: 'T' });
  const team = await engine.teams.create(admin, { name: 'North', members: [seller.userId] });
  await engine.records.update(admin, 'sale', String(owned.id), { owner_id: team.id });
  const ofTeam = async () =>
    (await other.records.list(made, 'sale', {})).records.map(({ id: each }) => each).includes(owned.id);
  await expect.poll(ofTeam).toBe(false);
  await dies(dying.teams.update(admin, team.id, { members: [made.userId] }));
  await expect.poll(ofTeam).toBe(true);
});
