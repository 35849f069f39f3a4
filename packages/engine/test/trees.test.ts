/** Tree lookups through the face: no rings and no more than 20 levels, whoever moves what at the same time. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { faultsOf, type OpenEngine, object, openEngine } from './open-engine.ts';

const SCHEMA = object('area', {
  above: { type: 'lookup', to: 'area', tree: true, on_delete: 'clear', reverse_name: 'areas_below' },
});

let open: OpenEngine;
beforeAll(async () => {
  open = await openEngine(SCHEMA, { poolSize: 8 });
});
afterAll(() => open?.close());

const publish = (components: readonly unknown[]) => open.engine.metadata.publish(open.admin, { components });
const make = async (above?: string) =>
  String((await open.engine.records.create(open.admin, 'area', { name: 'A', above })).id);
const move = (id: string, above: string | null) =>
  open.engine.records.update(open.admin, 'area', id, { above });
const batch = (records: readonly object[]) =>
  open.engine.records.batch(open.admin, 'area', {
    operation: 'update',
    records,
    allOrNothing: false,
    dryRun: false,
  });

/** Every record with the one above it, as stored. */
async function edges(ids: readonly string[]): Promise<Map<string, string | null>> {
  const { records } = await open.engine.records.list(open.admin, 'area', {
    filter: { in: [{ var: 'id' }, ids] },
    fields: ['above'],
    limit: 200,
  });
  return new Map(records.map((record) => [String(record.id), record.above as string | null]));
}

function levelsOf(stored: ReadonlyMap<string, string | null>, id: string): number {
  let levels = 0;
  for (let each: string | null | undefined = id; each; each = stored.get(each)) {
    levels++;
    if (levels > stored.size) throw new Error('There is a ring.');
  }
  return levels;
}

it('a record stands neither above itself nor below what is below it', async () => {
  const top = await make();
  const middle = await make(top);
  const low = await make(middle);
  expect(await faultsOf(move(top, top))).toEqual(['tree_cycle /above']);
  expect(await faultsOf(move(top, low))).toEqual(['tree_cycle /above']);
  await move(low, null);
  expect(await move(top, low)).toMatchObject({ above: low });
});

it('has at most 20 levels, what hangs on a moved record included', async () => {
  const chain = [await make()];
  for (let level = 2; level <= 20; level++) chain.push(await make(chain.at(-1)));
  expect(await faultsOf(make(chain.at(-1)))).toEqual(['tree_too_deep /above']);
  const top = await make();
  expect(await faultsOf(move(chain[0]!, top))).toEqual(['tree_too_deep /above']);
  expect(await move(chain[1]!, top)).toMatchObject({ above: top });
});

it('places the records of a batch one after the other', async () => {
  const [one, two, three] = [await make(), await make(), await make()];
  const { results } = await batch([
    { id: one, above: two },
    { id: two, above: three },
    { id: three, above: one },
  ]);
  expect(results.map(({ status }) => status)).toEqual(['updated', 'updated', 'failed']);
  expect(results[2]!.errors).toMatchObject([{ code: 'tree_cycle', pointer: '/above' }]);
  const turned = await batch([
    { id: one, above: null },
    { id: two, above: one },
  ]);
  expect(turned.results.map(({ status }) => status)).toEqual(['updated', 'updated']);
});

it('two moves at the same time close no ring', async () => {
  for (let round = 0; round < 15; round++) {
    const [left, right] = [await make(), await make()];
    const moved = await Promise.allSettled([move(left, right), move(right, left)]);
    expect(moved.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const stored = await edges([left, right]);
    expect([levelsOf(stored, left), levelsOf(stored, right)].toSorted()).toEqual([1, 2]);
  }
});

it('a storm of moves leaves a tree', async () => {
  const ids = await Promise.all(Array.from({ length: 12 }, () => make()));
  const place = fc.integer({ min: 0, max: ids.length - 1 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(place, fc.option(place, { freq: 6 })), { minLength: 4, maxLength: 16 }),
      async (moves) => {
        const tried = await Promise.allSettled(
          moves.map(([id, above]) => move(ids[id]!, above === null ? null : ids[above]!)),
        );
        const reasons = tried.flatMap((each) => (each.status === 'rejected' ? [each.reason.code] : []));
        for (const reason of reasons) expect(['invalid_input', 'stale_version']).toContain(reason);
        const stored = await edges(ids);
        for (const id of ids) expect(levelsOf(stored, id)).toBeLessThanOrEqual(20);
      },
    ),
    { numRuns: 12 },
  );
});

