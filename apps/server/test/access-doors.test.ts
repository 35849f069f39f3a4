/**
 * Every door, asked by somebody who must not learn what is behind it: a hidden field, records of others, an object that
 * was not granted. Each test is one way to try; numbers are those of packages/access/SPEC.md.
 */
import type { Client } from '@trellis/api';
import type { Component } from '@trellis/metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './start-test-server.ts';

const PASSWORD = 'a password of length';
const SECRET = 'Zanzibar';

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
const ALL = { create: true, read: true, update: true, delete: true, export: true, import: true };

const COMPONENTS: Component[] = [
  object('deal'),
  field('deal.name', { type: 'text', searchable: true }),
  field('deal.remark', { type: 'text', searchable: true, indexed: true }),
  field('deal.place', { type: 'address' }),
  field('deal.tag_list', { type: 'multi_lookup', to: 'tag', through: 'tagging' }),
  field('deal.code', { type: 'text', unique: true }),
  field('deal.hidden_code', { type: 'text', unique: true }),
  object('tag', { sharing: 'read' }),
  field('tag.name', { type: 'text' }),
  object('tagging'),
  field('tagging.name', { type: 'text' }),
  field('tagging.deal', { type: 'lookup', to: 'deal' }),
  field('tagging.tag', { type: 'lookup', to: 'tag' }),
  object('vault'),
  field('vault.name', { type: 'text', searchable: true }),
  field('vault.size', { type: 'integer' }),
  object('note'),
  field('note.name', { type: 'text' }),
  field('note.about', { type: 'lookup', to: ['deal', 'vault'] }),
  object('invoice'),
  field('invoice.name', { type: 'text' }),
  field('invoice.deal', { type: 'lookup', to: 'deal', on_delete: 'restrict' }),
  object('paper'),
  field('paper.name', { type: 'text' }),
  field('paper.needed', { type: 'text', required: true }),
  object('nowhere'),
  field('nowhere.name', { type: 'text' }),
  set('clerk', {
    system: ['api'],
    objects: {
      deal: {
        ...ALL,
        default_field: 'update',
        fields: { remark: 'none', place: 'none', hidden_code: 'none' },
      },
      tag: { read: true, default_field: 'read' },
      vault: { read: true, create: true, default_field: 'update', fields: { name: 'none' } },
      note: { ...ALL, default_field: 'update' },
      invoice: { read: true, default_field: 'read' },
      user: { read: true, default_field: 'read' },
      paper: { ...ALL, default_field: 'update', fields: { needed: 'none' } },
    },
  }),
  set('tagger', { objects: { tagging: { ...ALL, default_field: 'update' } } }),
  set('builder', { system: ['customise', 'api'] }),
] as Component[];

let server: TestServer;
let ann: Client;
let annId: string;
let cara: Client;
const ids: Record<string, string> = {};

const make = async (name: string, body: object): Promise<string> =>
  String((await server.client.create(name, body as never)).id);

beforeAll(async () => {
  server = await startTestServer({ components: COMPONENTS });
  const person = async (name: string, sets: string[]) => {
    const email = `${name}@example.com`;
    const made = await server.client.exchange('POST', '/users', {
      email,
      name,
      password: PASSWORD,
      permission_sets: sets,
    });
    return [(made.body as { id: string }).id, await server.signIn(email, PASSWORD)] as const;
  };
  [annId, ann] = await person('ann', ['clerk']);
  [, cara] = await person('cara', ['clerk', 'builder']);
  ids.tag = await make('tag', { name: 'Red' });
  ids.own = await make('deal', {
    name: 'Own',
    remark: SECRET,
    place: { city: SECRET },
    code: 'A1',
    hidden_code: 'H1',
    owner_id: annId,
    tag_list: [ids.tag],
  });
  ids.other = await make('deal', { name: `Other ${SECRET}`, remark: 'x', code: 'B1', hidden_code: 'H2' });
  ids.vault = await make('vault', { name: SECRET, size: 3, owner_id: annId });
  ids.note = await make('note', {
    name: 'About the vault',
    about: { object: 'vault', id: ids.vault },
    owner_id: annId,
  });
  ids.invoice = await make('invoice', { name: 'Bill', deal: ids.own });
}, 120_000);
afterAll(() => server?.stop());

