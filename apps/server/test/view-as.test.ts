/**
 * Seeing the product as another user: every door of the route table, asked by somebody who does, gives what that user
 * gets, and every one that changes something is closed. Numbers are those of packages/access/SPEC.md.
 */
import { Readable } from 'node:stream';
import { type Client, createClient } from '@trellis/api';
import type { Component } from '@trellis/metadata';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { API_PREFIX } from '../src/app.ts';
import { ADMINISTRATOR, startTestServer, type TestServer } from './start-test-server.ts';

const PASSWORD = 'a password of length';
const READ = { read: true, default_field: 'read' };
const components = [
  {
    kind: 'object',
    name: 'deal',
    body: { label: 'Deal', plural_label: 'Deals', name_field: 'name', audit_reads: true },
  },
  { kind: 'field', name: 'deal.name', body: { label: 'Name', type: 'text', searchable: true } },
  { kind: 'field', name: 'deal.remark', body: { label: 'Remark', type: 'text' } },
  { kind: 'field', name: 'deal.paper', body: { label: 'Paper', type: 'file' } },
  { kind: 'object', name: 'vault', body: { label: 'Vault', plural_label: 'Vaults', name_field: 'name' } },
  { kind: 'field', name: 'vault.name', body: { label: 'Name', type: 'text', searchable: true } },
  { kind: 'role', name: 'head', body: { label: 'Head' } },
  { kind: 'role', name: 'rep', body: { label: 'Rep', parent: 'head' } },
  {
    kind: 'permission_set',
    name: 'clerk',
    body: {
      label: 'Clerk',
      system: ['api'],
      objects: {
        deal: {
          ...READ,
          create: true,
          update: true,
          delete: true,
          export: true,
          import: true,
          default_field: 'update',
          fields: { remark: 'none' },
        },
      },
    },
  },
  {
    kind: 'permission_set',
    name: 'builder',
    body: { label: 'Builder', system: ['customise'], objects: { deal: READ } },
  },
  {
    kind: 'permission_set',
    name: 'helper',
    body: {
      label: 'Helper',
      system: ['view_as', 'api'],
      objects: {
        deal: {
          ...READ,
          create: true,
          update: true,
          delete: true,
          export: true,
          import: true,
          default_field: 'update',
        },
      },
    },
  },
] as unknown as Component[];

let server: TestServer;
let rep: Client;
let viewer: Client;
const ids: Record<string, string> = {};

async function person(name: string, set: string, role?: string): Promise<string> {
  const user = {
    email: `${name}@example.com`,
    name,
    password: PASSWORD,
    permission_sets: [set],
    ...(role && { role }),
  };
  return (await server.client.createUser(user)).id;
}
const signIn = (name: string) => server.signIn(`${name}@example.com`, PASSWORD);
const newAdmin = () => server.signIn(ADMINISTRATOR.email, ADMINISTRATOR.password);
const codeOf = async (answer: ReturnType<Client['exchange']>) => {
  const { status, body } = await answer;
  return `${status} ${(body as { code?: string } | undefined)?.code ?? ''}`.trim();
};

