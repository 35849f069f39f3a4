/**
 * Access from the outside. A small organisation is seeded over HTTP, and every reading door is asked by everybody; the
 * expected answer comes from `mayRead` and its like below, a naive reading of packages/access/SPEC.md in memory that
 * shares no code with what decides.
 */
import type { Client } from '@trellis/api';
import type { Component } from '@trellis/metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './start-test-server.ts';

const PASSWORD = 'a password of length';

const field = (name: string, body: object): Component =>
  ({ kind: 'field', name, body: { label: name, ...body } }) as Component;
const object = (name: string, body: object = {}): Component =>
  ({
    kind: 'object',
    name,
    body: { label: name, plural_label: `${name}s`, name_field: 'name', ...body },
  }) as Component;
const set = (name: string, body: object): Component =>
  ({ kind: 'permission_set', name, body: { label: name, ...body } }) as Component;

const ALL = { create: true, read: true, update: true, delete: true, export: true };
const COMPONENTS: Component[] = [
  { kind: 'role', name: 'boss', body: { label: 'Boss' } },
  { kind: 'role', name: 'manager', body: { label: 'Manager', parent: 'boss' } },
  { kind: 'role', name: 'rep', body: { label: 'Rep', parent: 'manager' } },
  { kind: 'role', name: 'support', body: { label: 'Support', parent: 'boss' } },
  object('client'),
  field('client.name', { type: 'text' }),
  field('client.segment', { type: 'text', indexed: true }),
  object('sale', { plural_label: 'Sales' }),
  field('sale.name', { type: 'text', searchable: true }),
  field('sale.amount', { type: 'integer', indexed: true }),
  field('sale.margin', { label: 'Profit', type: 'integer' }),
  field('sale.code', { type: 'text', unique: true }),
  field('sale.client', { type: 'lookup', to: 'client', reverse_name: 'sales' }),
  { kind: 'record_type', name: 'sale.small', body: { label: 'Small', is_default: true } },
  { kind: 'record_type', name: 'sale.large', body: { label: 'Large' } },
  object('line', { sharing: 'parent' }),
  field('line.name', { type: 'text' }),
  field('line.sale', {
    label: 'Part of',
    type: 'lookup',
    to: 'sale',
    parent: true,
    required: true,
    reverse_name: 'lines',
  }),
  object('price', { sharing: 'read' }),
  field('price.name', { type: 'text' }),
  {
    kind: 'sharing_rule',
    name: 'sale.big_for_support',
    body: {
      label: 'Big ones for support',
      when: { '>=': [{ var: 'amount' }, 500] },
      share_with: [{ role: 'support' }],
      access: 'read',
    },
  },
  {
    kind: 'sharing_rule',
    name: 'sale.public_clients',
    body: {
      label: 'Sales to public clients',
      when: { '==': [{ var: 'client.segment' }, 'public'] },
      share_with: [{ role: 'support' }],
      access: 'update',
    },
  },
  set('seller', {
    system: ['api'],
    objects: {
      client: { ...ALL, default_field: 'update' },
      sale: {
        ...ALL,
        default_field: 'update',
        fields: { margin: 'none', code: 'read' },
        record_types: ['small'],
      },
      line: { ...ALL, default_field: 'update' },
      price: { ...ALL, default_field: 'update' },
      user: { read: true, default_field: 'read' },
    },
  }),
  set('with_margin', {
    objects: { sale: { read: true, default_field: 'none', fields: { margin: 'read' } } },
  }),
  set('auditor', {
    label: 'Auditor of sales',
    objects: { sale: { read: true, view_all: true, default_field: 'read', export: true } },
  }),
] as Component[];

interface Person {
  readonly role: string | undefined;
  readonly sets: readonly string[];
  id: string;
  client: Client;
}
const person = (role: string | undefined, ...sets: string[]): Person =>
  ({ role, sets, id: '', client: undefined }) as unknown as Person;
const people: Record<string, Person> = {
  eva: person('boss', 'seller'),
  max: person('manager', 'seller', 'with_margin'),
  ann: person('rep', 'seller'),
  ben: person('rep', 'seller'),
  kim: person('support', 'seller'),
  sam: person(undefined, 'auditor'),
  nil: person('boss'),
};
const BELOW: Record<string, string[]> = {
  boss: ['manager', 'rep', 'support'],
  manager: ['rep'],
  rep: [],
  support: [],
};
/** Who belongs to the one team. */
const TEAM = ['kim', 'ben'];

