import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PresentedRecord } from '../src/index.ts';
import { errorOf, type OpenEngine, openEngine, SAMPLE } from './open-engine.ts';

let open: OpenEngine;
let acme: PresentedRecord;
let things: readonly PresentedRecord[];

beforeAll(async () => {
  open = await openEngine(SAMPLE);
  acme = await open.engine.records.create(open.admin, 'company', { name: 'Acme', code: 'A' });
  const records = Array.from({ length: 12 }, (_, index) => ({
    name: `Thing ${String(index).padStart(2, '0')}`,
    count: index % 4,
    price: index === 5 ? null : index * 10,
    stage: ['new', 'won', null][index % 3],
    day: `2026-0${1 + (index % 3)}-15`,
    company: index % 2 === 0 ? acme.id : null,
    done: index > 8,
  }));
  await open.engine.records.batch(open.admin, 'thing', {
    operation: 'create',
    records,
    allOrNothing: true,
    dryRun: false,
  });
  things = (await open.engine.records.list(open.admin, 'thing', { sort: ['name'] })).records;
});
afterAll(() => open?.close());

const list = (request: object, name = 'thing') => open.engine.records.list(open.admin, name, request);
const names = async (request: object) =>
  (await list(request)).records.map((each) => String(each.name).slice(-2));

describe('lists', () => {
  it('[R4] gives the newest first, 50 at most unless asked', async () => {
    expect(await names({ limit: 3 })).toEqual(['11', '10', '09']);
    expect((await list({})).records).toHaveLength(12);
  });

  it('[R5] pages forwards and backwards without gaps, over ties and blanks', async () => {
    for (const sort of [
      ['count'],
      ['-count', 'name'],
      ['price'],
      ['-price'],
      ['stage', '-price'],
      ['company.name', 'name'],
      ['-done'],
      ['-day'],
    ]) {
      const seen: string[] = [];
      const pages: string[][] = [];
      let after: string | undefined;
      let previous: string | null = null;
      do {
        const page = await list({ sort, limit: 5, ...(after === undefined ? {} : { after }) });
        pages.push(page.records.map((each) => String(each.id)));
        seen.push(...pages.at(-1)!);
        after = page.next ?? undefined;
        previous = page.previous;
      } while (after);
      expect(new Set(seen).size, sort.join()).toBe(12);
      expect(seen).toHaveLength(12);
      const back = await list({ sort, limit: 5, before: previous! });
      expect(
        back.records.map((each) => each.id),
        sort.join(),
      ).toEqual(pages.at(-2));
    }
    const first = await list({ limit: 12 });
    expect([first.next, first.previous]).toEqual([null, null]);
  });

  it('filters, searches and counts', async () => {
    expect(
      await names({
        filter: { and: [{ '==': [{ var: 'company.name' }, 'Acme'] }, { '>=': [{ var: 'price' }, 80] }] },
        sort: ['name'],
      }),
    ).toEqual(['08', '10']);
    expect(await names({ filter: { is_blank: [{ var: 'price' }] } })).toEqual(['05']);
    expect(await names({ search: 'thing 1' })).toEqual(['11', '10']);
    expect(
      (await list({ filter: { '==': [{ var: 'done' }, true] }, count: 'exact', limit: 1 })).count,
    ).toEqual({ value: 3, kind: 'exact' });
    expect((await list({ count: 'capped', limit: 1 })).count).toEqual({ value: 12, kind: 'exact' });
    expect((await list({ count: 'estimate', limit: 1 })).count?.kind).toMatch(/estimate|exact/);
  });

  it('[R3] expands what a path asks for', async () => {
    const { records } = await list({
      fields: ['company', 'owner.name', 'created_by.name', 'company.parent_company.name'],
      sort: ['name'],
      limit: 2,
    });
    const person = { id: open.admin.userId, name: 'Ada' };
    expect(records[0]).toEqual({
      id: things[0]!.id,
      version: 1,
      company: { id: acme.id, parent_company: null },
      owner: person,
      created_by: person,
    });
    expect(records[1]).toMatchObject({ company: null });
    expect(
      (await list({ fields: ['company.name', 'company'], limit: 2, sort: ['name'] })).records[0]?.company,
    ).toEqual({ id: acme.id, name: 'Acme' });
    expect((await list({ fields: ['company', 'owner_id'], limit: 1, sort: ['name'] })).records[0]).toEqual({
      id: things[0]!.id,
      version: 1,
      company: acme.id,
      owner_id: open.admin.userId,
    });
  });

  it('[R6] shows blank as null and an absent checkbox as false', async () => {
    const record = await open.engine.records.get(open.admin, 'thing', String(things[0]!.id));
    expect(record).toMatchObject({ email: null, stages: null, about: null, reviewer: null, done: false });
    expect(Object.keys(record)).not.toContain('deleted_at');
  });
});