it('is refused of several objects, of another one, and where it is required', async () => {
  const field = (name: string, body: object) => ({
    kind: 'field',
    name: `area.${name}`,
    body: { label: name, type: 'lookup', tree: true, ...body },
  });
  const publish = open.engine.metadata.publish(open.system, {
    components: [
      ...object('other', {}),
      field('elsewhere', { to: 'other' }),
      field('several', { to: ['area', 'other'], reverse_name: 'several_of' }),
      field('always', { to: 'area', required: true, reverse_name: 'always_of' }),
    ],
  });
  const faults = await faultsOf(publish);
  expect(faults).toHaveLength(3);
  expect(faults.every((fault) => /^conflicting_properties .*\/body\/tree$/.test(fault))).toBe(true);
});

it('what stands under a record is asked of the tree, of the id, and of links into it', async () => {
  const top = await make();
  const middle = await make(top);
  const low = await make(middle);
  const other = await make();
  await publish([...object('shop', { area: { type: 'lookup', to: 'area', reverse_name: 'shops' } })]);
  const shops = await Promise.all(
    [top, middle, low, other].map((area) =>
      open.engine.records.create(open.admin, 'shop', { name: area, area }),
    ),
  );
  expect(shops).toHaveLength(4);
  const ask = async (name: string, filter: object, fields = ['id']) =>
    (await open.engine.records.list(open.admin, name, { filter, fields, limit: 200, sort: ['id'] })).records;
  const areas = async (filter: object) =>
    (await ask('area', { and: [filter, { in: [{ var: 'id' }, [top, middle, low, other]] }] })).map(
      ({ id }) => id,
    );
  expect(await areas({ is_under: [{ var: 'above' }, top] })).toEqual([middle, low]);
  expect(await areas({ is_under: [{ var: 'id' }, top] })).toEqual([top, middle, low]);
  expect(await areas({ '!': { is_under: [{ var: 'id' }, middle] } })).toEqual([top, other]);
  expect(await areas({ is_under: [{ var: 'above' }, null] })).toEqual([]);
  expect(await areas({ some: [{ var: 'areas_below' }, { is_under: [{ var: 'above' }, top] }] })).toEqual([
    top,
    middle,
  ]);
  const found = await ask('shop', { is_under: [{ var: 'area' }, middle] }, ['area']);
  expect(found.map(({ area }) => area).sort()).toEqual([middle, low].sort());
  expect(await faultsOf(ask('shop', { is_under: [{ var: 'name' }, top] }))).toEqual([
    'wrong_type /filter/is_under/0',
  ]);
  expect(await faultsOf(ask('shop', { is_under: [{ var: 'area' }, 'x'] }))).toEqual([
    'wrong_type /filter/is_under/1',
  ]);
  expect(await faultsOf(ask('shop', { is_under: [{ var: 'area' }, { var: 'area' }] }))).toEqual([
    'wrong_type /filter/is_under/1',
  ]);
});

it('rules and formulas ask the same, of the tree as it is stored', async () => {
  const top = await make();
  const low = await make(top);
  await publish([
    ...object('depot', {
      area: { type: 'lookup', to: 'area', reverse_name: 'depots' },
      is_ours: { type: 'formula', formula: { is_under: [{ var: 'area' }, top] } },
    }),
    {
      kind: 'rule',
      name: 'depot.not_low',
      body: {
        label: 'R',
        invalid_when: { is_under: [{ var: 'area' }, low] },
        message: 'Too low.',
        fields: ['area'],
      },
    },
  ]);
  const depot = (area: string) => open.engine.records.create(open.admin, 'depot', { name: 'D', area });
  expect(await depot(top)).toMatchObject({ is_ours: true });
  expect(await depot(await make())).toMatchObject({ is_ours: false });
  expect(await faultsOf(depot(await make(low)))).toEqual(['rule_violation /area']);
});

