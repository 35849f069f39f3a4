import { randomBytes } from 'node:crypto';
import { readTables } from '@trellis/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { faultsOf, type OpenEngine, openEngine } from './open-engine.ts';

const TOKEN = 'swordfish-4711';
const OTHER = 'sardine-0815';
const field = (name: string, type: string, more: object = {}) => ({
  kind: 'field',
  name: `shop.${name}`,
  body: { label: name, type, ...more },
});
const SCHEMA = [
  { kind: 'object', name: 'shop', body: { label: 'Shop', plural_label: 'Shops', name_field: 'name' } },
  field('name', 'text', { required: true }),
  field('token', 'secret'),
  field('parent', 'lookup', { to: 'shop' }),
];

let open: OpenEngine;
beforeAll(async () => {
  open = await openEngine(SCHEMA, { secretKeys: [randomBytes(32)] });
});
afterAll(() => open?.close());

const reveal = (id: unknown) =>
  open.engine.secrets.reveal(open.system, { object: 'shop', id: String(id), field: 'token' });

/** Everything that the workspace's tables hold, as text. */
async function everythingStored(): Promise<string> {
  return readTables(open.connectionString, open.workspace.schema, ['shop', '_history', '_outbox']);
}

it('[S18b] is kept, and told to nobody by no door', async () => {
  const { records } = open.engine;
  const created = await records.create(open.admin, 'shop', { name: 'one', token: TOKEN });
  expect(created.token).toEqual({ is_set: true });
  const child = await records.create(open.admin, 'shop', { name: 'two', parent: created.id });
  const updated = await records.update(open.admin, 'shop', String(created.id), { token: OTHER });
  expect(updated.token).toEqual({ is_set: true });
  expect(await reveal(created.id)).toBe(OTHER);
  expect(await reveal(child.id)).toBeNull();
  const rows = await records.exportRows(open.admin, 'shop', {});
  const exported: unknown[] = [];
  for await (const page of rows.pages)
    exported.push(
      page,
      page.map((each) => rows.toCells(each)),
    );
  const told = JSON.stringify([
    await records.get(open.admin, 'shop', String(created.id)),
    await records.get(open.admin, 'shop', String(created.id), ['token']),
    await records.list(open.admin, 'shop', {}),
    await records.list(open.admin, 'shop', { fields: ['name', 'parent.token'] }),
    await records.history(open.admin, 'shop', String(created.id), { limit: 50 }),
    exported,
  ]);
  for (const hidden of [TOKEN, OTHER, 'sealed', 'v1.']) expect(told).not.toContain(hidden);
  expect(told).toContain('"token":{"is_set":true}');
  const stored = await everythingStored();
  expect(stored).not.toContain(TOKEN);
  expect(stored).not.toContain(OTHER);
  // One sealed form: the record's. History and outbox have none.
  expect(stored.match(/v1\./g)).toHaveLength(1);
  expect(open.notes.join()).not.toContain(OTHER);
});

it('[S18b] says in the history that it changed', async () => {
  const { records } = open.engine;
  const created = await records.create(open.admin, 'shop', { name: 'history', token: TOKEN });
  await records.update(open.admin, 'shop', String(created.id), { token: null });
  const { entries } = await records.history(open.admin, 'shop', String(created.id), { limit: 1 });
  expect(entries[0]!.changes).toEqual([{ field: 'token', before: { is_set: true }, after: null }]);
});

it('[S18b] sent back as it was read it stays as it is', async () => {
  const { records } = open.engine;
  const created = await records.create(open.admin, 'shop', { name: 'same', token: TOKEN });
  const again = await records.update(open.admin, 'shop', String(created.id), { token: { is_set: true } });
  expect(again.version).toBe(created.version);
  await records.update(open.admin, 'shop', String(created.id), { name: 'other', token: '••••••' });
  expect(await reveal(created.id)).toBe(TOKEN);
  expect(await faultsOf(records.create(open.admin, 'shop', { name: 'x', token: { is_set: true } }))).toEqual([
    'required /token',
  ]);
});

it('can be asked only whether it is there', async () => {
  const { records } = open.engine;
  const filter = { and: [{ is_blank: { var: 'token' } }, { '==': [{ var: 'name' }, 'two'] }] };
  expect((await records.list(open.admin, 'shop', { filter })).records).toHaveLength(1);
  for (const query of [
    { filter: { '==': [{ var: 'token' }, TOKEN] } },
    { filter: { contains: [{ var: 'token' }, 'sword'] } },
    { sort: ['token'] },
  ]) {
    expect(await faultsOf(records.list(open.admin, 'shop', query))).not.toEqual([]);
  }
  expect(await faultsOf(records.aggregate(open.admin, 'shop', { group_by: ['token'] }))).not.toEqual([]);
});

it('what is no secret is refused, and not repeated', async () => {
  const { records } = open.engine;
  for (const token of ['x'.repeat(10_001), 5, { is_set: false }, { is_set: true, more: 1 }, ['a']]) {
    const error = await records.create(open.admin, 'shop', { name: 'x', token }).then(
      () => undefined,
      (reason: unknown) => reason as { errors: readonly object[] },
    );
    expect(error, JSON.stringify(token)).toBeDefined();
    expect(JSON.stringify(error!.errors)).not.toContain('xxx');
  }
});

it('without a key nothing is kept', async () => {
  const without = await openEngine(SCHEMA);
  try {
    const { records } = without.engine;
    expect(await faultsOf(records.create(without.admin, 'shop', { name: 'x', token: TOKEN }))).toEqual([
      'no_secret_key /token',
    ]);
    await records.create(without.admin, 'shop', { name: 'x' });
  } finally {
    await without.close();
  }
});
