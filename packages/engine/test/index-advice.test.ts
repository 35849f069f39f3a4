import { runStatements } from '@trellis/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../src/index.ts';
import { errorOf, type OpenEngine, object, openEngine } from './open-engine.ts';

let open: OpenEngine;
let engine: Engine;

const OPTIONS = ['new', 'won'].map((value) => ({ value, label: value }));
beforeAll(async () => {
  open = await openEngine(
    [
      ...object(
        'sale',
        {
          region: { type: 'text' },
          stage: { type: 'select', options: OPTIONS, indexed: true },
          amount: { type: 'decimal', indexed: true },
          code: { type: 'text', unique: true },
          size: { type: 'integer' },
          day: { type: 'date' },
        },
        { indexes: [{ fields: ['stage', 'size'] }] },
      ),
      {
        kind: 'view',
        name: 'sale.won',
        body: {
          label: 'Won',
          columns: ['name'],
          filter: { '==': [{ var: 'stage' }, 'won'] },
          sort: ['-day'],
        },
      },
    ],
    // Everything is slow here.
    { slowMilliseconds: 0, scanLimit: 1000 },
  );
  await open.engine.records.create(open.admin, 'sale', { name: 'One', code: 'a' });
  await runStatements(
    open.connectionString,
    `insert into ws_main.sale (id, owner_id, created_at, created_by, updated_at, updated_by, data)
       select gen_random_uuid(), owner_id, created_at, created_by, updated_at, updated_by,
              jsonb_build_object('name', 'Sale ' || n, 'region', 'r' || n % 7, 'stage', 'new')
         from ws_main.sale, generate_series(1, 3000) n;
     analyze ws_main.sale`,
  );
  engine = await open.openAnother();
});
afterAll(() => open?.close());

const list = (request: object) => engine.records.list(open.admin, 'sale', request);
const is = (field: string, value: unknown) => ({ '==': [{ var: field }, value] });

describe('[X1] indexes', () => {
  it('are there for what the metadata says, each with its reason', async () => {
    const indexes = await engine.metadata.indexStates(open.admin);
    const told = indexes
      .filter(({ object: of }) => of === 'sale')
      .map(({ fields, reason, state, isRemovable }) => [fields.join(), reason?.is, state, isRemovable]);
    const sorted = (rows: readonly (readonly unknown[])[]) => rows.map((row) => row.join(' ')).sort();
    expect(sorted(told)).toEqual(
      sorted([
        ['amount,id', 'indexed', 'valid', true],
        ['code', 'unique', 'valid', false],
        ['day,id', 'used', 'valid', false],
        // What is sought anywhere in it, and its words one by one.
        ['name', 'searchable', 'valid', false],
        ['name', 'searchable', 'valid', false],
        ['name,id', 'title', 'valid', false],
        ['size,id', 'used', 'valid', false],
        ['stage', 'indexed', 'valid', true],
        ['stage,day,id', 'view', 'valid', false],
        ['stage,size,id', 'object', 'valid', true],
      ]),
    );
    // None has been there for a week.
    expect(indexes.some(({ isUnused }) => isUnused)).toBe(false);
    await runStatements(
      open.connectionString,
      `update ws_main._index set changed_at = now() - interval '8 days'`,
    );
    const later = await engine.metadata.indexStates(open.admin);
    expect(later.filter(({ isUnused }) => isUnused).map(({ fields }) => fields.join())).toContain(
      'stage,size,id',
    );
    expect(later.every(({ bytes, scans }) => bytes! > 0 && scans! >= 0)).toBe(true);
  });

  it('that could not be built are built again when somebody asks for it', async () => {
    await runStatements(
      open.connectionString,
      `update ws_main._index set state = 'failed', error = 'No room' where name like '%sale%' and columns @> array['c_3']`,
    );
    const failed = async () =>
      (await engine.metadata.indexStates(open.admin)).filter(({ state }) => state === 'failed');
    expect((await failed()).every(({ error }) => error === 'No room')).toBe(true);
    expect(await failed()).not.toEqual([]);
    expect(await engine.metadata.retryIndexes(open.admin, 'sale')).toBe(true);
    await open.storage.drainPromotions(open.workspace);
    expect(await failed()).toEqual([]);
    expect(await engine.metadata.retryIndexes(open.admin, 'sale')).toBe(false);
    expect(await errorOf(engine.metadata.retryIndexes(open.admin, 'nothing'))).toMatchObject({
      code: 'unknown_component',
    });
  });

  it('are for who may customise', async () => {
    const nobody = open.nobody;
    for (const ask of [
      () => engine.metadata.indexStates(nobody),
      () => engine.metadata.indexAdvice(nobody),
      () => engine.metadata.retryIndexes(nobody, 'sale'),
      () => engine.metadata.dismissIndexAdvice(nobody, 'x'),
    ])
      expect((await errorOf(ask())).code).toBe('forbidden');
  });
});

describe('[X2] the advisor', () => {
  it('proposes an index for what was refused or slow, with the reason and no value', async () => {
    for (const value of ['r1', 'secret-value']) {
      expect(await errorOf(list({ filter: is('region', value) }))).toMatchObject({ code: 'would_scan' });
    }
    await list({ filter: { and: [is('stage', 'new'), { '>': [{ var: 'size' }, 2] }] }, sort: ['-amount'] });
    // What an index serves already is told of by nobody.
    await list({ filter: is('stage', 'won'), sort: ['-day'] });
    await list({ filter: is('code', 'a') });
    const advice = await engine.metadata.indexAdvice(open.admin);
    expect(advice).toEqual([
      expect.objectContaining({
        object: 'sale',
        fields: [{ object: 'sale', field: 'region', label: 'Region', property: 'indexed' }],
        together: null,
        runs: 0,
        refusals: 2,
        paths: ['region'],
      }),
      expect.objectContaining({ fields: [], together: ['stage', '-amount'], runs: 1, refusals: 0 }),
    ]);
    expect(advice[1]!.records).toBeGreaterThan(2900);
    expect(JSON.stringify(advice)).not.toContain('secret-value');
  });

  it('is silent once the index is there, or when it was dismissed', async () => {
    const [first, second] = await engine.metadata.indexAdvice(open.admin);
    await engine.metadata.dismissIndexAdvice(open.admin, first!.id);
    expect((await engine.metadata.indexAdvice(open.admin)).map(({ id }) => id)).toEqual([second!.id]);
    expect(await errorOf(engine.metadata.dismissIndexAdvice(open.admin, first!.id))).toMatchObject({
      code: 'unknown_component',
    });
    const stored = await engine.metadata.find(open.admin, 'object', 'sale');
    const body = stored!.body as { indexes: readonly object[] };
    const indexes = [...body.indexes, { fields: second!.together }];
    await engine.metadata.publish(open.admin, {
      components: [{ kind: 'object', name: 'sale', body: { ...body, indexes } }],
    });
    await open.storage.drainPromotions(open.workspace);
    expect(await engine.metadata.indexAdvice(open.admin)).toEqual([]);
  });
});