describe('aggregates', () => {
  it('groups and measures', async () => {
    const { rows } = await open.engine.records.aggregate(open.admin, 'thing', {
      group_by: ['stage'],
      measures: [{ function: 'count' }, { function: 'sum', field: 'price' }],
      sort: ['-sum_price'],
    });
    expect(rows).toEqual(
      [
        { stage: null, count: 4, sum_price: 210 },
        { stage: 'won', count: 4, sum_price: 220 },
        { stage: 'new', count: 4, sum_price: 180 },
      ].sort((left, right) => right.sum_price - left.sum_price),
    );
    const { rows: months } = await open.engine.records.aggregate(open.admin, 'thing', {
      group_by: [{ field: 'day', period: 'month' }],
      sort: ['day'],
    });
    expect(months.map((row) => row.count)).toEqual([4, 4, 4]);
    expect(await open.engine.records.aggregate(open.admin, 'thing', {})).toEqual({
      rows: [{ count: 12 }],
      hasMore: false,
    });
    const { rows: byCompany } = await open.engine.records.aggregate(open.admin, 'thing', {
      group_by: ['company.name'],
      sort: ['-count'],
    });
    expect(byCompany).toHaveLength(2);
  });
});

describe('search, export, history', () => {
  it('finds in all objects, best matches first', async () => {
    await open.engine.records.create(open.admin, 'person', { name: 'Zed Acme' });
    await open.engine.records.create(open.admin, 'person', { name: 'Acme' });
    await open.engine.records.create(open.admin, 'company', { name: 'Acme Works' });
    const search = async (text: string, limit?: number) =>
      (await open.engine.records.search(open.admin, { text, limit })).hits;
    // Of what is found alike, the one changed last comes first.
    expect((await search('acme')).map((hit) => `${hit.object} ${hit.name}`)).toEqual([
      'person Acme',
      'company Acme',
      'company Acme Works',
      'person Zed Acme',
    ]);
    expect(await search('acme', 2)).toHaveLength(2);
    expect(await search('%_')).toEqual([]);
    expect((await errorOf(search('x', 0))).code).toBe('invalid_query');
  });

  it('exports pages of text cells', async () => {
    const rows = await open.engine.records.exportRows(open.admin, 'thing', {
      fields: ['name', 'price', 'done', 'company.name', 'company', 'owner.name'],
      sort: ['name'],
      filter: { '<': [{ var: 'price' }, 15] },
    });
    const cells: string[][] = [];
    for await (const page of rows.pages) for (const record of page) cells.push([...rows.toCells(record)]);
    expect(rows.fields).toEqual(['name', 'price', 'done', 'company.name', 'company', 'owner.name']);
    expect(cells).toEqual([
      ['Thing 00', '0', 'false', 'Acme', acme.id, 'Ada'],
      ['Thing 01', '10', 'false', '', '', 'Ada'],
    ]);
    const all = await open.engine.records.exportRows(open.admin, 'thing', {});
    expect(all.fields).toContain('stages');
    for await (const page of all.pages)
      for (const record of page) expect(all.toCells(record)).toHaveLength(all.fields.length);
  });

  it("[R8] tells history in today's names, and pages it", async () => {
    const made = await open.engine.records.create(open.admin, 'person', { name: 'H' });
    for (let index = 0; index < 3; index++)
      await open.engine.records.update(open.admin, 'person', String(made.id), { name: `H${index}` });
    const first = await open.engine.records.history(open.admin, 'person', String(made.id), { limit: 2 });
    expect(first.entries.map((entry) => [entry.version, entry.changes])).toEqual([
      [4, [{ field: 'name', before: 'H1', after: 'H2' }]],
      [3, [{ field: 'name', before: 'H0', after: 'H1' }]],
    ]);
    expect(first.entries[0]).toMatchObject({
      actor: { id: open.admin.userId, name: 'Ada' },
      source: 'api',
      action: 'update',
    });
    const second = await open.engine.records.history(open.admin, 'person', String(made.id), {
      limit: 2,
      before: first.next!,
    });
    expect([second.entries.map((entry) => entry.version), second.next]).toEqual([[2, 1], null]);
    await open.engine.metadata.publish(open.admin, {
      renames: [{ kind: 'field', from: 'person.name', to: 'person.full_name' }],
    });
    const renamed = await open.engine.records.history(open.admin, 'person', String(made.id), { limit: 1 });
    expect(renamed.entries[0]!.changes[0]!.field).toBe('full_name');
  });
});
