/** Records as of a time: what was seen then is what is told now, whatever happened since. */
import { setTimeout as sleep } from 'node:timers/promises';
import { withDatabase } from '@trellis/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ListRequest, PresentedRecord } from '../src/index.ts';
import { errorOf, faultsOf, type OpenEngine, object, openEngine } from './open-engine.ts';

const v = (path: string) => ({ var: path });
const COMPONENTS = [
  ...object('firm', {
    town: { type: 'text', indexed: true },
    score: { type: 'integer' },
    grade: { type: 'formula', formula: { if: [{ '>': [v('score'), 50] }, 'good', 'poor'] } },
    marks: { type: 'tags' },
    extra: { type: 'json' },
    seats: { type: 'rollup', rollup: { object: 'seat', via: 'firm', function: 'sum', field: 'price' } },
    people: { type: 'multi_lookup', to: 'human', through: 'membership' },
    above: { type: 'lookup', to: 'firm', on_delete: 'clear' },
    open: { type: 'boolean' },
  }),
  ...object('human', {}),
  ...object(
    'membership',
    {
      name: { type: 'auto_number', format: 'M-{0000}' },
      firm: { type: 'lookup', to: 'firm', parent: true },
      human: { type: 'lookup', to: 'human', required: true, on_delete: 'cascade' },
    },
    { sharing: 'parent' },
  ),
  ...object('seat', {
    firm: { type: 'lookup', to: 'firm', on_delete: 'clear' },
    price: { type: 'decimal' },
    about: { type: 'lookup', to: ['firm', 'human'] },
  }),
];

let open: OpenEngine;
beforeAll(async () => {
  open = await openEngine(COMPONENTS);
});
afterAll(() => open?.close());

const make = (name: string, input: object) => open.engine.records.create(open.admin, name, input);
const change = (name: string, record: PresentedRecord | string, input: object) =>
  open.engine.records.update(
    open.admin,
    name,
    typeof record === 'string' ? record : String(record.id),
    input,
  );
const list = (name: string, request: ListRequest = {}) =>
  open.engine.records.list(open.admin, name, { limit: 200, ...request });
const get = (name: string, record: PresentedRecord, asOf?: string, fields?: readonly string[]) =>
  open.engine.records.get(open.admin, name, String(record.id), fields, { asOf });
const publish = (request: object) => open.engine.metadata.publish(open.admin, request);
const only = (...records: readonly PresentedRecord[]) => ({ in: [v('id'), records.map((each) => each.id)] });

/** An instant between what was and what comes: an instant has milliseconds. */
async function moment(): Promise<string> {
  await sleep(3);
  const at = new Date().toISOString();
  await sleep(3);
  return at;
}

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  firm: [
    'name',
    'town',
    'score',
    'grade',
    'marks',
    'extra',
    'seats',
    'people',
    'above.name',
    'open',
    'owner.name',
    'owner_id',
    'updated_at',
    'updated_by',
    'version',
  ],
  seat: ['name', 'price', 'firm.name', 'firm.seats', 'about.name', 'version'],
};

