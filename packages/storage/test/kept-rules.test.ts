/**
 * What is kept of sharing rules that read other records: at every moment of a storm each record that meets a rule is among
 * its candidates, and once nothing waits any more no other is. Compared with a naive reading in memory.
 */
import type { Component } from '@trellis/metadata';
import type { CompiledSharingRule, Expression, RecordQuery } from '@trellis/model';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createStorage } from '../src/create-storage.ts';
import { keptConditions } from '../src/sharing/kept-conditions.ts';
import type { Storage } from '../src/storage.ts';
import {
  type Fixture,
  insertRecords,
  loadSnapshot,
  openFixture,
  publishComponents,
  queryOf,
} from './fixture.ts';
import { KEPT, look, RULES, ruleComponent } from './kept-fixture.ts';
import { Storm } from './rollup-storm.ts';

let fixture: Fixture;
let second: Storage;
let watcher: pg.Client;

beforeAll(async () => {
  fixture = await openFixture([...KEPT, ...Object.keys(RULES).map(ruleComponent)]);
  second = await createStorage({ connectionString: fixture.database.connectionString });
  watcher = new pg.Client({ connectionString: fixture.database.connectionString });
  await watcher.connect();
});
afterAll(async () => {
  await watcher?.end();
  await second?.close();
  await fixture?.close();
});

/** The condition that storage keeps for a rule. */
function conditionOf(name: string) {
  const rules = fixture.snapshot.model.access.sharingRules.get(RULES[name]!.object) ?? [];
  const { when } = rules.find((rule) => rule.label === name) as CompiledSharingRule;
  const condition = keptConditions(fixture.snapshot.model).get(when!);
  if (!condition) throw new Error(`${name} is not kept.`);
  return condition;
}

/** Records that meet a rule and are no candidates; with `isExact` those that are and don't, or are twice, too. */
async function wrong(isExact: boolean, names = Object.keys(RULES)): Promise<string[]> {
  const { tables, kept } = await look(watcher, fixture.workspace.schema);
  return names.flatMap((name) => {
    const { object, holds } = RULES[name]!;
    const ids = kept.get(conditionOf(name).id) ?? [];
    const candidates = new Set(ids);
    const rows = [...tables.get(object)!.values()];
    const missing = rows.filter((row) => holds(row, tables) && !candidates.has(row.id));
    const meeting = new Set(rows.filter((row) => holds(row, tables)).map(({ id }) => id));
    const more = isExact ? ids.filter((id) => !meeting.has(id)) : [];
    const twice = isExact ? ids.filter((id, index) => ids[index - 1] === id) : [];
    return [
      ...missing.map(({ id }) => `${name} misses ${id}`),
      ...more.map((id) => `${name} has ${id}`),
      ...twice.map((id) => `${name} has ${id} twice`),
    ];
  });
}

/** What somebody is given who owns nothing and sees by the rule alone, all pages of it, and its count. */
async function seenBy(name: string): Promise<{ readonly ids: readonly string[]; readonly count: number }> {
  const { snapshot, storage } = fixture;
  const { when, object } = conditionOf(name);
  const owner = { text: 'owner_id', through: [], field: object.fields.get('owner_id')! };
  const isOwn: Expression = {
    op: '==',
    left: { op: 'field', type: 'id', path: owner },
    right: { op: 'literal', type: 'id', value: '01900000-0000-7000-8000-00000000ffff' },
  };
  const byRule: Expression = { op: 'as_platform', through: undefined, arg: when, isRule: true };
  const query = {
    ...queryOf(snapshot, object.name, { fields: ['name'], limit: 40, count: 'exact' }),
    filter: { op: 'or', args: [isOwn, byRule] } as const,
  };
  const ids: string[] = [];
  for (let after: RecordQuery['after']; ; ) {
    const page = await storage.records.query(snapshot, { ...query, after });
    ids.push(...page.rows.map(({ id }) => String(id)));
    after = page.next;
    if (!after) return { ids, count: page.count!.value };
  }
}

/** Live records that meet the rule, in order. */
async function meeting(name: string): Promise<readonly string[]> {
  const { object, holds } = RULES[name]!;
  const { tables } = await look(watcher, fixture.workspace.schema);
  return [...tables.get(object)!.values()]
    .filter((row) => !row.isDeleted && holds(row, tables))
    .map(({ id }) => id)
    .sort();
}

