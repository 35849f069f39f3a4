/** A save and a publish that wait for each other: neither is refused for it. */
import type { Component } from '@trellis/metadata';
import { ALWAYS } from '@trellis/model';
import pg from 'pg';
import { expect, test } from 'vitest';
import { createStorage } from '../src/create-storage.ts';
import {
  CONTEXT,
  insertRecords,
  objectNamed,
  openFixture,
  origin,
  publishComponents,
  SYSTEM,
} from './fixture.ts';
import { ROLLUPS } from './rollup-fixture.ts';

test('a save that PostgreSQL undoes to end a deadlock is done again', async () => {
  const fixture = await openFixture(ROLLUPS);
  const { admin, database } = fixture;
  const [account = ''] = await insertRecords(fixture, 'account', [{ name: 'A' }]);
  // It is the save that finds out, and at once.
  await admin.query(
    `do $$ begin execute format('alter database %I set deadlock_timeout = 20', current_database()); end $$`,
  );
  const storage = await createStorage({ connectionString: database.connectionString });
  const publish = new pg.Client({ connectionString: database.connectionString });
  await publish.connect();
  await publish.query(`set deadlock_timeout = '1min'`);
  const idOf = (client: pg.Client) => (client as unknown as { processID: number }).processID;
  const isBlockedBy = (client: pg.Client) =>
    expect.poll(async () => {
      const waits = 'select from pg_locks where not granted and $1 = any(pg_blocking_pids(pid))';
      return (await admin.query(waits, [idOf(client)])).rows.length;
    });

  await admin.query('begin');
  await admin.query('select from ws_main.account where id = $1 for update', [account]);
  const saved = insertRecords({ ...fixture, storage }, 'deal', [{ name: 'D', amount: 3, account }]);
  await isBlockedBy(admin).toBe(1);
  // As a publish does that makes triggers anew: the table above first, which the save needs next.
  await publish.query('begin');
  await publish.query('lock table ws_main.account in share row exclusive mode');
  const locked = publish.query('lock table ws_main.deal in share row exclusive mode');
  await expect
    .poll(async () => (await admin.query('select pg_blocking_pids($1) as by', [idOf(publish)])).rows[0].by)
    .toHaveLength(1);
  await admin.query('commit');
  await locked;
  await isBlockedBy(publish).toBe(1);
  await publish.query('commit');
  const [deal = ''] = await saved;
  const { rows } = await admin.query(
    `select d.id, a.derived->>'deals' as deals from ws_main.deal d join ws_main.account a on a.id = $1`,
    [account],
  );
  expect(rows).toEqual([{ id: deal, deals: '1' }]);
  await publish.end();
  await storage.close();
  await fixture.close();
});

test('a publish waits for a save below before it takes what the save needs above', async () => {
  const fixture = await openFixture(ROLLUPS);
  const { admin, storage, workspace } = fixture;
  // As a save of a deal does, whose trigger goes on to the account.
  await admin.query('begin');
  await admin.query('lock table ws_main.deal in row exclusive mode');
  const body = {
    label: 'Least',
    type: 'rollup',
    rollup: { object: 'deal', via: 'account', function: 'min', field: 'amount' },
  };
  const published = publishComponents(storage, workspace, [
    { kind: 'field', name: 'account.least', body } as Component,
  ]);
  const isBlocked =
    'select from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))';
  await expect.poll(async () => (await admin.query(isBlocked)).rows.length).toBeGreaterThan(0);
  await admin.query('lock table ws_main.account, ws_main.region in row exclusive mode nowait');
  await admin.query('commit');
  await published;
  await fixture.close();
});

test('a change by itself takes its record before it holds what it points to, as a batch does', async () => {
  const fixture = await openFixture(ROLLUPS);
  const { admin, storage, snapshot, database } = fixture;
  const [account = ''] = await insertRecords(fixture, 'account', [{ name: 'A' }]);
  const [deal = ''] = await insertRecords(fixture, 'deal', [{ name: 'D', amount: 3 }]);
  // A batch that has locked its records, and will then hold their accounts.
  await admin.query('begin');
  await admin.query('select from ws_main.deal where id = $1 for update', [deal]);
  const object = objectNamed(snapshot, 'deal');
  const data = { name: 'D', amount: 3, account };
  const row = { id: deal, version: 1, ownerId: SYSTEM, recordType: null, data, difference: {} };
  const among = [{ object: objectNamed(snapshot, 'account'), visible: ALWAYS }];
  const targets = { targets: [{ ids: [account], among, isHeld: true }], context: CONTEXT };
  const saved = storage.records.update(snapshot, object, [row], origin(), undefined, targets);
  const isBlocked =
    'select from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))';
  await expect.poll(async () => (await admin.query(isBlocked)).rows.length).toBe(1);
  // One that changes accounts would wait for the change, which waits for the first batch, which waits for the accounts.
  const accounts = new pg.Client({ connectionString: database.connectionString });
  await accounts.connect();
  await accounts.query('begin');
  await accounts.query('select from ws_main.account where id = $1 for update nowait', [account]);
  await accounts.query('commit');
  await accounts.end();
  await admin.query('commit');
  expect(await saved).toMatchObject([{ id: deal, version: 2 }]);
  // One that has moved on meanwhile is left alone.
  expect(await storage.records.update(snapshot, object, [row], origin(), undefined, targets)).toEqual([]);
  await fixture.close();
});
