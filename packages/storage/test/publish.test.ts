/** Publishing: atomic, serialised, cheap on big tables; metadata comes back as it was written. */
import type { Component } from '@trellis/metadata';
import { findIndexesOnData } from '@trellis/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStorage } from '../src/create-storage.ts';
import {
  ask,
  createWorkspace,
  type Fixture,
  insertRecords,
  loadSnapshot,
  object,
  objectNamed,
  openFixture,
  publishComponents,
  SALES,
  SYSTEM_OBJECTS,
} from './fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await openFixture(SALES, { maxNewTables: 20 });
});
afterAll(() => fixture?.close());

const field = (name: string, body: object): Component => ({
  kind: 'field',
  name,
  body: { label: name, type: 'text', ...body } as never,
});

async function catalogue(schema: string): Promise<unknown[]> {
  const { rows } = await fixture.admin.query(
    `select c.relname, c.relkind, a.attname from pg_class c join pg_namespace n on n.oid = c.relnamespace
       left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 where n.nspname = $1 order by 1, 3`,
    [schema],
  );
  return rows;
}

describe('publishing', () => {
  test('metadata comes back as written, in order, with every kind of index and none on data', async () => {
    const stored = await fixture.storage.metadata.load(fixture.workspace);
    expect(stored.components.map(({ component }) => component)).toEqual(SALES);
    expect(stored.columns.get('deal')?.get('code')).toEqual({
      name: expect.stringMatching(/^c_\d+$/),
      isReady: true,
      isUnique: true,
    });
    expect(stored.columns.get('deal')?.has('region')).toBe(false);
    expect(await findIndexesOnData(fixture.admin)).toEqual([]);
    const { rows } = await fixture.admin.query(
      `select count(*)::int as count from pg_constraint where contype = 'f' and conrelid = 'ws_main.deal'::regclass`,
    );
    expect(rows).toEqual([{ count: 2 }]); // owner and account
  });

  test('a failing step leaves nothing behind', async () => {
    const before = await catalogue('ws_main');
    const stored = await fixture.storage.metadata.load(fixture.workspace);
    // The revision comes last, after tables have been made.
    await fixture.admin.query(`create function ws_main.refuse() returns trigger language plpgsql as $$ begin raise 'no'; end $$;
      create trigger refuse before insert on ws_main._metadata_revision execute function ws_main.refuse()`);
    await expect(
      publishComponents(fixture.storage, fixture.workspace, object('late', { name: { type: 'text' } })),
    ).rejects.toMatchObject({ code: 'unexpected' });
    await fixture.admin.query(
      'drop trigger refuse on ws_main._metadata_revision; drop function ws_main.refuse()',
    );
    expect(await catalogue('ws_main')).toEqual(before);
    expect(await fixture.storage.metadata.load(fixture.workspace)).toEqual(stored);
  });

  test('of two publishes from one revision one is stale', async () => {
    const { revision } = await fixture.storage.metadata.loadRevision(fixture.workspace);
    const attempts = await Promise.allSettled(
      ['one', 'two'].map((name) =>
        publishComponents(fixture.storage, fixture.workspace, object(name, { name: { type: 'text' } }), {
          baseRevision: revision,
        }),
      ),
    );
    expect(attempts.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(attempts.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'stale_revision' },
    });
    expect((await fixture.storage.metadata.loadRevision(fixture.workspace)).revision).toBe(revision + 1);
  });

  test('two workspaces with the same objects do not see each other', async () => {
    const other = await createWorkspace(fixture.storage, 'other');
    const snapshot = await publishComponents(fixture.storage, other, SALES);
    await insertRecords({ storage: fixture.storage, snapshot }, 'account', [{ name: 'Elsewhere' }]);
    const what = { filter: { '==': [{ var: 'name' }, 'Elsewhere'] } };
    expect((await ask({ storage: fixture.storage, snapshot }, 'account', what)).rows).toHaveLength(1);
    expect((await ask(fixture, 'account', what)).rows).toHaveLength(0);
    await expect(createWorkspace(fixture.storage, 'other')).rejects.toMatchObject({
      code: 'workspace_exists',
    });
  });

  test('a field on a table with many records is one row of metadata: no rewrite, no scan, no lock', async () => {
    await insertRecords(
      fixture,
      'account',
      Array.from({ length: 5_000 }, (_, index) => ({ name: `Account ${index}` })),
    );
    const look = async () => {
      await fixture.admin.query('select pg_stat_clear_snapshot()');
      const { rows } = await fixture.admin.query(
        `select c.relfilenode, s.seq_scan, (select count(*)::int from pg_attribute where attrelid = c.oid) as columns
           from pg_class c join pg_stat_user_tables s on s.relid = c.oid where c.oid = 'ws_main.account'::regclass`,
      );
      return rows[0] as { relfilenode: number; seq_scan: string; columns: number };
    };
    const writer = await fixture.storage.transaction(async (transaction) => {
      const [id] = [(await ask(fixture, 'account', { limit: 1 })).rows[0]!.id as string];
      await fixture.storage.records.loadForWrite(
        fixture.snapshot,
        {
          object: objectNamed(fixture.snapshot, 'account'),
          ids: [id],
          visible: { op: 'constant', value: true },
          allowed: { op: 'constant', value: true },
          deleted: 'live',
          context: { userId: id, now: new Date().toISOString(), timeZone: 'UTC' },
        },
        transaction,
      );
      // By connections of its own, which tell what they have scanned when they end: others may tell late of what was before.
      const publisher = await createStorage({ connectionString: fixture.database.connectionString });
      const before = await look();
      await publishComponents(publisher, fixture.workspace, [field('account.motto', {})]);
      await publisher.close();
      return { before, after: await look() };
    });
    // That it ended while a row was locked says that it waits for nobody.
    expect(writer.after).toEqual(writer.before);
  });

  test('a deleted field keeps its key and values; an object keeps its records', async () => {
    const { storage, workspace } = fixture;
    const rate = field('gem.rate', { type: 'decimal', indexed: true });
    let snapshot = await publishComponents(storage, workspace, [
      ...object('gem', { name: { type: 'text' } }),
      rate,
    ]);
    const [id] = await insertRecords({ storage, snapshot }, 'gem', [{ name: 'Ruby', rate: 5 }]);
    snapshot = await publishComponents(storage, workspace, [], {
      remove: [{ kind: 'field', name: 'gem.rate' }],
    });
    const stored = await storage.metadata.load(workspace);
    expect(stored.retiredKeys.get('gem')?.get('rate')).toBe('numeric');
    expect(stored.columns.get('gem')?.has('rate')).toBe(false);
    await insertRecords({ storage, snapshot }, 'gem', [{ name: 'Opal' }]);
    snapshot = await publishComponents(storage, workspace, [rate]);
    await storage.drainPromotions(workspace);
    snapshot = await loadSnapshot(storage, workspace);
    expect(snapshot.columns.get('gem')?.get('rate')?.isReady).toBe(true);
    const found = await ask({ storage, snapshot }, 'gem', { filter: { '==': [{ var: 'rate' }, 5] } });
    expect(found.rows).toEqual([{ id, version: 1, name: 'Ruby', rate: 5 }]);
    expect((await storage.metadata.load(workspace)).retiredKeys.get('gem')?.size ?? 0).toBe(0);

    await publishComponents(storage, workspace, [], { remove: [{ kind: 'object', name: 'gem' }] });
    await storage.drainPromotions(workspace);
    expect((await storage.metadata.load(workspace)).columns.has('gem')).toBe(false);
    snapshot = await publishComponents(storage, workspace, [
      ...object('gem', { name: { type: 'text' } }),
      rate,
    ]);
    await storage.drainPromotions(workspace);
    snapshot = await loadSnapshot(storage, workspace);
    const back = await ask({ storage, snapshot }, 'gem', { filter: { '==': [{ var: 'rate' }, 5] } });
    expect(back.rows).toHaveLength(1);
    expect(
      (await storage.metadata.columnStates(workspace)).filter(({ state }) => state === 'failed'),
    ).toEqual([]);
  });

  test('a rename keeps key, table, values and position', async () => {
    const { storage, workspace } = fixture;
    let snapshot = await publishComponents(
      storage,
      workspace,
      object('crate', { name: { type: 'text' }, size: { type: 'integer', indexed: true } }),
    );
    await insertRecords({ storage, snapshot }, 'crate', [{ name: 'A', size: 3 }]);
    snapshot = await publishComponents(storage, workspace, [], {
      renames: [
        { kind: 'field', from: 'crate.size', to: 'crate.volume' },
        { kind: 'object', from: 'crate', to: 'box' },
      ],
    });
    const box = objectNamed(snapshot, 'box');
    expect([box.key, box.fields.get('volume')?.key]).toEqual(['crate', 'size']);
    expect(
      (await ask({ storage, snapshot }, 'box', { filter: { '==': [{ var: 'volume' }, 3] } })).rows,
    ).toMatchObject([{ volume: 3 }]);
  });

  test('objects that point at each other', async () => {
    const { storage, workspace } = fixture;
    const snapshot = await publishComponents(storage, workspace, [
      ...object('hen', { name: { type: 'text' }, egg: { type: 'lookup', to: 'egg' } }),
      ...object('egg', { name: { type: 'text' }, hen: { type: 'lookup', to: 'hen' } }),
    ]);
    const steps = await storage.metadata.planStorage(
      { ...snapshot, model: { ...snapshot.model, objects: new Map() } },
      snapshot.model,
    );
    expect(steps).toEqual([]);
    expect(snapshot.columns.get('hen')?.get('egg')?.isReady).toBe(true);
  });

  test('a plan says what a publish would do', async () => {
    const { storage, workspace } = fixture;
    const empty = await createWorkspace(storage, 'planned');
    const snapshot = await loadSnapshot(storage, empty);
    const { model } = await loadSnapshot(storage, workspace);
    const steps = await storage.metadata.planStorage(snapshot, model);
    expect(steps.filter(({ kind }) => kind === 'create_table').map((step) => step.object)).toContain('deal');
  });

  test('other nodes hear of it', async () => {
    const heard: (string | undefined)[] = [];
    const stop = await fixture.storage.metadata.onChange((name) => heard.push(name));
    await publishComponents(fixture.storage, fixture.workspace, [field('account.slogan', {})]);
    await expect.poll(() => heard).toContain('main');
    await fixture.admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'listen%'`,
    );
    await expect.poll(() => heard).toContain(undefined);
    await stop();
  });
});

test('very many new objects at once, and what an aborted publish left is swept', async () => {
  const many = await createWorkspace(fixture.storage, 'many');
  const components = [
    ...SYSTEM_OBJECTS,
    ...Array.from({ length: 30 }, (_, index) =>
      object(`thing_${index}`, {
        name: { type: 'text' },
        next: { type: 'lookup', to: `thing_${(index + 1) % 30}` },
      }),
    ).flat(),
  ];
  await expect(
    publishComponents(fixture.storage, many, components, { baseRevision: 7 }),
  ).rejects.toMatchObject({ code: 'stale_revision' });
  const left = await fixture.admin.query(
    `select count(*)::int as count from ws_many._object where state = 'prepared'`,
  );
  expect(left.rows[0].count).toBeGreaterThan(20);
  // A small publish that wants one of them makes it anew.
  await publishComponents(fixture.storage, many, [
    ...SYSTEM_OBJECTS,
    ...object('thing_3', { name: { type: 'text' } }),
  ]);
  const snapshot = await publishComponents(fixture.storage, many, components);
  await insertRecords({ storage: fixture.storage, snapshot }, 'thing_7', [{ name: 'seven' }]);
  expect((await ask({ storage: fixture.storage, snapshot }, 'thing_7')).rows).toMatchObject([
    { name: 'seven' },
  ]);
  expect(await findIndexesOnData(fixture.admin)).toEqual([]);
}, 120_000);