const stateOf = async (name: string) => {
  const { rows } = await fixture.admin.query(
    `select state, rows_done::int as "rowsDone" from ${fixture.workspace.schema}._kept_condition where id = $1`,
    [conditionOf(name).id],
  );
  return rows[0] as { readonly state: string; readonly rowsDone: number } | undefined;
};
const candidatesOf = async (id: string) => {
  const { rows } = await fixture.admin.query(
    `select count(*)::int as count from ${fixture.workspace.schema}._kept where condition = $1`,
    [id],
  );
  return rows[0].count as number;
};

test('storms end in what a naive reading says, and miss nothing on the way', async () => {
  expect([...fixture.snapshot.kept!.keys()].length).toBe(Object.keys(RULES).length);
  let looked = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 1_000_000 }), async (seed) => {
      const known = new Map();
      const writers = Array.from(
        { length: 6 },
        (_, writer) =>
          new Storm(writer % 2 === 0 ? fixture.storage : second, fixture.snapshot, seed + writer, known),
      );
      let isOver = false;
      const worker = (async () => {
        while (!isOver) {
          await second.drainRollups(fixture.workspace);
          await second.drainKept(fixture.workspace);
        }
      })();
      const watching = (async () => {
        while (!isOver) {
          expect(await wrong(false)).toEqual([]);
          looked++;
        }
      })();
      await Promise.all(writers.map((writer) => writer.run(50))).finally(() => {
        isOver = true;
      });
      await Promise.all([worker, watching]);
      await second.drainRollups(fixture.workspace);
      await second.drainKept(fixture.workspace);
      expect(await wrong(true)).toEqual([]);
    }),
    { numRuns: Number(process.env.TRELLIS_STORMS ?? 2), endOnFailure: true },
  );
  expect(looked).toBeGreaterThan(10);
  const { rows } = await fixture.admin.query(
    'select deadlocks::int as count from pg_stat_database where datname = current_database()',
  );
  expect(rows[0].count).toBe(0);
}, 120_000);

test('who sees by a rule alone is given all that meet it, and a count of them', async () => {
  fixture.snapshot = await loadSnapshot(fixture.storage, fixture.workspace);
  for (const name of Object.keys(RULES)) {
    expect(fixture.snapshot.kept!.get(conditionOf(name).id)).toBeDefined();
    const ids = await meeting(name);
    expect([name, await seenBy(name)]).toEqual([name, { ids, count: ids.length }]);
  }
}, 60_000);

/** Candidates are judged while `during` runs, with time to go wrong in. */
async function whileJudged(during: (pause: () => Promise<void>) => Promise<void>): Promise<void> {
  const judging = second.drainKept(fixture.workspace);
  const pause = () => Promise.race([judging, new Promise<void>((next) => setTimeout(next, 250))]);
  await pause();
  await during(pause);
  await judging;
}

/** A writer that has begun, and changes one value of a record before it ends. */
async function writerOf(table: string, id: string, data: object) {
  const client = new pg.Client({ connectionString: fixture.database.connectionString });
  await client.connect();
  await client.query('begin');
  await client.query(`update ${fixture.workspace.schema}.${table} set data = data || $2 where id = $1`, [
    id,
    JSON.stringify(data),
  ]);
  return async () => {
    await client.query('commit');
    await client.end();
  };
}

test('a record stays a candidate while those are at work who did not see it', async () => {
  await second.drainKept(fixture.workspace);
  const [account] = await insertRecords(fixture, 'account', [{ name: 'a', grade: 0 }]);
  await second.drainKept(fixture.workspace);
  const grade = await writerOf('account', account!, { grade: 3 });
  const [deal] = await insertRecords(fixture, 'deal', [{ name: 'd', account: account! }]);
  await whileJudged(grade);
  expect(await wrong(true, ['graded'])).toEqual([]);
  expect(await meeting('graded')).toContain(deal);
});

test('and so it does when those did not see each other either, over two lookups', async () => {
  const [old, region] = await insertRecords(fixture, 'region', [
    { name: 'old', rank: 0 },
    { name: 'new', rank: 0 },
  ]);
  const [account] = await insertRecords(fixture, 'account', [{ name: 'a', region: old! }]);
  await second.drainKept(fixture.workspace);
  const move = await writerOf('account', account!, { region });
  const [deal] = await insertRecords(fixture, 'deal', [{ name: 'd', account: account!, is_open: true }]);
  await whileJudged(async (pause) => {
    const rank = await writerOf('region', region!, { rank: 1 });
    await move();
    await pause();
    await rank();
  });
  expect(await wrong(true, ['ranked', 'homeless'])).toEqual([]);
  expect(await meeting('ranked')).toContain(deal);
});

