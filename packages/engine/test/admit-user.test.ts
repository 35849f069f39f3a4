import { ADMINISTRATOR } from '@trellis/access';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Arrival } from '../src/index.ts';
import { errorOf, faultsOf, type OpenEngine, openEngine } from './open-engine.ts';

let open: OpenEngine;
beforeAll(async () => {
  open = await openEngine([
    { kind: 'permission_set', name: 'clerk', body: { label: 'Clerk' } },
    { kind: 'permission_set', name: 'chief', body: { label: 'Chief' } },
    { kind: 'permission_set', name: 'guest', body: { label: 'Guest' } },
    { kind: 'role', name: 'head', body: { label: 'Head' } },
    { kind: 'role', name: 'hand', body: { label: 'Hand', parent: 'head' } },
  ]);
});
afterAll(() => open?.close());

let count = 0;
const arrival = (change: Partial<Arrival> = {}): Arrival => {
  count += 1;
  return {
    identityId: undefined,
    email: `person${count}@example.com`,
    name: `Person ${count}`,
    link: { issuer: 'https://idp.example', subject: `s${count}` },
    initialPermissionSets: ['guest'],
    permissionSets: undefined,
    role: undefined,
    ...change,
  };
};
const admit = (wish: Arrival) => open.engine.users.admit(open.system, wish);
const identityOf = async (userId: string) =>
  (await open.storage.identities.findIdentityOfUser(open.workspace, userId))!.id;

it('[O1] makes a newcomer with their link, all together or not at all', async () => {
  const wish = arrival({ role: { given: 'hand', governed: ['hand'] } });
  const { user, notes } = await admit(wish);
  expect(user).toMatchObject({ email: wish.email, permissionSets: ['guest'], role: 'hand', isActive: true });
  expect(notes).toEqual([]);
  const link = await open.storage.singleSignOn.findLink(wish.link.issuer, wish.link.subject);
  expect(link?.identityId).toBe(await identityOf(user.id));
  // The subject is somebody already: nothing is made.
  const again = arrival({ link: wish.link });
  expect(await errorOf(admit(again))).toMatchObject({ code: 'unique_violation' });
  expect(await open.storage.identities.findByEmail(again.email)).toBeUndefined();
});

it('[O2] hands no account over that came up meanwhile', async () => {
  const wish = arrival();
  await open.engine.users.create(open.admin, { email: wish.email, name: 'Somebody' });
  expect(await errorOf(admit(wish))).toMatchObject({ code: 'unique_violation' });
  const elsewhere = arrival();
  const other = await open.engine.createWorkspace({ name: 'elsewhere', label: 'Elsewhere' });
  const system = { kind: 'system', workspace: other, reason: 'test' } as const;
  await open.engine.users.create(system, { email: elsewhere.email, name: 'Somebody' });
  expect(await errorOf(admit(elsewhere))).toMatchObject({ code: 'unique_violation' });
});

it('[O3] gives what the groups stand for and touches nothing else, whatever was there', async () => {
  const { user } = await admit(arrival({ initialPermissionSets: [] }));
  const identityId = await identityOf(user.id);
  const some = fc.subarray(['clerk', 'chief', 'guest']);
  await fc.assert(
    fc.asyncProperty(some, some, some, async (before, governed, groups) => {
      await open.engine.users.update(open.admin, user.id, { permissionSets: before });
      const given = groups.filter((each) => governed.includes(each));
      const after = await admit(arrival({ identityId, permissionSets: { given, governed } }));
      const wanted = ['clerk', 'chief', 'guest'].filter((each) =>
        governed.includes(each) ? given.includes(each) : before.includes(each),
      );
      expect([...after.user.permissionSets].sort()).toEqual(wanted.sort());
    }),
    { numRuns: 25 },
  );
});

it('[O3] leaves out what the workspace does not know, and tells it', async () => {
  const { user, notes } = await admit(
    arrival({
      permissionSets: { given: ['clerk', 'ghost'], governed: ['clerk', 'ghost'] },
      role: { given: 'ghost', governed: ['ghost'] },
    }),
  );
  expect(user).toMatchObject({ permissionSets: ['guest', 'clerk'], role: null });
  expect(notes).toHaveLength(2);
});

it('[O3] leaves an inactive user as they are', async () => {
  const { user } = await admit(arrival());
  await open.engine.users.update(open.admin, user.id, { isActive: false });
  const identityId = await identityOf(user.id);
  const permissionSets = { given: [ADMINISTRATOR], governed: [ADMINISTRATOR] };
  expect((await admit(arrival({ identityId, permissionSets }))).user).toMatchObject({
    isActive: false,
    permissionSets: ['guest'],
  });
});

it('[O4] does not take the last administrator’s right away', async () => {
  const identityId = await identityOf(open.admin.userId);
  const permissionSets = { given: ['clerk'], governed: [ADMINISTRATOR, 'clerk'] };
  const kept = await admit(arrival({ identityId, permissionSets }));
  expect([...kept.user.permissionSets].sort()).toEqual([ADMINISTRATOR, 'clerk']);
  expect(kept.notes).toHaveLength(1);
  const { user } = await admit(arrival({ initialPermissionSets: [ADMINISTRATOR] }));
  expect((await admit(arrival({ identityId, permissionSets }))).user.permissionSets).toEqual(['clerk']);
  await open.engine.users.update(open.system, open.admin.userId, { permissionSets: [ADMINISTRATOR] });
  await open.engine.users.update(open.admin, user.id, { isActive: false });
});

it('[U4a] two administrators who take each other’s right away at once leave one', async () => {
  for (let round = 0; round < 5; round += 1) {
    const { user } = await admit(arrival({ initialPermissionSets: [ADMINISTRATOR] }));
    const other = { ...open.admin, userId: user.id };
    const results = await Promise.allSettled([
      open.engine.users.update(open.admin, user.id, { permissionSets: [] }),
      open.engine.users.update(other, open.admin.userId, { isActive: false }),
    ]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const active = (await open.engine.users.list(open.system)).filter(
      (each) => each.isActive && each.permissionSets.includes(ADMINISTRATOR),
    );
    expect(active).toHaveLength(1);
    await open.engine.users.update(open.system, open.admin.userId, {
      isActive: true,
      permissionSets: [ADMINISTRATOR],
    });
    await open.engine.users.update(open.system, user.id, { permissionSets: [] });
  }
  expect(
    await faultsOf(open.engine.users.update(open.system, open.admin.userId, { isActive: false })),
  ).toEqual(['last_administrator /is_active']);
});
