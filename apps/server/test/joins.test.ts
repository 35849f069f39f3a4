/**
 * Questions that would join many tables: they are answered, or refused at once with a reason (SPEC R12). PostgreSQL
 * thinks about some dozens of tables for minutes, in which nothing stops it.
 */
import type { Client } from '@trellis/api';
import type { Component } from '@trellis/metadata';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './start-test-server.ts';

const LOOKUPS = 20;
const PASSWORD = 'a password of length';
const MOST = 200;

const field = (name: string, body: object) => ({ kind: 'field', name, body: { label: name, ...body } });
const COMPONENTS = [
  { kind: 'object', name: 'node', body: { label: 'Node', plural_label: 'Nodes', name_field: 'name' } },
  field('node.name', { type: 'text' }),
  field('node.remark', { type: 'text' }),
  field('node.size', { type: 'integer' }),
  field('node.any', { type: 'lookup', to: ['node', 'user'] }),
  ...Array.from({ length: LOOKUPS }, (_, index) =>
    field(`node.l${index}`, { type: 'lookup', to: 'node', reverse_name: `back_${index}` }),
  ),
  {
    kind: 'permission_set',
    name: 'clerk',
    body: {
      label: 'Clerk',
      system: ['api'],
      objects: { node: { create: true, read: true, update: true, default_field: 'update' } },
    },
  },
] as Component[];

let server: TestServer;
let ann: Client;
beforeAll(async () => {
  server = await startTestServer({ components: COMPONENTS });
  const email = 'ann@example.com';
  const user = { email, name: 'Ann', password: PASSWORD, permission_sets: ['clerk'] };
  const { id: annId } = await server.client.createUser(user);
  ann = await server.signIn(email, PASSWORD);
  let last: string | undefined;
  for (let index = 0; index < 10; index++) {
    const links = Array.from({ length: LOOKUPS }, (_, each) => [`l${each}`, last ?? null]);
    const owner = index % 3 !== 0 ? { owner_id: annId } : {};
    const record = {
      name: `Node ${index}`,
      remark: 'x',
      size: index,
      ...owner,
      ...Object.fromEntries(links),
    };
    last = String((await server.client.create('node', record as never)).id);
  }
}, 120_000);
afterAll(() => server?.stop());

/** The path of this number: one lookup for the first 20, then two, never the same twice. */
function pathOf(number: number, end: string): string {
  const hops: string[] = [];
  for (let left = number + 1; left > 0; left = Math.floor((left - 1) / LOOKUPS))
    hops.unshift(`l${(left - 1) % LOOKUPS}`);
  return [...hops, end].join('.');
}
/** Paths that follow so many lookups altogether. */
const paths = (lookups: number, end: string) =>
  Array.from({ length: lookups }, (_, number) => pathOf(number, end));
const anyOf = (fields: readonly string[]) => ({ or: fields.map((each) => ({ '==': [{ var: each }, 'x'] })) });

const ask = async (who: Client, path: string, body: object) => {
  const { status, body: answer } = await who.exchange('POST', `/records/node/${path}`, body);
  const { code, errors, records } = answer as {
    code?: string;
    errors?: readonly { code: string; pointer: string }[];
    records?: readonly Record<string, unknown>[];
  };
  return { status, code, faults: errors?.map((each) => `${each.code} ${each.pointer}`) ?? [], records };
};

