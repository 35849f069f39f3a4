/** People and workspaces through the API: who may be where, and that one workspace knows nothing of another. */
import type { Client } from '@trellis/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE_COMPONENTS } from './sample-components.ts';
import { ADMINISTRATOR, startTestServer, type TestServer } from './start-test-server.ts';

const PASSWORD = 'a long enough password';
let server: TestServer;
let bob: Client;
let bobId: string;
beforeAll(async () => {
  server = await startTestServer({ components: SAMPLE_COMPONENTS });
  const made = await server.client.createUser({ name: 'Bob', email: 'Bob@Example.com', password: PASSWORD });
  bobId = made.id;
  bob = await server.signIn('bob@example.com', PASSWORD);
});
afterAll(() => server.stop());

const statusOf = async (
  client: Client,
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => {
  const { status, body: answer } = await client.exchange(method, path, body, headers);
  return { status, code: (answer as { code?: string } | undefined)?.code };
};

describe('people', () => {
  it('are listed, found and changed', async () => {
    const { users } = await server.client.users();
    expect(users.map(({ name, email, is_active }) => ({ name, email, is_active }))).toEqual([
      { name: 'Ada', email: ADMINISTRATOR.email, is_active: true },
      { name: 'Bob', email: 'bob@example.com', is_active: true },
    ]);
    expect(await server.client.updateUser(bobId, { name: 'Robert' })).toMatchObject({
      id: bobId,
      name: 'Robert',
    });
    expect(await server.client.user(bobId)).toMatchObject({ name: 'Robert', permission_sets: [] });
    expect((await server.client.list('user', { fields: ['name'] })).records).toHaveLength(2);
  });

  it('have the other fields of their record too', async () => {
    await server.client.publish({
      components: [{ kind: 'role', name: 'sales_manager', body: { label: 'Sales manager' } }],
    });
    await server.client.exchange('PATCH', `/users/${bobId}`, {
      time_zone: 'Asia/Tokyo',
      role: 'sales_manager',
    });
    expect(await server.client.user(bobId)).toMatchObject({ role: 'sales_manager' });
    expect(await server.client.get('user', bobId)).toMatchObject({
      time_zone: 'Asia/Tokyo',
      role: 'sales_manager',
    });
    const { status, body } = await server.client.exchange('PATCH', `/users/${bobId}`, {
      time_zon: 'Asia/Tokyo',
    });
    expect({ status, errors: (body as { errors: unknown[] }).errors }).toEqual({
      status: 422,
      errors: [expect.objectContaining({ pointer: '/time_zon', code: 'unknown_field' })],
    });
    expect(
      await statusOf(server.client, 'PATCH', `/users/${bobId}`, { email: 'other@example.com' }),
    ).toMatchObject({ status: 422 });
  });

  it('with faults are refused', async () => {
    const create = (body: unknown) => server.client.exchange('POST', '/users', body);
    const pointers = async (body: unknown) =>
      ((await create(body)).body as { errors: { pointer: string }[] }).errors.map(({ pointer }) => pointer);
    expect(await pointers({ email: 'nonsense', name: '', password: 'short' })).toEqual([
      '/name',
      '/email',
      '/password',
    ]);
    expect(await pointers({})).toEqual(['/email', '/name']);
    expect(await pointers({ email: 'x@example.com', name: 'X', permission_sets: ['ghost'] })).toEqual([
      '/permission_sets/0',
    ]);
    expect(await pointers({ email: 'x@example.com', name: 'X', rights: [] })).toEqual(['/rights']);
    expect((await create({ email: 'BOB@example.com', name: 'Bob again' })).status).toBe(409);
    expect(await statusOf(server.client, 'GET', '/users/nonsense')).toEqual({
      status: 404,
      code: 'unknown_user',
    });
    expect(
      await statusOf(server.client, 'PATCH', `/users/${'0'.repeat(8)}-0000-7000-8000-000000000000`, {}),
    ).toEqual({ status: 404, code: 'unknown_user' });
  });

  it('without rights see no object, no metadata, no people: 404 and 403 before the body is read', async () => {
    expect(await statusOf(bob, 'GET', '/me')).toEqual({ status: 200, code: undefined });
    expect((await bob.me()).rights).toEqual([]);
    expect(await bob.describe()).toMatchObject({ objects: [], rights: [] });
    for (const path of [
      '/records/gadget',
      '/records/ghost',
      '/describe/gadget',
      '/describe/ghost',
      '/records/user',
      '/access/explain?object=gadget',
    ]) {
      expect(await statusOf(bob, 'GET', path)).toEqual({ status: 404, code: 'unknown_object' });
    }
    for (const [method, path] of [
      ['GET', '/metadata'],
      ['POST', '/metadata/publish'],
      ['POST', '/metadata/plan'],
      ['GET', '/metadata/revisions'],
      ['GET', '/users'],
      ['POST', '/users'],
      ['PATCH', `/users/${bobId}`],
      ['POST', '/workspaces'],
    ] as const) {
      expect({
        path,
        ...(await statusOf(
          bob,
          method,
          path,
          method === 'GET' ? undefined : [[['not', 'even', 'an', 'object']]],
        )),
      }).toEqual({ path, status: 403, code: 'forbidden' });
    }
    const login = await fetch(`${server.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'bob@example.com', password: PASSWORD }),
    });
    const cookie = login.headers.getSetCookie()[0]!.split(';')[0]!;
    for (const path of ['/metadata/publish', '/users', '/workspaces']) {
      const headers = { cookie, origin: server.url, 'content-type': 'application/json' };
      const answer = await fetch(`${server.url}/api/v1${path}`, { method: 'POST', headers, body: '{"na' });
      expect({ path, status: answer.status }).toEqual({ path, status: 403 });
    }
    const unknown = await bob.exchange('GET', '/records/ghost');
    const invisible = await bob.exchange('GET', '/records/gadget');
    const text = (answer: { body: unknown }, name: string) =>
      JSON.stringify({ ...(answer.body as object), request_id: '' }).replaceAll(name, '?');
    expect(text(unknown, 'ghost')).toBe(text(invisible, 'gadget'));
  });

  it('are signed out when they are deactivated or get a new password, and lose rights at once', async () => {
    await server.client.updateUser(bobId, { permission_sets: ['administrator'] });
    expect(await statusOf(bob, 'GET', '/metadata')).toEqual({ status: 200, code: undefined });
    await server.client.updateUser(bobId, { permission_sets: [] });
    expect((await statusOf(bob, 'GET', '/metadata')).status).toBe(403);
    await server.client.updateUser(bobId, { password: `${PASSWORD}!` });
    expect((await statusOf(bob, 'GET', '/me')).status).toBe(401);
    bob = await server.signIn('bob@example.com', `${PASSWORD}!`);
    await server.client.updateUser(bobId, { is_active: false });
    expect((await statusOf(bob, 'GET', '/me')).status).toBe(401);
    expect(
      (await statusOf(bob, 'POST', '/auth/login', { email: 'bob@example.com', password: `${PASSWORD}!` }))
        .status,
    ).not.toBe(200);
    await server.client.updateUser(bobId, { is_active: true, password: PASSWORD });
    bob = await server.signIn('bob@example.com', PASSWORD);
  });

  it('can not lock themselves out', async () => {
    const { user } = await server.client.me();
    expect((await statusOf(server.client, 'PATCH', `/users/${user.id}`, { is_active: false })).status).toBe(
      422,
    );
    expect(
      (await statusOf(server.client, 'PATCH', `/users/${user.id}`, { permission_sets: [] })).status,
    ).toBe(422);
  });
});

describe('workspaces', () => {
  beforeAll(async () => {
    expect(
      await server.client.createWorkspace({ name: 'lab', label: 'Laboratory', time_zone: 'Europe/Berlin' }),
    ).toEqual({ name: 'lab', label: 'Laboratory' });
  });
  const inLab = { 'x-workspace': 'lab' };

  it('are listed for their members only', async () => {
    expect((await server.client.workspaces()).workspaces.map(({ name }) => name)).toEqual(['main', 'lab']);
    expect((await bob.workspaces()).workspaces.map(({ name }) => name)).toEqual(['main']);
  });

  it('that one is no member of are answered like those that are not there', async () => {
    const other = await bob.exchange('GET', '/me', undefined, inLab);
    const none = await bob.exchange('GET', '/me', undefined, { 'x-workspace': 'ghost' });
    expect(other.status).toBe(404);
    expect({ ...(other.body as object), request_id: '' }).toEqual({
      ...(none.body as object),
      request_id: '',
    });
  });

  it('have metadata and records of their own', async () => {
    const ada = await server.signIn(ADMINISTRATOR.email, ADMINISTRATOR.password, 'lab');
    expect((await ada.me()).workspace).toBe('lab');
    expect((await statusOf(ada, 'GET', '/records/gadget')).code).toBe('unknown_object');
    await ada.publish({ components: [...SAMPLE_COMPONENTS] });
    const inMain = await server.client.create('gadget', { name: 'Of main', code: 'SAME' });
    const ofLab = await ada.create('gadget', { name: 'Of lab', code: 'SAME' });
    expect((await server.client.list('gadget')).records.map(({ name }) => name)).toEqual(['Of main']);
    expect((await ada.list('gadget')).records.map(({ name }) => name)).toEqual(['Of lab']);
    expect((await statusOf(ada, 'GET', `/records/gadget/${inMain.id}`)).status).toBe(404);
    expect(
      (await statusOf(server.client, 'PATCH', `/records/gadget/${ofLab.id}`, { name: 'stolen' })).status,
    ).toBe(404);
    expect((await statusOf(server.client, 'DELETE', `/records/gadget/${ofLab.id}`)).status).toBe(404);
    // A lookup can't reach over either.
    const maker = await ada.create('maker', { name: 'Lab maker' });
    expect(
      (await statusOf(server.client, 'POST', '/records/gadget', { name: 'x', maker: maker.id })).status,
    ).toBe(422);
    expect((await ada.search({ q: 'Of' })).hits.map(({ name }) => name)).toEqual(['Of lab']);
    await ada.publish({
      components: [{ kind: 'field', name: 'gadget.lab_only', body: { label: 'Lab only', type: 'text' } }],
    });
    expect(JSON.stringify(await server.client.describeObject('gadget'))).not.toContain('lab_only');
    expect((await server.client.users()).users).toHaveLength(2);
    expect((await ada.users()).users).toHaveLength(1);
    expect((await statusOf(ada, 'GET', `/users/${bobId}`)).code).toBe('unknown_user');
  });

  it('share people, but not the power over their passwords', async () => {
    const ada = await server.signIn(ADMINISTRATOR.email, ADMINISTRATOR.password, 'lab');
    const bobInLab = await ada.createUser({
      name: 'Bob of lab',
      email: 'bob@example.com',
      password: 'taken over by lab',
      permission_sets: ['administrator'],
    });
    expect(
      (
        await statusOf(bob, 'POST', '/auth/login', {
          email: 'bob@example.com',
          password: 'taken over by lab',
        })
      ).status,
    ).toBe(401);
    expect(
      (await statusOf(ada, 'PATCH', `/users/${bobInLab.id}`, { password: 'taken over by lab' })).status,
    ).toBe(403);
    const there = await server.signIn('bob@example.com', PASSWORD, 'lab');
    expect((await there.me()).rights).toContain('customise');
    expect((await statusOf(there, 'GET', '/metadata', undefined, { 'x-workspace': 'main' })).status).toBe(
      403,
    );
    // An administrator of a workspace that is not the first makes no others.
    expect((await statusOf(there, 'POST', '/workspaces', { name: 'more', label: 'More' })).status).toBe(403);
  });

  it('with faults are refused', async () => {
    const create = (body: unknown) => server.client.exchange('POST', '/workspaces', body);
    const answer = await create({
      name: 'Not A Name',
      label: ' ',
      time_zone: 'Mars/Olympus',
      locale: 'x',
      currency: 'XYZ1',
    });
    expect((answer.body as { errors: { pointer: string }[] }).errors.map(({ pointer }) => pointer)).toEqual([
      '/name',
      '/label',
      '/time_zone',
      '/locale',
      '/currency',
    ]);
    expect((await create({ name: 'lab', label: 'Again' })).status).toBe(409);
    expect((await create({ name: 'platform' })).status).toBe(422);
  });
});
