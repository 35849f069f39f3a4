/**
 * What an adversary sends to every door of the route table that takes it: ids of another workspace, and properties that
 * are nobody's to set.
 */
import { ADMINISTRATOR as ADMINISTRATOR_SET } from '@trellis/access';
import { type Client, createClient } from '@trellis/api';
import { hashPassword } from '@trellis/identity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Door, knock, listDoors, signIn, sweep } from './knock.ts';
import { ADMINISTRATOR, startTestServer, type TestServer } from './start-test-server.ts';

const OTHER = { name: 'Olga', email: 'olga@example.com', password: 'seven green bicycles' };

let server: TestServer;
let doors: readonly Door[];
let cookie: string;
/** The administrator of another workspace, where ours is nobody. */
let other: Client;

beforeAll(async () => {
  server = await startTestServer({ packages: ['crm'] });
  doors = listDoors(server);
  cookie = await signIn(server, ADMINISTRATOR);
  const workspace = await server.engine.createWorkspace({ name: 'elsewhere', label: 'Elsewhere' });
  await server.engine.users.create(
    { kind: 'system', workspace, reason: 'test' },
    {
      email: OTHER.email,
      name: OTHER.name,
      passwordHash: await hashPassword(OTHER.password),
      permissionSets: [ADMINISTRATOR_SET],
    },
  );
  other = await server.signIn(OTHER.email, OTHER.password, 'elsewhere');
});
afterAll(() => server?.stop());

describe('ids of another workspace', () => {
  const ID_PARAMETERS = /:(id|session|share|file)\b/;
  /** What the door needs to hear before it looks at the id. */
  const BODIES: Readonly<Record<string, unknown>> = {
    'PATCH /users/:id': { name: 'Taken' },
    'POST /users/:id/sso': { provider: 'sso' },
    'PATCH /teams/:id': { name: 'Taken' },
    'PATCH /records/:object/:id': { name: 'Taken' },
    'POST /records/:object/:id/revert': { as_of: '2026-11-01T00:00:00Z' },
    'POST /records/:object/:id/shares': { with: { kind: 'everyone' }, access: 'read' },
    'PATCH /records/:object/:id/shares/:share': { access: 'read' },
  };
  const ids: Record<string, string> = {};
  const state = async () => ({
    records: await other.list('note', {}),
    users: await other.users(),
    teams: await other.teams(),
    keys: (await other.apiKeys()).keys.map(({ id, name }) => ({ id, name })),
    sessions: (await other.sessions()).sessions.map(({ id }) => id),
    jobs: (await other.jobs({})).jobs.map(({ id, state }) => ({ id, state })),
  });

  beforeAll(async () => {
    await other.publish({
      components: [
        { kind: 'object', name: 'note', body: { label: 'Note', plural_label: 'Notes', name_field: 'name' } },
        { kind: 'field', name: 'note.name', body: { label: 'Name', type: 'text' } },
        { kind: 'view', name: 'note.all', body: { label: 'All', is_default: true, columns: ['name'] } },
      ],
    });
    const { users } = await other.users();
    ids.user = users[0]!.id;
    ids.record = (await other.create('note', { name: 'Theirs' })).id;
    ids.team = (await other.createTeam({ name: 'Theirs' })).id;
    ids.key = (await other.createApiKey({ name: 'Theirs' })).id;
    ids.session = (await other.sessions()).sessions[0]!.id;
    const form = new FormData();
    form.set('mapping', '{}');
    form.set('file', new Blob(['name\nx\n'], { type: 'text/csv' }), 'x.csv');
    const token = await signIn(server, OTHER);
    const job = await fetch(`${server.url}/api/v1/records/note/import`, {
      method: 'POST',
      headers: { cookie: token, origin: server.url, 'x-workspace': 'elsewhere' },
      body: form,
    });
    ids.job = ((await job.json()) as { id: string }).id;
    const upload = new FormData();
    upload.set('file', new Blob(['hello'], { type: 'text/plain' }), 'x.txt');
    const file = await fetch(`${server.url}/api/v1/files`, {
      method: 'POST',
      headers: { cookie: token, origin: server.url, 'x-workspace': 'elsewhere' },
      body: upload,
    });
    ids.file = ((await file.json()) as { id: string }).id;
  });

  it('are unknown at every door that takes one, as are things that are no ids', async () => {
    expect(Object.values(ids).every((id) => /^[0-9a-f-]{36}$/.test(id))).toBe(true);
    const before = await state();
    const nonsense = [
      "'",
      '../../etc/passwd',
      '%00',
      '0',
      '-1',
      'null',
      '__proto__',
      'A'.repeat(290),
      '{"$ne":null}',
    ];
    const chosen = doors.filter((door) => ID_PARAMETERS.test(door.path));
    expect(chosen.length).toBeGreaterThan(25);
    const own = await server.client.create('account', { name: 'Ours' });
    for (const id of [...Object.values(ids), ...nonsense]) {
      const wrong = await sweep(chosen, async (door) => {
        const asked = { headers: { cookie, origin: server.url }, body: BODIES[door.name] ?? {} };
        const tries = [{ id, session: id, share: id, file: id }];
        // What hangs on a record of ours by an id of theirs.
        if (/:id\/.*:(share|file)/.test(door.path))
          tries.push({ id: own.id, session: id, share: id, file: id });
        for (const given of tries) {
          const { status, text } = await knock(server, door, { ...asked, ...given });
          const isRefused = status === 404 || (door.path.startsWith('/metadata') && status === 422);
          if (!isRefused) return { id, status, text };
          if (id.length > 5 && text.includes(id)) return { id, echoed: text };
        }
        return undefined;
      });
      expect(wrong).toEqual([]);
    }
    expect(await state()).toEqual(before);
  }, 60_000);

  it('lead nowhere as the workspace of a request either', async () => {
    for (const workspace of ['elsewhere', 'nowhere', '', '../elsewhere', 'main; drop schema platform']) {
      const headers = { cookie, origin: server.url, 'x-workspace': workspace };
      const { status, code } = await knock(server, { method: 'GET', path: '/records/note' }, { headers });
      expect({ workspace, status, code }).toEqual({ workspace, status: 404, code: 'unknown_workspace' });
    }
  });
});

