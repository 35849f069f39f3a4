/**
 * A workspace that an older version of Trellis has left is whole after a start: functions and triggers are those of a publish of
 * this version, and what was written without them is in columns, roll-ups and candidates in the end.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createStorage } from '../src/create-storage.ts';
import { keptConditions } from '../src/sharing/kept-conditions.ts';
import type { Storage } from '../src/storage.ts';
import { type Fixture, insertRecords, loadSnapshot, openFixture, publishComponents } from './fixture.ts';
import { generatedIn } from './generated-in.ts';
import { KEPT, look, RULES, ruleComponent } from './kept-fixture.ts';

let fixture: Fixture;
let second: Storage;
/** As a publish of this version has made it. */
let whole: Awaited<ReturnType<typeof generatedIn>>;

beforeAll(async () => {
  fixture = await openFixture([...KEPT, ...Object.keys(RULES).map(ruleComponent)]);
  second = await createStorage({ connectionString: fixture.database.connectionString });
  await write();
  await drain();
  whole = await generatedIn(fixture.admin);
});
afterAll(async () => {
  await second?.close();
  await fixture?.close();
});

/** An account and deals of it: roll-ups, candidates, columns and folded words all have something to do. */
async function write(): Promise<void> {
  const [account = ''] = await insertRecords(fixture, 'account', [{ name: 'Ärger', grade: 3 }]);
  await insertRecords(
    fixture,
    'deal',
    [40, 50].map((amount) => ({ name: `Deal ${amount}`, account, amount })),
  );
}

async function drain(): Promise<void> {
  await second.drainPromotions(fixture.workspace);
  await second.drainRollups(fixture.workspace);
  await second.drainKept(fixture.workspace);
}

/**
 * As a version before kept rules would have left it: two columns are filled from something else, and some functions are gone
 * with their triggers.
 */
async function age(): Promise<void> {
  const { admin } = fixture;
  await admin.query(`
    drop function ws_main._kept_deal, ws_main._kept_account, ws_main._kept_task cascade;
    delete from ws_main._kept_trigger; delete from ws_main._kept_condition; delete from ws_main._kept;
    drop function ws_main._mark_deal cascade;
    drop function ws_main._fill_account cascade;
    update platform.workspace set generator = 0`);
  const { rows } = await admin.query<{ slot: string; body: string }>(
    `with aged as (update ws_main._column set source = '''old'''
        where object_key = 'deal' and field_key in ('name', 'name~folded') returning number)
     select 'c_' || number as slot, (select prosrc from pg_proc where oid = 'ws_main._fill_deal'::regproc) as body from aged`,
  );
  const fills = (line: string) => rows.some(({ slot }) => line.includes(`new."${slot}" :=`));
  const aged = rows[0]!.body
    .split('\n')
    .map((line) => (fills(line) ? line.replace(/:=.*/, ":= 'old';") : line))
    .join('\n');
  expect(aged).not.toBe(rows[0]!.body);
  await admin.query(
    `create or replace function ws_main._fill_deal() returns trigger language plpgsql as ${admin.escapeLiteral(aged)};
     update ws_main.deal set data = data || '{"amount": 41}' where data->>'amount' = '40';
     update ws_main.deal set data = data || '{"amount": 40}' where data->>'amount' = '41'`,
  );
}

const isOutdated = async () => (await second.metadata.load(fixture.workspace)).isOutdated;
const renew = async (storage: Storage) =>
  storage.metadata.renew({ ...(await loadSnapshot(storage, fixture.workspace)) }, {});