describe('as of a time', () => {
  it('[T1] equals what was seen then, whatever happened since', async () => {
    const humans = [await make('human', { name: 'A' }), await make('human', { name: 'B' })];
    const anybody = humans.map((each) => String(each.id));
    const step = fc.record({
      kind: fc.constantFrom(
        'create',
        'update',
        'update',
        'update',
        'seat',
        'move',
        'delete',
        'restore',
        'human',
      ),
      which: fc.nat(20),
      town: fc.option(fc.constantFrom('Köln', 'Rom', 'Oslo'), { nil: null }),
      score: fc.option(fc.integer({ min: 0, max: 100 }), { nil: null }),
      marks: fc.subarray(['a', 'b', 'c']),
      extra: fc.option(fc.constantFrom({ a: null }, { a: [1, null] }, 3), { nil: null }),
      people: fc.subarray(anybody),
      open: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 14 }), async (steps) => {
        const firms: PresentedRecord[] = [];
        const seats: PresentedRecord[] = [];
        const seen: { at: string; firms: unknown; seats: unknown; filtered: unknown }[] = [];
        const filter = (records: readonly PresentedRecord[]) => ({
          and: [only(...records), { '>': [v('seats'), 0] }, { '!=': [v('town'), 'Rom'] }],
        });
        const look = async (asOf: { as_of?: string } = {}) => ({
          firms: (await list('firm', { fields: FIELDS.firm!, filter: only(...firms), ...asOf })).records,
          seats: (await list('seat', { fields: FIELDS.seat!, filter: only(...seats), ...asOf })).records,
          filtered: (
            await list('firm', {
              fields: ['name', 'seats'],
              filter: filter(firms),
              sort: ['-grade', 'town', '-score'],
              count: 'capped',
              ...asOf,
            })
          ).records,
        });
        for (const each of steps) {
          const firm = firms[each.which % Math.max(1, firms.length)];
          const seat = seats[each.which % Math.max(1, seats.length)];
          const { town, score, marks, extra, people } = each;
          const input = { town, score, marks, extra, people, open: each.open };
          try {
            if (each.kind === 'create' || !firm)
              firms.push(await make('firm', { name: `F${firms.length}`, ...input, above: firm?.id ?? null }));
            else if (each.kind === 'update') await change('firm', firm, input);
            else if (each.kind === 'seat') {
              const about = { object: each.open ? 'firm' : 'human', id: each.open ? firm.id : anybody[0] };
              seats.push(await make('seat', { name: 'S', firm: firm.id, price: score, about }));
            } else if (each.kind === 'move') {
              if (seat) await change('seat', seat, { firm: firm.id, price: score });
            } else if (each.kind === 'human')
              await change('human', anybody[each.which % 2]!, { name: `H${each.which}` });
            else if (each.kind === 'delete')
              await open.engine.records.delete(open.admin, 'firm', String(firm.id));
            else await open.engine.records.restore(open.admin, 'firm', String(firm.id));
          } catch {
            // What is refused changes nothing.
          }
          await open.storage.drainRollups(open.workspace);
          seen.push({ at: await moment(), ...(await look()) });
        }
        for (const { at, ...then } of seen) expect(await look({ as_of: at })).toEqual(then);
      }),
      { numRuns: Number(process.env.TRELLIS_AS_OF_RUNS ?? 6), endOnFailure: true },
    );
  }, 120_000);

  it('[T2] pages by cursor, both ways', async () => {
    const made: PresentedRecord[] = [];
    for (let index = 0; index < 7; index++)
      made.push(await make('firm', { name: `P${index}`, town: 'Bonn' }));
    const at = await moment();
    for (const each of made) await change('firm', each, { town: 'Ulm' });
    await open.engine.records.delete(open.admin, 'firm', String(made[3]!.id));
    const asked = {
      filter: { '==': [v('town'), 'Bonn'] },
      as_of: at,
      limit: 3,
      sort: ['name'],
      fields: ['name'],
    };
    const names = (page: { readonly records: readonly PresentedRecord[] }) =>
      page.records.map((each) => each.name);
    const first = await list('firm', { ...asked, count: 'capped' });
    expect([names(first), first.count]).toEqual([['P0', 'P1', 'P2'], { value: 7, kind: 'exact' }]);
    const second = await list('firm', { ...asked, after: first.next! });
    expect(names(second)).toEqual(['P3', 'P4', 'P5']);
    expect(names(await list('firm', { ...asked, before: second.previous! }))).toEqual(['P0', 'P1', 'P2']);
    expect(await list('firm', { filter: { '==': [v('town'), 'Bonn'] } })).toMatchObject({ records: [] });
  });

  it('[T3] goes by rights of today: who has lost a record does not see what it was', async () => {
    const other = await open.engine.users.create(open.admin, { email: 'o@example.com', name: 'Other' });
    const name = 'reader';
    const objects = { firm: { read: true, update: true, default_field: 'read', fields: { score: 'none' } } };
    const body = { label: 'Reader', objects };
    await publish({ components: [{ kind: 'permission_set', name, body }] });
    const reader = { ...open.admin, userId: other.id, permissionSets: [name] };
    const record = await make('firm', { name: 'Theirs', score: 9, owner_id: other.id });
    const hidden = await make('firm', { name: 'Mine', score: 9 });
    const at = await moment();
    await change('firm', record, { owner_id: open.admin.userId });
    await change('firm', hidden, { owner_id: other.id, name: 'Given' });
    const ask = (id: unknown) => open.engine.records.get(reader, 'firm', String(id), undefined, { asOf: at });
    expect((await errorOf(ask(record.id))).code).toBe('unknown_record');
    // What they may see today they may see as it was, without the fields that they may not read today.
    const then = await ask(hidden.id);
    expect(then).toMatchObject({ name: 'Mine', owner_id: open.admin.userId });
    expect(Object.keys(then)).not.toContain('score');
    const asked = (filter: unknown) => open.engine.records.list(reader, 'firm', { as_of: at, filter });
    expect((await asked(undefined)).records.map((each) => each.id)).toEqual([hidden.id]);
    expect(await faultsOf(asked({ '>': [v('score'), 1] }))).toEqual(['unknown_field /filter/>/0/var']);
    expect(await faultsOf(open.engine.records.list(reader, 'firm', { as_of: at, sort: ['score'] }))).toEqual([
      'unknown_field /sort/0',
    ]);
  });

  it('[T4] speaks in the names and types of today', async () => {
    await publish({ components: object('crate', { size: { type: 'text' }, tint: { type: 'text' } }) });
    const crate = await make('crate', { name: 'C', size: '12', tint: 'red' });
    const other = await make('crate', { name: 'D', size: 'big', tint: 'blue' });
    const first = await moment();
    await change('crate', crate, { size: '13' });
    const second = await moment();
    await publish({
      components: [{ kind: 'field', name: 'crate.size', body: { label: 'Size', type: 'integer' } }],
    });
    await open.engine.metadata.drainConversions(open.admin);
    const third = await moment();
    await change('crate', crate, { size: 99, tint: 'green' });
    await publish({ renames: [{ kind: 'field', from: 'crate.tint', to: 'crate.colour' }] });
    const shown = async (at: string) => {
      const { records } = await list('crate', { as_of: at, fields: ['size', 'colour'], sort: ['name'] });
      return records.map((each) => [each.size, each.colour]);
    };
    expect(await shown(first)).toEqual([
      [12, 'red'],
      [null, 'blue'],
    ]);
    expect(await shown(second)).toEqual([
      [13, 'red'],
      [null, 'blue'],
    ]);
    expect(await shown(third)).toEqual([
      [13, 'red'],
      [null, 'blue'],
    ]);
    expect((await get('crate', crate, first)).size).toBe(12);
    expect(await faultsOf(list('crate', { as_of: first, filter: { '>': [v('size'), 1] } }))).toEqual([
      'type_changed_since /as_of',
    ]);
    expect((await list('crate', { as_of: third, filter: { '>': [v('size'), 1] } })).records).toHaveLength(1);
    expect(other.version).toBe(1);
  });

  it('[T5] refuses what it can’t know, and what makes no sense', async () => {
    await publish({ components: object('silent', {}, { history: false }) });
    const record = await make('firm', { name: 'Known' });
    const at = String(record.created_at);
    const before = new Date(Date.parse(at) - 1).toISOString();
    expect((await get('firm', record, at)).name).toBe('Known');
    expect((await errorOf(get('firm', record, before))).code).toBe('unknown_record');
    expect(await faultsOf(list('silent', { as_of: at }))).toEqual(['no_history /as_of']);
    expect(await faultsOf(list('firm', { as_of: '2999-01-01T00:00:00Z' }))).toEqual(['invalid_value /as_of']);
    expect(await faultsOf(list('firm', { as_of: 'yesterday' }))).toEqual(['invalid_value /as_of']);
    expect(await faultsOf(list('firm', { as_of: "2026-01-01T00:00:00Z'" }))).toEqual([
      'invalid_value /as_of',
    ]);
    expect(await faultsOf(list('firm', { as_of: at, deleted: true, rights: true, count: 'exact' }))).toEqual([
      'conflicting_properties /count',
      'conflicting_properties /deleted',
      'conflicting_properties /rights',
    ]);
    await withDatabase(open.connectionString, (client) =>
      client.query(`insert into ${open.workspace.schema}._history_horizon values ('firm', $1)`, [at]),
    );
    expect(await faultsOf(list('firm', { as_of: before }))).toEqual(['history_gone /as_of']);
    expect((await list('firm', { as_of: at, filter: only(record) })).records).toHaveLength(1);
  });
});
