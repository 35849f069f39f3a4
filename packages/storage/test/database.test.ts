/** The database itself: migrations by many at once, lost connections, timeouts, identities and sessions. */
import { ALWAYS } from '@trellis/model';
import { createTestDatabase } from '@trellis/testing';
import pg from 'pg';
import { expect, test } from 'vitest';
import { Connections } from '../src/connections.ts';
import { createStorage } from '../src/create-storage.ts';
import { StorageError, translateError } from '../src/errors.ts';
import { ensurePartitions } from '../src/maintenance/history-partitions.ts';
import { StatementCache } from '../src/query/statement-cache.ts';
import {
  ask,
  createWorkspace,
  insertRecords,
  nextId,
  objectNamed,
  openFixture,
  origin,
  publishComponents,
  queryOf,
  SALES,
} from './fixture.ts';

test('twenty processes may start at once on an empty database', async () => {
  const database = await createTestDatabase({ isEmpty: true });
  const { connectionString } = database;
  const storages = await Promise.all(
    Array.from({ length: 20 }, () => createStorage({ connectionString, poolSize: 1 })),
  );
  await createWorkspace(storages[0]!, 'main');
  const again = await createStorage({ connectionString });
  expect((await again.workspaces.list()).map(({ name }) => name)).toEqual(['main']);
  expect(again.capabilities.hasTrigram).toBe(true);
  await Promise.all([...storages, again].map((storage) => storage.close()));
  await database.drop();
});

test('a migration that was changed after it had been applied is refused', async () => {
  const fixture = await openFixture([]);
  await fixture.admin.query(`update platform.migration set hash = 'other' where scope = 'ws_main'`);
  await expect(createStorage({ connectionString: fixture.database.connectionString })).rejects.toMatchObject({
    code: 'migration_changed',
  });
  await fixture.close();
});

test('connections that nobody has needed for a while are closed, those in use stay', async () => {
  const database = await createTestDatabase({ isEmpty: true });
  const connections = new Connections({
    connectionString: database.connectionString,
    poolSize: 5,
    statementTimeoutMilliseconds: 5_000,
    log: () => undefined,
  });
  const admin = new pg.Client({ connectionString: database.connectionString });
  await admin.connect();
  // A backend that was told to end takes a moment to be gone.
  const isLeft = async (count: number) => {
    const text = `select count(*)::int as count from pg_stat_activity where datname = current_database() and application_name = 'trellis'`;
    await expect.poll(async () => (await admin.query(text)).rows[0].count).toBe(count);
  };
  await Promise.all(Array.from({ length: 4 }, () => connections.rows('select pg_sleep(0.2)')));
  await isLeft(4);
  await connections.closeIdle();
  await connections.rows('select 1');
  await isLeft(4);
  await connections.closeIdle();
  await connections.closeIdle();
  await isLeft(1);
  await connections.transaction(async ({ client }) => {
    await connections.closeIdle();
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });
  await connections.closeIdle();
  await connections.closeIdle();
  await isLeft(0);
  expect(await connections.rows('select 1 as one')).toEqual([{ one: 1 }]);
  await admin.end();
  await connections.close();
  await database.drop();
});