const asked = async (who: Client, method: string, path: string, body?: unknown) => {
  const answer = await who.exchange(method as 'GET', path, body);
  return {
    status: answer.status,
    body: answer.body as never as Record<string, never>,
    text: JSON.stringify(answer.body),
  };
};

describe('[F2] a hidden field', () => {
  it('is not searched', async () => {
    const listed = await ann.list('deal', { search: SECRET, limit: 50 });
    expect(listed.records).toEqual([]);
    expect((await asked(ann, 'GET', `/search?q=${SECRET}`)).body).toEqual({
      hits: [],
      groups: [],
      incomplete: [],
      next: null,
    });
    const whole = await server.client.list('deal', { search: SECRET, limit: 50 });
    expect(whole.records).toHaveLength(2);
  });

  it('gives no title to what points to it', async () => {
    const read = await asked(ann, 'GET', `/records/note/${ids.note}?fields=about.name`);
    expect(read.status).toBe(200);
    expect(read.text).not.toContain(SECRET);
    const sorted = await asked(
      ann,
      'GET',
      `/records/note?filter=${encodeURIComponent(JSON.stringify({ '==': [{ var: 'about.name' }, SECRET] }))}`,
    );
    expect(sorted.text).not.toContain(ids.note);
    const grouped = await asked(ann, 'POST', '/records/note/aggregate', { group_by: ['about.name'] });
    expect(grouped.text).not.toContain(SECRET);
    expect((await asked(server.client, 'GET', `/records/note/${ids.note}?fields=about.name`)).text).toContain(
      SECRET,
    );
  });

  it('is unknown by its parts', async () => {
    for (const [method, path, body] of [
      ['GET', '/records/deal?fields=place.city'],
      ['GET', '/records/deal?sort=place.city'],
      ['GET', `/records/deal?filter=${encodeURIComponent('{"==":[{"var":"place.city"},"x"]}')}`],
      ['POST', '/records/deal/aggregate', { group_by: ['place.city'] }],
      ['POST', '/records/deal/aggregate', { measures: [{ function: 'count', field: 'remark' }] }],
      ['GET', '/records/deal/export?fields=remark'],
      ['GET', '/records/deal/export?sort=remark'],
      ['PATCH', `/records/deal/${ids.own}`, { place: { city: 'x' } }],
      ['PATCH', `/records/deal/${ids.own}`, { 'place.city': 'x' }],
      [
        'POST',
        '/records/deal/batch',
        { operation: 'upsert', key: 'hidden_code', records: [{ hidden_code: 'H1' }] },
      ],
      ['GET', `/access/explain?object=deal&field=remark`],
      ['GET', `/records/note?fields=about.remark`],
    ] as const) {
      const answer = await asked(ann, method, path, body);
      expect([path, answer.status]).toEqual([path, 422]);
      expect(answer.text).not.toContain(SECRET);
    }
    expect((await asked(ann, 'GET', `/records/deal/${ids.own}/files/remark`)).status).toBe(404);
  });

  it('is in no record, history, export or description', async () => {
    for (const path of [
      `/records/deal/${ids.own}`,
      `/records/deal/${ids.own}/history`,
      '/records/deal/export?format=ndjson',
      '/describe/deal',
      '/openapi.json',
    ]) {
      const { text, status } = await asked(ann, 'GET', path);
      expect(status, path).toBe(200);
      expect(text, path).not.toMatch(/Zanzibar|remark|hidden_code/);
    }
  });

  it('is not named by what it lacks', async () => {
    const made = await asked(ann, 'POST', '/records/paper', { name: 'x' });
    expect(made.status).toBe(422);
    expect(made.text).not.toContain('needed');
    expect(made.body).toMatchObject({ errors: [{ code: 'hidden_fault', pointer: '' }] });
  });
});

