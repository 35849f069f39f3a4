/** Type changes of fields that hold values: nothing is lost, whoever writes and whatever is killed meanwhile. */

import type { JsonValue } from '@trellis/model';
import { withDatabase } from '@trellis/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultsOf, type OpenEngine, object, openEngine } from './open-engine.ts';

let open: OpenEngine;
beforeAll(async () => {
  open = await openEngine();
});
afterAll(() => open?.close());

const publish = (request: object) => open.engine.metadata.publish(open.admin, request);
const plan = (request: object) => open.engine.metadata.plan(open.admin, request);
const rollback = (revision: number) => open.engine.metadata.rollback(open.admin, revision);
const field = (name: string, body: object) => ({
  kind: 'field',
  name,
  body: { label: 'Value', ...body },
});
const list = async (name: string, fields = ['value']) =>
  (await open.engine.records.list(open.admin, name, { fields, sort: ['name'], limit: 200 })).records;
const values = async (name: string) => (await list(name)).map((record) => record.value);
const conversions = () => open.engine.metadata.conversions(open.admin);
const kept = async (id: number, limit = 100, after?: string) =>
  open.engine.metadata.keptValues(open.admin, id, { limit, after });

async function make(name: string, body: object, rows: readonly JsonValue[]): Promise<string[]> {
  await publish({ components: object(name, { value: body }) });
  const records = rows.map((value, index) => ({ name: String(index).padStart(5, '0'), value }));
  const { results } = await open.engine.records.batch(open.admin, name, {
    operation: 'create',
    records,
    allOrNothing: true,
    dryRun: false,
  });
  return results.map((each) => String(each.id));
}

