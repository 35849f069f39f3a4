/** Records and lists that are read again and again: what was worked out for the first read is not taken for what has changed since. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Context, ListRequest } from '../src/engine.ts';
import { errorOf, type OpenEngine, object, openEngine } from './open-engine.ts';

const v = (name: string) => ({ var: name });
const SCHEMA = [
  ...object('task', {
    due: { type: 'date' },
    call_at: { type: 'datetime' },
    is_late: { type: 'formula', formula: { '<': [v('due'), { today: [] }] } },
    minutes: { type: 'formula', formula: { date_diff: [{ now: [] }, v('call_at'), 'minute'] } },
  }),
];

let open: OpenEngine;
let now = '2026-11-21T22:30:00.000Z';
beforeAll(async () => {
  open = await openEngine(SCHEMA, { clock: () => new Date(now) });
});
afterAll(() => open?.close());

/** Four times, because from the third on nothing is worked out anew. */
async function get(id: unknown, fields: string[], context = open.admin) {
  const reads = [];
  for (let time = 0; time < 4; time++)
    reads.push(await open.engine.records.get(context, 'task', String(id), fields));
  for (const read of reads) expect(read).toEqual(reads[0]);
  return reads[0]!;
}

it('knows which day it is, and what time', async () => {
  const { id } = await open.engine.records.create(open.admin, 'task', {
    name: 'Call',
    due: '2026-11-21',
    call_at: '2026-11-22T12:00:00Z',
  });
  // In Berlin, where formulas have their days, it is an hour later.
  expect(await get(id, ['is_late'])).toMatchObject({ is_late: false });
  const before = await get(id, ['minutes', 'is_late']);
  now = '2026-11-21T23:10:00.000Z';
  expect(await get(id, ['is_late'])).toMatchObject({ is_late: true });
  const after = await get(id, ['minutes', 'is_late']);
  expect(Math.abs(Number(after.minutes) - Number(before.minutes))).toBe(40);
  now = '2026-11-21T22:50:00.000Z';
  expect(await get(id, ['is_late'])).toMatchObject({ is_late: false });
});

it('knows whom it is read by, and as what', async () => {
  const records = await Promise.all(
    ['One', 'Two'].map((name) => open.engine.records.create(open.admin, 'task', { name })),
  );
  for (const { id, name } of [...records, ...records])
    expect(await get(id, ['name'])).toMatchObject({ id, name });
  // The same list of permission sets, and somebody else.
  const other = { ...open.admin, userId: '01900000-0000-7000-8000-000000000001' };
  expect(await get(records[0]!.id, ['name'], other)).toMatchObject({ name: 'One' });
  const refused = await errorOf(open.engine.records.get(open.nobody, 'task', String(records[0]!.id)));
  expect(refused.code).toBe('unknown_object');
  const rights: (readonly string[])[] = [];
  const onRights = (given: readonly string[]) => void rights.push(given);
  for (let time = 0; time < 4; time++) {
    await open.engine.records.get(open.admin, 'task', String(records[0]!.id), ['name'], { onRights });
    await open.engine.records.get(open.admin, 'task', String(records[0]!.id), ['name']);
  }
  expect(rights).toEqual(Array.from({ length: 4 }, () => ['update', 'delete', 'transfer', 'share']));
});

it('knows of what was published, deleted and restored since', async () => {
  const { id } = await open.engine.records.create(open.admin, 'task', { name: 'Write' });
  const whole = () => open.engine.records.get(open.admin, 'task', String(id));
  for (let time = 0; time < 4; time++) expect(await whole()).not.toHaveProperty('priority');
  await open.engine.metadata.publish(open.system, {
    components: [{ kind: 'field', name: 'task.priority', body: { label: 'Priority', type: 'integer' } }],
  });
  await open.engine.records.update(open.admin, 'task', String(id), { priority: 3 });
  for (let time = 0; time < 4; time++) expect(await whole()).toMatchObject({ priority: 3 });
  await open.engine.records.delete(open.admin, 'task', String(id));
  expect((await errorOf(whole())).code).toBe('unknown_record');
  await open.engine.records.restore(open.admin, 'task', String(id));
  expect(await whole()).toMatchObject({ priority: 3 });
});