describe('[R6] records of others', () => {
  it('are told neither by count nor by name when they stand in the way of a deletion', async () => {
    const refused = await asked(ann, 'DELETE', `/records/deal/${ids.own}`);
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({ code: 'delete_restricted', blocking: [] });
    expect(refused.text).not.toMatch(/1 invoice/);
    const told = await asked(server.client, 'DELETE', `/records/deal/${ids.own}`);
    expect(told.body).toMatchObject({ blocking: [{ object: 'invoice', count: 1 }] });
  });

  it('are not told by an upsert beyond that the key is taken', async () => {
    const { body } = await asked(ann, 'POST', '/records/deal/batch', {
      operation: 'upsert',
      key: 'code',
      records: [{ code: 'B1', name: 'mine now' }],
    });
    expect(body).toMatchObject({
      results: [{ status: 'failed', id: null, errors: [{ code: 'unique_violation', pointer: '/code' }] }],
    });
  });

  it('a hidden value that was taken meanwhile keeps a record in the bin without being named', async () => {
    const id = await make('deal', { name: 'Back', code: 'R1', hidden_code: 'H3', owner_id: annId });
    await server.client.exchange('DELETE', `/records/deal/${id}`);
    const taker = await make('deal', { name: 'Taker', hidden_code: 'H3' });
    const refused = await asked(ann, 'POST', `/records/deal/${id}/restore`);
    expect(refused.body).toMatchObject({ status: 409, errors: [{ code: 'hidden_fault', pointer: '' }] });
    expect(refused.text).not.toMatch(/hidden_code|H3/);
    const told = await asked(server.client, 'POST', `/records/deal/${id}/restore`);
    expect(told.body).toMatchObject({ status: 409, errors: [{ pointer: '/hidden_code' }] });
    await server.client.exchange('DELETE', `/records/deal/${taker}`);
    expect((await asked(ann, 'POST', `/records/deal/${id}/restore`)).status).toBe(200);
    await server.client.exchange('DELETE', `/records/deal/${id}`);
  });

  it('are in no bin, and come back and go by nobody else', async () => {
    const id = await make('deal', { name: `Gone ${SECRET}` });
    await server.client.exchange('DELETE', `/records/deal/${id}`);
    expect((await asked(ann, 'GET', '/records/deal?deleted=true')).text).not.toContain(id);
    expect((await asked(ann, 'POST', `/records/deal/${id}/restore`)).status).toBe(404);
    expect((await asked(ann, 'DELETE', `/records/deal/${id}?purge=true`)).status).toBe(404);
    expect((await asked(ann, 'GET', `/records/deal/${id}/history`)).status).toBe(404);
    expect((await asked(ann, 'GET', `/access/explain?object=deal&record=${id}`)).status).toBe(404);
  });

  it('links through an object that was not granted are not there', async () => {
    const read = await asked(ann, 'GET', `/records/deal/${ids.own}?fields=tag_list`);
    expect(read.body).toMatchObject({ tag_list: [] });
    expect((await asked(ann, 'GET', '/records/deal/export?format=ndjson')).text).not.toContain(ids.tag);
    const whole = await asked(server.client, 'GET', `/records/deal/${ids.own}?fields=tag_list`);
    expect(whole.body).toMatchObject({ tag_list: [ids.tag] });
  });

  it('an estimate is told to nobody who does not see all', async () => {
    const { body } = await asked(ann, 'GET', '/records/deal?count=estimate&limit=1');
    expect(body).toMatchObject({ count: { value: 1, kind: 'exact' } });
  });
});

describe('[F3] what the platform keeps', () => {
  it('is not given by a body', async () => {
    for (const property of [
      'id',
      'created_by',
      'created_at',
      'updated_by',
      'version',
      'deleted_at',
      '_id',
      'data',
    ]) {
      const body = { name: 'x', [property]: property === 'version' ? 7 : annId };
      const answer = await asked(ann, 'POST', '/records/deal', body);
      expect([property, answer.status]).toEqual([property, 422]);
    }
    const other = await asked(ann, 'PATCH', `/records/deal/${ids.own}?dry_run=true`, { owner_id: ids.tag });
    expect(other.status).toBe(422);
  });

  it('a record that is given away is gone for its giver', async () => {
    const { body } = await asked(ann, 'POST', '/records/deal', { name: 'Gift' });
    const { body: admin } = await asked(server.client, 'GET', '/me');
    const to = (admin as unknown as { user: { id: string } }).user.id;
    expect((await asked(ann, 'PATCH', `/records/deal/${body.id}`, { owner_id: to })).status).toBe(200);
    expect((await asked(ann, 'GET', `/records/deal/${body.id}`)).status).toBe(404);
    expect((await asked(ann, 'GET', `/records/deal/${body.id}/history`)).status).toBe(404);
  });
});