describe('[R12] a question through many lookups', () => {
  it(`is answered up to ${MOST}, and says from where on it is not`, async () => {
    const { status, records } = await ask(server.client, 'query', {
      fields: paths(MOST, 'remark'),
      sort: ['size'],
    });
    expect(status).toBe(200);
    // The last one points to the one before, which points to the one before that.
    expect(records!.at(-1)).toMatchObject({ l0: { remark: 'x', l19: { remark: 'x' } } });
    const tooMany = paths(MOST + 1, 'remark');
    const refused = (path: string, body: object) => ask(server.client, path, body);
    expect(await refused('query', { fields: tooMany })).toMatchObject({
      status: 422,
      faults: ['too_many_lookups /fields'],
    });
    expect((await refused('query', { filter: anyOf(tooMany) })).faults).toEqual(['too_many_lookups /filter']);
    expect(
      (await refused('aggregate', { filter: anyOf(tooMany), measures: [{ function: 'count' }] })).faults,
    ).toEqual(['too_many_lookups /filter']);
    // Also of the records that point there, and of those the lookups of the question are counted.
    const some = { some: [{ var: 'back_0' }, anyOf(tooMany)] };
    expect((await refused('query', { filter: some })).faults).toEqual(['too_many_lookups /filter']);
    const related = { back_0: { fields: tooMany } };
    expect((await refused('query', { related })).faults).toEqual(['too_many_lookups /related/back_0/fields']);
    const one = await server.client.exchange(
      'GET',
      `/records/node/${String(records![0]!.id)}?fields=${tooMany}`,
    );
    expect(one.status).toBe(422);
  });

  it('gives the same beyond the tables that the planner arranges as before', async () => {
    const list = (fields: readonly string[], more: object = {}) =>
      ask(ann, 'query', {
        fields,
        sort: ['-l0.l1.size', 'name'],
        filter: anyOf(['l2.remark', 'l3.l4.remark']),
        ...more,
      });
    const few = await list(['name', 'l0.name', 'l1.l1.name', 'owner.name', 'any.name']);
    const many = await list([
      'name',
      ...paths(60, 'name'),
      'l0.name',
      'l1.l1.name',
      'owner.name',
      'any.name',
      'l3.owner.name',
    ]);
    expect([few.status, many.status]).toEqual([200, 200]);
    const told = (records: readonly Record<string, unknown>[]) =>
      records.map((each) => ({
        name: each.name,
        owner: each.owner,
        // Ann sees two of three: what the third holds is blank.
        behind: (each.l0 as { name: unknown } | null)?.name,
        further: (each.l1 as { l1: { name: unknown } | null } | null)?.l1?.name,
      }));
    expect(told(many.records!)).toEqual(told(few.records!));
    expect(told(few.records!).some(({ behind, further }) => behind && !further)).toBe(true);
  });

  it('of any shape is answered, or refused with a reason', { timeout: 120_000 }, async () => {
    const path = (end: string) =>
      fc
        .array(fc.nat(LOOKUPS - 1), { maxLength: 4 })
        .map((hops) => [...hops.map((hop) => `l${hop}`), end].join('.'));
    const condition = fc.oneof(
      path('remark').map((each) => ({ '==': [{ var: each }, 'x'] })),
      path('owner.name').map((each) => ({ contains: [{ var: each }, 'a'] })),
      fc.tuple(fc.nat(LOOKUPS - 1), path('remark')).map(([back, each]) => ({
        some: [{ var: `back_${back}` }, { '!=': [{ var: each }, 'y'] }],
      })),
    );
    const question = fc.record(
      {
        fields: fc.array(fc.oneof(path('name'), path('remark'), path('any.name'), path('owner.name')), {
          maxLength: 80,
        }),
        filter: fc.array(condition, { minLength: 1, maxLength: 40 }).map((or) => ({ or })),
        sort: fc.array(path('size'), { maxLength: 6 }),
        count: fc.constantFrom('none', 'exact'),
      },
      { requiredKeys: [] },
    );
    const known = ['too_many_lookups', 'expression_too_large'];
    await fc.assert(
      fc.asyncProperty(fc.boolean(), question, async (isAnn, body) => {
        const { status, code, faults } = await ask(isAnn ? ann : server.client, 'query', body);
        if (status === 200) return;
        const told = faults.map((each) => each.split(' ')[0]!);
        const isKnown = status === 422 && told.length > 0 && told.every((each) => known.includes(each));
        expect(isKnown || code === 'query_too_slow', JSON.stringify({ status, code, faults })).toBe(true);
      }),
      { numRuns: 15 },
    );
  });
});