test('a read survives the loss of its connection, a write says so', async () => {
  const fixture = await openFixture(SALES, { poolSize: 1 });
  const killAll = () =>
    fixture.admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name = 'trellis'`,
    );
  await insertRecords(fixture, 'account', [{ name: 'Kept' }]);
  for (let round = 0; round < 5; round++) {
    await killAll();
    expect((await ask(fixture, 'account')).rows).toHaveLength(1);
  }
  const failed = await fixture.storage
    .transaction(async (transaction) => {
      await killAll();
      const row = {
        id: nextId(),
        ownerId: '00000000-0000-0000-0000-000000000000',
        recordType: null,
        data: { name: 'Lost' },
      };
      await fixture.storage.records.insert(
        fixture.snapshot,
        objectNamed(fixture.snapshot, 'account'),
        [row],
        origin(),
        transaction,
      );
    })
    .catch((error: unknown) => error);
  expect(failed).toMatchObject({ code: 'connection_lost' });
  expect((await ask(fixture, 'account')).rows).toHaveLength(1);
  await fixture.close();
});

test('reads under a storm of killed backends all succeed', async () => {
  const fixture = await openFixture(SALES, { poolSize: 4 });
  await insertRecords(fixture, 'account', [{ name: 'One' }]);
  let isDone = false;
  const storm = (async () => {
    while (!isDone) {
      await fixture.admin.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()
          and application_name = 'trellis' order by random() limit 1`,
      );
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  })();
  const readers = Array.from({ length: 4 }, async () => {
    const outcomes: number[] = [];
    for (let round = 0; round < 50; round++) {
      // One kill per read is survived; a second one within it surfaces as what it is.
      const page = await ask(fixture, 'account').catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'connection_lost' });
        return undefined;
      });
      if (page) outcomes.push(page.rows.length);
    }
    return outcomes;
  });
  const outcomes = (await Promise.all(readers)).flat();
  isDone = true;
  await storm;
  expect(outcomes.length).toBeGreaterThan(190);
  expect(new Set(outcomes)).toEqual(new Set([1]));
  await fixture.close();
});

test('options in the connection string do not take the place of our own', async () => {
  const fixture = await openFixture(SALES);
  const [id] = await insertRecords(fixture, 'account', [{ name: 'One' }]);
  const created = (await ask(fixture, 'account', { fields: ['created_at'] })).rows[0]!.created_at;
  const { connectionString } = fixture.database;
  const options = encodeURIComponent('-c TimeZone=Asia/Tokyo');
  const other = await createStorage({
    connectionString: `${connectionString}${connectionString.includes('?') ? '&' : '?'}options=${options}`,
  });
  const page = await ask({ ...fixture, storage: other }, 'account', { fields: ['created_at'] });
  expect(page.rows[0]).toMatchObject({ id, created_at: created });
  await other.close();
  await fixture.close();
});

test('history partitions are not waited for while somebody writes history', async () => {
  const fixture = await openFixture(SALES);
  const writer = new pg.Client({ connectionString: fixture.database.connectionString });
  await writer.connect();
  await writer.query('begin; lock table ws_main._history in row exclusive mode');
  const later = new Date(Date.UTC(2031, 0, 1));
  await fixture.admin.query("set lock_timeout = '100ms'");
  await ensurePartitions(fixture.admin, 'ws_main', later);
  await writer.query('commit');
  await writer.end();
  await ensurePartitions(fixture.admin, 'ws_main', later);
  const { rows } = await fixture.admin.query("select to_regclass('ws_main._history_2031_03') as name");
  expect(rows[0].name).not.toBeNull();
  await fixture.close();
});

test('statements of very large questions are neither named nor all kept', () => {
  const cache = new StatementCache<{ key: string }>();
  const [long, short] = [
    { text: 'x'.repeat(30_000), places: [] },
    { text: 'select 1', places: [] },
  ];
  const keyOf = (index: number) => `${index} ${'k'.repeat(10_000)}`;
  for (let index = 0; index < 1000; index++) cache.get(keyOf(index), () => ({ key: keyOf(index) }));
  let compiledAgain = 0;
  cache.get(keyOf(0), () => ({ key: `${++compiledAgain}` }));
  const { prepare } = cache.get(keyOf(999), () => ({ key: `${++compiledAgain}` }));
  expect(compiledAgain).toBe(1);
  expect([prepare(long).name, prepare(short).name]).toEqual([undefined, expect.stringMatching(/^t_/)]);
});

