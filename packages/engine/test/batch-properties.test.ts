/** A batch of N does what N single calls do. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EngineError } from '../src/index.ts';
import { type OpenEngine, object, openEngine } from './open-engine.ts';

const fields = {
  code: { type: 'text', unique: true },
  count: { type: 'integer', min: 0 },
  stage: {
    type: 'select',
    options: [
      { value: 'a', label: 'A' },
      { value: 'b', label: 'B' },
    ],
    default: 'a',
  },
  flag: { type: 'boolean' },
  serial: { type: 'text', set_once: true },
};
let open: OpenEngine;
beforeAll(async () => {
  open = await openEngine([...object('single', fields), ...object('bulk', fields)]);
});
afterAll(() => open?.close());

const value = fc.oneof(
  fc.constant(null),
  fc.integer({ min: -2, max: 9 }),
  fc.boolean(),
  fc.constantFrom('a', 'b', 'c', ' a ', ''),
);
const code = fc.option(fc.constantFrom('K1', 'K2', 'K3', 'K4'), { nil: undefined });
const input = fc
  .record({
    name: fc.option(fc.constantFrom('N1', 'N2', '', 5), { nil: undefined }),
    code,
    fields: fc.dictionary(fc.constantFrom('count', 'stage', 'flag', 'serial', 'nonsense'), value, {
      maxKeys: 3,
    }),
  })
  .map(({ name, code: key, fields: rest }) => ({
    ...(name === undefined ? {} : { name }),
    ...(key === undefined ? {} : { code: key }),
    ...rest,
  }));
/** Updates name no code: two records of a batch that trade a unique value are the documented exception. */
const change = fc.tuple(
  fc.nat({ max: 5 }),
  fc.dictionary(fc.constantFrom('name', 'count', 'stage', 'flag', 'serial'), value, { maxKeys: 3 }),
);

it('[S14] creates and updates alike', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(input, { minLength: 1, maxLength: 6 }),
      fc.array(change, { maxLength: 6 }),
      async (inputs, changes) => {
        await empty('single');
        await empty('bulk');
        const singles: Outcome[] = [];
        for (const each of inputs)
          singles.push(await outcomeOf(() => open.engine.records.create(open.admin, 'single', each)));
        const bulk = await batch('create', inputs);
        expect(bulk.map(({ id: _, ...rest }) => rest)).toEqual(singles.map(({ id: _, ...rest }) => rest));
        const target = (list: readonly Outcome[], index: number) =>
          list[index % list.length]?.id ?? '01900000-0000-7000-8000-000000000000';
        const updates: Outcome[] = [];
        for (const [index, each] of changes)
          updates.push(
            await outcomeOf(() =>
              open.engine.records.update(open.admin, 'single', target(singles, index), each),
            ),
          );
        const bulkUpdates = await batch(
          'update',
          changes.map(([index, each]) => ({ id: target(bulk, index), ...each })),
        );
        expect(bulkUpdates.map((each) => [each.version, each.faults])).toEqual(
          updates.map((each) => [each.version, each.faults]),
        );
        expect(await contents('bulk')).toEqual(await contents('single'));
      },
    ),
    { numRuns: 60 },
  );
});

interface Outcome {
  readonly id: string | null;
  readonly version: number | null;
  readonly faults: readonly string[];
}

async function outcomeOf(work: () => Promise<Readonly<Record<string, unknown>>>): Promise<Outcome> {
  try {
    const record = await work();
    return { id: String(record.id), version: Number(record.version), faults: [] };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return {
      id: null,
      version: null,
      faults: error.errors.map((each) => `${each.code} ${each.pointer}`).sort(),
    };
  }
}

async function batch(operation: 'create' | 'update', records: readonly unknown[]): Promise<Outcome[]> {
  const { results } = await open.engine.records.batch(open.admin, 'bulk', {
    operation,
    records,
    allOrNothing: false,
    dryRun: false,
  });
  return results.map((each) => ({
    id: each.status === 'failed' ? null : each.id,
    version: each.version,
    faults: (each.errors ?? []).map((error) => `${error.code} ${error.pointer}`).sort(),
  }));
}

async function contents(name: string) {
  const { records } = await open.engine.records.list(open.admin, name, {
    fields: ['name', ...Object.keys(fields)],
    sort: ['id'],
    limit: 200,
  });
  return records.map(({ id: _, ...rest }) => rest);
}

async function empty(name: string): Promise<void> {
  const { records } = await open.engine.records.list(open.admin, name, { fields: ['id'], limit: 200 });
  await open.engine.records.batch(open.admin, name, {
    operation: 'delete',
    records: records.map((each) => each.id),
    allOrNothing: true,
    dryRun: false,
  });
}
