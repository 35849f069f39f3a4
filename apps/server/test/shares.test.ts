/** Sharing by hand and standing in, over HTTP: what they give, who may do it, and when it ends. */
import type { Client } from '@trellis/api';
import type { Component } from '@trellis/metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './start-test-server.ts';

const PASSWORD = 'a password of length';
const ALL = { create: true, read: true, update: true, delete: true, export: true };
const part = (kind: string, name: string, body: object) => ({ kind, name, body }) as Component;
const object = (name: string, body: object = {}) =>
  part('object', name, { label: name, plural_label: `${name}s`, name_field: 'name', ...body });
const field = (name: string, body: object) => part('field', name, { label: name, ...body });

const COMPONENTS: Component[] = [
  part('role', 'boss', { label: 'Boss' }),
  part('role', 'rep', { label: 'Rep', parent: 'boss' }),
  part('role', 'support', { label: 'Support' }),
  part('role', 'desk', { label: 'Desk', parent: 'support' }),
  object('sale', { sharing: 'private' }),
  field('sale.name', { type: 'text', searchable: true }),
  field('sale.amount', { type: 'integer' }),
  field('sale.paper', { type: 'file' }),
  object('line', { sharing: 'parent' }),
  field('line.name', { type: 'text' }),
  field('line.sale', { type: 'lookup', to: 'sale', parent: true, reverse_name: 'lines' }),
  object('visit'),
  field('visit.name', { type: 'text' }),
  field('visit.sale', { type: 'lookup', to: 'sale', reverse_name: 'visits' }),
  object('wall', { sharing: 'read_write' }),
  field('wall.name', { type: 'text' }),
  part('sharing_rule', 'sale.big', {
    label: 'Big ones',
    when: { '>': [{ var: 'amount' }, 900] },
    share_with: [{ role: 'support', and_below: true }],
    access: 'read',
  }),
  part('permission_set', 'seller', {
    label: 'Seller',
    system: ['api'],
    objects: {
      sale: { ...ALL, default_field: 'update' },
      line: { ...ALL, default_field: 'update' },
      visit: { ...ALL, default_field: 'update' },
      wall: { ...ALL, default_field: 'update' },
      user: { read: true, default_field: 'read' },
      team: { read: true, default_field: 'read' },
    },
  }),
  part('permission_set', 'reader', {
    label: 'Reader',
    objects: {
      sale: { read: true, default_field: 'read' },
      user: { read: true, default_field: 'read' },
    },
  }),
  part('permission_set', 'auditor', {
    label: 'Auditor',
    objects: { sale: { read: true, view_all: true, default_field: 'read' } },
  }),
  part('permission_set', 'people', { label: 'People', system: ['manage_users'], objects: {} }),
];

let server: TestServer;
const ids: Record<string, string> = {};
const clients: Record<string, Client> = {};

beforeAll(async () => {
  server = await startTestServer({ components: COMPONENTS });
  const people: [string, string | undefined, string[]][] = [
    ['ann', 'rep', ['seller']],
    ['eva', 'boss', ['seller']],
    ['ben', 'rep', ['seller']],
    ['kim', 'support', ['seller']],
    ['dan', 'desk', ['reader']],
    ['ida', undefined, []],
    ['sam', undefined, ['people']],
  ];
  for (const [name, role, sets] of people) {
    const made = await server.client.createUser({
      email: `${name}@example.com`,
      name,
      password: PASSWORD,
      permission_sets: sets,
      ...(role ? { role } : {}),
    });
    ids[name] = made.id;
    clients[name] = await server.signIn(`${name}@example.com`, PASSWORD);
  }
  ids.team = (await server.client.createTeam({ name: 'Desk team', members: [ids.dan!] })).id;
}, 60_000);
afterAll(() => server?.stop());

const as = (who: string) => (who === 'admin' ? server.client : clients[who]!);
const call = (who: string, method: string, path: string, body?: unknown) =>
  as(who).exchange(method as 'GET', path, body);
const sale = async (values: object = {}) =>
  String((await server.client.create('sale', { name: 'a sale', owner_id: ids.ann!, ...values })).id);
const sees = async (who: string, id: string) => (await call(who, 'GET', `/records/sale/${id}`)).status;
const changes = async (who: string, id: string) =>
  (await call(who, 'PATCH', `/records/sale/${id}?dry_run=true`, { name: 'b' })).status;
