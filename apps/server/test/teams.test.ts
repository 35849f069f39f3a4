import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './start-test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ packages: ['crm'] });
});
afterAll(() => server?.stop());

it('makes, changes and deletes teams, and tells everyone their own', async () => {
  const { client } = server;
  const team = await client.createTeam({ name: 'North' });
  expect(team).toEqual({ id: team.id, name: 'North', description: null, email: null, members: [] });
  const bob = await client.createUser({
    email: 'bob@example.com',
    name: 'Bob',
    password: 'a long enough password',
    teams: [team.id],
  });
  expect(bob.teams).toEqual([team.id]);
  expect((await client.team(team.id)).members).toEqual([bob.id]);
  const asBob = await server.signIn('bob@example.com', 'a long enough password');
  expect((await asBob.me()).teams).toEqual([{ id: team.id, name: 'North' }]);
  for (const [method, path] of [
    ['GET', '/teams'],
    ['POST', '/teams'],
    ['PATCH', `/teams/${team.id}`],
    ['DELETE', `/teams/${team.id}`],
  ] as const)
    expect((await asBob.exchange(method, path, method === 'GET' ? undefined : {})).status).toBe(403);

  expect((await client.updateUser(bob.id, { teams: [] })).teams).toEqual([]);
  expect((await client.updateTeam(team.id, { name: 'South', members: [bob.id] })).members).toEqual([bob.id]);
  const record = await client.get('user', bob.id, ['name', 'teams']);
  expect(record.teams).toEqual([team.id]);

  const deal = await client.create('deal', { name: 'Ours', owner_id: team.id });
  const refused = await client.exchange('DELETE', `/teams/${team.id}`);
  expect(refused).toMatchObject({
    status: 409,
    body: { code: 'delete_restricted', blocking: [{ object: 'deal', count: 1 }] },
  });
  await client.update('deal', deal.id, { owner_id: bob.id });
  await client.removeTeam(team.id);
  expect((await client.exchange('GET', `/teams/${team.id}`)).body).toMatchObject({ code: 'unknown_team' });
  expect((await client.teams()).teams).toEqual([]);
});

it('tells all faults of a team and of the teams of a person', async () => {
  const { client } = server;
  const faults = async (method: string, path: string, body: unknown) => {
    const answer = await client.exchange(method, path, body);
    const { errors } = answer.body as { errors: { pointer: string; code: string }[] };
    return [answer.status, ...errors.map(({ code, pointer }) => `${code} ${pointer}`)];
  };
  expect((await faults('POST', '/teams', { name: '', email: 'no address', nonsense: 1 })).toSorted()).toEqual(
    [422, 'invalid_format /email', 'required /name', 'unknown_field /nonsense'],
  );
  expect(await faults('POST', '/users', { email: 'c@example.com', name: 'C', teams: ['x'] })).toEqual([
    422,
    'invalid_format /teams/0',
  ]);
  expect((await client.exchange('GET', '/teams/nonsense')).status).toBe(404);
});