/** Nothing is missing and nothing is wrong, compared with a naive reading of plain rows. */
async function expectWhole(): Promise<void> {
  expect(await isOutdated()).toBe(false);
  expect(await second.metadata.listOutdated()).toEqual([]);
  await drain();
  expect(await generatedIn(fixture.admin)).toEqual(whole);
  fixture.snapshot = await loadSnapshot(second, fixture.workspace);
  const { admin, snapshot } = fixture;
  const { tables, kept } = await look(admin, 'ws_main');
  for (const [id, { derived }] of tables.get('account')!) {
    const own = [...tables.get('deal')!.values()].filter(({ data }) => data.account === id);
    expect(own.length).toBe(2);
    expect(derived?.total).toBe(90);
  }
  expect(snapshot.kept?.size).toBe(Object.keys(RULES).length);
  for (const [name, { object, holds }] of Object.entries(RULES)) {
    const rule = snapshot.model.access.sharingRules.get(object)!.find(({ label }) => label === name)!;
    const meeting = [...tables.get(object)!.values()].filter((row) => holds(row, tables)).map(({ id }) => id);
    expect(kept.get(keptConditions(snapshot.model).get(rule.when!)!.id) ?? [], name).toEqual(meeting.sort());
  }
  for (const object of ['account', 'deal']) {
    const column = snapshot.columns.get(object)!.get('name')!.name;
    const differ = await admin.query(
      `select from ws_main.${object} where ${column} is distinct from data->>'name'`,
    );
    expect(differ.rows).toHaveLength(0);
  }
}

beforeEach(async () => {
  expect(await isOutdated()).toBe(false);
  await age();
  // Written as the older version would: nobody is told.
  await write();
  expect(await isOutdated()).toBe(true);
});

test('two processes that start at once make it whole, once', async () => {
  const done = await Promise.all([renew(fixture.storage), renew(second)]);
  expect(done.filter((each) => each === 'renewed')).toHaveLength(1);
  await expectWhole();
  expect(await renew(second)).toBe('whole');
});

test('a process that is killed midway leaves it to the next', async () => {
  const start = (...given: string[]) =>
    fork(join(import.meta.dirname, 'renew-worker.ts'), [fixture.database.connectionString, ...given], {
      execArgv: [],
    });
  // Between two objects, and within the last transaction, which waits for somebody who writes.
  const writer = new pg.Client({ connectionString: fixture.database.connectionString });
  await writer.connect();
  const objects = fixture.snapshot.model.objects.size;
  for (const given of [['3'], [String(objects + 1), 'goes_on']]) {
    await writer.query('begin');
    await writer.query("update ws_main.deal set updated_at = now() where data->>'name' = 'Deal 40'");
    const child = start(...given);
    const ended = once(child, 'exit');
    await Promise.race([
      once(child, 'message'),
      ended.then(() => Promise.reject(new Error('It has ended.'))),
    ]);
    if (given.length > 1)
      await expect
        // For this one: on the same server others wait for others.
        .poll(async () => {
          const waits =
            'select from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))';
          return (await writer.query(waits)).rows.length;
        })
        .toBeGreaterThan(0);
    child.kill('SIGKILL');
    expect(await ended).toEqual([null, 'SIGKILL']);
    await writer.query('commit');
    expect(await isOutdated()).toBe(true);
  }
  await writer.end();
  await expect.poll(() => renew(second)).toBe('renewed');
  await expectWhole();
});

test('what an older process publishes beside this version is made anew, and what a newer one made is left alone', async () => {
  expect(await renew(second)).toBe('renewed');
  await drain();
  // A version that knows of no generator moves the revision alone.
  await fixture.admin.query('update platform.workspace set revision = revision + 1');
  expect(await isOutdated()).toBe(true);
  expect(await second.metadata.renew({ ...fixture.snapshot, revision: 1 }, {})).toBe('moved_on');
  // A publish of this version does not say of what others made that it is its own.
  await publishComponents(second, fixture.workspace, [ruleComponent('graded')]);
  expect(await isOutdated()).toBe(true);
  expect(await renew(second)).toBe('renewed');
  await publishComponents(second, fixture.workspace, [ruleComponent('graded')]);
  await expectWhole();
  await fixture.admin.query(
    'update platform.workspace set generator = generator + 1, generated_revision = 0',
  );
  expect(await isOutdated()).toBe(false);
  expect(await renew(second)).toBe('whole');
  await fixture.admin.query(
    'update platform.workspace set generator = generator - 1, generated_revision = revision',
  );
});
