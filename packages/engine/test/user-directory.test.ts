import { createStorage } from '@trellis/storage';
import { createTestDatabase } from '@trellis/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEngine } from '../src/index.ts';
import { errorOf, faultsOf, type OpenEngine, openEngine, readStandardPackage } from './open-engine.ts';

let open: OpenEngine;
beforeAll(async () => {
  open = await openEngine([{ kind: 'permission_set', name: 'clerk', body: { label: 'Clerk' } }]);
});
afterAll(() => open?.close());

it('[U1] writes identity, membership and record together', async () => {
  const bob = await open.engine.users.create(open.admin, {
    email: ' Bob@Example.com',
    name: 'Bob',
    passwordHash: 'h',
    permissionSets: ['clerk'],
    fields: { title: 'Clerk' },
  });
  expect(bob).toMatchObject({
    email: 'bob@example.com',
    name: 'Bob',
    isActive: true,
    permissionSets: ['clerk'],
  });
  expect(await open.engine.records.get(open.admin, 'user', bob.id)).toMatchObject({
    name: 'Bob',
    email: 'bob@example.com',
    title: 'Clerk',
    active: true,
    owner_id: bob.id,
    created_by: open.admin.userId,
  });
  expect(await open.storage.identities.findByEmail('bob@example.com')).toMatchObject({ passwordHash: 'h' });
  expect(await open.engine.users.find(open.admin, bob.id)).toEqual(bob);
  expect((await open.engine.users.list(open.admin)).map((user) => user.name)).toEqual(['Ada', 'Bob']);
});

it('[U1] writes none of them when one is refused', async () => {
  expect(
    await faultsOf(open.engine.users.create(open.admin, { email: 'eve@example.com', name: '' })),
  ).toEqual(['required /name']);
  expect(await open.storage.identities.findByEmail('eve@example.com')).toBeUndefined();
  expect(
    await faultsOf(
      open.engine.users.create(open.admin, { email: 'nobody', name: 'x', permissionSets: ['none'] }),
    ),
  ).toEqual(['invalid_format /email', 'unknown_permission_set /permission_sets/0']);
  expect(
    await errorOf(open.engine.users.create(open.admin, { email: 'ADA@example.com', name: 'x' })),
  ).toMatchObject({ code: 'unique_violation', errors: [{ pointer: '/email' }] });
  expect(
    await faultsOf(
      open.engine.users.create(open.admin, { email: 'f@example.com', name: 'x', fields: { nonsense: 1 } }),
    ),
  ).toEqual(['unknown_field /nonsense']);
});

it('[U1] changes them together', async () => {
  const user = await open.engine.users.create(open.admin, { email: 'carl@example.com', name: 'Carl' });
  const changed = await open.engine.users.update(open.admin, user.id, {
    name: 'Karl',
    isActive: false,
    permissionSets: ['clerk'],
    passwordHash: 'new',
    fields: { phone: '+49 30 123456' },
  });
  expect(changed).toMatchObject({ name: 'Karl', isActive: false, permissionSets: ['clerk'] });
  expect(await open.engine.records.get(open.admin, 'user', user.id)).toMatchObject({
    name: 'Karl',
    active: false,
    version: 2,
  });
  expect((await errorOf(open.engine.users.update(open.admin, open.workspace.id, {}))).code).toBe(
    'unknown_record',
  );
});

it('needs the right to manage users', async () => {
  for (const call of [
    () => open.engine.users.list(open.nobody),
    () => open.engine.users.find(open.nobody, 'x'),
    () => open.engine.users.create(open.nobody, { email: 'x', name: 'x' }),
    () => open.engine.users.update(open.nobody, 'x', {}),
  ])
    expect((await errorOf(call())).code).toBe('forbidden');
});

it('[U2] makes the first administrator once', async () => {
  expect(
    await open.engine.createFirstAdministrator({
      email: 'late@example.com',
      name: 'Late',
      passwordHash: 'x',
    }),
  ).toBeUndefined();
});

it('[U2] makes one of several that arrive together, at two servers', async () => {
  const database = await createTestDatabase();
  const open = async () => {
    const storage = await createStorage({ connectionString: database.connectionString });
    return { storage, engine: createEngine({ storage, systemPackage: readStandardPackage('system') }) };
  };
  const servers = [await open(), await open()];
  try {
    await servers[0]!.engine.createWorkspace({ name: 'main', label: 'Main' });
    const made = await Promise.all(
      ['one', 'two', 'three', 'four'].map((name, index) =>
        servers[index % 2]!.engine.createFirstAdministrator({
          email: `${name}@example.com`,
          name,
          passwordHash: 'x',
        }),
      ),
    );
    expect(made.filter((user) => user !== undefined)).toHaveLength(1);
    expect(await servers[0]!.storage.identities.countIdentities()).toBe(1);
  } finally {
    for (const { engine, storage } of servers) {
      await engine.close();
      await storage.close();
    }
    await database.drop();
  }
});

it('[U4] keeps everyone from locking themselves out', async () => {
  const self = open.admin.userId;
  expect(await faultsOf(open.engine.users.update(open.admin, self, { isActive: false }))).toEqual([
    'own_account /is_active',
  ]);
  expect(await faultsOf(open.engine.users.update(open.admin, self, { permissionSets: [] }))).toEqual([
    'own_account /permission_sets',
  ]);
});

it("[U5] leaves a shared person's password alone", async () => {
  const shared = await open.engine.users.create(open.admin, { email: 'shared@example.com', name: 'Shared' });
  const other = await open.engine.createWorkspace({ name: 'other', label: 'Other' });
  const context = { kind: 'system' as const, workspace: other, reason: 'test' };
  const there = await open.engine.users.create(context, { email: 'shared@example.com', name: 'Shared' });
  expect(there.id).not.toBe(shared.id);
  expect((await errorOf(open.engine.users.update(open.admin, shared.id, { passwordHash: 'x' }))).code).toBe(
    'forbidden',
  );
  expect(await open.engine.users.update(open.admin, shared.id, { permissionSets: ['clerk'] })).toMatchObject({
    permissionSets: ['clerk'],
  });
  expect(await open.engine.users.find(context, there.id)).toMatchObject({ permissionSets: [] });
});
