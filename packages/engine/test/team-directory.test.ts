import { afterAll, beforeAll, expect, it } from 'vitest';
import { errorOf, faultsOf, type OpenEngine, object, openEngine } from './open-engine.ts';

let open: OpenEngine;
let bob: string;
let eve: string;
beforeAll(async () => {
  open = await openEngine(object('deal', {}));
  const make = async (name: string) =>
    (await open.engine.users.create(open.admin, { email: `${name}@example.com`, name })).id;
  bob = await make('bob');
  eve = await make('eve');
});
afterAll(() => open?.close());

it('[U6] keeps who belongs to a team, from either side', async () => {
  const { engine, admin } = open;
  const team = await engine.teams.create(admin, { name: 'North', members: [bob, bob] });
  expect(team).toMatchObject({ name: 'North', members: [bob], email: null });
  expect((await engine.users.find(admin, bob))?.teams).toEqual([team.id]);

  const user = await engine.users.update(admin, eve, { fields: { teams: [team.id] } });
  expect(user.teams).toEqual([team.id]);
  expect([...(await engine.teams.find(admin, team.id))!.members].sort()).toEqual([bob, eve].sort());
  const carl = await engine.users.create(admin, {
    email: 'carl@example.com',
    name: 'Carl',
    fields: { teams: [team.id] },
  });
  expect(carl.teams).toEqual([team.id]);

  const renamed = await engine.teams.update(admin, team.id.toUpperCase(), { name: 'South', members: [eve] });
  expect(renamed).toMatchObject({ name: 'South', members: [eve] });
  expect((await engine.users.find(admin, bob))?.teams).toEqual([]);
  expect((await engine.teams.list(admin)).map(({ name }) => name)).toEqual(['South']);
  expect(await engine.teams.ofUser({ ...admin, userId: eve, permissionSets: [] })).toEqual([
    { id: team.id, name: 'South' },
  ]);
  expect(await engine.records.get(admin, 'user', eve, ['teams'])).toMatchObject({ teams: [team.id] });
});

it('[U6] refuses what is not there, and writes nothing then', async () => {
  const { engine, admin } = open;
  const nobody = open.workspace.id;
  expect(await faultsOf(engine.teams.create(admin, { name: 'East', members: [bob, nobody] }))).toEqual([
    'unknown_target /members/1',
  ]);
  expect(await faultsOf(engine.teams.create(admin, { members: [bob] }))).toEqual(['required /name']);
  expect(await faultsOf(engine.teams.create(admin, { name: 'South' }))).toEqual(['unique_violation /name']);
  expect(
    await faultsOf(
      engine.users.create(admin, {
        email: 'dora@example.com',
        name: 'Dora',
        fields: { teams: [bob] },
      }),
    ),
  ).toEqual(['unknown_target /teams/0']);
  expect(await open.storage.identities.findByEmail('dora@example.com')).toBeUndefined();
  expect((await errorOf(engine.teams.update(admin, nobody, { name: 'x' }))).code).toBe('unknown_record');
});

it('[U6] needs the right to manage users, and is not written as a record', async () => {
  const { engine, nobody, admin } = open;
  for (const call of [
    () => engine.teams.list(nobody),
    () => engine.teams.find(nobody, bob),
    () => engine.teams.create(nobody, {}),
    () => engine.teams.update(nobody, bob, {}),
    () => engine.teams.delete(nobody, bob),
  ])
    expect((await errorOf(call())).code).toBe('forbidden');
  for (const name of ['team', 'team_member'])
    expect((await errorOf(engine.records.create(admin, name, {}))).code).toBe('system_object');
});

it('[U7] does not delete a team that owns records', async () => {
  const { engine, admin } = open;
  const team = await engine.teams.create(admin, { name: 'Owners', members: [bob] });
  const deal = await engine.records.create(admin, 'deal', { name: 'A', owner_id: team.id });
  expect(deal.owner_id).toBe(team.id);
  const refused = await errorOf(engine.teams.delete(admin, team.id));
  expect(refused.code).toBe('delete_restricted');
  expect(refused.details).toEqual({ blocking: [{ object: 'deal', count: 1 }] });

  await engine.records.update(admin, 'deal', String(deal.id), { owner_id: bob });
  await engine.teams.delete(admin, team.id);
  expect(await engine.teams.find(admin, team.id)).toBeUndefined();
  expect((await engine.users.find(admin, bob))?.teams).toEqual([]);
  expect(await faultsOf(engine.records.create(admin, 'deal', { name: 'B', owner_id: team.id }))).toEqual([
    'unknown_target /owner_id',
  ]);
  const again = await engine.teams.create(admin, { name: 'Owners' });
  expect(again.members).toEqual([]);
});

it('[U7] waits for whoever is just giving it a record', async () => {
  const { engine, admin, storage } = open;
  const team = await engine.teams.create(admin, { name: 'Racers' });
  const snapshot = await engine.snapshot(open.workspace);
  let deletion: Promise<unknown> | undefined;
  await storage.transaction(async (transaction) => {
    await storage.records.insert(
      snapshot,
      snapshot.model.objects.get('deal')!,
      [
        {
          id: '01990000-0000-7000-8000-000000000001',
          ownerId: team.id,
          recordType: null,
          data: { name: 'Late' },
        },
      ],
      { actorId: admin.userId, source: 'api', requestId: undefined, at: new Date().toISOString() },
      transaction,
    );
    deletion = engine.teams.delete(admin, team.id).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 100));
  });
  expect(await deletion).toMatchObject({ code: 'delete_restricted' });
});
