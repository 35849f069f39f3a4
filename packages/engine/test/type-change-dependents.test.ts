/** What hangs on a field that changes its type: formulas and roll-ups are right during the run and after it. */
import { withDatabase } from '@trellis/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenEngine, object, openEngine } from './open-engine.ts';

const v = (name: string) => ({ var: name });
const rollup = (of: string, via: string, name: string, field?: string, filter?: unknown) => ({
  type: 'rollup',
  rollup: { object: of, via, function: name, ...(field ? { field } : {}), ...(filter ? { filter } : {}) },
});
const VALUE = { label: 'Value', type: 'decimal', scale: 2 };

let open: OpenEngine;
beforeAll(async () => {
  open = await openEngine();
});
afterAll(() => open?.close());

/** A region of firms of jobs; the jobs have the value, a stored formula over it, and one that is read. */
async function make(prefix: string, values: readonly number[]): Promise<readonly string[]> {
  const [region, firm, job] = ['region', 'firm', 'job'].map((name) => `${prefix}_${name}`) as [
    string,
    string,
    string,
  ];
  const isLarge = { '>=': [v('value'), 3] };
  await open.engine.metadata.publish(open.admin, {
    components: [
      ...object(region, { total: rollup(firm, 'region', 'sum', 'total') }),
      ...object(firm, {
        region: { type: 'lookup', to: region },
        total: rollup(job, 'firm', 'sum', 'value'),
        highest: rollup(job, 'firm', 'max', 'value'),
        large: rollup(job, 'firm', 'count', undefined, isLarge),
        triple: { type: 'formula', formula: { '*': [v('total'), 3] } },
      }),
      ...object(job, {
        firm: { type: 'lookup', to: firm },
        value: VALUE,
        double: { type: 'formula', formula: { '*': [v('value'), 2] }, indexed: true },
        next: { type: 'formula', formula: { '+': [v('double'), 1] } },
      }),
    ],
  });
  const create = async (name: string, records: readonly object[]) => {
    const { results } = await open.engine.records.batch(open.admin, name, {
      operation: 'create',
      records,
      allOrNothing: true,
      dryRun: false,
    });
    return results.map((each) => String(each.id));
  };
  const [north] = await create(region, [{ name: 'North' }]);
  const firms = await create(
    firm,
    ['A', 'B'].map((name) => ({ name, region: north })),
  );
  // The first firm has few jobs and is worked out at the commit, the second is left to the worker.
  return create(
    job,
    values.map((value, index) => ({ name: String(index), value, firm: firms[index < 3 ? 0 : 1] })),
  );
}

/** All that depends on the values, as the engine answers it and as it stands in the database. */
async function expectRight(prefix: string, values: readonly (number | null)[]): Promise<void> {
  await open.storage.drainPromotions(open.workspace);
  await open.storage.drainRollups(open.workspace);
  const list = async (name: string, request: object) =>
    (await open.engine.records.list(open.admin, `${prefix}_${name}`, { limit: 200, ...request })).records;
  const sum = (some: readonly (number | null)[]) => some.reduce<number>((all, each) => all + (each ?? 0), 0);
  const expected = [values.slice(0, 3), values.slice(3)].map((some) => ({
    total: sum(some),
    highest: some.reduce(
      (most, each) => (each !== null && (most === null || each > most) ? each : most),
      null,
    ),
    large: some.filter((each) => each !== null && each >= 3).length,
    triple: sum(some) * 3,
  }));
  expect(
    await list('firm', { fields: ['total', 'highest', 'large', 'triple'], sort: ['name'] }),
  ).toMatchObject(expected);
  expect(await list('region', { fields: ['total'] })).toMatchObject([{ total: sum(values) }]);
  for (const [index, value] of values.slice(0, 5).entries()) {
    const [job] = await list('job', { filter: { '==': [v('name'), String(index)] } });
    expect(job).toMatchObject({
      value,
      double: value === null ? null : value * 2,
      next: value === null ? null : value * 2 + 1,
    });
  }
  // By the index of the stored formula.
  const { rows: found } = await open.engine.records.aggregate(open.admin, `${prefix}_job`, {
    filter: { '>': [v('double'), 6] },
    measures: [{ function: 'count' }],
  });
  expect(found).toMatchObject([{ count: values.filter((value) => value !== null && value > 3).length }]);
  // What is kept, not what a read works out.
  await withDatabase(open.connectionString, async (client) => {
    const { rows } = await client.query(
      `select (derived ->> 'total')::float8 as total from ws_main.${prefix}_firm order by id`,
    );
    expect(rows).toEqual(expected.map(({ total }) => ({ total })));
  });
}

const retype = (prefix: string, body: object) =>
  open.engine.metadata.publish(open.admin, {
    components: [{ kind: 'field', name: `${prefix}_job.value`, body: { label: 'Value', ...body } }],
  });
const half = (value: number) => Math.sign(value) * Math.round(Math.abs(value));

it('[P8b] formulas and roll-ups follow a conversion in the publish, and [P8e] its rollback', async () => {
  const values = [1.5, 2.25, 3.75, 4, 100.25];
  await make('small', values);
  await expectRight('small', values);
  const at = (await open.engine.metadata.list(open.admin)).revision;
  await retype('small', { type: 'integer' });
  await expectRight('small', values.map(half));
  await open.engine.metadata.rollback(open.admin, at);
  await expectRight('small', values);
});

it('[P8b] the same under a conversion in the background, while somebody writes', async () => {
  const values = Array.from({ length: 5_200 }, (_, index) => (index % 40) / 4);
  const ids = await make('large', values);
  await expectRight('large', values);
  await withDatabase(open.connectionString, async (client) => {
    // The run stops at this record until it is let go.
    await client.query('begin');
    await client.query(`select from ws_main.large_job where id = $1 for update`, [ids[2_100]]);
    await retype('large', { type: 'integer' });
    await open.storage.drainRollups(open.workspace);
    await open.engine.records.update(open.admin, 'large_job', ids[1]!, { value: 50 });
    await open.engine.records.update(open.admin, 'large_job', ids[4_000]!, { value: null });
    await open.engine.records.update(open.admin, 'large_job', ids[4_001]!, { name: 'renamed' });
    await client.query('rollback');
  });
  await open.engine.metadata.drainConversions(open.admin);
  const expected: (number | null)[] = values.map(half);
  expected[1] = 50;
  expected[4_000] = null;
  await expectRight('large', expected);
}, 60_000);