describe('a type change of a small table', () => {
  it('[P8a] is planned with counts and samples, and [P8b] done when it is published', async () => {
    const ids = await make('small', { type: 'text' }, ['12', '0013', 'twelve', null, '7.5']);
    const request = { components: [field('small.value', { type: 'integer' })] };
    const planned = await plan(request);
    expect(planned.problems).toEqual([]);
    expect(planned.plan.conversions).toEqual([
      {
        object: 'small',
        field: 'value',
        from: 'text',
        to: 'integer',
        total: 4,
        exact: 1,
        lossy: 1,
        kept: 2,
        isEstimate: false,
        lossySamples: [{ id: ids[1], before: '0013', after: 13 }],
        keptSamples: expect.arrayContaining([
          { id: ids[2], value: 'twelve', reason: 'This is not a number.' },
        ]),
        duplicates: 0,
      },
    ]);
    expect(await values('small')).toEqual(['12', '0013', 'twelve', null, '7.5']);
    await publish(request);
    expect(await values('small')).toEqual([12, 13, null, null, null]);
    expect(
      await open.engine.records.list(open.admin, 'small', { filter: { '>': [{ var: 'value' }, 12] } }),
    ).toMatchObject({ records: [{ id: ids[1] }] });
    const [conversion] = await conversions();
    expect(conversion).toMatchObject({ state: 'done', exact: 1, lossy: 1, kept: 2, open: 2, field: 'value' });
    const { values: left } = await kept(conversion!.id);
    expect(left.map(({ record, text }) => [record, text])).toEqual([
      [ids[2], 'twelve'],
      [ids[4], '7.5'],
    ]);
  });

  it('[P8d] lists what was kept until somebody deals with it', async () => {
    const [conversion] = await conversions();
    const first = await kept(conversion!.id, 1);
    expect(first.values).toHaveLength(1);
    const id = first.values[0]!.record;
    expect(first.next).toBe(id);
    expect((await kept(conversion!.id, 1, id)).values).toHaveLength(1);
    const before = await open.engine.records.get(open.admin, 'small', id);
    await open.engine.records.update(open.admin, 'small', id, { value: 12 });
    expect((await kept(conversion!.id)).values.map((each) => each.record)).not.toContain(id);
    expect((await open.engine.records.get(open.admin, 'small', id)).version).toBe(Number(before.version) + 1);
    await expect(open.engine.metadata.conversions(open.nobody)).rejects.toMatchObject({ code: 'forbidden' });
    await open.engine.metadata.dismissConversion(open.admin, conversion!.id);
    expect(await conversions()).toEqual([]);
    await expect(kept(999)).rejects.toMatchObject({ code: 'unknown_component' });
  });

  it('tells history what became of a value, and changes neither version nor time', async () => {
    const [id] = await make('told', { type: 'text' }, ['5']);
    const before = await open.engine.records.get(open.admin, 'told', id!);
    await publish({ components: [field('told.value', { type: 'decimal' })] });
    const after = await open.engine.records.get(open.admin, 'told', id!);
    expect(after).toEqual({ ...before, value: 5 });
    const { entries } = await open.engine.records.history(open.admin, 'told', id!, { limit: 10 });
    expect(entries[0]).toMatchObject({
      source: 'conversion',
      changes: [{ field: 'value', before: null, after: 5 }],
    });
  });

  it('converts a link to the title of its record, and options to their labels', async () => {
    await publish({
      components: [...object('firm', {}), ...object('link', { value: { type: 'lookup', to: 'firm' } })],
    });
    const firm = await open.engine.records.create(open.admin, 'firm', { name: 'Acme' });
    await open.engine.records.create(open.admin, 'link', { name: 'L', value: firm.id });
    await publish({ components: [field('link.value', { type: 'text' })] });
    expect(await values('link')).toEqual(['Acme']);
  });

  it('[P8e] brings old values back as they were on a rollback, and takes along what was written since', async () => {
    await make('back', { type: 'text' }, ['1', 'one', '0002']);
    const at = (await open.engine.metadata.list(open.admin)).revision;
    await publish({ components: [field('back.value', { type: 'integer' })] });
    await open.engine.records.create(open.admin, 'back', { name: '9', value: 44 });
    await rollback(at);
    expect(await values('back')).toEqual(['1', 'one', '0002', '44']);
  });

  it('keeps the key where the new type reads every old value', async () => {
    await make('wide', { type: 'text' }, ['one']);
    await publish({ components: [field('wide.value', { type: 'long_text' })] });
    expect(await values('wide')).toEqual(['one']);
    const model = await open.engine.model(open.workspace);
    expect(model.objects.get('wide')!.fields.get('value')!.key).toBe('value');
  });

  it('takes a key that no field has had when the same change is made twice', async () => {
    await make('twice', { type: 'text' }, ['1', 'x']);
    const at = (await open.engine.metadata.list(open.admin)).revision;
    await publish({ components: [field('twice.value', { type: 'integer' })] });
    await rollback(at);
    await open.engine.records.create(open.admin, 'twice', { name: '8', value: '8' });
    const [first] = await list('twice', ['id']);
    await open.engine.records.update(open.admin, 'twice', String(first!.id), { value: '100' });
    await publish({ components: [field('twice.value', { type: 'integer' })] });
    expect(await values('twice')).toEqual([100, null, 8]);
  });

  it('says what a type can become when it can not become this one', async () => {
    await make('wrong', { type: 'date' }, ['2026-01-01']);
    expect(await faultsOf(publish({ components: [field('wrong.value', { type: 'geolocation' })] }))).toEqual([
      'type_change /components/0/body/type',
    ]);
  });

  it('refuses a unique field whose values would come out the same', async () => {
    await make('single', { type: 'text' }, ['1', '01', '2']);
    const request = { components: [field('single.value', { type: 'integer', unique: true })] };
    const planned = await plan(request);
    expect(planned.plan.conversions[0]).toMatchObject({ duplicates: 1 });
    expect(await faultsOf(publish(request))).toEqual(['duplicate_values /components/0/body/unique']);
  });
});

describe('[P8f] a field that becomes unique', () => {
  it('is refused while records share a value, and told which', async () => {
    const ids = await make('alike', { type: 'text' }, ['a', 'b', 'a', null, null]);
    const request = { components: [field('alike.value', { type: 'text', unique: true })] };
    const { plan: planned, problems } = await plan(request);
    expect(problems).toMatchObject([{ code: 'duplicate_values', pointer: '/components/0/body/unique' }]);
    expect(planned.duplicates).toEqual([
      { object: 'alike', field: 'value', records: 2, ids: [ids[0], ids[2]] },
    ]);
    await open.engine.records.update(open.admin, 'alike', ids[2]!, { value: 'c' });
    expect((await publish(request)).problems).toEqual([]);
  });
});

