/** One plan for all values, or a plan for these: which statements may choose, what they go by, and what carries it out. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Connections, type Planning } from '../src/connections.ts';
import { shapeQuery } from '../src/query/compile-query.ts';
import { PLANNED_EACH_TIME, PLANNED_FOR_VALUES, planFor, TriedPlan } from '../src/query/plan-choice.ts';
import { type Ask, type Fixture, insertRecords, openFixture, queryOf } from './fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await openFixture();
});
afterAll(() => fixture?.close());

/** Runs that took as long as told, and how many of them went by one plan. */
function run(plan: TriedPlan, runs: number, cost: Readonly<Record<'once' | 'each_time', number>>): number {
  let once = 0;
  for (let index = 0; index < runs; index++) {
    const planning = plan.next();
    if (planning === 'once') once++;
    plan.report(planning, cost[planning as 'once' | 'each_time']);
  }
  return once;
}

describe('a plan on trial', () => {
  test('is planned for its values at first, then once, with a sample now and then', () => {
    const plan = new TriedPlan();
    expect(run(plan, 6, { each_time: 2, once: 1 })).toBe(0);
    expect(run(plan, 3_200, { each_time: 2, once: 1 })).toBe(3_100);
  });

  test('is given up for a while when it is slower in the mean, and for longer the next time', () => {
    const plan = new TriedPlan();
    const cost = { each_time: 2, once: 8 };
    expect(run(plan, 6 + 64, cost)).toBe(63 - 1);
    expect(run(plan, 248, cost)).toBe(0);
    expect(run(plan, 100_000, cost)).toBeLessThan(2_000);
  });

  test('is given up at once after two disasters, not after one', () => {
    const plan = new TriedPlan();
    run(plan, 20, { each_time: 2, once: 1 });
    expect(run(plan, 1, { each_time: 2, once: 1_000 })).toBe(1);
    expect(run(plan, 10, { each_time: 2, once: 1 })).toBe(10);
    expect(run(plan, 5, { each_time: 2, once: 1_000 })).toBe(1);
    expect(run(plan, 200, { each_time: 2, once: 1 })).toBe(0);
  });

  test('goes on when everything is slower at the same time', () => {
    const plan = new TriedPlan();
    for (const factor of [1, 10, 100, 1]) {
      expect(run(plan, 3_200, { each_time: 2 * factor, once: factor })).toBeGreaterThan(3_000);
    }
  });
});

describe('which statements', () => {
  const planOf = (what: Ask) => {
    const { condition } = shapeQuery(fixture.snapshot, queryOf(fixture.snapshot, 'deal', what));
    return planFor(condition, (field) => field.path.field.name !== 'score');
  };

  test.each<[string, Ask, boolean]>([
    ['an equality with a column', { filter: { '==': [{ var: 'stage' }, 'won'] } }, true],
    [
      'and a range beside it',
      { filter: { and: [{ '==': [{ var: 'stage' }, 'won'] }, { '>': [{ var: 'amount' }, 1] }] } },
      true,
    ],
    ['what is no column', { filter: { '==': [{ var: 'score' }, 1] } }, false],
    ['a range alone', { filter: { '>': [{ var: 'amount' }, 1] } }, false],
    [
      'one of two',
      { filter: { or: [{ '==': [{ var: 'stage' }, 'won'] }, { '>': [{ var: 'amount' }, 1] }] } },
      false,
    ],
    ['all', {}, false],
  ])('%s', (_name, what, isTried) => {
    const plan = planOf(what);
    expect(plan.isNameable).toBe(true);
    expect(plan.plans instanceof TriedPlan).toBe(isTried);
    if (!isTried) expect(plan.plans).toBe(PLANNED_EACH_TIME);
  });

  test('a record by its id goes by any plan', () => {
    const filter = { '==': [{ var: 'id' }, '01900000-0000-7000-8000-000000000001'] };
    expect(planOf({ filter }).plans).toBeUndefined();
  });

  test('a text that is sought is planned for, whatever stands beside it', () => {
    const sought = { contains: [{ var: 'name' }, 'big'] };
    const filter = { and: [{ '==': [{ var: 'stage' }, 'won'] }, sought] };
    expect(planOf({ filter })).toEqual({ plans: PLANNED_FOR_VALUES, isNameable: true });
  });
});