interface Sale {
  readonly id: string;
  readonly name: string;
  readonly amount: number;
  readonly owner: string;
  readonly client: string;
  readonly line: string;
}
const SEGMENT: Record<string, string> = { c1: 'private', c2: 'public' };
const CLIENT_OWNER: Record<string, string> = { c1: 'ann', c2: 'ben' };

let server: TestServer;
let teamId: string;
const clientIds: Record<string, string> = {};
const sales: Sale[] = [];

// --- the naive reading of the rules ---------------------------------------------------------------------------------

const has = (who: string, name: string) => people[who]!.sets.includes(name);
const isAbove = (who: string, whom: string) => {
  const [above, below] = [people[who]!.role, people[whom]?.role];
  return above !== undefined && below !== undefined && BELOW[above]!.includes(below);
};
const standsForOwner = (who: string, owner: string): boolean =>
  owner === 'team'
    ? TEAM.includes(who) || TEAM.some((member) => isAbove(who, member))
    : who === owner || isAbove(who, owner);
const isSupport = (who: string) => people[who]!.role === 'support';
const mayReadSales = (who: string) => has(who, 'seller') || has(who, 'auditor') || has(who, 'with_margin');
const mayRead = (who: string, sale: Sale): boolean =>
  mayReadSales(who) &&
  (has(who, 'auditor') ||
    standsForOwner(who, sale.owner) ||
    (isSupport(who) && (sale.amount >= 500 || SEGMENT[sale.client] === 'public')));
const mayUpdate = (who: string, sale: Sale): boolean =>
  has(who, 'seller') &&
  (standsForOwner(who, sale.owner) || (isSupport(who) && SEGMENT[sale.client] === 'public'));
const mayDelete = (who: string, sale: Sale): boolean => has(who, 'seller') && standsForOwner(who, sale.owner);
const mayReadClient = (who: string, client: string): boolean =>
  has(who, 'seller') && standsForOwner(who, CLIENT_OWNER[client]!);
const readable = (who: string) => sales.filter((sale) => mayRead(who, sale));

// --- the organisation ------------------------------------------------------------------------------------------------

beforeAll(async () => {
  server = await startTestServer({ components: COMPONENTS });
  const admin = server.client;
  for (const [name, each] of Object.entries(people)) {
    const created = (await admin.exchange('POST', '/users', {
      email: `${name}@example.com`,
      name,
      password: PASSWORD,
      permission_sets: each.sets,
      ...(each.role ? { role: each.role } : {}),
    })) as { body: { id: string } };
    each.id = created.body.id;
    each.client = await server.signIn(`${name}@example.com`, PASSWORD);
  }
  const team = (await admin.exchange('POST', '/teams', {
    name: 'Desk',
    members: TEAM.map((name) => people[name]!.id),
  })) as { body: { id: string } };
  teamId = team.body.id;
  const idOf = (owner: string) => (owner === 'team' ? teamId : people[owner]!.id);
  for (const name of ['c1', 'c2']) {
    const made = await admin.create('client', {
      name,
      segment: SEGMENT[name]!,
      owner_id: idOf(CLIENT_OWNER[name]!),
    });
    clientIds[name] = String(made.id);
  }
  let number = 0;
  for (const owner of ['eva', 'max', 'ann', 'ben', 'kim', 'team'])
    for (const amount of [100, 500])
      for (const client of ['c1', 'c2']) {
        const name = `sale ${++number}`;
        const sale = await admin.create('sale', {
          name,
          amount,
          margin: amount / 10,
          code: `K${number}`,
          client: clientIds[client]!,
          owner_id: idOf(owner),
        });
        const line = await admin.create('line', { name: `line ${number}`, sale: String(sale.id) });
        sales.push({ id: String(sale.id), name, amount, owner, client, line: String(line.id) });
      }
}, 120_000);
afterAll(() => server?.stop());

const names = (records: readonly object[]) =>
  records.map((record) => String((record as { name: unknown }).name)).sort();