describe('[P8d] a purge', () => {
  it('erases what was there before, and nothing else', async () => {
    const ids = await make('erased', { type: 'text' }, ['1', 'secret', '03', null]);
    const at = (await open.engine.metadata.list(open.admin)).revision;
    await publish({ components: [field('erased.value', { type: 'integer' })] });
    const before = await list('erased', ['id', 'value', 'version', 'updated_at']);
    const [conversion] = (await conversions()).filter((each) => each.object === 'erased');
    await expect(open.engine.metadata.purgeConversion(open.nobody, conversion!.id)).rejects.toMatchObject({
      code: 'forbidden',
    });
    await open.engine.metadata.purgeConversion(open.admin, conversion!.id);
    expect(await list('erased', ['id', 'value', 'version', 'updated_at'])).toEqual(before);
    await withDatabase(open.connectionString, async (client) => {
      const stored = await client.query(`select data from ws_main.erased order by id`);
      expect(stored.rows.map(({ data }) => Object.keys(data).sort())).toEqual([
        ['name', 'value_2'],
        ['name'],
        ['name', 'value_2'],
        ['name'],
      ]);
      // Who read the record before and writes it afterwards does not bring the value back.
      await expect(
        client.query(
          `update ws_main.erased set data = data || '{"value": "secret", "~value_2": true}' where id = $1`,
          [ids[1]],
        ),
      ).rejects.toMatchObject({ code: 'TR001' });
    });
    expect((await conversions()).find((each) => each.id === conversion!.id)).toMatchObject({
      kept: 0,
      open: 0,
    });
    expect((await kept(conversion!.id)).values).toEqual([]);
    await open.engine.records.update(open.admin, 'erased', ids[1]!, { value: 7 });
    await rollback(at);
    expect(await values('erased')).toEqual(['1', '7', '3', null]);
    await expect(open.engine.metadata.purgeConversion(open.admin, conversion!.id)).rejects.toMatchObject({
      code: 'unknown_component',
    });
  });
});

describe('zero values lost', () => {
  const bodies: Record<string, object> = {
    text: { type: 'text' },
    long_text: { type: 'long_text' },
    integer: { type: 'integer' },
    decimal: { type: 'decimal' },
    date: { type: 'date' },
    datetime: { type: 'datetime' },
    select: {
      type: 'select',
      options: ['1', 'plain', 'yes'].map((value) => ({ value, label: value.toUpperCase() })),
    },
    tags: { type: 'tags' },
    email: { type: 'email' },
  };
  const samples: Record<string, fc.Arbitrary<JsonValue>> = {
    text: fc.constantFrom(
      '1',
      '0001',
      'plain',
      'YES',
      'a b',
      '2026-01-01',
      'x@example.com',
      '1.55',
      'a;b',
      'ü',
    ),
    long_text: fc.constantFrom('one\ntwo', 'x@example.com', 'a;b', 'plain'),
    integer: fc.integer({ min: -5, max: 9 }),
    decimal: fc.constantFrom(1, 1.5, -2.25, 0, 123456.789),
    date: fc.constantFrom('2026-03-29', '0001-01-01', '2024-02-29'),
    datetime: fc.constantFrom('2026-03-28T23:00:00.000Z', '2026-01-01T12:00:00.000Z'),
    select: fc.constantFrom('1', 'plain', 'yes'),
    tags: fc.constantFrom(['a'], ['a', 'b'], ['plain', '1']),
    email: fc.constantFrom('x@example.com', 'y@example.org'),
  };
  const pairs = [
    'text integer',
    'text select',
    'text tags',
    'text date',
    'text email',
    'long_text text',
    'integer text',
    'decimal integer',
    'date datetime',
    'datetime date',
    'select text',
    'select tags',
    'tags text',
    'email text',
  ];

  it('converted + kept = total, and a rollback gives every value back', async () => {
    let number = 0;
    for (const pair of pairs) {
      const [from = '', to = ''] = pair.split(' ');
      await fc.assert(
        fc.asyncProperty(fc.array(samples[from]!, { minLength: 1, maxLength: 12 }), async (rows) => {
          const name = `pair_${++number}`;
          await make(name, bodies[from]!, rows);
          const before = await list(name, ['id', 'value', 'version', 'updated_at']);
          const at = (await open.engine.metadata.list(open.admin)).revision;
          const { plan: planned } = await publish({ components: [field(`${name}.value`, bodies[to]!)] });
          const after = await values(name);
          const [told] = planned.conversions;
          const found = (await conversions()).find((each) => each.object === name);
          if (found && told) {
            expect(found.exact + found.lossy + found.kept).toBe(rows.length);
            expect(told).toMatchObject({
              total: rows.length,
              exact: found.exact,
              lossy: found.lossy,
              kept: found.kept,
            });
            expect(after.filter((value) => value === null)).toHaveLength(found.kept);
            expect(found.open).toBe(found.kept);
          } else expect(after).toEqual(before.map((record) => record.value));
          await rollback(at);
          expect(await list(name, ['id', 'value', 'version', 'updated_at'])).toEqual(before);
        }),
        { numRuns: 2 },
      );
    }
  }, 120_000);
});

