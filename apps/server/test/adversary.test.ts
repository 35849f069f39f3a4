/**
 * What an adversary tries at every door of the route table, so that a door that is made tomorrow is tried too: without a
 * session, with sessions and keys that have ended, from pages of other sites, with ids of another workspace, and with
 * properties that are nobody's to set.
 */
import { ADMINISTRATOR as ADMINISTRATOR_SET } from '@trellis/access';
import { type Client, createClient } from '@trellis/api';
import { hashPassword } from '@trellis/identity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMINISTRATOR, startTestServer, type TestServer } from './start-test-server.ts';

/** Doors that answer to anyone. A new one has to be written here, and be thought about. */
const PUBLIC = [
  'GET /health',
  'GET /ready',
  'GET /metrics',
  'GET /setup',
  'GET /auth/options',
  'GET /auth/sso/:provider',
  'GET /auth/sso/:provider/callback',
  'POST /auth/login',
  'POST /auth/logout',
  'POST /auth/forgot',
  'POST /auth/reset',
  'POST /auth/reset/check',
  'POST /auth/invitation',
  'POST /auth/invitation/check',
  'POST /setup',
];
const OTHER = { name: 'Olga', email: 'olga@example.com', password: 'seven green bicycles' };

interface Door {
  readonly method: string;
  /** Below `/api/v1`, with parameters as `:id`. */
  readonly path: string;
  readonly name: string;
}

let server: TestServer;
let doors: readonly Door[];
let cookie: string;
/** The administrator of another workspace, where ours is nobody. */
let other: Client;
let clock = Date.now();