test('a slow read is stopped', async () => {
  const fixture = await openFixture(SALES, { statementTimeoutMilliseconds: 30 });
  await fixture.admin.query('begin; lock table ws_main.account, ws_main.deal in access exclusive mode');
  await expect(ask(fixture, 'account')).rejects.toMatchObject({ code: 'query_too_slow' });
  // What a person asked says which field has no index.
  const filter = { '==': [{ var: 'region' }, 'x'] };
  const asked = { ...queryOf(fixture.snapshot, 'deal', { filter }), asked: ALWAYS };
  const named = { ...asked, asked: asked.filter };
  const { records } = fixture.storage;
  await expect(records.query(fixture.snapshot, asked)).rejects.toMatchObject({ code: 'query_too_slow' });
  await expect(records.query(fixture.snapshot, named)).rejects.toMatchObject({
    code: 'would_scan',
    scanned: [expect.objectContaining({ part: 'filter', remedy: 'indexed' })],
  });
  await fixture.admin.query('rollback');
  await fixture.close();
});

test('a transaction that deadlocks is run again; what its work throws comes out unchanged', async () => {
  const fixture = await openFixture();
  const account = objectNamed(fixture.snapshot, 'account');
  const ids = await insertRecords(fixture, 'account', [{ name: 'A' }, { name: 'B' }]);
  let runs = 0;
  let held = 0;
  // Each has its first before either asks for its second, however long they take to begin.
  const both = Promise.withResolvers<void>();
  const lockBoth = (order: readonly string[]) =>
    fixture.storage.transaction(async (transaction) => {
      const run = ++runs;
      for (const id of order) {
        await fixture.storage.records.loadForWrite(
          fixture.snapshot,
          {
            object: account,
            ids: [id],
            visible: { op: 'constant', value: true },
            allowed: { op: 'constant', value: true },
            deleted: 'live',
            context: { userId: id, now: new Date().toISOString(), timeZone: 'UTC' },
          },
          transaction,
        );
        if (id !== order[0] || run > 2) continue;
        if (++held === 2) both.resolve();
        await both.promise;
      }
    });
  await Promise.all([lockBoth(ids), lockBoth([...ids].reverse())]);
  expect(runs).toBeGreaterThan(2);
  const thrown = new Error('mine');
  await expect(fixture.storage.transaction(() => Promise.reject(thrown))).rejects.toBe(thrown);
  await fixture.close();
});

test('auto-numbers are never given twice', async () => {
  const components = [
    ...SALES,
    {
      kind: 'field' as const,
      name: 'deal.number',
      body: { label: 'Number', type: 'auto_number' as const, format: 'D-{0000}' },
    },
  ];
  const fixture = await openFixture(components);
  const deal = objectNamed(fixture.snapshot, 'deal');
  const given = await Promise.all(
    Array.from({ length: 10 }, () =>
      fixture.storage.records.nextNumbers(fixture.snapshot, deal, 'number', 20),
    ),
  );
  expect(new Set(given.flat()).size).toBe(200);
  expect(await fixture.storage.metadata.countRecords(fixture.workspace, ['deal', 'account'])).toEqual(
    new Map([
      ['deal', 0],
      ['account', 0],
    ]),
  );
  await fixture.close();
});