const share = (who: string, id: string, body: object) =>
  call(who, 'POST', `/records/sale/${id}/shares`, body);
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();
/** As if time had passed: the door takes no end in the past. */
const age = async (table: string, id: string, set: string) => {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: server.connectionString });
  await client.connect();
  try {
    await client.query(`update ws_main."${table}" set ${set} where id = $1`, [id]);
  } finally {
    await client.end();
  }
};

describe('sharing by hand', () => {
  it('[M1] opens one record to a person, a team or a role, to read or to change, through every door', async () => {
    const id = await sale({ name: 'opened', amount: 7 });
    const line = String((await server.client.create('line', { name: 'l', sale: id })).id);
    const visit = String(
      (await server.client.create('visit', { name: 'v', sale: id, owner_id: ids.ben! })).id,
    );
    expect(await sees('ben', id)).toBe(404);
    const made = await share('ann', id, { with: { user: ids.ben }, access: 'read' });
    expect(made).toMatchObject({
      status: 201,
      body: {
        with: { user: ids.ben },
        name: 'ben',
        access: 'read',
        expires_at: null,
        created_by: { id: ids.ann, name: 'ann' },
      },
    });
    expect([await sees('ben', id), await changes('ben', id)]).toEqual([200, 403]);
    const listed = await as('ben').list('sale', { count: 'exact', rights: true });
    expect(listed.records.map((each) => each.id)).toEqual([id]);
    expect([listed.count?.value, listed.rights?.[id]]).toEqual([1, []]);
    const { rows } = await as('ben').aggregate('sale', { measures: [{ function: 'sum', field: 'amount' }] });
    expect(rows).toEqual([{ sum_amount: 7 }]);
    expect((await as('ben').search({ q: 'opened' })).hits.map((hit) => hit.id)).toEqual([id]);
    expect((await call('ben', 'GET', `/records/sale/${id}/history`)).status).toBe(200);
    expect((await call('ben', 'GET', `/records/line/${line}`)).status).toBe(200);
    expect((await call('ben', 'PATCH', `/records/line/${line}`, { name: 'x' })).status).toBe(403);
    expect(await as('ben').get('visit', visit, ['sale.name'])).toMatchObject({ sale: { name: 'opened' } });
    const exported = await call('ben', 'GET', '/records/sale/export?format=ndjson&fields=name');
    expect(exported.body).toMatchObject({ id, name: 'opened' });
    const { id: shareId } = made.body as { id: string };
    await as('ann').changeShare('sale', id, shareId, { access: 'update' });
    expect([await changes('ben', id)]).toEqual([200]);
    expect((await call('ben', 'PATCH', `/records/line/${line}`, { name: 'x' })).status).toBe(200);
    expect((await as('ben').getWithRights('sale', id)).rights).toEqual(['update']);
    expect((await call('ben', 'DELETE', `/records/sale/${id}`)).status).toBe(403);
    await as('ann').unshare('sale', id, shareId);
    expect(await sees('ben', id)).toBe(404);
    const workspace = (await server.storage.workspaces.find('main'))!;
    const log = await server.engine.audit.list(
      { kind: 'system', workspace, reason: 'test' },
      { record: id },
      { limit: 50, after: undefined },
    );
    expect(log.entries.map((entry) => entry.action)).toEqual(
      expect.arrayContaining(['share_added', 'share_changed', 'share_removed']),
    );
    expect((await call('ben', 'GET', `/records/line/${line}`)).status).toBe(404);
    expect((await as('ben').get('visit', visit, ['sale.name'])) as object).toMatchObject({
      sale: { id, name: null },
    });
    for (const [target, who, other] of [
      [{ team: ids.team }, 'dan', 'kim'],
      [{ role: 'desk' }, 'dan', 'kim'],
      [{ role: 'support' }, 'kim', 'dan'],
    ] as const) {
      const { id: given } = (await share('ann', id, { with: target, access: 'read' })).body as {
        id: string;
      };
      expect([await sees(who, id), await sees(other, id)]).toEqual([200, 404]);
      await as('ann').unshare('sale', id, given);
    }
    await share('ann', id, { with: { role: 'support', and_below: true }, access: 'update' });
    expect([await changes('kim', id), await sees('dan', id), await changes('dan', id)]).toEqual([
      200, 200, 403,
    ]);
  });

  it('[M2] gives no right on the object or its fields', async () => {
    const id = await sale();
    expect((await share('ann', id, { with: { user: ids.ida }, access: 'update' })).status).toBe(201);
    expect(await sees('ida', id)).toBe(404);
    await share('ann', id, { with: { user: ids.dan }, access: 'update' });
    expect([await sees('dan', id), await changes('dan', id)]).toEqual([200, 403]);
  });

  it('[M3] ends at its hour, in every statement, and is swept later', async () => {
    const id = await sale();
    const made = await as('ann').share('sale', id, {
      with: { user: ids.ben! },
      access: 'update',
      expires_at: inAnHour(),
    });
    expect(await changes('ben', id)).toBe(200);
    const { reasons } = await server.client.explain({ user: ids.ben!, object: 'sale', record: id });
    expect(reasons).toContain(`Shared by hand by ann with ben until ${made.expires_at}.`);
    await age('_share', made.id, "expires_at = now() - interval '1 second'");
    expect(await sees('ben', id)).toBe(404);
    expect((await as('ben').list('sale', { filter: { '==': [{ var: 'id' }, id] } })).records).toEqual([]);
    expect((await as('ann').sharing('sale', id)).shares).toEqual([]);
    const gone = await server.client.explain({ user: ids.ben!, object: 'sale', record: id });
    expect(gone.is_allowed).toBe(false);
    // What has ended does not stand in the way of a new one.
    expect((await share('ann', id, { with: { user: ids.ben }, access: 'read' })).status).toBe(201);
  });

  it('[M4] is for who stands for the owner or may change everything, and gives no more than they have', async () => {
    const id = await sale();
    const body = { with: { user: ids.kim }, access: 'read' };
    expect((await share('ben', id, body)).status).toBe(404);
    await share('eva', id, { with: { user: ids.ben }, access: 'update' });
    expect(await share('ben', id, body)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    for (const method of ['GET', 'POST'])
      expect(
        (await call('ben', method, `/records/sale/${id}/shares`, method === 'GET' ? undefined : body)).status,
      ).toBe(403);
    expect((await share('admin', id, body)).status).toBe(201);
    const ofDan = await sale({ owner_id: ids.dan! });
    expect(await share('dan', ofDan, { with: { user: ids.kim }, access: 'update' })).toMatchObject({
      status: 422,
      body: { errors: [{ code: 'forbidden', pointer: '/access' }] },
    });
    expect((await share('dan', ofDan, body)).status).toBe(201);
    expect((await as('dan').sharing('sale', ofDan)).most).toBe('read');
    const key = await as('ann').createApiKey({ name: 'reads', access: 'read' });
    const response = await fetch(`${server.url}/api/v1/records/sale/${id}/shares`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ with: { user: ids.dan }, access: 'read' }),
    });
    expect(response.status).toBe(403);
  });

  it('[M5] ends with the record’s owner and with the record, and outlives the recycle bin', async () => {
    const id = await sale();
    await share('ann', id, { with: { user: ids.kim }, access: 'read' });
    await server.client.update('sale', id, { name: 'same owner' });
    expect(await sees('kim', id)).toBe(200);
    await server.client.remove('sale', id);
    expect(await sees('kim', id)).toBe(404);
    const bin = await as('kim').list('sale', { deleted: true });
    expect(bin.records.map((each) => each.id)).toContain(id);
    await server.client.restore('sale', id);
    expect(await sees('kim', id)).toBe(200);
    await server.client.update('sale', id, { owner_id: ids.ben! });
    expect(await sees('kim', id)).toBe(404);
    expect((await as('ben').sharing('sale', id)).shares).toEqual([]);
    const [other, kept] = [await sale(), await sale()];
    for (const each of [other, kept]) await share('ann', each, { with: { user: ids.kim }, access: 'read' });
    await server.client.batch('sale', {
      operation: 'update',
      records: [
        { id: other, owner_id: ids.eva! },
        { id: kept, name: 'kept' },
      ],
    });
    expect([await sees('kim', other), await sees('kim', kept)]).toEqual([404, 200]);
    await server.client.remove('sale', kept);
    await server.client.remove('sale', kept, { purge: true });
    expect(
      await server.storage.shares.list({ schema: 'ws_main' } as never, kept, new Date().toISOString()),
    ).toEqual([]);
  });

  it('[M5] follows a role that is renamed, and ends with one that is gone', async () => {
    const role = (name: string) => part('role', name, { label: name });
    await server.client.publish({ components: [role('guest')] });
    await server.client.updateUser(ids.ida!, { role: 'guest', permission_sets: ['reader'] });
    const id = await sale();
    await share('ann', id, { with: { role: 'guest' }, access: 'read' });
    expect(await sees('ida', id)).toBe(200);
    await server.client.updateUser(ids.ida!, { role: null });
    await server.client.publish({
      components: [],
      renames: [{ kind: 'role', from: 'guest', to: 'visitor' }],
    });
    await server.client.updateUser(ids.ida!, { role: 'visitor' });
    expect(await sees('ida', id)).toBe(200);
    expect((await as('ann').sharing('sale', id)).shares).toMatchObject([{ with: { role: 'visitor' } }]);
    await server.client.updateUser(ids.ida!, { role: null });
    await server.client.publish({ components: [], deletions: [{ kind: 'role', name: 'visitor' }] });
    await server.client.publish({ components: [role('visitor')] });
    await server.client.updateUser(ids.ida!, { role: 'visitor' });
    expect(await sees('ida', id)).toBe(404);
    await server.client.updateUser(ids.ida!, { role: null, permission_sets: [] });
  });

  it('[M6] tells who sees the record anyway, and why', async () => {
    const id = await sale({ amount: 1000 });
    const { audience, most, roles } = await as('ann').sharing('sale', id);
    expect(audience).toEqual([
      { reason: 'owner', label: null, names: ['ann'], access: 'update' },
      { reason: 'above', label: null, names: ['Boss'], access: 'update' },
      { reason: 'rule', label: 'Big ones', names: ['Support'], access: 'read' },
      { reason: 'permission_set', label: null, names: ['Auditor'], access: 'read' },
      { reason: 'permission_set', label: null, names: ['Administrator'], access: 'update' },
    ]);
    expect(most).toBe('update');
    expect(roles.map((role) => role.name)).toContain('rep');
    const small = await as('ann').sharing('sale', await sale({ amount: 1 }));
    expect(small.audience.map((entry) => entry.reason)).toEqual([
      'owner',
      'above',
      'permission_set',
      'permission_set',
    ]);
  });

  it('names every fault of a share, and repeats no value', async () => {
    const id = await sale();
    const faults = async (body: object) => {
      const answer = await share('ann', id, body);
      expect(JSON.stringify(answer.body)).not.toContain('nonsense');
      const { errors } = answer.body as { errors?: { code: string; pointer: string }[] };
      return [answer.status, ...(errors ?? []).map(({ code, pointer }) => `${code} ${pointer}`)];
    };
    expect(await faults({})).toEqual([422, 'required /with', 'required /access']);
    expect(await faults({ with: 'nonsense', access: 'nonsense', expires_at: 'nonsense', more: 1 })).toEqual([
      422,
      'unknown_property /more',
      'wrong_type /with',
      'invalid_value /access',
      'invalid_value /expires_at',
    ]);
    const access = 'read';
    expect(await faults({ with: {}, access })).toEqual([422, 'invalid_value /with']);
    expect(await faults({ with: { user: ids.kim, team: ids.team }, access })).toEqual([
      422,
      'invalid_value /with',
    ]);
    expect(await faults({ with: { role: 'suport' }, access })).toEqual([422, 'unknown_role /with/role']);
    expect(await faults({ with: { user: 'nonsense' }, access })).toEqual([422, 'unknown_target /with/user']);
    expect(await faults({ with: { user: ids.team }, access })).toEqual([422, 'unknown_target /with/user']);
    expect(await faults({ with: { user: ids.ann }, access })).toEqual([422, 'invalid_value /with/user']);
    expect(await faults({ with: { user: ids.kim }, access, expires_at: '2020-01-01T00:00:00Z' })).toEqual([
      422,
      'invalid_value /expires_at',
    ]);
    expect(await faults({ with: { user: ids.kim }, access })).toEqual([201]);
    expect(await faults({ with: { user: ids.kim }, access })).toEqual([409, 'already_shared /with']);
    for (const path of [`sale/${id}/shares/nonsense`, `sale/${id}/shares/${ids.ann}`])
      expect((await call('ann', 'PATCH', `/records/${path}`, { access })).status).toBe(404);
    const of = async (name: string, record: string) =>
      await call('admin', 'GET', `/records/${name}/${record}/shares`);
    const wall = String((await server.client.create('wall', { name: 'w' })).id);
    const line = String((await server.client.create('line', { name: 'l', sale: id })).id);
    for (const [name, record] of [
      ['wall', wall],
      ['line', line],
      ['user', ids.ann!],
    ] as const)
      expect(await of(name, record)).toMatchObject({
        status: 422,
        body: { errors: [{ code: 'not_shareable' }] },
      });
    expect((await of('sale', ids.ann!)).status).toBe(404);
    expect((await of('nothing', id)).status).toBe(404);
  });
});