beforeAll(async () => {
  server = await startTestServer({
    packages: ['crm'],
    now: () => clock,
    settings: { sessionIdleSeconds: 3600, sessionSeconds: 7200 },
  });
  doors = server.app.routeTable
    .list()
    .map((name) => name.split(' ') as [string, string])
    .filter(([method, path]) => path.startsWith('/api/v1/') && method !== 'HEAD' && method !== 'OPTIONS')
    .map(([method, path]) => ({
      method,
      path: path.slice('/api/v1'.length),
      name: `${method} ${path.slice('/api/v1'.length)}`,
    }));
  expect(doors.length).toBeGreaterThan(80);
  cookie = await signIn(ADMINISTRATOR);
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

async function signIn({
  email,
  password,
}: {
  readonly email: string;
  readonly password: string;
}): Promise<string> {
  const answer = await fetch(`${server.url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  return answer.headers.getSetCookie()[0]!.split(';')[0]!;
}

interface Answer {
  readonly status: number;
  readonly code: unknown;
  readonly text: string;
}

/** Asks at a door. Long answers are not waited for: their status says it. */
async function knock(
  { method, path }: Pick<Door, 'method' | 'path'>,
  {
    headers = {},
    body,
    ...parameters
  }: { readonly headers?: Record<string, string>; readonly body?: unknown } & Readonly<
    Record<string, unknown>
  > = {},
): Promise<Answer> {
  const filled = path.replace(/:([a-z]+)/g, (_all, name: string) =>
    encodeURIComponent(String(parameters[name] ?? DEFAULTS[name] ?? 'x')),
  );
  const ending = new AbortController();
  const answer = await fetch(`${server.url}/api/v1${filled}`, {
    method,
    redirect: 'manual',
    signal: ending.signal,
    headers: {
      ...(method === 'GET' || body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(method === 'GET' || body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const isProblem = answer.headers.get('content-type')?.startsWith('application/problem+json');
  const text = isProblem ? await answer.text() : '';
  ending.abort();
  return { status: answer.status, code: isProblem ? JSON.parse(text).code : undefined, text };
}

const DEFAULTS: Readonly<Record<string, string>> = {
  object: 'account',
  kind: 'object',
  name: 'account',
  field: 'name',
  provider: 'sso',
  id: '00000000-0000-7000-8000-000000000000',
};
const isPublic = ({ name }: Door) => PUBLIC.includes(name);
const changesState = ({ method }: Door) => method !== 'GET';

/** Doors that did otherwise than they should, told all at once. */
async function sweep(chosen: readonly Door[], judge: (door: Door) => Promise<unknown>): Promise<unknown[]> {
  const wrong: unknown[] = [];
  for (const door of chosen) {
    const fault = await judge(door);
    if (fault !== undefined) wrong.push({ door: door.name, fault });
  }
  return wrong;
}

it('the list of public doors is what the doors do', async () => {
  expect(PUBLIC.filter((name) => !doors.some((door) => door.name === name))).toEqual([]);
  expect(
    await sweep(doors, async (door) => {
      const { status } = await knock(door, { body: {} });
      return (status === 401) === isPublic(door) && door.name !== 'POST /auth/login' ? status : undefined;
    }),
  ).toEqual([]);
});

describe('a session or key that has ended opens no door', () => {
  const guarded = () => doors.filter((door) => !isPublic(door));
  const refused = (headers: Record<string, string>) =>
    sweep(guarded(), async (door) => {
      const { status } = await knock(door, { headers: { origin: server.url, ...headers }, body: {} });
      return status === 401 ? undefined : status;
    });

  it('signed out', async () => {
    const ended = await signIn(ADMINISTRATOR);
    await fetch(`${server.url}/api/v1/auth/logout`, {
      method: 'POST',
      headers: { cookie: ended, origin: server.url },
    });
    expect(await refused({ cookie: ended })).toEqual([]);
  });

  it('too old, or idle for too long', async () => {
    const old = await signIn(ADMINISTRATOR);
    clock += 3_601_000;
    expect(await refused({ cookie: old })).toEqual([]);
    cookie = await signIn(ADMINISTRATOR);
    await server.client.login({ email: ADMINISTRATOR.email, password: ADMINISTRATOR.password });
    await other.login({ email: OTHER.email, password: OTHER.password });
  });

  it('of somebody who was switched off, with session and with key', async () => {
    const person = { email: 'gone@example.com', password: 'seven green bicycles', name: 'Gone' };
    const user = await server.client.createUser({ ...person, permission_sets: [ADMINISTRATOR_SET] });
    const session = await signIn(person);
    const own = await server.signIn(person.email, person.password);
    const { key } = await own.createApiKey({ name: 'key', access: 'write', metadata: true, users: true });
    expect(
      (await knock({ method: 'GET', path: '/me' }, { headers: { authorization: `Bearer ${key}` } })).status,
    ).toBe(200);
    await server.client.updateUser(user.id, { is_active: false });
    expect(await refused({ cookie: session })).toEqual([]);
    expect(await refused({ authorization: `Bearer ${key}` })).toEqual([]);
  });

  it('a revoked key, one that is cut off, and other schemes', async () => {
    const { id, key } = await server.client.createApiKey({ name: 'key', access: 'write' });
    await server.client.revokeApiKey(id);
    // Past the throttle of wrong keys.
    clock += 16 * 60_000;
    expect(await refused({ authorization: `Bearer ${key}` })).toEqual([]);
    for (const authorization of [
      `Bearer ${key.slice(0, -1)}`,
      `Basic ${btoa(`ada:${key}`)}`,
      'Bearer',
      key,
    ]) {
      const { status } = await knock({ method: 'GET', path: '/me' }, { headers: { authorization, cookie } });
      expect({ authorization, status }).toEqual({ authorization, status: 401 });
    }
  });

  it('a session that somebody else chose is not taken over by signing in (fixation)', async () => {
    const chosen = `trellis_session=${'A'.repeat(43)}`;
    const answer = await fetch(`${server.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: chosen },
      body: JSON.stringify({ email: ADMINISTRATOR.email, password: ADMINISTRATOR.password }),
    });
    expect(answer.headers.getSetCookie()[0]).not.toContain(chosen);
    expect((await knock({ method: 'GET', path: '/me' }, { headers: { cookie: chosen } })).status).toBe(401);
    // Nor does the browser's old session live on beside the new one.
    const old = await signIn(ADMINISTRATOR);
    await fetch(`${server.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: old },
      body: JSON.stringify({ email: ADMINISTRATOR.email, password: ADMINISTRATOR.password }),
    });
    expect((await knock({ method: 'GET', path: '/me' }, { headers: { cookie: old } })).status).toBe(401);
  });
});

describe('a page of another site changes nothing', () => {
  it.each([
    ['by its Origin', { origin: 'https://evil.example' }],
    ['by an opaque Origin', { origin: 'null' }],
    ['by an Origin that begins like ours', { origin: 'http://127.0.0.1.evil.example' }],
    ['by Sec-Fetch-Site, whatever the Origin', { 'sec-fetch-site': 'cross-site' }],
    ['from another subdomain', { 'sec-fetch-site': 'same-site' }],
    ['without an Origin', {}],
  ])('%s', async (name, headers) => {
    // Without saying anything of where it comes from, a program may sign in and set up.
    const chosen = doors.filter(
      (door) => changesState(door) && (Object.keys(headers).length > 0 || !isPublic(door)),
    );
    const ours = 'sec-fetch-site' in headers ? { origin: server.url } : {};
    expect(
      await sweep(chosen, async (door) => {
        const { status, code } = await knock(door, { headers: { cookie, ...ours, ...headers }, body: {} });
        return status === 403 && code === 'cross_origin' ? undefined : { name, status, code };
      }),
    ).toEqual([]);
    expect((await knock({ method: 'GET', path: '/me' }, { headers: { cookie } })).status).toBe(200);
  });
});

describe('ids of another workspace', () => {
  const ID_PARAMETERS = /:(id|session|share|file)\b/;
  /** What the door needs to hear before it looks at the id. */
  const BODIES: Readonly<Record<string, unknown>> = {
    'PATCH /users/:id': { name: 'Taken' },
    'POST /users/:id/sso': { provider: 'sso' },
    'PATCH /teams/:id': { name: 'Taken' },
    'PATCH /records/:object/:id': { name: 'Taken' },
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
    const token = await signIn(OTHER);
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
          const { status, text } = await knock(door, { ...asked, ...given });
          const isRefused = status === 404 || (door.path.startsWith('/metadata') && status === 422);
          if (!isRefused) return { id, status, text };
          if (id.length > 5 && text.includes(id)) return { id, echoed: text };
        }
        return undefined;
      });
      expect(wrong).toEqual([]);
    }
    expect(await state()).toEqual(before);
  });

  it('lead nowhere as the workspace of a request either', async () => {
    for (const workspace of ['elsewhere', 'nowhere', '', '../elsewhere', 'main; drop schema platform']) {
      const headers = { cookie, origin: server.url, 'x-workspace': workspace };
      const { status, code } = await knock({ method: 'GET', path: '/records/note' }, { headers });
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
        const answer = await knock(door, {
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