test('identities, memberships, sessions and failed sign-ins', async () => {
  const fixture = await openFixture();
  const { identities, transaction } = fixture.storage;
  const ada = { id: nextId(), email: 'Ada@Example.com', name: 'Ada', passwordHash: null, isActive: true };
  await identities.insertIdentity(ada);
  await expect(
    identities.insertIdentity({ ...ada, id: nextId(), email: 'ADA@example.com' }),
  ).rejects.toMatchObject({
    code: 'unique_violation',
  });
  expect(await identities.findByEmail('ada@example.COM')).toEqual(ada);
  const userId = nextId();
  await transaction(async (open) => {
    await identities.insertMembership(
      { workspace: fixture.workspace, identityId: ada.id, userId, permissionSets: ['administrator'] },
      open,
    );
    const row = { id: userId, ownerId: userId, recordType: null, data: { name: 'Ada L.' } };
    await fixture.storage.records.insert(
      fixture.snapshot,
      objectNamed(fixture.snapshot, 'user'),
      [row],
      origin(),
      open,
    );
  });
  await identities.updateIdentity(ada.id, { passwordHash: 'hash' });
  expect(await identities.findIdentityOfUser(fixture.workspace, userId)).toMatchObject({
    passwordHash: 'hash',
    name: 'Ada',
  });
  await identities.updateMembership(fixture.workspace, userId, { isActive: false });
  expect(await identities.memberships(ada.id)).toEqual([
    {
      workspace: 'main',
      workspaceLabel: 'main',
      userId,
      name: 'Ada',
      email: ada.email,
      isActive: false,
      permissionSets: ['administrator'],
    },
  ]);
  const at = (hour: number) => `2026-01-01T${String(hour).padStart(2, '0')}:00:00.000Z`;
  const session = {
    identityId: ada.id,
    workspace: 'main',
    createdAt: at(1),
    lastUsedAt: at(1),
    expiresAt: at(5),
    method: 'password',
  } as const;
  for (const tokenHash of ['one', 'two', 'three']) {
    await identities.insertSession({ ...session, tokenHash, userAgent: null, address: '::1' });
  }
  await identities.touchSession('one', at(2), at(6));
  expect(await identities.findSession('one')).toEqual({
    ...session,
    id: expect.any(String),
    hasSecondFactor: false,
    lastUsedAt: at(2),
    expiresAt: at(6),
    view: null,
  });
  const view = { workspace: 'main', userId: ada.id, endsAt: at(3) };
  expect(await identities.setSessionView('one', 'seen', view)).toBe(true);
  expect(await identities.setSessionView('one', 'seen', view)).toBe(false);
  expect(await identities.findSession('one')).toBeUndefined();
  expect((await identities.findSession('seen'))?.view).toEqual(view);
  expect(await identities.setSessionView('seen', 'one', null)).toBe(true);
  expect((await identities.findSession('one'))?.view).toBeNull();
  expect(await identities.deleteExpiredSessions(at(5))).toBe(2);
  await identities.deleteSessionsOf(ada.id, 'one');
  expect(await identities.findSession('one')).toBeDefined();
  await identities.deleteSessionsOf(ada.id);
  expect(await identities.findSession('one')).toBeUndefined();
  await identities.recordFailure('ada@example.com', at(1));
  await identities.recordFailure('ada@example.com', at(3));
  expect(await identities.countFailures('ada@example.com', at(2))).toBe(1);
  await identities.clearFailures('ada@example.com');
  expect(await identities.countFailures('ada@example.com', at(0))).toBe(0);
  expect(await identities.countIdentities()).toBe(1);
  await fixture.close();
});

test('publishing again changes nothing in the database', async () => {
  const fixture = await openFixture();
  const indexes = async () =>
    (await fixture.admin.query(`select indexname from pg_indexes where schemaname = 'ws_main' order by 1`))
      .rows;
  const before = await indexes();
  const steps = await fixture.storage.metadata.planStorage(
    { ...fixture.snapshot, model: { ...fixture.snapshot.model, objects: new Map() } },
    fixture.snapshot.model,
  );
  expect(steps).toEqual([]);
  await publishComponents(fixture.storage, fixture.workspace, SALES);
  await fixture.storage.drainPromotions(fixture.workspace);
  expect(await indexes()).toEqual(before);
  await fixture.close();
});

test('every error is one of ours', () => {
  const coded = (code: string) => translateError(Object.assign(new Error('x'), { code }));
  expect(coded('53100').code).toBe('disk_full');
  expect(coded('25006').code).toBe('read_only');
  expect(coded('57P01').code).toBe('connection_lost');
  expect(coded('ECONNRESET').code).toBe('connection_lost');
  expect(coded('22P02').code).toBe('invalid_value');
  expect(coded('XX000').code).toBe('unexpected');
  expect(translateError(new Error('Connection terminated unexpectedly')).code).toBe('connection_lost');
  const ours = new StorageError('disk_full', 'x');
  expect(translateError(ours)).toBe(ours);
});