describe('[A3] an object that was not granted', () => {
  it('is answered as one that is not there, at every door', async () => {
    const ways = (name: string) =>
      [
        ['GET', `/records/${name}`],
        ['POST', `/records/${name}/query`, {}],
        ['POST', `/records/${name}/aggregate`, {}],
        ['POST', `/records/${name}`, { name: 'x' }],
        ['POST', `/records/${name}/batch`, { operation: 'create', records: [] }],
        ['GET', `/records/${name}/export`],
        ['GET', `/records/${name}/${ids.own}`],
        ['PATCH', `/records/${name}/${ids.own}`, {}],
        ['DELETE', `/records/${name}/${ids.own}`],
        ['POST', `/records/${name}/${ids.own}/restore`],
        ['GET', `/records/${name}/${ids.own}/history`],
        ['GET', `/records/${name}/${ids.own}/ancestors?field=above`],
        ['GET', `/records/${name}/${ids.own}/files/name`],
        ['GET', `/describe/${name}`],
        ['GET', `/access/explain?object=${name}`],
        ['POST', '/api-keys', { name: 'k', objects: [name] }],
        ['POST', '/records/note', { name: 'x', about: { object: name, id: ids.own } }],
      ] as const;
    const absent = ways('never_made');
    for (const [index, [method, path, body]] of ways('nowhere').entries()) {
      const hidden = await asked(ann, method, path, body);
      const [, otherPath, otherBody] = absent[index]!;
      const missing = await asked(ann, method, otherPath, otherBody);
      const shape = ({ status, text }: typeof hidden) => [
        path,
        status,
        text.replaceAll('never_made', 'nowhere').replaceAll(/"(instance|request_id)":"[^"]*",?/g, ''),
      ];
      expect(shape(hidden)).toEqual(shape(missing));
      expect(hidden.status, path).toBeGreaterThanOrEqual(400);
    }
  });
});

describe('who customises', () => {
  it('reads no field by a preview that they may not read', async () => {
    const look = (text: string) =>
      asked(cara, 'POST', '/metadata/expression', { object: 'deal', text, record: ids.mine });
    ids.mine = await make('deal', {
      name: 'Of Cara',
      remark: SECRET,
      owner_id: ((await asked(cara, 'GET', '/me')).body as unknown as { user: { id: string } }).user.id,
    });
    expect((await look('name')).body).toMatchObject({ value: 'Of Cara' });
    const hidden = await look('remark');
    expect(hidden.text).not.toContain(SECRET);
    expect(hidden.status).toBe(403);
  });

  it('reads no values that did not convert of what they may not read', async () => {
    await server.client.publish({
      components: [
        object('meter', {}),
        field('meter.name', { type: 'text' }),
        field('meter.count', { type: 'text' }),
      ],
    } as never);
    await make('meter', { name: 'm', count: SECRET });
    await server.client.publish({ components: [field('meter.count', { type: 'integer' })] } as never);
    const { conversions } = (await asked(server.client, 'GET', '/metadata/conversions')).body as unknown as {
      conversions: { id: number }[];
    };
    expect(conversions).toHaveLength(1);
    const path = `/metadata/conversions/${conversions[0]!.id}/values`;
    await expect.poll(async () => (await asked(server.client, 'GET', path)).text).toContain(SECRET);
    const seen = await asked(cara, 'GET', path);
    expect(seen.text).not.toContain(SECRET);
    // Nor do they erase them.
    const erase = `/metadata/conversions/${conversions[0]!.id}?purge=true`;
    expect((await asked(cara, 'DELETE', erase)).status).toBe(403);
    expect((await asked(server.client, 'GET', path)).text).toContain(SECRET);
  });

  it('and others: jobs, keys, people and revisions are nobody else’s business', async () => {
    for (const path of [
      '/users',
      '/users/grantables',
      '/teams',
      '/metadata',
      '/metadata/revisions',
      '/metadata/columns',
      '/metadata/aliases',
      '/metadata/conversions',
      '/jobs?all=true',
      '/api-keys?all=true',
      `/users/${annId}`,
      `/access/explain?object=deal&user=${ids.own}`,
    ])
      expect([path, (await asked(ann, 'GET', path)).status]).toEqual([path, 403]);
  });
});
