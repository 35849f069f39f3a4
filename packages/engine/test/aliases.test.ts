/** Old names after a rename: understood everywhere, counted, until they are taken or removed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UserContext } from '../src/index.ts';
import { faultsOf, type OpenEngine, object, openEngine } from './open-engine.ts';

let open: OpenEngine;
let id: string;
const told: string[] = [];
let admin: UserContext;
beforeAll(async () => {
  open = await openEngine([
    ...object('firm', { city: { type: 'text' } }),
    ...object('job', { pay: { type: 'integer' }, firm: { type: 'lookup', to: 'firm' } }),
  ]);
  admin = { ...open.admin, onAlias: ({ name, current }) => void told.push(`${name}=${current}`) };
  const firm = await records().create(admin, 'firm', { name: 'Acme', city: 'Ulm' });
  id = String((await records().create(admin, 'job', { name: 'One', pay: 5, firm: firm.id })).id);
  await publish({
    renames: [
      { kind: 'object', from: 'job', to: 'post' },
      { kind: 'field', from: 'post.pay', to: 'post.salary' },
      { kind: 'field', from: 'firm.city', to: 'firm.town' },
    ],
  });
});
afterAll(() => open?.close());

const records = () => open.engine.records;
const publish = (request: object) => open.engine.metadata.publish(open.admin, request);
const aliases = async () =>
  (await open.engine.metadata.aliases(open.admin)).map(({ name, current, uses }) => [name, current, uses]);

describe('[P6a] an old name', () => {
  it('is understood in address, filter, sort, fields and through lookups', async () => {
    told.length = 0;
    const { records: found } = await records().list(admin, 'job', {
      filter: { and: [{ '>': [{ var: 'pay' }, 1] }, { '==': [{ var: 'firm.city' }, 'Ulm'] }] },
      sort: ['-pay'],
      fields: ['name', 'pay', 'firm.city'],
    });
    expect(found).toMatchObject([{ name: 'One', pay: 5, salary: 5, firm: { town: 'Ulm', city: 'Ulm' } }]);
    expect(new Set(told)).toEqual(new Set(['job=post', 'pay=salary', 'city=town']));
    expect(await records().get(admin, 'job', id)).toMatchObject({ salary: 5 });
    expect(await records().get(admin, 'job', id)).not.toHaveProperty('pay');
  });

  it('is understood in bodies, batches and aggregates', async () => {
    expect(await records().update(admin, 'job', id, { pay: 6 })).toMatchObject({ salary: 6 });
    await records().batch(admin, 'post', {
      operation: 'update',
      records: [{ id, pay: 7 }],
      allOrNothing: true,
      dryRun: false,
    });
    expect(
      await records().aggregate(admin, 'job', {
        group_by: ['pay'],
        measures: [{ function: 'sum', field: 'pay' }],
        sort: ['-sum_pay'],
      }),
    ).toMatchObject({ rows: [{ salary: 7, pay: 7, sum_salary: 7, sum_pay: 7 }] });
    const table = await records().pivot(admin, 'job', {
      rows: ['pay'],
      measures: [{ function: 'sum', field: 'pay' }],
    });
    expect(table.rows).toEqual([{ key: { pay: 7 }, cells: [], total: { sum_salary: 7 } }]);
    expect(await faultsOf(records().update(admin, 'post', id, { pay: 1, salary: 2 }))).toEqual([
      'unknown_field /pay',
    ]);
  });

  it('is understood in what is asked of related records, their own name included', async () => {
    const found = async (name: string, filter: unknown, caller = admin) =>
      (await records().list(caller, name, { filter: filter as never })).records.map((each) => each.name);
    const at = (name: string) => ({ var: name });
    // The records of today's `post_firm` were `job_firm`: nobody has given them a name of their own.
    expect(await found('firm', { some: [at('job_firm'), { '==': [at('pay'), 7] }] })).toEqual(['Acme']);
    expect(await found('firm', { '>': [{ sum: [at('post_firm'), at('pay')] }, 6] })).toEqual(['Acme']);
    expect(
      await found('firm', {
        '==': [{ max: [at('job_firm'), at('pay'), { '==': [at('firm.city'), 'Ulm'] }] }, 7],
      }),
    ).toEqual(['Acme']);
    expect(await found('job', { none: [at('firm.job_firm'), { '<': [at('pay'), 7] }] })).toEqual(['One']);
    // Values that are compared are no records.
    expect(await found('job', { '==': [{ max: [at('pay'), 3] }, 7] })).toEqual(['One']);
    await expect(found('firm', { some: [at('jobs_firm')] })).rejects.toMatchObject({ code: 'invalid_query' });
  });

  it('is told to nobody who may not read it, and today’s names cost no note', async () => {
    told.length = 0;
    await records().list(admin, 'post', { fields: ['salary'] });
    expect(told).toEqual([]);
    await expect(records().list({ ...admin, permissionSets: [] }, 'job', {})).rejects.toMatchObject({
      code: 'unknown_object',
    });
    expect(told).toEqual([]);
  });

  it('is known to every process and counted', async () => {
    const other = await open.openAnother();
    expect(await other.records.get(admin, 'job', id, ['pay'])).toMatchObject({ pay: 7 });
    const counts = new Map((await aliases()).map(([name, , uses]) => [name, Number(uses)]));
    expect([...counts.keys()].sort()).toEqual(['firm.city', 'job', 'post.pay']);
    expect(counts.get('post.pay')).toBeGreaterThan(4);
  });

  it('ends when it is removed, when something else bears it, and when the rename is taken back', async () => {
    await open.engine.metadata.removeAlias(open.admin, 'field', 'firm.city');
    expect(await faultsOf(records().list(admin, 'firm', { fields: ['city'] }))).toEqual([
      'unknown_field /fields/0',
    ]);
    await expect(open.engine.metadata.removeAlias(open.admin, 'field', 'firm.city')).rejects.toMatchObject({
      code: 'unknown_component',
    });
    await publish({
      components: [{ kind: 'field', name: 'post.pay', body: { label: 'Pay', type: 'text' } }],
    });
    expect(await records().get(admin, 'post', id, ['pay'])).toMatchObject({ id, pay: null });
    await publish({ renames: [{ kind: 'object', from: 'post', to: 'job' }] });
    expect((await aliases()).map(([name, current]) => [name, current])).toEqual([['post', 'job']]);
  });
});