describe('properties that are nobody’s to set', () => {
  const FORBIDDEN = {
    identity_id: '00000000-0000-7000-8000-000000000000',
    password_hash: '$argon2id$v=19$m=19456,t=2,p=1$AAAA$AAAA',
    token_hash: 'a'.repeat(64),
    schema_name: 'public',
    is_admin: true,
    created_by: '00000000-0000-7000-8000-000000000000',
    created_at: '1999-01-01T00:00:00.000Z',
    updated_by: '00000000-0000-7000-8000-000000000000',
    updated_at: '1999-01-01T00:00:00.000Z',
    deleted_at: '1999-01-01T00:00:00.000Z',
    last_used_at: '1999-01-01T00:00:00.000Z',
    data: {},
    derived: {},
  };
  /** Doors that take no JSON body: forms, and those that look at none. */
  const WITHOUT_BODY = [
    'POST /auth/logout',
    'POST /users/:id/unlock',
    'POST /files',
    'POST /records/:object/import',
    'POST /records/:object/import/preview',
  ];

  /** What must be given before more is looked at. */
  const NEEDED: Readonly<Record<string, object>> = {
    'POST /users': { email: 'new@example.com', name: 'New' },
  };

  it('are refused at every door that takes a body, each by its pointer', async () => {
    const account = await server.client.create('account', { name: 'Ours' });
    const { users } = await server.client.users();
    const team = await server.client.createTeam({ name: 'Ours' });
    const before = [await server.client.get('account', account.id), users, await server.client.teams()];
    const chosen = doors.filter(
      (door) => ['POST', 'PATCH', 'PUT'].includes(door.method) && !WITHOUT_BODY.includes(door.name),
    );
    const idFor = (path: string) =>
      path.startsWith('/users') ? users[0]!.id : path.startsWith('/teams') ? team.id : account.id;
    const silent = new Set<string>();
    expect(
      await sweep(chosen, async (door) => {
        const answer = await knock(server, door, {
          headers: { cookie, origin: server.url },
          body: { ...NEEDED[door.name], ...FORBIDDEN },
          id: idFor(door.path),
        });
        if (answer.status >= 500) return answer;
        if (answer.status < 300) {
          // Whatever looks at no body at all took none of it.
          silent.add(door.name);
          return undefined;
        }
        if (answer.status !== 422) return undefined;
        const { errors } = JSON.parse(answer.text) as { errors: readonly { pointer: string }[] };
        const told = errors.map(({ pointer }) => pointer.split('/').at(-1));
        const missing = Object.keys(FORBIDDEN).filter((name) => !told.includes(name));
        return missing.length === 0 || errors.length >= 100 ? undefined : { missing, told };
      }),
    ).toEqual([]);
    expect([...silent].sort()).toEqual([]);
    expect([
      await server.client.get('account', account.id),
      (await server.client.users()).users,
      await server.client.teams(),
    ]).toEqual(before);
  });

  it.each(['create', 'update', 'upsert'] as const)(
    'nor are they taken by a batch (%s)',
    async (operation) => {
      const account = await server.client.create('account', { name: 'Ours' });
      for (const [name, value] of Object.entries({
        ...FORBIDDEN,
        version: 99,
        owner_id: FORBIDDEN.identity_id,
      })) {
        if (name === 'version' && operation !== 'create') continue;
        const record = { name: 'x', [name]: value, ...(operation === 'create' ? {} : { id: account.id }) };
        const { results } = await server.client
          .batch('account', {
            operation,
            records: [record],
            ...(operation === 'upsert' && { key: 'id' }),
          })
          .catch((error) => ({ results: [{ status: 'failed', errors: error.problem.errors }] }));
        expect({ name, status: results[0]!.status }).toEqual({ name, status: 'failed' });
      }
      expect((await server.client.get('account', account.id)).version).toBe(account.version);
    },
  );

  it('nobody gives themselves more: not by their own user, nor through the record of it', async () => {
    const person = { email: 'clerk@example.com', password: 'seven green bicycles', name: 'Clerk' };
    const user = await server.client.createUser({ ...person, permission_sets: ['sales_rep'] });
    const clerk = await server.signIn(person.email, person.password);
    const outcome = (work: Promise<unknown>) =>
      work.then(
        () => 200,
        (error: { status: number }) => error.status,
      );
    expect(await outcome(clerk.updateUser(user.id, { permission_sets: [ADMINISTRATOR_SET] }))).toBe(403);
    expect(await outcome(clerk.updateUser(user.id, { role: 'ceo' }))).toBe(403);
    for (const change of [
      { role: 'ceo' },
      { active: true },
      { permission_sets: ['administrator'] },
      { teams: [] },
    ])
      expect(
        await outcome(clerk.update('user', user.id, change)),
        JSON.stringify(change),
      ).toBeGreaterThanOrEqual(403);
    expect(await outcome(clerk.createUser({ ...person, email: 'second@example.com' }))).toBe(403);
    expect(await outcome(clerk.publish({ components: [] }))).toBe(403);
    expect(await outcome(clerk.permitSso(user.id, 'sso'))).toBe(403);
    const { key } = await clerk
      .createApiKey({ name: 'k', access: 'write', metadata: true, users: true })
      .catch(() => ({ key: undefined }));
    if (key !== undefined) {
      const asKey = createClient({ origin: server.url, apiKey: key });
      expect(await outcome(asKey.users())).toBe(403);
      expect(await outcome(asKey.metadata())).toBe(403);
    }
    expect((await clerk.me()).rights).not.toContain('manage_users');
  });
});