describe('standing in', () => {
  it('[E1] for a period the delegate reaches what the delegator reaches, with their own rights', async () => {
    const id = await sale();
    expect(await sees('kim', id)).toBe(404);
    const made = await as('ann').delegate({ delegate: ids.kim!, ends_at: inAnHour() });
    expect(made).toMatchObject({ delegator: { name: 'ann' }, delegate: { name: 'kim' }, state: 'active' });
    expect((await as('kim').getWithRights('sale', id)).rights).toEqual([
      'update',
      'delete',
      'transfer',
      'share',
    ]);
    const { reasons } = await server.client.explain({ user: ids.kim!, object: 'sale', record: id });
    expect(reasons.join()).toContain(`Stands in for ann until ${made.ends_at}`);
    await age(
      '_delegation',
      made.id,
      "starts_at = now() - interval '2 hours', ends_at = now() - interval '1 second'",
    );
    // Every process knows the end from the beginning; this one was told another.
    await server.client.updateUser(ids.ida!, { name: 'ida' });
    expect(await sees('kim', id)).toBe(404);
    const { delegations } = await as('kim').delegations();
    expect(delegations).toMatchObject([{ id: made.id, state: 'ended' }]);
  });

  it('[E1] a reader who stands in for a seller still only reads', async () => {
    const id = await sale();
    const { id: delegation } = await as('ann').delegate({ delegate: ids.dan!, ends_at: inAnHour() });
    expect([await sees('dan', id), await changes('dan', id)]).toEqual([200, 403]);
    await as('dan').endDelegation(delegation);
    expect(await sees('dan', id)).toBe(404);
  });

  it('[E2] one names a delegate for oneself, who manages users for others, and nobody themselves', async () => {
    const later = inAnHour();
    const create = (who: string, body: object) => call(who, 'POST', '/delegations', body);
    expect((await create('ben', { delegator: ids.ann, delegate: ids.ben, ends_at: later })).status).toBe(403);
    expect(await create('sam', { delegator: ids.ann, delegate: ids.sam, ends_at: later })).toMatchObject({
      status: 422,
      body: { errors: [{ code: 'forbidden', pointer: '/delegate' }] },
    });
    // Nor by a puppet of theirs: Sam holds less than Ann, and gives nobody her place.
    expect(await create('sam', { delegator: ids.ann, delegate: ids.ben, ends_at: later })).toMatchObject({
      status: 422,
      body: { errors: [{ code: 'forbidden', pointer: '/delegator' }] },
    });
    const byAdmin = await create('admin', { delegator: ids.ann, delegate: ids.ben, ends_at: later });
    expect(byAdmin).toMatchObject({ status: 201, body: { delegator: { name: 'ann' } } });
    const { id } = byAdmin.body as { id: string };
    expect((await call('kim', 'DELETE', `/delegations/${id}`)).status).toBe(404);
    expect((await call('kim', 'GET', '/delegations?all=true')).status).toBe(403);
    expect((await call('ann', 'DELETE', `/delegations/${id}`)).status).toBe(204);
    const all = await as('sam').delegations({ all: true });
    expect(all.delegations.find((each) => each.id === id)).toMatchObject({ state: 'ended' });
    const planned = await as('ann').delegate({
      delegate: ids.ben!,
      starts_at: inAnHour(),
      ends_at: new Date(Date.now() + 7_200_000).toISOString(),
    });
    expect(planned.state).toBe('planned');
    const ofAnn = await sale();
    expect(await sees('ben', ofAnn)).toBe(404);
    await as('ann').endDelegation(planned.id);
    expect((await as('ann').delegations()).delegations.some((each) => each.id === planned.id)).toBe(false);
  });

  it('[E3] refuses what makes no sense, all at once', async () => {
    const faults = async (body: object) => {
      const answer = await call('ann', 'POST', '/delegations', body);
      const { errors } = answer.body as { errors?: { code: string; pointer: string }[] };
      return [answer.status, ...(errors ?? []).map(({ code, pointer }) => `${code} ${pointer}`)];
    };
    const ends_at = inAnHour();
    expect(await faults({})).toEqual([422, 'required /delegate', 'required /ends_at']);
    expect(await faults({ delegate: ids.ann, ends_at })).toEqual([422, 'invalid_value /delegate']);
    expect(await faults({ delegate: ids.team, ends_at })).toEqual([422, 'unknown_target /delegate']);
    expect(await faults({ delegate: 'x', ends_at: '2020-01-01T00:00:00Z' })).toEqual([
      422,
      'unknown_target /delegate',
      'invalid_value /ends_at',
    ]);
    expect(await faults({ delegate: ids.ben, ends_at: '2999-01-01T00:00:00Z' })).toEqual([
      422,
      'invalid_value /ends_at',
    ]);
  });
});