describe('a list', () => {
  /** The names of it, asked for four times. */
  async function names(request: ListRequest, context: Context = open.admin) {
    const lists = [];
    for (let time = 0; time < 4; time++) {
      const { records } = await open.engine.records.list(context, 'task', request);
      lists.push(records.map((record) => record.name));
    }
    for (const list of lists) expect(list).toEqual(lists[0]);
    return lists[0]!;
  }
  const named = (start: string) => ({ starts_with: [v('name'), start] });

  it('knows which day it is, what time, and who asks', async () => {
    const day = '2026-11-21T12:00:00.000Z';
    now = day;
    await open.engine.records.create(open.admin, 'task', {
      name: 'Clock',
      due: '2026-11-21',
      call_at: '2026-11-21T12:30:00Z',
    });
    const late = { filter: { and: [named('Clock'), { '<': [v('due'), { today: [] }] }] } };
    const called = { filter: { and: [named('Clock'), { '<': [v('call_at'), { now: [] }] }] } };
    const mine = { filter: { and: [named('Clock'), { '==': [v('created_by'), v('$user.id')] }] } };
    expect(await names(late)).toEqual([]);
    expect(await names(called)).toEqual([]);
    now = '2026-11-22T12:00:00.000Z';
    expect(await names(late)).toEqual(['Clock']);
    expect(await names(called)).toEqual(['Clock']);
    now = day;
    expect(await names(late)).toEqual([]);
    // The same list of permission sets, and somebody else.
    const other = { ...open.admin, userId: '01900000-0000-7000-8000-000000000001' };
    expect(await names(mine)).toEqual(['Clock']);
    expect(await names(mine, other)).toEqual([]);
    expect(await names(mine)).toEqual(['Clock']);
  });

  it('goes on from a cursor, counts, and knows of what was written and published since', async () => {
    for (const name of ['Page 1', 'Page 2', 'Page 3'])
      await open.engine.records.create(open.admin, 'task', { name });
    const page = { filter: named('Page'), sort: ['name'], limit: 2 };
    expect(await names(page)).toEqual(['Page 1', 'Page 2']);
    const { next } = await open.engine.records.list(open.admin, 'task', page);
    expect(await names({ ...page, after: next! })).toEqual(['Page 3']);
    expect(await names({ ...page, limit: 3 })).toEqual(['Page 1', 'Page 2', 'Page 3']);
    const counted = async () =>
      (await open.engine.records.list(open.admin, 'task', { ...page, count: 'exact' })).count?.value;
    expect(await counted()).toBe(3);
    await open.engine.records.create(open.admin, 'task', { name: 'Page 4' });
    expect(await counted()).toBe(4);
    expect((await open.engine.records.list(open.admin, 'task', page)).count).toBeUndefined();
    const both = errorOf(
      open.engine.records.list(open.admin, 'task', { ...page, after: next!, before: next! }),
    );
    expect((await both).code).toBe('invalid_query');
    const whole = () => open.engine.records.list(open.admin, 'task', page);
    expect((await whole()).records[0]).not.toHaveProperty('effort');
    await open.engine.metadata.publish(open.system, {
      components: [{ kind: 'field', name: 'task.effort', body: { label: 'Effort', type: 'integer' } }],
    });
    for (let time = 0; time < 4; time++) expect((await whole()).records[0]).toMatchObject({ effort: null });
  });

  it('is not theirs who may read less', async () => {
    expect(await names({ filter: named('Page') })).toHaveLength(4);
    const refused = await errorOf(open.engine.records.list(open.nobody, 'task', { filter: named('Page') }));
    expect(refused.code).toBe('unknown_object');
    const { records, rights } = await open.engine.records.list(open.admin, 'task', {
      filter: named('Page'),
      rights: true,
    });
    expect(Object.keys(rights!)).toHaveLength(records.length);
    expect(await names({ filter: named('Page'), deleted: true })).toEqual([]);
  });
});
