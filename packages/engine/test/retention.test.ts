/** How long history and the recycle bin are kept. */
import { withDatabase } from '@trellis/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PresentedRecord, UserContext } from '../src/index.ts';
import { faultsOf, type OpenEngine, object, openEngine } from './open-engine.ts';

let open: OpenEngine;
let workers: ReturnType<OpenEngine['engine']['startWorkers']>;
beforeAll(async () => {
  open = await openEngine([
    ...object('memo', { body: { type: 'text' } }, { history: { keep_days: 30 } }),
    ...object('bill', { memo: { type: 'lookup', to: 'memo', parent: true } }, { sharing: 'parent' }),
    ...object('slip', {}, { recycle_bin: { keep_days: 7 } }),
    ...object('mute', {}, { history: false }),
  ]);
  workers = open.engine.startWorkers({ concurrency: 1 });
});
afterAll(async () => {
  await workers?.stop();
  await open?.close();
});

const records = () => open.engine.records;
const make = (name: string, input: object) => records().create(open.admin, name, input);
const change = (name: string, { id }: PresentedRecord, input: object) =>
  records().update(open.admin, name, String(id), input);
const remove = (name: string, { id }: PresentedRecord) => records().delete(open.admin, name, String(id));
const bin = async (name: string) =>
  (await records().list(open.admin, name, { deleted: true, sort: ['name'] })).records.map(
    (each) => each.name,
  );
const history = (name: string, { id }: PresentedRecord) =>
  records().history(open.admin, name, String(id), { limit: 50 });
const sql = (text: string, values: unknown[] = []) =>
  withDatabase(open.connectionString, (client) =>
    client.query(text.replaceAll('{ws}', open.workspace.schema), values),
  );
/** Lets the records look as if all had happened so many days ago. */
const age = async (name: string, days: number) => {
  const past = `now() - interval '${days} days'`;
  await sql(`update {ws}._history set at = ${past} where object = $1`, [name]);
  await sql(
    `update {ws}.${name} set created_at = ${past}, updated_at = ${past}, deleted_at = case when deleted_at is null then null else ${past} end`,
  );
};
async function jobs(context: UserContext = open.admin) {
  await expect
    .poll(
      async () =>
        (await open.engine.jobs.list(context, { limit: 50, all: true })).jobs.map((each) => each.state),
      { timeout: 20_000 },
    )
    .not.toEqual(expect.arrayContaining([expect.stringMatching(/queued|running/)]));
  return (await open.engine.jobs.list(context, { limit: 50, all: true })).jobs;
}

describe('history', () => {
  it('[R9] is forgotten after so many days, and says since when it is whole', async () => {
    const old = await make('memo', { name: 'Old', body: 'a' });
    await change('memo', old, { body: 'b' });
    await age('memo', 40);
    const bill = await make('bill', { name: 'B', memo: old.id });
    await change('memo', old, { body: 'c' });
    expect((await history('memo', old)).beginsAt).toBe(null);
    expect(await open.engine.retention.keepHouse(open.workspace)).toBe(1);
    const [job] = await jobs();
    expect(job).toMatchObject({ kind: 'prune_history', state: 'done', counts: { removed: 2 } });
    const left = await history('memo', old);
    expect(left.entries.map((entry) => entry.changes.map((each) => each.after))).toEqual([['c']]);
    expect(Date.parse(left.beginsAt!)).toBeLessThan(Date.now() - 29 * 86_400_000);
    expect((await history('bill', bill)).beginsAt).toBe(null);
    // As of a time after it everything is as it was; before it nobody is told half of what was.
    const at = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
    const asOf = (days: number) =>
      records().get(open.admin, 'memo', String(old.id), undefined, { asOf: at(days) });
    expect((await asOf(20)).body).toBe('b');
    expect(await faultsOf(asOf(35))).toEqual(['history_gone /as_of']);
    // Once a day is enough.
    expect(await open.engine.retention.keepHouse(open.workspace)).toBe(0);
  });

  it('[R9] begins when an object begins to keep it', async () => {
    const record = await make('mute', { name: 'Before' });
    const body = { label: 'Mute', plural_label: 'Mutes', name_field: 'name' };
    await open.engine.metadata.publish(open.admin, { components: [{ kind: 'object', name: 'mute', body }] });
    await change('mute', record, { name: 'After' });
    const told = await history('mute', record);
    expect(told.entries).toHaveLength(1);
    expect(told.beginsAt).not.toBe(null);
    const asOf = String(record.created_at);
    expect(await faultsOf(records().get(open.admin, 'mute', String(record.id), undefined, { asOf }))).toEqual(
      ['history_gone /as_of'],
    );
  });
});

describe('the recycle bin', () => {
  it('[D9] is emptied by a job: those that are named, or what is old enough', async () => {
    const [one, two, three] = [
      await make('memo', { name: '1' }),
      await make('memo', { name: '2' }),
      await make('memo', { name: '3' }),
    ];
    const child = await make('bill', { name: 'child', memo: two!.id });
    for (const each of [one, two, three]) await remove('memo', each!);
    const ids = [String(two!.id)];
    const first = await open.engine.retention.purge(open.admin, 'memo', { ids });
    await jobs();
    expect(await open.engine.jobs.get(open.admin, first)).toMatchObject({
      state: 'done',
      counts: { purged: 2, left: 0 },
    });
    expect([await bin('memo'), await bin('bill')]).toEqual([['1', '3'], []]);
    expect((await sql('select from {ws}._history where record_id = $1', [child.id])).rowCount).toBe(0);
    await open.engine.retention.purge(open.admin, 'memo', { olderThanDays: 1 });
    await jobs();
    expect(await bin('memo')).toEqual(['1', '3']);
    await open.engine.retention.purge(open.admin, 'memo', { olderThanDays: 0 });
    await jobs();
    expect(await bin('memo')).toEqual([]);
  });

  it('[D9] is emptied after the days that the object says', async () => {
    await remove('slip', await make('slip', { name: 'old' }));
    await age('slip', 8);
    await remove('slip', await make('slip', { name: 'new' }));
    expect(await open.engine.retention.keepHouse(open.workspace)).toBe(1);
    await jobs();
    expect(await bin('slip')).toEqual(['new']);
  });

  it('[D9] leaves what the asker may not delete', async () => {
    const body = { label: 'Cleaner', objects: { slip: { read: true, delete: true, view_all: true } } };
    await open.engine.metadata.publish(open.admin, {
      components: [{ kind: 'permission_set', name: 'cleaner', body }],
    });
    const made = { email: 'c@example.com', name: 'C', permissionSets: ['cleaner'] };
    const other = await open.engine.users.create(open.admin, made);
    const cleaner: UserContext = { ...open.admin, userId: other.id, permissionSets: ['cleaner'] };
    await remove('slip', await make('slip', { name: 'theirs', owner_id: other.id }));
    const id = await open.engine.retention.purge(cleaner, 'slip', { olderThanDays: 0 });
    await jobs();
    expect(await open.engine.jobs.get(open.admin, id)).toMatchObject({ counts: { purged: 1, left: 1 } });
    expect(await bin('slip')).toEqual(['new']);
    expect(await faultsOf(open.engine.retention.purge(cleaner, 'slip', {}))).toEqual(['required ']);
    expect(await faultsOf(open.engine.retention.purge(cleaner, 'slip', { ids: ['x'] }))).toEqual([
      'invalid_value /ids/0',
    ]);
  });
});