describe('connections', () => {
  const MODE = `select current_setting('plan_cache_mode')`;
  const fixed = (planning: Planning) => ({ next: () => planning, report: () => undefined });

  test('a member of the pool plans as its statement wants; transactions and plain statements as usual', async () => {
    const connections = new Connections({
      connectionString: fixture.database.connectionString,
      poolSize: 1,
      statementTimeoutMilliseconds: 5_000,
      log: () => undefined,
    });
    const modeOf = async (plans?: ReturnType<typeof fixed>) =>
      (await connections.read({ text: MODE, plans }, []))[0]?.[0];
    const modeInside = (work: 'commits' | 'fails') => {
      let mode: unknown;
      return connections
        .transaction(async (transaction) => {
          mode = (await connections.read({ text: MODE, plans: fixed('once') }, [], transaction))[0]?.[0];
          if (work === 'fails') throw new Error('on purpose');
        })
        .catch(() => undefined)
        .then(() => mode);
    };
    try {
      expect(await modeOf()).toBe('auto');
      expect(await modeOf(fixed('once'))).toBe('force_generic_plan');
      expect(await modeOf()).toBe('force_generic_plan');
      for (const work of ['commits', 'fails'] as const) {
        expect(await modeInside(work)).toBe('auto');
        expect(await modeOf()).toBe('force_generic_plan');
      }
      expect(await connections.rows(`${MODE} as mode`)).toEqual([{ mode: 'auto' }]);
      expect(await modeOf(fixed('each_time'))).toBe('auto');
      expect(await modeOf(fixed('for_values'))).toBe('force_custom_plan');
      expect(await modeInside('commits')).toBe('auto');
      expect(await modeOf(fixed('for_values'))).toBe('force_custom_plan');
      // What says nothing would be planned anew each time.
      expect(await modeOf()).toBe('auto');
    } finally {
      await connections.close();
    }
  });

  test('what is planned for its values is prepared outside of transactions alone', async () => {
    const connections = new Connections({
      connectionString: fixture.database.connectionString,
      poolSize: 1,
      statementTimeoutMilliseconds: 5_000,
      log: () => undefined,
    });
    const prepared = () =>
      connections.rows<{ name: string; custom: number; generic: number }>(
        'select name, custom_plans::int as custom, generic_plans::int as generic from pg_prepared_statements',
      );
    const text = 'select relname from pg_class where relname = $1';
    const statement = { text, name: 'sought', plans: PLANNED_FOR_VALUES };
    try {
      for (let time = 0; time < 8; time++)
        await connections.transaction((transaction) =>
          connections.read(statement, ['pg_class'], transaction),
        );
      expect(await prepared()).toEqual([]);
      for (let time = 0; time < 8; time++)
        expect(await connections.read(statement, ['pg_class'])).toEqual([['pg_class']]);
      expect(await prepared()).toEqual([{ name: 'sought', custom: 8, generic: 0 }]);
    } finally {
      await connections.close();
    }
  });

  test('answers are the same by either plan', async () => {
    const records = Array.from({ length: 30 }, (_, index) => ({
      name: `Deal ${index}`,
      stage: index % 3 ? 'won' : 'lost',
      amount: index,
    }));
    await insertRecords(fixture, 'deal', records);
    const ask = (stage: string) =>
      fixture.storage.records.query(
        fixture.snapshot,
        queryOf(fixture.snapshot, 'deal', {
          filter: { '==': [{ var: 'stage' }, stage] },
          fields: ['name'],
          sort: ['amount'],
          limit: 15,
          count: 'capped',
        }),
      );
    for (let round = 0; round < 40; round++) {
      const [won, lost] = await Promise.all([ask('won'), ask('lost')]);
      expect(won.rows).toHaveLength(15);
      expect(won.count).toEqual({ value: 20, kind: 'exact' });
      expect(lost.rows.map((row) => row.name)).toEqual(
        [0, 3, 6, 9, 12, 15, 18, 21, 24, 27].map((n) => `Deal ${n}`),
      );
      expect(lost.count).toEqual({ value: 10, kind: 'exact' });
    }
  });
});