beforeAll(async () => {
  server = await startTestServer({ components, runsJobs: true });
  ids.rep = await person('rep', 'clerk', 'rep');
  ids.peer = await person('peer', 'clerk', 'rep');
  ids.builder = await person('builder', 'builder', 'rep');
  ids.helper = await person('helper', 'helper', 'head');
  rep = await signIn('rep');
  const peer = await signIn('peer');
  const form = new FormData();
  form.set('file', new Blob(['words']), 'words.txt');
  const file = (await rep.exchange('POST', '/files', form)).body as { id: string };
  ids.deal = String((await rep.create('deal', { name: 'Mine', paper: file.id })).id);
  ids.other = String((await peer.create('deal', { name: 'Theirs' })).id);
  ids.hidden = String((await server.client.create('vault', { name: 'Hidden' })).id);
  ids.file = file.id;
  ids.team = (await server.client.createTeam({ name: 'North', members: [ids.rep] })).id;
  const rows = new FormData();
  rows.set('mapping', '{}');
  rows.set('file', new Blob(['name\nImported\n']), 'deals.csv');
  ids.job = (await rep.importFile('deal', rows)).id;
  for (;;) {
    const { state } = await rep.job(ids.job);
    if (state === 'done') break;
    if (state === 'failed') throw new Error('The import failed.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await rep.createApiKey({ name: 'mine' });
  viewer = await newAdmin();
  await viewer.viewAs(ids.rep);
});
afterAll(() => server?.stop());

/** An address of a door: something that is there where the user may go, or something that they may not see. */
function addressesOf(url: string): readonly string[] {
  const path = url.slice(API_PREFIX.length);
  const id = path.startsWith('/users')
    ? ids.peer!
    : path.startsWith('/teams')
      ? ids.team!
      : path.startsWith('/jobs')
        ? ids.job!
        : path.startsWith('/files')
          ? ids.file!
          : ids.deal!;
  const fill = (values: Readonly<Record<string, string>>) =>
    path.replace(/:([a-z]+)/gi, (_, name: string) => encodeURIComponent(values[name] ?? ids.deal!));
  const own = { object: 'deal', id, field: 'paper', file: ids.file!, kind: 'object', name: 'deal' };
  return [
    ...new Set([
      fill(own),
      fill({ ...own, id: ids.other! }),
      fill({ ...own, object: 'vault', id: ids.hidden!, field: 'name' }),
    ]),
  ];
}

const doors = () =>
  server.app.routeTable
    .list()
    .map((door) => door.split(' ') as [string, string])
    .filter(([method, url]) => url.startsWith(`${API_PREFIX}/`) && method !== 'HEAD' && method !== 'OPTIONS');
/** Whether a door is open to anybody: it knows no caller, and so no view. */
async function isPublic(method: string, address: string): Promise<boolean> {
  const nobody = createClient({ origin: server.url });
  const { body } = await nobody.exchange(method, address, method === 'GET' ? undefined : {});
  return (body as { code?: string } | undefined)?.code !== 'unauthenticated';
}
/** Doors that are for a person alone, whoever sees the product as them. */
const PERSONAL = /^\/(me\/|api-keys|view-as|users\/[^/]+\/security)/;
/** Questions with a body. */
const READING = /\/(query|aggregate|plan|expression)$/;

describe('[V2] while somebody sees the product as another user', () => {
  it('every door that reads gives what that user gets', async () => {
    const told: string[] = [];
    let compared = 0;
    for (const [method, url] of doors()) {
      if (method !== 'GET' || url.endsWith('/events')) continue;
      for (const address of addressesOf(url)) {
        if (PERSONAL.test(address)) {
          expect(await codeOf(viewer.exchange('GET', address)), address).toBe('403 read_only_view');
          continue;
        }
        const [seen, own] = [await viewer.exchange('GET', address), await rep.exchange('GET', address)];
        if (/\/(metrics|ready|health)$/.test(url)) continue;
        expect([seen.status, withoutNoise(seen.body)], address).toEqual([own.status, withoutNoise(own.body)]);
        expect(seen.headers.get('etag'), address).toBe(own.headers.get('etag'));
        compared += 1;
        if (own.status === 200) told.push(url.slice(API_PREFIX.length));
      }
    }
    expect(compared).toBeGreaterThan(40);
    // The comparison is worth something only where there is something to see.
    for (const url of [
      '/records/:object',
      '/records/:object/:id',
      '/records/:object/:id/history',
      '/search',
      '/describe',
      '/records/:object/export',
      '/records/:object/:id/files/:field',
      '/files/:id',
      '/jobs',
      '/jobs/:id',
      '/openapi.json',
    ])
      expect(told).toContain(url);
  });

  it('every question with a body gives what that user gets', async () => {
    const bodies: Record<string, object> = {
      query: { filter: { '!=': [{ var: 'name' }, 'x'] }, count: 'exact' },
      aggregate: { group_by: ['name'] },
    };
    for (const [name, body] of Object.entries(bodies)) {
      const ask = (client: Client) => client.exchange('POST', `/records/deal/${name}`, body);
      const [seen, own] = [await ask(viewer), await ask(rep)];
      expect(own.status).toBe(200);
      expect(withoutNoise(seen.body)).toEqual(withoutNoise(own.body));
    }
    for (const name of ['plan', 'expression'])
      expect(await codeOf(viewer.exchange('POST', `/metadata/${name}`, {}))).toBe('403 forbidden');
  });

  it('every door that changes something is closed, whatever is sent', async () => {
    const before = await counts();
    const closed: string[] = [];
    for (const [method, url] of doors()) {
      if (method === 'GET' || READING.test(url) || (url.endsWith('/view-as') && method === 'DELETE'))
        continue;
      const [address] = addressesOf(url);
      if (await isPublic(method, address!)) continue;
      for (const each of addressesOf(url))
        for (const body of [
          {},
          { name: 'Changed', password: 'a new password!', records: [], operation: 'create' },
        ])
          expect(await codeOf(viewer.exchange(method, each, body)), `${method} ${each}`).toBe(
            '403 read_only_view',
          );
      closed.push(`${method} ${url.slice(API_PREFIX.length)}`);
    }
    expect(closed.length).toBeGreaterThan(35);
    expect(closed).toContain('POST /records/:object');
    expect(closed).toContain('POST /view-as');
    expect(closed).toContain('POST /metadata/publish');
    expect(await counts()).toEqual(before);
  });

  it('the write paths of the engine are closed as well', async () => {
    const workspace = (await server.storage.workspaces.find('main'))!;
    const context = {
      kind: 'user',
      workspace,
      userId: ids.rep!,
      permissionSets: ['administrator'],
      timeZone: 'UTC',
      locale: 'en',
      source: 'test',
      requestId: undefined,
      viewer: { userId: ids.helper!, name: 'helper' },
    } as const;
    const { records, metadata, teams, files, imports, jobs, shares, delegations, users } = server.engine;
    const bytes = async function* () {
      yield Buffer.from('name\nx\n');
    };
    const target = { with: { everyone: true }, access: 'read' };
    for (const write of [
      () => records.create(context, 'deal', { name: 'x' }),
      () => records.update(context, 'deal', ids.deal!, { name: 'x' }),
      () => records.delete(context, 'deal', ids.deal!),
      () => records.delete(context, 'deal', ids.deal!, { purge: true }),
      () => records.restore(context, 'deal', ids.deal!),
      () => metadata.publish(context, { components: [], deletions: [{ kind: 'object', name: 'vault' }] }),
      () => teams.create(context, { name: 'South' }),
      () => metadata.removeAlias(context, 'field', 'deal.title'),
      () => metadata.dismissConversion(context, 1),
      () => metadata.purgeConversion(context, 1),
      () => metadata.retryIndexes(context, 'deal'),
      () => metadata.dismissIndexAdvice(context, '1'),
      () => metadata.recomputeRollup(context, 'deal', 'name'),
      () => files.upload(context, { name: 'x', content: Readable.from(bytes()) }),
      () => imports.store(context, 'deal', bytes()),
      () => imports.keep(context, 'deal', bytes()),
      () => jobs.queue(context, { kind: 'import', input: {} }),
      () => jobs.cancel(context, ids.job!),
      () => shares.add(context, 'deal', ids.deal!, target),
      () => delegations.create(context, { delegate: ids.peer, ends_at: '2099-01-01T00:00:00Z' }),
      () => users.updateOwn(context, { name: 'Other' }),
      () => users.update(context, ids.peer!, { name: 'Other' }),
    ])
      await expect(write(), String(write)).rejects.toMatchObject({ code: 'read_only_view' });
  });

  it('`/me` says who looks and until when, and tells of no other workspace', async () => {
    const me = await viewer.me();
    expect(me).toMatchObject({
      user: { name: 'rep' },
      view: { by: { name: 'Ada' } },
      workspaces: [{ name: 'main' }],
    });
    expect(Date.parse(me.view!.ends_at)).toBeGreaterThan(Date.now());
    expect((await rep.me()).view).toBeUndefined();
    expect(await codeOf(viewer.exchange('GET', '/me', undefined, { 'x-workspace': 'other' }))).toBe(
      '404 unknown_workspace',
    );
  });

  it('live updates are those of that user', async () => {
    const response = await viewer.download(`${server.url}${API_PREFIX}/events`);
    const reader = response.body!.getReader();
    let text = '';
    const until = async (part: string) => {
      while (!text.includes(part)) text += new TextDecoder().decode((await reader.read()).value);
    };
    await until('event: ready');
    await server.client.update('vault', ids.hidden!, { name: 'Still hidden' });
    await server.client.update('deal', ids.other!, { name: 'Still theirs' });
    await server.client.update('deal', ids.deal!, { name: 'Mine!' });
    await until(ids.deal!);
    expect(text).not.toContain(ids.hidden!);
    expect(text).not.toContain(ids.other!);
    await reader.cancel();
  });
});

describe('[V1] who may, and as whom', () => {
  it('only with the right, and nobody who holds more', async () => {
    expect(await codeOf(rep.exchange('POST', '/view-as', { user: ids.peer }))).toBe('403 forbidden');
    const helper = await signIn('helper');
    const admin = (await server.client.me()).user.id;
    expect(await codeOf(helper.exchange('POST', '/view-as', { user: admin }))).toBe('403 forbidden');
    expect(await codeOf(helper.exchange('POST', '/view-as', { user: ids.builder }))).toBe('403 forbidden');
    expect(await codeOf(helper.exchange('POST', '/view-as', { user: ids.helper }))).toBe('403 forbidden');
    expect(await codeOf(helper.exchange('POST', '/view-as', { user: 'nobody' }))).toBe('404 unknown_user');
    expect(await codeOf(helper.exchange('POST', '/view-as', { user: ids.hidden }))).toBe('404 unknown_user');
    expect(await codeOf(helper.exchange('POST', '/view-as', {}))).toBe('422 invalid_input');
    expect((await helper.viewAs(ids.rep!)).user.name).toBe('rep');
  });

  it('an API key never opens it', async () => {
    const admin = await newAdmin();
    const { key } = await admin.createApiKey({ name: 'all', access: 'write', users: true, metadata: true });
    const byKey = createClient({ origin: server.url, apiKey: key });
    expect(await codeOf(byKey.exchange('POST', '/view-as', { user: ids.rep }))).toBe('403 forbidden');
  });
});

describe('[V3] it ends', () => {
  let admin: Client;
  beforeEach(async () => {
    admin = await newAdmin();
  });

  it('when it is stopped; tokens from before are worth nothing', async () => {
    const tokens: string[] = [];
    const remember = createClient({
      origin: server.url,
      keepsCookies: true,
      fetch: async (...given: Parameters<typeof fetch>) => {
        const response = await fetch(...given);
        tokens.push(
          ...response.headers.getSetCookie().map((each) => /trellis_session=([^;]+)/.exec(each)?.[1] ?? ''),
        );
        return response;
      },
    });
    await remember.login({ email: ADMINISTRATOR.email, password: ADMINISTRATOR.password });
    await remember.viewAs(ids.rep!);
    await remember.endViewAs();
    expect((await remember.me()).user.name).toBe('Ada');
    await remember.create('vault', { name: 'Writing again' });
    expect(tokens).toHaveLength(3);
    const asWith = (session: string) => createClient({ origin: server.url, keepsCookies: true, session });
    expect(await codeOf(asWith(tokens[0]!).exchange('GET', '/me'))).toBe('401 unauthenticated');
    expect(await codeOf(asWith(tokens[1]!).exchange('GET', '/me'))).toBe('401 unauthenticated');
    expect(await codeOf(remember.exchange('DELETE', '/view-as'))).toBe('204');
  });

  it('after its time, and gives nobody more than before', async () => {
    await admin.viewAs(ids.rep!);
    const database = new pg.Client({ connectionString: server.connectionString });
    await database.connect();
    await database.query(
      "update platform.session set view_ends_at = now() - interval '1 s' where view_user_id = $1",
      [ids.rep],
    );
    await database.end();
    expect(await codeOf(admin.exchange('GET', '/me'))).toBe('403 view_ended');
    expect(await codeOf(admin.exchange('POST', '/records/vault', { name: 'x' }))).toBe('403 view_ended');
    await admin.endViewAs();
    expect((await admin.me()).user.name).toBe('Ada');
    viewer = await newAdmin();
    await viewer.viewAs(ids.rep!);
  });

  it('with the session, and when a right or the person is gone', async () => {
    await admin.viewAs(ids.rep!);
    await admin.logout();
    expect(await codeOf(admin.exchange('GET', '/me'))).toBe('401 unauthenticated');

    const helper = await signIn('helper');
    await helper.viewAs(ids.peer!);
    await server.client.updateUser(ids.peer!, { permission_sets: ['builder'] });
    expect(await codeOf(helper.exchange('GET', '/records/deal'))).toBe('403 view_ended');
    await server.client.updateUser(ids.peer!, { permission_sets: ['clerk'] });
    expect(await codeOf(helper.exchange('GET', '/records/deal'))).toBe('200');
    await server.client.updateUser(ids.peer!, { is_active: false });
    expect(await codeOf(helper.exchange('GET', '/records/deal'))).toBe('403 view_ended');
    await server.client.updateUser(ids.peer!, { is_active: true });
    await server.client.updateUser(ids.helper!, { permission_sets: ['clerk'] });
    expect(await codeOf(helper.exchange('GET', '/records/deal'))).toBe('403 view_ended');
    await server.client.updateUser(ids.helper!, { permission_sets: ['helper'] });
  });
});

it('[V4] stands in the audit log in both names: beginning, what was read, what was refused, end', async () => {
  const admin = await signIn('helper');
  await admin.viewAs(ids.rep!);
  await admin.exchange('GET', `/records/deal/${ids.deal}`);
  await admin.exchange('DELETE', `/records/deal/${ids.deal}`);
  await admin.endViewAs();
  const { entries } = await server.client.audit({ limit: 5 });
  const told = entries.map(({ action, actor, as, record, outcome }) => [
    action,
    actor?.name,
    as?.name ?? null,
    record,
    outcome,
  ]);
  expect(told.slice(0, 4)).toEqual([
    ['view_as_ended', 'helper', null, ids.rep, 'done'],
    ['access_refused', 'helper', 'rep', ids.deal, 'refused'],
    ['records_read', 'helper', 'rep', ids.deal, 'done'],
    ['view_as_started', 'helper', null, ids.rep, 'done'],
  ]);
});

/** What may differ between two requests for the same. */
function withoutNoise(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body;
  const { request_id: _, view: __, events_after: after, ...rest } = body as Record<string, unknown>;
  // Of where live updates begin, what the caller may see; the rest is the hour.
  return typeof after === 'string' ? { ...rest, sight: after.split('.').at(-1) } : rest;
}

/** How many records, people and so on there are: what a door that was open by mistake would change. */
async function counts(): Promise<unknown> {
  const database = new pg.Client({ connectionString: server.connectionString });
  await database.connect();
  try {
    const { rows } = await database.query(
      `select (select count(*) from ws_main.deal) as deals, (select count(*) from ws_main._history) as changes,
              (select count(*) from ws_main._metadata_component) as components,
              (select count(*) from platform.identity) as people, (select count(*) from platform.api_key) as keys,
              (select count(*) from platform.session) as sessions, (select revision from platform.workspace) as revision`,
    );
    return rows[0];
  } finally {
    await database.end();
  }
}