describe('a type change of a large table', () => {
  const COUNT = 6_000;

  it('[P8c] runs beside writers of every process, goes on after a kill, and loses no write', async () => {
    const ids = await make(
      'large',
      { type: 'text' },
      Array.from({ length: COUNT }, (_, index) => (index % 10 === 9 ? `no ${index}` : String(index))),
    );
    // Another process that has loaded the old model and may not have heard of the change yet.
    const other = await open.openAnother();
    const admin = { ...open.admin };
    await other.records.get(admin, 'large', ids[0]!);
    await withDatabase(open.connectionString, async (client) => {
      const wanted = new Map<string, JsonValue>();
      // The run comes as far as this record and no further, so that what follows happens in the midst of it.
      await client.query('begin');
      await client.query(`select from ws_main.large where id = $1 for update`, [ids[2_500]]);
      const { plan: planned } = await publish({ components: [field('large.value', { type: 'integer' })] });
      expect(planned.conversions[0]).toMatchObject({ total: COUNT, kept: COUNT / 10 });
      const clear = ids.at(-2)!;
      await open.engine.records.update(open.admin, 'large', clear, { value: null });
      wanted.set(clear, null);
      const untouched = ids.at(-3)!;
      await other.records.update(admin, 'large', untouched, { name: 'renamed' });
      expect(await other.records.get(admin, 'large', untouched)).toMatchObject({ value: COUNT - 3 });
      expect(await faultsOf(publish({ components: [field('large.value', { type: 'text' })] }))).toEqual([
        'type_change_running /components/0/body/type',
      ]);
      let isDone = false;
      const writers = [open.engine, other].map(async (engine, writer) => {
        for (let turn = 0; !isDone && turn < 200; turn++) {
          const index = (turn * 37 + writer * 3 + 11) % (COUNT - 10);
          const id = ids[index]!;
          // Those of the batch that is held are locked.
          if (wanted.has(id) || (index >= 2_000 && index < 3_000)) continue;
          const value = turn % 3 === 0 ? null : turn;
          wanted.set(id, value);
          await engine.records.update(admin, 'large', id, { value });
        }
      });
      let killed = 0;
      for (let turn = 0; turn < 200 && killed < 2; turn++) {
        await client.query('select pg_stat_clear_snapshot()');
        const { rowCount } = await client.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock' and query like '%for no key update%'`,
        );
        killed += rowCount ?? 0;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      expect(killed).toBeGreaterThan(0);
      await client.query('rollback');
      await open.engine.metadata.drainConversions(open.admin);
      isDone = true;
      await Promise.all(writers);
      const [conversion] = (await conversions()).filter((each) => each.object === 'large');
      expect(conversion).toMatchObject({ state: 'done' });
      expect(conversion!.exact + conversion!.lossy + conversion!.kept).toBe(COUNT);
      expect(conversion!.kept).toBe(COUNT / 10);
      const stored = new Map<string, JsonValue>();
      for (let after: string | undefined; ; ) {
        const page = await open.engine.records.list(open.admin, 'large', {
          fields: ['id', 'value'],
          limit: 200,
          ...(after ? { after } : {}),
        });
        for (const record of page.records) stored.set(String(record.id), record.value ?? null);
        if (page.next === null) break;
        after = page.next;
      }
      const expected = new Map(
        ids.map((id, index): [string, JsonValue] => [id, index % 10 === 9 ? null : index]),
      );
      for (const [id, value] of wanted) expected.set(id, value);
      expect(stored.size).toBe(COUNT);
      expect([...stored].filter(([id, value]) => expected.get(id) !== value)).toEqual([]);
      const { rows } = await client.query(
        `select count(*)::int as count from ws_main.large where data ->> 'value' is not null`,
      );
      expect(rows).toEqual([{ count: COUNT }]);
    });
  }, 120_000);
});