const status = async (who: string, method: string, path: string, body?: unknown): Promise<number> =>
  (await people[who]!.client.exchange(method as 'GET', path, body)).status;
const readers = Object.keys(people).filter((who) => who !== 'nil');

describe.each(readers)('%s', (who) => {
  const ask = () => people[who]!.client;

  it('lists, counts, sums, finds and exports the same records', async () => {
    const expected = readable(who);
    const page = await ask().list('sale', { limit: 200, count: 'exact', sort: ['name'] });
    expect(names(page.records)).toEqual(expected.map(({ name }) => name).sort());
    expect(page.count).toMatchObject({ value: expected.length });
    const { rows } = (
      await ask().exchange('POST', '/records/sale/aggregate', {
        measures: [{ function: 'count' }, { function: 'sum', field: 'amount' }],
      })
    ).body as { rows: { count: number; sum_amount: number | null }[] };
    expect(rows[0]).toMatchObject({
      count: expected.length,
      sum_amount: expected.length > 0 ? expected.reduce((sum, { amount }) => sum + amount, 0) : null,
    });
    const found = await ask().list('sale', { search: 'sale', limit: 200 });
    expect(found.records).toHaveLength(expected.length);
    const hits = (await ask().exchange('GET', '/search?q=sale&limit=50')).body as {
      hits: { object: string }[];
    };
    expect(hits.hits.filter((hit) => hit.object === 'sale')).toHaveLength(expected.length);
    const filtered = await ask().list('sale', { filter: { '>=': [{ var: 'amount' }, 500] }, limit: 200 });
    expect(filtered.records).toHaveLength(expected.filter(({ amount }) => amount >= 500).length);
    const csv = await ask().exchange('GET', '/records/sale/export?format=ndjson&fields=name');
    if (has(who, 'seller') || has(who, 'auditor')) expect(csv.status).toBe(200);
    else expect(csv.status).toBe(403);
  });

  it('gets, sees the history of, changes and deletes what the rules say, and nothing else is there', async () => {
    for (const sale of sales) {
      const isVisible = mayRead(who, sale);
      expect(await status(who, 'GET', `/records/sale/${sale.id}`), sale.name).toBe(isVisible ? 200 : 404);
      expect(await status(who, 'GET', `/records/sale/${sale.id}/history`)).toBe(isVisible ? 200 : 404);
      const change = await status(who, 'PATCH', `/records/sale/${sale.id}?dry_run=true`, { name: sale.name });
      const hasRight = has(who, 'seller');
      expect(change, sale.name).toBe(!hasRight ? 403 : !isVisible ? 404 : mayUpdate(who, sale) ? 200 : 403);
      const { body } = await ask().exchange('POST', '/records/sale/batch', {
        operation: 'delete',
        records: [{ id: sale.id }],
        dry_run: true,
      });
      const [result] = (body as { results?: { status: string }[] }).results ?? [];
      expect(result?.status === 'deleted', sale.name).toBe(mayDelete(who, sale));
      const explained = (
        await server.client.exchange(
          'GET',
          `/access/explain?user=${people[who]!.id}&object=sale&record=${sale.id}&action=update`,
        )
      ).body as { is_allowed: boolean };
      expect(explained.is_allowed, sale.name).toBe(mayUpdate(who, sale));
    }
  });

  it('is told of each record what they may do with it', async () => {
    const told = await ask().list('sale', { limit: 200, fields: ['name'], rights: true });
    for (const sale of readable(who)) {
      const isSeller = has(who, 'seller');
      const stands = standsForOwner(who, sale.owner);
      const expected = [
        ...(mayUpdate(who, sale) ? ['update'] : []),
        ...(mayDelete(who, sale) ? ['delete'] : []),
        ...(isSeller && stands ? ['transfer'] : []),
        ...(stands ? ['share'] : []),
      ];
      expect(told.rights?.[sale.id], sale.name).toEqual(expected);
      expect((await ask().getWithRights('sale', sale.id)).rights, sale.name).toEqual(expected);
      if (!isSeller) continue;
      const { record, rights } = await ask().getWithRights('line', sale.line, ['name']);
      expect(rights, sale.name).toEqual(mayUpdate(who, sale) ? ['update', 'delete'] : []);
      expect(Object.keys(record).sort()).toEqual(['id', 'name', 'version']);
    }
    expect(Object.keys(told.rights!)).toHaveLength(readable(who).length);
    const plain = await ask().exchange('GET', '/records/sale?limit=1');
    expect(plain.body).not.toHaveProperty('rights');
  });

  it('reads a child with its parent', async () => {
    const lines = await ask().exchange('POST', '/records/line/query', { limit: 200 });
    if (!has(who, 'seller')) return expect(lines.status).toBe(404);
    expect((lines.body as { records: object[] }).records).toHaveLength(readable(who).length);
    for (const sale of sales) {
      const change = await status(who, 'PATCH', `/records/line/${sale.line}?dry_run=true`, { name: 'x' });
      expect(change, sale.name).toBe(!mayRead(who, sale) ? 404 : mayUpdate(who, sale) ? 200 : 403);
    }
  });

  it('sees of an invisible target its id alone', async () => {
    if (!has(who, 'seller'))
      return expect(await status(who, 'GET', '/records/sale?fields=client.name')).toBe(422);
    const page = await ask().list('sale', { limit: 200, fields: ['name', 'client', 'client.name'] });
    for (const record of page.records as unknown as readonly {
      name: string;
      client: { id: string; name?: unknown };
    }[]) {
      const sale = sales.find((each) => each.name === record.name)!;
      const expected = mayReadClient(who, sale.client) ? sale.client : null;
      expect(record.client).toEqual({ id: clientIds[sale.client], name: expected });
    }
  });

  it('knows a field that they may not read nowhere', async () => {
    const mayReadMargin = has(who, 'with_margin') || has(who, 'auditor');
    const ways = [
      ['GET', `/records/sale?fields=margin`],
      ['GET', `/records/sale?sort=margin`],
      ['GET', `/records/sale?filter=${encodeURIComponent('{">":[{"var":"margin"},1]}')}`],
      ['POST', '/records/sale/aggregate', { measures: [{ function: 'sum', field: 'margin' }] }],
      ['POST', '/records/sale/aggregate', { group_by: ['margin'], measures: [{ function: 'count' }] }],
    ] as const;
    for (const [method, path, body] of ways)
      expect(await status(who, method, path, body), path).toBe(mayReadMargin ? 200 : 422);
    const [first] = (await ask().list('sale', { limit: 1 })).records;
    if (first) expect(Object.hasOwn(first, 'margin')).toBe(mayReadMargin);
    const { body } = await ask().exchange('GET', '/describe/sale');
    expect(JSON.stringify(body).includes('"margin"')).toBe(mayReadMargin);
  });
});

