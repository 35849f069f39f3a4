import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { PresentedRecord } from '../src/index.ts';
import { WRITE_PATHS } from '../src/record-lifecycle.ts';
import { errorOf, type OpenEngine, object, openEngine, SAMPLE } from './open-engine.ts';

let open: OpenEngine;
beforeAll(async () => {
  open = await openEngine([
    ...SAMPLE,
    ...object('ring', {
      next: { type: 'lookup', to: 'ring', on_delete: 'cascade' },
      code: { type: 'text', unique: true },
    }),
  ]);
});
afterAll(() => open?.close());

const make = (name: string, input: object): Promise<PresentedRecord> =>
  open.engine.records.create(open.admin, name, input);
const remove = (name: string, record: PresentedRecord, options = {}) =>
  open.engine.records.delete(open.admin, name, String(record.id), options);
const restore = (name: string, record: PresentedRecord) =>
  open.engine.records.restore(open.admin, name, String(record.id));
const isThere = async (name: string, record: PresentedRecord) => {
  const { records } = await open.engine.records.list(open.admin, name, {
    filter: { '==': [{ var: 'id' }, record.id] },
  });
  return records.length === 1;
};

describe('deleting', () => {
  it('[D1] takes children and cascades along, and [D6] brings them back', async () => {
    const [top, person] = [await make('company', { name: 'Top' }), await make('person', { name: 'P' })];
    const below = await make('company', { name: 'Below', parent_company: top.id, people: [person.id] });
    const deeper = await make('company', { name: 'Deeper', parent_company: below.id });
    await remove('company', top);
    expect(await Promise.all([top, below, deeper].map((each) => isThere('company', each)))).toEqual([
      false,
      false,
      false,
    ]);
    expect(await isThere('person', person)).toBe(true);
    const bin = await open.engine.records.list(open.admin, 'company', { deleted: true, sort: ['name'] });
    expect(bin.records.map((each) => each.name)).toEqual(['Below', 'Deeper', 'Top']);
    expect(bin.records[0]).toMatchObject({ deleted_by: open.admin.userId });
    const back = await restore('company', top);
    expect(back).toMatchObject({ name: 'Top', version: 3 });
    expect(await Promise.all([top, below, deeper].map((each) => isThere('company', each)))).toEqual([
      true,
      true,
      true,
    ]);
    expect((await open.engine.records.get(open.admin, 'company', String(below.id))).people).toEqual([
      person.id,
    ]);
    const { entries } = await open.engine.records.history(open.admin, 'company', String(top.id), {
      limit: 10,
    });
    expect(entries.map((each) => each.action)).toEqual(['restore', 'delete', 'create']);
  });

  it('[D2] is refused by a restricting lookup, which is counted and not shown', async () => {
    const company = await make('company', { name: 'Bound' });
    const [first] = [
      await make('contract', { name: 'Secret', company: company.id }),
      await make('contract', { name: 'C2', company: company.id }),
    ];
    const error = await errorOf(remove('company', company));
    expect(error).toMatchObject({
      code: 'delete_restricted',
      details: { blocking: [{ object: 'contract', count: 2 }] },
    });
    expect(error.message).toContain('2 Contracts');
    expect(JSON.stringify([error.message, error.errors, error.details])).not.toContain('Secret');
    expect(await isThere('company', company)).toBe(true);
    await remove('contract', first!);
    expect(await errorOf(remove('company', company))).toMatchObject({
      details: { blocking: [{ object: 'contract', count: 1 }] },
    });
  });

  it('[D3] clears other lookups through the write path', async () => {
    const company = await make('company', { name: 'Employer' });
    const person = await make('person', { name: 'Staff', employer: company.id });
    const note = await make('note', { name: 'N', about: { object: 'company', id: company.id } });
    await remove('company', company);
    expect(await open.engine.records.get(open.admin, 'person', String(person.id))).toMatchObject({
      employer: null,
      version: 2,
    });
    expect(await open.engine.records.get(open.admin, 'note', String(note.id))).toMatchObject({
      about: null,
      version: 2,
    });
    const { entries } = await open.engine.records.history(open.admin, 'person', String(person.id), {
      limit: 1,
    });
    expect(entries[0]!.changes).toEqual([{ field: 'employer', before: company.id, after: null }]);
    const chain = [{ action: 'delete', object: 'company', id: company.id, name: 'Employer' }];
    expect(entries[0]!.cause).toEqual({ job: null, as_of: null, chain });
  });

  it('[R8a] says what follows from what, and nothing of what somebody did by hand', async () => {
    const top = await make('company', { name: 'Above' });
    const below = await make('company', { name: 'Beneath', parent_company: top.id });
    await remove('company', top);
    await restore('company', top);
    const causes = async (record: PresentedRecord) => {
      const page = { limit: 10 };
      const { entries } = await open.engine.records.history(open.admin, 'company', String(record.id), page);
      return entries.map(({ action, cause }) => [action, cause?.chain.map((link) => link.action) ?? null]);
    };
    expect(await causes(top)).toEqual([
      ['restore', null],
      ['delete', null],
      ['create', null],
    ]);
    expect(await causes(below)).toEqual([
      ['restore', ['restore']],
      ['delete', ['delete']],
      ['create', null],
    ]);
  });

  it('[D3] clears many lookups a thousand records at a time', async () => {
    const company = await make('company', { name: 'Crowded' });
    const records = Array.from({ length: 2100 }, (_, index) => ({ name: `S${index}`, employer: company.id }));
    const batch = { operation: 'create', records, allOrNothing: true, dryRun: false } as const;
    await open.engine.records.batch(open.admin, 'person', batch);
    const save = vi.spyOn(WRITE_PATHS, 'save');
    await remove('company', company);
    expect(save.mock.calls.map(([, , request]) => request.items.length)).toEqual([1000, 1000, 100]);
    save.mockRestore();
    const left = await open.engine.records.list(open.admin, 'person', {
      filter: { '==': [{ var: 'employer' }, company.id] },
    });
    expect(left.records).toEqual([]);
  });

  it('[S10] leaves no record behind that points to one which is deleted at the same time', async () => {
    let stray = 0;
    for (let round = 0; round < 40; round++) {
      const company = await make('company', { name: 'Brief' });
      const existing = await make('person', { name: 'Old', employer: null });
      const outcomes = await Promise.allSettled([
        make('person', { name: 'New', employer: company.id }),
        make('note', { name: 'N', about: { object: 'company', id: company.id } }),
        open.engine.records.update(open.admin, 'person', String(existing.id), { employer: company.id }),
        new Promise((resolve) => setTimeout(resolve, Math.random() * 4)).then(() =>
          remove('company', company),
        ),
      ]);
      if (outcomes[3]!.status === 'rejected') continue;
      for (const [name, field] of [
        ['person', 'employer'],
        ['note', 'about'],
      ] as const) {
        const filter = { '==': [{ var: field }, company.id] };
        stray += (await open.engine.records.list(open.admin, name, { filter })).records.length;
      }
      for (const outcome of outcomes.slice(0, 3)) {
        if (outcome.status === 'rejected')
          expect(outcome.reason).toMatchObject({ errors: [{ code: 'unknown_target' }] });
      }
    }
    expect(stray).toBe(0);
  });

  it('[D4] ends where a cycle began', async () => {
    const first = await make('ring', { name: '1' });
    const second = await make('ring', { name: '2', next: first.id });
    const third = await make('ring', { name: '3', next: second.id });
    await open.engine.records.update(open.admin, 'ring', String(first.id), { next: third.id });
    const self = await make('ring', { name: 'self' });
    await open.engine.records.update(open.admin, 'ring', String(self.id), { next: self.id });
    await remove('ring', second);
    await remove('ring', self);
    expect(await Promise.all([first, second, third, self].map((each) => isThere('ring', each)))).toEqual([
      false,
      false,
      false,
      false,
    ]);
    await restore('ring', third);
    expect(await Promise.all([first, second, third, self].map((each) => isThere('ring', each)))).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  it('[D6] brings a record of a batch back by itself', async () => {
    const made = await Promise.all(['A', 'B'].map((name) => make('company', { name })));
    const { results } = await open.engine.records.batch(open.admin, 'company', {
      operation: 'delete',
      records: [{ id: made[0]!.id }, made[1]!.id, { id: made[0]!.id }],
      allOrNothing: false,
      dryRun: false,
    });
    expect(results.map((each) => each.status)).toEqual(['deleted', 'deleted', 'failed']);
    await restore('company', made[1]!);
    expect([await isThere('company', made[0]!), await isThere('company', made[1]!)]).toEqual([false, true]);
  });

  it('keeps what a batch may not delete', async () => {
    const [free, bound] = [
      await make('company', { name: 'Free' }),
      await make('company', { name: 'Bound 2' }),
    ];
    await make('contract', { name: 'C', company: bound.id });
    const request = {
      operation: 'delete' as const,
      records: [{ id: free.id }, { id: bound.id }],
      dryRun: false,
    };
    const none = await open.engine.records.batch(open.admin, 'company', { ...request, allOrNothing: true });
    expect([none.isWritten, none.results.map((each) => each.status)]).toEqual([
      false,
      ['not_done', 'failed'],
    ]);
    expect(await isThere('company', free)).toBe(true);
    const some = await open.engine.records.batch(open.admin, 'company', { ...request, allOrNothing: false });
    expect(some.results.map((each) => each.status)).toEqual(['deleted', 'failed']);
    expect([await isThere('company', free), await isThere('company', bound)]).toEqual([false, true]);
  });

  it('checks the version', async () => {
    const made = await make('company', { name: 'V' });
    expect((await errorOf(remove('company', made, { version: 7 }))).code).toBe('stale_version');
    await remove('company', made, { version: 1 });
    expect((await errorOf(remove('company', made))).code).toBe('unknown_record');
  });
});

describe('out of the bin', () => {
  it('[D7] needs the parent first, and clears what is gone', async () => {
    const [company, person] = [
      await make('company', { name: 'Parent' }),
      await make('person', { name: 'Child' }),
    ];
    const link = await make('employment', { company: company.id, person: person.id });
    await remove('employment', link);
    await remove('company', company);
    expect(await errorOf(restore('employment', link))).toMatchObject({
      errors: [{ code: 'deleted_parent', pointer: '/company' }],
    });
    await restore('company', company);
    expect(await restore('employment', link)).toMatchObject({ company: company.id });
    const employer = await make('company', { name: 'Gone' });
    const worker = await make('person', { name: 'W', employer: employer.id });
    await remove('person', worker);
    await remove('company', employer);
    expect(await restore('person', worker)).toMatchObject({ employer: null });
  });

  it('[D8] keeps a record whose unique value was taken', async () => {
    const made = await make('ring', { name: 'R', code: 'R1' });
    await remove('ring', made);
    await make('ring', { name: 'Other', code: 'R1' });
    const error = await errorOf(restore('ring', made));
    expect(error).toMatchObject({ code: 'unique_violation', errors: [{ pointer: '/code' }] });
    expect((await errorOf(restore('ring', await make('ring', { name: 'live' })))).code).toBe(
      'unknown_record',
    );
  });

  it('[D9] purges for good', async () => {
    const top = await make('company', { name: 'Purged' });
    const below = await make('company', { name: 'Purged below', parent_company: top.id });
    await remove('company', top);
    await remove('company', top, { purge: true });
    for (const each of [top, below])
      expect((await errorOf(restore('company', each))).code).toBe('unknown_record');
    const live = await make('company', { name: 'Purged alive' });
    await remove('company', live, { purge: true });
    expect(
      (await errorOf(open.engine.records.history(open.admin, 'company', String(live.id), { limit: 1 }))).code,
    ).toBe('unknown_record');
  });
});
