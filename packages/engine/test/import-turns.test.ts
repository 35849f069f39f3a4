/** Groups of an import that are under way together and mean the same records: neither waits for the other in a ring. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenEngine, openEngine } from './open-engine.ts';

const part = (kind: string, name: string, body: object) => ({ kind, name, body });
let open: OpenEngine;
beforeAll(async () => {
  open = await openEngine([
    part('object', 'thing', { label: 'Thing', plural_label: 'Things', name_field: 'name' }),
    part('field', 'thing.name', { label: 'Name', type: 'text' }),
  ]);
});
afterAll(() => open?.close());

it('writes rows of the same records in their order, also where a group has to be taken again', async () => {
  const { admin, engine, notes } = open;
  const inputs = Array.from({ length: 200 }, (_, index) => ({ name: `old ${index}` }));
  const creation = { operation: 'create', records: inputs, allOrNothing: true, dryRun: false } as const;
  const made = await engine.records.batch(admin, 'thing', creation);
  const ids = made.results.map((each) => String(each.id));
  // Four groups of a thousand rows, and the beginning of a fifth; the fourth has a row that stands for nothing.
  const rows = Array.from({ length: 4001 }, (_, row) => {
    const id = row === 3500 ? '00000000-0000-7000-8000-000000000000' : ids[row % ids.length];
    return `${id},new ${row}`;
  });
  const bytes = async function* () {
    yield Buffer.from(['id,name', ...rows].join('\n'));
  };
  notes.length = 0;
  const file = await engine.imports.store(admin, 'thing', bytes(), 'things.csv');
  const job = await engine.imports.begin(admin, 'thing', file, { operation: 'update', key: 'id' });
  const workers = engine.startWorkers({ roundMilliseconds: 20 });
  try {
    await expect
      .poll(async () => (await engine.jobs.get(admin, job)).state, { timeout: 50_000 })
      .toBe('done');
  } finally {
    await workers.stop();
  }
  expect((await engine.jobs.get(admin, job)).counts).toMatchObject({ updated: 4000, failed: 1 });
  expect(notes).toEqual([]);
  const last = await engine.records.get(admin, 'thing', ids[0]!);
  expect(last.name).toBe('new 4000');
});
