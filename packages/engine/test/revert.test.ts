/** Taking back: a record as it was at an instant, and what a deletion cleared. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PresentedRecord } from '../src/index.ts';
import { errorOf, faultsOf, type OpenEngine, openEngine, SAMPLE } from './open-engine.ts';

let open: OpenEngine;
beforeAll(async () => {
  open = await openEngine(SAMPLE);
});
afterAll(() => open?.close());

const records = () => open.engine.records;
const make = (name: string, input: object) => records().create(open.admin, name, input);
const change = (name: string, { id }: PresentedRecord, input: object) =>
  records().update(open.admin, name, String(id), input);
const read = (name: string, { id }: PresentedRecord) => records().get(open.admin, name, String(id));
const history = async (name: string, { id }: PresentedRecord) =>
  (await records().history(open.admin, name, String(id), { limit: 20 })).entries;
async function moment(): Promise<string> {
  await sleep(3);
  const at = new Date().toISOString();
  await sleep(3);
  return at;
}

describe('putting a record back', () => {
  it('[H1] is a save of what differs, and says to when', async () => {
    const [one, two] = [await make('person', { name: 'A' }), await make('person', { name: 'B' })];
    const made = await make('company', { name: 'Old', code: 'c1', people: [one.id] });
    const at = await moment();
    await change('company', made, { name: 'New', code: null, people: [two.id] });
    const tried = await records().revert(open.admin, 'company', String(made.id), { asOf: at, dryRun: true });
    expect(tried.changes).toEqual([
      { field: 'name', before: 'New', after: 'Old', errors: [] },
      { field: 'code', before: null, after: 'c1', errors: [] },
      { field: 'people', before: [two.id], after: [one.id], errors: [] },
    ]);
    expect(await read('company', made)).toMatchObject({ name: 'New', version: 2 });
    const { record } = await records().revert(open.admin, 'company', String(made.id), { asOf: at });
    expect(record).toMatchObject({ name: 'Old', code: 'c1', people: [one.id], version: 3 });
    const [last] = await history('company', made);
    expect(last).toMatchObject({ action: 'update', cause: { job: null, as_of: at, chain: [] } });
  });

  it('[H1] takes some fields alone, by the version that was seen', async () => {
    const made = await make('thing', { name: 'T', count: 1, extra: { a: null } });
    const at = await moment();
    await change('thing', made, { name: 'U', count: 2, extra: null });
    const ask = (options: object) =>
      records().revert(open.admin, 'thing', String(made.id), { asOf: at, ...options });
    expect((await errorOf(ask({ version: 1 }))).code).toBe('stale_version');
    expect((await ask({ fields: ['extra'] })).record).toMatchObject({
      name: 'U',
      count: 2,
      extra: { a: null },
    });
    expect(await faultsOf(ask({ fields: ['number', 'nothing'] }))).toEqual([
      'read_only /fields/0',
      'unknown_field /fields/1',
    ]);
  });

  it('[H2] tells in a trial what stands against which field', async () => {
    const made = await make('person', { name: 'P', email: 'first@example.com' });
    const at = await moment();
    await change('person', made, { name: 'Q', email: null });
    await make('person', { name: 'Thief', email: 'first@example.com' });
    const ask = (options: object) =>
      records().revert(open.admin, 'person', String(made.id), { asOf: at, ...options });
    const { changes } = await ask({ dryRun: true });
    expect(changes.map(({ field, errors }) => [field, errors.map((each) => each.code)])).toEqual([
      ['name', []],
      ['email', ['unique_violation']],
    ]);
    expect((await errorOf(ask({}))).code).toMatch(/invalid_input|unique_violation/);
    expect((await ask({ fields: ['name'] })).record).toMatchObject({ name: 'P', email: null });
  });
});

describe('what a deletion cleared', () => {
  it('[D10] points back with the restore, where nobody has touched it since', async () => {
    const company = await make('company', { name: 'Employer' });
    const about = { object: 'company', id: company.id };
    const [left, moved, edited, note] = [
      await make('person', { name: 'Left', employer: company.id }),
      await make('person', { name: 'Moved', employer: company.id }),
      await make('person', { name: 'Edited', employer: company.id }),
      await make('note', { name: 'N', about }),
    ];
    const other = await make('company', { name: 'Other' });
    await records().delete(open.admin, 'company', String(company.id));
    await change('person', moved!, { employer: other.id });
    await change('person', moved!, { employer: null });
    await change('person', edited!, { name: 'Edited since' });
    await records().restore(open.admin, 'company', String(company.id));
    expect((await read('person', left!)).employer).toBe(company.id);
    expect((await read('person', edited!)).employer).toBe(company.id);
    expect((await read('person', moved!)).employer).toBe(null);
    expect((await read('note', note!)).about).toEqual(about);
    expect((await history('person', left!))[0]!.cause).toMatchObject({
      chain: [{ action: 'restore', id: company.id }],
    });
    // Once is enough: another deletion and restore knows of nothing older.
    await change('person', left!, { employer: null });
    await records().delete(open.admin, 'company', String(company.id));
    await records().restore(open.admin, 'company', String(company.id));
    expect((await read('person', left!)).employer).toBe(null);
  });
});