describe('the rest of the rules', () => {
  it('who was granted nothing knows no object', async () => {
    for (const name of ['sale', 'line', 'price', 'client', 'user'])
      expect(await status('nil', 'GET', `/records/${name}`), name).toBe(404);
    expect(((await people.nil!.client.exchange('GET', '/search?q=sale')).body as { hits: [] }).hits).toEqual(
      [],
    );
    expect(await status('nil', 'GET', '/metadata')).toBe(403);
    expect(await status('ann', 'GET', '/users')).toBe(403);
  });

  it('a field that may only be read is not written, nor one that may not be read at all', async () => {
    const own = sales.find((sale) => sale.owner === 'ann')!;
    const change = (body: object) => people.ann!.client.exchange('PATCH', `/records/sale/${own.id}`, body);
    expect(await change({ code: 'X' })).toMatchObject({
      status: 422,
      body: { errors: [{ code: 'read_only' }] },
    });
    expect(await change({ margin: 1 })).toMatchObject({
      status: 422,
      body: { errors: [{ code: 'unknown_field', pointer: '/margin' }] },
    });
  });

  it('a record type that was not granted is not given, and the usual one gives way to one that was', async () => {
    const made = await people.ann!.client.exchange('POST', '/records/sale?dry_run=true', {
      name: 'n',
      record_type: 'large',
    });
    expect(made).toMatchObject({ status: 422, body: { errors: [{ pointer: '/record_type' }] } });
    expect(
      await people.ann!.client.exchange('POST', '/records/sale?dry_run=true', { name: 'n' }),
    ).toMatchObject({ status: 200, body: { record_type: 'small' } });
  });

  it('only who stands for the owner gives a record away', async () => {
    const give = (who: string, sale: Sale) =>
      people[who]!.client.exchange('PATCH', `/records/sale/${sale.id}?dry_run=true`, {
        owner_id: people.eva!.id,
      });
    const ofAnn = sales.find((sale) => sale.owner === 'ann' && sale.client === 'c2')!;
    expect((await give('ann', ofAnn)).status).toBe(200);
    expect((await give('max', ofAnn)).status).toBe(200);
    expect(await give('kim', ofAnn)).toMatchObject({
      status: 422,
      body: { errors: [{ code: 'read_only', pointer: '/owner_id' }] },
    });
  });

  it('a lookup to what is invisible is refused as one to nothing', async () => {
    const give = (client: string) =>
      people.kim!.client.exchange('POST', '/records/sale?dry_run=true', { name: 'n', client });
    const [invisible, nothing] = [
      await give(clientIds.c1!),
      await give('0198c0de-0000-7000-8000-0000000000ff'),
    ];
    expect(invisible.status).toBe(422);
    expect(invisible.body).toMatchObject({ errors: [{ code: 'unknown_target', pointer: '/client' }] });
    expect((invisible.body as { errors: unknown }).errors).toEqual(
      (nothing.body as { errors: unknown }).errors,
    );
  });

  it('a change of role, team or permission set counts from the next request', async () => {
    const count = async () => (await people.ben!.client.list('sale', { limit: 200 })).records.length;
    const before = await count();
    await server.client.updateUser(people.ben!.id, { role: 'manager' } as never);
    expect(await count()).toBeGreaterThan(before);
    await server.client.updateUser(people.ben!.id, { role: 'rep' } as never);
    expect(await count()).toBe(before);
    await server.client.exchange('PATCH', `/teams/${teamId}`, { members: [people.kim!.id] });
    expect(await count()).toBe(before - 4);
    await server.client.exchange('PATCH', `/teams/${teamId}`, {
      members: TEAM.map((name) => people[name]!.id),
    });
    expect(await count()).toBe(before);
    await server.client.updateUser(people.ben!.id, { permission_sets: [] } as never);
    expect(await status('ben', 'GET', '/records/sale')).toBe(404);
    await server.client.updateUser(people.ben!.id, { permission_sets: ['seller'] } as never);
    expect(await count()).toBe(before);
  });

  it('reasons name things as people know them', async () => {
    const explain = async (who: string, question: object) =>
      (await server.client.explain({ user: people[who]!.id, object: 'sale', ...question })).reasons;
    expect(await explain('sam', { action: 'read' })).toContain(
      'The right to read Sales is granted by “Auditor of sales”.',
    );
    expect(await explain('sam', { action: 'update' })).toEqual([
      'No permission set grants the right to update Sales.',
    ]);
    expect(await explain('ann', { field: 'margin' })).toContain(
      'No permission set grants the field “Profit”.',
    );
    expect(await explain('ann', { object: 'line' })).toContain('A record goes with its parent, “Part of”.');
  });

  it('nobody raises their own rights', async () => {
    await server.client.publish({
      components: [set('people_manager', { system: ['manage_users', 'api'] })],
    });
    await server.client.updateUser(people.sam!.id, {
      permission_sets: ['auditor', 'people_manager'],
    } as never);
    const change = (id: string, body: object) => people.sam!.client.exchange('PATCH', `/users/${id}`, body);
    expect((await change(people.sam!.id, { permission_sets: ['seller'] })).status).toBe(422);
    expect((await change(people.sam!.id, { role: 'boss' })).status).toBe(422);
    expect((await change(people.ann!.id, { permission_sets: ['administrator'] })).status).toBe(422);
    expect((await change(people.ann!.id, { permission_sets: ['seller', 'with_margin'] })).status).toBe(200);
    expect((await change(people.ann!.id, { permission_sets: ['seller'] })).status).toBe(200);
    expect((await change(people.ann!.id, { role: 'no_such_role' })).status).toBe(422);
    await server.client.updateUser(people.sam!.id, { permission_sets: ['auditor'] } as never);
  });
});