it('tells the path down to a record', async () => {
  const top = await make();
  const middle = await make(top);
  const low = await make(middle);
  const above = (id: string, field = 'above') => open.engine.records.ancestors(open.admin, 'area', id, field);
  expect(await above(low)).toEqual({
    records: [
      { id: top, name: 'A' },
      { id: middle, name: 'A' },
    ],
    isWhole: true,
  });
  expect(await above(top)).toEqual({ records: [], isWhole: true });
  expect(await faultsOf(above(low, 'name'))).toEqual(['unknown_field /field']);
  await expect(open.engine.records.ancestors(open.nobody, 'area', low, 'above')).rejects.toMatchObject({
    code: 'unknown_object',
  });
});

it('a lookup becomes a tree only when what is stored is one', async () => {
  await publish(
    object('room', { above: { type: 'lookup', to: 'room', on_delete: 'clear', reverse_name: 'below' } }),
  );
  const room = async (above?: string) =>
    String((await open.engine.records.create(open.admin, 'room', { name: 'R', above })).id);
  const put = (id: string, above: string | null) =>
    open.engine.records.update(open.admin, 'room', id, { above });
  const [one, two] = [await room(), await room()];
  await put(one, two);
  await put(two, one);
  const hanging = await room(two);
  const chain = [await room()];
  for (let level = 2; level <= 22; level++) chain.push(await room(chain.at(-1)));
  const tree = [
    {
      kind: 'field',
      name: 'room.above',
      body: {
        label: 'Above',
        type: 'lookup',
        to: 'room',
        on_delete: 'clear',
        reverse_name: 'below',
        tree: true,
      },
    },
  ];
  const { plan, problems } = await open.engine.metadata.plan(open.admin, { components: tree });
  expect(problems.map(({ code }) => code)).toEqual(['tree_cycle', 'tree_too_deep']);
  expect(plan.misfits).toMatchObject([
    { code: 'tree_cycle', records: 3, ids: [one, two, hanging].sort() },
    { code: 'tree_too_deep', records: 2, ids: chain.slice(20) },
  ]);
  await expect(publish(tree)).rejects.toMatchObject({ code: 'invalid_metadata' });
  await put(one, null);
  await put(chain[2]!, null);
  await publish(tree);
});

it('a record comes back from the bin only where its tree has room for it', async () => {
  const root = await make();
  const low = await make(root);
  await open.engine.records.delete(open.admin, 'area', low);
  const chain = [await make()];
  for (let level = 2; level <= 19; level++) chain.push(await make(chain.at(-1)));
  await move(root, chain.at(-1)!);
  expect(await faultsOf(open.engine.records.restore(open.admin, 'area', low))).toEqual([
    'tree_too_deep /above',
  ]);
  await move(root, chain.at(-2)!);
  expect(await open.engine.records.restore(open.admin, 'area', low)).toMatchObject({ above: root });
});

it('a person is answered from the records that they see, and is told the path as far up as they see it', async () => {
  await publish([
    ...object('unit', { above: { type: 'lookup', to: 'unit', tree: true, reverse_name: 'units_below' } }),
    {
      kind: 'permission_set',
      name: 'clerk',
      body: { label: 'Clerk', objects: { unit: { read: true, default_field: 'read' } } },
    },
  ]);
  const clerk = { ...open.admin, permissionSets: ['clerk'] };
  // Records are their owner's: one of the four stays somebody else's.
  const unit = async (name: string, above: string | null, isHidden = false) => {
    const as = isHidden ? open.system : open.admin;
    return String((await open.engine.records.create(as, 'unit', { name, above })).id);
  };
  const top = await unit('top', null);
  const hidden = await unit('hidden', top, true);
  const low = await unit('low', hidden);
  const near = await unit('near', top);
  const found = async (as: OpenEngine['admin'], filter: object) =>
    (await open.engine.records.list(as, 'unit', { filter, fields: ['name'], sort: ['name'] })).records.map(
      ({ name }) => name,
    );
  for (const link of ['id', 'above']) {
    const filter = { is_under: [{ var: link }, top] };
    const itself = link === 'id' ? ['top'] : [];
    expect(await found(open.admin, filter)).toEqual(['hidden', 'low', 'near', ...itself]);
    expect(await found(clerk, filter)).toEqual(['near', ...itself]);
  }
  expect(await found(clerk, { '!': { is_under: [{ var: 'id' }, top] } })).toEqual(['low']);
  expect(await open.engine.records.ancestors(clerk, 'unit', near, 'above')).toMatchObject({ isWhole: true });
  expect(await open.engine.records.ancestors(clerk, 'unit', low, 'above')).toEqual({
    records: [],
    isWhole: false,
  });
});