test('what its lookup points to is gone from a question while it lies in the bin, and back afterwards', async () => {
  const { admin, workspace } = fixture;
  const [account] = await insertRecords(fixture, 'account', [{ name: 'a' }]);
  const deals = await insertRecords(
    fixture,
    'deal',
    Array.from({ length: 3 }, () => ({ name: 'd', account: account! })),
  );
  const move = async (isDeleted: boolean) => {
    const value = isDeleted ? 'now()' : 'null';
    const text = `update ${workspace.schema}.account set deleted_at = ${value} where id = $1`;
    await admin.query(text, [account]);
    await second.drainKept(workspace);
    expect(await wrong(true)).toEqual([]);
  };
  await move(true);
  await move(false);
  expect(await meeting('siblings')).toEqual(expect.arrayContaining([...deals]));
});

test('a new condition is asked record by record until its candidates were found, by whoever goes on after a kill', async () => {
  const { storage, workspace, admin } = fixture;
  const [north, south] = await insertRecords(fixture, 'region', [
    { name: 'North', rank: 1 },
    { name: 'South', rank: 2 },
  ]);
  const accounts = await insertRecords(
    fixture,
    'account',
    Array.from({ length: 110 }, (_, index) => ({
      name: 'a',
      grade: 3,
      region: index === 7 ? north! : south!,
    })),
  );
  for (let batch = 0; batch < 2; batch++)
    await insertRecords(
      fixture,
      'deal',
      Array.from({ length: 1_100 }, (_, index) => ({
        name: 'd',
        is_open: true,
        account: accounts[index % 110]!,
        amount: 1,
      })),
    );
  const { id } = conditionOf('ranked');
  const rule = { kind: 'sharing_rule', name: 'deal.ranked' } as const;
  fixture.snapshot = await publishComponents(storage, workspace, [], { remove: [rule] });
  // It comes back before what it left was removed, and after that.
  for (const isRemoved of [false, true]) {
    if (isRemoved) {
      fixture.snapshot = await publishComponents(storage, workspace, [], { remove: [rule] });
      await storage.drainKept(workspace);
      expect(await candidatesOf(id)).toBe(0);
    }
    fixture.snapshot = await publishComponents(storage, workspace, [ruleComponent('ranked')]);
    expect(await stateOf('ranked')).toEqual({ state: 'waiting', rowsDone: 0 });
    expect(fixture.snapshot.kept!.has(id)).toBe(false);
    const ids = await meeting('ranked');
    expect(ids.length).toBeGreaterThanOrEqual(3);
    expect((await seenBy('ranked')).count).toBe(ids.length);
    const filling = second.drainKept(workspace).catch(() => 'killed');
    while (((await stateOf('ranked'))?.rowsDone ?? 0) === 0) await new Promise((next) => setTimeout(next, 1));
    await admin.query(
      // Of this database only: other files run on the same server at the same time.
      `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted
          and pid <> pg_backend_pid() and database = (select oid from pg_database where datname = current_database())`,
    );
    await filling;
    await storage.drainKept(workspace);
    fixture.snapshot = await loadSnapshot(storage, workspace);
    expect(fixture.snapshot.kept!.get(id)).toBe('few');
    expect(await wrong(true, ['ranked'])).toEqual([]);
    expect(await seenBy('ranked')).toEqual({ ids, count: ids.length });
  }
}, 60_000);

test('a rule that reads the clock, who asks, or what its own row tells is asked record by record', async () => {
  const { storage, workspace } = fixture;
  const rule = (name: string, when: unknown) =>
    ({
      ...ruleComponent('graded'),
      name: `deal.${name}`,
      body: { ...ruleComponent('graded').body, when },
    }) as Component;
  const before = [...keptConditions(fixture.snapshot.model).values()].length;
  fixture.snapshot = await publishComponents(storage, workspace, [
    rule('late', { this_week: [{ var: 'close_date' }] }),
    rule('large', { '>': [{ var: 'amount' }, 5] }),
    rule('again', RULES.graded!.when),
  ]);
  const kept = [...keptConditions(fixture.snapshot.model).values()];
  // What two rules say alike is kept once.
  expect(kept.length).toBe(before + 1);
  expect(new Set(kept.map(({ id }) => id)).size).toBe(before);
  for (const name of ['late', 'large', 'again'])
    fixture.snapshot = await publishComponents(storage, workspace, [], {
      remove: [{ kind: 'sharing_rule', name: `deal.${name}` }],
    });
});
